"""The demo's browser reads pages as browsers do."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from oficialia.embedded.browser import Browser

PAGE = """<!doctype html><title>Presentar</title>
<form action="/buscar"><input name="q" value="nada"></form>
<form method="post" action="/enviar" enctype="multipart/form-data">
<input type="hidden" name="csrf_token" value="a&amp;b">
<input name="nombre"><input type="checkbox" name="acepta" value="y"><input type="checkbox" name="aviso" checked>
<input type="radio" name="forma" value="texto" checked><input type="radio" name="forma" value="pdf">
<select name="destino"><option value="">Elija</option><optgroup label="Áreas"><option value="area:OP">Oficialía
 de Partes</option></optgroup></select>
<select name="tipo"><option>uno</option><option selected>dos</option></select>
<textarea name="peticion">Hola</textarea>
<input type="file" name="principal"><input type="file" name="anexo-0">
<button name="boton" value="no">Enviar</button></form>
<p><a href="documentos/7">Descargar <strong>acuse</strong></a></p>"""


class Site(BaseHTTPRequestHandler):
    """Gives the page, a file, and what it was sent."""

    received = b""

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path.startswith("/documentos/"):
            self.send_header("Content-Disposition", "attachment; filename=acuse.pdf")
        self.end_headers()
        self.wfile.write(b"%PDF" if self.path.startswith("/documentos/") else PAGE.encode())

    def do_POST(self) -> None:
        type(self).received = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(303)
        self.send_header("Location", "/listo")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_form_holds_what_would_be_sent_untouched(site: str) -> None:
    form = Browser().open(f"{site}/presentar/en-una-pagina").form_with("csrf_token")
    assert form.method == "POST"
    assert dict(form.fields) == {
        "csrf_token": "a&b",
        "nombre": "",
        "aviso": "on",
        "forma": "texto",
        "destino": "",
        "tipo": "dos",
        "peticion": "Hola",
    }
    assert form.file_fields == ["principal", "anexo-0"]
    assert ("area:OP", "Oficialía\n de Partes") in form.options["destino"]


def test_a_page_without_the_form_is_named(site: str) -> None:
    with pytest.raises(LookupError, match="no tiene un formulario con «clave»"):
        Browser().open(site).form_with("clave")


def test_links_are_absolute_with_their_words(site: str) -> None:
    assert Browser().open(f"{site}/presentado").links == [(f"{site}/documentos/7", "Descargar acuse")]


def test_files_are_sent_as_parts_and_the_redirection_is_followed(site: str, tmp_path: Path) -> None:
    browser, file = Browser(), tmp_path / "escrito.pdf"
    file.write_bytes(b"%PDF-1.7")
    page = browser.open(site)
    answer = browser.send(page, page.form_with("csrf_token"), {"forma": "pdf", "acepta": "y"}, {"principal": file})
    assert answer.url == f"{site}/listo"
    assert Site.received.count(b'name="forma"') == 1
    assert b'name="principal"; filename="escrito.pdf"' in Site.received
    assert b'name="anexo-0"; filename=""' in Site.received
    assert b'name="boton"' not in Site.received


def test_a_download_is_saved_under_its_own_name(site: str, tmp_path: Path) -> None:
    saved = Browser().download(f"{site}/documentos/7", tmp_path, "documento.pdf")
    assert (saved.name, saved.read_bytes()) == ("acuse.pdf", b"%PDF")
