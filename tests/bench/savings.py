"""What each means of being fast buys: the same work with it and without it, in turns, in one process."""

import asyncio
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import ExternalSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from signing.cms import SignatureMaker
from signing.fonts import Weight
from signing.identity import SealIdentity
from signing.increment import _copied_while_hashing
from signing.prepare import prepare
from signing.qr import qr_rows
from signing.sandbox import Sandbox
from signing.stamp_font import face, face_as_json

DIGEST = bytes(32)
URL = "https://oficialia.chalco.gob.mx/v/7KQF-M2XD-9PRT-ZB4H"


@dataclass(frozen=True)
class Means:
    """One means: the work with it, and without it."""

    name: str
    with_it: Callable[[], object]
    without: Callable[[], object]


def measure(files: dict[str, Path], pki: Path, *, times: int) -> list[dict[str, Any]]:
    """A row for each: medians in milliseconds."""
    with TemporaryDirectory() as place:
        return [_row(means, times) for means in _all(files, pki, Path(place))]


def _row(means: Means, times: int) -> dict[str, Any]:
    spent: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(times):
        for key, work in (("without", means.without), ("with", means.with_it)):
            began = time.perf_counter()
            work()
            spent[key].append((time.perf_counter() - began) * 1000)
    ours, other = (round(statistics.median(spent[key]), 2) for key in ("with", "without"))
    return {"means": means.name, "ms_with": ours, "ms_without": other}


def _all(files: dict[str, Path], pki: Path, place: Path) -> list[Means]:
    password = (pki / "sello.password").read_text().strip()
    identity = SealIdentity.from_pkcs12(pki / "sello.p12", password)
    pyhanko = SimpleSigner.load_pkcs12(str(pki / "sello.p12"), passphrase=password.encode())
    maker, bundle = SignatureMaker(identity, None), (pki / "sello.p12").read_bytes()
    settings = PdfCMSSignedAttributes(signing_time=None)
    large, small = files["105 MB"], files["10 KB"]
    warm = Sandbox()
    _prepared_in(warm, small, place)
    return [
        Means(
            "CMS: formulario lleno, y no armado por pyHanko",
            lambda: maker.sign(DIGEST),
            lambda: asyncio.run(pyhanko.async_sign(DIGEST, "sha256", use_pades=True, signed_attr_settings=settings)),
        ),
        Means(
            "clave: abierta una vez, y no por documento",
            lambda: identity.sign(DIGEST),
            lambda: (pkcs12.load_pkcs12(bundle, password.encode()), identity.sign(DIGEST)),
        ),
        Means(
            "105 MB: sólo el incremento, y no en la copia de pyHanko",
            lambda: _increment(large, place),
            lambda: _in_place(large, place),
        ),
        Means(
            "105 MB: copiar mientras se resume",
            lambda: _copied_while_hashing(large, place / "copia"),
            lambda: _copied_then_hashed(large, place / "copia"),
        ),
        Means("tipos de letra: reducidos una vez", lambda: face_as_json(Weight.REGULAR), _reduced_again),
        Means("QR: de zxing-cpp, y no de segno", lambda: qr_rows(URL), lambda: segno.make_qr(URL, error="m").matrix),
        Means(
            "sandbox: hijo de un padre caliente, y no proceso nuevo",
            lambda: _prepared_in(warm, small, place),
            lambda: _prepared_cold(small, place),
        ),
    ]


def _increment(source: Path, place: Path) -> object:
    """What our preparing takes, without a stamp."""
    now = datetime.now(UTC).isoformat()
    return prepare(
        str(source), str(place / "b"), str(place / "i"), field="Sello", at=now, reason="", office="", reserve=8192,
        art=None,
    )  # fmt: skip


def _in_place(source: Path, place: Path) -> None:
    """The same through pyHanko's own interface: a copy, extended where it lies, and hashed."""
    copy = place / "copia"
    shutil.copyfile(source, copy)
    metadata = PdfSignatureMetadata(field_name="Sello", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    signer = ExternalSigner(signing_cert=None, cert_registry=None, signature_value=b"")
    with copy.open("rb+") as file:
        writer = IncrementalPdfFileWriter(file)
        session = PdfSigner(metadata, signer).init_signing_session(writer)
        session.prepare_tbs_document(None, bytes_reserved=16384).digest_tbs_document(in_place=True, chunk_size=1 << 20)


def _copied_then_hashed(source: Path, copy: Path) -> None:
    shutil.copyfile(source, copy)
    with copy.open("rb") as file:
        file_digest(file, "sha256")


def _reduced_again() -> None:
    face.cache_clear()
    face_as_json.cache_clear()
    face_as_json(Weight.REGULAR)


def _prepared_in(sandbox: Sandbox, source: Path, place: Path) -> None:
    sandbox.call(
        "signing.prepare:prepare", reads=[source], writes=place, source=str(source), basis=str(place / "b"),
        target=str(place / "i"), field="Sello", at=datetime.now(UTC).isoformat(), reason="", office="", reserve=8192,
        art=None,
    )  # fmt: skip


def _prepared_cold(source: Path, place: Path) -> None:
    sandbox = Sandbox()
    _prepared_in(sandbox, source, place)
    sandbox.close()


def table(rows: list[dict[str, Any]]) -> str:
    """A line for each means."""
    lines = [f"  {'ms':<58}{'con':>10}{'sin':>10}"]
    lines += [f"  {row['means']:<58}{row['ms_with']:>10.2f}{row['ms_without']:>10.2f}" for row in rows]
    return "\n".join(["", "Lo que compra cada medio", *lines])
