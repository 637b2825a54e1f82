"""`oficialia certificados`: from a key to a seal, and how long the seals last. Nothing secret is ever printed."""

import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from oficialia.cli import cli
from signing.identity import SealIdentity
from signing.token import open_token
from signing.token_name import TokenKeyName
from tests.support.seals import PASSWORD, PIN, Authority, SoftToken

NAMES = ["--municipio", "Municipio de Chalco", "--oficina", "Oficialía de Partes", "--estado", "Estado de México"]
DAY = timedelta(days=1)


def run(*arguments: object, env: dict[str, str] | None = None, typed: str = "") -> Result:
    words = [str(word) for word in arguments]
    return CliRunner().invoke(cli, ["certificados", *words], prog_name="oficialia", env=env, input=typed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clave").write_text(PASSWORD + "\n")
    (tmp_path / "pin").write_text(PIN)
    return tmp_path


@pytest.fixture
def asked(folder: Path) -> Result:
    """A key and a request."""
    return run("csr", "--salida", folder, *NAMES, "--bits", "2048", "--contrasena-archivo", folder / "clave")


def certify(authority: Authority, folder: Path, start: datetime, end: datetime | None = None) -> Path:
    """What the authority sends back for the request in the folder."""
    request = x509.load_pem_x509_csr((folder / "sello.csr").read_bytes())
    key = request.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    path = folder / "sello.cer"
    path.write_bytes(authority.issue(key, start, end).public_bytes(Encoding.DER))
    return path


def imported(folder: Path, pki: Path, certificate: Path, *more: object) -> Result:
    return run(
        "importar", certificate, "--llave", folder / "sello.key", "--anclas", pki / "anclas",
        "--salida", folder / "sello.p12", "--contrasena-archivo", folder / "clave", *more,
    )  # fmt: skip


def test_a_request_names_the_seal_and_openssl_agrees_with_it(
    asked: Result, folder: Path, tool: Callable[[str], str]
) -> None:
    assert asked.exit_code == 0, asked.output
    verify = [
        tool("openssl"),
        "req",
        "-in",
        str(folder / "sello.csr"),
        "-verify",
        "-noout",
        "-text",
        "-nameopt",
        "utf8",
    ]
    said = subprocess.run(verify, capture_output=True, text=True, check=True)
    assert "verify OK" in said.stderr + said.stdout
    for words in ("C=MX", "ST=Estado de México", "O=Municipio de Chalco", "CN=Oficialía de Partes", "Non Repudiation"):
        assert words in said.stdout.replace(" = ", "="), words
    request = x509.load_pem_x509_csr((folder / "sello.csr").read_bytes())
    assert isinstance(request.signature_hash_algorithm, hashes.SHA256)
    assert request.is_signature_valid


def test_the_key_is_encrypted_and_its_owners_alone_and_never_shown(asked: Result, folder: Path) -> None:
    key = folder / "sello.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text().startswith("-----BEGIN ENCRYPTED ")
    assert PASSWORD not in asked.output and "BEGIN" not in asked.output


def test_nothing_is_written_over(asked: Result, folder: Path) -> None:
    before = (folder / "sello.key").read_bytes()
    again = run("csr", "--salida", folder, *NAMES, "--contrasena-archivo", folder / "clave")
    assert again.exit_code == 1
    (folder / "sello.csr").unlink()
    again = run("csr", "--salida", folder, *NAMES, "--contrasena-archivo", folder / "clave")
    assert again.exit_code == 1
    assert "no se escribe encima" in again.output
    assert (folder / "sello.key").read_bytes() == before
    assert asked.exit_code == 0


def test_a_password_is_asked_for_twice_and_must_be_long(folder: Path) -> None:
    assert "al menos 12" in run("csr", "--salida", folder, *NAMES, typed="corta\ncorta\n").output
    assert not (folder / "sello.key").exists()
    said = run("csr", "--salida", folder, *NAMES, "--bits", "2048", typed=f"{PASSWORD}\notra\n{PASSWORD}\n{PASSWORD}\n")
    assert said.exit_code == 0, said.output
    assert "No son iguales. Escríbala otra vez." in said.output
    assert PASSWORD not in said.output


def test_what_was_received_becomes_a_seal(
    asked: Result, folder: Path, authority: Authority, development_pki: Path, now: datetime
) -> None:
    certificate = certify(authority, folder, now - DAY)
    said = imported(folder, development_pki, certificate, "--cadena", development_pki / "emisora.pem")
    assert said.exit_code == 0, said.output
    assert "OFICIALIA_SEAL_NEXT_PKCS12=" in said.output
    assert PASSWORD not in said.output
    target = folder / "sello.p12"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    identity = SealIdentity.from_pkcs12(target, PASSWORD)
    assert identity.organization == "Municipio de Chalco (DEMO)"
    assert len(identity.chain) == 1
    assert asked.exit_code == 0


def test_one_that_begins_later_is_taken_and_waits(
    asked: Result, folder: Path, authority: Authority, development_pki: Path, now: datetime
) -> None:
    certificate = certify(authority, folder, now + 5 * DAY)
    said = imported(folder, development_pki, certificate, "--cadena", development_pki / "emisora.pem")
    assert (asked.exit_code, said.exit_code) == (0, 0), said.output


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("expired", "su certificado venció"),
        ("other", "la llave y el certificado no son del mismo par"),
        ("person", "la llave y el certificado no son del mismo par"),
        ("chain", "no lleva a ningún certificado raíz"),
        ("password", "la contraseña de su llave no es"),
        ("garbage", "un archivo suyo no existe o no se puede leer"),
    ],
)
def test_what_cannot_seal_is_refused_and_nothing_is_written(
    asked: Result, folder: Path, authority: Authority, development_pki: Path, now: datetime, why: str, words: str
) -> None:
    chain: list[object] = ["--cadena", development_pki / "emisora.pem"]
    certificate = certify(authority, folder, now - 9 * DAY, now - DAY if why == "expired" else None)
    if why == "other":
        certificate = development_pki / "sello.pem"
    elif why == "person":
        certificate = development_pki / "ciudadanos" / "maria.cer"
    elif why == "chain":
        chain = []
    elif why == "password":
        (folder / "clave").write_text("no es esta, pero es larga")
    elif why == "garbage":
        certificate.write_bytes(b"<html>")
    said = imported(folder, development_pki, certificate, *chain)
    assert (asked.exit_code, said.exit_code) == (0, 1)
    assert words in said.output
    assert not (folder / "sello.p12").exists()


def test_a_key_in_a_token_stays_there(
    folder: Path, soft_token: SoftToken, authority: Authority, development_pki: Path, now: datetime
) -> None:
    uri = soft_token.uri("orden")
    token = ["--pkcs11", uri, "--contrasena-archivo", folder / "pin"]
    said = run("csr", "--salida", folder, *NAMES, "--bits", "2048", *token)
    assert said.exit_code == 0, said.output
    assert not (folder / "sello.key").exists()
    certificate = certify(authority, folder, now - DAY)
    said = run(
        "importar", certificate, "--cadena", development_pki / "emisora.pem", "--anclas", development_pki / "anclas",
        "--salida", folder / "sello.pem", *token,
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "OFICIALIA_SEAL_NEXT_PKCS11" in said.output
    assert PIN not in said.output.replace(str(folder), "")
    open_token(TokenKeyName.parse(uri), folder / "sello.pem", PIN).ensure_usable(now)


def environment(folder: Path, pki: Path, **seal: object) -> dict[str, str]:
    given = {f"OFICIALIA_SEAL_{name}": str(value) for name, value in seal.items()}
    return {"OFICIALIA_ENV": "demo", "OFICIALIA_TRUST_DIR": str(pki / "anclas"), **given}


@pytest.mark.parametrize(
    ("left", "words"),
    [(40, None), (29, "quedan 30 días o menos"), (6, "quedan 7 días o menos"), (0.9, "quedan 1 día o menos")],
)
def test_the_state_warns_30_7_and_1_days_ahead(
    folder: Path, authority: Authority, development_pki: Path, left: float, words: str | None
) -> None:
    at = datetime.now(UTC)
    authority.pkcs12(folder / "a.p12", at - DAY, at + left * DAY)
    said = run("estado", env=environment(folder, development_pki, PKCS12=folder / "a.p12", PASSWORD=PASSWORD))
    assert said.exit_code == (10 if words else 0), said.output
    assert (words or "Todo está en orden.") in said.output
    assert "Sello: se puede usar." in said.output
    assert PASSWORD not in said.output


def test_a_seal_that_follows_ends_the_warning_and_what_is_wrong_with_it_is_told(
    folder: Path, authority: Authority, development_pki: Path
) -> None:
    at = datetime.now(UTC)
    authority.pkcs12(folder / "a.p12", at - DAY, at + 6 * DAY)
    authority.pkcs12(folder / "b.p12", at + 3 * DAY)
    both = environment(
        folder, development_pki, PKCS12=folder / "a.p12", PASSWORD=PASSWORD, NEXT_PKCS12=folder / "b.p12",
        NEXT_PASSWORD=PASSWORD,
    )  # fmt: skip
    said = run("estado", env=both)
    assert said.exit_code == 0, said.output
    assert "Otro sello: su certificado todavía no está vigente." in said.output
    said = run("estado", env=both | {"OFICIALIA_SEAL_NEXT_PASSWORD": "no es esta"})
    assert said.exit_code == 10
    assert "El otro sello no se puede usar: la contraseña de su llave no es la que está configurada." in said.output


@pytest.mark.parametrize(("name", "exit_code"), [("no-hay.p12", 10), ("vencida.p12", 10)])
def test_without_a_seal_that_can_be_used_it_says_so(
    folder: Path, authority: Authority, development_pki: Path, name: str, exit_code: int
) -> None:
    at = datetime.now(UTC)
    authority.pkcs12(folder / "vencida.p12", at - 9 * DAY, at - DAY)
    said = run("estado", env=environment(folder, development_pki, PKCS12=folder / name, PASSWORD=PASSWORD))
    assert said.exit_code == exit_code
    assert "No hay ningún sello que se pueda usar" in said.output


def test_a_list_of_the_revoked_that_ended_is_told(folder: Path, authority: Authority, development_pki: Path) -> None:
    at = datetime.now(UTC)
    authority.pkcs12(folder / "a.p12", at - DAY)
    crl = authority.revoke(folder / "lista.crl", [], at - 3 * DAY)
    given = environment(folder, development_pki, PKCS12=folder / "a.p12", PASSWORD=PASSWORD, CRL=crl)
    said = run("estado", env=given)
    assert said.exit_code == 10
    assert "La lista de revocados" in said.output
