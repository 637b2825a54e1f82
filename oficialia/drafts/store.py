"""Where drafts are kept: one folder each, which its code opens, gone seven days after the last change.

Every change is made under the lock of its draft and is on the disk when the call returns: of two who write at once,
both are kept. Whoever reads needs no lock, because the record is replaced whole. The folder's name is the digest of
the draft's code, so that who lists the folders opens none of them by its page.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from oficialia import durable
from oficialia.clock import Clock
from oficialia.domain.codes import Codes, digest
from oficialia.domain.upload import Upload
from oficialia.drafts import files, record, sweeping
from oficialia.drafts.draft import Draft, DraftFile
from oficialia.drafts.errors import AlreadyFiled, DigestMismatch, DraftGone, FileGone, UploadExpired, WrongOffset
from oficialia.drafts.files import Checksum, Source
from oficialia.drafts.lock import locked
from oficialia.drafts.room import require_room
from oficialia.errors import NO_ROOM, Unavailable
from oficialia.limits import Limits

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class DraftStore:
    """The drafts in ``folder``. What the disk refuses raises Unavailable, and then nothing has changed."""

    folder: Path
    codes: Codes
    clock: Clock
    limits: Limits

    def create(self, answers: Mapping[str, Answers] | None = None) -> Draft:
        """A new draft, with the answers of the steps that are already known."""
        now = self.clock()
        draft = Draft(uuid4(), now, now, dict(answers or {}))
        with _disk():
            folder = self._folder(draft.id)
            folder.mkdir(mode=0o700)
            record.write(folder, draft)
            durable.flush_names(self.folder)
        return draft

    def open(self, draft_id: UUID) -> Draft:
        """The draft. Raises DraftGone."""
        with _disk():
            return self._known(self._folder(draft_id))

    def by_code(self, code: str) -> Draft:
        """The draft of a code as somebody typed it. Raises DraftGone."""
        with _disk():
            return self._known(self.folder / digest(code))

    def code(self, draft_id: UUID) -> str:
        """The code that opens it in any browser."""
        return self.codes.draft(draft_id)

    def answer(self, draft_id: UUID, step: str, values: Answers) -> Draft:
        """Puts these answers in the place of the step's. Raises DraftGone and AlreadyFiled, as all that follow."""
        with self._changing(draft_id) as (folder, draft):
            return self._keep(folder, replace(draft, answers={**draft.answers, step: dict(values)}))

    def add(self, draft_id: UUID, slot: str, upload: Upload, about: Answers | None = None) -> DraftFile:
        """Moves a file of the spool in. Raises SubmissionRefused beyond the limits."""
        with self._changing(draft_id) as (folder, draft):
            require_room(self.limits, draft, slot, upload.size)
            announced = self._file(folder, slot, upload.filename, upload.size, about)
            file = replace(announced, received=upload.size, sha256=upload.sha256)
            files.move_in(upload.path, file.path)
            self._keep(folder, replace(draft, files=(*draft.files, file)))
            return file

    def begin(self, draft_id: UUID, slot: str, filename: str, size: int, announced_sha256: str = "") -> DraftFile:
        """Makes place for a file that comes in pieces; the same file, left unfinished, is gone on with. Raises
        SubmissionRefused beyond the limits."""
        with self._changing(draft_id) as (folder, draft):
            for known in draft.unfinished(slot):
                same = (known.filename, known.size, known.announced_sha256) == (filename, size, announced_sha256)
                if same and announced_sha256 and self.clock() < known.expires_at:
                    return known
            require_room(self.limits, draft, slot, size)
            file = replace(self._file(folder, slot, filename, size, None), announced_sha256=announced_sha256)
            self._keep(folder, replace(draft, files=(*draft.files, file)))
            return file

    def file(self, draft_id: UUID, file_id: str) -> DraftFile:
        """One of its files. Raises DraftGone, FileGone, and UploadExpired for what was left unfinished for a day."""
        return self._one(self.open(draft_id), file_id)

    def append(
        self, draft_id: UUID, file_id: str, offset: int, source: Source, checksum: Checksum | None = None
    ) -> DraftFile:
        """Adds the piece that begins at ``offset``; the last one makes the file complete.

        Raises as `file`, and WrongOffset, ChecksumMismatch and TooLong, which change nothing; DigestMismatch takes the
        file away, because something else arrived than the browser had announced.
        """
        with self._changing(draft_id) as (folder, draft):
            file = self._one(draft, file_id)
            if offset != file.received:
                raise WrongOffset
            if file.complete:
                return file
            added = files.write_piece(file.path, offset, file.size - offset, source, checksum)
            file = replace(file, received=offset + added, changed_at=self.clock())
            if file.received == file.size:
                file = replace(file, sha256=files.digest_of(file.path))
            if file.complete and file.announced_sha256 not in ("", file.sha256):
                self._without(folder, draft, file)
                raise DigestMismatch
            self._keep(folder, _with(draft, file))
            return file

    def describe(self, draft_id: UUID, file_id: str, about: Answers) -> DraftFile:
        """Adds to what is known of a file; what was known under the same word is replaced. Raises as `file`."""
        with self._changing(draft_id) as (folder, draft):
            file = self._one(draft, file_id)
            file = replace(file, about={**file.about, **about})
            self._keep(folder, _with(draft, file))
            return file

    def remove(self, draft_id: UUID, file_id: str) -> None:
        """Takes a file away, complete or not. Raises FileGone."""
        with self._changing(draft_id) as (folder, draft):
            self._without(folder, draft, self._any(draft, file_id))

    def close(self, draft_id: UUID, folio: str, filing_id: UUID) -> Draft:
        """It was filed: answers and files go, the folio stays as long as a draft is kept. Safe to repeat.

        The bytes themselves are swept an hour later, because the same form may be on its way a second time, and is
        answered only after its files were looked at.
        """
        with self._changing(draft_id, folio) as (folder, draft):
            return self._keep(folder, replace(draft, answers={}, files=(), folio=folio, filing_id=filing_id))

    def sweep(self) -> int:
        """Removes every draft whose time is over, and in the others what is left of old uploads; how many drafts."""
        return sweeping.sweep(self.folder, self.clock())

    def _folder(self, draft_id: UUID) -> Path:
        return self.folder / digest(self.code(draft_id))

    def _known(self, folder: Path) -> Draft:
        draft = record.read(folder)
        if draft is None or self.clock() >= draft.expires_at:
            raise DraftGone
        return draft

    def _any(self, draft: Draft, file_id: str) -> DraftFile:
        for file in draft.files:
            if file.id == file_id:
                return file
        raise FileGone

    def _one(self, draft: Draft, file_id: str) -> DraftFile:
        file = self._any(draft, file_id)
        if not file.complete and self.clock() >= file.expires_at:
            raise UploadExpired
        return file

    def _file(self, folder: Path, slot: str, filename: str, size: int, about: Answers | None) -> DraftFile:
        name = secrets.token_hex(16)
        path = record.bytes_of(folder, name)
        return DraftFile(name, slot, filename, size, 0, "", "", dict(about or {}), self.clock(), path)

    @contextmanager
    def _changing(self, draft_id: UUID, folio: str = "") -> Iterator[tuple[Path, Draft]]:
        """The folder and the draft, for us alone; of a filed draft only for who brings the same folio."""
        folder = self._folder(draft_id)
        with _disk(), locked(folder):
            draft = self._known(folder)
            if draft.folio not in ("", folio):
                raise AlreadyFiled(draft.folio)
            yield folder, draft

    def _keep(self, folder: Path, draft: Draft) -> Draft:
        changed = replace(draft, changed_at=self.clock())
        record.write(folder, changed)
        return changed

    def _without(self, folder: Path, draft: Draft, gone: DraftFile) -> None:
        self._keep(folder, replace(draft, files=tuple(file for file in draft.files if file.id != gone.id)))
        gone.path.unlink(missing_ok=True)


def _with(draft: Draft, changed: DraftFile) -> Draft:
    return replace(draft, files=tuple(changed if file.id == changed.id else file for file in draft.files))


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(NO_ROOM) from error
