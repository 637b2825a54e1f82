"""What can be asked for: the catalogue, read once a request however many parts of a page need it."""

from flask import g

from oficialia.drafts.draft import Draft
from oficialia.services import catalog
from oficialia.services.catalog import AreaOption, Choices, TramiteOption
from oficialia.web.context import runtime
from oficialia.web.wizard_plan import answers


def offered() -> Choices:
    """Everything there is to choose, the same for the whole request."""
    if "offered" not in g:
        g.offered = catalog.choices(runtime().database)
    choices: Choices = g.offered
    return choices


def chosen(choices: Choices, destino: str) -> TramiteOption | AreaOption | None:
    """The tramite or the area of that word; None where there is none."""
    kind, _, clave = destino.partition(":")
    if kind == "tramite":
        return next((each for each in choices.tramites if each.clave == clave), None)
    return next((each for each in choices.areas if kind == "area" and each.clave == clave), None)


def asked_of(draft: Draft, choices: Choices) -> TramiteOption | AreaOption | None:
    """The tramite that the draft asks for, or the area that it writes to."""
    return chosen(choices, answers(draft, "que").get("destino", ""))
