"""Which algorithms still count: an allow-list, so that what is not known is not green. Runs in the sandbox.

After ETSI TS 119 312 and the SOG-IS list: digests from SHA-256 on, RSA from 2048 bits, elliptic curves from 256.
"""

from asn1crypto import cms, keys, x509

import signing.efirma  # noqa: F401  (cures asn1crypto before the first certificate is parsed)

DIGESTS = frozenset({"sha256", "sha384", "sha512", "sha512_256", "sha3_256", "sha3_384", "sha3_512"})
SCHEMES = frozenset({"rsassa_pkcs1v15", "rsassa_pss", "ecdsa", "ed25519", "ed448"})
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1", "brainpoolp256r1", "brainpoolp384r1", "brainpoolp512r1"})
EDWARDS = {"ed25519": "Ed25519", "ed448": "Ed448"}
# RFC 8419, 3.1: each goes with one digest.
EDWARDS_DIGESTS = {"ed25519": "sha512", "ed448": "shake256"}
LEAST_RSA_BITS = 2048
OIDS = {"1.3.36.3.3.2.8.1.1.7": "brainpoolp256r1", "1.3.36.3.3.2.8.1.1.11": "brainpoolp384r1",
        "1.3.36.3.3.2.8.1.1.13": "brainpoolp512r1"}  # fmt: skip


def digest_holds(name: str) -> bool:
    """Whether a digest, by asn1crypto's name, is on the list."""
    return name in DIGESTS


def key_holds(key: keys.PublicKeyInfo) -> bool:
    """Whether a public key is on the list."""
    if key.algorithm in {"rsa", "rsassa_pss"}:
        return int(key.bit_size) >= LEAST_RSA_BITS
    if key.algorithm == "ec":
        return _curve(key) in CURVES
    return key.algorithm in EDWARDS


def signature_holds(signer: cms.SignerInfo, certificate: x509.Certificate) -> bool:
    """Whether all that a CMS signature is made with is on the list: both of its digests, its scheme, its key."""
    algorithm = signer["signature_algorithm"]
    scheme = algorithm.signature_algo
    if scheme not in SCHEMES or not key_holds(certificate.public_key):
        return False
    if scheme in EDWARDS:
        return _digest(signer) == EDWARDS_DIGESTS[scheme]
    if scheme == "rsassa_pss" and _mask_digest(algorithm) != _hash_of(algorithm, ""):
        return False  # RFC 8017, 8.1: the same digest for both
    return digest_holds(_digest(signer)) and digest_holds(_hash_of(algorithm, _digest(signer)))


def described(signer: cms.SignerInfo, certificate: x509.Certificate) -> str:
    """For people: "SHA-256, RSA-2048"."""
    key = certificate.public_key
    if key.algorithm in {"rsa", "rsassa_pss"}:
        made = f"RSA-{key.bit_size}" + (" PSS" if signer["signature_algorithm"].signature_algo == "rsassa_pss" else "")
    elif key.algorithm == "ec":
        made = f"ECDSA {_curve(key)}"
    else:
        made = EDWARDS.get(key.algorithm, key.algorithm.upper())
    return f"{_shown(_digest(signer))}, {made}"


def _digest(signer: cms.SignerInfo) -> str:
    return str(signer["digest_algorithm"]["algorithm"].native)


def _hash_of(algorithm: cms.SignedDigestAlgorithm, otherwise: str) -> str:
    """The digest that the signature algorithm names; one that names none uses the signer's."""
    try:
        return str(algorithm.hash_algo)
    except ValueError:
        return otherwise


def _mask_digest(algorithm: cms.SignedDigestAlgorithm) -> str:
    return str(algorithm["parameters"]["mask_gen_algorithm"]["parameters"]["algorithm"].native)


def _curve(key: keys.PublicKeyInfo) -> str:
    _, name = key.curve
    return OIDS.get(str(name), str(name))


def _shown(digest: str) -> str:
    """sha256 as SHA-256, sha3_256 as SHA3-256."""
    name = digest.upper()
    return name.replace("_", "-") if name.startswith("SHA3") else name.replace("SHA", "SHA-", 1)
