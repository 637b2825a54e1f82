"""The documents of a submission, inspected in the sandbox and, where needed, made into a PDF: ready to be stored.

Steps 2 and 3 of intake. What comes in is hostile until shown otherwise, so nothing here opens it in this process.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from oficialia.domain.documents import Role, Support
from oficialia.domain.plazos import ZONE
from oficialia.domain.wording import long_date
from oficialia.errors import FieldFault, SubmissionRefused
from oficialia.runtime import Runtime
from oficialia.services import catalog
from oficialia.services.certificates import ever_used
from oficialia.services.submission import Anexo, Submission, Upload
from signing.digest import sha256_of
from signing.errors import DocumentRefused
from signing.inspect import Flag, Inspection, MediaType, inspect
from signing.petition_pdf import TypedPetition, draws_all, photos_pdf, typed_petition_pdf
from signing.reason import Colour
from signing.verdict import DocumentVerdict
from signing.verify import verify

EXTENSIONS = {MediaType.PDF: "pdf", MediaType.JPEG: "jpg", MediaType.PNG: "png"}
TEXT = "text/plain; charset=utf-8"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """What a document was made of, byte for byte."""

    path: Path
    sha256: str
    media_type: str
    extension: str


@dataclass(frozen=True)
class Piece:
    """One document of the filing with what inspection found of it."""

    role: Role
    title: str
    kind: str
    support: Support
    reserved: bool
    upload: Upload
    inspection: Inspection
    verdict: DocumentVerdict
    sources: tuple[Source, ...] = ()


def pieces(runtime: Runtime, submission: Submission, folder: Path) -> list[Piece]:
    """The principal and the anexos in order. Derived files go to ``folder``. Raises SubmissionRefused naming the
    field."""
    if len(submission.anexos) > runtime.limits.anexos:
        code = "demasiados_anexos"
        raise SubmissionRefused(FieldFault("anexo-0", runtime.limits.refusal(code)), code=code)
    anexos = enumerate(submission.anexos, start=1)
    return [
        _principal(runtime, submission, folder),
        *(_anexo(runtime, submission, each, folder / f"anexo-{number}.pdf") for number, each in anexos),
    ]


def _anexo(runtime: Runtime, submission: Submission, anexo: Anexo, made: Path) -> Piece:
    upload, sources = anexo.upload, tuple[Source, ...]()
    if upload is None:
        sources = _photographed(runtime, submission, anexo.photos, made)
        upload = _of_ours(made, "fotografias.pdf", anexo.photos[0].field)
    seen = _inspect(runtime, submission, upload)
    verdict = _verdict(runtime, submission, upload, seen)
    return Piece(Role.ANEXO, anexo.title, anexo.kind, anexo.support, anexo.reserved, upload, seen, verdict, sources)


def _principal(runtime: Runtime, submission: Submission, folder: Path) -> Piece:
    if submission.main_pdf is not None:
        seen = _inspect(runtime, submission, submission.main_pdf, only_pdf=True)
        born_digital = seen.signature_count and not submission.photos
        support = Support.BORN_DIGITAL if born_digital else Support.DIGITISED
        piece = _main(runtime, submission, submission.main_pdf, seen, support)
        return replace(piece, sources=tuple(_photo(runtime, submission, upload) for upload in submission.photos))
    path, sources = _made(runtime, submission, folder)
    support, name = (
        (Support.DIGITISED, "fotografias.pdf") if submission.photos else (Support.BORN_DIGITAL, "escrito.pdf")
    )
    upload = _of_ours(path, name)
    seen = _inspect(runtime, submission, upload)
    if not submission.photos and not draws_all(_letter(runtime, submission)):
        seen = replace(seen, flags=(*seen.flags, Flag.UNDRAWN_TEXT))
    return replace(_main(runtime, submission, upload, seen, support), sources=sources)


def made(runtime: Runtime, submission: Submission, folder: Path) -> Path:
    """The PDF in ``folder`` that typed text or photographs become. Raises SubmissionRefused naming the field."""
    return _made(runtime, submission, folder)[0]


def _made(runtime: Runtime, submission: Submission, folder: Path) -> tuple[Path, tuple[Source, ...]]:
    path = folder / "principal.pdf"
    if not submission.photos:
        path.write_bytes(typed_petition_pdf(_letter(runtime, submission)))
        return path, (_typed(submission, folder),)
    return path, _photographed(runtime, submission, submission.photos, path)


def _photographed(
    runtime: Runtime, submission: Submission, photos: Sequence[Upload], target: Path
) -> tuple[Source, ...]:
    """Makes one PDF of all photographs, upright and one to a page, and gives what it was made of."""
    sources = tuple(_photo(runtime, submission, upload) for upload in photos)
    with _refusals(runtime, photos[0]):
        photos_pdf(runtime.sandbox, [source.path for source in sources], target)
    return sources


def _of_ours(path: Path, name: str, field: str = "principal") -> Upload:
    return Upload(path, sha256_of(path), path.stat().st_size, name, field)


def _main(runtime: Runtime, submission: Submission, upload: Upload, seen: Inspection, support: Support) -> Piece:
    verdict = _verdict(runtime, submission, upload, seen)
    return Piece(Role.PRINCIPAL, submission.asunto, "escrito_libre", support, False, upload, seen, verdict)


def _photo(runtime: Runtime, submission: Submission, upload: Upload) -> Source:
    seen = _inspect(runtime, submission, upload)
    if seen.media_type is MediaType.PDF:
        sentence = "Elija fotografías JPEG o PNG aquí; si su escrito es un PDF, márquelo arriba como PDF."
        raise SubmissionRefused(FieldFault(upload.field, sentence), code="tipo_no_admitido")
    return Source(upload.path, upload.sha256, seen.media_type, EXTENSIONS[seen.media_type])


def _typed(submission: Submission, folder: Path) -> Source:
    text = folder / "escrito.txt"
    text.write_text(submission.petition, encoding="utf-8", newline="")
    return Source(text, sha256_of(text), TEXT, "txt")


def _letter(runtime: Runtime, submission: Submission) -> TypedPetition:
    with runtime.database.reading() as session:
        _, area = catalog.destination(session, submission.tramite, submission.area)
        addressed_to = f"{area.nombre}\n{runtime.labels.municipality}"
    return TypedPetition(
        municipality=runtime.labels.municipality,
        office=runtime.labels.office,
        date_line=f"{runtime.labels.municipality}, {long_date(submission.received_at.astimezone(ZONE).date())}",
        applicant_lines=tuple(_signing(submission)),
        addressed_to=addressed_to,
        asunto=submission.asunto,
        paragraphs=tuple(line for line in submission.petition.splitlines() if line.strip()),
    )


def _signing(submission: Submission) -> Iterator[str]:
    """Who signs the letter, and for whom."""
    yield from (person.name for person in submission.promoventes)
    if submission.common_representative:
        yield f"Representante común: {submission.common_representative}"
    if submission.representative:
        yield f"Por conducto de: {submission.representative.name}"
    if submission.signed_for:
        yield f"Firma a ruego de {submission.applicant.name}, que no puede firmar: {submission.signed_for.name}"


def inspected(runtime: Runtime, upload: Upload) -> Inspection:
    """What the sandbox finds of a file. Raises SubmissionRefused with the sentence of the closed list."""
    with _refusals(runtime, upload):
        seen = inspect(
            runtime.sandbox,
            upload.path,
            max_pages=runtime.limits.pages,
            filename=upload.filename,
        )
    _log.info("inspected %s", upload.field, extra={"fields": _observed(seen)})
    return seen


def _inspect(runtime: Runtime, submission: Submission, upload: Upload, *, only_pdf: bool = False) -> Inspection:
    seen = inspected(runtime, upload)
    if only_pdf and seen.media_type is not MediaType.PDF:
        sentence = "Este archivo es una imagen. Envíela en la opción «Subo fotografías» y la convertimos a PDF."
        raise SubmissionRefused(FieldFault(upload.field, sentence), code="tipo_no_admitido")
    return seen


def _verdict(runtime: Runtime, submission: Submission, upload: Upload, seen: Inspection) -> DocumentVerdict:
    """What its signatures are worth, as of its reception. Nobody is asked about revocation: no authority that is away
    may keep a citizen from the folio. What bears none costs nothing."""
    if not seen.signature_count:
        return DocumentVerdict(upload.sha256, upload.size, seen.media_type, Colour.NONE, None, (), (), (), None)
    ours = frozenset(certificate.sha256 for certificate in ever_used(runtime.database))
    return verify(
        runtime.sandbox, upload.path, anchors=runtime.anchors, at=submission.received_at, ours=ours, revocation=None
    )


def _observed(seen: Inspection) -> dict[str, str | int | float]:
    """What the log keeps of a file; what its sandbox took stands in the sandbox's own lines."""
    return {"media_type": seen.media_type, "pages": seen.pages, "signatures": seen.signature_count,
            "flags": " ".join(seen.flags)}  # fmt: skip


@contextmanager
def _refusals(runtime: Runtime, upload: Upload) -> Iterator[None]:
    """Turns a refusal of the sandbox into the sentence of the closed list, beside its field."""
    try:
        yield
    except DocumentRefused as refused:
        fault = FieldFault(upload.field, f"{upload.filename}: {runtime.limits.refusal(refused.code)}")
        raise SubmissionRefused(fault, code=refused.code) from refused
