"""Signing with an e.firma in a real browser: the key stays there, and everything that is wrong is told in words.

The browser sends all it sends through a proxy that keeps every byte.
"""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from playwright.sync_api import Browser, Page, Route, sync_playwright

from oficialia.app import create_app
from oficialia.domain.upload import Upload
from oficialia.drafts.draft import Draft
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.runtime import Runtime
from oficialia.services import draft_signing
from signing.revocation import Responders, RevocationClient
from signing.sandbox import Sandbox
from signing.verify import verify
from storage.bucket import Bucket
from tests.support import leaks
from tests.support.chromium import ARGUMENTS, SECONDS
from tests.support.office import TestClock, make_runtime
from tests.support.papers import write_pdf
from tests.support.recording_proxy import Recording, recording_proxy
from tests.support.signing_page import served
from tests.support.window import OPTIONS

PASSWORD = "12345678a"
MARIA = {"persona": "fisica", "nombre": "María Peña Núñez", "rfc": "PENM850101AB2"}


@dataclass(frozen=True)
class Site:
    """An office with the step "firma", and the proxy in front of it."""

    runtime: Runtime
    url: str
    proxy: Recording
    pki: Path

    def citizen(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of somebody of the development PKI."""
        return self.pki / "ciudadanos" / f"{name}.cer", self.pki / "ciudadanos" / f"{name}.key"

    def draft(self, *, pdf: Path | None = None, text: str = "", **who: str) -> Draft:
        """A draft whose main document is a PDF, or typed."""
        drafts = self.runtime.drafts
        draft = drafts.create({"quien": MARIA | who, "que": {"destino": "area:OP"}})
        if pdf is not None:
            copy = Path(shutil.copy(pdf, self.runtime.spool / f"{draft.id}.pdf"))
            data = copy.read_bytes()
            drafts.add(draft.id, "principal", Upload(copy, hashlib.sha256(data).hexdigest(), len(data), "escrito.pdf"))
        way = {"forma": "pdf"} if pdf else {"forma": "texto", "peticion": text}
        return drafts.answer(draft.id, "escrito", {"asunto": "Bache", **way})

    def signed(self, draft: Draft) -> Path | None:
        """The main document as it was signed in the page."""
        file = draft_signing.signed_main(self.runtime.drafts.open(draft.id))
        return file.path if file else None


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, development_pki: Path, responders: str, now: datetime
) -> Iterator[Site]:
    """One for all tests here."""
    folder, sandbox = tmp_path_factory.mktemp("efirma"), Sandbox(require_isolation=False)
    nowhere = Bucket("http://127.0.0.1:1", "nadie", "ninguno-1", bucket="x", region="x")
    made = make_runtime(
        f"sqlite:///{folder / 'oficialia.db'}", bucket=nowhere, sandbox=sandbox, pki=development_pki,
        spool=folder / "transito", clock=TestClock(now),
    )  # fmt: skip
    asked = RevocationClient(Responders((f"{responders}/ocsp",)), made.anchors)
    [port] = free_ports(1)
    url = f"http://{LOOPBACK}:{port}"
    runtime = replace(made, revocation=asked, labels=replace(made.labels, public_url=url))
    with served(create_app(runtime, OPTIONS), port), recording_proxy() as proxy:
        yield Site(runtime, url, proxy, development_pki)
    sandbox.close()


@pytest.fixture(scope="module")
def browser(site: Site, tool: Callable[[str], str]) -> Iterator[Browser]:
    """Chromium that has no way out but the proxy."""
    with sync_playwright() as playwright:
        through = {"server": site.proxy.url, "bypass": "<-loopback>"}
        started = playwright.chromium.launch(executable_path=tool("chromium"), args=ARGUMENTS, proxy=through)  # type: ignore[arg-type]
        yield started
        started.close()


def work_on(page: Page, site: Site, draft: Draft) -> None:
    """Opens the step with this draft."""
    page.goto(f"{site.url}/prueba/{draft.id}")
    page.goto(f"{site.url}/presentar/firma/aqui")


def sign(page: Page, certificate: Path, key: Path, password: str = PASSWORD) -> None:
    """Gives the three things and presses the button."""
    page.set_input_files("#efirma-certificado", certificate)
    page.set_input_files("#efirma-archivo", key)
    page.fill("#efirma-contrasena", password)
    page.click("[data-firmar]")


def told(page: Page) -> str:
    """The fault that the page tells."""
    page.wait_for_selector("#efirma [role=alert]:visible", timeout=60 * SECONDS)
    return page.inner_text("#efirma [role=alert]")


def remember(page: Page, pdf: Path) -> None:
    """As the step before did when the file was chosen."""
    data = pdf.read_bytes()
    kept = f'{{"sha256": "{hashlib.sha256(data).hexdigest()}", "size": {len(data)}}}'
    page.evaluate("kept => sessionStorage.setItem('elegido:principal', kept)", kept)


def done(page: Page) -> None:
    """Waits until the page tells who signed."""
    page.wait_for_selector("text=Su escrito está firmado", timeout=60 * SECONDS)


def test_a_pdf_is_signed_and_nothing_of_the_key_ever_leaves_the_browser(
    page: Page, site: Site, tmp_path: Path, judged: Callable[[Path], None]
) -> None:
    pdf = write_pdf(tmp_path / "escrito.pdf")
    draft = site.draft(pdf=pdf)
    before, asked = len(site.proxy.sent), []
    page.context.on("request", lambda request: asked.append(request.url))
    work_on(page, site, draft)
    remember(page, pdf)
    sign(page, *site.citizen("maria"))
    done(page)
    assert "MARÍA PEÑA NÚÑEZ" in page.inner_text("#efirma")

    signed = site.signed(draft)
    assert signed is not None and signed.read_bytes().startswith(pdf.read_bytes())
    judged(signed)
    [signature] = verify(site.runtime.sandbox, signed, anchors=site.runtime.anchors, at=site.runtime.clock()).signatures
    assert (signature.holder.rfc, signature.trusted, signature.covers_whole_file) == ("PENM850101AB2", True, True)

    assert all(url.startswith(site.url) for url in asked)
    mine = [each for each in site.proxy.sent[before:] if each.url.startswith(site.url)]
    assert {each.url for each in mine} <= set(asked) | {f"{site.url}/favicon.ico"}
    written = [each.url.removeprefix(site.url) for each in mine if each.method != "GET"]
    assert written == ["/presentar/firma/preparar", "/presentar/firma/terminar"]
    secrets, words = all_that_is_secret(site)
    for each in site.proxy.sent:
        whole = f"{each.method} {each.url}\n{each.headers}".encode() + b"\n" + each.body
        assert not leaks.found(whole, secrets, words), each.url


def all_that_is_secret(site: Site) -> tuple[set[bytes], tuple[bytes, ...]]:
    """Every window of the .key, of what is in it, and of what is derived from the password; and the password itself.
    Modulus and exponent stand in the certificate, and are no secret."""
    certificate, file = (path.read_bytes() for path in site.citizen("maria"))
    key = load_der_private_key(file, PASSWORD.encode())
    assert isinstance(key, RSAPrivateKey)
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    numbers = key.private_numbers()
    parts = [numbers.p, numbers.q, numbers.d, numbers.dmp1, numbers.dmq1, numbers.iqmp]
    secret = [file, plain, hashlib.sha256(file).digest(), hashlib.sha256(plain).digest()]
    secret += [number.to_bytes(256, order).strip(b"\0") for number in parts for order in ("big", "little")]
    for spelt in (PASSWORD.encode(), PASSWORD.encode("utf-16-le")):
        secret += [
            hashlib.new(name, spelt, usedforsecurity=False).digest() for name in ("md5", "sha1", "sha256", "sha512")
        ]
    secret += [hashlib.pbkdf2_hmac(name, PASSWORD.encode(), _salt(file), 2048, 64) for name in ("sha1", "sha256")]
    known = leaks.windows(certificate)
    return set().union(*map(leaks.windows, secret)) - known, (PASSWORD.encode(),)


def _salt(file: bytes) -> bytes:
    """The salt of PBKDF2: the first octet string of a PBES2 file."""
    at = file.index(bytes.fromhex("2a864886f70d01050c"))
    return file[at + 13 :][: file[at + 12]]


def test_the_search_for_secrets_finds_them_in_every_form(page: Page, site: Site) -> None:
    """A test of the test: a page that does send the key is caught."""
    secrets, words = all_that_is_secret(site)
    key = site.citizen("maria")[1].read_bytes()
    work_on(page, site, site.draft(text="Pido agua."))
    piece = list(key[700:760])
    for form in (
        "Uint8Array.from(b)",
        "b.map(x => x.toString(16).padStart(2, '0')).join('')",
        "JSON.stringify({x: btoa(' ' + String.fromCharCode(...b))})",
        "btoa(String.fromCharCode(...b)).replaceAll('+', '-').replaceAll('/', '_')",
        "b.map(x => '%' + x.toString(16).padStart(2, '0')).join('')",
        f"'clave={PASSWORD}'",
    ):
        page.evaluate(f"b => fetch('/nada', {{method: 'POST', body: {form}}})", piece)
        [caught] = [each for each in site.proxy.sent if each.url.endswith("/nada")]
        site.proxy.sent.remove(caught)
        assert leaks.found(caught.body, secrets, words), form
    assert not leaks.found(site.citizen("maria")[0].read_bytes(), secrets, words)


def test_the_room_of_the_key_can_reach_nothing(page: Page, site: Site) -> None:
    work_on(page, site, site.draft(text="Pido agua."))
    address = page.get_attribute("[data-efirma]", "data-llave")
    policy = requests.get(f"{site.url}{address}", timeout=10).headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'"
    # A program served so, in a worker of this very page.
    page.route("**/*.js?prueba", lambda route: route.fulfill(
        content_type="text/javascript", headers={"Content-Security-Policy": policy},
        body="fetch('/salud/viva').then(() => postMessage('salió'), () => postMessage('no pudo'))",
    ))  # fmt: skip
    said = page.evaluate(
        "() => new Promise(r => { new Worker('/static/hecho/x.js?prueba').onmessage = ({data}) => r(data) })"
    )
    assert said == "no pudo"


def test_typed_text_is_shown_as_the_pdf_that_will_be_signed(page: Page, site: Site) -> None:
    draft = site.draft(text="Pido que reparen el bache.")
    work_on(page, site, draft)
    sign(page, *site.citizen("maria"))
    page.wait_for_selector("[data-si]:visible", timeout=60 * SECONDS)
    assert site.signed(draft) is None
    assert str(page.get_attribute(".hecho a", "href")).startswith("blob:")
    page.click("[data-si]")
    done(page)
    assert site.signed(draft) is not None


def test_the_page_of_one_draft_signs_nothing_of_another_that_was_begun_since(page: Page, site: Site) -> None:
    work_on(page, site, site.draft(text="Pido que reparen el bache."))
    other = site.draft(text="Me desisto.")
    page.evaluate("path => fetch(path).then(answer => answer.status)", f"/prueba/{other.id}")  # in another window
    sign(page, *site.citizen("maria"))
    assert "es de otro escrito" in told(page)
    assert site.runtime.drafts.open(other.id).in_slot("por-firmar") == ()


def test_who_does_not_recognise_it_signs_nothing(page: Page, site: Site) -> None:
    draft = site.draft(text="Pido que reparen el bache.")
    work_on(page, site, draft)
    sign(page, *site.citizen("maria"))
    page.click("[data-no]", timeout=60 * SECONDS)
    assert "No se firmó nada" in told(page)
    assert site.signed(draft) is None


def test_a_browser_that_does_not_know_the_file_asks_for_it_and_takes_no_other(
    page: Page, site: Site, tmp_path: Path
) -> None:
    pdf, other = write_pdf(tmp_path / "escrito.pdf"), write_pdf(tmp_path / "otro.pdf")
    other.write_bytes(other.read_bytes() + b"\n")
    draft = site.draft(pdf=pdf)
    work_on(page, site, draft)
    sign(page, *site.citizen("maria"))
    assert "Elija otra vez el PDF de su escrito" in told(page)
    page.set_input_files("#efirma-documento", other)
    sign(page, *site.citizen("maria"))
    page.wait_for_selector("[role=alert]:has-text('no es igual al que subió')")
    page.set_input_files("#efirma-documento", pdf)
    sign(page, *site.citizen("maria"))
    done(page)
    assert site.signed(draft) is not None


def with_a_stream(added: bytes) -> bytes:
    """An increment that shows something, with its ByteRange made to fit."""
    drawn = b"9 0 obj\n<</Length 3>>\nstream\n0 g\nendstream\nendobj\n"
    longer = added.replace(b"xref\n0 ", drawn + b"xref\n0 ", 1)
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", longer)
    assert found
    fitting = b"/ByteRange [0 %s %s %d]" % (found[1], found[2], int(found[3]) + len(drawn))
    return longer.replace(found[0] + b" " * (len(fitting) - len(found[0])), fitting, 1)


@pytest.mark.parametrize("what", ["another file", "one byte", "a second signature", "something drawn", "the gap"])
def test_the_page_refuses_to_sign_anything_else(page: Page, site: Site, tmp_path: Path, what: str) -> None:
    pdf = write_pdf(tmp_path / "escrito.pdf")
    draft = site.draft(pdf=pdf)
    work_on(page, site, draft)
    remember(page, pdf)

    def forged(content: bytes) -> bytes:
        size = pdf.stat().st_size
        added = content[size:]
        return {
            "another file": content.replace(b"/MediaBox", b"/MediaBoy", 1),
            "one byte": content[:100] + bytes([content[100] ^ 1]) + content[101:],
            "a second signature": content + added,
            "something drawn": content[:size] + with_a_stream(added),
            "the gap": content.replace(b"<0000", b"<00A0"),
        }[what]

    def change(route: Route) -> None:
        content = draft_signing.prepared(site.runtime.drafts.open(draft.id)).path.read_bytes()
        changed = forged(content)
        assert changed != content
        route.fulfill(content_type="application/pdf", body=changed)

    page.route("**/presentar/firma/documento", change)
    sign(page, *site.citizen("maria"))
    assert "no es exactamente el suyo" in told(page)
    assert site.signed(draft) is None


def test_a_program_that_was_changed_on_the_way_is_not_run(page: Page, site: Site) -> None:
    work_on(page, site, site.draft(text="Pido agua."))
    page.route(
        "**/efirma-llave.js*",
        lambda route: route.fulfill(content_type="text/javascript", body="postMessage({signature: 'robada'})"),
    )
    sign(page, *site.citizen("maria"))
    assert "falla de la página" in told(page)


@pytest.mark.parametrize("way", ["no line", "a proxy alone"])
def test_what_the_line_keeps_from_happening_is_no_fault_of_the_page(page: Page, site: Site, way: str) -> None:
    work_on(page, site, site.draft(text="Pido agua."))

    def kept(route: Route) -> None:
        if way == "no line":
            route.abort()
        else:
            route.fulfill(status=503, content_type="text/html", body="<!doctype html><title>Vuelva</title>")

    page.route("**/presentar/firma/preparar", kept)
    sign(page, *site.citizen("maria"))
    assert ("No hay conexión" if way == "no line" else "La oficina no responde") in told(page)


def test_what_is_wrong_with_key_or_password_is_told_and_the_office_hears_nothing_of_it(
    page: Page, site: Site, tmp_path: Path
) -> None:
    draft = site.draft(text="Pido agua.")
    work_on(page, site, draft)
    certificate, key = site.citizen("maria")
    damaged, plain, text = tmp_path / "danada.key", tmp_path / "abierta.key", tmp_path / "nota.key"
    damaged.write_bytes(key.read_bytes()[:-200])
    opened = load_der_private_key(key.read_bytes(), PASSWORD.encode())
    plain.write_bytes(opened.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    text.write_text("hola")
    broken = tmp_path / "danado.cer"
    broken.write_bytes(certificate.read_bytes()[:-300])
    before = len(site.proxy.sent)
    for case, words in (
        ((certificate, key, "otra"), "La contraseña no es la de esta llave"),
        ((certificate, key, ""), "Escriba la contraseña"),
        ((certificate, site.citizen("empresa")[1], PASSWORD), "no es la llave de este .cer"),
        ((certificate, damaged, PASSWORD), "El archivo .key está dañado"),
        ((certificate, text, PASSWORD), "El archivo .key está dañado"),
        ((certificate, plain, PASSWORD), "no tiene contraseña"),
        ((broken, key, PASSWORD), "El archivo .cer está dañado"),
        ((key, certificate, PASSWORD), "al revés"),
    ):
        sign(page, *case)
        page.wait_for_selector(f"#efirma [role=alert]:has-text('{words}')", timeout=30 * SECONDS)
        assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "efirma-error"
    assert {each.method for each in site.proxy.sent[before:] if each.url.startswith(site.url)} <= {"GET"}


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("csd", "sello digital (CSD)"),
        ("vencida", "está vencida desde el"),
        ("revocada", "fue revocada el"),
        ("empresa", "es de EMPRESA DE EJEMPLO SA DE CV (RFC EDE200101AB0), y quien presenta es María Peña Núñez"),
    ],
)
def test_a_certificate_that_may_not_sign_is_told_by_what_is_wrong_with_it(
    page: Page, site: Site, who: str, words: str
) -> None:
    draft = site.draft(text="Pido agua.")
    work_on(page, site, draft)
    sign(page, *site.citizen(who))
    assert words in told(page)
    assert site.signed(draft) is None


SAT = "cert/sat-certs/SAT-CFDI+python-satcfdi/csd"


def of_sat(corpus: Path) -> list[tuple[Path, str]]:
    """The certificates of SAT's public test e.firmas and CSDs that have their key, and what is to be told of each."""
    found = sorted((corpus / SAT).rglob("*.cer"))
    return [
        (each, "sello digital (CSD)" if "_csd" in each.stem else "está vencida desde el")
        for each in found
        if each.with_suffix(".key").exists()
    ]


def judge_those_of_sat(page: Page, site: Site, cases: list[tuple[Path, str]]) -> None:
    assert cases
    work_on(page, site, site.draft(text="Pido agua."))
    for certificate, words in cases:
        page.reload()
        sign(page, certificate, certificate.with_suffix(".key"))
        assert words in told(page), certificate.name


def test_sats_own_test_efirma_is_expired_and_its_csd_is_told_for_what_it_is(
    page: Page, site: Site, corpus: Path
) -> None:
    cases = of_sat(corpus)
    kinds = {words: (path, words) for path, words in cases}
    judge_those_of_sat(page, site, list(kinds.values()))


@pytest.mark.thorough
@pytest.mark.slow
def test_each_of_sats_test_keys_opens_and_is_told_for_what_it_is(page: Page, site: Site, corpus: Path) -> None:
    judge_those_of_sat(page, site, of_sat(corpus))


def test_a_key_under_aes_opens_too(page: Page, site: Site, tmp_path: Path) -> None:
    certificate, key = site.citizen("maria")
    opened, password = load_der_private_key(key.read_bytes(), PASSWORD.encode()), "contraseña con ñ"
    modern = tmp_path / "nueva.key"
    modern.write_bytes(
        opened.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    )
    draft = site.draft(text="Pido agua.")
    work_on(page, site, draft)
    sign(page, certificate, modern, password)
    page.click("[data-si]", timeout=60 * SECONDS)
    done(page)


def test_what_was_signed_counts_while_the_draft_says_the_same(page: Page, site: Site) -> None:
    draft = site.draft(text="Pido agua.")
    work_on(page, site, draft)
    sign(page, *site.citizen("maria"))
    page.click("[data-si]", timeout=60 * SECONDS)
    done(page)
    site.runtime.drafts.answer(draft.id, "escrito", {"asunto": "Agua", "forma": "texto", "peticion": "Pido agua."})
    assert site.signed(draft) is None
    page.reload()
    assert page.is_visible("[data-firmar]")


def test_the_rfc_that_was_left_blank_is_that_of_the_efirma(page: Page, site: Site) -> None:
    draft = site.draft(text="Pido agua.", rfc="")
    work_on(page, site, draft)
    sign(page, *site.citizen("maria"))
    page.click("[data-si]", timeout=60 * SECONDS)
    done(page)
    who = site.runtime.drafts.open(draft.id).answers["quien"]
    assert (who["rfc"], who["curp"]) == ("PENM850101AB2", "PENM850101MMCXXR07")
    assert site.signed(draft) is not None


def open_inbox(page: Page, site: Site, who: str) -> None:
    """Asks for the inbox of somebody's e.firma."""
    page.goto(f"{site.url}/buzon")
    page.click("summary:has-text('Entrar con mi e.firma')")
    sign(page, *site.citizen(who))


def test_the_inbox_opens_to_who_answers_with_their_efirma(page: Page, site: Site) -> None:
    before = len(site.proxy.sent)
    open_inbox(page, site, "maria")
    page.wait_for_selector("main:has-text('PENM')", timeout=60 * SECONDS)
    [answer] = [each for each in site.proxy.sent[before:] if each.method == "POST" and each.url.startswith(site.url)]
    secrets, words = all_that_is_secret(site)
    assert not leaks.found(f"{answer.url}\n{answer.headers}".encode() + answer.body, secrets, words)


def test_no_inbox_opens_to_an_efirma_that_may_not_sign(page: Page, site: Site) -> None:
    open_inbox(page, site, "vencida")
    page.wait_for_selector("#resumen:has-text('está vencida desde el')", timeout=60 * SECONDS)
