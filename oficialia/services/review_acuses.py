"""What each acuse states, against the register and the certificates: no bytes from storage are needed for it."""

from collections.abc import Iterator

from oficialia.models import Acuse
from oficialia.services import acuse_fields
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_scope import Case
from signing.sello import sello_fits

# The values of the cadena original in their order, as docs/formatos.md names them.
VALUES = (
    "versión", "folio", "recibido_en", "registrado_en", "fecha de efectos", "trámite", "cédula", "destino",
    "identidad", "número de anexos", "páginas", "escrito principal", "raíz de los anexos", "copia sellada",
    "política", "certificado",
)  # fmt: skip


def stated(case: Case) -> Iterator[Finding]:
    """Whether each edition of the acuse of a filing says what the register says, under a sello of ours."""
    for acuse in case.acuses:
        subject = f"{case.filing.folio} (acuse {acuse.edition})"
        serial = acuse.cadena.removesuffix("||").rpartition("|")[2]
        expected = _expected(case, acuse, serial)
        if expected is not None and expected != acuse.cadena:
            words = (
                f"La cadena original y el registro no dicen lo mismo: {', '.join(_changed(expected, acuse.cadena))}."
            )
            yield Finding(Code.CADENA_DIFFERS, subject, words)
        certificate = case.certificates.get(serial)
        if certificate is None:
            words = f"La cadena original nombra el certificado {serial[:64]}, con el que esta oficina no ha sellado."
            yield Finding(Code.SELLO_INVALID, subject, words)
        elif not sello_fits(certificate, acuse.cadena, acuse.sello):
            yield Finding(Code.SELLO_INVALID, subject, "El sello no corresponde a la cadena original.")


def _expected(case: Case, acuse: Acuse, serial: str) -> str | None:
    """The cadena as the register tells it today; None where what it needs is missing, which is told elsewhere."""
    sealed = [row for row in case.sealed() if row.stored_at <= acuse.issued_at]
    if not sealed or not case.documents or not case.filing.parties:
        return None
    return acuse_fields.cadena_of(case.filing, case.documents, sealed[-1], serial)


def _changed(expected: str, found: str) -> list[str]:
    ours, theirs = expected.strip("|").split("|"), found.strip("|").split("|")
    if len(ours) != len(theirs):
        return ["el número de valores"]
    return [name for name, one, other in zip(VALUES, ours, theirs, strict=False) if one != other]
