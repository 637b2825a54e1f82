"""What an acuse de recibo says: its sixteen fields, in their order, before anything is drawn.

Everything arrives worded and formatted in es-MX by the caller, who knows the rules; CURP and RFC arrive masked, for the
acuse is shown to third parties. An empty string means that the value was not given; the page says so in words. Digests
are whole, in lower-case hexadecimal. Nothing here is markup: whatever a citizen typed comes out literally.
"""

from dataclasses import dataclass
from datetime import datetime


def seal_reason(folio: str) -> str:
    """What the seal of an acuse says that it was put for. The office seals other people's papers too, with whatever is
    attached to them: by this one tells an acuse from those."""
    return f"Acuse de recibo {folio}"


@dataclass(frozen=True)
class AcuseOffice:
    """Field 1: who received."""

    municipality: str
    office: str
    state: str = ""
    contact: str = ""
    """Address, telephone or site, in one line; printed at the end."""


@dataclass(frozen=True)
class AcuseTimes:
    """Field 3: both instants, to the second, with offset and name of the zone."""

    received_at: str
    registered_at: str


@dataclass(frozen=True)
class AcuseEffects:
    """Field 4: the business day on which it counts as filed, and why."""

    date: str
    rule: str
    """How the day was found, in a plain sentence."""
    policy: str
    """Id and version of the policy of terms."""


@dataclass(frozen=True)
class AcuseTerm:
    """Field 5: one term that runs."""

    name: str
    due: str
    computation: str
    basis: str = ""
    provisional: bool = False
    """The term ends beyond the loaded calendar."""


@dataclass(frozen=True)
class AcuseParty:
    """Field 6: a promovente or a representative."""

    role: str
    name: str
    kind: str = ""
    """Persona física, persona jurídica colectiva."""
    curp: str | None = ""
    """None for a company, which has none."""
    rfc: str | None = ""
    """None where `name` stands for several, whom the note names."""
    note: str = ""
    """Whom it represents and with what proof, or who is the common representative."""


@dataclass(frozen=True)
class AcuseTramite:
    """Field 7: the trámite, frozen by the digest of its cédula (RFC 8785 JSON)."""

    key: str
    name: str
    version: str
    cedula_sha256: str


@dataclass(frozen=True)
class AcuseMatter:
    """Field 7: before whom, what for. Without a trámite it is an escrito libre."""

    authority: str
    asunto: str
    tramite: AcuseTramite | None = None
    previous_folio: str = ""
    signature_level: str = ""
    """N0 to N3, in words."""


@dataclass(frozen=True)
class AcuseDocument:
    """Field 8: one row of the table of documents."""

    number: int
    title: str
    kind: str
    support: str
    """Original, copia certificada, copia simple, nacido digital, digitalizado."""
    pages: str
    size: str
    sha256: str
    sealed_sha256: str = ""
    filename: str = ""
    reserved: bool = False
    note: str = ""
    """How the sealed copy bears its seal, where that is not to be seen on the page."""
    photos: tuple[str, ...] = ()
    """The digests of the photographs of which it was made, in the order of its pages."""


@dataclass(frozen=True)
class AcuseSigner:
    """Field 9: a signature found in a document, and how far it could be checked."""

    document: str
    subject: str
    serial: str
    issuer: str
    signed_at: str
    verdict: str
    unchecked: tuple[str, ...] = ()
    curp: str = ""
    rfc: str = ""


@dataclass(frozen=True)
class AcuseSeal:
    """Fields 10 and 11: the cadena original, its sello and the certificate to check it with."""

    cadena: str
    sello: str
    """RSASSA-PKCS1-v1_5 with SHA-256 over the UTF-8 bytes of the cadena, in base64 without line breaks."""
    certificate_serial: str
    certificate_subject: str
    certificate_url: str = ""


@dataclass(frozen=True)
class AcuseToken:
    """Field 12: the RFC 3161 token over the cadena original."""

    tsa: str
    gen_time: str
    serial: str = ""


@dataclass(frozen=True)
class AcuseVerification:
    """Field 13: where anybody checks this paper. The URL is short and carries the código de verificación."""

    url: str
    code: str


@dataclass(frozen=True)
class AcuseLeaf:
    """Field 14: a leaf of the public ledger; under the seal of the acuse this is the signed promise."""

    act: str
    index: int
    leaf_hash: str
    status: str = "pendiente"
    attachment: str = ""
    """Name of the attached proof, once there is one."""


@dataclass(frozen=True)
class AcuseRight:
    """Field 15: one thing the citizen can count on or do."""

    title: str
    text: str


@dataclass(frozen=True)
class AcuseState:
    """Field 16: what this receipt does and does not mean, and the defects observed on receiving."""

    words: str
    defects: tuple[str, ...] = ()


@dataclass(frozen=True)
class AcuseContent:
    """The sixteen fields. `issued_at` is aware; it becomes the creation date of the PDF."""

    office: AcuseOffice
    folio: str
    times: AcuseTimes
    effects: AcuseEffects
    terms: tuple[AcuseTerm, ...]
    parties: tuple[AcuseParty, ...]
    matter: AcuseMatter
    documents: tuple[AcuseDocument, ...]
    signers: tuple[AcuseSigner, ...]
    seal: AcuseSeal
    token: AcuseToken | None
    verification: AcuseVerification
    leaves: tuple[AcuseLeaf, ...]
    rights: tuple[AcuseRight, ...]
    state: AcuseState
    issued_at: datetime
    title: str = "Acuse de recibo"
