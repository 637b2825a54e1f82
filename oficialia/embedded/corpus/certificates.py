"""Certificates as SAT gives them out, with their keys: read, compared with the manifest and with each other.

These are public test pairs: keys are opened here only to see that they belong to a certificate, and are sent nowhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem, x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from oficialia.embedded.corpus.manifest import Entry
from signing.efirma import CertificateHolder, holder

CERTIFICATES, KEYS = (".cer", ".crt", ".der", ".pem"), (".key",)
# The password of SAT's public test pairs.
USUAL_PASSWORD = "12345678a"  # noqa: S105 - public
KINDS = {"fiel": "efirma", "e.firma": "efirma", "csd": "csd"}
WORDS = {"efirma": "e.firma", "csd": "CSD", "institucional": "institucional", "otro": "otro"}
NOTED_END = re.compile(r"notAfter=(\w{3} +\d+ [\d:]+ \d{4}) GMT")


@dataclass(frozen=True)
class CertificateResult:
    """One certificate; `key` is the path of the key that fits it. `problem` (Spanish) is empty when all is well."""

    path: str
    kind: str
    holder: CertificateHolder | None
    valid_from: datetime | None
    valid_until: datetime | None
    key: str
    problem: str

    def as_json(self) -> dict[str, Any]:
        """Its line in the JSON: `outcome` is `read` or `error:WHAT`."""
        who = self.holder
        return {
            "path": self.path,
            "class": "cert",
            "kind": self.kind,
            "outcome": f"error:{self.problem}" if self.problem else "read",
            "certificate": WORDS[who.kind] if who else "",
            "rfc": who.rfc if who else "",
            "curp": who.curp if who else "",
            "serial": who.serial if who else "",
            "valid_from": self.valid_from.isoformat() if self.valid_from else "",
            "valid_until": self.valid_until.isoformat() if self.valid_until else "",
            "key": self.key,
        }


def read_certificates(entries: Sequence[Entry]) -> list[CertificateResult]:
    """Every certificate of `entries`, each with the key among them that fits it, and every key that none does."""
    keys = {entry.path: _public_key(entry.file) for entry in entries if entry.file.suffix.lower() in KEYS}
    return [_read(entry, keys) for entry in entries if entry.file.suffix.lower() in CERTIFICATES] + [
        CertificateResult(path, "llave", None, None, None, "", "la llave no se puede leer con su contraseña")
        for path, public in keys.items()
        if public is None
    ]


def _read(entry: Entry, keys: dict[str, bytes | None]) -> CertificateResult:
    try:
        certificate = _certificate(entry.file)
        who = holder(certificate)
        starts, ends = certificate.not_valid_before, certificate.not_valid_after
        public = certificate.public_key.dump()
    except (ValueError, TypeError, KeyError, OSError) as fault:
        return CertificateResult(entry.path, entry.kind, None, None, None, "", f"no se puede leer: {fault}"[:200])
    key = next((path for path, known in keys.items() if known == public), "")
    problem = _differs(entry, who, ends)
    return CertificateResult(entry.path, entry.kind, who, starts, ends, key, problem)


def _certificate(file: Path) -> x509.Certificate:
    data = file.read_bytes()
    if pem.detect(data):
        _, _, data = pem.unarmor(data)
    return x509.Certificate.load(data, strict=True)


def _differs(entry: Entry, who: CertificateHolder, ends: datetime) -> str:
    """A personal e.firma is told from everything else; of the rest, what bears no RFC is nobody's CSD either."""
    expected = next((kind for word, kind in KINDS.items() if entry.kind.lower().startswith(word)), who.kind)
    if who.kind != expected and (who.rfc or "efirma" in {who.kind, expected}):
        return f"se lee como {WORDS[who.kind]}"
    noted = NOTED_END.search(entry.note)
    if noted and datetime.strptime(noted[1], "%b %d %H:%M:%S %Y").replace(tzinfo=UTC) != ends:
        return f"vence el {ends:%d/%m/%Y}, y no cuando dice el manifiesto"
    return ""


def _public_key(file: Path) -> bytes | None:
    """The public half of a key, as a certificate holds it; None when it cannot be read."""
    note = file.with_suffix(".txt")
    password = note.read_text("utf-8", errors="replace").strip() if note.exists() else USUAL_PASSWORD
    data = file.read_bytes()
    load = serialization.load_pem_private_key if pem.detect(data) else serialization.load_der_private_key
    for secret in (password.encode(), None):
        try:
            key = load(data, secret)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        return key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    return None
