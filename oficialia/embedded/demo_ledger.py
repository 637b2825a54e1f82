"""The demo's look at the proofs in the acuse: with the acuse, the policy of who signs the ledger, and nothing else."""

from collections.abc import Mapping
from pathlib import Path

import pikepdf

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.tlog_proof import TlogProof
from oficialia.embedded.demo import DemoFailed
from signing.errors import NoteInvalid
from signing.note import Note
from signing.tlog_policy import TlogPolicy

NAMES = ("ingreso.tlog-proof", "sello.tlog-proof")


def proven(policy_file: Path, files: list[Path]) -> str:
    """What to print. Raises DemoFailed where the acuse among ``files`` does not prove both of its leaves."""
    policy = TlogPolicy.parse(policy_file.read_bytes())
    attached = {name: content for file in files for name, content in _attached(file).items()}
    if not set(NAMES) <= set(attached):
        raise DemoFailed("El acuse no trae las pruebas del libro.", "publisher")
    return f"Libro:      {' y '.join(_proven(policy, name, attached) for name in NAMES)}"


def _attached(file: Path) -> dict[str, bytes]:
    with pikepdf.open(file) as pdf:
        return {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}


def _proven(policy: TlogPolicy, name: str, attached: Mapping[str, bytes]) -> str:
    try:
        proof = TlogProof.parse(attached[name].decode())
        note = Note.parse(proof.checkpoint)
        signed = Checkpoint.parse(note.text)
        good = policy.judge(note).good and proof.proves(proof.leaf(), signed.size, signed.root)
    except (NoteInvalid, ValueError):
        good = False
    if not good:
        raise DemoFailed(f"{name} no prueba nada.", "publisher")
    return f"hoja {proof.index} ({name.partition('.')[0]}) de {signed.size}, comprobada sin red"
