"""Headers that keep the page to itself, and one log line for each request that tells no one's business.

No inline script nor style exists, so the policy needs no exception. Paths are logged as their template
(``/v/<codigo>``): codes and folios stay out of the log, and so does the address of who asks.
"""

import logging
import re
import time
import uuid

from flask import Flask, Response, g, request

from oficialia.logs import request_id
from oficialia.web.context import WebOptions, options
from oficialia.web.programs import policy_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_LASTING = frozenset({"static", "look.colours", "look.emblem"})  # named by what is in them
_YEAR = 365 * 24 * 3600
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_log = logging.getLogger("oficialia.web")


def install(app: Flask, options: WebOptions) -> None:
    """Gives every request its id, and adds the headers and the log line to every response, error pages included."""
    app.before_request(_start)
    app.after_request(_log_line)
    app.after_request(_headers)
    if options.https:
        app.after_request(_https_only)


def _start() -> None:
    g.started = time.monotonic()
    # A proxy of ours may have named the request already; a stranger's word would let him write into the log.
    named = request.headers.get("X-Request-ID", "") if options().proxies else ""
    request_id.set(named if _REQUEST_ID.fullmatch(named) else uuid.uuid4().hex)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-ID"] = request_id.get()
    headers.setdefault("Content-Security-Policy", _own_policy() or POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), payment=(), usb=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if request.endpoint in _LASTING and "v" in request.args and response.status_code == 200:
        headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    elif request.endpoint not in _LASTING:
        headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _own_policy() -> str:
    return policy_of((request.view_args or {}).get("filename", "")) if request.endpoint == "static" else ""


def _https_only(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}; includeSubDomains")
    return response


def _log_line(response: Response) -> Response:
    if request.endpoint != "static":
        milliseconds = round((time.monotonic() - g.get("started", time.monotonic())) * 1000)
        fields = {"status": response.status_code, "ms": milliseconds}
        # Somebody asks every few seconds how we are.
        level = logging.DEBUG if (request.endpoint or "").startswith("health.") else logging.INFO
        _log.log(level, "%s %s %d", _method(), route(), response.status_code, extra={"fields": fields})
    return response


def _method() -> str:
    """The method, when it is one of the known words; anything else could carry text into the log."""
    return request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"} else "?"


def route() -> str:
    """The template of the route that answers, never what was asked for."""
    return request.url_rule.rule if request.url_rule else "(sin ruta)"
