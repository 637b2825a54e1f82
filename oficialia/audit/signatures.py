"""Who signed a checkpoint, by the keys that whoever audits believes."""

from collections.abc import Sequence

from oficialia.domain.checkpoint import Checkpoint
from signing.errors import NoteInvalid
from signing.note import LOG, Note, Signed, VerifierKey
from signing.tlog_policy import TlogPolicy


def read_note(policy: TlogPolicy, content: str) -> tuple[Checkpoint, tuple[Signed, ...], bool]:
    """A signed checkpoint, its witnesses, and whether they are enough. Raises NoteInvalid where the log did not sign it
    or somebody signed in the name of another."""
    note = Note.parse(content)
    judged = policy.judge(note)
    if judged.log is None:
        raise NoteInvalid("not signed by the log's key")
    try:
        return Checkpoint.parse(note.text), judged.witnesses, judged.enough
    except ValueError as fault:
        raise NoteInvalid(str(fault)) from fault


def keys_of(lines: Sequence[str]) -> TlogPolicy:
    """A policy of keys given one by one, of logs and of witnesses, all of which must sign. Raises NoteInvalid."""
    keys = [VerifierKey.parse(line) for line in lines]
    names = {key: f"testigo{number}" for number, key in enumerate(keys) if key.kind != LOG}
    text = [f"log {key}" for key in keys if key not in names]
    text += [f"witness {name} {key}" for key, name in names.items()]
    text += [f"group todos all {' '.join(names.values())}", "quorum todos"] if names else ["quorum none"]
    return TlogPolicy.parse("".join(f"{line}\n" for line in text).encode())
