"""The seal's identity: which files give one, which are refused and with what word, and what it never shows."""

import pickle
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from signing.errors import IdentityUnusable
from signing.identity import SealIdentity

MESSAGE = b"||OPD1|OP-2026-000123-5||"


@pytest.fixture(scope="module")
def password(development_pki: Path) -> str:
    return (development_pki / "sello.password").read_text().strip()


@pytest.fixture(scope="module")
def identity(development_pki: Path, password: str) -> SealIdentity:
    return SealIdentity.from_pkcs12(development_pki / "sello.p12", password)


@pytest.fixture(scope="module")
def pem_files(development_pki: Path, password: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same identity as PEM: certificate and chain in one file, the key encrypted in the other."""
    bundle = pkcs12.load_pkcs12((development_pki / "sello.p12").read_bytes(), password.encode())
    assert bundle.cert is not None and isinstance(bundle.key, rsa.RSAPrivateKey)
    folder = tmp_path_factory.mktemp("pem")
    every = [bundle.cert.certificate, *(each.certificate for each in bundle.additional_certs)]
    (folder / "sello.pem").write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in every))
    (folder / "sello.key").write_bytes(
        bundle.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"otra clave"),
        )
    )
    return folder / "sello.pem", folder / "sello.key"


def self_signed(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, now: datetime, usage: x509.KeyUsage | None = None
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Prueba")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 4097, now, now + timedelta(days=1))
    if usage:
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, hashes.SHA256())


def write_pem(
    folder: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *certificates: x509.Certificate
) -> None:
    (folder / "a.pem").write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates))
    (folder / "a.key").write_bytes(
        key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def test_pkcs12_gives_key_certificate_and_chain(identity: SealIdentity) -> None:
    assert identity.organization.startswith("Municipio de Chalco")
    assert len(identity.chain) >= 1
    assert identity.valid_from < identity.valid_until
    assert int(identity.serial, 16) == identity.certificate.serial_number


def test_pem_gives_the_same_identity(identity: SealIdentity, pem_files: tuple[Path, Path]) -> None:
    other = SealIdentity.from_pem(*pem_files, "otra clave")
    assert other.sha256 == identity.sha256
    assert {each.sha256 for each in other.chain} == {each.sha256 for each in identity.chain}


def test_openssl_verifies_a_signature(identity: SealIdentity, tmp_path: Path, tool: Callable[[str], str]) -> None:
    (tmp_path / "certificado.pem").write_text(identity.certificate_pem)
    (tmp_path / "cadena.txt").write_bytes(MESSAGE)
    (tmp_path / "sello").write_bytes(identity.sign(MESSAGE))
    openssl = tool("openssl")
    key = subprocess.run(
        [openssl, "x509", "-in", "certificado.pem", "-pubkey", "-noout"], cwd=tmp_path, capture_output=True, check=True
    )
    (tmp_path / "publica.pem").write_bytes(key.stdout)
    verify = [openssl, "dgst", "-sha256", "-verify", "publica.pem", "-signature", "sello", "cadena.txt"]
    assert subprocess.run(verify, cwd=tmp_path, capture_output=True, check=True).stdout == b"Verified OK\n"


def test_a_signature_has_the_announced_size(identity: SealIdentity) -> None:
    assert len(identity.sign(MESSAGE)) == identity.signature_size


def test_wrong_password_is_told_from_a_broken_file(development_pki: Path, tmp_path: Path) -> None:
    with pytest.raises(IdentityUnusable, match="contrasena_incorrecta"):
        SealIdentity.from_pkcs12(development_pki / "sello.p12", "no es esta")
    broken = tmp_path / "roto.p12"
    broken.write_bytes(b"no es un PKCS#12")
    with pytest.raises(IdentityUnusable, match="archivo_ilegible"):
        SealIdentity.from_pkcs12(broken, "")
    with pytest.raises(IdentityUnusable, match="archivo_ilegible"):
        SealIdentity.from_pkcs12(tmp_path / "no-existe.p12", "")


def test_wrong_password_of_a_pem_key(pem_files: tuple[Path, Path]) -> None:
    with pytest.raises(IdentityUnusable, match="contrasena_incorrecta"):
        SealIdentity.from_pem(*pem_files, "no es esta")


def test_key_of_another_certificate_is_refused(now: datetime, tmp_path: Path) -> None:
    key, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    write_pem(tmp_path, key, self_signed(other, now))
    with pytest.raises(IdentityUnusable, match="clave_no_corresponde"):
        SealIdentity.from_pem(tmp_path / "a.pem", tmp_path / "a.key", "")


def test_short_and_elliptic_keys_are_refused(now: datetime, tmp_path: Path) -> None:
    for key in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())):  # noqa: S505
        write_pem(tmp_path, key, self_signed(key, now))
        with pytest.raises(IdentityUnusable, match="clave_no_admitida"):
            SealIdentity.from_pem(tmp_path / "a.pem", tmp_path / "a.key", "")


def test_a_file_without_certificate_is_refused(tmp_path: Path, pem_files: tuple[Path, Path]) -> None:
    with pytest.raises(IdentityUnusable, match="sin_certificado"):
        SealIdentity.from_pem(pem_files[1], pem_files[1], "otra clave")


def test_usable_only_within_its_validity(identity: SealIdentity) -> None:
    identity.ensure_usable(identity.valid_from)
    identity.ensure_usable(identity.valid_until)
    with pytest.raises(IdentityUnusable, match="aun_no_vigente"):
        identity.ensure_usable(identity.valid_from - timedelta(seconds=1))
    with pytest.raises(IdentityUnusable, match="vencido"):
        identity.ensure_usable(identity.valid_until + timedelta(seconds=1))


def test_a_certificate_that_may_not_sign_is_refused(now: datetime, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    write_pem(tmp_path, key, self_signed(key, now))
    identity = SealIdentity.from_pem(tmp_path / "a.pem", tmp_path / "a.key", "")
    with pytest.raises(IdentityUnusable, match="sin_no_repudio"):
        identity.ensure_usable(now)


def test_serial_is_written_as_openssl_does(now: datetime, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    write_pem(tmp_path, key, self_signed(key, now))
    assert SealIdentity.from_pem(tmp_path / "a.pem", tmp_path / "a.key", "").serial == "1001"


def test_neither_key_nor_password_shows(identity: SealIdentity, password: str) -> None:
    assert repr(identity) == f"<SealIdentity {identity.serial}>"
    with pytest.raises(TypeError):
        pickle.dumps(identity)
    error = IdentityUnusable("contrasena_incorrecta", "sello.p12")
    assert password not in str(error)


def test_signature_is_pkcs1_v1_5_with_sha256(identity: SealIdentity) -> None:
    certificate = x509.load_pem_x509_certificate(identity.certificate_pem.encode())
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(identity.sign(MESSAGE), MESSAGE, padding.PKCS1v15(), hashes.SHA256())
