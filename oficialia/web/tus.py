"""Files of a draft that come in pieces, and go on where they were after the connection dropped (tus 1.0.0, tus.io).

Creation, checksum, expiration and termination. A piece goes to the spool first and then to the draft, so that a slow
sender keeps nobody waiting. Of one that was cut off in the middle what arrived is kept, unless its sum was announced.
"""

import re
from base64 import b64decode, b64encode
from uuid import UUID
from wsgiref.handlers import format_date_time

from flask import Blueprint, Response, make_response, request, url_for
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import BadRequest, ClientDisconnected, MethodNotAllowed, UnsupportedMediaType
from wtforms import ValidationError

from oficialia.drafts.draft import DraftFile
from oficialia.drafts.errors import DraftGone, TooLong
from oficialia.drafts.files import ALGORITHMS, Checksum
from oficialia.drafts.room import OURS
from oficialia.errors import Conflict
from oficialia.web import session
from oficialia.web.context import runtime
from oficialia.web.errors import page
from oficialia.web.forms import EXPIRED
from oficialia.web.text import clean_filename
from oficialia.web.uploads import announced, received_piece, require_draft_room, require_room
from oficialia.web.wizard_draft import ANOTHER, MARK

blueprint = Blueprint("tus", __name__, url_prefix="/presentar/archivos")
VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
MEDIA_TYPE = "application/offset+octet-stream"
_SLOT = re.compile(r"[a-z][\w.-]{1,90}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_WRONG_VERSION = "Su programa habla otra versión de tus. Aquí se habla la 1.0.0."


@blueprint.before_request
def _understand() -> Response | None:
    """Refuses what does not come from a page of ours in this session, and other versions of the protocol."""
    if request.method == "OPTIONS":
        return None
    if request.method != "HEAD":
        try:
            validate_csrf(request.headers.get("X-CSRFToken"))
        except ValidationError:
            return page(400, EXPIRED)
    if request.headers.get("Tus-Resumable") != VERSION:
        response = page(412, _WRONG_VERSION)
        response.headers["Tus-Version"] = VERSION
        return response
    return None


@blueprint.after_request
def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("", methods=["OPTIONS"])
@blueprint.route("/<file_id>", methods=["OPTIONS"])
def capabilities(file_id: str = "") -> Response:
    """What is spoken here."""
    response = _nothing()
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(runtime().limits.file_bytes)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return response


@blueprint.post("", provide_automatic_options=False)
def create() -> Response:
    """Makes place for a file of the draft of this session: 201 with its address."""
    size, told = _number("Upload-Length"), _metadata()
    slot, sha256 = told.get("slot", ""), told.get("sha256", "")
    if slot in OURS or not _SLOT.fullmatch(slot) or not (_SHA256.fullmatch(sha256) or not sha256):
        raise BadRequest
    draft = _draft()
    if told.get(MARK, draft.hex) != draft.hex:
        raise Conflict(ANOTHER)
    require_draft_room(min(size, runtime().limits.file_bytes))  # more is refused anyhow
    file = runtime().drafts.begin(draft, slot, clean_filename(told.get("filename")), size, sha256)
    response = _told(file, 201)
    response.headers["Location"] = url_for("tus.tell", file_id=file.id)
    return response


@blueprint.route("/<file_id>", methods=["HEAD"], provide_automatic_options=False)
def tell(file_id: str) -> Response:
    """How much of a file is here."""
    file = runtime().drafts.file(_draft(), file_id)
    response = _told(file, 200)
    response.headers["Upload-Length"] = str(file.size)
    words = {"filename": file.filename, "slot": file.slot, "sha256": file.announced_sha256}
    response.headers["Upload-Metadata"] = ",".join(
        f"{name} {b64encode(word.encode()).decode()}" for name, word in words.items() if word
    )
    return response


@blueprint.patch("/<file_id>", provide_automatic_options=False)
def append(file_id: str) -> Response:
    """The next piece of a file: 204 with how much is here then."""
    if request.mimetype != MEDIA_TYPE:
        raise UnsupportedMediaType
    offset, checksum = _number("Upload-Offset"), _checksum()
    require_room()
    require_draft_room(announced())
    drafts, draft = runtime().drafts, _draft()
    room = drafts.file(draft, file_id).size - offset
    if (request.content_length or 0) > max(room, 0):
        raise TooLong
    piece, whole = received_piece(max(room, 0))
    if piece.too_large:
        raise TooLong
    if whole or not checksum:
        file = drafts.append(draft, file_id, offset, piece, checksum)
    if not whole:
        raise ClientDisconnected
    return _told(file, 204)


@blueprint.delete("/<file_id>", provide_automatic_options=False)
def remove(file_id: str) -> Response:
    """Takes a file away, complete or not."""
    runtime().drafts.remove(_draft(), file_id)
    return _nothing()


@blueprint.post("/<file_id>", provide_automatic_options=False)
def other_method(file_id: str) -> Response:
    """PATCH and DELETE, from where no such method gets through."""
    named = {"PATCH": append, "DELETE": remove}.get(request.headers.get("X-HTTP-Method-Override", ""))
    if not named:
        raise MethodNotAllowed(["HEAD", "PATCH", "DELETE", "OPTIONS"])
    return named(file_id)


def _draft() -> UUID:
    draft_id = session.draft_id()
    if draft_id is None:
        raise DraftGone
    return draft_id


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise BadRequest
    return int(value)


def _metadata() -> dict[str, str]:
    """The pairs of ``Upload-Metadata``."""
    pairs = (pair.split(" ") for pair in request.headers.get("Upload-Metadata", "").split(",") if pair)
    try:
        return {name: b64decode("".join(value), validate=True).decode() for name, *value in pairs}
    except ValueError:  # of the base 64, or of the UTF-8 in it
        raise BadRequest from None


def _checksum() -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    try:
        return Checksum.parse(header) if header else None
    except ValueError:
        raise BadRequest from None


def _told(file: DraftFile, status: int) -> Response:
    response = _nothing(status)
    response.headers["Upload-Offset"] = str(file.received)
    if not file.complete:
        response.headers["Upload-Expires"] = format_date_time(file.expires_at.timestamp())
    return response


def _nothing(status: int = 204) -> Response:
    return make_response("", status)
