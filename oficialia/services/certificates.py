"""The certificates with which this office has sealed: remembered at their first use, published for ever."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.db import Database
from oficialia.models import SealCertificate as Row


@dataclass(frozen=True)
class SealCertificate:
    """A seal certificate's public part: serial in hex, digest (SHA-256 of the DER form, hex), subject, PEM."""

    serial: str
    sha256: str
    subject: str
    pem: str


def remember(session: Session, certificate: SealCertificate, now: datetime) -> None:
    """Notes the certificate when it is used for the first time, in the transaction of that use."""
    if session.get(Row, certificate.sha256) is None:
        session.add(
            Row(
                sha256=certificate.sha256,
                serial=certificate.serial,
                subject=certificate.subject,
                pem=certificate.pem,
                first_used_at=now,
            )
        )


def ever_used(database: Database) -> tuple[SealCertificate, ...]:
    """Every certificate used so far, oldest first."""
    with database.reading() as session:
        rows = session.scalars(select(Row).order_by(Row.first_used_at))
        return tuple(SealCertificate(row.serial, row.sha256, row.subject, row.pem) for row in rows)
