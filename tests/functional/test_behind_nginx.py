"""The office as a town runs it: nginx with our example configuration in front, over TLS."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from oficialia.embedded.browser import Browser
from oficialia.embedded.ports import LOOPBACK, free_ports
from tests.functional.conftest import running_office
from tests.support.filing import Office, file, values
from tests.support.nginx import Nginx, running_nginx
from tests.support.processes import eventually
from tests.support.window import hidden_fields

ONCE = (
    *("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"),
    *("Strict-Transport-Security", "X-Request-ID"),
)
THREADS = 16  # of the Procfile: two processes of eight
OVER = (102 << 20) + 1


@dataclass(frozen=True)
class Site:
    """An office that believes one proxy, and that proxy."""

    office: Office
    nginx: Nginx

    def get(self, path: str, **headers: str) -> requests.Response:
        """Opens a page as a browser of somewhere."""
        url = f"{self.nginx.url}{path}"
        return requests.get(url, headers=headers, verify=str(self.nginx.certificate), timeout=30, allow_redirects=False)

    def lines(self) -> list[dict[str, object]]:
        """What nginx noted."""
        return [json.loads(line) for line in self.nginx.log.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]) -> Iterator[Site]:
    """A whole office behind nginx."""
    tool("nginx")
    [tls_port] = free_ports(1)
    settings = {"PUBLIC_URL": f"https://localhost:{tls_port}", "TRUSTED_PROXIES": "1"}
    with running_office(tmp_path_factory.mktemp("oficina-nginx"), **settings) as office:
        web_port = int(office.url.rsplit(":", 1)[1])
        folder = tmp_path_factory.mktemp("nginx")
        with running_nginx(folder, tool, web_port=web_port, tls_port=tls_port) as nginx:
            yield Site(office, nginx)


@pytest.fixture
def trusted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser of these tests believes the site's certificate."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(site.nginx.certificate))


@pytest.mark.usefixtures("trusted")
def test_a_filing_goes_through_and_comes_back_sealed(site: Site, tmp_path: Path) -> None:
    filed = file(
        Office(site.nginx.url, site.office.folder), values(forma="texto", peticion="Solicito que reparen el bache."), {}
    )
    assert filed.page.url == f"{site.nginx.url}/presentado/{filed.folio}"
    assert {"acuse", "sellado"} <= set(filed.documents(tmp_path))


@pytest.mark.usefixtures("trusted")
def test_the_id_that_nginx_gives_is_in_our_answer_and_in_our_log(site: Site) -> None:
    page = Browser().open(f"{site.nginx.url}/tramites")
    # Each notes a request only after its answer is on its way.
    assert eventually(lambda: page.request_id in [line["request_id"] for line in site.lines()])
    log = site.office.folder / "log/web.log"
    assert eventually(lambda: page.request_id in log.read_text("utf-8"))


def test_what_the_visitor_says_of_itself_is_not_believed(site: Site) -> None:
    forged = "a" * 32
    answer = site.get("/", **{"X-Request-ID": forged, "X-Forwarded-For": "10.9.8.7", "X-Forwarded-Host": "malo.mx"})
    assert answer.headers["X-Request-ID"] != forged
    assert "malo.mx" not in answer.text


@pytest.mark.parametrize("path", ["/", "/no-existe", "/static/site.css", "/static/no-existe.css", "/avisos/413.html"])
def test_each_header_of_safety_is_there_once(site: Site, path: str) -> None:
    connection = site.nginx.connection()
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    for name in ONCE:
        assert len(answer.msg.get_all(name) or []) == 1, name
    assert answer.status == (404 if "no-existe" in path or "avisos" in path else 200)
    assert answer.status == 200 or "No encontramos esta página" in text
    assert "nginx" not in (answer.getheader("Server") or "").replace("nginx", "", 1)


def test_static_files_are_kept_by_the_browser_only_when_their_address_tells_their_content(site: Site) -> None:
    named, plain = site.get("/static/site.css?v=0123456789ab"), site.get("/static/site.css")
    assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Cache-Control"] == "no-cache"
    assert named.headers["Content-Type"].startswith("text/css")


def test_plain_http_is_sent_to_tls_and_a_wrong_name_gets_no_answer(site: Site) -> None:
    answer = requests.get(f"http://{LOOPBACK}:{site.nginx.plain_port}/verificar", timeout=30, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://localhost/verificar")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://{LOOPBACK}:{site.nginx.tls_port}/", verify=False, timeout=30)  # noqa: S501


def test_pages_are_not_compressed_because_they_carry_a_secret(site: Site) -> None:
    assert "Content-Encoding" not in site.get("/presentar/en-una-pagina", **{"Accept-Encoding": "gzip"}).headers


def test_styles_and_programs_are_compressed_for_who_has_a_poor_signal(site: Site) -> None:
    for path in ("/static/site.css", "/static/hecho/site.js", "/static/emblema.svg"):
        assert site.get(path, **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_a_body_over_the_limit_is_answered_413_in_spanish_before_it_is_sent(site: Site) -> None:
    with ExitStack() as stack:
        answer = _posting(site.nginx, stack, OVER).getresponse()
        text = answer.read().decode()
    assert answer.status == 413
    assert "Su envío pesa demasiado" in text
    assert "archivos de hasta 25 MB, y 100 MB en total" in text
    assert all(len(answer.msg.get_all(name) or []) == 1 for name in ONCE)
    assert answer.getheader("Retry-After") is None


def test_a_body_just_under_the_limit_is_for_the_window_to_judge(site: Site) -> None:
    connection = site.nginx.connection()
    size = (102 << 20) - 1000
    blocks = (bytes(1 << 20) if left >= 1 << 20 else bytes(left) for left in range(size, 0, -(1 << 20)))
    connection.request(
        "POST", "/presentar/en-una-pagina", blocks, {"Content-Type": "text/plain", "Content-Length": str(size)}
    )
    answer = connection.getresponse()
    assert answer.status == 400
    assert "Revise sus datos" in answer.read().decode()


def test_slow_uploads_hold_no_thread_of_ours(site: Site) -> None:
    with ExitStack() as stack:
        slow = [_posting(site.nginx, stack, 5_000_000) for _ in range(THREADS * 2)]
        for connection in slow:
            connection.send(b"--x\r\n")
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(lambda _: _status(site.office.url), range(THREADS)))
        assert answers == [200] * THREADS
        assert site.get("/presentar/en-una-pagina").status_code == 200
        assert not list((site.office.folder / "transito").glob("envio-*"))


def test_an_upload_that_arrives_slowly_is_answered_like_any_other(site: Site) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="asunto"\r\n\r\nBache\r\n--x--\r\n'
    with ExitStack() as stack:
        connection = _posting(site.nginx, stack, len(body))
        for start in range(0, len(body), 7):
            connection.send(body[start : start + 7])
        answer = connection.getresponse()
        assert answer.status == 400  # no csrf_token: the window read the form
        assert "Revise sus datos" in answer.read().decode()


@pytest.mark.usefixtures("trusted")
def test_a_file_of_a_draft_comes_in_pieces(site: Site) -> None:
    """Each piece arrives whole, even one that nobody said the length of."""
    citizen, url = requests.Session(), site.nginx.url
    begin = citizen.get(f"{url}/presentar?area=OB", timeout=30)
    citizen.post(begin.url, hidden_fields(begin.text) | {"destino": "area:OB"}, headers={"Referer": url}, timeout=30)
    token = hidden_fields(citizen.get(f"{url}/borrador", timeout=30).text)["csrf_token"]
    headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": token, "Referer": url}
    told = {"Upload-Length": "10", "Upload-Metadata": f"slot {b64encode(b'principal').decode()}"}
    made = citizen.post(f"{url}/presentar/archivos", headers=headers | told, timeout=30)
    assert made.status_code == 201
    place = f"{url}{made.headers['Location']}"
    piece = headers | {"Content-Type": "application/offset+octet-stream"}
    for offset, body in ((0, b"hola!"), (5, iter([b"adi", b"os"]))):
        sent = citizen.patch(place, body, headers=piece | {"Upload-Offset": str(offset)}, timeout=30)
        assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, str(offset + 5))
    assert citizen.head(place, headers=headers, timeout=30).headers["Upload-Offset"] == "10"
    assert citizen.delete(place, headers=headers, timeout=30).status_code == 204
    assert made.headers["Location"].rsplit("/", 1)[-1] not in site.nginx.log.read_text("utf-8")


def test_the_log_has_no_address_no_code_and_no_folio(site: Site) -> None:
    site.get("/v/ABCD-EFGH-JKMN-PQRS?clave=SECRETO")
    site.get("/seguimiento/OP-2026-000001-7")
    site.get("/maria-pena")
    text = site.nginx.log.read_text("utf-8")
    for private in ("ABCD", "SECRETO", "OP-2026", "maria", LOOPBACK, "Mozilla", "python-requests"):
        assert private not in text
    assert {"/v", "/seguimiento", "?"} <= {line["page"] for line in site.lines()}
    assert {line["network"] for line in site.lines()} == {"127.0.0.0"}
    assert (site.nginx.folder / "oficialia-fallas.log").read_text("utf-8") == ""


def test_without_the_window_a_sentence_and_when_to_come_back(tool: Callable[[str], str], tmp_path: Path) -> None:
    tool("nginx")
    [nobody] = free_ports(1)
    with running_nginx(tmp_path, tool, web_port=nobody) as nginx:
        answers = [_get(nginx) for _ in range(100)]
    status, headers, text = answers[0]
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "el mismo envío no se registra dos veces" in text
    # burst=60 of the example
    throttled = [(headers, text) for status, headers, text in answers if status == 429]
    assert throttled
    assert all("Hubo demasiados intentos" in text and headers["Retry-After"] == "60" for headers, text in throttled)


def _posting(nginx: Nginx, stack: ExitStack, length: int) -> HTTPConnection:
    """A connection on which the head of a filing was sent, and nothing of its body."""
    connection = nginx.connection()
    stack.callback(connection.close)
    connection.putrequest("POST", "/presentar/en-una-pagina")
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    return connection


def _status(url: str) -> int:
    return requests.get(url, timeout=10).status_code


def _get(nginx: Nginx) -> tuple[int, requests.structures.CaseInsensitiveDict[str], str]:
    answer = requests.get(nginx.url, verify=str(nginx.certificate), timeout=30)
    answer.encoding = "utf-8"
    return answer.status_code, answer.headers, answer.text
