"""`oficialia libro clave`: a key that its owner alone can read, and the line that goes into the policy."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from oficialia.cli import cli
from signing.note import SignerKey
from signing.tlog_policy import TlogPolicy

ORIGIN = "oficialia.chalco.example/libro"


def test_a_key_is_made_once_and_only_its_public_half_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "libro.key"
    made = CliRunner().invoke(cli, ["libro", "clave", ORIGIN, str(path)])
    assert made.exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = SignerKey.parse(path.read_text().strip())
    [log] = TlogPolicy.parse(f"{made.output}quorum none\n".encode()).logs
    assert (log.key, log.url) == (key.verifier, f"https://{ORIGIN}")
    assert "PRIVATE" not in made.output
    again = CliRunner().invoke(cli, ["libro", "clave", ORIGIN, str(path)])
    assert again.exit_code == 1
    assert SignerKey.parse(path.read_text().strip()).verifier == key.verifier


@pytest.mark.parametrize("name", ["con espacio", "con+signo", ""])
def test_a_name_that_no_note_can_bear_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    made = CliRunner().invoke(cli, ["libro", "clave", name, str(tmp_path / "libro.key")])
    assert made.exit_code == 1
    assert "ORIGEN no puede llevar espacios" in made.output
    assert not (tmp_path / "libro.key").exists()
