"""What an acuse proves by the public ledger, as page, API and command line say it."""

from pathlib import Path

from oficialia.domain.wording import instant
from oficialia.services.acuse_proofs import ActProof, ProofState, check
from oficialia.services.words import Words
from signing.attached import attached
from signing.errors import SandboxUnavailable
from signing.sandbox import Sandbox
from signing.tlog_policy import TlogPolicy
from signing.verdict import DocumentVerdict

_NAMES = {"ingreso": "Su ingreso", "sello": "El sello de su documento"}


def proofs_of(
    sandbox: Sandbox, path: Path, verdict: DocumentVerdict | None, policy: TlogPolicy | None
) -> tuple[ActProof, ...]:
    """Of an acuse whose verdict was taken; none of any other file, nor where it cannot be opened now."""
    if verdict is None or verdict.acuse is None:
        return ()
    try:
        files = attached(sandbox, path)
    except SandboxUnavailable:
        return ()
    return check(files or {}, verdict.acuse.folio, policy)


def are_false(proofs: tuple[ActProof, ...]) -> bool:
    """Whether one of them is of another acuse, or of a log that its key did not sign."""
    return any(each.state is ProofState.FALSE for each in proofs)


def words(proofs: tuple[ActProof, ...]) -> tuple[Words, ...]:
    """One for each."""
    return tuple(_of(each) for each in proofs)


def _of(proof: ActProof) -> Words:
    name = _NAMES[proof.act]
    if proof.state is ProofState.PENDING:
        return Words(
            f"{name} todavía no tiene su prueba del libro público.",
            "El acuse la promete. La oficina emite después otra edición que sí la trae.",
            "Descargue el acuse otra vez, con su folio y su clave.",
        )
    if proof.state is ProofState.FALSE:
        return Words(
            f"{name} no está en el libro público que dice el acuse.",
            "Su prueba es falsa, o es de otro acuse.",
            "Guarde este archivo y avise a la contraloría.",
        )
    if proof.state is ProofState.UNKNOWN_LOG:
        return Words(
            f"{name} está en el libro {proof.origin}, cuya llave no conocemos aquí.",
            "La prueba está bien hecha. Falta saber de quién es ese libro.",
            "Pida a la oficina la llave de su libro.",
        )
    seen = "".join(f" Lo vio {name} el {instant(at)}." for name, at in proof.witnesses)
    return Words(
        f"{name} está en el libro público: hoja {proof.index} de {proof.size}.",
        f"Nadie puede quitar esa hoja ni moverla sin que se note.{seen}",
    )
