"""A request for a seal certificate (PKCS#10, RFC 2986), signed by whatever holds the key: memory or token."""

from dataclasses import dataclass

from asn1crypto import algos, core, csr, keys, pem, x509

import signing.efirma  # noqa: F401  (cures asn1crypto before the first name is built)
from signing.identity import SigningKey


@dataclass(frozen=True)
class SealName:
    """The subject that a municipal seal asks for: who seals (`municipality`), and with which office (`office`)."""

    municipality: str
    office: str
    state: str
    locality: str = ""


def certificate_request(key: SigningKey, public_key_der: bytes, name: SealName) -> bytes:
    """The request in PEM, for a key that signs (digitalSignature and nonRepudiation). Raises IdentityUnusable."""
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": x509.Name.build(_subject(name)),
            "subject_pk_info": keys.PublicKeyInfo.load(public_key_der),
            "attributes": [{"type": "extension_request", "values": [_extensions()]}],
        }
    )
    signature = key.sign(info.dump())
    request = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa", "parameters": core.Null()}),
            "signature": signature,
        }
    )
    return bytes(pem.armor("CERTIFICATE REQUEST", request.dump()))


def _subject(name: SealName) -> dict[str, str]:
    parts = {
        "country_name": "MX",
        "state_or_province_name": name.state,
        "locality_name": name.locality,
        "organization_name": name.municipality,
        "common_name": name.office,
    }
    return {kind: value for kind, value in parts.items() if value}


def _extensions() -> list[dict[str, object]]:
    usage = x509.KeyUsage({"digital_signature", "non_repudiation"})
    return [{"extn_id": "key_usage", "critical": True, "extn_value": usage}]
