"""The manifest: what is there is read, what is not as it says is told."""

import hashlib
from pathlib import Path

import pytest

from oficialia.embedded.corpus.manifest import ManifestUnusable, read

COLUMNS = "path\tclass\tkind\texpected\tsha256\tnote"


def folder(path: Path, *rows: str, columns: str = COLUMNS) -> Path:
    (path / "accept").mkdir()
    (path / "accept/uno.pdf").write_bytes(b"uno")
    (path / "manifest.tsv").write_text("\n".join([columns, *rows]) + "\n", "utf-8")
    return path


def test_an_entry_has_what_its_line_says(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"uno").hexdigest()
    corpus = folder(
        tmp_path, f'accept/uno.pdf\taccept-hard\tform\t"accepted or ""refused"" with a reason"\t{digest}\tn'
    )
    [entry], remarks = read(corpus)
    assert (entry.path, entry.group, entry.kind, entry.note) == ("accept/uno.pdf", "accept-hard", "form", "n")
    assert entry.expected == 'accepted or "refused" with a reason'
    assert entry.may_be_refused
    assert entry.file.read_bytes() == b"uno"
    assert remarks == []


def test_a_missing_file_and_a_changed_one_are_told(tmp_path: Path) -> None:
    corpus = folder(tmp_path, "accept/dos.pdf\taccept\tk\t\t\t", f"accept/uno.pdf\taccept\tk\t\t{'0' * 64}\t")
    entries, remarks = read(corpus)
    assert [entry.path for entry in entries] == ["accept/uno.pdf"]
    assert remarks == [
        "accept/dos.pdf: falta el archivo; no se cuenta.",
        "accept/uno.pdf: no es el archivo del manifiesto (SHA-256 distinto); se envía así.",
    ]


def test_missing_columns_are_told_and_the_class_is_taken_from_the_path(tmp_path: Path) -> None:
    [entry], remarks = read(folder(tmp_path, "accept/uno.pdf", columns="path"))
    assert (entry.group, entry.kind, entry.expected) == ("accept", "accept", "")
    assert remarks == [
        f"El manifiesto no tiene la columna «{name}»." for name in ("class", "kind", "expected", "sha256", "note")
    ]


def test_a_short_line_lacks_what_it_lacks(tmp_path: Path) -> None:
    [entry], _ = read(folder(tmp_path, "accept/uno.pdf\taccept"))
    assert (entry.group, entry.kind) == ("accept", "accept")


def test_a_path_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "fuera.pdf").write_bytes(b"x")
    (tmp_path / "corpus").mkdir()
    entries, remarks = read(folder(tmp_path / "corpus", "../fuera.pdf\taccept"))
    assert entries == []
    assert "../fuera.pdf: falta el archivo; no se cuenta." in remarks


@pytest.mark.parametrize("columns", [None, "archivo\tclass"])
def test_without_a_manifest_or_without_paths_there_is_nothing_to_go_by(tmp_path: Path, columns: str | None) -> None:
    if columns:
        folder(tmp_path, columns=columns)
    with pytest.raises(ManifestUnusable, match=r"manifest\.tsv"):
        read(tmp_path)
