"""The bucket: every object is written once, kept in versions, and believed only after it was read back.

The only module that imports the S3 client. Nothing here deletes: the software has no way to remove a filing's bytes.
Uploads are single presigned PUTs, because the client's own `put_object` turns Content-MD5 into user metadata, and
because some servers drop the bucket's retention on multipart uploads; S3 takes up to 5 GiB that way.
"""

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import ENABLED, GOVERNANCE
from minio.error import MinioException, S3Error, ServerError
from minio.objectlockconfig import DAYS, ObjectLockConfig
from urllib3.response import BaseHTTPResponse

from storage.errors import BucketMissing, StorageMismatch, StorageRefused, StorageSilent, StorageUnavailable

# The store is beside us: three seconds to connect is already a fault. A read may wait for a disk to flush 100 MB.
CONNECT_SECONDS, READ_SECONDS = 3.0, 15.0
# Two more tries cover a restarted server, one a lost answer; a person is waiting, so there are no more.
RETRIES = urllib3.Retry(
    total=2, read=1, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504), allowed_methods=None
)
PRESIGNED_FOR = timedelta(minutes=10)
BLOCK = 64 * 1024


@dataclass(frozen=True)
class Stored:
    """One version of one object, after it was read back: its digest (hex) and size in bytes are those of the store."""

    key: str
    version_id: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Version:
    """One version of one object as the store lists it; `last_modified` (aware) is when the store took it."""

    key: str
    version_id: str
    size: int
    last_modified: datetime


class Bucket:
    """One S3 bucket. Safe to share among threads; a forked process makes its own."""

    def __init__(
        self, endpoint_url: str, access_key: str, secret_key: str, *, bucket: str, region: str, ca_file: str = ""
    ) -> None:
        parts = urlsplit(endpoint_url)
        self._name = bucket
        self._region = region
        self._http = urllib3.PoolManager(
            maxsize=16,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=RETRIES,
            cert_reqs="CERT_REQUIRED",
            ca_certs=ca_file or None,
        )
        self._client = Minio(
            parts.netloc,
            access_key,
            secret_key,
            secure=parts.scheme == "https",
            region=region,
            http_client=self._http,
        )

    def ensure(self, *, retention_days: int) -> None:
        """Make the bucket if absent, with object lock (hence versions) and a default GOVERNANCE retention; idempotent.

        `retention_days=0` sets no default retention. Raises StorageMismatch when the bucket exists without versions or
        without lock: both can only be given at birth. Raises StorageUnavailable.
        """
        with _translated():
            if not self._client.bucket_exists(self._name):
                self._client.make_bucket(self._name, self._region, object_lock=True)
            if self._client.get_bucket_versioning(self._name).status != ENABLED:
                raise StorageMismatch(f"bucket {self._name} keeps no versions")
            if retention_days:
                self._retain(retention_days)

    def _retain(self, days: int) -> None:
        current = self._client.get_object_lock_config(self._name)
        if (current.mode, current.duration, current.duration_unit) != (GOVERNANCE, days, DAYS):
            self._client.set_object_lock_config(self._name, ObjectLockConfig(GOVERNANCE, days, DAYS))

    def put(self, key: str, path: Path, *, sha256: str, media_type: str) -> Stored:
        """Store the file, read that very version back and compare digest and size; only then return.

        Safe to repeat: the same key gets another version with the same bytes. Raises StorageUnavailable when it is not
        known to be stored, StorageMismatch when the store has no versions or gives back other bytes.
        """
        with path.open("rb") as body:
            return self._put(key, body, _md5(path), sha256=sha256, size=path.stat().st_size, media_type=media_type)

    def put_bytes(self, key: str, content: bytes, *, media_type: str) -> Stored:
        """As ``put``, of something small that is at hand."""
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        digest = hashlib.sha256(content).hexdigest()
        return self._put(key, BytesIO(content), md5, sha256=digest, size=len(content), media_type=media_type)

    def _put(self, key: str, body: IO[bytes], md5: str, *, sha256: str, size: int, media_type: str) -> Stored:
        headers = {"Content-MD5": md5, "Content-Type": media_type, "Content-Length": str(size)}
        with _translated():
            url = self._client.get_presigned_url("PUT", self._name, key, PRESIGNED_FOR)
            response = self._http.request("PUT", url, body=body, headers=headers)
        if response.status != 200:
            raise StorageUnavailable(f"PUT answered {response.status}")
        version_id = response.headers.get("x-amz-version-id", "")
        if version_id in {"", "null"}:
            raise StorageMismatch("the store gave no version to the object")
        stored = Stored(key, version_id, *self.measure(key, version_id))
        if (stored.sha256, stored.size) != (sha256, size):
            raise StorageMismatch(f"{key}: the store gives back other bytes than it was sent")
        return stored

    def read(self, key: str, *, version_id: str | None = None, at_most: int) -> bytes:
        """All of a small object: of its newest version, unless one is named.

        Raises StorageMismatch when it is absent, or has more than ``at_most`` bytes; StorageUnavailable.
        """
        with self.stream(key, version_id, chunk=at_most + 1) as blocks:
            content = b""
            for block in blocks:
                content += block
                if len(content) > at_most:
                    raise StorageMismatch(f"{key}: more than {at_most} bytes")
            return content

    def measure(self, key: str, version_id: str) -> tuple[str, int]:
        """Read one version to its end: its digest (SHA-256, hex) and size in bytes.

        Raises StorageMismatch when it is absent, StorageUnavailable.
        """
        digest, size = hashlib.sha256(), 0
        with self.stream(key, version_id) as blocks:
            for block in blocks:
                digest.update(block)
                size += len(block)
        return digest.hexdigest(), size

    def fetch(self, key: str, version_id: str, sha256: str, target: Path) -> None:
        """Write one version to `target`, block by block, and compare its digest.

        Raises StorageMismatch (and leaves no target) when it is absent or differs, StorageUnavailable.
        """
        digest = hashlib.sha256()
        try:
            with self.stream(key, version_id) as blocks, target.open("wb") as file:
                for block in blocks:
                    digest.update(block)
                    file.write(block)
            if digest.hexdigest() != sha256:
                raise StorageMismatch(f"{key}: the stored bytes are not those of the register")
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    @contextlib.contextmanager
    def stream(self, key: str, version_id: str | None, *, chunk: int = BLOCK) -> Iterator[Iterator[bytes]]:
        """The bytes of one version (None for the newest), block by block; on leaving, the connection is closed, read to
        its end or not.

        The first answer of the store comes on entering, so that a failure is known before anything was passed on.
        Raises StorageMismatch when it is absent, StorageUnavailable on entering or between two blocks.
        """
        with _translated():
            response = self._client.get_object(self._name, key, version_id=version_id)
        try:
            yield _blocks(response, chunk)
        finally:
            response.close()
            response.release_conn()

    def size(self, key: str, version_id: str) -> int:
        """Bytes of one version, as the store says without reading it. Raises StorageMismatch when it is absent,
        StorageUnavailable."""
        with _translated():
            return self._client.stat_object(self._name, key, version_id=version_id).size or 0

    def versions(self, prefix: str) -> Iterator[Version]:
        """Every version of every object under `prefix`, in the order of their keys, without the marks of a deletion.

        The store is asked page by page, while the caller goes on. Raises StorageUnavailable between two of them.
        """
        with _translated():
            for item in self._client.list_objects(self._name, prefix, recursive=True, include_version=True):
                if not item.is_delete_marker and item.last_modified is not None:
                    yield Version(item.object_name or "", item.version_id or "", item.size or 0, item.last_modified)

    def probe(self) -> None:
        """Ask the store for the bucket. Raises StorageUnavailable when it does not answer or has no such bucket."""
        with _translated():
            found = self._client.bucket_exists(self._name)
        if not found:
            raise BucketMissing(f"bucket {self._name} does not exist")


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    return base64.b64encode(digest.digest()).decode()


def _blocks(response: BaseHTTPResponse, chunk: int) -> Iterator[bytes]:
    with _translated():
        yield from response.stream(chunk)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn the client's errors into ours, at the edge."""
    try:
        yield
    except S3Error as error:
        # InvalidArgument: MinIO and AWS say so of a version that another kind of store gave, as after a restore.
        if error.code in {"NoSuchKey", "NoSuchVersion", "InvalidArgument"}:
            raise StorageMismatch(f"the store does not have it: {error.code}") from error
        if error.code == "NoSuchBucket":
            raise BucketMissing(f"bucket {error.bucket_name} does not exist") from error
        raise StorageRefused(f"the store refused: {error.code}", error.code or "") from error
    except ServerError as error:
        raise StorageUnavailable(f"the store failed: {error.status_code}") from error
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise StorageSilent(f"the store did not answer: {type(error).__name__}") from error
