"""What somebody of the staff does with their own account: change the password, leave."""

from flask import Response, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from oficialia.errors import FieldFault, SubmissionRefused
from oficialia.services import staff_sessions, staff_sign_in
from oficialia.services.credentials import SHORTEST
from oficialia.services.staff_sign_in import MustWait
from oficialia.web import desk
from oficialia.web.context import runtime
from oficialia.web.desk_forms import PasswordForm
from oficialia.web.errors import page
from oficialia.web.forms import EXPIRED, EmptyForm
from oficialia.web.redirects import see_other
from oficialia.web.throttle import address

blueprint = desk.guarded(desk.ACCOUNT, __name__)


@blueprint.get("/contrasena")
def show_form() -> Response:
    """The form for another password."""
    return _page(PasswordForm.blank(), [], 200)


@blueprint.post("/contrasena")
def change() -> BaseResponse:
    """Takes the new password; every other browser is signed out."""
    form = PasswordForm.sent()
    faults = form.check()
    if faults:
        return _page(form, faults, 400 if form.forged else 422)
    try:
        new = staff_sign_in.change_password(
            runtime(), desk.actor(), current=form.actual.data, new=form.nueva.data, address=address()
        )
    except SubmissionRefused as refused:
        return _page(form, list(refused.faults), refused.status)
    except MustWait as error:
        return _page(form, [FieldFault("actual", error.sentence)], error.status)
    return desk.sign_in(see_other("desk_inbox.show", aviso="contrasena"), new)


@blueprint.post("/salir")
def leave() -> BaseResponse:
    """Signs out here."""
    if EmptyForm.sent().check():
        return page(400, EXPIRED)
    staff_sessions.end(runtime(), desk.token())
    return desk.sign_out(see_other("desk_auth.show_form", salio="1"))


def _page(form: PasswordForm, faults: list[FieldFault], status: int) -> Response:
    page = render_template(
        "mesa/contrasena.html",
        form=form,
        faults=faults,
        errors={fault.field: fault.sentence for fault in faults},
        shortest=SHORTEST,
    )
    return make_response(page, status)
