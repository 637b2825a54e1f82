"""What a template gets is data: shown as it was typed, unable to run, read or reorder anything."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from signing import typeset as typeset_module
from signing.acuse_pdf import acuse_pdf
from signing.fonts import FAMILY, MONOSPACED_FAMILY, Weight, font_path
from signing.typeset import JSON, TypesettingFailed, compile_pdf
from tests.support.acuse_sample import acuse
from tests.support.pages import text_of

AT = datetime(2026, 3, 19, 12, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[3] / "signing" / "typst"


def letter(text: str, **changes: JSON) -> dict[str, JSON]:
    values: dict[str, JSON] = {
        "municipality": "Municipio", "office": "Oficialía", "date_line": "", "addressed_to": "", "asunto": "Asunto",
        "paragraphs": [text], "applicant_lines": ["Ana"],
    }  # fmt: skip
    return values | changes


def typeset(text: str) -> str:
    return text_of(compile_pdf("peticion.typ", letter(text)))


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")', "#include", "$x^2$", "*negritas*", "_cursivas_", "@referencia", "<etiqueta>",
        "`código`", "// comentario", "/* comentario */", "= Título", "\\n \\u{1F600}", '"}] , {"', "#[x]", "~", "---",
    ],
)  # fmt: skip
def test_markup_and_code_come_out_as_they_were_typed(text: str) -> None:
    assert text in typeset(text)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../etc/passwd", "/proc/self/environ"])
def test_even_a_template_cannot_read_outside_its_folder(path: str, tmp_path: Path) -> None:
    (tmp_path / "ladron.typ").write_text(f'#read("{path}")')
    with pytest.raises(TypesettingFailed, match=r"not found|escape"):
        typeset_module._run(tmp_path, "ladron.typ", typeset_module._office_fonts(), archival=False, created_at=None)


def test_templates_use_no_packages_and_no_addresses() -> None:
    for template in TEMPLATES.glob("*.typ"):
        assert not re.search(r'#?(import|include)\s+"(@|/|http)', template.read_text()), template.name


@pytest.mark.parametrize("name", ["../fuera.txt", "/tmp/fuera.txt", "data.json", "base.typ", "a/b", ""])  # noqa: S108
def test_a_file_name_that_is_not_plain_is_refused(name: str) -> None:
    with pytest.raises(TypesettingFailed):
        compile_pdf("peticion.typ", letter("x"), files={name: b"x"})


@pytest.mark.parametrize("text", ["hola 😀 fin", "日本語", "ᚠᚢᚦ"])
def test_a_character_no_font_draws_is_boxed_and_can_be_copied(text: str) -> None:
    pdf = compile_pdf("peticion.typ", letter(text), archival=True, created_at=AT)
    assert text in text_of(pdf)


@pytest.mark.parametrize("text", ["x\U0001f1f2\U0001f1fdx", "👩\u200d👩\u200d👧", "👍🏽", "☎️"])
def test_a_sequence_of_emoji_can_be_copied(text: str, tool: Callable[[str], str], tmp_path: Path) -> None:
    # Sequences are copied by /ActualText (ISO 32000-1, 14.9.4), which PDFium does not read.
    (tmp_path / "a.pdf").write_bytes(compile_pdf("peticion.typ", letter(text), archival=True, created_at=AT))
    shown = subprocess.run([tool("pdftotext"), "a.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert text in shown.stdout


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\ue000", "\ufeff", "\ufffe", "\U0010ffff", "\ud800", "\u202e"])
def test_what_is_no_character_or_reorders_the_line_becomes_a_replacement(bad: str) -> None:
    pdf = compile_pdf("peticion.typ", letter(f"antes{bad}después"), archival=True, created_at=AT)
    assert "antes\ufffddespués" in text_of(pdf)


@pytest.mark.parametrize("text", ["Cuauhtēmoc ñandú", "Привет", "Ελλάς", "Nguyễn", "cafe\u0301", "₿ € № º ª ½ → ≤"])
def test_languages_that_the_fonts_know_are_not_boxed(text: str) -> None:
    pdf = compile_pdf("peticion.typ", letter(text))
    assert "OficialiaCodigo" not in fonts_of(pdf)


def fonts_of(pdf: bytes) -> str:
    with pikepdf.open(BytesIO(pdf)) as document:
        found = [item for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/FontName" in item]
        return " ".join(str(item.FontName) for item in found)


def test_every_face_is_that_of_the_office() -> None:
    names = fonts_of(acuse_pdf(acuse(), {}))
    for face in ("SourceSansPro-Regular", "SourceSansPro-Semibold", "SourceSansPro-Bold", "SourceSansPro-It"):
        assert face in names
    assert "Libertinus" not in names


def test_the_same_arguments_give_the_same_bytes_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = compile_pdf("peticion.typ", letter("hola 😀"), archival=True, created_at=AT)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert compile_pdf("peticion.typ", letter("hola 😀"), archival=True, created_at=AT) == first


def test_without_a_date_the_pdf_has_none() -> None:
    with pikepdf.open(BytesIO(compile_pdf("peticion.typ", letter("hola")))) as document:
        assert "/CreationDate" not in document.docinfo


@pytest.mark.parametrize("date", [None, datetime(2026, 3, 19)])  # noqa: DTZ001  (naive on purpose)
def test_pdf_a_needs_a_date_with_its_zone(date: datetime | None) -> None:
    with pytest.raises(TypesettingFailed):
        compile_pdf("peticion.typ", letter("hola"), archival=True, created_at=date)


def test_a_date_of_any_zone_is_kept_to_the_second() -> None:
    at = datetime(2026, 3, 19, 17, 42, 12, 999_999, tzinfo=ZoneInfo("America/Mexico_City"))
    with pikepdf.open(BytesIO(compile_pdf("peticion.typ", letter("hola"), created_at=at))) as document:
        assert str(document.docinfo.CreationDate).startswith("D:20260319234212")


def test_a_word_wider_than_the_page_breaks_and_copies_whole() -> None:
    word = "archivo_" * 40
    shown = typeset(word)
    assert word not in shown
    assert word in shown.replace("\n", "")


def test_threads_do_not_disturb_each_other() -> None:
    shown: dict[int, str] = {}
    threads = [threading.Thread(target=lambda n=n: shown.update({n: typeset(f"hilo {n}")})) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"hilo {n}" in shown[n] for n in range(4))


FORKED = """
import os, sys
from signing.typeset import TypesettingFailed, compile_pdf
data = dict(municipality="", office="", date_line="", addressed_to="", asunto="", paragraphs=[], applicant_lines=["x"])
if sys.argv[1] == "warm":
    compile_pdf("peticion.typ", data)
if os.fork() == 0:
    try:
        compile_pdf("peticion.typ", data)
    except TypesettingFailed:
        os._exit(7)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.parametrize(("state", "outcome"), [("cold", 0), ("warm", 7)])
def test_a_fork_of_a_process_that_typeset_says_so_instead_of_hanging(state: str, outcome: int) -> None:
    ended = subprocess.run([sys.executable, "-c", FORKED, state], cwd=TEMPLATES.parents[1], timeout=60, check=False)
    assert ended.returncode == outcome


def test_every_weight_has_its_file_and_the_families_are_those_of_the_templates() -> None:
    assert all(font_path(weight).suffix == ".ttf" for weight in Weight)
    base = (TEMPLATES / "base.typ").read_text()
    assert FAMILY in base
    assert MONOSPACED_FAMILY in base
