"""Papers that somebody shows to the verification: what an office issued, and what became of it in other hands."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sqlalchemy import select

from oficialia.db import Database, upgrade
from oficialia.domain.documents import Purpose
from oficialia.domain.protection import QUIET
from oficialia.models import Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import intake
from signing.cover import CoverContent
from signing.identity import SealIdentity
from signing.seal import Sealed, SealEngine
from signing.stamp import StampContent
from tests.support.authorities import serving
from tests.support.office import TestClock, load_catalogue, submission
from tests.support.papers import sign, write_pdf
from tests.support.window import File, Visitor, faults
from tests.support.working import make_parts, schedule_protection, work


@dataclass(frozen=True)
class Town:
    """An office that issued something, and what it issued."""

    runtime: Runtime
    visitor: Visitor
    folio: str
    documents: dict[tuple[Purpose, int], bytes]
    pki: Path

    def shown(self, content: bytes, name: str = "documento.pdf") -> str:
        """The page about a file."""
        response = self.visitor.send("/verificar", {"documento": File(content, name)})
        assert response.status_code == 200, faults(response)
        return unescape(response.text)

    def seal(self, source: Path, target: Path) -> Sealed:
        """Seals a document with the office's own seal, behind the back of its register."""
        identity = SealIdentity.from_pkcs12(self.pki / "sello.p12", (self.pki / "sello.password").read_text().strip())
        runtime = self.runtime
        engine = SealEngine(runtime.sandbox, identity, timestamper=None, anchors=runtime.anchors)
        data = source.read_bytes()
        cover = CoverContent(
            "Municipio",
            "Oficialía",
            "OP-2026-000123-5",
            "hoy",
            "a.pdf",
            sha256(data).hexdigest(),
            len(data),
            "https://x",
        )
        stamp = StampContent("Oficialía", "OP-2026-000123-5", "hoy", "0" * 16, "https://x.mx/v/7KQF-M2XD-9PRT-ZB4H")
        return engine.seal_document(source, target, stamp=stamp, cover=cover, at=runtime.clock())

    @property
    def sealed(self) -> bytes:
        """The sealed copy as it was first issued."""
        return self.documents[Purpose.SEALED, 1]


WORDS = b"BT /F1 14 Tf 72 700 Td (%s) Tj ET"


@contextmanager
def issuing(runtime: Runtime, pki: Path, folder: Path) -> Iterator[tuple[Runtime, str]]:
    """The office with a register of its own, and one filing in it that has its sealed copy and its acuse, both in two
    editions; and the folio. All that was done some hours ago: pyHanko asks the real clock when it looks back."""
    url = f"sqlite:///{folder / 'oficialia.db'}"
    upgrade(url)
    database = Database(url, pool_size=10)
    load_catalogue(database)
    clock = TestClock(datetime.now(UTC) - timedelta(hours=6))
    office = replace(runtime, database=database, clock=clock, spool=folder / "transito")
    office.spool.mkdir()
    petition = signed_petition(folder / "petición.pdf", pki)
    receipt = intake.receive(office, submission(petition, received_at=clock.time))
    with serving(pki, clock) as (responders, _):
        parts = make_parts(office, pki, responders)
        work(parts)
        clock.time += QUIET + timedelta(seconds=1)
        schedule_protection(parts)
        work(parts)
    clock.time += timedelta(hours=6)
    yield office, receipt.folio
    database.close()


def signed_petition(path: Path, pki: Path) -> Path:
    """A page signed with María's e.firma."""
    people = pki / "ciudadanos"
    return sign(write_pdf(path), people / "maria.p12", (people / "maria.password").read_text().strip())


def issued(office: Runtime, folio: str, purpose: Purpose, edition: int, folder: Path) -> bytes:
    """What the office issued."""
    with office.database.reading() as session:
        filing = session.scalars(select(Filing).where(Filing.folio == folio)).one()
        mine = (StoredObject.filing_id == filing.id) & (StoredObject.purpose == purpose)
        item = session.scalars(select(StoredObject).where(mine, StoredObject.edition == edition)).one()
    path = folder / f"{purpose}-{edition}.pdf"
    office.bucket.fetch(item.key, item.version_id, item.sha256, path)
    return path.read_bytes()


def later(content: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The document with one revision more."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def blackened(writer: IncrementalPdfFileWriter) -> None:
    """A black box over the first page."""
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    box = writer.add_object(generic.StreamObject(stream_data=b"q 0 g 100 100 400 500 re f Q"))
    contents = page["/Contents"] if isinstance(page["/Contents"], generic.ArrayObject) else None
    before = list(contents) if contents is not None else [page.raw_get("/Contents")]
    page["/Contents"] = generic.ArrayObject([*before, box])
    writer.update_container(page)


def saying(words: str, attached: dict[str, bytes] | None = None) -> bytes:
    """A page that says it."""
    with pikepdf.new() as document:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page = Dictionary(
            Type=Name.Page, MediaBox=Array([0, 0, 612, 792]), Resources=Dictionary(Font=Dictionary(F1=font))
        )
        page.Contents = document.make_stream(WORDS % words.encode("latin-1"))
        document.pages.append(pikepdf.Page(document.make_indirect(page)))
        for name, content in (attached or {}).items():
            document.attachments[name] = content
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()
