"""`oficialia verificar`: its status tells the worst of all files, and its output is for people, programs and tables."""

import csv
import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oficialia.cli import cli
from oficialia.commands.verify import _checked, _in_order
from oficialia.commands.verify_output import COLUMNS, Checked, CsvWriter, JsonWriter, PersonWriter, Status
from signing.reason import Integrity, Reason
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from signing.verdict import DocumentVerdict
from tests.support.office import blank_pdf
from tests.support.papers import sign, write_pdf
from tests.support.shown_papers import blackened, later, saying
from tests.support.verdicts import GOOD, MARIA, document, signature

Make = Callable[[str], Path]


@pytest.fixture(scope="module")
def papers(development_pki: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of each kind: `firmado`, `cambiado`, `liso`, `nada` (.pdf), and what is no PDF."""
    folder, people = tmp_path_factory.mktemp("papeles"), development_pki / "ciudadanos"
    signed = sign(write_pdf(folder / "firmado.pdf"), people / "maria.p12", "12345678a")
    (folder / "dentro").mkdir()
    (folder / "dentro" / "cambiado.PDF").write_bytes(later(signed.read_bytes(), blackened))
    (folder / "dentro" / "sin-extension").write_bytes(saying("hola"))
    (folder / "dentro" / "bucle").symlink_to(folder)
    (folder / "nada.pdf").write_bytes(b"nada")
    (folder / "notas.txt").write_text("no es PDF")
    blank_pdf(folder / "liso.pdf")
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["verificar", *map(str, arguments)], prog_name="oficialia")


def test_the_status_is_that_of_the_worst_and_what_is_named_is_verified_whatever_it_is(papers: Path) -> None:
    assert run(papers / "notas.txt", papers / "dentro/cambiado.PDF", papers / "liso.pdf").exit_code == Status.UNREADABLE


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (document(GOOD), Status.GREEN),
        (document(), Status.AMBER),
        (document(signature(reasons=(Reason.UNTRUSTED,))), Status.AMBER),
        (document(signature(integrity=Integrity.ILEGIBLE, reasons=(Reason.SIGNATURE_UNREADABLE,))), Status.RED),
        (document(reasons=(Reason.TOO_HEAVY,)), Status.UNREADABLE),
        (None, Status.UNREADABLE),
    ],
)
def test_what_a_file_counts_as(verdict: DocumentVerdict | None, status: Status) -> None:
    assert Checked(Path("a.pdf"), verdict).status is status


def test_a_folder_is_walked_and_what_is_no_pdf_is_passed_over_and_counted(papers: Path, development_pki: Path) -> None:
    result = run(papers, "--json", "--raices", development_pki / "anclas")
    assert result.exit_code == Status.UNREADABLE
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [Path(each["file"]).relative_to(papers).as_posix() for each in told] == [
        "firmado.pdf", "liso.pdf", "nada.pdf", "dentro/cambiado.PDF", "dentro/sin-extension",
    ]  # fmt: skip
    assert [each["status"] for each in told] == [10, 10, 30, 20, 10]
    assert told[3]["signatures"][0]["words"]["aspects"][0]["title"] == "El documento"
    assert "5 archivos: 3 en ámbar o sin firma, 1 en rojo, 1 que no se pudieron leer." in result.stderr
    assert "No son PDF y no se verificaron: 1." in result.stderr


def test_a_person_reads_one_block_for_each_file_and_what_to_do(papers: Path, development_pki: Path) -> None:
    result = run(
        papers / "firmado.pdf", papers / "dentro/cambiado.PDF", papers / "nada.pdf",
        "--raices", development_pki / "anclas",
    )  # fmt: skip
    first, second, third = result.stdout.strip().split("\n\n")
    assert first.startswith("! ÁMBAR  ")
    assert "1. MARÍA PEÑA NÚÑEZ (e.firma): ámbar" in first
    assert "Su certificado es de una autoridad que reconocemos y estaba vigente." in first
    assert second.startswith("✕ ROJO  ")
    assert "Cambió después de firmarse." in second
    assert "· Cambiaron páginas, o lo que se ve en ellas." in second
    assert "No pudimos leer el archivo." in third
    assert all("Qué hacer: " in block for block in (first, second, third))
    assert "fals" not in result.output.lower()


def test_a_table_has_a_row_for_each_file_and_without_roots_nobody_is_recognised(papers: Path) -> None:
    result = run(papers, "--csv")
    header, *rows = csv.reader(io.StringIO(result.stdout))
    assert tuple(header) == COLUMNS
    assert [row[1] for row in rows] == ["Ámbar", "Sin firma", "Rojo", "Rojo", "Sin firma"]
    assert "MARÍA" in rows[0][4]
    assert "emisor_no_reconocido" in rows[0][5]


def test_a_spreadsheet_takes_no_name_for_a_formula() -> None:
    out, holder = io.StringIO(), MARIA.__class__(**{**MARIA.__dict__, "name": '=HYPERLINK("http://evil.example")'})
    CsvWriter(out).write(Checked(Path("-1.pdf"), document(signature(holder=holder))))
    [_, row] = csv.reader(io.StringIO(out.getvalue()))
    assert row[0].startswith("'-") and row[4].startswith("'=")


def test_the_original_in_a_caratula_is_told_with_its_own_colour() -> None:
    wrapped = document(signature(), embedded=(document(signature(reasons=(Reason.CONTENT_ALTERED,))),))
    person, table = io.StringIO(), io.StringIO()
    for writer in (PersonWriter(person), CsvWriter(table)):
        writer.write(Checked(Path("caratula.pdf"), wrapped))
    assert "El original que lleva dentro: rojo." in person.getvalue()
    assert "El contenido no es el que se firmó." in person.getvalue()
    [_, row] = csv.reader(io.StringIO(table.getvalue()))
    assert row[-1] == "Rojo"


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    checked = _checked(Sandbox(), TrustAnchors(), None, tmp_path / "ya-no-está.pdf")
    assert (checked.status, checked.fault) == (Status.UNREADABLE, "El archivo no existe o no se puede crear.")
    out = io.StringIO()
    JsonWriter(out).write(checked)
    assert json.loads(out.getvalue())["fault"] == checked.fault


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Falta el argumento"),
        (["/no/existe.pdf"], "no existe"),
        (["."], "Los certificados en los que se confía no se pueden leer"),
    ],
)
def test_wrong_usage_is_told_in_spanish(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    roots = tmp_path / "raices"
    roots.mkdir()
    (roots / "a.pem").write_text("nada")
    result = run(*arguments, "--raices", roots)
    assert result.exit_code in {1, 2}
    assert sentence in result.output


def test_only_a_few_are_kept_at_a_time_however_many_there_are() -> None:
    begun, most, lock = 0, 0, threading.Lock()
    taken = 0

    def work(path: Path) -> Checked:
        nonlocal begun
        with lock:
            begun += 1
        return Checked(path, None)

    paths = [Path(str(number)) for number in range(500)]
    for each in _in_order(work, iter(paths), at_once=2):
        assert each.path == paths[taken]
        taken += 1
        most = max(most, begun - taken)
    assert taken == 500
    assert most <= 2 * 2 + 1


def test_it_works_with_no_environment_from_anywhere_and_each_line_comes_out_at_once(
    papers: Path, tmp_path: Path
) -> None:
    argv = [sys.executable, "-m", "oficialia.cli", "verificar", "--json", *[str(papers / "liso.pdf")] * 60]
    environment = {"PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as process:
        assert process.stdout is not None
        lines: Iterator[str] = iter(process.stdout)
        assert json.loads(next(lines))["colour"] == "none"
        assert process.poll() is None  # of sixty files the last are still to be looked at
        assert len(list(lines)) == 59
    assert process.returncode == Status.AMBER
