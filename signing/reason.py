"""The closed lists of words in which a verdict is given: colours, integrity, revocation, changes, and the reasons.

They are the machine's words, and stand in JSON for ever; the sentences for people are whoever's that shows them. A new
member needs its sentence.
"""

from collections.abc import Iterable
from enum import StrEnum


class Colour(StrEnum):
    """Green: everything is good. Amber: a person has to decide. Red: do not rely on it. None: nobody signed."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NONE = "none"


class Integrity(StrEnum):
    """Whether the document is what was signed. `CAMBIO`: the signed revision is unhurt, and something came after it."""

    INTEGRO = "integro"
    CAMBIO = "cambio_despues"
    ALTERADO = "alterado"
    ILEGIBLE = "ilegible"


class Revocation(StrEnum):
    """What the authority says of the certificate; unknown is an answer, and is shown as one."""

    GOOD = "vigente"
    REVOKED = "revocado"
    UNKNOWN = "desconocida"


class Change(StrEnum):
    """What later revisions did to the signed one."""

    PAGES = "paginas"
    """Pages, or what stands on them: also fonts, pictures and layers."""
    FIELDS = "campos"
    """Values of form fields, or the fields themselves."""
    ANNOTATIONS = "anotaciones"
    ATTACHMENTS = "adjuntos"
    ACTIONS = "acciones"
    """What the document does by itself when it is opened or touched."""
    METADATA = "metadatos"
    """Title, author, dates; nothing that a page shows."""
    STRUCTURE = "estructura"
    """Tags for screen readers, bookmarks, names of destinations."""
    SIGNATURES = "firmas"
    """Further signatures or time stamps: harmless."""
    VALIDATION_DATA = "datos_de_validacion"
    """Certificates and revocation data: harmless."""
    TRAILING_DATA = "datos_al_final"
    """Bytes behind the end that belong to no revision."""
    OTHER = "otro"
    UNKNOWN = "sin_comparar"
    """The revisions could not be compared."""


class Reason(StrEnum):
    """Each thing that keeps a verdict from green. `colour` is the best that it leaves."""

    # Integrity
    DOCUMENT_UNREADABLE = "documento_ilegible"
    """No parser opens the file, or it asks for a password."""
    TOO_HEAVY = "excede_limites"
    """The examination met a limit of time or memory."""
    TOO_MANY_SIGNATURES = "demasiadas_firmas"
    """More than are examined; the rest is unknown."""
    HIDDEN_SIGNATURE = "firma_oculta"
    """Data of a signature that belong to no signature field."""
    SIGNATURE_UNREADABLE = "firma_ilegible"
    NO_CERTIFICATE = "sin_certificado"
    """The signature does not bring the certificate of who signed."""
    UNKNOWN_ALGORITHM = "algoritmo_desconocido"
    COVERAGE = "cobertura_incorrecta"
    """The signed bytes are not all before the end of a revision but the signature itself (ISO 32000-2, 12.8.1)."""
    CONTENT_ALTERED = "contenido_alterado"
    """The digest of the signed bytes is another one."""
    SIGNATURE_VALUE = "firma_no_corresponde"
    """The signature value is not of this certificate's key."""
    CHANGED = "cambios_no_permitidos"
    """Later revisions changed what was signed, or more than it allowed."""
    NOT_COMPARED = "cambios_sin_comparar"
    """Something came after it, and nobody can tell what it does."""
    FILLED_IN = "cambios_permitidos"
    """Later revisions filled in forms or annotated, as the signature allowed."""
    UNSEEN_CHANGES = "cambios_que_no_se_ven"
    """Later revisions changed tags, metadata or validation data, in a way that is not the usual one; no page."""
    NOT_COVERED = "final_sin_firmar"
    """The last signature does not cover the whole file: what follows shows nothing new, and nobody answers for it."""

    # Identity
    UNTRUSTED = "emisor_no_reconocido"
    """No chain to a trusted authority."""
    NOT_A_PERSON = "sello_fiscal"
    """A CSD: SAT's seal for invoices, which is no person's signature."""
    USAGE = "uso_no_permitido"
    """The certificate is not meant for signing documents."""
    EXPIRED = "vencido_al_firmar"
    """It is proven that the certificate had ended when it signed."""
    NOT_YET_VALID = "aun_no_vigente_al_firmar"
    """It is proven that the certificate had not begun when it signed."""
    OUT_OF_TERM = "fuera_de_vigencia_sin_prueba"
    """The certificate is not in force now, and nothing proves that it was when it signed."""
    REVOKED = "revocado_antes_de_firmar"
    """It is proven that the certificate had been revoked when it signed."""
    REVOKED_WITHOUT_PROOF = "revocado_sin_prueba"
    """The certificate is revoked, and nothing proves that it signed before."""
    REVOCATION_UNKNOWN = "revocacion_desconocida"
    """Nobody could be asked, and the document does not tell."""
    WEAK_ALGORITHM = "algoritmo_debil"
    """A digest, key or scheme that is not on the allow-list (`signing.algorithms`)."""

    # Time
    TIMESTAMP_BROKEN = "sello_de_tiempo_roto"
    """The signature brings a time stamp that is not over it."""
    TIMESTAMP_UNTRUSTED = "sello_de_tiempo_sin_reconocer"
    """The signature brings a time stamp of an authority that is not believed, and nothing else proves its time."""
    TIME_CONTRADICTED = "hora_contradicha"
    """The claimed time is after the proven one, or still to come."""

    # Our own acuse
    ACUSE_SELLO = "sello_del_acuse_no_corresponde"
    """The sello electrónico is not over the cadena original, or of another certificate."""
    ACUSE_TOKEN = "token_del_acuse_no_corresponde"  # noqa: S105  (a word, not a secret)
    """The RFC 3161 token is not over the cadena original, or not of a trusted authority."""

    @property
    def colour(self) -> Colour:
        """The best colour that a verdict with this reason can have."""
        return Colour.AMBER if self in _AMBER else Colour.RED

    @property
    def about_integrity(self) -> bool:
        """Whether it speaks of the document, and not of who signed or when."""
        return self in _INTEGRITY


_AMBER = frozenset({
    Reason.TOO_MANY_SIGNATURES,
    Reason.HIDDEN_SIGNATURE,
    Reason.NO_CERTIFICATE,
    Reason.UNKNOWN_ALGORITHM,
    Reason.FILLED_IN,
    Reason.UNSEEN_CHANGES,
    Reason.NOT_COVERED,
    Reason.UNTRUSTED,
    Reason.NOT_A_PERSON,
    Reason.USAGE,
    Reason.OUT_OF_TERM,
    Reason.REVOCATION_UNKNOWN,
    Reason.WEAK_ALGORITHM,
    Reason.TIMESTAMP_BROKEN,
    Reason.TIMESTAMP_UNTRUSTED,
    Reason.TIME_CONTRADICTED,
})  # fmt: skip
_INTEGRITY = frozenset({
    Reason.DOCUMENT_UNREADABLE,
    Reason.TOO_HEAVY,
    Reason.TOO_MANY_SIGNATURES,
    Reason.HIDDEN_SIGNATURE,
    Reason.SIGNATURE_UNREADABLE,
    Reason.NO_CERTIFICATE,
    Reason.UNKNOWN_ALGORITHM,
    Reason.COVERAGE,
    Reason.CONTENT_ALTERED,
    Reason.SIGNATURE_VALUE,
    Reason.CHANGED,
    Reason.NOT_COMPARED,
    Reason.FILLED_IN,
    Reason.UNSEEN_CHANGES,
    Reason.NOT_COVERED,
})  # fmt: skip


def worst(colours: Iterable[Colour]) -> Colour:
    """The worst of `colours`: red before amber before green; green where there are none."""
    return max(colours, key=_SEVERITY.index, default=Colour.GREEN)


_SEVERITY = (Colour.NONE, Colour.GREEN, Colour.AMBER, Colour.RED)
