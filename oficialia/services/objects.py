"""The rows of what lies in storage: what was handed in, what we sealed, and the editions that follow."""

from datetime import datetime
from uuid import UUID

from oficialia.domain import protection
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import NivelSello
from oficialia.models import StoredObject
from signing.seal import Sealed
from storage.bucket import Stored

PDF = "application/pdf"


def handed_in(
    filing_id: UUID, *, purpose: Purpose, edition: int, stored: Stored, media_type: str, pages: int, at: datetime
) -> StoredObject:
    """The row of an object that we did not seal, registered ``at``."""
    return StoredObject(
        filing_id=filing_id,
        purpose=purpose,
        edition=edition,
        sha256=stored.sha256,
        size=stored.size,
        pages=pages,
        media_type=media_type,
        key=stored.key,
        version_id=stored.version_id,
        stored_at=at,
        seal_strategy="",
        seal_level="",
        certificate_serial="",
    )


def sealed_by_us(
    filing_id: UUID, *, purpose: Purpose, edition: int, sealed: Sealed, stored: Stored, serial: str, at: datetime
) -> StoredObject:
    """The row of a PDF that we sealed with the certificate ``serial``, and when its seal is to be given evidence."""
    level = NivelSello(sealed.level)
    return StoredObject(
        filing_id=filing_id,
        purpose=purpose,
        edition=edition,
        sha256=stored.sha256,
        size=stored.size,
        pages=sealed.pages,
        media_type=PDF,
        key=stored.key,
        version_id=stored.version_id,
        stored_at=at,
        seal_strategy=sealed.strategy,
        seal_level=level,
        certificate_serial=serial,
        protect_at=protection.due(level, at),
    )


def grown(
    before: StoredObject, *, stored: Stored, level: NivelSello, at: datetime, until: datetime | None = None
) -> StoredObject:
    """The row of the next edition of ``before``: the same document under the same seal, raised to ``level``, whose
    evidence ends at ``until``."""
    return StoredObject(
        filing_id=before.filing_id,
        document_id=before.document_id,
        purpose=before.purpose,
        edition=before.edition + 1,
        sha256=stored.sha256,
        size=stored.size,
        pages=before.pages,
        media_type=before.media_type,
        key=stored.key,
        version_id=stored.version_id,
        stored_at=at,
        seal_strategy=before.seal_strategy,
        seal_level=level,
        certificate_serial=before.certificate_serial,
        protect_at=protection.due(level, at, until),
    )
