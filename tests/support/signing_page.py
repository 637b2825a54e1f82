"""The step "firma" of the wizard with nothing around it, over HTTP: where a browser signs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Blueprint, Flask, render_template_string
from werkzeug.serving import make_server

from oficialia.embedded.ports import LOOPBACK
from oficialia.web import efirma, session
from oficialia.web.context import runtime

PAGE = """{% extends "base.html" %}{% block title %}Firma{% endblock %}
{% block head %}<meta name="csrf-token" content="{{ csrf_token() }}">{% endblock %}
{% block main %}<h1>Firma</h1>{% include "presentar/efirma.html" %}{% endblock %}"""
blueprint = Blueprint("firma_de_prueba", __name__)


@blueprint.get("/prueba/<uuid:draft_id>")
def work_on(draft_id: UUID) -> str:
    """Makes it the draft of this browser."""
    session.set_draft(draft_id)
    return ""


@blueprint.get("/presentar/firma")
def show() -> str:
    """The step."""
    draft_id = session.draft_id()
    assert draft_id is not None
    return render_template_string(PAGE, efirma=efirma.view(runtime().drafts.open(draft_id)))


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
