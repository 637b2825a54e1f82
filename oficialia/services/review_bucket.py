"""What is in the bucket and no row knows, filing by filing: whose it is, since when, and what it can be.

- A filing that the register has: an act that was interrupted, or that a restore undid. It is done again.
- One that it does not have, with a sealed document or a leaf: it had its folio. It was lost.
- One that it does not have, and only what was received of it. Original, folio and leaf follow each other within
  minutes, in the order of time. Where the register went on after it, it never had a folio. Where it did not, or lost
  that time in a restore (leaf ``restauracion``), it may have had one, and nobody can tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.documents import ISSUED
from oficialia.domain.filing import Acto
from oficialia.domain.wording import iso_local
from oficialia.models import Filing, LedgerLeaf, StoredObject
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_reading import UNREADABLE
from oficialia.services.review_scope import BATCH
from storage.bucket import Bucket, Version
from storage.keys import owner_of

PREFIX = "expedientes/"
# An object is stored before its row is. A request is ended after 120 s and a task after 150: what is younger than this
# may still get its row.
IN_TRANSIT = timedelta(minutes=5)

INTERRUPTED = "Es de una recepción que se interrumpió antes de dar folio: el registro siguió después y no lo tiene."
DOUBTFUL = (
    "Es posterior a lo último que el registro conserva de entonces. Si se restauró un respaldo anterior, puede ser de "
    "una promoción con folio que aún no se sellaba; si no, es de una recepción que se interrumpió."
)
AGAIN = "El expediente {folio} está en el registro: lo dejó un trabajo que se interrumpió, o que un respaldo deshizo."
LOST = "Tuvo folio, y el registro no tiene el expediente. ¿Se restauró un respaldo anterior?"
STRANGE = "Su nombre no es de los que pone este programa."


@dataclass(frozen=True)
class _Times:
    """When the register went on: the instant of its last act, and the spans that restores lost."""

    last: datetime | None
    lost: tuple[tuple[datetime | None, datetime], ...]

    def went_on_after(self, instant: datetime) -> bool:
        """Whether a filing that was stored at ``instant`` and had a folio would be known."""
        known_until = instant + IN_TRANSIT
        in_gap = any((start is None or known_until >= start) and instant <= end for start, end in self.lost)
        return self.last is not None and self.last > known_until and not in_gap


def orphans(database: Database, bucket: Bucket, now: datetime) -> Iterator[Finding]:
    """A finding for each filing of which the bucket has versions that no row knows, but for those on their way."""
    times = _times(database)
    settled = (version for version in bucket.versions(PREFIX) if version.last_modified < now - IN_TRANSIT)
    groups = ((owner, list(group)) for owner, group in groupby(settled, lambda version: _owner(version.key)))
    while batch := list(islice(groups, BATCH)):
        yield from _of(database, dict(batch), times)


def _owner(key: str) -> UUID | str:
    owner = owner_of(key)
    return owner[0] if owner else key


def _of(database: Database, groups: dict[UUID | str, list[Version]], times: _Times) -> Iterator[Finding]:
    ids = [owner for owner in groups if isinstance(owner, UUID)]
    with database.reading() as session:
        query = select(StoredObject.key, StoredObject.version_id).where(StoredObject.filing_id.in_(ids))
        known = set(session.execute(query).all())
        folios = dict(session.execute(select(Filing.id, Filing.folio).where(Filing.id.in_(ids))).all())
        with_leaf = set(session.scalars(select(LedgerLeaf.filing_id).where(LedgerLeaf.filing_id.in_(ids))))
    for owner, versions in groups.items():
        loose = [version for version in versions if (version.key, version.version_id) not in known]
        if not loose:
            continue
        subject = f"expediente {owner}" if isinstance(owner, UUID) else owner
        had_folio = owner in with_leaf or any(_purpose(version) in ISSUED for version in loose)
        if not isinstance(owner, UUID):
            code, words = Code.OBJECT_ORPHAN, STRANGE
        elif owner in folios:
            code, words = Code.OBJECT_ORPHAN, AGAIN.format(folio=folios[owner])
        elif had_folio:
            code, words = Code.FILING_LOST, LOST
        elif times.went_on_after(max(version.last_modified for version in loose)):
            code, words = Code.OBJECT_ORPHAN, INTERRUPTED
        else:
            code, words = Code.FILING_DOUBTFUL, DOUBTFUL
        yield Finding(code, subject, f"{words} {_listed(loose)}")


def _purpose(version: Version) -> str:
    owner = owner_of(version.key)
    return owner[1] if owner else ""


def _listed(versions: Sequence[Version]) -> str:
    """Each version by its class and date, in the order in which they were stored."""
    order = sorted(versions, key=lambda version: (version.last_modified, version.key))
    return " ".join(
        f"[{_purpose(version) or 'desconocido'}, {iso_local(version.last_modified)}, {version.size} bytes: "
        f"{version.key} (versión {version.version_id})]"
        for version in order
    )


def _times(database: Database) -> _Times:
    """From the leaves; those that restores made are no acts of a living office."""
    query = select(LedgerLeaf.index, LedgerLeaf.registered_at).where(LedgerLeaf.act == Acto.RESTAURACION)
    try:
        with database.reading() as session:
            lost = [(_before(session, row[0]), row[1]) for row in session.execute(query.order_by(LedgerLeaf.index))]
            return _Times(_before(session, None), tuple(lost))
    except UNREADABLE:  # the walk over the leaves names it; until it is mended nothing is known of times
        return _Times(None, ())


def _before(session: Session, index: int | None) -> datetime | None:
    query = select(LedgerLeaf.registered_at).where(LedgerLeaf.act != Acto.RESTAURACION)
    if index is not None:
        query = query.where(LedgerLeaf.index < index)
    return session.scalar(query.order_by(LedgerLeaf.index.desc()).limit(1))
