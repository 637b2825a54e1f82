"""From a draft to what intake receives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from oficialia.domain.folio import Folio
from oficialia.domain.parties import Way
from oficialia.drafts.draft import Draft
from oficialia.logs import request_id
from oficialia.services import answering, draft_signing
from oficialia.services.catalog import Choices
from oficialia.services.submission import Person, Submission
from oficialia.web import filing, privacy
from oficialia.web.context import runtime
from oficialia.web.wizard_anexos import papers
from oficialia.web.wizard_forms import names_in, speaker
from oficialia.web.wizard_offer import offered
from oficialia.web.wizard_plan import WHAT, WHO, WRITING, answers

KEY = "borrador"
"""Under which a draft is filed: whatever browser sends it, and however often, it has one folio."""


def submission(draft: Draft, choices: Choices, received_at: datetime) -> Submission:
    """What the draft says so far; it can be received once no task of it is missing."""
    que, quien, escrito, aviso = (answers(draft, step) for step in ("que", "quien", "escrito", "aviso"))
    kind, _, clave = str(que.get("destino", "")).partition(":")
    way, notice = escrito.get("forma", ""), privacy.current()
    signed = draft_signing.signed_main(draft)
    main = signed or (draft.latest("principal") if way == "pdf" else None)
    applicant, representative = _applicant(quien, aviso), _representative(quien)
    return Submission(
        applicant=applicant,
        representative=representative,
        area=clave if kind == "area" else "",
        tramite=clave if kind == "tramite" else "",
        asunto=escrito.get("asunto", ""),
        petition=escrito.get("peticion", "") if way == "texto" else "",
        previous_folio=str(Folio.parse(escrito.get("folio_previo", "")) or ""),
        main_pdf=main.upload() if main else None,
        photos=tuple(file.upload() for file in draft.in_slot("fotos")) if way == "fotos" else (),
        anexos=tuple(paper.anexo() for paper in papers(draft, choices)),
        buzon_consent=bool(aviso.get("buzon")),
        privacy_version=notice.version,
        privacy_sha256=notice.sha256,
        received_at=received_at,
        session_id=str(draft.id),
        idempotency_key=KEY,
        warnings=filing.warnings(applicant, representative),
        request_id=request_id.get(),
        others=_others(quien),
        common_representative=_speaker(quien),
        signed_for=Person("fisica", quien.get("ruego_nombre", "")) if quien.get("como") == Way.UNABLE else None,
        signed_here=signed is not None,
        follows=answering.follows(draft.answers),
    )


def submission_of(draft: Draft) -> Submission | None:
    """What the draft says so far; None while the main document, who files or what is asked for is missing."""
    if not all(step.done(draft) for step in (WHAT, WHO, WRITING)):
        return None
    return submission(draft, offered(), runtime().clock())


def _applicant(quien: Mapping[str, Any], aviso: Mapping[str, Any]) -> Person:
    kind: Literal["fisica", "juridica"] = "juridica" if quien.get("persona") == "juridica" else "fisica"
    return Person(
        kind,
        quien.get("nombre", ""),
        curp=quien.get("curp", ""),
        rfc=quien.get("rfc", ""),
        email=aviso.get("correo", ""),
        phone=aviso.get("telefono", ""),
        address=aviso.get("domicilio", ""),
    )


def _representative(quien: Mapping[str, Any]) -> Person | None:
    if quien.get("como") != Way.REPRESENTED:
        return None
    return Person("fisica", quien.get("rep_nombre", ""), curp=quien.get("rep_curp", ""), rfc=quien.get("rep_rfc", ""))


def _speaker(quien: Mapping[str, Any]) -> str:
    if quien.get("como") != Way.SEVERAL:
        return ""
    return speaker(quien.get("nombre", ""), quien.get("otros", ""), quien.get("comun", ""))


def _others(quien: Mapping[str, Any]) -> tuple[Person, ...]:
    if quien.get("como") != Way.SEVERAL:
        return ()
    return tuple(Person("fisica", name) for name in names_in(quien.get("otros", "")))
