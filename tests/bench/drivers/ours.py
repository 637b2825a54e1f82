"""Our engine, in two rows.

`motor`     what sealing itself takes: drawing the stamp, preparing the increment, copying, hashing, signing; one
            process, warm, as a program would that trusts its documents. No sandbox, no validation.
`completo`  `SealEngine`: the same with every guarantee. What parses the document is a child of its own, forked for each
            call, and the result is reopened and validated. Without a stamp it is `seal_own`.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from signing.cms import SignatureMaker
from signing.identity import SealIdentity
from signing.increment import Gap, GrownFile
from signing.prepare import prepare
from signing.stamp import StampContent, draw
from tests.bench.drivers.serve import serve

STAMP = StampContent(
    office="Oficialía de Partes Digital · Municipio de Chalco",
    folio="OP-2026-000123-5",
    registered_at="23 de noviembre de 2026, 17:43:10",
    digest_prefix="3fa9c1d2e4b5a697",
    url="https://oficialia.chalco.gob.mx/v/7KQF-M2XD-9PRT-ZB4H",
)
REASON = f"Recepción, folio {STAMP.folio}"
Seal = Callable[[str, str, bool], float | None]


def engine_alone(identity: SealIdentity) -> Seal:
    """Steps 3 and 4 of `signing.seal`, in this process."""
    maker = SignatureMaker(identity, None)

    def seal(source: str, target: str, visible: bool) -> None:
        with TemporaryDirectory(dir=Path(target).parent) as folder:
            place = Path(folder)
            added = prepare(
                source, str(place / "basis.pdf"), str(place / "increment"), field="Sello",
                at=datetime.now(UTC).isoformat(), reason=REASON, office=STAMP.office, reserve=maker.size,
                art=draw(stamp_of(source)) if visible else None,
            )  # fmt: skip
            if added["outcome"] != "prepared" or added["visible"] != visible or added["basis"] != "source":
                raise RuntimeError(f"not sealed as asked: {added}")
            gap = Gap(added["gap_start"], added["gap_end"])
            grown = GrownFile.grow(Path(source), place / "increment", Path(target), gap)
            grown.finish(maker.sign(grown.digest).der)

    return seal


def complete(identity: SealIdentity, pki: Path) -> Seal:
    """All steps, as the worker of the office takes them."""
    # Here, so that the row of the engine alone does not pay for what it does without.
    from signing.cover import CoverContent  # noqa: PLC0415
    from signing.sandbox import Sandbox  # noqa: PLC0415
    from signing.seal import SealEngine  # noqa: PLC0415
    from signing.trust import load_anchors  # noqa: PLC0415

    engine = SealEngine(Sandbox(), identity, timestamper=None, anchors=load_anchors(pki / "anclas"))

    def seal(source: str, target: str, visible: bool) -> float:
        path, at = Path(source), datetime.now(UTC)
        if not visible:
            return engine.seal_own(path, Path(target), reason=REASON, at=at).peak_mib
        cover = CoverContent(
            municipality="Chalco", office="Oficialía", folio=STAMP.folio, registered_at=STAMP.registered_at,
            filename=path.name, sha256="", size=path.stat().st_size, url=STAMP.url,
        )  # fmt: skip
        sealed = engine.seal_document(path, Path(target), stamp=stamp_of(source), cover=cover, at=at)
        if sealed.strategy != "visible":
            raise RuntimeError(f"not sealed as asked: {sealed.strategy}, {sealed.detail}")
        return sealed.peak_mib

    return seal


def stamp_of(source: str) -> StampContent:
    """A stamp with a QR of its own for each document, so that nothing of it can be kept from the one before."""
    return replace(STAMP, url=f"{STAMP.url[:-9]}{sha256(source.encode()).hexdigest()[:9].upper()}")


def main() -> None:
    """`ours PKI motor|completo`: serve."""
    pki = Path(sys.argv[1])
    identity = SealIdentity.from_pkcs12(pki / "sello.p12", (pki / "sello.password").read_text().strip())
    serve(engine_alone(identity) if sys.argv[2] == "motor" else complete(identity, pki))


if __name__ == "__main__":
    main()
