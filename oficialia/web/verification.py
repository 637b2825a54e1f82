"""Is this document one of ours? By its code, or by the file itself. Nothing that is sent here is kept."""

from flask import Blueprint, Response, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.codes import normalise
from oficialia.errors import FieldFault, NotFound
from oficialia.services import verification
from oficialia.services.verification import FileView
from oficialia.web.context import runtime
from oficialia.web.errors import page
from oficialia.web.forms import CodeForm, EmptyForm, OfficeForm
from oficialia.web.redirects import see_other
from oficialia.web.text import clean_code
from oficialia.web.uploads import Received, received, require_kept, require_room

blueprint = Blueprint("verification", __name__)
UNKNOWN_CODE = (
    "No tenemos ningún documento con este código. Compárelo letra por letra con el impreso. "
    "Si coincide, el documento no salió de esta oficina."
)


@blueprint.get("/v/<codigo>")
def show_code(codigo: str) -> Response:
    """What the permanent address printed on a stamp or an acuse shows."""
    code = normalise(clean_code(codigo))
    try:
        view = verification.by_code(runtime(), code)
    except NotFound:
        return page(404, UNKNOWN_CODE, title="No conocemos este código")
    response = make_response(render_template("codigo.html", view=view, code=code))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/verificar")
def show_form() -> Response:
    """Two ways to ask: the file, or the printed code."""
    return _page(EmptyForm.blank(), CodeForm.blank(), [], 200)


@blueprint.post("/verificar")
def examine() -> Response:
    """Examines an uploaded file and shows what can be said of it."""
    require_room()
    form = EmptyForm.sent()
    files = received("documento")
    faults = [*form.check(), *_wrong(files)]
    if faults:
        too_large = any(file.too_large for file in files)
        return _page(form, CodeForm.blank(), faults, 400 if form.forged else 413 if too_large else 422)
    require_kept()
    upload = files[0].upload
    view = verification.by_file(runtime(), upload.path, upload.sha256, upload.filename)
    return _result(view, upload.filename)


@blueprint.post("/verificar/codigo")
def find_code() -> BaseResponse:
    """Goes to the page of a code typed from paper."""
    form = CodeForm.sent()
    faults = form.check()
    code = normalise(clean_code(form.codigo.data))
    if not faults and not code:
        faults = [FieldFault("codigo", "Escriba las letras y números del código.")]
    if faults:
        return _page(EmptyForm.blank(), form, faults, 400 if form.forged else 422)
    return see_other("verification.show_code", codigo=code)


def _wrong(files: list[Received]) -> list[FieldFault]:
    if not files:
        return [FieldFault("documento", "Elija el archivo que quiere verificar.")]
    if files[0].too_large:
        return [FieldFault("documento", runtime().limits.refusal("demasiado_grande"))]
    return [] if files[0].upload.size else [FieldFault("documento", runtime().limits.refusal("vacio"))]


def _page(upload_form: OfficeForm, code_form: CodeForm, faults: list[FieldFault], status: int) -> Response:
    page = render_template(
        "verificar.html",
        upload_form=upload_form,
        form=code_form,
        faults=faults,
        errors={fault.field: fault.sentence for fault in faults},
    )
    return make_response(page, status)


def _result(view: FileView, filename: str) -> Response:
    response = make_response(render_template("resultado.html", view=view, filename=filename))
    response.headers["Cache-Control"] = "no-store"
    return response
