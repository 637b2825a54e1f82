"""Uploads that never touch memory: each file goes to the spool as it arrives, hashed on the way.

A file over the limit, or that the disk has no room for, stops being kept at once, but its form is still read, so that
the page can come back with everything the person typed. The declared length of the whole request is checked before a
byte is read (``MAX_CONTENT_LENGTH``). Every temporary file is gone when the request ends, however it ends.
"""

import contextlib
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from flask import Flask, Request, current_app, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from oficialia.errors import NO_ROOM, Unavailable
from oficialia.services.submission import Upload
from oficialia.web.context import options, runtime
from oficialia.web.text import clean_filename

PREFIX = "envio-"  # files of the spool that belong to a request under way
_BLOCK = 1 << 16


class SpooledUpload(io.RawIOBase):
    """One uploaded file: a temporary file of the spool, its SHA-256 and its size so far."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Raises Unavailable when the spool takes no file."""
        try:
            descriptor, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
        except OSError as error:
            raise Unavailable(NO_ROOM) from error
        self.path = Path(name)
        self.size = 0
        self.limit = limit
        self.fault: OSError | None = None  # what the disk said when it took no more; then nothing of it is kept
        self._file = os.fdopen(descriptor, "w+b")
        self._digest = hashlib.sha256()

    @property
    def too_large(self) -> bool:
        """Whether more arrived than may be kept; then nothing of it is."""
        return self.size > self.limit

    @property
    def sha256(self) -> str:
        """Digest of everything written, hex."""
        return self._digest.hexdigest()

    def write(self, data: Any) -> int:
        """Keeps and hashes ``data``; beyond the limit, or without room, it is only counted."""
        self.size += len(data)
        with self._noting_faults():
            if self.too_large or self.fault:
                self._file.truncate(0)
            else:
                self._digest.update(data)
                self._file.write(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves within the file; everything written is in the file afterwards, or ``fault`` is set."""
        with self._noting_faults():
            return self._file.seek(offset, whence)  # flushes
        return 0

    @contextlib.contextmanager
    def _noting_faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.fault = self.fault or error

    def readinto(self, buffer: Any) -> int:
        """Reads what was kept."""
        return self._file.readinto(buffer)

    def readable(self) -> bool:
        """Always."""
        return True

    def writable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def remove(self) -> None:
        """Closes and deletes; safe to repeat."""
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


class OfficeRequest(Request):
    """A request whose files go to the spool, and that counts as received only when all of its body is there."""

    def __init__(self, environ: dict[str, Any], *arguments: Any, **named: Any) -> None:
        if "HTTP_TRANSFER_ENCODING" not in environ:
            # gunicorn says that its input ends by itself; it also ends where the sender went away, and half a form
            # would pass for a whole one. Without this word werkzeug counts, and misses what is missing.
            environ.pop("wsgi.input_terminated", None)
        super().__init__(environ, *arguments, **named)
        self.spooled: list[SpooledUpload] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if not filename:  # a file field that was left empty
            return cast(IO[bytes], _Nothing())
        upload = SpooledUpload(runtime().spool, runtime().limits.file_bytes)
        self.spooled.append(upload)
        return cast(IO[bytes], upload)


class _Nothing(io.BytesIO):
    """Where the content of a file without a name goes: counted by the request's own limit, kept nowhere."""

    def write(self, data: Any) -> int:
        return len(data)


@dataclass(frozen=True)
class Received:
    """A file as the form names it; ``upload.path`` is deleted when the request ends."""

    field: str
    upload: Upload
    too_large: bool


def received(field: str) -> list[Received]:
    """The files sent under ``field``, in order, without the fields left empty."""
    return [
        Received(field, _upload(stored, stored.stream), stored.stream.too_large)
        for stored in request.files.getlist(field)
        if isinstance(stored.stream, SpooledUpload)
    ]


def received_body(name: str) -> Received:
    """The body of a request without a form as one file, called ``name``. Raises what a cut-off body raises."""
    stream = SpooledUpload(runtime().spool, runtime().limits.file_bytes)
    cast(OfficeRequest, request).spooled.append(stream)
    while block := request.stream.read(_BLOCK):
        stream.write(block)
    stream.seek(0)
    return Received(name, Upload(stream.path, stream.sha256, stream.size, name, name), stream.too_large)


def received_piece(room: int) -> tuple[SpooledUpload, bool]:
    """The body of a request without a form, of which at most ``room`` is kept, and whether all of it came: what arrived
    before the connection dropped is kept too. Raises Unavailable when the spool has no room."""
    stream = SpooledUpload(runtime().spool, room)
    cast(OfficeRequest, request).spooled.append(stream)
    whole = True
    try:
        while block := request.stream.read(_BLOCK):
            stream.write(block)
    except ClientDisconnected:
        whole = False
    stream.seek(0)
    require_kept()
    return stream, whole


def _upload(stored: FileStorage, stream: SpooledUpload) -> Upload:
    name = clean_filename(stored.filename)
    return Upload(stream.path, stream.sha256, stream.size, name, str(stored.name))


def total_received() -> int:
    """Bytes of all files of this request."""
    return sum(upload.size for upload in cast(OfficeRequest, request).spooled)


def announced() -> int:
    """How many bytes the body may have: what was said, or the most that is read of one that does not say (chunked)."""
    if "Transfer-Encoding" in request.headers:
        return int(current_app.config["MAX_CONTENT_LENGTH"])
    return request.content_length or 0


def require_room() -> None:
    """Before anything of the body is read: raises RequestEntityTooLarge, or Unavailable when the spool has no room."""
    if announced() > current_app.config["MAX_CONTENT_LENGTH"]:
        raise RequestEntityTooLarge
    free = shutil.disk_usage(runtime().spool).free
    if free - announced() < options().min_free_bytes:
        raise Unavailable(NO_ROOM)


def require_draft_room(size: int) -> None:
    """Before a draft grows by that much: raises Unavailable while the disk is nearer to its end than filing needs, so
    that who only begins keeps nobody from filing."""
    free = shutil.disk_usage(runtime().drafts.folder).free
    if free - size < 2 * options().min_free_bytes:
        raise Unavailable(NO_ROOM)


def require_kept() -> None:
    """Raises Unavailable when the disk had no room for a file of this request; call it when the form was read."""
    for upload in cast(OfficeRequest, request).spooled:
        if upload.fault:
            raise Unavailable(NO_ROOM) from upload.fault


def install(app: Flask) -> None:
    """Sends files to the spool, limits the body, and deletes temporary files at the end of each request."""
    app.request_class = OfficeRequest
    limits = app.extensions["oficialia"][0].limits
    # Room for the text of the form and the headers of its parts, beside the files.
    app.config["MAX_CONTENT_LENGTH"] = limits.filing_bytes + (2 << 20)
    app.config["MAX_FORM_MEMORY_SIZE"] = 1 << 20
    app.teardown_request(_remove_all)


def _remove_all(_error: BaseException | None) -> None:
    for upload in getattr(request, "spooled", ()):
        upload.remove()
