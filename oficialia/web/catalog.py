"""The published catalogue of tramites."""

from flask import Blueprint, render_template

from oficialia.errors import NotFound
from oficialia.services import catalog
from oficialia.web.context import runtime

blueprint = Blueprint("catalog", __name__)
_ABSENT = "No tenemos un trámite con esa clave. Búsquelo por su nombre en la lista de trámites."


@blueprint.get("/tramites")
def index() -> str:
    """Every tramite, by the area that attends it."""
    tramites = catalog.choices(runtime().database).tramites
    areas = sorted({each.area for each in tramites})
    groups = [(area, [each for each in tramites if each.area == area]) for area in areas]
    return render_template("tramites.html", groups=groups, total=len(tramites))


@blueprint.get("/tramites/<clave>")
def show(clave: str) -> str:
    """One tramite: requirements, cost, term and what silence means."""
    for tramite in catalog.choices(runtime().database).tramites:
        if tramite.clave == clave:
            return render_template("tramite.html", tramite=tramite)
    raise NotFound(_ABSENT)
