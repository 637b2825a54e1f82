"""The bytes themselves: every object is read to its end; what we sealed is opened in the sandbox and examined."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from oficialia.domain.codes import digest
from oficialia.domain.documents import ISSUED
from oficialia.domain.filing import NivelSello
from oficialia.models import Acuse, StoredObject
from oficialia.services import review_proofs
from oficialia.services.findings import to_json, verdict
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_published import Publication
from oficialia.services.review_scope import Item
from oficialia.services.review_storage import ABSENT, same, unreadable
from signing.attached import attached
from signing.examine import examine
from signing.finding import SignatureFinding
from signing.printed import printed
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from storage.bucket import Bucket
from storage.errors import StorageMismatch, StorageUnavailable

WITHOUT_EVIDENCE = frozenset({NivelSello.B_B, NivelSello.B_T})
INTACT_AFTER = frozenset({"nada", "solo_firmas"})
CODE = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}")  # docs/formatos.md
PROOFS = ("cadena-original.txt", "sello.b64", "cadena-original.tsr")


@dataclass(frozen=True)
class Examiner:
    """What it takes to read and examine an object; may be used by several threads at once."""

    bucket: Bucket
    sandbox: Sandbox
    anchors: TrustAnchors
    spool: Path | None  # where copies are kept while they are examined; None for the system's place
    shown: Publication | None = None  # the ledger as it is published, where it is

    def look(self, item: Item, certificates: frozenset[str]) -> list[Finding]:
        """Read the object whole and say what is wrong with it. Raises StorageUnavailable, SandboxUnavailable."""
        row = item.row
        try:
            if row.purpose not in ISSUED:
                fault = same(row, *self.bucket.measure(row.key, row.version_id))
                return [fault] if fault else []
            with TemporaryDirectory(dir=self.spool, prefix="revision-") as folder:
                path = Path(folder) / "documento.pdf"
                fault = same(row, *self._copy(row, path))
                return [fault] if fault else list(self._sealed(item, path, certificates))
        except StorageMismatch:
            return [Finding(Code.OBJECT_ABSENT, row.key, ABSENT)]
        except StorageUnavailable as error:
            return [unreadable(self.bucket, row, error)]

    def _copy(self, row: StoredObject, path: Path) -> tuple[str, int]:
        """Unlike `Bucket.fetch`, tells what the digest is when it is another one."""
        digest = hashlib.sha256()
        with self.bucket.stream(row.key, row.version_id) as blocks, path.open("wb") as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
        return digest.hexdigest(), path.stat().st_size

    def _sealed(self, item: Item, path: Path, certificates: frozenset[str]) -> Iterator[Finding]:
        # As of when it was recorded: a certificate that ended since does not undo what it sealed while it was in force.
        found = examine(self.sandbox, path, anchors=self.anchors, at=item.row.stored_at)
        subject = f"{item.folio} ({item.row.purpose} {item.row.edition})"
        signatures = [finding for finding in found if not finding.is_timestamp]
        if not signatures:
            yield Finding(Code.SEAL_INVALID, subject, "El documento no trae ninguna firma.")
        elif (seal := signatures[-1]).certificate_sha256 not in certificates and not seal.problem:
            yield Finding(Code.SEAL_FOREIGN, subject, "Su última firma no es de un certificado de esta oficina.")
        elif not _good(seal, whole=item.row.seal_level in WITHOUT_EVIDENCE):
            yield Finding(Code.SEAL_INVALID, subject, f"Nuestra firma: {_verdict(seal)}.")
        elif item.row.seal_level == NivelSello.B_LTA and not _good(found[-1], whole=True):
            yield Finding(Code.SEAL_INVALID, subject, f"Su sello de tiempo de archivo: {_verdict(found[-1])}.")
        if item.acuse is not None:
            yield from self._stated(item, item.acuse, subject, path)

    def _stated(self, item: Item, acuse: Acuse, subject: str, path: Path) -> Iterator[Finding]:
        """What a sealed acuse carries and prints, against the register."""
        files = attached(self.sandbox, path)
        if differing := _differing(acuse, files):
            words = f"Lo adjunto al acuse no es lo que tiene el registro: {', '.join(differing)}."
            yield Finding(Code.ATTACHED_DIFFERS, subject, words)
        if self.shown and files is not None:
            yield from review_proofs.carried(self.shown, subject, files, acuse)
        codes = CODE.findall(printed(self.sandbox, path) or "")
        if codes and item.verification_hash not in map(digest, codes):
            words = "El código de verificación que lleva impreso no es el que el registro reconoce: no abre nada."
            yield Finding(Code.CODES_ALTERED, subject, words)


def _differing(acuse: Acuse, files: Mapping[str, bytes] | None) -> list[str]:
    """The attached proofs that are not byte for byte those of the register; absent where it has none."""
    if files is None:
        return ["no se pudieron leer"]
    kept = dict(zip(PROOFS, (acuse.cadena.encode(), acuse.sello.encode(), acuse.token), strict=True))
    return [name for name in PROOFS if files.get(name) != kept[name]]


def _good(signature: SignatureFinding, *, whole: bool) -> bool:
    """Sound; and either the last word in the file, or followed by evidence alone."""
    last = signature.covers_whole_file or (not whole and signature.modified_after in INTACT_AFTER)
    return signature.intact and signature.trusted and last and not signature.problem


def _verdict(seal: SignatureFinding) -> str:
    words = verdict(to_json(seal))
    return words if seal.covers_whole_file or seal.problem else f"{words}; no cubre todo el archivo"
