"""What people type and how their files are called, cleaned."""

import pytest

from oficialia.web.text import clean_code, clean_filename, clean_line, clean_text


def test_a_line_has_no_breaks_nor_control_characters() -> None:
    assert clean_line(" a\r\nb\u2028c\x00d\te ") == "a b cd e"


def test_a_line_is_composed() -> None:
    assert clean_line("Nu\u0301n\u0303ez") == "Núñez"


def test_nothing_is_an_empty_line() -> None:
    assert clean_line(None) == ""


def test_a_text_keeps_its_lines_and_tabs_only() -> None:
    assert clean_text("uno\r\n\tdos\x00\x1b[31m\r\n\r\n") == "uno\n\tdos[31m"


def test_a_text_has_no_page_of_blank_lines() -> None:
    assert clean_text("a" + "\n" * 500 + "b") == "a\n\n\nb"


def test_a_code_is_cut() -> None:
    assert len(clean_code("A" * 10_000)) == 60


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\Users\\maria\\escrito.pdf", "escrito.pdf"),
        ("../../etc/passwd", "passwd"),
        ("acuse\u202efdp.exe", "acusefdp.exe"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("...", "archivo"),
        ("", "archivo"),
        (None, "archivo"),
        ("Pen\u0303a.pdf", "Peña.pdf"),
    ],
)
def test_a_filename_is_only_a_name(given: str | None, shown: str) -> None:
    assert clean_filename(given) == shown


def test_a_long_filename_keeps_its_extension() -> None:
    name = clean_filename("ñ" * 400 + ".pdf")
    assert len(name) == 150
    assert name.endswith(".pdf")
