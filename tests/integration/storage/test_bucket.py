"""The bucket against a real S3 server: written once, kept in versions, believed only after reading back."""

import hashlib
import io
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from minio import Minio
from minio.commonconfig import GOVERNANCE
from minio.error import S3Error

import storage.bucket
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.embedded.seaweed import REGION, SeaweedFS
from storage.bucket import Bucket
from storage.errors import StorageMismatch, StorageUnavailable
from storage.keys import object_key

PDF = "application/pdf"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "escrito.pdf"
    path.write_bytes(b"%PDF-1.7 " + uuid.uuid4().bytes * 10_000)
    return path


@pytest.fixture
def client(s3: SeaweedFS) -> Minio:
    """The S3 client itself, to look at what the bucket did, and to attack it."""
    return Minio(s3.endpoint.removeprefix("http://"), s3.access_key, s3.secret_key, secure=False, region=REGION)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _key(path: Path) -> str:
    return object_key(uuid.uuid4(), "original", _sha256(path), "pdf")


def test_what_is_put_comes_back_byte_for_byte(bucket: Bucket, file: Path, tmp_path: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    target = tmp_path / "copia.pdf"
    bucket.fetch(stored.key, stored.version_id, stored.sha256, target)
    assert target.read_bytes() == file.read_bytes()
    assert (stored.sha256, stored.size) == (_sha256(file), file.stat().st_size)


def test_a_stream_gives_the_same_bytes_in_blocks(bucket: Bucket, file: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    with bucket.stream(stored.key, stored.version_id, chunk=1000) as blocks:
        received = list(blocks)
    assert b"".join(received) == file.read_bytes()
    assert max(map(len, received)) <= 1000


def test_a_stream_may_be_left_before_its_end(bucket: Bucket, file: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    for _ in range(40):  # more than the pool holds: connections are given back
        with bucket.stream(stored.key, stored.version_id, chunk=10) as blocks:
            assert next(blocks) == file.read_bytes()[:10]


def test_a_repeated_put_gives_another_version_and_keeps_the_first(bucket: Bucket, file: Path, tmp_path: Path) -> None:
    key = _key(file)
    first = bucket.put(key, file, sha256=_sha256(file), media_type=PDF)
    second = bucket.put(key, file, sha256=_sha256(file), media_type=PDF)
    assert first.version_id != second.version_id
    bucket.fetch(key, first.version_id, first.sha256, tmp_path / "primera.pdf")


def test_a_large_file_goes_in_one_piece_with_its_type(bucket: Bucket, client: Minio, tmp_path: Path) -> None:
    large = tmp_path / "grande.pdf"
    large.write_bytes(b"0123456789abcdef" * 4_500_000)  # 72 MB, over the size at which clients split
    stored = bucket.put(_key(large), large, sha256=_sha256(large), media_type=PDF)
    kept = client.stat_object("pruebas", stored.key, version_id=stored.version_id)
    assert (kept.size, kept.content_type) == (72_000_000, PDF)


def test_every_object_is_protected_from_deletion(bucket: Bucket, client: Minio, file: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    kept = client.stat_object("pruebas", stored.key, version_id=stored.version_id)
    headers = kept.metadata or {}
    assert headers["X-Amz-Object-Lock-Mode"] == GOVERNANCE
    until = datetime.fromisoformat(headers["X-Amz-Object-Lock-Retain-Until-Date"])
    assert until > datetime.now(UTC) + timedelta(hours=23)
    with pytest.raises(S3Error):
        client.remove_object("pruebas", stored.key, version_id=stored.version_id)


def test_bytes_that_are_not_those_announced_are_not_believed(bucket: Bucket, file: Path) -> None:
    with pytest.raises(StorageMismatch):
        bucket.put(_key(file), file, sha256="0" * 64, media_type=PDF)


def test_bytes_that_change_on_the_way_are_refused_by_the_server(
    bucket: Bucket, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.bucket, "_md5", lambda _path: "AAAAAAAAAAAAAAAAAAAAAA==")
    with pytest.raises(StorageUnavailable, match="400"):
        bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)


def test_a_fetched_object_that_differs_leaves_no_file(bucket: Bucket, file: Path, tmp_path: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    target = tmp_path / "copia.pdf"
    with pytest.raises(StorageMismatch):
        bucket.fetch(stored.key, stored.version_id, "0" * 64, target)
    assert not target.exists()


@pytest.mark.parametrize("version", ["67152e7f9ebd9408b6cdb5c7610de5bd", "null"])
def test_an_absent_version_is_a_mismatch(version: str, bucket: Bucket, file: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    with pytest.raises(StorageMismatch), bucket.stream(stored.key, version):
        pass


class _ForeignVersion(BaseHTTPRequestHandler):
    """Answers as MinIO does when it is asked for a version that it cannot have given."""

    def do_GET(self) -> None:
        body = b"<Error><Code>InvalidArgument</Code><Message>Invalid version id specified</Message></Error>"
        self.send_response(400)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_a_version_of_another_kind_of_store_is_a_mismatch() -> None:
    with ThreadingHTTPServer((LOOPBACK, 0), _ForeignVersion) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://{LOOPBACK}:{server.server_port}"
        other = Bucket(address, "quien", "secreto-largo", bucket="pruebas", region=REGION)
        with pytest.raises(StorageMismatch), other.stream("expedientes/a", "67152e7f9ebd9408b6cdb5c7610de5bd"):
            pass
        server.shutdown()


def test_an_absent_object_is_a_mismatch(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(StorageMismatch):
        bucket.fetch("expedientes/nadie", "67152e7f9ebd9408b6cdb5c7610de5bd", "0" * 64, tmp_path / "copia")


def test_the_size_is_told_without_reading(bucket: Bucket, file: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    assert bucket.size(stored.key, stored.version_id) == stored.size
    with pytest.raises(StorageMismatch):
        bucket.size(stored.key, "67152e7f9ebd9408b6cdb5c7610de5bd")
    with pytest.raises(StorageMismatch):
        bucket.size("expedientes/nadie", stored.version_id)


def test_every_version_of_every_object_is_listed(bucket: Bucket, file: Path) -> None:
    filing = uuid.uuid4()
    keys = [object_key(filing, purpose, _sha256(file), "pdf") for purpose in ("original", "sellado", "sellado")]
    stored = [bucket.put(key, file, sha256=_sha256(file), media_type=PDF) for key in keys]
    listed = list(bucket.versions(f"expedientes/{filing}/"))
    assert {(item.key, item.version_id, item.size) for item in listed} == {
        (item.key, item.version_id, item.size) for item in stored
    }
    assert all(abs(item.last_modified - datetime.now(UTC)) < timedelta(minutes=5) for item in listed)
    assert [item.key for item in listed] == sorted(keys)


@pytest.mark.slow
def test_more_versions_are_listed_than_the_store_gives_at_once(bucket: Bucket, client: Minio) -> None:
    prefix = f"expedientes/{uuid.uuid4()}/"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: client.put_object("pruebas", f"{prefix}{n:04}", io.BytesIO(b"x"), 1), range(1005)))
    assert [item.key for item in bucket.versions(prefix)] == [f"{prefix}{n:04}" for n in range(1005)]


def test_what_was_marked_as_deleted_is_still_listed_by_its_versions(bucket: Bucket, client: Minio, file: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    client.remove_object("pruebas", stored.key)
    assert [item.version_id for item in bucket.versions(stored.key)] == [stored.version_id]


def test_wrong_credentials_are_unavailable(s3: SeaweedFS, bucket: Bucket) -> None:
    bucket.probe()
    with pytest.raises(StorageUnavailable):
        Bucket(s3.endpoint, s3.access_key, "no-es-el-secreto", bucket="pruebas", region=REGION).probe()


def test_without_credentials_nothing_is_given(s3: SeaweedFS, bucket: Bucket, file: Path) -> None:
    stored = bucket.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    anonymous = Minio(s3.endpoint.removeprefix("http://"), secure=False, region=REGION)
    with pytest.raises(S3Error):
        anonymous.get_object("pruebas", stored.key, version_id=stored.version_id)


def test_a_server_that_is_away_is_unavailable_soon(file: Path) -> None:
    [port] = free_ports(1)
    away = Bucket(f"http://{LOOPBACK}:{port}", "quien", "secreto-largo", bucket="pruebas", region=REGION)
    began = datetime.now(UTC)
    with pytest.raises(StorageUnavailable):
        away.put(_key(file), file, sha256=_sha256(file), media_type=PDF)
    assert datetime.now(UTC) - began < timedelta(seconds=5)


def test_ensure_may_be_repeated_and_changes_the_retention(s3: SeaweedFS, client: Minio) -> None:
    ready = s3.bucket("repetido")
    for days in (1, 1, 2):
        ready.ensure(retention_days=days)
        lock = client.get_object_lock_config("repetido")
        assert (lock.mode, lock.duration) == (GOVERNANCE, days)


@pytest.fixture
def plain_bucket(client: Minio) -> Iterator[str]:
    client.make_bucket("sin-versiones")
    yield "sin-versiones"
    client.remove_bucket("sin-versiones")


def test_a_bucket_without_versions_is_refused(s3: SeaweedFS, plain_bucket: str, file: Path) -> None:
    wrong = s3.bucket(plain_bucket)
    with pytest.raises(StorageMismatch, match="no versions"):
        wrong.ensure(retention_days=1)
    with pytest.raises(StorageMismatch, match="no version"):
        wrong.put("clave", file, sha256=_sha256(file), media_type=PDF)


def test_the_probe_tells_an_absent_bucket(s3: SeaweedFS) -> None:
    with pytest.raises(StorageUnavailable, match="does not exist"):
        s3.bucket("no-existe").probe()
