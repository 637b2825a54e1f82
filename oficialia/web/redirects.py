"""On to another page after a form was received (RFC 9110, 15.4.4)."""

from typing import Any

from flask import Response, make_response, url_for
from markupsafe import Markup

_PAGE = Markup(
    '<!doctype html><html lang="es-MX"><meta charset="utf-8"><title>Continúe</title><p><a href="{0}">Continúe aquí</a>.'
)


def see_other(endpoint: str, **values: Any) -> Response:
    """303 to a page of ours, with a line in Spanish for a reader that does not follow by itself."""
    return to_path(url_for(endpoint, **values))


def to_path(address: str) -> Response:
    """303 to a path of this site; never hand it what somebody sent."""
    response = make_response(_PAGE.format(address), 303)
    response.headers["Location"] = address
    return response
