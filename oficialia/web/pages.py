"""Pages that say what the office is and does."""

from flask import Blueprint, Response, make_response, render_template

from oficialia.errors import NotFound
from oficialia.services import catalog
from oficialia.web import privacy
from oficialia.web.context import runtime

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> str:
    """What can be done here."""
    return render_template("inicio.html")


@blueprint.get("/hasta-luego")
def left() -> str:
    """After closing the session at a borrowed computer."""
    return render_template("salida.html")


@blueprint.get("/aviso-de-privacidad")
def privacy_notice() -> str:
    """The privacy notice in force, with its version and digest, and the tramite for the rights over one's data."""
    arco = next((each for each in catalog.choices(runtime().database).tramites if each.exercises_arco), None)
    return render_template("aviso.html", notice=privacy.current(), arco=arco)


@blueprint.get("/aviso-de-privacidad/<version>.txt")
def privacy_text(version: str) -> Response:
    """The exact bytes of one version, whose SHA-256 goes with each filing that accepted it."""
    if version not in privacy.versions():
        raise NotFound
    response = make_response(privacy.notice(version).text.encode())
    response.mimetype = "text/plain"
    return response
