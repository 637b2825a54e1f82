"""The API: every answer is as its description says, errors too; no cookie, no forgery to fear, nothing kept."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from oficialia.app import create_app
from oficialia.db import Database
from oficialia.domain.documents import Purpose
from oficialia.runtime import Limits, Runtime
from oficialia.services.register_words import Known
from oficialia.web import openapi
from oficialia.web.context import WebOptions
from signing.reason import Change, Colour, Reason
from tests.support.office import LABELS
from tests.support.shown_papers import Town, blackened, later, saying, signed_petition
from tests.support.window import Visitor

ADDRESS = "/api/v1/verificaciones"
CUT_OFF = b'--x\r\nContent-Disposition: form-data; name="documento"; filename="a.pdf"\r\n\r\nyyy'
DESCRIPTION = openapi.document(LABELS)


def _validator(name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DESCRIPTION["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _asked(visitor: Visitor, content: bytes) -> dict[str, Any]:
    """The answer about a file, sent as the body; as described."""
    response = visitor.client.post(ADDRESS, data=content, content_type="application/pdf")
    assert (response.status_code, response.mimetype) == (200, "application/json"), response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    answer: dict[str, Any] = response.get_json()
    _validator("Verification").validate(answer)
    return answer


def _problem(response: TestResponse, status: int) -> str:
    """The sentence of an error; as described."""
    assert (response.status_code, response.mimetype) == (status, "application/problem+json"), response.text
    assert "Set-Cookie" not in response.headers
    told = response.get_json(force=True)
    _validator("Problem").validate(told)
    assert told["status"] == status
    assert told["type"] == f"{LABELS.public_url}/api#error-{status}"
    return str(told["detail"])


def test_the_description_is_a_good_one_and_is_published(visitor: Visitor) -> None:
    published = visitor.get("/api/v1/openapi.json")
    assert published.get_json() == DESCRIPTION
    assert "Set-Cookie" not in published.headers
    validate(DESCRIPTION)


def test_ours_is_known(town: Town) -> None:
    for (purpose, edition), content in town.documents.items():
        answer = _asked(town.visitor, content)
        told = answer["register"]
        assert (told["known"], told["folio"], told["edition"]) == (purpose.value, town.folio, edition)
        assert (told["newest_edition"], told["annulled"]) == (edition == 2, False)
        assert bool(answer["verdict"]["acuse"]) == (purpose is Purpose.ACUSE)


def test_what_changed_is_told_with_its_words(town: Town) -> None:
    answer = _asked(town.visitor, later(town.sealed, blackened))
    assert answer["register"]["known"] == Known.OUR_SEAL_CHANGED
    verdict = answer["verdict"]
    assert (verdict["colour"], verdict["integrity"]) == (Colour.RED, "cambio_despues")
    seal = verdict["signatures"][-1]
    assert Reason.CHANGED in seal["reasons"] and Change.PAGES in seal["changes"]
    assert seal["revision_end"] == len(town.sealed)
    assert verdict["words"]["headline"]["sentence"] == "Cambió después de firmarse."


@pytest.mark.parametrize(
    ("make", "known", "colour"),
    [
        (lambda _: saying("hola"), Known.UNKNOWN, Colour.NONE),
        (lambda _: saying("Folio OP-2026-000123-5."), Known.NAMES_FOLIO, Colour.NONE),
        (lambda _: b"nada", Known.UNREADABLE, Colour.RED),
        (lambda _: b"\xff\xd8\xff", Known.IMAGE, Colour.NONE),
    ],
)
def test_whatever_is_sent_is_answered(
    visitor: Visitor, tmp_path: Path, make: Callable[[Path], bytes], known: Known, colour: Colour
) -> None:
    answer = _asked(visitor, make(tmp_path))
    assert (answer["register"]["known"], answer["verdict"]["colour"]) == (known, colour)


def test_curp_and_rfc_of_who_signs_are_masked(visitor: Visitor, development_pki: Path, tmp_path: Path) -> None:
    answer = _asked(visitor, signed_petition(tmp_path / "ajena.pdf", development_pki).read_bytes())
    holder = answer["verdict"]["signatures"][0]["holder"]
    assert holder["name"].startswith("MARÍA")
    assert "***" in holder["rfc"] and "***" in holder["curp"]


def test_a_form_is_as_good_as_a_body(visitor: Visitor) -> None:
    content = saying("hola")
    sent = visitor.client.post(ADDRESS, data={"documento": (io.BytesIO(content), "a.pdf", "application/pdf")})
    assert sent.status_code == 200
    assert sent.get_json()["sha256"] == _asked(visitor, content)["sha256"]


def test_without_the_register_the_verdict_is_given_all_the_same(runtime: Runtime, options: WebOptions) -> None:
    away = replace(runtime, database=Database("postgresql+psycopg://nadie@127.0.0.1:1/nada"))
    answer = _asked(Visitor(create_app(away, options)), saying("hola"))
    assert answer["register"]["known"] == Known.UNASKED


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (422, {"data": {"otro": (io.BytesIO(b"x"), "a.pdf")}}),
        (422, {"data": {"documento": "texto"}, "content_type": "multipart/form-data"}),
        (422, {"data": b"", "content_type": "application/pdf"}),
        (415, {"json": {"documento": "x"}}),
        (415, {"data": b"%PDF-1.7"}),
        (413, {"data": bytes(50_001), "content_type": "application/pdf"}),
        (413, {"data": bytes(3 << 20), "content_type": "application/pdf"}),
        (422, {"data": CUT_OFF, "content_type": "multipart/form-data; boundary=x"}),
    ],
)
def test_what_cannot_be_verified_is_a_problem_in_spanish(
    runtime: Runtime, options: WebOptions, tmp_path: Path, status: int, sent: dict[str, Any]
) -> None:
    narrow = replace(runtime, limits=Limits(file_bytes=50_000, filing_bytes=120_000), spool=tmp_path)
    detail = _problem(Visitor(create_app(narrow, options)).client.post(ADDRESS, **sent), status)
    assert detail.endswith(".")
    assert list(tmp_path.iterdir()) == []


def test_other_errors_are_problems_too(runtime: Runtime, options: WebOptions) -> None:
    visitor = Visitor(create_app(runtime, options))
    assert _problem(visitor.get("/api/v1/nada"), 404)
    wrong = visitor.get(ADDRESS)
    assert _problem(wrong, 405)
    assert "POST" in wrong.headers["Allow"]
    full = Visitor(create_app(runtime, replace(options, min_free_bytes=1 << 62)))
    response = full.client.post(ADDRESS, data=b"%PDF-1.7", content_type="application/pdf")
    assert "no tenemos espacio" in _problem(response, 503)
    assert response.headers["Retry-After"] == "60"


def test_too_many_questions_wait_and_file_all_the_same(runtime: Runtime, options: WebOptions) -> None:
    visitor = Visitor(create_app(runtime, replace(options, throttle="1 per minute")))
    assert visitor.client.post(ADDRESS, data=b"x", content_type="application/pdf").status_code == 200
    response = visitor.client.post(ADDRESS, data=b"x", content_type="application/pdf")
    assert "Espere unos minutos" in _problem(response, 429)
    assert int(response.headers["Retry-After"]) > 0
    assert visitor.send("/presentar/en-una-pagina", {}).status_code == 422


def test_a_fault_of_ours_is_a_problem_that_tells_nothing(
    runtime: Runtime, options: WebOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(runtime, options)
    monkeypatch.setitem(app.view_functions, "api.verify", lambda: 1 / 0)
    response = app.test_client().post(ADDRESS)
    assert "falla de nuestra parte" in _problem(response, 500)
    assert "Zero" not in response.text


def test_the_manual_explains_every_error_and_shows_how_to_ask(visitor: Visitor) -> None:
    page = visitor.get("/api").text
    assert all(f'id="error-{status}"' in page for status in openapi.ERRORS)
    assert f"{LABELS.public_url}{ADDRESS}" in page
    assert "curl -F documento=@" in page
