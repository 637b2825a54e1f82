"""Nothing a client sends is a 500."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from tests.support.kinds import rest_thorough
from tests.support.window import File, Visitor, petition

FORM_ROUTES = ["/presentar/en-una-pagina", "/seguimiento", "/verificar", "/verificar/codigo", "/salir"]
ODD_VALUES = [
    "\x00",
    "\ud7ff\uffff",
    "🙂" * 50,
    "' OR 1=1 --",
    "{{7*7}}",
    "\u202e\u2066",
    "A" * 300_000,
    "%00%ff",
    "é\x1b[0m",
]
PART = b"--x\r\nContent-Disposition: form-data; "
TEXT_FIELDS = [
    *("persona", "nombre", "curp", "rfc", "correo", "telefono", "domicilio", "rep_nombre", "rep_curp", "rep_rfc"),
    *("destino", "asunto", "forma", "peticion", "folio_previo", "buzon", "privacidad_version", "clave_envio"),
    *("anexo-0-titulo", "anexo-0-tipo", "anexo-0-soporte", "anexo-0-reservado", "csrf_token"),
]


@pytest.mark.parametrize("value", ODD_VALUES, ids=range(len(ODD_VALUES)))
def test_any_text_in_any_field_is_answered(visitor: Visitor, value: str) -> None:
    hidden = visitor.hidden("/presentar/en-una-pagina")
    for name in TEXT_FIELDS:
        assert visitor.post("/presentar/en-una-pagina", hidden | petition() | {name: value}).status_code < 500, name


@pytest.mark.parametrize("value", ODD_VALUES, ids=range(len(ODD_VALUES)))
def test_any_folio_clave_and_code_is_answered(visitor: Visitor, value: str) -> None:
    assert visitor.send("/seguimiento", {"folio": value, "clave": value}).status_code in {404, 413, 422}
    assert visitor.send("/verificar/codigo", {"codigo": value}, page="/verificar").status_code < 500


@pytest.mark.parametrize("path", rest_thorough({path: path for path in FORM_ROUTES}, *FORM_ROUTES[:2]))
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", ""),
        (b"{}", "application/json"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"nombre=%ff%fe&asunto=%00", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"basura", "multipart/form-data"),
        (b"basura", "multipart/form-data; boundary="),
        (b"basura", "multipart/form-data; boundary=" + "x" * 500),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (PART + b'name="documento"; filename="a"\r\n\r\n', "multipart/form-data; boundary=x"),
        (PART + b'filename="a"\r\n\r\nq\r\n--x--', "multipart/form-data; boundary=x"),
        (
            PART + b'name="nombre"\r\nContent-Type: text/plain; charset=nada\r\n\r\n\xff\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"a" * 2_000_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(20_000)), "application/x-www-form-urlencoded"),
    ],
    ids=range(13),
)
def test_any_body_is_answered(visitor: Visitor, path: str, body: bytes, content_type: str) -> None:
    response = visitor.client.post(path, data=body, content_type=content_type)
    assert 400 <= response.status_code < 500
    assert "<h1>" in response.text


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999", "5"])
def test_any_declared_length_is_answered(visitor: Visitor, length: str) -> None:
    response = visitor.client.open(
        "/presentar/en-una-pagina",
        method="POST",
        input_stream=io.BytesIO(b"--x\r\n"),
        content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": length},
    )
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW"])
def test_an_unexpected_method_is_a_405_with_a_way_on(visitor: Visitor, method: str) -> None:
    for path in ("/", "/presentar/en-una-pagina", "/verificar", "/v/AAAA"):
        response = visitor.client.open(path, method=method)
        assert response.status_code == 405
        assert "Esta acción no existe aquí" in response.text
        assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/nada",
            "/presentado/",
            "/presentado/x",
            "/presentado/%00",
            "/seguimiento/%FF",
            "/tramites/%00",
            "/tramites/x",
        ),
        *("/presentado/OP-2026-000001-0/documentos/abc", "/presentado/OP-2026-000001-0/documentos/-1"),
        *(
            "/aviso-de-privacidad/..%2F..%2Fsecreto.txt",
            "/aviso-de-privacidad/x.txt",
            "/static/..%2fapp.py",
            "/static/",
        ),
        "/" + "a" * 9000,
    ],
)
def test_an_absent_page_is_a_404_with_a_way_on(visitor: Visitor, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 404
    assert "Ir al inicio" in response.text


@pytest.mark.parametrize("query", ["tramite=%00", "tramite=" + "x" * 5000, "tramite=%FF", "tramite[]=1", "tramite"])
def test_any_query_is_answered(visitor: Visitor, query: str) -> None:
    assert visitor.get(f"/presentar/en-una-pagina?{query}").status_code == 200


@pytest.mark.parametrize("cookie", ["basura", "e30.x.y", "\x00", "a" * 5000, ".eJx.x.x"])
def test_any_cookie_is_answered(visitor: Visitor, cookie: str) -> None:
    for path in ("/presentar/en-una-pagina", "/seguimiento", "/presentado/OP-2026-000001-0"):
        headers = {"Cookie": f"oficialia={cookie}"}
        assert visitor.app.test_client(use_cookies=False).get(path, headers=headers).status_code < 500


def _files() -> Iterator[tuple[str, Any]]:
    yield "files where text goes", MultiDict([("nombre", File(b"x").part()), ("asunto", File(b"y").part())])
    yield "text where a file goes", MultiDict([("principal", "x"), ("anexo-0", "y"), ("forma", "pdf")])
    yield "a field many times", MultiDict([("nombre", "a"), ("nombre", "b"), ("persona", "x"), ("persona", "fisica")])
    yield "a thousand files", MultiDict([(f"anexo-{n}", File(b"x").part()) for n in range(999)])
    yield "many parts", MultiDict([(f"x{n}", "x") for n in range(1500)])
    yield "two files in one anexo", MultiDict([("anexo-0", File(b"x").part()), ("anexo-0", File(b"y").part())])
    yield "odd names", MultiDict([("anexo-0", File(b"x", "\u202e../\x01.pdf").part()), ("anexo--1", File(b"y").part())])


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in _files()])
def test_any_mix_of_parts_is_answered(visitor: Visitor, data: MultiDict[str, Any]) -> None:
    response = visitor.client.post("/presentar/en-una-pagina", data=data, content_type="multipart/form-data")
    assert 400 <= response.status_code < 500
