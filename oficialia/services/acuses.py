"""The acuse de recibo: from the register to its content, and recording that it was issued.

Order without loops: leaves ``ingreso`` and ``sello`` exist, and a checkpoint over them; then cadena original, sello,
RFC 3161 token; then the PDF with the proofs of both leaves and its PAdES seal; then the leaf ``acuse`` with the digest
of that PDF.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Acto, Etapa, NivelSello
from oficialia.models import Acuse, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import (
    acuse_fields,
    acuse_proofs,
    certificates,
    email_confirmation,
    events,
    ledger,
    objects,
    outbox,
)
from oficialia.services.acuse_fields import Draft
from oficialia.services.certificates import SealCertificate
from oficialia.services.proofs import Proofs
from signing.acuse_content import AcuseContent
from signing.seal import Sealed
from signing.timestamp import TimestampToken
from storage.bucket import Stored

EDITION = 1


@dataclass(frozen=True)
class Issued:
    """What one acuse states under the sello, to be recorded with its PDF."""

    cadena: str
    sello: str
    token: TimestampToken | None
    proofs: Proofs | None = None

    @property
    def checkpoint_size(self) -> int | None:
        """Of the ledger's checkpoint in its proofs."""
        return self.proofs.size if self.proofs else None


def draft(runtime: Runtime, lease: outbox.Lease, certificate: SealCertificate) -> Draft | None:
    """Everything the acuse states but its sello; None when it was issued already (the job is then closed)."""
    with runtime.database.transaction() as session:
        filing = session.get_one(Filing, lease.filing_id)
        if session.scalar(select(Acuse.id).where(Acuse.filing_id == filing.id)) is not None:
            outbox.finish(session, lease, runtime.clock())
            return None
        if filing.etapa == Etapa.EN_ESPERA:  # it waited for the seal, which is there
            filing.etapa, filing.held_reason = Etapa.SELLANDO, ""
        return acuse_fields.draft(session, runtime, filing, certificate)


def content(drafted: Draft, issued: Issued, at: datetime) -> AcuseContent:
    """The sixteen fields, sello and token included."""
    proven = [acuse_proofs.attachment(act) for act in issued.proofs.texts] if issued.proofs else []
    return acuse_fields.with_sello(drafted, issued.sello, issued.token, proven, at)


def attachments(issued: Issued) -> dict[str, bytes]:
    """What the PDF carries so that anybody can check it with openssl alone (docs/formatos.md)."""
    files = {"cadena-original.txt": issued.cadena.encode(), "sello.b64": issued.sello.encode()}
    if issued.token:
        files["cadena-original.tsr"] = issued.token.response_der
    return files | (issued.proofs.attachments() if issued.proofs else {})


def spell_sello(signature: bytes) -> str:
    """A signature as the acuse prints it: base64 without line breaks."""
    return base64.b64encode(signature).decode()


def statement(item: StoredObject, issued: Issued, at: datetime) -> Acuse:
    """The row of what the acuse ``item`` states under the sello."""
    return Acuse(
        filing_id=item.filing_id,
        edition=item.edition,
        object=item,
        issued_at=at,
        cadena=issued.cadena,
        sello=issued.sello,
        token=issued.token.response_der if issued.token else None,
        checkpoint_size=issued.checkpoint_size,
    )


def record(
    runtime: Runtime,
    lease: outbox.Lease,
    *,
    issued: Issued,
    sealed: Sealed,
    stored: Stored,
    certificate: SealCertificate,
) -> bool:
    """Records the acuse with its leaf; a confirmed address gets it by mail; what lacks its certified time is to be
    raised later, and what only promises its proofs to get them. False when the lease was lost."""
    with runtime.database.transaction() as session:
        turn = ledger.take_turn(session, runtime.clock())
        now = turn.registered_at
        if not outbox.finish(session, lease, now):
            return False
        certificates.remember(session, turn, certificate)
        filing = session.get_one(Filing, lease.filing_id, with_for_update=True)
        filing.etapa = Etapa.ACUSE_LISTO
        filing.held_reason = ""
        item = objects.sealed_by_us(
            filing.id,
            purpose=Purpose.ACUSE,
            edition=EDITION,
            sealed=sealed,
            stored=stored,
            serial=certificate.serial,
            at=now,
        )
        acuse = statement(item, issued, now)
        session.add(acuse)
        facts: dict[str, str | int] = {
            "acto": "acuse",
            "folio": filing.folio,
            "edicion": EDITION,
            "acuse": stored.sha256,
            "cadena": hashlib.sha256(issued.cadena.encode()).hexdigest(),
        }
        ledger.append(session, turn, filing, Acto.ACUSE, facts)
        session.add(events.by_office(filing.id, now, Acto.ACUSE, {"edicion": EDITION}))
        if filing.nivel_sello == NivelSello.B_B or acuse.token is None or sealed.timestamp is None:
            outbox.ask(session, outbox.Kind.RAISE, filing.id, now, ordinal=outbox.RAISE_ACUSE)
        if runtime.ledger_policy and issued.proofs is None:
            outbox.ask(session, outbox.Kind.PROVE, filing.id, now)
        if email_confirmation.is_confirmed(session, filing.id):
            outbox.ask(session, outbox.Kind.MAIL_ACUSE, filing.id, now)
        return True
