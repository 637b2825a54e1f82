"""What acuses prove by the ledger, and what the ledger still owes: its promises."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from oficialia.db import Database
from oficialia.domain.tlog_proof import TlogProof
from oficialia.domain.wording import short_instant
from oficialia.models import Acuse, LedgerLeaf, LedgerPublisher
from oficialia.services import acuse_proofs, publication
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_published import Publication, read
from oficialia.services.review_scope import Case

# Publishing takes a second; a person is needed after this.
LATE = timedelta(minutes=2)
# An acuse is issued anew within seconds of the checkpoint that it lacked.
PROMISE = timedelta(hours=1)
LEDGER = "libro"
_NAMES = tuple(acuse_proofs.attachment(act) for act in acuse_proofs.ACTS)


def carried(shown: Publication, subject: str, files: Mapping[str, bytes], acuse: Acuse) -> Iterator[Finding]:
    """Whether the proofs in an acuse are of this ledger, as it was published when the review began."""
    found = {name: files[name] for name in _NAMES if name in files}
    if len(found) != (len(_NAMES) if acuse.checkpoint_size is not None else 0):
        words = "Trae otras pruebas del libro que las que dice el registro."
        yield Finding(Code.PROOF_FOREIGN, subject, words)
    for name, content in found.items():
        yield from _proof(shown, subject, name, content)


def _proof(shown: Publication, subject: str, name: str, content: bytes) -> Iterator[Finding]:
    try:
        proof = TlogProof.parse(content.decode())
    except ValueError:
        yield Finding(Code.PROOF_FOREIGN, subject, f"{name} no se puede leer.")
        return
    signed = read(shown.policy, subject, proof.checkpoint)
    if isinstance(signed, Finding) or not proof.proves(proof.leaf(), signed.size, signed.checkpoint.root):
        yield Finding(Code.PROOF_FOREIGN, subject, f"{name} no prueba nada bajo la llave del libro.")
    elif signed.size <= shown.newest and shown.roots.get(signed.size) != signed.checkpoint.root:
        words = f"{name} es de otro libro de {signed.size} hojas: a quien tiene este acuse se le mostró uno distinto."
        yield Finding(Code.LEDGER_FORKED, subject, words)


def promised(case: Case, shown: Publication, now: datetime) -> Iterator[Finding]:
    """Whether the proofs that an acuse promised have come. None was promised before the ledger was published."""
    if not case.acuses or shown.began is None:
        return
    first, last = (pick(case.acuses, key=lambda row: row.edition) for pick in (min, max))
    if last.checkpoint_size is None and first.issued_at > shown.began and first.issued_at < now - PROMISE:
        words = f"Su acuse prometió las pruebas del libro desde {short_instant(first.issued_at)}, y no las tiene."
        yield Finding(Code.PROMISE_BROKEN, case.filing.folio, words)


def publishing(database: Database, now: datetime) -> Iterator[Finding]:
    """Whether the publisher does its work."""
    with database.reading() as session:
        newest = publication.newest(session)
        waiting = select(LedgerLeaf.registered_at).where(LedgerLeaf.index == (newest.size if newest else 0))
        since = session.scalar(waiting)
        publisher = session.get(LedgerPublisher, 1)
    if publisher is not None and publisher.trouble:
        yield Finding(Code.PUBLISHING_HELD, LEDGER, f"{publisher.trouble} Desde {short_instant(publisher.since)}.")
    elif since is not None and since < now - LATE:
        yield Finding(Code.PUBLISHING_LATE, LEDGER, f"Hay hojas sin publicar desde {short_instant(since)}.")
