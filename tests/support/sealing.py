"""An office that seals, for tests: what the worker has, and the means to judge the result."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pikepdf

from signing.cover import ATTACHMENT, CoverContent
from signing.examine import examine
from signing.finding import SignatureFinding
from signing.identity import SealIdentity
from signing.sandbox import Sandbox
from signing.seal import Sealed, SealEngine
from signing.stamp import StampContent
from signing.timestamp import Timestamper
from signing.trust import TrustAnchors
from tests.support.papers import Signing, sign

STAMP = StampContent(
    office="Oficialía de Partes Digital · Municipio de Chalco",
    folio="OP-2026-000123-5",
    registered_at="23 de noviembre de 2026, 17:43:10",
    digest_prefix="3fa9c1d2e4b5a697",
    url="https://oficialia.chalco.gob.mx/v/7KQF-M2XD-9PRT-ZB4H",
)


@dataclass(frozen=True)
class Office:
    """An engine, and what a test needs to use it and to judge the result."""

    engine: SealEngine
    sandbox: Sandbox
    identity: SealIdentity
    anchors: TrustAnchors
    folder: Path
    now: datetime
    pki: Path

    def seal(self, source: Path) -> tuple[Sealed, Path]:
        """Seal a document as the worker does."""
        target = self.folder / "sellado.pdf"
        sealed = self.engine.seal_document(source, target, stamp=STAMP, cover=self.cover(source), at=self.now)
        return sealed, target

    def cover(self, source: Path) -> CoverContent:
        """What the register knows of a document."""
        data = source.read_bytes()
        return CoverContent(
            municipality="Municipio de Chalco",
            office="Oficialía de Partes Digital",
            folio=STAMP.folio,
            registered_at=STAMP.registered_at,
            filename="petición.pdf",
            sha256=sha256(data).hexdigest(),
            size=len(data),
            url=STAMP.url,
        )

    def signed(self, source: Path, *signings: Signing) -> Path:
        """`source`, signed by a citizen."""
        people = self.pki / "ciudadanos"
        return sign(source, people / "maria.p12", (people / "maria.password").read_text().strip(), signings)

    def timed(self, timestamper: Timestamper) -> "Office":
        """The same office with a time-stamping authority."""
        engine = SealEngine(self.sandbox, self.identity, timestamper=timestamper, anchors=self.anchors)
        return replace(self, engine=engine)

    def examine(self, path: Path) -> tuple[SignatureFinding, ...]:
        """Our own verdict on every signature of a document."""
        return examine(self.sandbox, path, anchors=self.anchors, at=self.now)

    def original_of(self, caratula: Path) -> Path:
        """What a carátula carries."""
        with pikepdf.open(caratula) as document:
            (self.folder / "adjunto.pdf").write_bytes(document.attachments[ATTACHMENT].get_file().read_bytes())
        return self.folder / "adjunto.pdf"
