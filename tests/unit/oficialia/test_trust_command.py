"""`oficialia confianza`: an authority comes in against its fingerprint, or not at all."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from oficialia.cli import cli
from signing.trust import load_anchors

YEAR = timedelta(days=365)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["confianza", *map(str, arguments)], prog_name="oficialia")


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    folder = tmp_path / "anclas"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _authority(path: Path, key: rsa.RSAPrivateKey, start: datetime, *, ca: bool = True) -> tuple[Path, str]:
    """A certificate in DER, and its fingerprint as openssl prints it."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A.C. Raíz del Ñandú / 1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + 2 * YEAR)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    der = made.public_bytes(Encoding.DER)
    path.write_bytes(der)
    return path, hashlib.sha256(der).hexdigest()


def _printed(fingerprint: str) -> str:
    digits = fingerprint.upper()
    return ":".join(digits[i : i + 2] for i in range(0, 64, 2))


def test_it_comes_in_with_its_fingerprint_and_is_listed(
    tmp_path: Path, anchors: Path, key: rsa.RSAPrivateKey, now: datetime
) -> None:
    file, fingerprint = _authority(tmp_path / "raiz.cer", key, now - YEAR)
    done = run("importar", file, "--huella", f"sha256 Fingerprint={_printed(fingerprint)}", "--anclas", anchors)
    assert done.exit_code == 0, done.output
    [target] = anchors.iterdir()
    assert target.name == f"a-c-raiz-del-nandu-1-{(now - YEAR).year}-{fingerprint[:8]}.pem"
    [certificate] = load_anchors(anchors).certificates()
    assert certificate.sha256.hex() == fingerprint
    listed = run("lista", "--anclas", anchors)
    assert listed.exit_code == 0
    assert "A.C. Raíz del Ñandú / 1" in listed.output and fingerprint in listed.output
    assert "Aviso" not in listed.output
    again = run("importar", file, "--huella", fingerprint, "--anclas", anchors)
    assert (again.exit_code, "ya confía" in again.output) == (1, True)


def test_one_that_ended_comes_in_with_a_warning(
    tmp_path: Path, anchors: Path, key: rsa.RSAPrivateKey, now: datetime
) -> None:
    file, fingerprint = _authority(tmp_path / "vieja.cer", key, now - 5 * YEAR)
    done = run("importar", file, "--huella", fingerprint, "--anclas", anchors)
    assert done.exit_code == 0
    assert "Aviso: ya terminó." in done.output


def test_another_fingerprint_is_refused_and_the_one_of_the_file_told(
    tmp_path: Path, anchors: Path, key: rsa.RSAPrivateKey, now: datetime
) -> None:
    file, fingerprint = _authority(tmp_path / "raiz.cer", key, now)
    done = run("importar", file, "--huella", "0" * 64, "--anclas", anchors)
    assert done.exit_code == 1
    assert fingerprint in done.output and "No se agregó nada." in done.output
    assert list(anchors.iterdir()) == []


def test_what_is_no_authority_or_no_certificate_or_more_than_one_is_refused(
    tmp_path: Path, anchors: Path, key: rsa.RSAPrivateKey, now: datetime, development_pki: Path
) -> None:
    person, fingerprint = _authority(tmp_path / "persona.cer", key, now, ca=False)
    nothing, several = tmp_path / "nada.cer", tmp_path / "dos.pem"
    nothing.write_text("nada")
    several.write_bytes((development_pki / "emisora.pem").read_bytes() * 2)
    for file, print_, sentence in (
        (person, fingerprint, "No es el certificado de una autoridad"),
        (nothing, "0" * 64, "no es un certificado"),
        (several, "0" * 64, "trae 2 certificados"),
    ):
        done = run("importar", file, "--huella", print_, "--anclas", anchors)
        assert (done.exit_code, sentence in done.output) == (1, True), done.output
    assert list(anchors.iterdir()) == []


@pytest.mark.parametrize("text", ["", "abc", "z" * 64, "0" * 63])
def test_what_is_no_fingerprint_is_wrong_usage(development_pki: Path, anchors: Path, text: str) -> None:
    done = run("importar", development_pki / "emisora.pem", "--huella", text, "--anclas", anchors)
    assert (done.exit_code, "64 letras" in done.output) == (2, True)


def test_the_list_must_be_a_folder(development_pki: Path) -> None:
    root = next((development_pki / "anclas").iterdir())
    done = run("importar", development_pki / "emisora.pem", "--huella", "0" * 64, "--anclas", root)
    assert (done.exit_code, "es un archivo" in done.output) == (1, True)


def test_an_empty_list_says_so(anchors: Path) -> None:
    assert "no confía en ninguna autoridad" in run("lista", "--anclas", anchors).output
