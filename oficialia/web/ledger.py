"""The public ledger for programs, in the addresses of c2sp.org/tlog-tiles: `/libro/checkpoint` and `/libro/tile/…`.

Open to anybody and to the pages of other sites, so that whoever watches us needs no leave from us.
"""

from flask import Blueprint, Response, make_response

from oficialia.services import published
from oficialia.web.certificates import FOR_EVER
from oficialia.web.context import runtime

blueprint = Blueprint("ledger", __name__, url_prefix="/libro")
# A new one comes within seconds of each act. A partial tile never changes either, but may one day be given no more.
_SHORT, _LONGER = "public, max-age=5", "public, max-age=3600"


@blueprint.get("/checkpoint")
def checkpoint() -> Response:
    """How large the ledger is now, signed by its key and by witnesses."""
    return _file(published.served_checkpoint(runtime().bucket), published.NOTE_TYPE, _SHORT)


@blueprint.get("/tile/<path:path>")
def tile(path: str) -> Response:
    """Hashes of the tree, or the leaves themselves."""
    found, content = published.served_tile(runtime().bucket, f"tile/{path}")
    return _file(content, published.TILE_TYPE, FOR_EVER if found.is_full else _LONGER)


def _file(content: bytes, media_type: str, cached: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Cache-Control"] = cached
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
