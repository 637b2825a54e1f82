"""The development PKI: the SAT profile, all or nothing, and no secret that others can read."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import pem, x509
from asn1crypto.keys import EncryptedPrivateKeyInfo
from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

from certs.development import make_development_pki
from certs.profiles import PEOPLE
from signing.efirma import holder

NAMES = ("maria", "empresa", "csd", "vencida", "revocada")


def certificate(path: Path) -> x509.Certificate:
    content = path.read_bytes()
    return x509.Certificate.load(pem.unarmor(content)[2] if pem.detect(content) else content)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", NAMES)
def test_an_efirma_has_the_profile_of_sat(development_pki: Path, name: str) -> None:
    found = certificate(development_pki / "ciudadanos" / f"{name}.cer")
    extensions = {extension["extn_id"].native for extension in found["tbs_certificate"]["extensions"]}
    expected = {"basic_constraints", "key_usage"} | (set() if name == "csd" else {"extended_key_usage"})
    assert extensions == expected
    assert found["tbs_certificate"]["serial_number"].contents.isdigit()
    assert len(found["tbs_certificate"]["serial_number"].contents) == 20
    assert found.public_key.bit_size == 2048
    assert ("organizational_unit_name" in found.subject.native) == (name == "csd")


def test_key_usage_tells_efirma_and_csd_apart(development_pki: Path) -> None:
    efirma = certificate(development_pki / "ciudadanos" / "maria.cer")
    csd = certificate(development_pki / "ciudadanos" / "csd.cer")
    assert csd.key_usage_value.native == {"digital_signature", "non_repudiation"}
    assert efirma.key_usage_value.native == csd.key_usage_value.native | {"data_encipherment", "key_agreement"}
    assert set(efirma.extended_key_usage_value.native) == {"email_protection", "client_auth"}


@pytest.mark.parametrize("name", NAMES)
def test_the_key_opens_with_its_password_and_belongs_to_the_certificate(development_pki: Path, name: str) -> None:
    stem = development_pki / "ciudadanos" / name
    password = stem.with_suffix(".password").read_bytes()
    key = load_der_private_key(stem.with_suffix(".key").read_bytes(), password)
    bundled, own, chain = load_key_and_certificates(stem.with_suffix(".p12").read_bytes(), password)
    assert bundled is not None
    assert own is not None
    assert key.public_key() == bundled.public_key() == own.public_key()
    assert len(chain) == 2


def test_the_key_is_encrypted_as_sat_does_it(development_pki: Path, tool: Callable[[str], str]) -> None:
    tool("openssl")
    content = (development_pki / "ciudadanos" / "maria.key").read_bytes()
    algorithm = EncryptedPrivateKeyInfo.load(content)["encryption_algorithm"]
    assert algorithm["algorithm"].native == "pbes2"
    assert algorithm.kdf == "pbkdf2"
    assert algorithm.encryption_cipher == "tripledes"


def test_the_seal_may_sign_and_says_where_revocation_is_asked(development_pki: Path) -> None:
    seal = certificate(development_pki / "sello.pem")
    assert seal.key_usage_value.native == {"digital_signature", "non_repudiation"}
    assert seal.ocsp_urls == ["http://pki.invalid/ocsp"]
    assert [point.url for point in seal.crl_distribution_points] == ["http://pki.invalid/crl"]
    assert holder(seal).organization == "Municipio de Chalco (DEMO)"


def test_the_time_stamping_authority_has_its_purpose_alone_and_critical(development_pki: Path) -> None:
    stamper = certificate(development_pki / "tsa.pem")
    assert stamper.extended_key_usage_value.native == ["time_stamping"]
    assert "extended_key_usage" in stamper.critical_extensions


def test_validities_stand_around_the_instant_given(development_pki: Path, now: datetime) -> None:
    for person in PEOPLE:
        found = certificate(development_pki / "ciudadanos" / f"{person.file}.cer")
        assert (found.not_valid_after < now) == (person.file == "vencida")
        assert found.not_valid_before < now
    assert certificate(development_pki / "sello.pem").not_valid_after > now + timedelta(days=1000)


def test_openssl_finds_the_chain_from_the_public_anchor_alone(
    development_pki: Path, tool: Callable[[str], str]
) -> None:
    command = [tool("openssl"), "verify", "-CAfile", str(development_pki / "anclas" / "raiz.pem"),
               "-untrusted", str(development_pki / "emisora.pem")]  # fmt: skip
    for name in ("sello.pem", "tsa.pem"):
        subprocess.run([*command, str(development_pki / name)], check=True, capture_output=True)


def test_secrets_are_their_owners_alone_and_the_anchors_hold_none(development_pki: Path) -> None:
    for file in development_pki.rglob("*"):
        if file.suffix in {".key", ".p12", ".password"}:
            assert file.stat().st_mode & 0o077 == 0, file
    public = {file.name for file in (development_pki / "anclas").rglob("*") if file.is_file()}
    assert public == {"raiz.pem", "emisora.pem"}
    assert not list(development_pki.glob("raiz.key"))


def test_making_it_again_changes_nothing(tmp_path: Path, now: datetime) -> None:
    folder = tmp_path / "pki"
    make_development_pki(folder, at=now, base_url="http://a.invalid")
    first = contents(folder)
    make_development_pki(folder, at=now + timedelta(days=1), base_url="http://b.invalid")
    assert contents(folder) == first
    assert [each.name for each in tmp_path.iterdir()] == ["pki"]


def test_two_at_once_make_one(tmp_path: Path, now: datetime) -> None:
    folder = tmp_path / "pki"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: make_development_pki(folder, at=now, base_url="http://a.invalid"), range(2)))
    seal = load_key_and_certificates((folder / "sello.p12").read_bytes(), (folder / "sello.password").read_bytes())[1]
    assert seal is not None
    assert seal.serial_number == certificate(folder / "sello.pem").serial_number
    assert [each.name for each in tmp_path.iterdir()] == ["pki"]


def test_a_kill_midway_leaves_nothing_that_looks_like_a_pki(tmp_path: Path) -> None:
    folder = tmp_path / "pki"
    maker = subprocess.Popen([sys.executable, "-m", "certs.development", str(folder)])
    while not any(tmp_path.glob(".pki.*/*")) and maker.poll() is None:
        pass
    maker.kill()
    maker.wait()
    assert not folder.exists() or (folder / "revocados.json").is_file()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "notas.txt").write_text("mías")
    with pytest.raises(FileExistsError):
        make_development_pki(tmp_path, at=now, base_url="http://a.invalid")
    assert [each.name for each in tmp_path.iterdir()] == ["notas.txt"]


def test_the_program_says_how_it_is_used() -> None:
    finished = subprocess.run([sys.executable, "-m", "certs.development"], capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert "CARPETA" in finished.stderr
