"""What accompanies the writing: which documents are asked for, and the files that are there as the anexos they make.

Photographs of one requirement are one document; every PDF is one of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath
from typing import Any

from oficialia.domain.documents import Support
from oficialia.drafts.draft import Draft, DraftFile
from oficialia.services.catalog import Choices, Requirement, TramiteOption
from oficialia.services.submission import Anexo
from oficialia.web.wizard_files import is_picture
from oficialia.web.wizard_offer import asked_of
from oficialia.web.wizard_plan import ASKED, answers

MAIN = "escrito_libre"  # the requirement that the writing itself meets
OTHERS, PICTURES = "anexo", "fotos-anexo"
# What the slots that belong to no requirement are: how the document is called, and its kind.
_KNOWN = {
    "personalidad": ("Documento que acredita la representación", "carta_poder_simple"),
    "firmantes": ("Lista de firmas", "lista_firmas_vecinos"),
    "ruego": ("Identificación de quien firma a ruego", "identificacion_oficial"),
    PICTURES: ("Fotografías", "fotografias"),
}


@dataclass(frozen=True)
class Paper:
    """A document that goes with the writing: one file, or the photographs that become one PDF."""

    files: tuple[DraftFile, ...]
    kind: str
    called: str  # unless the person calls it otherwise

    @property
    def key(self) -> str:
        """Its word in the form that describes it: the id of its first file."""
        return self.files[0].id

    @property
    def about(self) -> dict[str, Any]:
        """What was said of it."""
        return dict(self.files[0].about)

    @property
    def title(self) -> str:
        """How it is called."""
        return str(self.about.get("title") or self.called)

    @property
    def support(self) -> Support:
        """What it is a copy of."""
        return Support(self.about.get("support", Support.DIGITISED))

    @property
    def reserved(self) -> bool:
        """Whether it holds data that not everybody at the desk should see."""
        return bool(self.about.get("reserved"))

    @property
    def pictures(self) -> bool:
        """Whether a PDF is made of it."""
        return is_picture(self.files[0])

    def anexo(self) -> Anexo:
        """As intake wants it."""
        uploads = tuple(file.upload() for file in self.files)
        photos = uploads if self.pictures else ()
        return Anexo(None if photos else uploads[0], self.title, self.kind, self.support, self.reserved, photos)


def slot_of(requirement: Requirement) -> str:
    """Where the files for a requirement go."""
    return f"requisito-{requirement.clave}"


def required(draft: Draft, choices: Choices) -> tuple[Requirement, ...]:
    """The documents that are asked for: by the tramite, or by the prevención that the draft answers."""
    about = asked_of(draft, choices)
    if not isinstance(about, TramiteOption):
        return ()
    asked = answers(draft, ASKED).get("requisitos")
    claves = None if asked is None else {str(text).rstrip("?*") for text in asked}
    return tuple(each for each in about.requirements if each.clave != MAIN and (claves is None or each.clave in claves))


def papers(draft: Draft, choices: Choices) -> tuple[Paper, ...]:
    """The documents that are there: for the requirements in their order, then the others."""
    names = {slot_of(each): (each.name, each.clave) for each in required(draft, choices)} | _KNOWN
    kinds = dict(choices.document_kinds)
    extra = [file.slot for file in draft.files if file.slot.startswith("requisito-") and file.slot not in names]
    slots = dict.fromkeys([*names, *extra, OTHERS])
    return tuple(paper for slot in slots for paper in _of_slot(draft.in_slot(slot), slot, names, kinds))


def _of_slot(
    files: Iterable[DraftFile], slot: str, names: dict[str, tuple[str, str]], kinds: dict[str, str]
) -> Iterator[Paper]:
    clave = slot.removeprefix("requisito-")
    name, kind = names.get(slot, (kinds.get(clave, ""), clave if clave in kinds else "otro"))
    for together, group in groupby(files, lambda file: is_picture(file) and slot != OTHERS):
        found = tuple(group)
        for one in [found] if together else [(file,) for file in found]:
            yield Paper(one, kind if kind in kinds else "", name or PurePath(one[0].filename).stem or "Anexo")


def lacking(draft: Draft, choices: Choices) -> tuple[Requirement, ...]:
    """The documents that are asked for and are not there."""
    return tuple(each for each in required(draft, choices) if not each.optional and not draft.in_slot(slot_of(each)))
