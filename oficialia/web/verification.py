"""Is this document one of ours, and what are its signatures worth? By code, or by the file, which is not kept."""

from base64 import b64encode
from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.codes import normalise
from oficialia.errors import FieldFault, NotFound
from oficialia.services import verdict_view, verification
from oficialia.services.register_words import ABOUT_US, EXACT, REGISTER, Known
from oficialia.services.verification import FileView
from oficialia.services.words import Words
from oficialia.web.context import runtime
from oficialia.web.errors import page
from oficialia.web.forms import CodeForm, EmptyForm, OfficeForm, RevisionForm
from oficialia.web.redirects import see_other
from oficialia.web.text import clean_code
from oficialia.web.uploads import Received, received, require_kept, require_room
from signing.revision_pages import MEDIA_TYPE, RevisionPages

blueprint = Blueprint("verification", __name__)
PDF = "application/pdf"
UNKNOWN_CODE = (
    "No tenemos ningún documento con este código. Compárelo letra por letra con el impreso. "
    "Si coincide, el documento no salió de esta oficina."
)
NO_REVISION = "Este archivo no tiene esa versión firmada. Elija el mismo archivo que verificó."


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
        return _page(form, CodeForm.blank(), faults, _status(form, files))
    require_kept()
    upload = files[0].upload
    view = verification.by_file(runtime(), upload.path, upload.sha256)
    revisions = verification.revisions(runtime(), upload.path, view.verdict) if view.verdict else {}
    return _result(view, upload.filename, revisions, verification.proofs(runtime(), upload.path, view.verdict))


@blueprint.post("/verificar/version-firmada")
def revision() -> Response:
    """The first bytes of the file sent, up to the end of one of its signed revisions: for browsers without a script."""
    require_room()
    form = RevisionForm.sent()
    files = received("documento")
    faults = [*form.check(), *_wrong(files)]
    if faults:
        return _page(form, CodeForm.blank(), faults, _status(form, files))
    require_kept()
    upload, end = files[0].upload, int(form.hasta.data)
    if end not in verification.revision_ends(runtime(), upload.path):
        return _page(EmptyForm.blank(), CodeForm.blank(), [FieldFault("documento", NO_REVISION)], 422)
    with upload.path.open("rb") as file:
        response = make_response(file.read(end))
    response.mimetype = PDF
    response.headers.set("Content-Disposition", "attachment", filename=f"version-firmada-{end}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response


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


def _status(form: OfficeForm, files: list[Received]) -> int:
    return 400 if form.forged else 413 if any(file.too_large for file in files) else 422


def _page(upload_form: OfficeForm, code_form: CodeForm, faults: list[FieldFault], status: int) -> Response:
    page = render_template(
        "verificar.html",
        upload_form=upload_form,
        form=code_form,
        faults=faults,
        errors={fault.field: fault.sentence for fault in faults},
    )
    return make_response(page, status)


def _result(
    view: FileView, filename: str, revisions: Mapping[int, RevisionPages], proofs: tuple[Words, ...]
) -> Response:
    shown = verdict_view.view(verdict_view.masked(view.verdict), proofs) if view.verdict else None
    response = make_response(
        render_template(
            "resultado.html",
            view=view,
            shown=shown,
            show_signatures=view.known not in {Known.IMAGE, Known.UNREADABLE},
            register=REGISTER[view.known],
            exact=view.known in EXACT,
            ours_first=view.known in ABOUT_US,
            notes=verification.notes(view),
            filename=filename,
            revisions=revisions,
            picture=_picture,
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _picture(content: bytes) -> str:
    """A picture as an address: nothing of a document is kept to be asked for again."""
    return f"data:{MEDIA_TYPE};base64,{b64encode(content).decode('ascii')}"
