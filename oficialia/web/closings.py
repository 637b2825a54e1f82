"""The closings of the days at `/libro/cierres`: a page to be printed for the notice board, and the files behind it."""

from datetime import date

from flask import Blueprint, Response, make_response, render_template

from oficialia.errors import NotFound
from oficialia.services import closings
from oficialia.web.context import runtime

blueprint = Blueprint("closings", __name__, url_prefix="/libro/cierres")


@blueprint.get("")
def index() -> str:
    """Every day that was closed, the newest first."""
    return render_template("cierres.html", closings=closings.closings(runtime().database))


@blueprint.get("/<day>")
def day(day: str) -> str:
    """One day, to be printed."""
    return render_template("cierre.html", certified=closings.certified(runtime(), _day(day)))


@blueprint.get("/<day>.<any(json, checkpoint, tsr):kind>")
def file(day: str, kind: str) -> Response:
    """A file of that day, for programs."""
    response = make_response(closings.served(runtime().bucket, _day(day), kind))
    response.headers["Content-Type"] = closings.TYPES[kind]
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _day(text: str) -> date:
    """The day of an address, in its one spelling."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
    if found.isoformat() != text:
        raise NotFound
    return found
