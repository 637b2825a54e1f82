"""pyHanko as its documentation shows: `sign_pdf` with a signer that was loaded once, and its own QR stamp."""

import sys
from pathlib import Path
from typing import IO, Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import QRStampStyle

from tests.bench.drivers.serve import serve

BOX = (387, 713, 603, 783)
TEXT = "Oficialía de Partes Digital\nOP-2026-000123-5\nRegistrado: %(ts)s"
URL = "https://oficialia.chalco.gob.mx/v/7KQF-M2XD-9PRT-ZB4H"


def main() -> None:
    """`pyhanko_documented PKI`: serve with the seal."""
    pki = Path(sys.argv[1])
    signer = SimpleSigner.load_pkcs12(str(pki / "sello.p12"), passphrase=(pki / "sello.password").read_bytes().strip())
    metadata = PdfSignatureMetadata(
        field_name="Sello", md_algorithm="sha256", reason="Recepción", subfilter=SigSeedSubFilter.PADES
    )

    def sign(document: IO[bytes], visible: bool) -> Any:
        writer = IncrementalPdfFileWriter(document)
        if not visible:
            return PdfSigner(metadata, signer).sign_pdf(writer)
        style = QRStampStyle(stamp_text=TEXT)
        stamped = PdfSigner(metadata, signer, stamp_style=style, new_field_spec=SigFieldSpec("Sello", box=BOX))
        return stamped.sign_pdf(writer, appearance_text_params={"url": URL})

    def seal(source: str, target: str, visible: bool) -> None:
        with open(source, "rb") as document, open(target, "wb") as result:  # noqa: PTH123
            result.write(sign(document, visible).getbuffer())

    serve(seal)


if __name__ == "__main__":
    main()
