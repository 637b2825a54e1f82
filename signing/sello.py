"""The sello of a cadena original, checked with the public certificate alone (docs/formatos.md)."""

import binascii
from base64 import b64decode

from asn1crypto import pem, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)


def sello_fits(certificate_pem: str, cadena: str, sello: str) -> bool:
    """Whether ``sello`` (base64) is the RSASSA-PKCS1-v1_5 SHA-256 signature of ``cadena`` under that certificate's key.

    The certificate is one that this office used: whether to trust it is not asked here. False also for what cannot be
    read. Read with asn1crypto, because `cryptography` refuses some certificates of real authorities whole.
    """
    try:
        certificate = x509.Certificate.load(pem.unarmor(certificate_pem.encode("ascii"))[2])
        key = serialization.load_der_public_key(certificate.public_key.dump())
        signature = b64decode(sello, validate=True)
    except (ValueError, TypeError, binascii.Error):
        return False
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, cadena.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
