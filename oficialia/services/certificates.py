"""The certificates with which this office has sealed: remembered at their first use, published for ever."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.domain.filing import Acto
from oficialia.models import SealCertificate as Row
from oficialia.services import ledger, seal_state
from oficialia.services.ledger import Turn
from signing.certificate import CertificateFacts, facts, from_pem


@dataclass(frozen=True)
class SealCertificate:
    """A seal certificate's public part: serial in hex, digest (SHA-256 of the DER form, hex), subject, PEM."""

    serial: str
    sha256: str
    subject: str
    pem: str


def remember(session: Session, turn: Turn, certificate: SealCertificate) -> None:
    """Notes the certificate when it is used for the first time, with its leaf, in the transaction of that use."""
    if session.get(Row, certificate.sha256) is None:
        session.add(
            Row(
                sha256=certificate.sha256,
                serial=certificate.serial,
                subject=certificate.subject,
                pem=certificate.pem,
                first_used_at=turn.registered_at,
            )
        )
        facts = {"acto": Acto.CERTIFICADO, "serie": certificate.serial, "certificado": certificate.sha256}
        ledger.append_public(session, turn, Acto.CERTIFICADO, facts)


@dataclass(frozen=True)
class Published:
    """A certificate as the page shows it."""

    facts: CertificateFacts
    first_used_at: datetime
    in_use: bool


def published(database: Database) -> tuple[Published, ...]:
    """Every certificate used so far, the newest first."""
    with database.reading() as session:
        rows = session.scalars(select(Row).order_by(Row.first_used_at.desc(), Row.sha256)).all()
    state = seal_state.current(database)
    used = state.sha256 if state else ""
    return tuple(Published(facts(from_pem(row.pem)), row.first_used_at, row.sha256 == used) for row in rows)


def pem_of(database: Database, sha256: str) -> str | None:
    """The certificate of that digest in PEM, if this office sealed with it."""
    with database.reading() as session:
        row = session.get(Row, sha256)
        return row.pem if row else None


def ever_used(database: Database) -> tuple[SealCertificate, ...]:
    """Every certificate used so far, oldest first."""
    with database.reading() as session:
        rows = session.scalars(select(Row).order_by(Row.first_used_at))
        return tuple(SealCertificate(row.serial, row.sha256, row.subject, row.pem) for row in rows)
