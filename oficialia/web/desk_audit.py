"""The log of what the staff did, for the auditor, whose own looks are in it."""

from flask import Response, make_response, render_template, request

from oficialia.domain.staff import AccountAct, StaffAct
from oficialia.services import staff_log
from oficialia.web import desk
from oficialia.web.context import runtime
from oficialia.web.text import clean_code

blueprint = desk.guarded("desk_audit", __name__)
_KINDS = {"expedientes": staff_log.of_filings, "cuentas": staff_log.of_accounts}


@blueprint.get("/bitacora")
@desk.needs(StaffAct.AUDITAR)
def show() -> Response:
    """A page of it, the newest first: what was done to filings, or what happened to accounts."""
    kind = request.args.get("de", "")
    kind = kind if kind in _KINDS else "expedientes"
    username = clean_code(request.args.get("usuario"))
    before = request.args.get("antes", staff_log.FIRST, type=int)
    staff_log.note_once(
        runtime().database, desk.actor(), AccountAct.BITACORA, f"{kind} {username}".strip(), runtime().clock()
    )
    entries = _KINDS[kind](runtime().database, username=username, before=min(max(before, 0), staff_log.FIRST))
    page = render_template(
        "mesa/bitacora.html",
        kind=kind,
        username=username,
        usernames=staff_log.usernames(runtime().database),
        entries=entries,
        before=entries[-1].number if len(entries) == staff_log.PAGE else 0,
    )
    return make_response(page)
