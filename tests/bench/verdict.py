"""How long a verdict takes: one signature in full, in the sandbox, beside a process of poppler's `pdfsig`; and a
document of ours by its digest, inside the server."""

import hashlib
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from oficialia.domain.documents import Purpose
from oficialia.models import StoredObject
from oficialia.services.verification import by_digest
from signing.sandbox import Sandbox
from signing.trust import load_anchors
from signing.verify import verify
from tests.bench import step
from tests.support.papers import sign, write_pdf

PAUSE_SECONDS = 0.1
"""Between two verdicts, as at a window: then the sandbox has a child ready. Without a pause it is still copying."""
FILINGS = 20
"""In the register in which ours is looked for."""
MOST_RATIO, MOST_DIGEST_MS = 1.5, 5.0


def measure(pki: Path, *, times: int) -> dict[str, Any]:
    """Medians in milliseconds of `times` turns, one of each by turns; `pdfsig_ms` is None where it is not installed."""
    with TemporaryDirectory() as name:
        place = Path(name)
        return {"one_signature": _one_signature(place, pki, times), "by_digest": _by_digest(place, pki, times)}


def _one_signature(place: Path, pki: Path, times: int) -> dict[str, Any]:
    document = sign(write_pdf(place / "firmado.pdf"), pki / "ciudadanos" / "maria.p12", "12345678a")
    program, anchors = shutil.which("pdfsig"), load_anchors(pki / "anclas")
    with closing(Sandbox()) as sandbox:

        def ours() -> None:
            found = verify(sandbox, document, anchors=anchors, at=datetime.now(UTC))
            if not found.signatures[0].trusted:
                raise RuntimeError("the signature was not verified")

        def theirs() -> None:
            if program:
                subprocess.run(
                    [program, str(document)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
                )

        ours()
        turns = [(_rested(ours), _rested(theirs)) for _ in range(times)]
        at_once = [_timed(ours) for _ in range(times)]
    ours_ms, pdfsig_ms = (statistics.median(column) for column in zip(*turns, strict=True))
    return {
        "ours_ms": round(ours_ms, 2),
        "ours_without_pause_ms": round(statistics.median(at_once), 2),
        "pdfsig_ms": round(pdfsig_ms, 2) if program else None,
        "ratio": round(ours_ms / pdfsig_ms, 2) if program else None,
        "most_ratio": MOST_RATIO,
    }


def _by_digest(place: Path, pki: Path, times: int) -> dict[str, Any]:
    """From the bytes of the file to what the register knows of it."""
    with step.office(place, pki) as runtime:
        step.file_and_seal(runtime, pki, write_pdf(place / "peticion.pdf"), FILINGS)
        with runtime.database.reading() as session:
            query = select(StoredObject).where(StoredObject.purpose == Purpose.SEALED).limit(1)
            stored = session.scalars(query).one()
        copy = place / "sellado.pdf"
        runtime.bucket.fetch(stored.key, stored.version_id, stored.sha256, copy)

        def known() -> None:
            with copy.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if by_digest(runtime, digest) is None:
                raise RuntimeError("a document of ours is not known")

        known()
        took = [_timed(known) for _ in range(10 * times)]
    return {"ms": round(statistics.median(took), 3), "most_ms": MOST_DIGEST_MS}


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _rested(work: Callable[[], None]) -> float:
    time.sleep(PAUSE_SECONDS)
    return _timed(work)


def table(found: dict[str, Any]) -> str:
    """What a person reads of it, in Spanish."""
    one, ours = found["one_signature"], found["by_digest"]
    beside = (
        f"pdfsig {one['pdfsig_ms']:.1f} ms, razón {one['ratio']:.2f} (a lo más {one['most_ratio']})"
        if one["pdfsig_ms"]
        else "pdfsig no está instalado"
    )
    return "\n".join([
        f"  una firma completa, en el sandbox: {one['ours_ms']:.1f} ms; {beside}",
        f"    sin pausa entre una y otra: {one['ours_without_pause_ms']:.1f} ms",
        f"  un documento nuestro, por su huella: {ours['ms']:.2f} ms (a lo más {ours['most_ms']:.0f})",
    ])  # fmt: skip
