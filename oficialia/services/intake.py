"""Receiving a filing: from the last byte uploaded to the folio.

The steps, in the order that makes the promise safe (the blocks below carry their numbers):

1. The same form sent twice, or the same writing again in this session: the folio it already has; for another body
   under the same key, a 409.
2. Every file is inspected in the sandbox; only the closed list of refusals stops a filing.
3. A main document typed in the page becomes a PDF; so do photographs, of it or of an anexo.
4. Everything goes to storage, is read back and compared.
5. One transaction: folio, filing, documents, event, ledger leaf ``ingreso``, outbox jobs; and what it does to the
   filing that it follows (``follow_ups``).
6. The receipt is returned; only now may the folio be shown.

If the power goes before the commit of 5 there are orphan objects and no promise; after it, all that is needed to finish
is on disk.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.db import DatabaseUnavailable
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto
from oficialia.errors import KeyReused, Unavailable
from oficialia.models import Event, Filing
from oficialia.runtime import Runtime
from oficialia.services import email_confirmation, events, follow_ups, ledger, outbox, registration
from oficialia.services.pieces import EXTENSIONS, Piece, pieces
from oficialia.services.registration import StoredPiece
from oficialia.services.submission import Submission
from signing.errors import SandboxFailure, SandboxUnavailable
from storage.bucket import Stored
from storage.errors import StorageError
from storage.keys import object_key


@dataclass(frozen=True)
class Receipt:
    """What the promovente is shown at once."""

    filing_id: UUID
    folio: str
    repeated: bool  # the same writing had already been received


def receive(runtime: Runtime, submission: Submission) -> Receipt:
    """Receives one filing and returns its folio, durable from then on.

    Raises SubmissionRefused (a document or datum, with its sentence), KeyReused, Unavailable (nothing was promised).
    """
    with parts_are_there(), TemporaryDirectory(dir=runtime.spool, prefix="ingreso-") as folder:
        # 1
        with runtime.database.reading() as session:
            if known := _already_received(session, submission):
                return known
        # 2 and 3
        found = pieces(runtime, submission, Path(folder))
        # 4
        filing_id = uuid4()
        stored = [_store(runtime, filing_id, piece) for piece in found]
        # 5 and 6
        return _register(runtime, submission, filing_id, stored)


@contextmanager
def parts_are_there(sentence: str = "") -> Iterator[None]:
    """Storage, database or sandbox out of order: nothing was promised, and the person is told so."""
    try:
        yield
    except (StorageError, DatabaseUnavailable, SandboxFailure, SandboxUnavailable, OSError) as error:
        raise Unavailable(sentence) from error


def _already_received(session: Session, submission: Submission) -> Receipt | None:
    body = submission.body_digest()
    known = session.scalars(select(Filing).where(Filing.idempotency_hash == submission.key_hash())).one_or_none()
    if known is not None and known.body_digest != body:
        raise KeyReused(known.folio, known.id)
    if known is None and submission.earlier:
        # A browser that goes back may fill a new form, with a new key, with what was sent already.
        same = select(Filing).where(Filing.id.in_(submission.earlier), Filing.body_digest == body)
        known = session.scalars(same.order_by(Filing.sequence).limit(1)).one_or_none()
    return Receipt(known.id, known.folio, repeated=True) if known else None


def _store(runtime: Runtime, filing_id: UUID, piece: Piece) -> StoredPiece:
    """The document as it came or was made, and what it was made of: each read back and compared before we go on."""

    def put(purpose: Purpose, path: Path, sha256: str, extension: str, media_type: str) -> Stored:
        key = object_key(filing_id, purpose, sha256, extension)
        return runtime.bucket.put(key, path, sha256=sha256, media_type=media_type)

    sources = [put(Purpose.SOURCE, s.path, s.sha256, s.extension, s.media_type) for s in piece.sources]
    upload, media_type = piece.upload, piece.inspection.media_type
    original = put(Purpose.ORIGINAL, upload.path, upload.sha256, EXTENSIONS[media_type], media_type)
    return StoredPiece(piece, original, tuple(zip(piece.sources, sources, strict=True)))


def _register(runtime: Runtime, submission: Submission, filing_id: UUID, stored: Sequence[StoredPiece]) -> Receipt:
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        if known := _already_received(session, submission):  # by a request that came in beside this one
            return known
        followed = follow_ups.begin(session, submission.follows)
        folio = ledger.next_folio(session, turn)
        filing = registration.make_filing(
            session,
            runtime.codes,
            submission,
            filing_id=filing_id,
            folio=folio,
            registered_at=turn.registered_at,
            stored=stored,
            followed=followed,
        )
        ledger.append(session, turn, filing, Acto.INGRESO, registration.record(filing, submission, stored, followed))
        session.add(_event(filing, submission))
        outbox.ask(session, outbox.Kind.SEAL, filing.id, turn.registered_at)
        follow_ups.join(session, turn, filing, followed)
        if address := submission.applicant.email:
            known_from = followed.root.id if followed else None
            email_confirmation.begin(session, filing.id, address, turn.registered_at, known_from=known_from)
        return Receipt(filing.id, filing.folio, repeated=False)


def _event(filing: Filing, submission: Submission) -> Event:
    return events.by_promovente(
        filing.id,
        filing.registered_at,
        Acto.INGRESO,
        {"avisos": list(submission.warnings), **_photo_names(submission)},
        name=submission.applicant.name,
    )


def _photo_names(submission: Submission) -> dict[str, Any]:
    """No document bears the names of photographs, and the leaf's digest of the form covers them."""
    anexos = {
        str(number): [photo.filename for photo in anexo.photos]
        for number, anexo in enumerate(submission.anexos, start=1)
        if anexo.photos
    }
    return {
        "fotos": [photo.filename for photo in submission.photos],
        **({"fotos_de_anexos": anexos} if anexos else {}),
    }
