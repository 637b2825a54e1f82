"""Every way in which a request can end badly, as a page with a sentence and a way on.

The classes of `oficialia.errors` carry their own status and sentence; this is where they, and the refusals of the web
server library, become responses.
"""

import logging
import traceback
from pathlib import Path

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_limiter.errors import RateLimitExceeded
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from oficialia.db import DatabaseUnavailable
from oficialia.domain.wording import megabytes
from oficialia.errors import Conflict, NotFound, OficialiaError, TooMany, Unavailable
from oficialia.logs import request_id
from oficialia.web.context import runtime
from oficialia.web.patience import TooSlow
from oficialia.web.problems import alone, asked_by_api, asked_by_program, problem
from oficialia.web.security import route

_log = logging.getLogger("oficialia.web")
_OTHER = "Ocurrió una falla de nuestra parte. Intente de nuevo en unos minutos."
TOO_MUCH_TEXT = "El formulario trae demasiado texto. Si su escrito es largo, preséntelo como PDF."
SENTENCES: dict[int, tuple[str, str]] = {  # title, sentence
    400: (
        "No pudimos leer su envío",
        "El envío llegó incompleto o dañado. Regrese a la página anterior y envíelo de nuevo.",
    ),
    403: ("No tiene permiso para ver esto", "Esta página no está abierta para usted."),
    404: ("No encontramos esta página", NotFound.sentence),
    405: ("Esta acción no existe aquí", "La página no acepta ese tipo de solicitud. Empiece desde el inicio."),
    408: (
        "El envío tardó demasiado",
        "Su envío avanzaba muy despacio y lo interrumpimos; no guardamos nada de él. "
        "Intente de nuevo donde tenga mejor señal, o con archivos más ligeros.",
    ),
    409: ("Este formulario ya se envió", "Este formulario ya se envió con otro contenido."),
    413: ("Su envío pesa demasiado", ""),
    414: ("La dirección es demasiado larga", "Revise la dirección o empiece desde el inicio."),
    415: ("No recibimos ese tipo de envío", "Use el formulario de esta página para enviar sus documentos."),
    422: ("Hay datos por corregir", "Revise los datos y envíelos de nuevo."),
    429: ("Hubo demasiados intentos", TooMany.sentence),
    500: ("Ocurrió una falla nuestra", OficialiaError.sentence),
    503: ("El servicio no está disponible", Unavailable.sentence),
}


def install(app: Flask) -> None:
    """Registers the handlers; no exception leaves the application as a bare 500."""
    app.register_error_handler(OficialiaError, known)
    app.register_error_handler(DatabaseUnavailable, _database)
    app.register_error_handler(RateLimitExceeded, _throttled)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(ParseException, _garbled)
    app.register_error_handler(Exception, _unforeseen)


def page(status: int, sentence: str = "", *, title: str = "", retry_after: int = 0) -> Response:
    """The page for ``status``, with its own sentence unless a better one is given; for the API, the same as JSON, and
    for a program of our pages, which shows it where it belongs, the sentence alone."""
    usual_title, usual = SENTENCES.get(status, (SENTENCES[500][0], _OTHER))
    title, sentence = title or usual_title, sentence or usual
    if asked_by_api():
        response = problem(status, title, sentence)
    elif asked_by_program():
        response = alone(status, sentence)
    else:
        response = _html(status, title, sentence)
    response.headers["Cache-Control"] = "no-store"
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _html(status: int, title: str, sentence: str) -> Response:
    fault = request_id.get() if status >= 500 else ""
    shown = render_template("error.html", status=status, title=title, sentence=sentence, fault=fault)
    return make_response(shown, status)


def known(error: OficialiaError) -> Response:
    """An error that already has its sentence."""
    tell_cause(error)
    retry_after = getattr(error, "retry_after_seconds", 0) or (60 if error.status in {429, 503} else 0)
    title = "Ahora no se puede" if isinstance(error, Conflict) else ""
    return page(error.status, error.sentence, title=title, retry_after=retry_after)


def tell_cause(error: OficialiaError) -> None:
    """One line of log for what kept us from serving: which part failed and where, never what people sent."""
    if error.status < 500:
        tell_refusal(error.status, error.code)
    else:
        cause = error.__cause__ or error
        frame = traceback.extract_tb(cause.__traceback__)[-1:]
        place = f"{Path(frame[0].filename).name}:{frame[0].lineno}" if frame else "?"
        _log.error("unavailable in %s: %s at %s", route(), type(cause).__name__, place)


def tell_refusal(status: int, code: str) -> None:
    """One line of log for what was not received as it came, with the code of the reason."""
    _log.info("refused in %s", route(), extra={"fields": {"status": status, "code": code}})


def _database(error: DatabaseUnavailable) -> Response:
    unavailable = Unavailable()
    unavailable.__cause__ = error
    return known(unavailable)


def _throttled(error: RateLimitExceeded) -> Response:
    limit = error.limit.limit if error.limit else None
    return page(429, retry_after=int(limit.get_expiry()) if limit else 60)


def _refused(error: HTTPException) -> Response:
    if error.response is not None and error.code is not None and error.code < 400:  # a redirect of the router
        return make_response(error.response)
    if isinstance(error, RequestEntityTooLarge):
        return page(413, too_large() if _is_long() else TOO_MUCH_TEXT)
    if isinstance(error, ClientDisconnected) and isinstance(error.__context__, TooSlow):
        return page(408)
    code = error.code if error.code in SENTENCES else 400 if (error.code or 500) < 500 else 500
    response = page(code)
    if error.code == 405:
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "GET")
    return response


def _is_long() -> bool:
    """Whether the whole was too long; else its text was, or it had more fields than any form of ours."""
    return (request.content_length or 0) > int(current_app.config["MAX_CONTENT_LENGTH"])


def _garbled(_error: ParseException) -> Response:
    """The server could not tell where the body's next piece begins (chunked encoding)."""
    return page(400)


def too_large() -> str:
    """What may be sent, when more was."""
    limits = runtime().limits
    return (
        f"Recibimos archivos de hasta {megabytes(limits.file_bytes)}, y {megabytes(limits.filing_bytes)} en total. "
        "Reduzca o divida sus archivos y envíelos de nuevo."
    )


def _unforeseen(error: Exception) -> Response:
    # The route's template and the kind of error only: messages of libraries can quote what people sent.
    _log.error("unforeseen %s in %s", type(error).__name__, route(), exc_info=error)
    return page(500)
