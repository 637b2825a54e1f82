"""The window: one complete form, from the empty page to the folio."""

import secrets

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.documents import SUPPORT_WORDS
from oficialia.errors import FieldFault, KeyReused, OficialiaError, SubmissionRefused
from oficialia.services import catalog, intake
from oficialia.services.catalog import Choices
from oficialia.web import filing, privacy, session
from oficialia.web.context import runtime
from oficialia.web.errors import tell_cause, tell_refusal
from oficialia.web.forms import ASUNTO, PETITION, FilingForm
from oficialia.web.redirects import see_other
from oficialia.web.text import clean_code
from oficialia.web.uploads import require_kept, require_room, total_received

blueprint = Blueprint("ventanilla", __name__)


@blueprint.get("/presentar/en-una-pagina")
def show_form() -> Response:
    """The empty form, with the tramite of ``?tramite=`` chosen."""
    form = FilingForm.blank()
    form.destino.data = f"tramite:{clean_code(request.args.get('tramite'))}" if request.args.get("tramite") else ""
    form.clave_envio.data = _new_key()
    session.session_id()
    return _page(form, catalog.choices(runtime().database), [], 200)


@blueprint.post("/presentar/en-una-pagina")
def submit() -> BaseResponse:
    """Receives the form; with a fault the page comes back with what was typed, else 303 to the confirmation."""
    require_room()
    form = FilingForm.sent()
    received_at = runtime().clock()
    choices = catalog.choices(runtime().database)
    faults = filing.in_order([*form.check(), *filing.faults(form, choices)])
    if faults:
        status = _status(form, faults)
        tell_refusal(status, faults[0].code)
        return _page(form, choices, faults, status)
    submission = filing.submission(form, choices, received_at)
    try:
        require_kept()
        receipt = intake.receive(runtime(), submission)
    except OficialiaError as error:
        return _refused(form, choices, error)
    session.remember(receipt.folio, receipt.filing_id, submission.warnings)
    again = "1" if receipt.repeated else None
    return see_other("confirmation.show", folio=receipt.folio, repetido=again)


def _refused(form: FilingForm, choices: Choices, error: OficialiaError) -> Response:
    """The form again, nothing typed lost, with what intake said."""
    tell_cause(error)
    faults = list(error.faults) if isinstance(error, SubmissionRefused) else []
    if isinstance(error, KeyReused):
        session.remember(error.folio, error.filing_id)
        form.clave_envio.data = _new_key()  # sent again on purpose, it is another filing
    response = _page(form, choices, faults or [FieldFault("", error.sentence)], error.status)
    if retry_after := getattr(error, "retry_after_seconds", 0):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _status(form: FilingForm, faults: list[FieldFault]) -> int:
    if form.forged:
        return 400
    return 413 if filing.only_too_large(faults) else 422


def _page(form: FilingForm, choices: Choices, faults: list[FieldFault], status: int) -> Response:
    if form.clave_envio.errors:
        form.clave_envio.data = _new_key()
    page = render_template(
        "presentar.html",
        form=form,
        choices=choices,
        rows=filing.rows() if faults else filing.empty_rows(),
        faults=faults,
        errors={fault.field: fault.sentence for fault in reversed(faults)},
        notice=privacy.current(),
        had_files=total_received() > 0,
        earlier=session.folios() if status == KeyReused.status else (),
        supports=SUPPORT_WORDS.items(),
        longest={"asunto": ASUNTO, "peticion": PETITION, "fotos": filing.PHOTOS},
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-cache"  # Back must find what was typed
    return response


def _new_key() -> str:
    return secrets.token_urlsafe(18)
