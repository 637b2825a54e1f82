"""What came after a signature: how bad it is, and in which parts of the document. Runs in the sandbox.

How bad says pyHanko's difference analysis, revision by revision, which passes only what it can explain. Which parts is
our own look at the objects (`signing.comparison`). Where the first refuses, and the second finds that nothing changed
which a page shows, it is called so: a person decides.
"""

from pyhanko.sign.diff_analysis import DiffResult, SuspiciousModification
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.comparison import Comparison
from signing.coverage import Coverage
from signing.finding import Modification
from signing.reason import Change
from signing.shadows import shadowed

UNSEEN = frozenset({Change.SIGNATURES, Change.VALIDATION_DATA, Change.METADATA, Change.STRUCTURE})


def later(signature: EmbeddedPdfSignature, covered: Coverage | None) -> tuple[Modification, tuple[Change, ...]]:
    """How bad is what came after the signature, and the parts that it changed."""
    if covered is None:
        return "desconocido", (Change.UNKNOWN,)
    if covered.blank:
        return "nada", ()
    if signature.signed_revision == signature.reader.xrefs.total_revisions - 1:
        return "desconocido", (Change.TRAILING_DATA if covered.inert else Change.UNKNOWN,)
    hidden = shadowed(signature, covered.end)
    found, allowed = (None, False) if hidden else _difference(signature)
    parts = (Change.UNKNOWN,) if hidden else _parts(signature)
    if isinstance(found, DiffResult) and allowed:
        fields = {str(name) for name, _, _ in enumerate_sig_fields(signature.reader)}
        return ("solo_firmas" if found.changed_form_fields <= fields else "cambios_permitidos"), parts
    if parts and UNSEEN.issuperset(parts) and signature.docmdp_level is not MDPPerm.NO_CHANGES:
        return "cambios_invisibles", parts
    return ("cambios" if found else "desconocido"), parts or (Change.OTHER,)


def _difference(signature: EmbeddedPdfSignature) -> tuple[DiffResult | SuspiciousModification | None, bool]:
    """pyHanko's result, None where the comparison failed; and whether the signature allows it."""
    try:
        signature.compute_integrity_info()
        return signature.diff_result, bool(signature.summarise_integrity_info()["docmdp_ok"])
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (parsers raise anything on broken input)
        return None, False


def _parts(signature: EmbeddedPdfSignature) -> tuple[Change, ...]:
    """Each part once, in the order of the list of words."""
    try:
        found = set(Comparison(signature.reader, signature.signed_revision).parts())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (as above)
        found = {Change.UNKNOWN}
    return tuple(part for part in Change if part in found)
