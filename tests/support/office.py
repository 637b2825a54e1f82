"""An office to test the acts with: real register, real storage, real sandbox; only the clock is the test's."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
from sqlalchemy import delete, update

from oficialia.db import Database, upgrade
from oficialia.domain.codes import Codes
from oficialia.models import LedgerHead, LedgerLeaf
from oficialia.runtime import Labels, Limits, Runtime
from oficialia.services import catalog
from oficialia.services.submission import Person, Submission, Upload
from signing.sandbox import Sandbox
from signing.trust import load_anchors
from storage.bucket import Bucket

DATA = Path(__file__).parents[2] / "oficialia/data"
LABELS = Labels("Municipio de Chalco", "Estado de México", "Oficialía de Partes Digital", "", "http://127.0.0.1:8000")


class TestClock:
    """A clock that the test moves; each look is a millisecond later."""

    __test__ = False

    def __init__(self, start: datetime) -> None:
        self.time = start

    def __call__(self) -> datetime:
        """The next instant."""
        self.time += timedelta(milliseconds=1)
        return self.time


def make_runtime(url: str, *, bucket: Bucket, sandbox: Sandbox, pki: Path, spool: Path, clock: TestClock) -> Runtime:
    """A migrated register with the demo catalogue, and the parts to work with it."""
    upgrade(url)
    database = Database(url, pool_size=40)
    load_catalogue(database)
    drafts = spool.with_name(f"{spool.name}-borradores")
    for folder in (spool, drafts):
        folder.mkdir(exist_ok=True)
    anchors = load_anchors(pki / "anclas")
    return Runtime(
        database, bucket, sandbox, anchors, Codes(b"x" * 32), clock, spool, Limits(), LABELS, drafts_dir=drafts
    )


def load_catalogue(database: Database, *, with_leaves: bool = False) -> None:
    """The demo catalogue and policies. Their leaves are taken away again, unless they are what is tested: the ledger of
    a test begins with its first filing."""
    catalogue, policies = (json.loads((DATA / f"{name}-demo.json").read_text()) for name in ("catalogo", "politicas"))
    catalog.load(database, catalogue, policies, datetime(2026, 1, 1, 18, tzinfo=UTC))
    if not with_leaves:
        with database.transaction() as session:
            session.execute(delete(LedgerLeaf))
            session.execute(update(LedgerHead).values(size=0, last_registered_at=None))


def blank_pdf(path: Path, text: str = "") -> Path:
    """A one-page PDF of our own, different for each ``text``."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(612, 792))
        pdf.docinfo["/Title"] = text or path.name
        pdf.save(path)
    return path


def upload(path: Path, field: str = "principal") -> Upload:
    """The file as the window hands it over."""
    data = path.read_bytes()
    return Upload(path, hashlib.sha256(data).hexdigest(), len(data), path.name, field)


def submission(main: Path | None, key: str = "k", **changes: object) -> Submission:
    """A complete petition; ``changes`` replace any of its values."""
    values: dict[str, object] = {
        "applicant": Person("fisica", "María Peña"),
        "representative": None,
        "area": "OP",
        "tramite": "",
        "asunto": "Bache en la calle Vicente Guerrero",
        "petition": "",
        "previous_folio": "",
        "main_pdf": upload(main) if main else None,
        "photos": (),
        "anexos": (),
        "buzon_consent": False,
        "privacy_version": "1",
        "privacy_sha256": "00",
        "received_at": datetime(2026, 11, 23, 17, 0, tzinfo=UTC),
        "session_id": "s",
        "idempotency_key": key,
    }
    return Submission(**(values | changes))  # type: ignore[arg-type]
