"""The petition that the demo files: a letter of a person who does not exist, signed with her test e.firma."""

from datetime import datetime
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

import signing.efirma  # noqa: F401 - cures the parser of certificates before pyHanko reads a SAT-like one
from signing.petition_pdf import TypedPetition, typed_petition_pdf

NAME = "MARÍA PEÑA NÚÑEZ"
ASUNTO = "Reparación del alumbrado público en la calle Palma"
PASSWORD = b"12345678a"  # of SAT's own public test certificates, and of ours
PARAGRAPHS = (
    "Por este medio solicito que se reparen las luminarias de la calle Palma, entre Fresno y Cedro, colonia Centro. "
    "Desde hace tres semanas no encienden seis de ellas y de noche la calle queda a oscuras.",
    "Fundo mi petición en el artículo 8.º de la Constitución Política de los Estados Unidos Mexicanos y pido que se me "
    "dé respuesta por escrito.",
)


def make_petition(pki: Path, target: Path, *, at: datetime, date_line: str) -> None:
    """Write the letter to `target`, signed (PAdES) as of `at` with María's certificate of the development PKI."""
    letter = TypedPetition(
        municipality="Municipio de Chalco",
        office="Oficialía de Partes Digital",
        date_line=date_line,
        addressed_to="Servicios Públicos",
        asunto=ASUNTO,
        paragraphs=PARAGRAPHS,
        applicant_lines=(NAME, "Firma electrónica al calce de este documento"),
    )
    draft = target.with_suffix(".sin-firma.pdf")
    draft.write_bytes(typed_petition_pdf(letter))
    signer = signers.SimpleSigner.load_pkcs12(str(pki / "ciudadanos" / "maria.p12"), passphrase=PASSWORD)
    if signer is None:
        raise ValueError("la e.firma de prueba no se pudo abrir")
    metadata = signers.PdfSignatureMetadata(
        field_name="FirmaPromovente", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name=NAME
    )
    with draft.open("rb") as unsigned, target.open("wb") as signed:
        signers.sign_pdf(IncrementalPdfFileWriter(unsigned), metadata, signer=signer, output=signed)
    draft.unlink()
