"""Leaves that a restored register lost, brought back from where they were published: no published leaf is ever undone.

What is published has the leaf and not what it commits to, so a leaf that comes back has neither record nor salt, and
belongs to no filing. The tree is again the one that was signed, its folios are known to be given out, and the publisher
goes on; `oficialia revisar` tells such leaves as ``hoja_recuperada``.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.filing import Acto
from oficialia.domain.folio import Folio
from oficialia.domain.merkle import Compact, leaf_hash
from oficialia.domain.tiles import ENTRIES, WIDTH, Tile, unbundle, width_in
from oficialia.models import LedgerHead, LedgerLeaf
from oficialia.services import published, review_published
from oficialia.services.backup_files import BackupError
from oficialia.services.review_findings import Finding
from signing.tlog_policy import TlogPolicy
from storage.bucket import Bucket
from storage.errors import StorageMismatch

NOT_OURS = "Lo publicado del libro no está firmado por su llave: no se tomó nada de él."
NOT_IT = "El libro publicado no es la continuación del que está en el respaldo: no se tomó nada de él."
RECOVERED = (LedgerLeaf.record == "") & LedgerLeaf.filing_id.is_(None)
"""The leaves that came back so."""


@dataclass(frozen=True)
class Recovered:
    """How many leaves came back, and the last folio of each year among them."""

    leaves: int = 0
    last_folios: tuple[Folio, ...] = ()


def bring_back(database: Database, bucket: Bucket, policy: TlogPolicy) -> Recovered:
    """Appends the published leaves that the register does not have, all or none.

    Raises BackupError where what is published is not the register's own ledger; DatabaseUnavailable,
    StorageUnavailable.
    """
    note = published.read_checkpoint(bucket)
    if note is None:
        return Recovered()
    signed = review_published.read(policy, "", note.decode(errors="replace"))
    if isinstance(signed, Finding):
        raise BackupError(NOT_OURS)
    with database.transaction() as session:
        head = session.scalars(select(LedgerHead).where(LedgerHead.id == 1).with_for_update()).one()
        if head.size >= signed.size:
            return Recovered()
        rows = [_row(index, entry) for index, entry in _published(bucket, head.size, signed.size)]
        _ensure_continues(session, rows, signed.checkpoint)
        session.add_all(rows)
        head.size = signed.size
        head.last_registered_at = max(row.registered_at for row in (*rows, *_last(session)))
        return Recovered(len(rows), _folios(rows))


def _published(bucket: Bucket, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    try:
        for number in range(start // WIDTH, -(-end // WIDTH)):
            tile = Tile(ENTRIES, number, width_in(ENTRIES, number, end))
            for place, entry in enumerate(unbundle(published.read_tile(bucket, tile)), number * WIDTH):
                if place >= start:
                    yield place, entry
    except (StorageMismatch, ValueError) as fault:
        raise BackupError(NOT_IT) from fault


def _row(index: int, entry: bytes) -> LedgerLeaf:
    try:
        said = json.loads(entry)
        return LedgerLeaf(
            index=index,
            filing_id=None,
            act=str(said["acto"]),
            folio=str(said["folio"]),
            registered_at=datetime.fromisoformat(said["registrado_en"]),
            data=entry.decode(),
            hash=leaf_hash(entry).hex(),
            record="",
            salt=b"",
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise BackupError(NOT_IT) from fault


def _ensure_continues(session: Session, rows: list[LedgerLeaf], signed: Checkpoint) -> None:
    tree = Compact()
    hashes = select(LedgerLeaf.hash).order_by(LedgerLeaf.index)
    for digest in (*session.scalars(hashes), *(row.hash for row in rows)):
        tree.add(bytes.fromhex(digest))
    if (tree.size, tree.root()) != (signed.size, signed.root):
        raise BackupError(NOT_IT)


def _last(session: Session) -> list[LedgerLeaf]:
    return list(session.scalars(select(LedgerLeaf).order_by(LedgerLeaf.index.desc()).limit(1)))


def _folios(rows: list[LedgerLeaf]) -> tuple[Folio, ...]:
    given = [folio for row in rows if row.act == Acto.INGRESO and (folio := Folio.parse(row.folio))]
    return tuple(sorted({folio.year: folio for folio in given}.values()))
