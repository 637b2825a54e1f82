"""The proofs of the public ledger that an acuse carries, checked from the acuse alone: no network, no register.

1. Each is a c2sp.org/tlog-proof whose leaf is of that act and of this folio.
2. The leaf is in the tree of its checkpoint.
3. The log signed the checkpoint, by a key of the policy; and which witnesses did.

It says nothing of the acuse's own seal: attachments are believed for being under a seal that was verified.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.filing import Acto
from oficialia.domain.tlog_proof import TlogProof
from signing.errors import NoteInvalid
from signing.note import Note
from signing.tlog_policy import TlogPolicy

ACTS = (Acto.INGRESO, Acto.SELLO)
"""Those of the leaves that an acuse proves, in their order; each gives its attachment its name."""


def attachment(act: str) -> str:
    """The name of the file with the proof of that act's leaf."""
    return f"{act}.tlog-proof"


class ProofState(StrEnum):
    """What a proof is worth."""

    PROVEN = "probado"
    PENDING = "pendiente"  # there is none: the acuse promises it
    UNKNOWN_LOG = "libro_desconocido"  # it holds, for a log whose key is not at hand
    FALSE = "falso"


@dataclass(frozen=True)
class ActProof:
    """The proof of one act. Index, size and origin are those of the tree in which the leaf was found; `registered_at`
    is what the leaf says; `witnesses` are those of the policy that cosigned, with their time."""

    act: str
    state: ProofState
    index: int = 0
    size: int = 0
    origin: str = ""
    registered_at: str = ""
    witnesses: tuple[tuple[str, datetime], ...] = ()


def check(files: Mapping[str, bytes], folio: str, policy: TlogPolicy | None) -> tuple[ActProof, ...]:
    """What the attachments of the acuse of that folio prove, one for each act of an acuse. Never raises for what they
    hold."""
    return tuple(
        _of(act, folio, files[name], policy)
        if (name := attachment(act)) in files
        else ActProof(act, ProofState.PENDING)
        for act in ACTS
    )


def _of(act: str, folio: str, content: bytes, policy: TlogPolicy | None) -> ActProof:
    try:
        proof = TlogProof.parse(content.decode())
        leaf: dict[str, Any] = json.loads(proof.extra)
        note = Note.parse(proof.checkpoint)
        signed = Checkpoint.parse(note.text)
        mine = leaf["acto"] == act and leaf["folio"] == folio  # 1
        if not mine or not proof.proves(proof.leaf(), signed.size, signed.root):  # 2
            return ActProof(act, ProofState.FALSE)
        judged = policy.judge(note) if policy else None  # 3
        registered = str(leaf["registrado_en"])
    except (NoteInvalid, ValueError, KeyError, TypeError):
        return ActProof(act, ProofState.FALSE)
    known = policy is not None and any(log.key.name == signed.origin for log in policy.logs)
    if judged is None or judged.log is None:
        state = ProofState.FALSE if known else ProofState.UNKNOWN_LOG
        return ActProof(act, state, proof.index, signed.size, signed.origin, registered)
    seen = tuple((each.key.name, datetime.fromtimestamp(each.at, UTC)) for each in judged.witnesses)
    return ActProof(act, ProofState.PROVEN, proof.index, signed.size, signed.origin, registered, seen)
