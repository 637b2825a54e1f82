"""`oficialia corpus` on a small folder of our own: an office starts, every file comes to its end, and all is told."""

import json
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner

from oficialia.cli import cli
from tests.support.papers import sign, write_pdf


@pytest.fixture
def folder(tmp_path: Path, development_pki: Path) -> Path:
    """One file for each word, and one that is not there."""
    corpus = tmp_path / "archivos"
    corpus.mkdir()
    people = development_pki / "ciudadanos"
    write_pdf(corpus / "llano.pdf")
    sign(write_pdf(corpus / "firmado.pdf"), people / "maria.p12", (people / "maria.password").read_text().strip())
    with pikepdf.open(corpus / "llano.pdf") as pdf:
        pdf.save(corpus / "clave.pdf", encryption=pikepdf.Encryption(user="u", owner="o"))
    (corpus / "texto.pdf").write_bytes(b"no es un PDF")
    (corpus / "maria.cer").write_bytes((people / "maria.cer").read_bytes())
    (corpus / "maria.key").write_bytes((people / "maria.key").read_bytes())
    rows = [
        ("llano.pdf", "accept", "propio", ""),
        ("firmado.pdf", "signed", "valid", "signature intact"),
        ("clave.pdf", "hostile", "encrypted", "refused: password"),
        ("texto.pdf", "hostile", "malformed", "refused with a clear reason"),
        ("falta.pdf", "accept", "propio", ""),
        ("maria.cer", "cert", "fiel (e.firma)", ""),
        ("maria.key", "cert", "key-or-password", ""),
    ]
    lines = ["path\tclass\tkind\texpected", *("\t".join(row) for row in rows)]
    (corpus / "manifest.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    return corpus


@pytest.mark.thorough
def test_every_file_comes_to_its_end_and_all_is_told(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "salida"
    result = CliRunner().invoke(cli, ["corpus", str(folder), f"--carpeta={place}"])
    assert result.exit_code == 0, result.output
    lines = {line["path"]: line for line in json.loads((tmp_path / "salida.json").read_text("utf-8"))}
    assert {path: line["outcome"] for path, line in lines.items()} == {
        "llano.pdf": "sealed-visible",
        "firmado.pdf": "sealed-visible",
        "clave.pdf": "refused:con_contrasena",
        "texto.pdf": "refused:tipo_no_admitido",
        "maria.cer": "read",
    }
    assert [lines[name]["http_status"] for name in ("llano.pdf", "clave.pdf")] == [303, 422]
    assert all(0 < lines[name]["peak_mib"] <= 512 for name in ("llano.pdf", "firmado.pdf", "clave.pdf"))
    assert (lines["firmado.pdf"]["signatures_before"], lines["firmado.pdf"]["signatures_kept"]) == (1, True)
    assert all((tmp_path / path).read_bytes()[:5] == b"%PDF-" for path in lines["llano.pdf"]["paths"])
    assert "Aviso: falta.pdf: falta el archivo; no se cuenta." in result.output
    assert "PENM850101AB2" in result.output


def test_a_folder_without_manifest_is_told_in_a_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["corpus", str(tmp_path)])
    assert result.exit_code == 1
    assert "No se puede leer" in result.output
