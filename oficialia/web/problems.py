"""Errors for programs, with the same Spanish sentence that the page would show: problem details (RFC 9457) for the API,
the sentence alone for the programs of our own pages."""

import json

from flask import Response, make_response, request

from oficialia.logs import request_id
from oficialia.web.context import runtime

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"


def asked_by_api() -> bool:
    """Whether the request is for the API, known or not; its manual at `/api` is a page like others."""
    return request.path.startswith(PREFIX)


def asked_by_program() -> bool:
    """Whether a program of one of our pages asks: it sends the page's token so, or a piece of a file."""
    return "X-CSRFToken" in request.headers or request.blueprint == "tus"


def alone(status: int, sentence: str) -> Response:
    """The sentence and nothing else."""
    response = make_response(sentence, status)
    response.content_type = "text/plain; charset=utf-8"
    return response


def problem(status: int, title: str, detail: str) -> Response:
    """The answer; its `type` is the paragraph of the manual that explains it."""
    told = {
        "type": f"{runtime().labels.public_url}/api#error-{status}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id.get(),
    }
    response = make_response(json.dumps(told, ensure_ascii=False), status)
    response.content_type = MEDIA_TYPE
    return response
