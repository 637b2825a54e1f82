"""Seals besides the one of the development PKI: issued by the same authority, for other times, in files and tokens."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from certs import profiles
from signing.key_file import write_new
from signing.token import generate
from signing.token_name import TokenKeyName

PASSWORD = "una contraseña larga"
PIN = "123456"
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


@dataclass(frozen=True)
class Authority:
    """The issuing authority of a development PKI."""

    pki: Path

    @property
    def certificate(self) -> x509.Certificate:
        """Its own."""
        return x509.load_pem_x509_certificate((self.pki / "emisora.pem").read_bytes())

    @property
    def key(self) -> rsa.RSAPrivateKey:
        """Its key."""
        key = serialization.load_pem_private_key((self.pki / "emisora.key").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    def issue(self, key: rsa.RSAPublicKey, start: datetime, end: datetime | None = None) -> x509.Certificate:
        """A seal certificate in force from `start` on."""
        at = start + timedelta(days=1)
        builder = profiles.seal_certificate(key, self.certificate.subject, at, "http://pki.invalid")
        if end:
            builder._not_valid_after = end.replace(tzinfo=None)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return builder.add_extension(identifier, critical=False).sign(self.key, hashes.SHA256())

    def revoke(self, path: Path, serials: list[int], at: datetime, *, lasts: timedelta = timedelta(days=1)) -> Path:
        """Write its list of the revoked, which ends after `lasts`."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(at).next_update(at + lasts)
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            builder = builder.add_revoked_certificate(entry.build())
        path.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER))
        return path

    def pkcs12(self, path: Path, start: datetime, end: datetime | None = None, *, bits: int = 2048) -> x509.Certificate:
        """Put a new seal at `path`, over whatever is there, in force from `start` on, under PASSWORD."""
        key = rsa.generate_private_key(65537, bits)
        certificate = self.issue(key.public_key(), start, end)
        encryption = BestAvailableEncryption(PASSWORD.encode())
        draft = path.with_suffix(".nuevo")
        write_new(draft, serialize_key_and_certificates(b"s", key, certificate, [self.certificate], encryption), 0o600)
        draft.replace(path)
        return certificate


@dataclass(frozen=True)
class SoftToken:
    """A software token of the tests, shared by those of one process; each uses keys of its own."""

    module: str
    folder: Path
    label: str = "Pruebas"

    def uri(self, key: str) -> str:
        """The name of one of its keys."""
        return f"pkcs11:token={self.label};object={key}?module-path={self.module}"

    def seal(self, key: str, certificate_path: Path, authority: Authority, start: datetime) -> dict[str, str]:
        """A new seal in the token, its certificate and issuer in a file; settings after OFICIALIA_SEAL_."""
        _, public = generate(TokenKeyName.parse(self.uri(key)), PIN, 2048)
        loaded = serialization.load_der_public_key(public)
        assert isinstance(loaded, rsa.RSAPublicKey)
        chain = [authority.issue(loaded, start), authority.certificate]
        certificate_path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in chain))
        return {"CERTIFICATE": str(certificate_path), "PKCS11": self.uri(key), "PASSWORD": PIN}

    @contextmanager
    def away(self) -> Iterator[None]:
        """Taken out of its slot for the time of the block."""
        tokens, aside = self.folder / "tokens", self.folder / "aparte"
        tokens.rename(aside)
        tokens.mkdir()
        try:
            yield
        finally:
            shutil.rmtree(tokens)
            aside.rename(tokens)


def make_token(folder: Path) -> SoftToken:
    """A token in `folder`. The module reads its configuration once a process, so there is one for each."""
    module = next((path for path in MODULES if Path(path).exists()), None)
    tool = shutil.which("softhsm2-util")
    if not module or not tool:
        raise FileNotFoundError("softhsm2")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    token = SoftToken(module, folder)
    make = [tool, "--init-token", "--free", "--label", token.label, "--pin", PIN, "--so-pin", "12345678"]
    subprocess.run(make, check=True, capture_output=True)
    return token
