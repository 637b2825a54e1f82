"""endesive as its examples show. Its signature is CMS, not PAdES; the QR comes to it as an image that is ready."""

import sys
import types
from datetime import UTC, datetime
from pathlib import Path

import endesive
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.bench.drivers.serve import serve

# Its verifier cannot be imported where the version of OpenSSL ends in two digits (oscrypto); signing does without it.
package = types.ModuleType("endesive.pdf")
package.__path__ = [str(Path(endesive.__path__[0]) / "pdf")]
sys.modules["endesive.pdf"] = package
from endesive.pdf import cms  # noqa: E402


def main() -> None:
    """`endesive_documented PKI QR`: serve with the seal; QR is an image."""
    pki, qr = Path(sys.argv[1]), sys.argv[2]
    password = (pki / "sello.password").read_bytes().strip()
    key, certificate, others = pkcs12.load_key_and_certificates((pki / "sello.p12").read_bytes(), password)

    def seal(source: str, target: str, visible: bool) -> None:
        asked: dict[str, object] = {
            "sigflags": 3, "sigpage": 0, "sigfield": "Sello", "contact": "", "location": "", "reason": "Recepción",
            "aligned": 16384, "signingdate": datetime.now(UTC).strftime("D:%Y%m%d%H%M%S+00'00'"),
        }  # fmt: skip
        if visible:
            text = "Oficialía de Partes Digital OP-2026-000123-5"
            asked |= {
                "signaturebox": (387, 713, 603, 783),
                "signature_manual": [
                    ["image", "qr", 2, 2, 66, 66],
                    ["font", "default", 7],
                    ["text_box", text, "default", 72, 5, 140, 60, 7],
                ],
                "manual_images": {"qr": qr}, "manual_fonts": {},
            }  # fmt: skip
        data = Path(source).read_bytes()
        Path(target).write_bytes(data + cms.sign(data, asked, key, certificate, others, "sha256"))

    serve(seal)


if __name__ == "__main__":
    main()
