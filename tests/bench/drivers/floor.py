"""The floor: what nobody can do without. The document is copied, hashed, and the hash signed with RSA-2048."""

import hashlib
import shutil
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.bench.drivers.serve import serve


def main() -> None:
    """`floor PKI`: serve with the seal's key."""
    pki = Path(sys.argv[1])
    key = pkcs12.load_pkcs12((pki / "sello.p12").read_bytes(), (pki / "sello.password").read_bytes().strip()).key
    assert isinstance(key, rsa.RSAPrivateKey)

    def seal(source: str, target: str, visible: bool) -> None:
        shutil.copyfile(source, target)
        with open(target, "rb+") as file:  # noqa: PTH123
            digest = hashlib.file_digest(file, "sha256").digest()
            file.seek(0, 2)
            file.write(key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256())))

    serve(seal)


if __name__ == "__main__":
    main()
