"""What an acuse proves by the ledger is told in plain sentences, and a false proof counts as red."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from oficialia.commands.verify_output import Checked, Status
from oficialia.services.acuse_proofs import ActProof, ProofState
from oficialia.services.proof_words import are_false, proofs_of, words
from signing.sandbox import Sandbox

SEEN = (("contraloria.example", datetime(2026, 11, 25, 18, tzinfo=UTC)),)


@pytest.mark.parametrize("state", ProofState)
@pytest.mark.parametrize("act", ["ingreso", "sello"])
def test_every_state_has_its_sentence_and_what_to_do_where_there_is_something_to_do(
    act: str, state: ProofState
) -> None:
    [told] = words((ActProof(act, state, 3, 9, "chalco.example/libro", "", SEEN),))
    assert told.sentence.startswith("Su ingreso" if act == "ingreso" else "El sello de su documento")
    assert bool(told.action) == (state is not ProofState.PROVEN)
    assert ("contraloria.example" in told.meaning) == (state is ProofState.PROVEN)


def test_a_false_proof_is_red_whatever_the_seal_is_worth() -> None:
    false = (ActProof("sello", ProofState.FALSE),)
    assert are_false(false)
    assert not are_false((ActProof("sello", ProofState.PENDING),))
    assert Checked(Path("a.pdf"), None, proofs=false).status is Status.UNREADABLE


def test_what_is_no_acuse_has_no_proofs(tmp_path: Path) -> None:
    sandbox = Sandbox()
    assert proofs_of(sandbox, tmp_path / "nada.pdf", None, None) == ()
    sandbox.close()
