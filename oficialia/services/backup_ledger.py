"""The ledger inside a backup: what it is, and whether it still is what was registered."""

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oficialia.domain.ledger import commitment, leaf_hash, root_of
from oficialia.models import LedgerHead, LedgerLeaf
from oficialia.services.backup_files import BackupDamaged, Book
from oficialia.services.backup_rows import BATCH


def book(session: Session) -> Book:
    """The ledger of the register, by its leaves."""
    hashes = session.scalars(select(LedgerLeaf.hash).order_by(LedgerLeaf.index), execution_options={"yield_per": BATCH})
    return Book(
        raiz=root_of(map(bytes.fromhex, hashes)).hex(),
        hojas=session.scalar(select(func.count(LedgerLeaf.index))) or 0,
        ultima_hoja=session.scalar(select(LedgerLeaf.hash).order_by(LedgerLeaf.index.desc()).limit(1)) or "",
    )


def check(session: Session, expected: Book) -> None:
    """Recomputes every leaf from what is registered, and the root from the leaves. Raises BackupDamaged."""
    columns = (LedgerLeaf.index, LedgerLeaf.data, LedgerLeaf.hash, LedgerLeaf.record, LedgerLeaf.salt)
    rows = session.execute(select(*columns).order_by(LedgerLeaf.index), execution_options={"yield_per": BATCH})
    for number, (index, data, digest, record, salt) in enumerate(rows):
        if index != number:
            raise BackupDamaged(f"Al libro le falta la hoja {number}.")
        committed = json.loads(data)["compromiso"] == commitment(salt, record.encode())
        if not committed or leaf_hash(data.encode()).hex() != digest:
            raise BackupDamaged(f"La hoja {number} del libro no corresponde a lo que se registró.")
    if session.scalar(select(LedgerHead.size)) != expected.size or book(session) != expected:
        raise BackupDamaged("El libro no es el que dice el manifiesto del respaldo.")
