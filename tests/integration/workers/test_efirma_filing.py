"""What was signed with an e.firma in the page, filed: N3 on the register and the acuse, and good under the seal."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from PIL import Image
from sqlalchemy import select, update

from oficialia.domain.documents import Purpose
from oficialia.domain.upload import Upload
from oficialia.drafts.draft import Draft
from oficialia.models import Document, Filing
from oficialia.runtime import Runtime
from oficialia.services import draft_signing, intake
from oficialia.services.submission import Person, Submission
from signing.citizen_signature import attributes, digest_outside
from signing.increment import Gap
from signing.verify import verify
from tests.support.citizens import CITIZEN_PASSWORD
from tests.support.office import TestClock, submission, upload
from tests.support.papers import write_pdf
from tests.support.reviewing import review_of
from tests.support.shown_papers import issued
from tests.support.working import work
from workers.parts import Parts

MARIA = Person("fisica", "María Peña Núñez", rfc="PENM850101AB2", curp="PENM850101MMCXXR07")


@dataclass(frozen=True)
class Window:
    """An office, and María at her device."""

    runtime: Runtime
    pki: Path
    folder: Path

    def draft(self, slot: str, *paths: Path) -> Draft:
        """A draft with these files."""
        draft = self.runtime.drafts.create({"quien": {"nombre": MARIA.name}})
        for path in paths:
            self.runtime.drafts.add(draft.id, slot, upload(path))
        return self.runtime.drafts.open(draft.id)

    def signed(self, draft: Draft, form: Submission) -> Upload:
        """Her signature on what the draft says, kept with it."""
        signature = self.signature(draft, form)
        draft_signing.finish(self.runtime, self.runtime.drafts.open(draft.id), form, signature)
        found = draft_signing.signed_main(self.runtime.drafts.open(draft.id))
        assert found is not None
        return found.upload()

    def signature(self, draft: Draft, form: Submission) -> bytes:
        """The same, as the page makes it and sends it."""
        people = self.pki / "ciudadanos"
        certificate = (people / "maria.cer").read_bytes()
        key = load_der_private_key((people / "maria.key").read_bytes(), CITIZEN_PASSWORD)
        assert isinstance(key, RSAPrivateKey)
        file = draft_signing.prepare(self.runtime, draft, form, certificate)
        digest = digest_outside(file.path, Gap(*file.about["hueco"]))
        return key.sign(attributes(digest, certificate), PKCS1v15(), SHA256())

    def level(self, folio: str) -> str:
        """What the register says of how it is signed."""
        with self.runtime.database.reading() as session:
            return str(session.scalars(select(Filing.nivel_firma).where(Filing.folio == folio)).one())


@pytest.fixture
def window(runtime: Runtime, development_pki: Path, tmp_path: Path) -> Window:
    """The office of these tests."""
    return Window(runtime, development_pki, tmp_path)


def form(clock: TestClock, **changes: Any) -> Submission:
    """A petition of María."""
    return submission(None, applicant=MARIA, received_at=clock.time, **changes)


def test_an_uploaded_pdf_is_n3_on_register_and_acuse_and_good_under_the_seal(
    window: Window, parts: Parts, clock: TestClock, judged: Callable[[Path], None], tool: Callable[[str], str]
) -> None:
    pdf = write_pdf(window.folder / "escrito.pdf")
    chosen = pdf.read_bytes()
    draft = window.draft("principal", pdf)
    filed = form(clock, main_pdf=draft.in_slot("principal")[0].upload())
    signed = window.signed(draft, filed)
    receipt = intake.receive(window.runtime, replace(filed, main_pdf=signed, signed_here=True))
    assert window.level(receipt.folio) == "n3"

    work(parts)
    sealed, acuse = window.folder / "sellado.pdf", window.folder / "acuse.pdf"
    for path, purpose in ((sealed, Purpose.SEALED), (acuse, Purpose.ACUSE)):
        path.write_bytes(issued(window.runtime, receipt.folio, purpose, 1, window.folder))
    judged(sealed)
    verdict = verify(window.runtime.sandbox, sealed, anchors=window.runtime.anchors, at=clock())
    hers, ours = verdict.signatures
    assert (hers.holder.name, hers.trusted, hers.in_force, hers.integrity) == (
        "MARÍA PEÑA NÚÑEZ",
        True,
        True,
        "integro",
    )
    assert ours.holder.organization.startswith("Municipio de Chalco")
    assert sealed.read_bytes().startswith(chosen)
    said = subprocess.run([tool("pdftotext"), acuse, "-"], capture_output=True, text=True, check=True).stdout
    assert "N3: e.firma al presentar" in " ".join(said.split())

    assert not [each for each in review_of(window.runtime, at=clock()).findings if "firma" in each.sentence]
    with window.runtime.database.transaction() as session:  # somebody swaps the verdict that N3 stands on
        blank: dict[str, object] = {"colour": "none", "integrity": None, "reasons": [], "signatures": []}
        verdict_now = session.scalars(select(Document.verdict).where(Document.number == 0)).one()
        session.execute(update(Document).where(Document.number == 0).values(verdict={**(verdict_now or {}), **blank}))
    told = [each.sentence for each in review_of(window.runtime, at=clock()).findings]
    assert any("nivel de la firma" in words for words in told)


def test_photographs_are_kept_beside_what_was_signed(window: Window, clock: TestClock) -> None:
    photo = window.folder / "hoja.png"
    Image.new("RGB", (300, 400), "white").save(photo)
    taken = photo.read_bytes()
    draft = window.draft("fotos", photo)
    filed = form(clock, photos=tuple(each.upload() for each in draft.in_slot("fotos")))
    signed = window.signed(draft, filed)
    receipt = intake.receive(window.runtime, replace(filed, main_pdf=signed, signed_here=True))
    assert window.level(receipt.folio) == "n3"
    kept = issued(window.runtime, receipt.folio, Purpose.SOURCE, 1, window.folder)
    assert kept == taken


def test_typed_text_is_the_letter_that_was_shown(window: Window, clock: TestClock, tool: Callable[[str], str]) -> None:
    draft = window.draft("fotos")
    filed = form(clock, petition="Pido que reparen el bache.")
    signed = window.signed(draft, filed)
    said = subprocess.run([tool("pdftotext"), signed.path, "-"], capture_output=True, text=True, check=True).stdout
    assert "Pido que reparen el bache." in said
    receipt = intake.receive(window.runtime, replace(filed, main_pdf=signed, signed_here=True))
    assert window.level(receipt.folio) == "n3"


def test_what_is_not_signed_here_or_not_by_who_files_is_n2(window: Window, clock: TestClock) -> None:
    draft = window.draft("principal", write_pdf(window.folder / "escrito.pdf"))
    filed = form(clock, main_pdf=draft.in_slot("principal")[0].upload())
    signed = window.signed(draft, filed)
    uploaded = replace(filed, main_pdf=signed, idempotency_key="a")
    another = replace(uploaded, signed_here=True, applicant=Person("fisica", "Juan Soto"), idempotency_key="b")
    for each in (uploaded, another):
        assert window.level(intake.receive(window.runtime, each).folio) == "n2"


def test_what_another_window_changed_while_it_was_signed_was_not_signed(window: Window, clock: TestClock) -> None:
    draft = window.draft("principal", write_pdf(window.folder / "escrito.pdf"))
    unknown = Person("fisica", MARIA.name)  # RFC and CURP come from the certificate
    filed = replace(form(clock, main_pdf=draft.in_slot("principal")[0].upload()), applicant=unknown)
    signature = window.signature(draft, filed)
    as_it_was = window.runtime.drafts.open(draft.id)
    window.runtime.drafts.answer(draft.id, "escrito", {"asunto": "Otro"})
    draft_signing.finish(window.runtime, as_it_was, filed, signature)
    after = window.runtime.drafts.open(draft.id)
    assert after.answers["quien"]["rfc"] == MARIA.rfc
    assert draft_signing.signed_main(after) is None
