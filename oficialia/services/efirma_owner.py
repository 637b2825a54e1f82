"""Whose e.firma it is: that of who files, or of who represents them."""

from typing import Literal, Protocol

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


Role = Literal["applicant", "representative"]


def role_of(holder: CertificateHolder, applicant: Named, representative: Named | None) -> Role | None:
    """Whether the e.firma is of who files, or of who represents them: a company's names its representative too."""
    if _is(applicant, holder.rfc, "" if holder.representative_rfc else holder.curp, holder):
        return "applicant"
    if representative is None:
        return None
    of_their_company = bool(representative.rfc) and representative.rfc == holder.representative_rfc
    return "representative" if of_their_company or _is(representative, holder.rfc, holder.curp, holder) else None


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
    if role_of(holder, applicant, representative) is None:
        who = f"{holder.name} (RFC {holder.rfc})"
        filed = f"{applicant.name}{f' (RFC {applicant.rfc})' if applicant.rfc else ''}"
        raise EfirmaRefused("de_otra_persona", NOT_YOURS.format(holder=who, applicant=filed))


def missing(holder: CertificateHolder, applicant: Named, representative: Named | None) -> dict[str, str]:
    """The RFC and CURP that were left blank and that the e.firma tells, by the names that they have among the answers
    of the step "quien"."""
    role = role_of(holder, applicant, representative)
    person = representative if role == "representative" else applicant
    if role is None or person is None or (role == "representative" and holder.representative_rfc):
        return {}
    curp = "" if holder.representative_rfc else holder.curp
    prefix = "rep_" if role == "representative" else ""
    told = {"rfc": (person.rfc, holder.rfc), "curp": (person.curp, curp)}
    return {f"{prefix}{name}": known for name, (typed, known) in told.items() if known and not typed}
