"""The window as a test uses it: a client that reads the form of a page, fills it and sends it."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from oficialia.app import create_app
from oficialia.clock import now
from oficialia.db import Database
from oficialia.domain.codes import Codes
from oficialia.runtime import Limits, Runtime
from oficialia.web.context import WebOptions
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from storage.bucket import Bucket
from tests.support.office import LABELS

OPTIONS = WebOptions(
    session_secret="secreto-de-sesion-para-las-pruebas",
    throttle="10000 per minute",
    min_free_bytes=0,
    https=False,
)
FOLIO = re.compile(r"OP-\d{4}-\d{6,}-[0-9A-Z]")
KEY = re.compile(r'id="clave">([0-9A-Z-]{19})<')
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


@dataclass(frozen=True)
class File:
    """A file to send."""

    content: bytes
    name: str = "escrito.pdf"
    media_type: str = "application/pdf"

    def part(self) -> tuple[io.BytesIO, str, str]:
        """As the test client wants it."""
        return io.BytesIO(self.content), self.name, self.media_type


@dataclass
class Visitor:
    """One browser, with its cookies."""

    app: Flask
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        """Opens the browser."""
        self.client = self.app.test_client()

    def get(self, path: str) -> TestResponse:
        """Opens a page."""
        return self.client.get(path)

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields that the page at ``path`` would send."""
        return hidden_fields(self.get(path).text)

    def send(self, path: str, values: Mapping[str, Any], *, page: str = "") -> TestResponse:
        """Fills the form of ``page`` (``path`` unless given) and sends it; None as a value leaves the field out."""
        return self.post(path, self.hidden(page or path) | dict(values))

    def post(self, path: str, values: Mapping[str, Any]) -> TestResponse:
        """Sends exactly ``values``."""
        data = {name: _part(value) for name, value in values.items() if value is not None}
        return self.client.post(path, data=data, content_type="multipart/form-data")

    def file(self, **changes: Any) -> TestResponse:
        """Files a petition; ``changes`` replace its fields."""
        return self.send("/presentar/en-una-pagina", petition(**changes))

    def filed(self, **changes: Any) -> str:
        """Files a petition that must be received; its folio."""
        response = self.file(**changes)
        assert response.status_code == 303, faults(response)
        return str(response.location).rsplit("/", 1)[-1]


def petition(**changes: Any) -> dict[str, Any]:
    """A complete form, typed in the page; names of fields with a hyphen are given with ``__``."""
    values: dict[str, Any] = {
        "persona": "fisica",
        "nombre": "María Peña Núñez",
        "destino": "area:OP",
        "asunto": "Bache en la calle Vicente Guerrero",
        "forma": "texto",
        "peticion": "Hay un bache.\n\nPido que lo reparen.",
        "declaracion": "1",
        "privacidad": "1",
    }
    return values | {name.replace("__", "-"): value for name, value in changes.items()}


def idle_app(folder: Path) -> Flask:
    """The application without any part behind it: what needs one fails as when it is away."""
    runtime = Runtime(
        database=Database(f"sqlite:///{folder}/no-hay.db"),
        bucket=Bucket("http://127.0.0.1:1", "nadie", "ninguno-1", bucket="x", region="x"),
        sandbox=Sandbox(require_isolation=False),
        anchors=TrustAnchors(()),
        codes=Codes(b"x" * 32),
        clock=now,
        spool=folder,
        limits=Limits(),
        labels=LABELS,
        drafts_dir=folder,
    )
    return create_app(runtime, OPTIONS)


def hidden_fields(html: str) -> dict[str, str]:
    """Name and value of the hidden fields of a page."""
    found = {}
    for tag in _HIDDEN.findall(html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        found[attributes["name"]] = unescape(attributes.get("value", ""))
    return found


def faults(response: TestResponse) -> list[str]:
    """The sentences of the error summary."""
    summary = re.search(r'id="resumen".*?</ul>', response.text, re.DOTALL)
    if not summary:
        return []
    items = re.findall(r"<li>(.*?)</li>", summary[0], re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", item)).strip() for item in items]


def _part(value: Any) -> Any:
    if isinstance(value, File):
        return value.part()
    if isinstance(value, (list, tuple)):
        return [_part(item) for item in value]
    return value
