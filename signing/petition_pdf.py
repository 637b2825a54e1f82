"""The main document when the citizen brought none: a petition typed in the page, or photographs of a paper."""

from dataclasses import asdict, dataclass

from signing.photos import photos_pdf
from signing.typeset import compile_pdf, draws

__all__ = ["TypedPetition", "draws_all", "photos_pdf", "typed_petition_pdf"]


@dataclass(frozen=True)
class TypedPetition:
    """A letter, as it was typed: line breaks within a value are kept, nothing in it is markup."""

    municipality: str
    office: str
    date_line: str
    """Place and date, in words."""
    addressed_to: str
    asunto: str
    paragraphs: tuple[str, ...]
    applicant_lines: tuple[str, ...]
    """Who signs, then what stands below the name."""


def typed_petition_pdf(content: TypedPetition) -> bytes:
    """The letter as a tagged PDF on Letter paper; the same content gives the same bytes. Raises TypesettingFailed.

    Any Unicode text comes out and can be copied; what the office's fonts cannot draw is a box with its code point.
    Controls, private characters and overrides of direction become U+FFFD: the exact text is the caller's to keep.
    """
    return compile_pdf("peticion.typ", asdict(content))


def draws_all(content: TypedPetition) -> bool:
    """Whether each character of the letter shows as itself: no box, no U+FFFD in its place."""
    lines = (*content.paragraphs, *content.applicant_lines)
    return draws("\n".join((content.date_line, content.addressed_to, content.asunto, *lines)))
