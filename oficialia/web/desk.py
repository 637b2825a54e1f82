"""Behind the sign-in: the guard of every page of the desk, and who is at it.

The desk has a cookie of its own. The promovente's session, which may be open in the same browser, knows nothing of it.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, Response, g, request, session
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.staff import Actor, StaffAct, may
from oficialia.errors import NotFound
from oficialia.services import staff_sessions
from oficialia.web.context import options, runtime
from oficialia.web.redirects import see_other

PREFIX = "/mesa"
ACCOUNT = "desk_account"  # the one blueprint open to whoever has to change the password first
_COOKIE = "oficialia-mesa"
_LONGEST_TOKEN = 100
# Of a path of the desk, and nothing that a browser could take for another site.
_WAY_BACK = re.compile(rf"{PREFIX}(/[A-Za-z0-9][A-Za-z0-9_-]*)*")
P = ParamSpec("P")
R = TypeVar("R")


def guarded(name: str, module: str) -> Blueprint:
    """A blueprint of the desk that only who is signed in gets into."""
    made = Blueprint(name, module, url_prefix=PREFIX)
    made.before_request(guard)
    made.after_request(unkept)
    return made


def guard() -> BaseResponse | None:
    """Lets in who is signed in; everybody else goes to the sign-in, whatever they asked for."""
    signed = staff_sessions.use(runtime(), token()) if token() else None
    if signed is None:
        return see_other("desk_auth.show_form", siguiente=request.path if request.method == "GET" else None)
    g.actor, g.office = signed.actor, signed.office
    if signed.must_change and request.blueprint != ACCOUNT:
        return see_other(f"{ACCOUNT}.show_form")
    return None


def unkept(response: Response) -> Response:
    """Nothing of the desk stays in a browser."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def actor() -> Actor:
    """Who is at the desk; only behind the guard."""
    found: Actor = g.actor
    return found


def needs(act: StaffAct) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Of a view that only some roles have: to the others it is not there."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not may(actor().role, act):
                raise NotFound
            return view(*args, **kwargs)

        return checked

    return decorate


def token() -> str:
    """What the cookie of the desk holds; "" for nothing that could be a token."""
    held = request.cookies.get(_cookie(), "")
    return held if len(held) <= _LONGEST_TOKEN else ""


def sign_in(response: Response, new: str) -> Response:
    """Gives the browser the token of its session, until it is closed. Forms shown before are of no more use."""
    _forget_forms()
    response.set_cookie(_cookie(), new, **_attributes())
    return response


def sign_out(response: Response) -> Response:
    """Takes the token away."""
    _forget_forms()
    response.delete_cookie(_cookie(), **_attributes())
    return response


def way_back(path: str | None) -> str:
    """The page of the desk that somebody wanted before signing in; the inbox for anything else."""
    return path if path and len(path) < 200 and _WAY_BACK.fullmatch(path) else PREFIX


def _forget_forms() -> None:
    session.pop("csrf_token", None)


def _cookie() -> str:
    return f"__Host-{_COOKIE}" if options().https else _COOKIE


def _attributes() -> dict[str, Any]:
    # Lax: a link in a mail opens the desk for who is signed in; every form has its own protection.
    return {"path": "/", "secure": options().https, "httponly": True, "samesite": "Lax"}
