"""The main document of a draft, signed with the citizen's e.firma in the page (docs/adr on the e.firma).

1. The certificate may sign, and is of who files or represents.
2. The document is what was uploaded, byte for byte, or the PDF made of typed text or photographs.
3. It is prepared in the sandbox and kept with the draft; the page fetches it, checks it, and signs.
4. The signature is checked against the certificate, embedded, and the result examined, before the draft keeps it.

It counts while the draft says what it said when it was signed.
"""

import hashlib
import shutil
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import rfc8785

from oficialia.domain.upload import Upload
from oficialia.drafts.draft import Draft, DraftFile
from oficialia.errors import Conflict
from oficialia.runtime import Runtime
from oficialia.services import pieces
from oficialia.services.efirma_owner import missing, require_owner
from oficialia.services.efirma_words import refused
from oficialia.services.intake import parts_are_there
from oficialia.services.submission import Submission
from signing import citizen_signature
from signing.citizen_certificate import CitizenCertificate, usable
from signing.digest import sha256_of
from signing.errors import CitizenSignatureRefused
from signing.increment import Gap

PREPARED, SIGNED = "por-firmar", "firmado"
OUT = "En este momento no podemos preparar su documento para firmarlo. Intente de nuevo en unos minutos."
CHANGED = "Su escrito cambió mientras firmaba. Revíselo y firme de nuevo."
_STEPS = ("que", "quien", "escrito")


@dataclass(frozen=True)
class Signature:
    """Who signed the main document of a draft here."""

    name: str
    rfc: str
    curp: str
    serial: str
    sha256: str


def basis(runtime: Runtime, submission: Submission, folder: Path) -> Path:
    """The PDF to be signed: what was uploaded, or what is made of typed text or photographs, in `folder`."""
    if submission.main_pdf is not None:
        return submission.main_pdf.path
    return pieces.made(runtime, submission, folder)


def prepare(runtime: Runtime, draft: Draft, submission: Submission, certificate: bytes) -> DraftFile:
    """Steps 1 to 3: the prepared document, whose `about` says how long the basis in front of it is. Raises
    EfirmaRefused, and SubmissionRefused for photographs that cannot be read."""
    with _workplace(runtime) as folder, _told():
        by = _usable(runtime, certificate)
        require_owner(by.holder, submission.applicant, submission.representative)
        source, target = basis(runtime, submission, folder), folder / "preparado.pdf"
        gap = citizen_signature.prepare(
            runtime.sandbox, source, target, by=by, reason=f"Escrito para {runtime.labels.office}", at=runtime.clock()
        )
        about = {
            "de": said(draft),
            "certificado": b64encode(certificate).decode("ascii"),
            "hueco": [gap.start, gap.end],
            "documento": source.stat().st_size,
        }
        _clear(runtime, draft, PREPARED)
        return runtime.drafts.add(draft.id, PREPARED, _upload(target, "por-firmar.pdf", PREPARED), about)


def prepared(draft: Draft) -> DraftFile:
    """What is to be signed now. Raises Conflict when nothing is, or the draft says something else by now."""
    file = draft.latest(PREPARED)
    if file is None or file.about["de"] != said(draft):
        raise Conflict(CHANGED)
    return file


def finish(runtime: Runtime, draft: Draft, submission: Submission, signature: bytes) -> Signature:
    """Step 4; RFC and CURP that were left blank are those of the e.firma from here on.

    Raises Conflict as `prepared`, and EfirmaRefused.
    """
    file = prepared(draft)
    gap, size = Gap(*file.about["hueco"]), int(file.about["documento"])
    with _workplace(runtime) as folder, _told():
        by = _usable(runtime, b64decode(file.about["certificado"]))
        target, source = folder / "firmado.pdf", folder / "documento.pdf"
        shutil.copyfile(file.path, target)
        with file.path.open("rb") as whole, source.open("wb") as front:
            front.write(whole.read(size))
        citizen_signature.finish(
            runtime.sandbox, target, gap, signature,
            by=by, basis=source, anchors=runtime.anchors, at=runtime.clock(),
        )  # fmt: skip
        blanks = missing(by.holder, submission.applicant, submission.representative)
        return _keep(runtime, draft, by, target, blanks)


def signed_main(draft: Draft) -> DraftFile | None:
    """The main document as it was signed here; None when it was not, or the draft says something else by now."""
    current = draft.answers.get("efirma", {}).get("de") == said(draft)
    return draft.latest(SIGNED) if current else None


def signature(draft: Draft) -> Signature | None:
    """Who signed it, while it counts."""
    file = signed_main(draft)
    return Signature(**file.about, sha256=file.sha256) if file else None


def said(draft: Draft) -> str:
    """SHA-256 (hex) of all that a signature depends on: the files of the main document, what is asked, and who asks."""
    files = [[file.slot, file.sha256] for slot in ("principal", "fotos") for file in draft.in_slot(slot)]
    answers = {step: dict(draft.answers.get(step, {})) for step in _STEPS}
    return hashlib.sha256(rfc8785.dumps({"archivos": files, "respuestas": answers})).hexdigest()


def _usable(runtime: Runtime, der: bytes) -> CitizenCertificate:
    return usable(der, anchors=runtime.anchors, at=runtime.clock(), revocation=runtime.revocation)


def _keep(runtime: Runtime, draft: Draft, by: CitizenCertificate, path: Path, blanks: Mapping[str, str]) -> Signature:
    found = by.holder
    about = {"name": found.name, "rfc": found.rfc, "curp": found.curp, "serial": found.serial}
    for slot in (PREPARED, SIGNED):
        _clear(runtime, draft, slot)
    file = runtime.drafts.add(draft.id, SIGNED, _upload(path, "firmado.pdf", SIGNED), about)
    if blanks:
        who = {**draft.answers.get("quien", {}), **blanks}
        runtime.drafts.answer(draft.id, "quien", who)
        # As it was signed: what another window changed meanwhile was not, and then the signature does not count.
        draft = replace(draft, answers={**draft.answers, "quien": who})
    runtime.drafts.answer(draft.id, "efirma", {"de": said(draft)})
    return Signature(**about, sha256=file.sha256)


def _clear(runtime: Runtime, draft: Draft, slot: str) -> None:
    for file in runtime.drafts.open(draft.id).in_slot(slot):
        runtime.drafts.remove(draft.id, file.id)


def _upload(path: Path, filename: str, slot: str) -> Upload:
    return Upload(path, sha256_of(path), path.stat().st_size, filename, slot)


@contextmanager
def _workplace(runtime: Runtime) -> Iterator[Path]:
    with parts_are_there(OUT), tempfile.TemporaryDirectory(prefix="ingreso-", dir=runtime.spool) as folder:
        yield Path(folder)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CitizenSignatureRefused as fault:
        raise refused(fault) from fault
