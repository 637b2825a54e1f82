"""The public ledger: for people at `/libro`, and for programs in the addresses of c2sp.org/tlog-tiles,
`/libro/checkpoint` and `/libro/tile/…`.

These are open to anybody and to the pages of other sites, so that whoever watches us needs no leave from us.
"""

import hashlib

from flask import Blueprint, Response, make_response, render_template

from oficialia.errors import NotFound
from oficialia.services import checker as checkers
from oficialia.services import ledger_state, published
from oficialia.services.checker import Checker
from oficialia.web.certificates import FOR_EVER
from oficialia.web.context import runtime

blueprint = Blueprint("ledger", __name__, url_prefix="/libro")
# A new one comes within seconds of each act. A partial tile never changes either, but may one day be given no more.
_SHORT, _LONGER = "public, max-age=5", "public, max-age=3600"


@blueprint.get("")
def index() -> str:
    """How the ledger is, who watches it, and what it proves and does not."""
    digest = hashlib.sha256(_checker().html).hexdigest()
    return render_template("libro.html", state=ledger_state.look(runtime()), checker_sha256=digest)


@blueprint.get(f"/{checkers.NAME}")
def checker() -> Response:
    """The file that checks acuses without network, to be kept."""
    made = _checker()
    response = make_response(made.html)
    response.headers.set("Content-Disposition", "attachment", filename=checkers.NAME)
    response.headers["Content-Security-Policy"] = made.policy
    return response


@blueprint.get("/politica")
def policy() -> Response:
    """Whose signatures count: the public keys of the ledger and of its witnesses."""
    known = runtime().ledger_policy
    if known is None:
        raise NotFound
    return _file(known.content, published.NOTE_TYPE, _SHORT)


@blueprint.get("/checkpoint")
def checkpoint() -> Response:
    """How large the ledger is now, signed by its key and by witnesses."""
    return _file(published.served_checkpoint(runtime().bucket), published.NOTE_TYPE, _SHORT)


@blueprint.get("/tile/<path:path>")
def tile(path: str) -> Response:
    """Hashes of the tree, or the leaves themselves."""
    found, content = published.served_tile(runtime().bucket, f"tile/{path}")
    return _file(content, published.TILE_TYPE, FOR_EVER if found.is_full else _LONGER)


def _checker() -> Checker:
    office = runtime()
    return checkers.make(office.database, office.ledger_policy, office.labels, office.clock())


def _file(content: bytes, media_type: str, cached: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Cache-Control"] = cached
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
