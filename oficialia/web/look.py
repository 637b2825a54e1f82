"""The colours and the coat of arms of the town, from our own address, and where the pages find them."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, make_response, url_for

from oficialia.domain.coat_of_arms import CoatOfArms
from oficialia.domain.look import Look
from oficialia.web.context import options

blueprint = Blueprint("look", __name__, url_prefix="/identidad")
_KEY = "oficialia.look"
# Nothing in the picture runs or loads anything, even when it is opened by itself.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


@dataclass(frozen=True)
class Shown:
    """The look as the templates know it."""

    look: Look
    neutral: str

    @cached_property
    def emblem(self) -> CoatOfArms:
        """The coat of arms, or the neutral emblem."""
        return self.look.emblem(self.neutral)

    @property
    def emblem_url(self) -> str:
        """Its address, which changes with it."""
        return url_for("look.emblem", v=self.emblem.version)

    @property
    def css_url(self) -> str:
        """The address of the colours; empty where the town chose none."""
        css = self.look.css
        return url_for("look.colours", v=sha256(css.encode()).hexdigest()[:12]) if css else ""


def install(app: Flask, look: Look) -> None:
    """Hands the look to the templates."""
    shown = Shown(look, (Path(str(app.static_folder)) / "emblema.svg").read_text("utf-8"))
    app.jinja_env.globals["look"] = app.extensions[_KEY] = shown


@blueprint.get("/colores.css")
def colours() -> Response:
    """The colours of the town."""
    response = make_response(options().look.css)
    response.mimetype = "text/css"
    return response


@blueprint.get("/emblema")
def emblem() -> Response:
    """The coat of arms of the town, or the neutral emblem."""
    shown: Shown = current_app.extensions[_KEY]
    response = make_response(shown.emblem.content)
    response.mimetype = shown.emblem.media_type
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response
