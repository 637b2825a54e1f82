"""Whose e.firma it is: that of who files, or of who represents them."""

from typing import Protocol

from oficialia.domain.names import fold, words
from oficialia.services.efirma_words import EfirmaRefused
from signing.efirma import CertificateHolder

FEWEST_WORDS = 2  # a first name alone is anybody's
NOT_YOURS = (
    "Esta e.firma es de {holder}, y quien presenta es {applicant}. "
    "Use la e.firma de quien presenta o de quien representa, o corrija sus datos en «Quién presenta»."
)


class Named(Protocol):
    """A person as a form or the register has it."""

    @property
    def kind(self) -> str:
        """fisica or juridica."""

    @property
    def name(self) -> str:
        """As it was typed."""

    @property
    def rfc(self) -> str:
        """Or empty."""

    @property
    def curp(self) -> str:
        """Or empty."""


def is_of(holder: CertificateHolder, applicant: Named, representative: Named | None) -> bool:
    """Whether the e.firma is of who files or of who represents them. A company's names its representative too."""
    if _is(applicant, holder.rfc, "" if holder.representative_rfc else holder.curp, holder):
        return True
    return representative is not None and (
        _is(representative, holder.rfc, holder.curp, holder)
        or (bool(representative.rfc) and representative.rfc == holder.representative_rfc)
    )


def _is(person: Named, rfc: str, curp: str, holder: CertificateHolder) -> bool:
    """By the RFC, else the CURP, else the name: whatever is known of the person."""
    if person.rfc:
        return person.rfc == rfc
    if person.curp:
        return person.curp == curp
    kind = "juridica" if holder.representative_rfc else "fisica"
    return person.kind == kind and same_name(person.name, holder.name)


def same_name(typed: str, certified: str) -> bool:
    """Whether a name as typed can be the one of the certificate: none of its words is another, whatever their order."""
    given, known = words(typed), words(certified)
    joined = fold(typed).replace(" ", "") == fold(certified).replace(" ", "")  # S.A. de C.V., SA DE CV
    return joined or (len(given) >= FEWEST_WORDS and set(given) <= set(known))


def require_owner(holder: CertificateHolder, applicant: Named, representative: Named | None) -> None:
    """Raises EfirmaRefused unless the e.firma is of one of them."""
    if not is_of(holder, applicant, representative):
        who = f"{holder.name} (RFC {holder.rfc})"
        filed = f"{applicant.name}{f' (RFC {applicant.rfc})' if applicant.rfc else ''}"
        raise EfirmaRefused("de_otra_persona", NOT_YOURS.format(holder=who, applicant=filed))
