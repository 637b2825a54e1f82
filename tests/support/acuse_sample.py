"""An acuse as the office would issue it, for the tests of what is drawn of it."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from signing.acuse_pdf import (
    AcuseContent,
    AcuseDocument,
    AcuseEffects,
    AcuseLeaf,
    AcuseMatter,
    AcuseOffice,
    AcuseParty,
    AcuseRight,
    AcuseSeal,
    AcuseSigner,
    AcuseState,
    AcuseTerm,
    AcuseTimes,
    AcuseToken,
    AcuseTramite,
    AcuseVerification,
)

URL = "https://oficialia.chalco.example/v/7KQ2-M9XD-4TRW-0ZP1"
SELLO = base64.b64encode(hashlib.sha512(b"sello").digest() * 4).decode()


def sha256(text: str) -> str:
    """A digest to show."""
    return hashlib.sha256(text.encode()).hexdigest()


CADENA = (
    "||OPD1|OP-2026-000123-5|2026-03-19T17:42:07-06:00|2026-03-19T17:42:09-06:00|2026-03-19|CHA-SP-004"
    f"|{sha256('cedula')}|SERVICIOS PÚBLICOS - ALUMBRADO|{sha256('identidad')}|2|5|{sha256('principal')}"
    f"|{sha256('raiz')}|{sha256('sellado')}|plazos-2026-01|3C91A2B7740F||"
)


def document(number: int, title: str = "Comprobante de domicilio") -> AcuseDocument:
    """The row of one document."""
    digest = sha256(f"documento {number}")
    return AcuseDocument(number, title, "Anexo", "copia simple", "2", "184 320 bytes", digest, filename="IMG_1.jpg")


def acuse() -> AcuseContent:
    """A complete acuse, every field given."""
    return AcuseContent(
        office=AcuseOffice("Municipio de Chalco", "Oficialía de Partes Digital", "Estado de México", "Reforma 4"),
        folio="OP-2026-000123-5",
        times=AcuseTimes(
            "19 de marzo de 2026, 17:42:07 (−06:00, America/Mexico_City)",
            "19 de marzo de 2026, 17:42:09 (−06:00, America/Mexico_City)",
        ),
        effects=AcuseEffects("jueves 19 de marzo de 2026", "Se recibió en día hábil.", "plazos-2026-01"),
        terms=(
            AcuseTerm("Respuesta", "viernes 17 de abril de 2026", "15 días hábiles desde el 20 de marzo.", "art. 8"),
            AcuseTerm("Negativa ficta", "lunes 11 de mayo de 2026", "30 días hábiles.", provisional=True),
        ),
        parties=(
            AcuseParty("Promovente", "María Guadalupe Ñúñez Xóchitl", "Persona física", curp="NUXG••••••MMC•••07"),
            AcuseParty("Representante", "José Ángel Pérez de la O", note="Carta poder, anexo 2"),
        ),
        matter=AcuseMatter(
            "Dirección de Servicios Públicos",
            "Reparación de la luminaria de la calle Riva Palacio",
            AcuseTramite("CHA-SP-004", "Reparación de alumbrado", "3", sha256("cedula")),
            signature_level="N2: PDF firmado",
        ),
        documents=(
            AcuseDocument(
                1, "Escrito de petición", "Escrito principal", "nacido digital", "3", "184 320 bytes",
                sha256("principal"), sha256("sellado"), "peticion.pdf", reserved=True,
            ),
            document(2),
        ),
        signers=(
            AcuseSigner(
                "Documento 1", "MARIA GUADALUPE NUÑEZ XOCHITL", "30001000000500003416", "AC DE PRUEBA",
                "18 de marzo de 2026, 21:10:44", "Íntegra", ("revocación",), "NUXG••••••MMC•••07",
            ),
        ),
        seal=AcuseSeal(CADENA, SELLO, "3C91A2B7740F", "Municipio de Chalco", "https://chalco.example/certificados"),
        token=AcuseToken("TSA de prueba", "19 de marzo de 2026, 17:42:11 (−06:00)", "1A2B"),
        verification=AcuseVerification(URL, "7KQ2-M9XD-4TRW-0ZP1"),
        leaves=(AcuseLeaf("ingreso", 245, sha256("hoja 245")), AcuseLeaf("sello", 246, sha256("hoja 246"))),
        rights=(AcuseRight("Si nadie responde", "Puede presentar una protesta ciudadana con este acuse."),),
        state=AcuseState("Recibido para su trámite; no prejuzga sobre su procedencia.", ("Trae JavaScript.",)),
        issued_at=datetime(2026, 3, 19, 23, 42, 12, tzinfo=UTC),
    )  # fmt: skip


def bare_acuse() -> AcuseContent:
    """An acuse of somebody who gave a name and a page, and nothing else."""
    full = acuse()
    return replace(
        full,
        terms=(),
        parties=(AcuseParty("Promovente", "Ana"),),
        matter=AcuseMatter("Municipio de Chalco", "Bache"),
        documents=(document(1),),
        signers=(),
        token=None,
        state=AcuseState("Recibido para su trámite; no prejuzga sobre su procedencia."),
    )


ATTACHMENTS = {
    "cadena-original.txt": CADENA.encode(),
    "sello.b64": SELLO.encode(),
    "cadena-original.tsr": bytes(range(256)) * 16,
}
