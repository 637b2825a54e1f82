"""The inbox: all filings of a confirmed address behind a one-time code.

Whatever address is typed, the same page follows, so that nobody learns who files here.
"""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from oficialia.errors import FieldFault, NotFound, TooMany
from oficialia.services import efirma_challenge, inbox
from oficialia.services.efirma_words import EfirmaRefused
from oficialia.web import session
from oficialia.web.context import runtime
from oficialia.web.errors import page, tell_refusal
from oficialia.web.forms import EXPIRED, AnswerForm, EmailCodeForm, EmptyForm, InboxForm, OfficeForm, OpenForm
from oficialia.web.redirects import see_other

blueprint = Blueprint("inbox", __name__, url_prefix="/buzon")
WRONG_CODE = "El código no es el que enviamos. Revíselo en su correo."
SIGN_AGAIN = "Su firma llegó incompleta. Vuelva a firmar."


@blueprint.get("")
def show() -> Response:
    """The filings, where the inbox is open; else the form that asks for an address."""
    entry = session.inbox()
    try:
        found = inbox.view(runtime(), entry) if entry else None
    except NotFound:
        found = None  # not opened yet, or over
    if found is None:
        return _entrance(InboxForm.blank(), [], 200)
    return _page("buzon/bandeja.html", EmptyForm.blank(), [], 200, inbox=found)


@blueprint.post("")
def ask() -> BaseResponse:
    """Asks for a code to be mailed."""
    form = InboxForm.sent()
    if faults := form.check():
        return _entrance(form, faults, 400 if form.forged else 422)
    session.set_inbox(inbox.ask(runtime(), form.correo.data))
    return see_other("inbox.show_code")


@blueprint.post("/efirma")
def enter_with_efirma() -> BaseResponse:
    """Opens the inbox of who answers our question with their e.firma."""
    form = AnswerForm.sent()
    if form.check():
        return _entrance(InboxForm.blank(), [FieldFault("", SIGN_AGAIN)], 400 if form.forged else 422)
    said, certificate, signature = form.reto.data, form.bytes_of("certificado"), form.bytes_of("firma")
    try:
        signer = efirma_challenge.who(runtime(), session.session_id(), said, certificate, signature)
    except EfirmaRefused as error:
        tell_refusal(error.status, error.code)
        return _entrance(InboxForm.blank(), [FieldFault("", error.sentence)], error.status)
    session.set_inbox(inbox.enter_with_efirma(runtime(), signer.rfc))
    return see_other("inbox.show")


@blueprint.get("/codigo")
def show_code() -> BaseResponse:
    """Asks for the code."""
    if session.inbox() is None:
        return see_other("inbox.show")
    return _page("buzon/codigo.html", EmailCodeForm.blank(), [], 200)


@blueprint.post("/codigo")
def enter() -> BaseResponse:
    """Opens the inbox to who has the code."""
    form, entry = EmailCodeForm.sent(), session.inbox()
    if faults := form.check():
        return _page("buzon/codigo.html", form, faults, 400 if form.forged else 422)
    try:
        right = inbox.enter(runtime(), entry or UUID(int=0), form.codigo.data)
    except TooMany as error:
        return _page("buzon/codigo.html", form, [FieldFault("codigo", error.sentence)], error.status)
    if not right:
        return _page("buzon/codigo.html", form, [FieldFault("codigo", WRONG_CODE)], 422)
    return see_other("inbox.show")


@blueprint.post("/expediente")
def open_filing() -> BaseResponse:
    """Opens one of its filings to this session."""
    form, entry = OpenForm.sent(), session.inbox()
    if form.check():
        return page(400, EXPIRED)
    if entry is None:
        return see_other("inbox.show")
    filing_id, medio = inbox.open_filing(runtime(), entry, form.folio.data)
    session.remember(form.folio.data, filing_id, medio=medio)
    return see_other("tracking.show", folio=form.folio.data)


@blueprint.post("/cerrar")
def leave() -> BaseResponse:
    """Forgets the inbox, to open another one."""
    if EmptyForm.sent().check():
        return page(400, EXPIRED)
    session.drop_inbox()
    return see_other("inbox.show")


def _entrance(form: OfficeForm, faults: list[FieldFault], status: int) -> Response:
    question = efirma_challenge.challenge(runtime(), session.session_id())
    return _page("buzon/entrar.html", form, faults, status, question=question)


def _page(template: str, form: OfficeForm, faults: list[FieldFault], status: int, **more: object) -> Response:
    errors = {fault.field: fault.sentence for fault in faults}
    response = make_response(render_template(template, form=form, faults=faults, errors=errors, **more), status)
    response.headers["Cache-Control"] = "no-store"
    return response
