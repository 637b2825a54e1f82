"""The allow-list: what is not on it does not count."""

import pytest
from asn1crypto import keys
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing.algorithms import digest_holds, key_holds

CURVES = {
    ec.SECP256R1: True, ec.SECP384R1: True, ec.SECP521R1: True, ec.BrainpoolP256R1: True, ec.BrainpoolP384R1: True,
    ec.SECP256K1: False, ec.SECP224R1: False,
}  # fmt: skip


def public(key: object) -> keys.PublicKeyInfo:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return keys.PublicKeyInfo.load(der)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_curves(curve: type[ec.EllipticCurve]) -> None:
    assert key_holds(public(ec.generate_private_key(curve()))) is CURVES[curve]


def test_other_keys() -> None:
    assert key_holds(public(ed25519.Ed25519PrivateKey.generate()))
    assert key_holds(public(ed448.Ed448PrivateKey.generate()))
    assert not key_holds(public(rsa.generate_private_key(65537, 1024)))  # noqa: S505
    assert not key_holds(public(dsa.generate_private_key(1024)))  # noqa: S505


def test_digests() -> None:
    assert all(map(digest_holds, ("sha256", "sha384", "sha512", "sha3_256")))
    assert not any(map(digest_holds, ("md5", "sha1", "sha224", "sha3_224", "1.2.3")))
