"""Acuses as somebody has them on a disk: one that is whole, with its proofs, and what a forger would make of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sqlalchemy import select

from oficialia.domain.documents import Purpose
from oficialia.domain.protection import QUIET
from oficialia.models import StoredObject
from oficialia.runtime import Runtime
from oficialia.services import intake
from signing.note import SignerKey
from signing.seal import SealEngine
from signing.tlog_policy import TlogPolicy
from tests.support.office import TestClock, blank_pdf, submission
from tests.support.publishing import Log, make_log
from tests.support.shadows import TRICKS, shadowed
from tests.support.witnesses import running
from tests.support.working import make_parts, schedule_protection, work
from workers.parts import Parts
from workers.witnesses import Witnesses


@dataclass(frozen=True)
class Issued:
    """An office with one filing: its acuse without proofs, with them, and with evidence for later years; the sealed
    copy."""

    parts: Parts
    policy: TlogPolicy
    promise: Path
    acuse: Path
    protected: Path
    sealed: Path
    clock: TestClock

    @property
    def runtime(self) -> Runtime:
        """Of the office."""
        return self.parts.runtime


@contextmanager
def issued(runtime: Runtime, clock: TestClock, pki: Path, responders: str, folder: Path) -> Iterator[Issued]:
    """Files, seals and issues in that office, whose ledger has one witness."""
    log = make_log(folder)
    with running(folder / "testigo", log.key.verifier, clock) as witness:
        party = witness.party
        lines = f"log {log.key.verifier}\nwitness contraloria {party.key} {party.url}\nquorum none\n"
        policy = TlogPolicy.parse(lines.encode())
        ours = make_parts(replace(runtime, ledger_policy=policy), pki, responders)
        intake.receive(ours.runtime, submission(blank_pdf(folder / "a.pdf"), key="a", received_at=clock.time))
        work(ours)
        clock.time += timedelta(seconds=61)
        work(ours)
        _publish(log, ours.runtime, policy)
        clock.time += timedelta(seconds=30)
        work(ours)
        clock.time += QUIET + timedelta(seconds=1)
        schedule_protection(ours)
        work(ours)
    found = list(_fetched(ours.runtime, folder))
    [promise, acuse, protected] = [path for path in found if path.name.startswith("acuse")]
    yield Issued(ours, policy, promise, acuse, protected, folder / "sellado-1.pdf", clock)


def _publish(log: Log, runtime: Runtime, policy: TlogPolicy) -> None:
    witnesses = Witnesses(policy.witnesses)
    with log.publisher(runtime, witnesses) as publisher:
        publisher.step()
    witnesses.close()


def _fetched(runtime: Runtime, folder: Path) -> Iterator[Path]:
    with runtime.database.reading() as session:
        mine = StoredObject.purpose.in_([Purpose.ACUSE, Purpose.SEALED])
        rows = session.scalars(select(StoredObject).where(mine).order_by(StoredObject.edition)).all()
    for row in rows:
        path = folder / f"{row.purpose}-{row.edition}.pdf"
        runtime.bucket.fetch(row.key, row.version_id, row.sha256, path)
        yield path


def forgeries(made: Issued, other: SealEngine, folder: Path) -> dict[str, Path]:
    """What must not pass, by what was done."""
    whole = made.acuse.read_bytes()
    offset = whole.index(b"stream\n", whole.index(b"/Contents")) + 40
    sello = re.search(rb"/EmbeddedFile[^>]*>>>>\nstream\n(?=[A-Za-z0-9+/]{300})", whole)
    assert sello
    repainted, own = _repainted(made.acuse, folder / "x.pdf"), made.parts.engine
    changes: dict[str, Callable[[Path], object]] = {
        "letra": lambda path: path.write_bytes(_flipped(whole, offset)),
        "adjunto": lambda path: path.write_bytes(_flipped(whole, sello.end() + 5)),
        "pegado": lambda path: path.write_bytes(whole + b"\n% mas\n"),
        "cortado": lambda path: path.write_bytes(whole[:-700]),
        "anotado": lambda path: path.write_bytes(_annotated(made.acuse)),
        "anotado-protegido": lambda path: path.write_bytes(_annotated(made.protected)),
        "reescrito": lambda path: _repainted(made.acuse, path),
        "reescrito-con-sello": lambda path: _repainted(made.acuse, path, keep_seal=True),
        "otro-sello": lambda path: _sealed(other, repainted, path, made, "Acuse de recibo"),
        "recepcion": lambda path: _sealed(own, repainted, path, made, "Recepción, folio"),
        "otro-folio": lambda path: _sealed(own, repainted, path, made, "Acuse de recibo X"),
        "sin-sello": blank_pdf,
        "no-pdf": lambda path: path.write_bytes(b"GIF89a"),
    }
    changes |= {
        f"sombra: {trick}": lambda path, trick=trick: path.write_bytes(shadowed(whole, trick))  # type: ignore[misc]
        for trick in TRICKS
    }
    changes["sombra-protegido"] = lambda path: path.write_bytes(shadowed(made.protected.read_bytes(), TRICKS[0]))
    found = {name: folder / f"{name}.pdf" for name in changes}
    for name, change in changes.items():
        change(found[name])
    return found


def other_log(policy: TlogPolicy) -> TlogPolicy:
    """A log of the same name, under a key of its own."""
    [log] = policy.logs
    key = SignerKey.generate(log.key.name).verifier
    return TlogPolicy.parse(f"log {key}\nquorum none\n".encode())


def _flipped(content: bytes, at: int) -> bytes:
    changed = content[at] ^ 1
    return content[:at] + bytes([changed]) + content[at + 1 :]


def _annotated(source: Path) -> bytes:
    """With an increment that changes what page 1 shows, and nothing of what was there."""
    with source.open("rb") as file:
        writer = IncrementalPdfFileWriter(file)
        page = writer.root["/Pages"]["/Kids"][0]
        page["/CropBox"] = page["/MediaBox"]
        writer.update_container(page)
        out = BytesIO()
        writer.write(out)
        return out.getvalue()


def _repainted(source: Path, target: Path, *, keep_seal: bool = False) -> Path:
    """Another page under genuine attachments, with or without the old seal."""
    with pikepdf.open(source) as pdf:
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(b"BT /F1 12 Tf 72 700 Td (Otro texto) Tj ET")
        if not keep_seal:
            del pdf.Root["/AcroForm"]
            del page["/Annots"]
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return target


def _sealed(engine: SealEngine, source: Path, target: Path, made: Issued, reason: str) -> None:
    folio = re.search(rb"\|(OP-[0-9A-Z-]+)\|", _cadena(made.acuse))
    assert folio
    words = reason if reason.endswith("X") else f"{reason} {folio[1].decode()}"
    engine.seal_own(source, target, reason=words, at=made.clock.time)


def _cadena(path: Path) -> bytes:
    with pikepdf.open(path) as pdf:
        return pdf.attachments["cadena-original.txt"].get_file().read_bytes()
