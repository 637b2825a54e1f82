"""The proofs in an acuse, checked offline: what they prove, and each way in which they prove nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.ledger import make_leaf
from oficialia.domain.merkle import inclusion_proof, leaf_hash, root_of
from oficialia.domain.tlog_proof import TlogProof
from oficialia.services.acuse_proofs import ProofState, check
from oficialia.services.proof_words import words
from signing.note import WITNESS, Note, SignerKey
from signing.tlog_policy import TlogPolicy
from tests.support.trees import nodes_of

LOG = SignerKey.generate("chalco.example/libro")
EYES = SignerKey.generate("contraloria.example", WITNESS)
AT = datetime(2026, 11, 25, 18, tzinfo=UTC)
FOLIO = "OP-2026-000123-5"
POLICY = TlogPolicy.parse(f"log {LOG.verifier}\nwitness ojos {EYES.verifier}\nquorum none\n".encode())
LEAVES = [
    make_leaf(act=act, folio=FOLIO, registered_at=AT, area="OP", tramite="", record={"acto": act}, salt=bytes(32)).data
    for act in ("ingreso", "sello", "acuse")
]
HASHES = [leaf_hash(each) for each in LEAVES]
TEXT = Checkpoint(LOG.name, 3, root_of(HASHES)).text
NOTE = Note(TEXT, (LOG.sign(TEXT), EYES.sign(TEXT, at=int(AT.timestamp()))))


def proof(index: int, note: Note = NOTE) -> TlogProof:
    return TlogProof(index, inclusion_proof(index, 3, nodes_of(HASHES)), note.content, LEAVES[index])


def files(ingreso: TlogProof, sello: TlogProof) -> dict[str, bytes]:
    return {"ingreso.tlog-proof": ingreso.text.encode(), "sello.tlog-proof": sello.text.encode()}


def states(attached: dict[str, bytes], policy: TlogPolicy | None = POLICY, folio: str = FOLIO) -> list[ProofState]:
    return [each.state for each in check(attached, folio, policy)]


def test_both_are_proven_with_their_place_and_their_witnesses() -> None:
    first, second = check(files(proof(0), proof(1)), FOLIO, POLICY)
    assert (first.state, first.index, first.size, first.origin) == (ProofState.PROVEN, 0, 3, LOG.name)
    assert second.witnesses == (("contraloria.example", AT),)
    told = words((first, second))
    assert told[0].sentence == "Su ingreso está en el libro público: hoja 0 de 3."
    assert "Lo vio contraloria.example" in told[1].meaning


def test_without_them_they_are_promised() -> None:
    assert states({}) == [ProofState.PENDING] * 2
    assert all("promete" in each.meaning for each in words(check({}, FOLIO, POLICY)))


def test_without_the_key_of_the_log_nobody_knows_whose_it_is() -> None:
    other = TlogPolicy.parse(f"log {SignerKey.generate('otro').verifier}\nquorum none\n".encode())
    for policy in (None, other):
        assert states(files(proof(0), proof(1)), policy) == [ProofState.UNKNOWN_LOG] * 2


FORGED = Note(TEXT, (SignerKey.generate(LOG.name).sign(TEXT),))


@pytest.mark.parametrize(
    "attached",
    [
        files(proof(1), proof(0)),
        files(proof(0, FORGED), proof(1, FORGED)),
        files(replace(proof(0), index=1), replace(proof(1), hashes=())),
        files(replace(proof(0), extra=LEAVES[2]), replace(proof(1), extra=b"[]")),
        {"ingreso.tlog-proof": b"\xff", "sello.tlog-proof": b"nada"},
    ],
    ids=["each the other's", "another key", "another place", "another leaf", "no proofs"],
)
def test_a_false_proof_is_told(attached: dict[str, bytes]) -> None:
    assert states(attached) == [ProofState.FALSE] * 2


def test_proofs_of_another_acuse_are_false() -> None:
    assert states(files(proof(0), proof(1)), folio="OP-2026-000124-3") == [ProofState.FALSE] * 2
