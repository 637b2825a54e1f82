"""Certificates are told apart, matched with their keys, and compared with what the manifest says of them."""

import shutil
from pathlib import Path

import pytest

from oficialia.embedded.corpus import table
from oficialia.embedded.corpus.certificates import CertificateResult, read_certificates
from oficialia.embedded.corpus.manifest import Entry


@pytest.fixture
def people(development_pki: Path, tmp_path: Path) -> Path:
    shutil.copytree(development_pki / "ciudadanos", tmp_path / "cert")
    return tmp_path / "cert"


def read(folder: Path, **kinds: str) -> dict[str, CertificateResult]:
    entries = [
        Entry(path.name, "cert", kinds.get(path.stem, "key-or-password"), "", "", path)
        for path in sorted(folder.iterdir())
        if path.suffix in {".cer", ".key", ".txt"}
    ]
    return {result.path: result for result in read_certificates(entries)}


def test_a_certificate_is_read_and_matched_with_its_key(people: Path) -> None:
    maria = read(people, maria="fiel (e.firma)")["maria.cer"]
    assert maria.holder is not None
    assert (maria.holder.kind, maria.holder.rfc, maria.key, maria.problem) == (
        "efirma",
        "PENM850101AB2",
        "maria.key",
        "",
    )
    assert maria.as_json()["outcome"] == "read"
    assert maria.as_json()["certificate"] == "e.firma"


def test_the_password_beside_a_key_comes_first(people: Path) -> None:
    assert "maria.key" not in read(people)
    (people / "maria.txt").write_text("otra\n")
    assert read(people)["maria.key"].problem == "la llave no se puede leer con su contraseña"


def test_a_kind_that_is_not_as_the_manifest_says_is_told(people: Path) -> None:
    assert (
        read(people, maria="csd (invoice seal)", csd="csd (invoice seal)")["maria.cer"].problem == "se lee como e.firma"
    )
    assert read(people, csd="csd (invoice seal)")["csd.cer"].problem == ""


def test_an_end_that_is_not_as_the_manifest_says_is_told(people: Path) -> None:
    entry = Entry("maria.cer", "cert", "fiel", "", "MARIA; notAfter=Feb  5 21:01:00 1999 GMT", people / "maria.cer")
    [result] = read_certificates([entry])
    assert "y no cuando dice el manifiesto" in result.problem


def test_what_is_no_certificate_says_so(people: Path) -> None:
    (people / "roto.cer").write_bytes(b"\x30\x82\x01")
    roto = read(people)["roto.cer"]
    assert roto.problem.startswith("no se puede leer: ")
    assert roto.as_json()["outcome"].startswith("error:no se puede leer: ")
    assert "roto.cer (no se puede leer" in table.certificates([roto])[-1]
