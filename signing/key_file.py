"""A new key for the seal, and the file that holds key and certificate together: encrypted, and its owner's alone."""

import os
from collections.abc import Sequence
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from signing.certificate import read_file
from signing.errors import IdentityUnusable
from signing.identity import MemoryKey

OWNER_ONLY, EVERYBODY = 0o600, 0o644


def new_key(path: Path, password: str, bits: int) -> tuple[MemoryKey, bytes]:
    """Make an RSA key in a new file (PKCS#8 PEM, encrypted, 0600); it, and its public half (SubjectPublicKeyInfo, DER).

    Raises FileExistsError where there is a file already, and OSError.
    """
    key = rsa.generate_private_key(65537, bits)
    encryption = BestAvailableEncryption(password.encode())
    write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption), OWNER_ONLY)
    return MemoryKey(key), key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def write_pkcs12(path: Path, key_path: Path, password: str, certificates: Sequence[asn1_x509.Certificate]) -> None:
    """Write the key of `key_path` with its certificate and that one's issuers into a new PKCS#12 file (0600).

    The password is that of the key. Raises FileExistsError, OSError, and IdentityUnusable where `cryptography`, which
    writes such files, does not read a certificate: it then is used in PEM.
    """
    key = serialization.load_pem_private_key(read_file(key_path), password.encode())
    try:
        own, *chain = [x509.load_der_x509_certificate(each.dump()) for each in certificates]
    except ValueError as fault:
        raise IdentityUnusable("archivo_ilegible", str(fault)) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise IdentityUnusable("clave_no_admitida", type(key).__name__)
    encryption = BestAvailableEncryption(password.encode())
    write_new(path, serialize_key_and_certificates(b"sello", key, own, chain, encryption), OWNER_ONLY)


def write_new(path: Path, content: bytes, mode: int) -> None:
    """A file that was not there; it has its mode from the first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
