"""Whether a main document is signed with the e.firma of who files, at level N3: what the verdict on its bytes says."""

from oficialia.services.efirma_owner import Named, role_of
from signing.reason import Reason
from signing.verdict import DocumentVerdict

# Whether it was revoked was asked when it signed; at reception nobody is asked, so that no citizen waits.
_NOT_AGAINST_IT = frozenset({Reason.REVOCATION_UNKNOWN})


def is_signed_by(verdict: DocumentVerdict, applicant: Named, representative: Named | None) -> bool:
    """Whether the signature over the whole document is good, made with an e.firma, and of one of these people."""
    whole = [each for each in verdict.signatures if each.covers_whole_file and not each.is_timestamp]
    good = [each for each in whole if each.holder.kind == "efirma" and _NOT_AGAINST_IT.issuperset(each.reasons)]
    return any(role_of(each.holder, applicant, representative) for each in good)
