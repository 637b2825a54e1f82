"""Who somebody is, by their e.firma: a question that only their key can answer, signed in the browser.

What is signed is ``oficialia-buzon-v1``, a zero byte, the question and the address of this site. It begins with a
letter, so that no answer can be taken for the signed attributes of a document; the browser writes the address itself,
so that an answer given to another site is none here. A question is bound to the session that it was made for, holds for
five minutes, and is nothing that anybody keeps: it carries its own proof (HMAC).
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from oficialia.runtime import Runtime
from oficialia.services.efirma_words import EfirmaRefused, refused
from signing.citizen_certificate import usable
from signing.citizen_signature import is_signature
from signing.errors import CitizenSignatureRefused

HOLDS = timedelta(minutes=5)
PREFIX = b"oficialia-buzon-v1\0"
LATE = "Pasó demasiado tiempo desde que abrió la página. Vuelva a firmar."
OTHER = "La firma que llegó no es de este certificado. Elija los archivos de su e.firma y vuelva a firmar."


@dataclass(frozen=True)
class Signer:
    """Whose e.firma answered; for a company `rfc` is the company's and `curp` its representative's."""

    rfc: str
    curp: str
    name: str


def challenge(runtime: Runtime, session_id: str) -> str:
    """A new question for that session."""
    said = f"{int(runtime.clock().timestamp())}.{secrets.token_hex(16)}"
    return f"{said}.{runtime.codes.challenge(session_id, said)}"


def who(runtime: Runtime, session_id: str, question: str, certificate: bytes, signature: bytes) -> Signer:
    """Who answered the question. Raises EfirmaRefused with its sentence: the question is not of this session or too
    old, the certificate may not sign (as for a document), or the answer is not of its key."""
    _require_current(runtime, session_id, question)
    try:
        by = usable(certificate, anchors=runtime.anchors, at=runtime.clock(), revocation=runtime.revocation)
    except CitizenSignatureRefused as fault:
        raise refused(fault) from fault
    if not is_signature(by.der, signed(question, runtime.labels.public_url), signature):
        raise EfirmaRefused("firma_no_corresponde", OTHER)
    return Signer(by.holder.rfc, by.holder.curp, by.holder.name)


def signed(question: str, site: str) -> bytes:
    """The bytes that the browser signs on that site (scheme, name and port)."""
    return PREFIX + f"{question}{site}".encode()


def _require_current(runtime: Runtime, session_id: str, question: str) -> None:
    said, _, proof = question.rpartition(".")
    if not hmac.compare_digest(proof.encode(), runtime.codes.challenge(session_id, said).encode()):
        raise EfirmaRefused("pregunta_ajena", LATE)
    made_at = datetime.fromtimestamp(int(said.split(".")[0]), tz=runtime.clock().tzinfo)
    if not made_at <= runtime.clock() <= made_at + HOLDS:
        raise EfirmaRefused("pregunta_vencida", LATE)
