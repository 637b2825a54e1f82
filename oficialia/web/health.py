"""How this process is, for whoever runs it: `/salud/viva` and `/salud/lista`.

Neither is throttled, opens a session or tells versions, addresses or paths, so that both may stay open to a balancer.
"""

from typing import cast

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response

from oficialia.runtime import Runtime
from oficialia.services.readiness import Lookout
from oficialia.web.context import WebOptions

blueprint = Blueprint("health", __name__, url_prefix="/salud")
_KEY = "oficialia.salud"


def install(app: Flask, runtime: Runtime, options: WebOptions) -> None:
    """Gives the pages what they look at."""
    app.extensions[_KEY] = Lookout(runtime, redis_url=options.redis_url, min_free_bytes=options.min_free_bytes)


@blueprint.get("/viva")
def alive() -> Response:
    """200: the process answers. When this fails, start it again."""
    response = make_response("viva\n")
    response.mimetype = "text/plain"
    return _fresh(response)


@blueprint.get("/lista")
def ready() -> Response:
    """200 when a filing could be received now, else 503: send people elsewhere, and look at what is ``false``."""
    found = cast(Lookout, current_app.extensions[_KEY]).look()
    response = jsonify(
        lista=found.ready,
        partes=dict(found.parts),
        avisos={"broker": found.broker, "sello": found.seal, "libro": found.ledger, "borradores": found.drafts},
    )
    response.status_code = 200 if found.ready else 503
    return _fresh(response)


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
