"""The acts of the desk, each on a page of its own: what it does, its reason, and its check page where it is for good.

``GET`` shows the form. ``POST`` with ``paso=revisar`` checks it and, for an act that nobody can undo, shows what will
happen; ``POST`` with ``paso=hacer`` acts. The form carries the mark of the filing as it was seen, so that nobody acts
on what somebody else changed meanwhile.
"""

from collections.abc import Sequence

from flask import Response, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from oficialia.errors import Conflict, FieldFault, OficialiaError, SubmissionRefused, Unavailable
from oficialia.services import desk as inbox
from oficialia.services import desk_filing, prevenciones
from oficialia.services.desk_filing import DeskFiling
from oficialia.services.submission import Upload
from oficialia.web import desk
from oficialia.web.context import runtime
from oficialia.web.desk_act_pages import PAGES, ActPage, Asked
from oficialia.web.desk_forms import ActForm
from oficialia.web.errors import tell_cause
from oficialia.web.redirects import see_other
from oficialia.web.uploads import received, require_kept, require_room

blueprint = desk.guarded("desk_acts", __name__)
_RULE = f"/expedientes/<folio>/<any({', '.join(f'{slug!r}' for slug in PAGES)}):act>"
_FORM, _CHECK = "mesa/acto.html", "mesa/acto_revisar.html"
NO_FILE = "Elija el PDF de la respuesta."


@blueprint.get(_RULE)
def show(folio: str, act: str) -> Response:
    """The form of an act, where the filing admits it now."""
    page = PAGES[act]
    view = _admitted(folio, page)
    return _page(_FORM, view, page, ActForm.blank())


@blueprint.post(_RULE)
def act_on(folio: str, act: str) -> BaseResponse:
    """Checks the form, shows the check page, or acts."""
    require_room()
    page, form = PAGES[act], ActForm.sent()
    view = _admitted(folio, page)
    faults = form.check() + _missing(page, form)
    if faults:
        return _page(_FORM, view, page, form, faults=faults, status=400 if form.forged else 422)
    if form.paso.data == "corregir":
        return _page(_FORM, view, page, form)
    if page.checked and form.paso.data != "hacer":
        return _page(_CHECK, view, page, form)
    return _done(view, page, form)


def _done(view: DeskFiling, page: ActPage, form: ActForm) -> BaseResponse:
    try:
        require_kept()
        page.perform(runtime(), desk.actor(), view.filing_id, _asked(page, form))
    except (SubmissionRefused, Conflict, Unavailable) as error:
        tell_cause(error)
        return _page(_CHECK if page.checked else _FORM, view, page, form, faults=_faults(error), status=error.status)
    return see_other("desk_filing.show", folio=view.folio, hecho=page.slug)


def _asked(page: ActPage, form: ActForm) -> Asked:
    """What the form asks for. Raises SubmissionRefused for a file that is none or too large."""
    seen = int(form.visto.data) if form.visto.data.isdecimal() else -1
    upload = _upload() if page.takes_file else None
    return Asked(form.motivo.data, seen, form.area.data, tuple(form.requisitos.data), upload)


def _upload() -> Upload:
    files = received("respuesta")
    if not files:
        raise SubmissionRefused(FieldFault("respuesta", NO_FILE))
    reason = "demasiado_grande" if files[0].too_large else "" if files[0].upload.size else "vacio"
    if reason:
        raise SubmissionRefused(FieldFault("respuesta", runtime().limits.refusal(reason), reason))
    return files[0].upload


def _missing(page: ActPage, form: ActForm) -> list[FieldFault]:
    return [FieldFault("area", "Elija el área de la lista.")] if page.takes_area and not form.area.data else []


def _admitted(folio: str, page: ActPage) -> DeskFiling:
    """The filing. Raises NotFound for whom it is not, Conflict where it does not admit the act."""
    filing_id = desk_filing.find(runtime(), desk.actor(), folio)
    desk_filing.ensure(runtime(), desk.actor(), filing_id, page.act)
    return desk_filing.view(runtime(), desk.actor(), filing_id)


def _faults(error: OficialiaError) -> list[FieldFault]:
    return list(error.faults) if isinstance(error, SubmissionRefused) else [FieldFault("", error.sentence)]


def _page(
    template: str,
    view: DeskFiling,
    page: ActPage,
    form: ActForm,
    *,
    faults: Sequence[FieldFault] = (),
    status: int = 200,
) -> Response:
    content = render_template(
        template,
        view=view,
        page=page,
        form=form,
        faults=faults,
        errors={fault.field: fault.sentence for fault in faults},
        areas=inbox.areas(runtime()) if page.takes_area else (),
        requirements=prevenciones.citable(runtime(), view.filing_id) if page.takes_requirements else {},
    )
    return make_response(content, status)
