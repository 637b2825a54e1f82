"""The published catalogue of tramites."""

from flask import Blueprint, render_template, request

from oficialia.errors import NotFound
from oficialia.services import catalog, catalog_search
from oficialia.services.level_words import LEVELS
from oficialia.web.context import runtime
from oficialia.web.text import clean_line

blueprint = Blueprint("catalog", __name__)
_ABSENT = "No tenemos un trámite con esa clave. Búsquelo por su nombre en la lista de trámites."


@blueprint.get("/tramites")
def index() -> str:
    """Every tramite, by the area that attends it; before them, what fits the words of ``?buscar=``."""
    offered = catalog.choices(runtime().database)
    tramites, wanted = offered.tramites, clean_line(request.args.get("buscar"))[: catalog_search.LONGEST]
    areas = sorted({each.area for each in tramites})
    groups = [(area, [each for each in tramites if each.area == area]) for area in areas]
    found = catalog_search.search(offered, wanted)
    return render_template("tramites.html", groups=groups, wanted=wanted, found=found)


@blueprint.get("/tramites/<clave>")
def show(clave: str) -> str:
    """One tramite: requirements, cost, term and what silence means."""
    for tramite in catalog.choices(runtime().database).tramites:
        if tramite.clave == clave:
            return render_template("tramite.html", tramite=tramite, levels=LEVELS)
    raise NotFound(_ABSENT)
