"""The ledger inside a backup: what it is, and whether it still is what was registered."""

import json

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from oficialia.domain.filing import Acto
from oficialia.domain.ledger import commitment
from oficialia.domain.merkle import leaf_hash, root_of
from oficialia.models import LedgerHead, LedgerLeaf
from oficialia.services.backup_files import BackupDamaged, Book
from oficialia.services.backup_rows import BATCH
from oficialia.services.ledger_recovery import RECOVERED


def book(session: Session, size: int | None = None) -> Book:
    """The ledger of the register, by its leaves; ``size`` is how many of them, all by default."""
    ours = LedgerLeaf.index < size if size is not None else true()
    query = select(LedgerLeaf.hash).where(ours)
    hashes = session.scalars(query.order_by(LedgerLeaf.index), execution_options={"yield_per": BATCH})
    return Book(
        raiz=root_of(map(bytes.fromhex, hashes)).hex(),
        hojas=session.scalar(select(func.count(LedgerLeaf.index)).where(ours)) or 0,
        ultima_hoja=session.scalar(query.order_by(LedgerLeaf.index.desc()).limit(1)) or "",
    )


def is_restored(session: Session, expected: Book) -> bool:
    """Whether the register has this very ledger, and after it nothing but what a restore notes."""
    noted = (LedgerLeaf.act == Acto.RESTAURACION) | RECOVERED
    more = select(LedgerLeaf.index).where(LedgerLeaf.index >= expected.size, ~noted)
    return book(session, expected.size) == expected and session.scalar(more.limit(1)) is None


def check(session: Session, expected: Book) -> None:
    """Recomputes every leaf from what is registered, and the root from the leaves. Raises BackupDamaged."""
    columns = (LedgerLeaf.index, LedgerLeaf.data, LedgerLeaf.hash, LedgerLeaf.record, LedgerLeaf.salt)
    rows = session.execute(select(*columns).order_by(LedgerLeaf.index), execution_options={"yield_per": BATCH})
    for number, (index, data, digest, record, salt) in enumerate(rows):
        if index != number:
            raise BackupDamaged(f"Al libro le falta la hoja {number}.")
        # One that came back from where it was published has nothing else (``ledger_recovery``).
        committed = not record or json.loads(data)["compromiso"] == commitment(salt, record.encode())
        if not committed or leaf_hash(data.encode()).hex() != digest:
            raise BackupDamaged(f"La hoja {number} del libro no corresponde a lo que se registró.")
    if session.scalar(select(LedgerHead.size)) != expected.size or book(session) != expected:
        raise BackupDamaged("El libro no es el que dice el manifiesto del respaldo.")
