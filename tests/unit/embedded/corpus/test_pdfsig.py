"""A third party's program runs under limits, and what it says is taken only from a run that ended well."""

from collections.abc import Callable
from pathlib import Path

import pytest

from oficialia.embedded.corpus import pdfsig as module
from oficialia.embedded.corpus.pdfsig import pdfsig


def program(folder: Path, script: str) -> None:
    path = folder / "pdfsig"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def block(number: int, field: str, verdict: str) -> str:
    return f"Signature #{number}:\n  - Signature Field Name: {field}\n  - Signature Validation: {verdict}"


@pytest.mark.parametrize(
    ("verdicts", "word"),
    [
        ({"Firma1": "Signature is Invalid.", "Sello-OP-1": "Signature is Valid."}, "acepta"),
        ({"Firma1": "Signature is Valid.", "Sello-OP-1": "Digest Mismatch."}, "rechaza"),
        ({"Firma1": "Signature is Valid."}, "rechaza"),
    ],
)
def test_the_word_is_about_our_field_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdicts: dict[str, str], word: str
) -> None:
    text = "\n".join(block(number, field, told) for number, (field, told) in enumerate(verdicts.items(), start=1))
    program(tmp_path, f"cat <<'FIN'\n{text}\nFIN")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert pdfsig(tmp_path / "a.pdf", "Sello-") == word


@pytest.mark.parametrize(
    "script", ["kill -SEGV $$", "exec sleep 60", "exec yes Signature is Valid."], ids=["dies", "hangs", "floods"]
)
def test_a_program_that_dies_hangs_or_floods_gives_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    program(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(module, "WALL_SECONDS", 2.0)
    assert pdfsig(tmp_path / "a.pdf", "Sello-") == "no-responde"


def test_without_the_program_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pdfsig(tmp_path / "a.pdf", "Sello-") == "no-instalado"


def test_a_file_without_seal_is_not_accepted(tmp_path: Path, tool: Callable[[str], str]) -> None:
    tool("pdfsig")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    assert pdfsig(tmp_path / "a.pdf", "Sello-") == "rechaza"
