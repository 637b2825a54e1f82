"""Signing a draft with an e.firma in the page: what its program asks for, in JSON.

To here come a certificate and a signature. The .key and its password have no way to here: the page has no field with a
name for them, and nothing here reads one.
"""

import base64
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, make_response, request, send_file
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from oficialia.drafts.draft import Draft
from oficialia.drafts.errors import DraftGone
from oficialia.errors import Conflict, OficialiaError, SubmissionRefused
from oficialia.services import draft_signing
from oficialia.services.draft_signing import Signature
from oficialia.services.efirma_words import EfirmaRefused
from oficialia.services.submission import Submission
from oficialia.web import session
from oficialia.web.context import runtime
from oficialia.web.errors import SENTENCES, tell_cause
from oficialia.web.forms import EXPIRED
from oficialia.web.uploads import require_room
from oficialia.web.wizard_draft import ANOTHER, MARK
from oficialia.web.wizard_submission import submission_of

blueprint = Blueprint("efirma", __name__, url_prefix="/presentar/firma")
MOST_BYTES = 64 * 1024  # of a request: a certificate and a signature are some 2 KB
NEXT = "/presentar/firma/aqui"  # the page of signing itself: it shows who signed
SIGNED_ALREADY = "Su escrito ya está firmado. Recargue esta página para verlo."
NOTHING_YET = "Complete primero su escrito y quién presenta. Después podrá firmar."


@dataclass(frozen=True)
class View:
    """What the step "firma" shows: who signed, or what the page needs to sign."""

    draft: str  # which one the page shows (wizard_draft.MARK)
    ready: bool
    made: bool  # the PDF is made here, of typed text or photographs
    sha256: str  # of the PDF that was uploaded
    next: str
    signed: Signature | None


def view(draft: Draft) -> View:
    """The draft as templates/presentar/efirma.html shows it."""
    submission = submission_of(draft)
    main = submission.main_pdf if submission else None
    return View(
        draft=draft.id.hex,
        ready=submission is not None,
        made=main is None,
        sha256=main.sha256 if main else "",
        next=NEXT,
        signed=draft_signing.signature(draft),
    )


@blueprint.before_request
def _understand() -> Response | None:
    """Refuses what does not come from a page of ours in this session, or is longer than any of ours."""
    request.max_content_length = MOST_BYTES
    if request.method == "POST":
        try:
            validate_csrf(request.headers.get("X-CSRFToken"))
        except ValidationError:
            return _told(400, "formulario_vencido", EXPIRED)
    return None


@blueprint.errorhandler(OficialiaError)
def _refused(error: OficialiaError) -> Response:
    tell_cause(error)
    sentence = error.faults[0].sentence if isinstance(error, SubmissionRefused) and error.faults else error.sentence
    return _told(error.status, error.code, sentence)


@blueprint.errorhandler(HTTPException)
def _unreadable(error: HTTPException) -> Response:
    code = error.code or 400
    return _told(code, "solicitud", SENTENCES.get(code, SENTENCES[400])[1])


@blueprint.post("/preparar")
def prepare() -> Response:
    """Prepares the main document for the e.firma of this certificate; how long the document itself is."""
    require_room()
    certificate = _bytes("certificado")
    draft = _draft()
    if draft_signing.signed_main(draft):
        raise Conflict(SIGNED_ALREADY)
    file = draft_signing.prepare(runtime(), draft, _submission(draft), certificate)
    return _private(jsonify(tamano=file.about["documento"]))


@blueprint.get("/documento")
def document() -> Response:
    """The prepared document, to be checked and signed where the key is."""
    file = draft_signing.prepared(_draft())
    return _private(send_file(file.path, mimetype="application/pdf", etag=False, max_age=0))


@blueprint.post("/terminar")
def finish() -> Response:
    """The signature over the prepared document."""
    draft = _draft()
    signature = draft_signing.finish(runtime(), draft, _submission(draft), _bytes("firma"))
    return _private(jsonify(nombre=signature.name, rfc=signature.rfc))


def _draft() -> Draft:
    """The draft of this session. Raises Conflict where the page that asks was of another."""
    draft_id = session.draft_id()
    if draft_id is None:
        raise DraftGone
    if request.method == "POST" and _said(MARK) != draft_id.hex:
        raise Conflict(ANOTHER)
    return runtime().drafts.open(draft_id)


def _submission(draft: Draft) -> Submission:
    submission = submission_of(draft)
    if submission is None:
        raise Conflict(NOTHING_YET)
    return submission


def _bytes(name: str) -> bytes:
    try:
        found = base64.b64decode(_said(name), validate=True)
    except ValueError:  # of the base 64, or of letters that are none of it
        found = b""
    if not found:
        raise EfirmaRefused("incompleto", "El envío llegó incompleto o dañado. Firme de nuevo.")
    return found


def _said(name: str) -> str:
    body = request.get_json()
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else ""


def _told(status: int, code: str, sentence: str) -> Response:
    return _private(make_response(jsonify(codigo=code, frase=sentence), status))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
