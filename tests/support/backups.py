"""A register with something in every table, and the means to compare two of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from oficialia.db import Database
from oficialia.domain.filing import Rol
from oficialia.domain.folio import Folio
from oficialia.models import (
    Acuse,
    AskedLetter,
    Base,
    FollowUp,
    InboxEntry,
    LedgerCheckpoint,
    LedgerPublisher,
    Review,
    SealCertificate,
    SealState,
    SignInFailure,
    StoredObject,
)
from oficialia.runtime import Runtime
from oficialia.services import backup, backup_restore, intake, staff_sign_in
from oficialia.services.backup import Made
from oficialia.services.backup_objects import Tally
from oficialia.services.submission import Anexo, Person
from storage.bucket import Bucket
from tests.support.clerks import attempt, hire
from tests.support.office import LABELS, blank_pdf, submission, upload

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ODD = "Peña | «Ñandú» 🙂 'y' \\"


def quiet(_what: str, _more: int) -> None:
    """Progress that nobody watches."""


def make(runtime: Runtime, destination: Path, *, at: datetime = AT, objects: bool = True) -> Made:
    """A backup of the office."""
    return backup.create(
        runtime.database,
        runtime.bucket if objects else None,
        destination,
        instant=at,
        municipality=LABELS.municipality,
        progress=quiet,
    )


def bring_back(
    path: Path,
    database: Database,
    bucket: Bucket,
    last_folio: Folio | None = None,
    progress: Callable[..., None] = quiet,
) -> Tally:
    """The way back, into `database` and `bucket`."""
    restored = backup_restore.restore(
        path, database, bucket, retention_days=1, last_folio=last_folio, now=AT, progress=progress
    )
    return restored.tally


def faults(path: Path) -> tuple[str, ...]:
    """Why the backup would not come back whole."""
    return backup_restore.prove(path, quiet).faults


def file_one(runtime: Runtime, folder: Path, key: str) -> intake.Receipt:
    """One real filing, with an anexo of the very same bytes as the principal."""
    folder.mkdir(exist_ok=True)
    path = blank_pdf(folder / f"{key}.pdf")
    form = submission(
        path,
        key=key,
        asunto=f"{ODD} {key}",
        anexos=(Anexo(upload(path, "anexo-0"), "Copia de lo mismo"),),
        applicant=Person("fisica", "María Peña Ñúñez", email="maria@correo.mx"),
    )
    return intake.receive(runtime, form)


def fill(runtime: Runtime, folder: Path, filings: int = 3) -> list[intake.Receipt]:
    """Real filings, and a row in the tables that filing alone leaves empty."""
    receipts = [file_one(runtime, folder, f"k{number}") for number in range(filings)]
    now = runtime.clock()
    with runtime.database.transaction() as session:
        stored = session.scalars(select(StoredObject).order_by(StoredObject.id)).first()
        assert stored
        filing_id = stored.filing_id
        acuse = {"filing_id": filing_id, "edition": 1, "object_id": stored.id, "issued_at": now}
        session.add(Acuse(**acuse, cadena="||OPD1|…||", sello="c2VsbG8=", token=bytes(range(256))))
        session.add(Acuse(**(acuse | {"edition": 2}), cadena="||", sello="", token=None))
        session.add(SealCertificate(sha256="ab", serial="01", subject="CN=Sello", pem="-----", first_used_at=now))
        span = {"started_at": now, "finished_at": now + timedelta(seconds=1), "asked_by": "orden"}
        session.add(Review(**span, counts={"b": 1, "a": 2}, findings=[{"ñ": None}]))
        session.add(LedgerCheckpoint(origin="a", size=1, root="ab", note="—", signed_at=now))
        session.add(LedgerPublisher(id=1, holder=uuid4(), until=now, trouble="", since=now))
        session.add(SealState(id=1, sha256="00", valid_until=None, reason="", since=now))
        session.add(AskedLetter(address="a@b.mx", about=uuid4(), created_at=now, request_id="ab"))
        session.add(FollowUp(filing_id=receipts[1].filing_id, follows_id=receipts[0].filing_id, relation="alcance"))
        session.add(InboxEntry(id=uuid4(), address="a@b.mx", rfc="", created_at=now, attempts=1, opened_at=now))
        session.add(SignInFailure(key="ab", count=2, last_at=now))
    ana = hire(runtime, "ana", Rol.AREA, "OB")
    staff_sign_in.sign_in(runtime, attempt(runtime, ana))
    return receipts


def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: [dict(row._mapping) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def without_versions(content: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The same, but for the versions that storage gave to objects."""
    stored = [{**row, "version_id": ""} for row in content["stored_objects"]]
    return {**content, "stored_objects": stored}


def is_whole(database: Database, bucket: Bucket, folder: Path) -> bool:
    """Whether storage has every object under the version that the register notes."""
    with database.reading() as session:
        for item in session.scalars(select(StoredObject)):
            bucket.fetch(item.key, item.version_id, item.sha256, folder / "objeto")
    return True


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The register at an address, closed again at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()
