"""What a draft may hold: the published limits of a filing, so that nothing goes up that could not be filed."""

from oficialia.drafts.draft import Draft
from oficialia.errors import FieldFault, SubmissionRefused
from oficialia.limits import Limits

# Photographs of a petition, and one each for what has its own place: the principal, proofs, lists of signatures.
BESIDE_ANEXOS = 60
# Made here, out of what is already counted.
OURS = frozenset({"por-firmar", "firmado"})


def require_room(limits: Limits, draft: Draft, slot: str, size: int) -> None:
    """Raises SubmissionRefused when a file of that size is empty, too large, or too much with what is already there."""
    if not size:
        raise _refused(limits, slot, "vacio", 422)
    if slot in OURS:
        return
    counted = [file for file in draft.files if file.slot not in OURS]
    if size > limits.file_bytes:
        raise _refused(limits, slot, "demasiado_grande")
    if size + sum(file.size for file in counted) > limits.filing_bytes:
        raise _refused(limits, slot, "demasiado_grande_total")
    if len(counted) >= limits.anexos + BESIDE_ANEXOS:
        raise _refused(limits, slot, "demasiados_anexos")


def _refused(limits: Limits, slot: str, code: str, status: int = 413) -> SubmissionRefused:
    return SubmissionRefused(FieldFault(slot, limits.refusal(code), code), status=status, code=code)
