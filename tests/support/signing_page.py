"""The window over HTTP in the test's own process, where a browser is given a draft that the test made."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Blueprint, Flask
from werkzeug.serving import make_server

from oficialia.embedded.ports import LOOPBACK
from oficialia.web import session

blueprint = Blueprint("firma_de_prueba", __name__)


@blueprint.get("/prueba/<uuid:draft_id>")
def work_on(draft_id: UUID) -> str:
    """Makes it the draft of this browser."""
    session.set_draft(draft_id)
    return ""


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    """The application over HTTP, at that port."""
    if blueprint.name not in app.blueprints:
        app.register_blueprint(blueprint)
    server = make_server(LOOPBACK, port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
