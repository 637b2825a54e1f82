"""The last page before the legal act: everything that was answered, the declaration, and then the folio."""

from flask import Response
from werkzeug.wrappers import Response as BaseResponse

from oficialia.errors import FieldFault, KeyReused, OficialiaError, SubmissionRefused
from oficialia.services import intake
from oficialia.services.catalog import Choices
from oficialia.services.intake import Receipt
from oficialia.services.level_words import LEVELS
from oficialia.services.submission import Submission
from oficialia.web import privacy, session, wizard_draft
from oficialia.web.context import runtime
from oficialia.web.errors import tell_cause, tell_refusal
from oficialia.web.redirects import see_other
from oficialia.web.wizard_anexos import lacking, papers
from oficialia.web.wizard_draft import current
from oficialia.web.wizard_forms import ReviewForm
from oficialia.web.wizard_levels import is_less, level_needed
from oficialia.web.wizard_offer import asked_of, offered
from oficialia.web.wizard_plan import ASKED, answers, missing, plan
from oficialia.web.wizard_submission import submission

blueprint = wizard_draft.guarded("wizard_review")
_STALE = "El aviso de privacidad cambió. Léalo y confírmelo de nuevo."
_NOT_SEEN = "Su escrito cambió después de que abrió esta página. Léalo otra vez y, si está bien, declare y presente."
_CHANGED = "Este borrador ya se presentó antes de su último cambio, con el folio {folio}. Ábralo en Seguimiento."


@blueprint.get("/revisar")
def show() -> BaseResponse:
    """Everything, each with a way to change it; what is not done yet comes first."""
    if missing(current()):
        return see_other("wizard_tasks.tasks")
    return _page(ReviewForm.blank(), [], 200)


@blueprint.post("/revisar")
def file() -> BaseResponse:
    """Receives the filing: the legal act. Sent twice, from whatever browser, it is one; and it is what the page showed,
    because whoever has the code may change the draft meanwhile."""
    draft, form, received_at = current(), ReviewForm.sent(), runtime().clock()
    if missing(draft):
        return see_other("wizard_tasks.tasks")
    faults = form.check()
    if not faults and form.privacidad_version.data != privacy.current().version:
        faults = [FieldFault("privacidad", _STALE)]
    if faults:
        status = wizard_draft.status_of(form)
        tell_refusal(status, faults[0].code)
        return _page(form, faults, status)
    sent = submission(draft, offered(), received_at)
    if form.visto.data != sent.body_digest():
        tell_refusal(409, "borrador_cambiado")
        return _page(ReviewForm.blank(), [FieldFault("", _NOT_SEEN)], 409)
    try:
        receipt = intake.receive(runtime(), sent)
    except OficialiaError as error:
        return _refused(form, error)
    _close(receipt)
    session.drop_draft()
    session.remember(receipt.folio, receipt.filing_id, sent.warnings)
    return see_other("confirmation.show", folio=receipt.folio, repetido="1" if receipt.repeated else None)


def _close(receipt: Receipt) -> None:
    """There is a folio now, which must be shown whatever is wrong with the disk; sent again, the draft has the same."""
    try:
        runtime().drafts.close(current().id, receipt.folio, receipt.filing_id)
    except OficialiaError as error:
        tell_cause(error)


def _refused(form: ReviewForm, error: OficialiaError) -> Response:
    tell_cause(error)
    faults = list(error.faults) if isinstance(error, SubmissionRefused) else []
    sentence = error.sentence
    if isinstance(error, KeyReused):  # filed, and then the power went before anybody was told
        session.remember(error.folio, error.filing_id)
        sentence = _CHANGED.format(folio=error.folio)
    response = _page(form, faults or [FieldFault("", sentence)], error.status)
    if retry_after := getattr(error, "retry_after_seconds", 0):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _page(form: ReviewForm, faults: list[FieldFault], status: int) -> Response:
    draft, choices = current(), offered()
    about = asked_of(draft, choices)
    sent = submission(draft, choices, runtime().clock())
    return wizard_draft.page("presentar/revisar.html", form, faults, status,
        draft=draft, sent=sent, about=about, asked=answers(draft, ASKED), steps={step.word for step in plan(draft)},
        papers=papers(draft, choices), level=answers(draft, "firma").get("nivel", ""), levels=LEVELS,
        doubts=_doubts(sent, choices),
    )  # fmt: skip


def _doubts(sent: Submission, choices: Choices) -> list[str]:
    """What a person may come back to with a prevención; it stops nothing."""
    draft = current()
    needed = level_needed(asked_of(draft, choices))
    found = [f"Falta un requisito: {each.name}." for each in lacking(draft, choices)]
    level = answers(draft, "firma").get("nivel", "")
    if level and is_less(level, needed):
        found.append(f"Este trámite pide otra manera de firmar: «{LEVELS[needed.level].title}».")
    return found + list(sent.warnings)
