"""The development PKI: made on first use into a folder that git ignores; for demonstrations and tests only.

    python -m certs.development FOLDER

makes a root, an issuing authority, the municipality's seal, a time-stamping authority and citizens' test e.firmas with
the SAT profile (`certs.profiles`). Nothing it signs has any legal value, and its certificates say so. The folder:

    raiz.pem emisora.pem emisora.key         authorities (the root's key is thrown away once it has signed)
    raiz.crl                                 the root's list of revoked authorities, which is empty, for ever
    sello.p12 sello.password sello.pem       the seal: key and chain, its password, its certificate alone
    tsa.p12 tsa.password tsa.pem             the time-stamping authority
    ciudadanos/NAME.cer .key .password .p12  maria, empresa, csd, vencida, revocada: as SAT hands them out, and PKCS#12
    anclas/raiz.pem                          the public anchor: the only file that whoever verifies needs
    anclas/intermedias/emisora.pem           what leads to it from a citizen's `.cer`
    libro.key testigo-1.key testigo-2.key    the keys of the ledger and of its witnesses (`make_ledger_key`)
    libro.politica                           the policy that names them
    revocados.json                           numbers (decimal) and dates of the revoked, for `certs.responders`
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from certs import profiles
from oficialia.clock import now
from signing.note import LOG, WITNESS, SignerKey
from signing.trust import ISSUERS

Key = rsa.RSAPrivateKey
LEDGER_ORIGIN = "chalco.example/libro"
DEFAULT_BASE_URL = "http://127.0.0.1:8318"
# The password of SAT's own public test certificates: these are public test data too.
CITIZEN_PASSWORD = "12345678a"  # noqa: S105
REVOKED_SINCE = timedelta(days=30)


def make_development_pki(folder: Path, *, at: datetime, base_url: str) -> None:
    """Make the PKI in `folder`, with validities around `at` (aware); do nothing where it already is.

    All or nothing: it is made beside and renamed, so that a kill midway leaves no half of it, and of two processes that
    make it at once one wins and both see the same. `base_url` is written into the seal and the TSA certificate as
    the address of /ocsp and /crl. Raises `FileExistsError` where `folder` holds something else.
    """
    if (folder / "raiz.pem").is_file():
        _publish_issuer(folder)  # one that was made by an earlier version lacks it
        return
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} ya existe y no es una PKI de desarrollo")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write_all(draft, at.replace(microsecond=0), base_url.rstrip("/"))
        _publish_issuer(draft)
        _publish(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def make_ledger_key(folder: Path, witnesses: Sequence[str] = ()) -> None:
    """Make in the PKI's folder the key of the public ledger, one for each witness, and the policy of who has to sign;
    a key that is already there stays. `witnesses`: the addresses at which they answer, which may change."""
    log = _ledger_key(folder / "libro.key", LEDGER_ORIGIN, LOG)
    lines, names = [f"log {log.verifier}"], [f"testigo-{number}" for number in range(1, len(witnesses) + 1)]
    for name, url in zip(names, witnesses, strict=True):
        key = _ledger_key(folder / f"{name}.key", f"demo.example/{name}", WITNESS)
        lines.append(f"witness {name} {key.verifier} {url}")
    lines += [f"group testigos any {' '.join(names)}", "quorum testigos"] if names else ["quorum none"]
    draft = folder / "libro.politica.nuevo"
    draft.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    draft.replace(folder / "libro.politica")


def _ledger_key(path: Path, name: str, kind: int) -> SignerKey:
    """The key of that file, made whole or not at all."""
    if path.exists():
        return SignerKey.parse(path.read_text("utf-8").rstrip("\n"))
    key = SignerKey.generate(name, kind)
    draft = path.with_name(f"{path.name}.nuevo")
    draft.unlink(missing_ok=True)
    _write(draft, f"{key.secret_line}\n".encode(), secret=True)
    draft.replace(path)
    return key


def _publish_issuer(folder: Path) -> None:
    place = folder / "anclas" / ISSUERS
    place.mkdir(exist_ok=True)
    shutil.copyfile(folder / "emisora.pem", place / "emisora.pem")


def _publish(draft: Path, folder: Path) -> None:
    """Rename the finished draft; where another process was faster, its PKI stands."""
    try:
        draft.rename(folder)
    except OSError:
        if not (folder / "raiz.pem").is_file():
            raise


def _write_all(folder: Path, at: datetime, base_url: str) -> None:
    (folder / "ciudadanos").mkdir()
    (folder / "anclas").mkdir()
    keys = _keys(4 + len(profiles.PEOPLE))
    chain, issuer = _authorities(folder, next(keys), next(keys), at)
    name = chain[0].subject
    seal_key, tsa_key = next(keys), next(keys)
    seal = profiles.seal_certificate(seal_key.public_key(), name, at, base_url)
    tsa = profiles.tsa_certificate(tsa_key.public_key(), name, at, base_url)
    _write_service(folder, "sello", seal_key, _signed(seal, issuer), chain)
    _write_service(folder, "tsa", tsa_key, _signed(tsa, issuer), chain)
    revoked = {}
    for person, key in zip(profiles.PEOPLE, keys, strict=True):
        certificate = profiles.person_certificate(person, key.public_key(), name, at).sign(issuer, hashes.SHA256())
        _write_citizen(folder / "ciudadanos" / person.file, key, certificate, chain)
        if person.revoked:
            revoked[str(certificate.serial_number)] = (at - REVOKED_SINCE).isoformat()
    _write(folder / "revocados.json", json.dumps(revoked, indent=2).encode())


def _keys(count: int) -> Iterator[Key]:
    """RSA-2048, as SAT's; made in parallel, because finding the primes is nearly all the time this PKI takes."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return iter(list(pool.map(lambda _: rsa.generate_private_key(65537, 2048), range(count))))


def _authorities(folder: Path, root_key: Key, issuing_key: Key, at: datetime) -> tuple[list[x509.Certificate], Key]:
    """Write root and issuing authority; give the chain (issuing first) and the issuing key."""
    root_name = profiles.authority_name("Autoridad raíz de desarrollo (DEMO)")
    name = profiles.authority_name("Autoridad emisora de desarrollo (DEMO)")
    root = profiles.authority_certificate(root_name, root_key.public_key(), root_name, at, path_length=1)
    issuing = profiles.authority_certificate(name, issuing_key.public_key(), root_name, at, path_length=0)
    chain = [_signed(issuing, root_key), _signed(root, root_key)]
    _write(folder / "emisora.pem", chain[0].public_bytes(Encoding.PEM))
    revoked = profiles.empty_list(root_name, at).sign(root_key, hashes.SHA256())
    _write(folder / "raiz.crl", revoked.public_bytes(Encoding.DER))
    for place in (folder, folder / "anclas"):
        _write(place / "raiz.pem", chain[1].public_bytes(Encoding.PEM))
    _write(folder / "emisora.key", _private_pem(issuing_key), secret=True)
    return chain, issuing_key


def _signed(builder: x509.CertificateBuilder, issuer: Key) -> x509.Certificate:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())
    return builder.add_extension(identifier, critical=False).sign(issuer, hashes.SHA256())


def _write_service(
    folder: Path, name: str, key: Key, certificate: x509.Certificate, chain: list[x509.Certificate]
) -> None:
    password = secrets.token_urlsafe(24)
    _write(folder / f"{name}.p12", _pkcs12(name, key, certificate, chain, password), secret=True)
    _write(folder / f"{name}.password", password.encode(), secret=True)
    _write(folder / f"{name}.pem", certificate.public_bytes(Encoding.PEM))


def _write_citizen(stem: Path, key: Key, certificate: x509.Certificate, chain: list[x509.Certificate]) -> None:
    password = CITIZEN_PASSWORD
    _write(stem.with_suffix(".cer"), certificate.public_bytes(Encoding.DER))
    _write(stem.with_suffix(".key"), _sat_key(key, password), secret=True)
    _write(stem.with_suffix(".password"), password.encode(), secret=True)
    _write(stem.with_suffix(".p12"), _pkcs12(stem.name, key, certificate, chain, password), secret=True)


def _pkcs12(name: str, key: Key, certificate: x509.Certificate, chain: list[x509.Certificate], password: str) -> bytes:
    encryption = BestAvailableEncryption(password.encode())
    return serialize_key_and_certificates(name.encode(), key, certificate, chain, encryption)


def _sat_key(key: Key, password: str) -> bytes:
    """The key as SAT hands it out: PKCS#8 DER, PBES2 with DES-EDE3-CBC. `cryptography` cannot write that, openssl can.

    Without openssl it is PBES2 with AES-256, which newer e.firmas have.
    """
    cipher = ["-v2", "des3", "-v2prf", "hmacWithSHA1"]
    command = ["openssl", "pkcs8", "-topk8", *cipher, "-outform", "DER", "-passout", f"pass:{password}"]
    if shutil.which("openssl") is None:
        encryption = BestAvailableEncryption(password.encode())
        return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, encryption)
    return subprocess.run(command, input=_private_pem(key), stdout=subprocess.PIPE, check=True).stdout


def _private_pem(key: Key) -> bytes:
    return key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    """A new file; one that holds a secret is its owner's alone from the first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def main() -> int:
    """`python -m certs.development FOLDER`: exit 2 on wrong usage."""
    if len(sys.argv) != 2:
        sys.stderr.write("Uso: python -m certs.development CARPETA\n")
        return 2
    make_development_pki(Path(sys.argv[1]), at=now(), base_url=DEFAULT_BASE_URL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
