"""Prevenir: asking the promovente to complete the filing, within the term that the policy of the filing gives.

Only requirements of the frozen cédula can be cited; a writing without a tramite has none, so what is
asked stands in the reason. When the term runs out nothing happens by itself: what follows is a person's act.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from oficialia.domain.ledger import Record
from oficialia.domain.staff import Actor, StaffAct
from oficialia.errors import Conflict, FieldFault, NotFound, SubmissionRefused
from oficialia.models import Deadline, Filing
from oficialia.runtime import Runtime
from oficialia.services import catalog, notices, policies
from oficialia.services.acts import acting
from oficialia.services.policies import TermOfAct


def prevenir(
    runtime: Runtime,
    actor: Actor,
    filing_id: UUID,
    requirements: Sequence[str],
    reason: str,
    *,
    seen: int | None = None,
) -> None:
    """Asks for ``requirements`` (as `citable` names them) to be met, and says why in ``reason``.

    Raises NotFound, Conflict (``seen``: `acts.mark`), SubmissionRefused for a requirement that the cédula has not.
    """
    with acting(runtime, actor, filing_id, StaffAct.PREVENIR, reason, seen=seen) as act:
        filing = act.filing
        cited = _cited(filing, requirements)
        given = policies.term_of_act(act.session, filing, act.turn.registered_at)
        if given is None:
            raise Conflict("La política de plazos de este expediente no da un plazo para prevenir.")
        filing.deadlines.append(_deadline(given))
        told = {"requisitos": cited, "vence": given.term.due.isoformat()}
        notices.announce(act.session, filing, act.record(_facts(filing, cited, given), told))


def citable(runtime: Runtime, filing_id: UUID) -> Mapping[str, str]:
    """The requirements of the frozen cédula of a filing: as the cédula has them, and in words. Raises NotFound."""
    with runtime.database.reading() as session:
        filing = session.get(Filing, filing_id)
        if filing is None:
            raise NotFound
        return catalog.requirements(session, filing.cedula)


def _cited(filing: Filing, requirements: Sequence[str]) -> list[str]:
    known = catalog.required_by(filing.cedula)
    cited = list(dict.fromkeys(requirements))
    if not set(cited) <= set(known):
        raise SubmissionRefused(FieldFault("requisitos", "Elija solo requisitos de la cédula de este trámite."))
    if known and not cited:
        raise SubmissionRefused(FieldFault("requisitos", "Elija qué requisito de la cédula falta o no se cumple."))
    return cited


def _deadline(given: TermOfAct) -> Deadline:
    term = given.term
    return Deadline(
        term=term.term,
        days=term.days,
        due=term.due,
        fundamento=term.fundamento,
        provisional=term.provisional,
        counted_from=given.counted_from,
    )


def _facts(filing: Filing, cited: list[str], given: TermOfAct) -> Record:
    return {
        "cedula": filing.cedula.sha256 if filing.cedula else "",
        "requisitos": cited,
        "politica": filing.policy_id,
        "dias": given.term.days,
        "desde": given.counted_from.isoformat(),
        "vence": given.term.due.isoformat(),
    }
