"""The API: verification for other systems. Needs no login, sets no cookie, keeps nothing, and changes nothing."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from oficialia.domain.wording import iso_local
from oficialia.services import verification
from oficialia.services.register_words import REGISTER
from oficialia.services.verdict_json import described
from oficialia.services.verdict_view import masked
from oficialia.services.verification import FileView
from oficialia.web import openapi
from oficialia.web.context import runtime
from oficialia.web.errors import SENTENCES, page, too_large
from oficialia.web.uploads import Received, received, received_body, require_kept, require_room

blueprint = Blueprint("api", __name__)
FIELD = "documento"
RAW = frozenset({"application/pdf", "application/octet-stream"})
FORM = "multipart/form-data"
NO_FILE = f"Envíe el archivo en el campo «{FIELD}» de un formulario, o como cuerpo de la solicitud."
WRONG_TYPE = f"Envíe el archivo como {FORM}, o como cuerpo con el tipo application/pdf."


@blueprint.get("/api")
def manual() -> str:
    """What the API does and how to ask it, for people."""
    explained = {status: SENTENCES[status] for status in openapi.ERRORS}
    return render_template("api.html", errors=explained, too_large=too_large())


@blueprint.get("/api/v1/openapi.json")
def description() -> Response:
    """What it does, for programs (OpenAPI 3.1)."""
    return jsonify(openapi.document(runtime().labels))


@blueprint.post("/api/v1/verificaciones")
def verify() -> Response:
    """The verdict on the file sent, what it means, and what the register says of it."""
    require_room()
    file = _file()
    if file is None:
        return page(415, WRONG_TYPE) if request.mimetype not in {FORM, *RAW} else page(422, NO_FILE)
    if file.too_large:
        return page(413, runtime().limits.refusal("demasiado_grande"))
    if not file.upload.size:
        return page(422, runtime().limits.refusal("vacio"))
    require_kept()
    answer = _answer(verification.by_file(runtime(), file.upload.path, file.upload.sha256))
    response = make_response(jsonify(answer))
    response.headers["Cache-Control"] = "no-store"
    return response


def _file() -> Received | None:
    if request.mimetype == FORM:
        return next(iter(received(FIELD)), None)
    return received_body("cuerpo.pdf") if request.mimetype in RAW else None


def _answer(view: FileView) -> dict[str, Any]:
    return {
        "sha256": view.sha256,
        "examined_at": iso_local(runtime().clock()),
        "register": _register(view),
        "verdict": described(masked(view.verdict)) if view.verdict else None,
    }


def _register(view: FileView) -> dict[str, Any]:
    told, issued = REGISTER[view.known], view.issued
    return {
        "known": view.known.value,
        "colour": told.colour.value,
        "words": {"sentence": told.words.sentence, "meaning": told.words.meaning, "action": told.words.action},
        "folio": issued.folio if issued else None,
        "issued_at": iso_local(issued.at) if issued else None,
        "edition": issued.edition if issued else None,
        "newest_edition": issued.newest if issued else None,
        "annulled": issued.annulled if issued else None,
        "claimed_folios": list(view.claimed),
    }
