"""The worker seals only what it finds in the register, under the digest that stands there."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from minio import Minio
from sqlalchemy import select

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Etapa
from oficialia.embedded.seaweed import REGION, SeaweedFS
from oficialia.models import Filing, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import intake
from oficialia.services.outbox import MAX_ATTEMPTS
from storage.bucket import Bucket
from tests.support.kinds import ON_BOTH
from tests.support.ledgers import MINE
from tests.support.office import TestClock, blank_pdf, submission
from tests.support.working import work
from workers.parts import Parts

HOUR = timedelta(hours=1)


@pytest.fixture
def original(runtime: Runtime, tmp_path: Path) -> StoredObject:
    """The stored main document of a new filing."""
    intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf", "el verdadero")))
    with runtime.database.reading() as session:
        return session.scalars(select(StoredObject).where(StoredObject.purpose == Purpose.ORIGINAL)).one()


def swap(bucket: Bucket, original: StoredObject, folder: Path) -> str:
    """Store another sound PDF over the original, as whoever has the keys of the store can; its version."""
    other = blank_pdf(folder / "otro.pdf", "otro escrito")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    return bucket.put(original.key, other, sha256=digest, media_type="application/pdf").version_id


def leaves(runtime: Runtime) -> list[str]:
    """The acts of the ledger."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(LedgerLeaf.act).where(MINE).order_by(LedgerLeaf.index)))


@ON_BOTH
def test_other_bytes_under_the_registered_version_are_not_sealed_and_the_filing_is_held(
    parts: Parts, original: StoredObject, clock: TestClock, tmp_path: Path
) -> None:
    runtime = parts.runtime
    version = swap(runtime.bucket, original, tmp_path)
    with runtime.database.transaction() as session:
        session.get_one(StoredObject, original.id).version_id = version
    for _ in range(MAX_ATTEMPTS + 1):
        work(parts)
        clock.time += HOUR
    with runtime.database.reading() as session:
        filing = session.scalars(select(Filing)).one()
        made = session.scalars(select(StoredObject.purpose)).all()
    assert filing.etapa == Etapa.EN_ESPERA
    assert filing.held_reason.startswith("El archivo guardado no es el que dice el registro.")
    assert set(made) == {Purpose.ORIGINAL}
    assert leaves(runtime) == ["ingreso"]


def test_an_object_that_is_gone_is_not_replaced_by_another_of_its_name(
    parts: Parts, original: StoredObject, s3: SeaweedFS, bucket_name: str, tmp_path: Path, clock: TestClock
) -> None:
    runtime = parts.runtime
    swap(runtime.bucket, original, tmp_path)
    admin = Minio(s3.endpoint.removeprefix("http://"), s3.access_key, s3.secret_key, secure=False, region=REGION)
    admin.remove_object(bucket_name, original.key, version_id=original.version_id)
    for _ in range(MAX_ATTEMPTS + 1):
        work(parts)
        clock.time += HOUR
    with runtime.database.reading() as session:
        assert session.scalars(select(Filing.etapa)).one() == Etapa.EN_ESPERA
    assert leaves(runtime) == ["ingreso"]


def test_a_newer_version_beside_the_registered_one_changes_nothing(
    parts: Parts, original: StoredObject, tmp_path: Path
) -> None:
    runtime = parts.runtime
    swap(runtime.bucket, original, tmp_path)
    work(parts)
    with runtime.database.reading() as session:
        sealed = session.scalars(select(StoredObject).where(StoredObject.purpose == Purpose.SEALED)).one()
    runtime.bucket.fetch(sealed.key, sealed.version_id, sealed.sha256, tmp_path / "sellado.pdf")
    with pikepdf.open(tmp_path / "sellado.pdf") as document:
        assert document.docinfo["/Title"] == "el verdadero"
