"""A stamp is seen and read, or said not to be; words that vanished are missed."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from oficialia.embedded.corpus.seeing import reads_the_stamp, words_kept
from signing.sandbox import Sandbox
from tests.support.papers import Paper, need_appearances, text_field, write_pdf
from tests.support.sealing import Office
from tests.unit.signing.conftest import identity, office, seal_sandbox  # noqa: F401  (the fixtures of sealing)

FIELD = (100.0, 20.0, 400.0, 50.0)


@pytest.mark.parametrize("paper", [Paper(), Paper((0, 0, 8400, 8400)), Paper((0, 0, 8400, 8400), rotate=90)])
def test_the_stamp_of_a_sealed_copy_is_read_and_that_of_its_original_is_not(
    office: Office,  # noqa: F811
    seal_sandbox: Sandbox,  # noqa: F811
    paper: Paper,
) -> None:
    source = write_pdf(office.folder / "a.pdf", paper)
    sealed, target = office.seal(source)
    assert sealed.strategy == "visible"
    assert reads_the_stamp(seal_sandbox, target)
    assert not reads_the_stamp(seal_sandbox, source)


@pytest.mark.parametrize(("value", "verdict"), [("María Peña", "todas"), ("", "faltan")])
def test_a_word_of_a_form_that_is_gone_is_missed(
    tmp_path: Path, tool: Callable[[str], str], value: str, verdict: str
) -> None:
    tool("pdftotext")
    before = write_pdf(tmp_path / "a.pdf", form=need_appearances(text_field("nombre", "María Peña", FIELD)))
    after = write_pdf(tmp_path / "b.pdf", form=need_appearances(text_field("nombre", value, FIELD)))
    with pikepdf.open(before) as document:
        assert str(document.Root.AcroForm.Fields[0].V) == "María Peña"
    assert words_kept(before, after) == verdict
