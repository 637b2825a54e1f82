"""The digest of a form: of everything that was sent, and for ever the same for what forms always had."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from oficialia.domain.upload import Upload
from oficialia.services.submission import Anexo, Person, Submission
from tests.support.office import submission

FILE = Upload(Path(), "ab" * 32, 7, "escrito.pdf")
PHOTO = Upload(Path(), "cd" * 32, 7, "foto.jpg")
ANA = Person("fisica", "Ana López")
# As it was before there were several promoventes: it stands in the leaves of the filings of then.
EARLIER = "7ba10a2c58c980a677170e2992af39325109a604588de38a6222aa7ba1932889"


def form(**changes: Any) -> Submission:
    """A form with everything that forms always had."""
    anexos = (Anexo(FILE, "INE", "identificacion_oficial"), Anexo(PHOTO, "Foto", reserved=True))
    who = Person("fisica", "José Ruiz", curp="RUXJ800101HMCXXS09")
    return submission(None, **{"main_pdf": FILE, "representative": who, "anexos": anexos, **changes})


def test_a_form_without_what_is_new_has_the_digest_that_it_always_had() -> None:
    assert form().body_digest() == EARLIER


LATER: list[dict[str, Any]] = [
    {"others": (ANA,)},
    {"common_representative": "María Peña"},
    {"signed_for": ANA},
    {"anexos": (Anexo(None, "INE", photos=(PHOTO, PHOTO)),)},
]


def test_what_is_new_is_part_of_the_digest() -> None:
    known = {form(**changes).body_digest() for changes in LATER} | {EARLIER}
    assert len(known) == len(LATER) + 1


def test_the_photographs_of_one_anexo_are_not_those_of_another() -> None:
    one, other = Anexo(None, "Foto", photos=(PHOTO,)), Anexo(FILE, "Foto")
    assert form(anexos=(one, other)).body_digest() != form(anexos=(other, one)).body_digest()
    renamed = replace(one, photos=(replace(PHOTO, filename="otra.jpg"),))
    assert form(anexos=(renamed, other)).body_digest() != form(anexos=(one, other)).body_digest()
