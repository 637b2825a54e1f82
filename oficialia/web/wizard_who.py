"""Who files, for whom, and how they are told."""

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.parties import Way
from oficialia.errors import FieldFault
from oficialia.services.catalog import TramiteOption
from oficialia.web import draft_uploads, wizard_draft
from oficialia.web.context import runtime
from oficialia.web.forms import OfficeForm
from oficialia.web.redirects import see_other
from oficialia.web.wizard_draft import LATER, current, filled
from oficialia.web.wizard_files import look_into
from oficialia.web.wizard_forms import (
    NoticesForm,
    RepresentativeForm,
    SeveralForm,
    UnableForm,
    WhoForm,
    speaker,
    values,
)
from oficialia.web.wizard_offer import asked_of, offered
from oficialia.web.wizard_plan import answers

blueprint = wizard_draft.guarded("wizard_who")
_MORE: dict[str, type[OfficeForm]] = {
    Way.REPRESENTED: RepresentativeForm,
    Way.SEVERAL: SeveralForm,
    Way.UNABLE: UnableForm,
}
_STRANGER = "Escriba el nombre de una de las personas que presentan, como está en la lista."
SLOTS: dict[str, str] = {Way.REPRESENTED: "personalidad", Way.SEVERAL: "firmantes", Way.UNABLE: "ruego"}
"""The file that goes with each way to file: a proof, the list of signatures, an identification."""


@blueprint.get("/quien")
def who() -> Response:
    """Name and way to file."""
    return _who_page(filled(WhoForm, "quien"), [], 200)


@blueprint.post("/quien")
def say_who() -> BaseResponse:
    """Keeps them; whoever files for or with others is asked about them next."""
    form = WhoForm.sent()
    faults = form.check()
    if faults:
        return _who_page(form, faults, wizard_draft.status_of(form))
    draft = runtime().drafts.answer(current().id, "quien", {**answers(current(), "quien"), **values(form)})
    if form.como.data != Way.ALONE and LATER not in request.form:
        return see_other("wizard_who.more")
    return wizard_draft.go_on(draft, "quien")


@blueprint.get("/quien/mas")
def more() -> BaseResponse:
    """Who files for or with the first, or signs for who cannot."""
    kind = _MORE.get(_way())
    return _more_page(filled(kind, "quien"), [], 200) if kind else see_other("wizard_who.who")


@blueprint.post("/quien/mas")
def say_more() -> BaseResponse:
    """Keeps it, and the file that goes with it."""
    kind = _MORE.get(_way())
    if kind is None:
        return see_other("wizard_who.who")
    form, draft_id = kind.sent(), current().id
    faults = form.check()
    if form.forged:
        return _more_page(form, faults, 400)
    if draft_uploads.taken_away(draft_id):
        return _more_page(form, [], 200)
    faults += _stranger(form) if not faults else []
    faults += draft_uploads.keep(draft_id, SLOTS[_way()]) or look_into(draft_id, SLOTS[_way()])
    if faults:
        return _more_page(form, faults, 422)
    return wizard_draft.answered("quien", {**answers(current(), "quien"), **values(form)})


@blueprint.get("/aviso")
def notices() -> Response:
    """How the office tells of what happens."""
    return _notices_page(filled(NoticesForm, "aviso"), [], 200)


@blueprint.post("/aviso")
def say_notices() -> BaseResponse:
    """Keeps it."""
    form = NoticesForm.sent()
    faults = form.check()
    if faults:
        return _notices_page(form, faults, wizard_draft.status_of(form))
    return wizard_draft.answered("aviso", values(form))


def _stranger(form: OfficeForm) -> list[FieldFault]:
    """The representante común must be one of those who file."""
    if not isinstance(form, SeveralForm):
        return []
    first = answers(current(), "quien").get("nombre", "")
    return [] if speaker(first, form.otros.data, form.comun.data) else [FieldFault("comun", _STRANGER)]


def _way() -> str:
    return str(answers(current(), "quien").get("como", ""))


def _who_page(form: WhoForm, faults: list[FieldFault], status: int) -> Response:
    about = asked_of(current(), offered())
    asks = about if isinstance(about, TramiteOption) else None
    return wizard_draft.page(
        "presentar/quien.html", form, faults, status, ask_curp=asks and asks.needs_curp, ask_rfc=asks and asks.needs_rfc
    )


def _more_page(form: OfficeForm, faults: list[FieldFault], status: int) -> Response:
    draft = runtime().drafts.open(current().id)
    return wizard_draft.page(
        "presentar/quien_mas.html", form, faults, status, way=_way(), slot=SLOTS[_way()], draft=draft
    )


def _notices_page(form: NoticesForm, faults: list[FieldFault], status: int) -> Response:
    return wizard_draft.page("presentar/aviso.html", form, faults, status)
