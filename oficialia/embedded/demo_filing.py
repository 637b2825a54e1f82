"""The demo's steps 2 to 5 and 7: sign, file, wait, download, check."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf

from oficialia.clock import now
from oficialia.domain.plazos import ZONE
from oficialia.embedded import demo_ledger
from oficialia.embedded.browser import Browser, Page
from oficialia.embedded.demo import DemoFailed, Say
from oficialia.embedded.demo_petition import ASUNTO, NAME, make_petition
from signing.examine import examine
from signing.finding import SignatureFinding
from signing.reason import Revocation
from signing.sandbox import Sandbox
from signing.trust import load_anchors

ACUSE_SECONDS = 90.0
POLL_SECONDS = 0.25
FOLIO = re.compile(r"OP-\d{4}-\d{6,}-[0-9A-Z]")
CADENA = "cadena-original.txt"


def file_and_download(folder: Path, url: str, say: Say) -> tuple[str, list[Path]]:
    """Steps 2 to 5: the folio, and both PDFs. Raises DemoFailed, LookupError, OSError."""
    work = folder / "demo"
    work.mkdir(exist_ok=True)
    petition = work / "peticion-firmada.pdf"
    with _step("Petición firmada con la e.firma de prueba de María", say):
        today = now().astimezone(ZONE)
        make_petition(folder / "pki", petition, at=today, date_line=f"Chalco, Estado de México, {today:%d/%m/%Y}")
    browser = Browser()
    with _step("Petición presentada por HTTP", say):
        page = _file(browser, url, petition)
    folio = _folio(page)
    say(f"  Folio: {folio}")
    with _step("Acuse de recibo listo", say):
        page = _wait_for_documents(browser, page.url)
    target = work / folio
    target.mkdir(exist_ok=True)
    with _step("Documentos descargados", say):
        files = [
            browser.download(url, target, f"documento-{number}.pdf") for number, (url, _) in enumerate(_documents(page))
        ]
    return folio, files


def check(folder: Path, folio: str, files: list[Path], say: Say) -> list[str]:
    """Step 7: what to print at the end. Raises DemoFailed when a signature is not as it should be."""
    with _step("Firmas y sellos comprobados", say):
        verdicts = [line for file in files for line in _check(folder / "pki" / "anclas", file)]
    ledger = demo_ledger.proven(folder / "pki" / "libro.politica", files)
    return [f"Folio:      {folio}", *_times(files), ledger, *verdicts]


def _file(browser: Browser, url: str, petition: Path) -> Page:
    page = browser.open(f"{url}/presentar/en-una-pagina")
    if page.status != 200:
        raise DemoFailed(f"El formulario respondió {page.status}.", "web")
    form = page.form_with("asunto")
    destinations = [
        value for value, words in form.options["destino"] if value.endswith(":OP-001") or "petición" in words
    ]
    values = {
        "persona": "fisica",
        "nombre": NAME,
        "destino": destinations[0],
        "asunto": ASUNTO,
        "forma": "pdf",
        "declaracion": "y",
        "privacidad": "y",
    }
    answer = browser.send(page, form, values, {"principal": petition})
    if answer.status != 200 or "/presentado/" not in answer.url:
        raise DemoFailed(f"La petición no se recibió ({answer.status}): {answer.text[:600]}", "web")
    return answer


def _folio(page: Page) -> str:
    found = FOLIO.search(page.text)
    if not found:
        raise DemoFailed("La página de confirmación no muestra el folio.", "web")
    return found[0]


def _documents(page: Page) -> list[tuple[str, str]]:
    return list({url: words for url, words in page.links if "/documentos/" in url}.items())


def _wait_for_documents(browser: Browser, url: str) -> Page:
    until = time.monotonic() + ACUSE_SECONDS
    while time.monotonic() < until:
        page = browser.open(url)
        if any("acuse" in words.lower() for _, words in _documents(page)):
            return page
        time.sleep(POLL_SECONDS)
    raise DemoFailed(f"El acuse no llegó en {ACUSE_SECONDS:.0f} segundos.", "worker")


def _times(files: list[Path]) -> list[str]:
    """Both times, as the cadena original attached to the acuse has them."""
    for file in files:
        with pikepdf.open(file) as pdf:
            if CADENA in pdf.attachments:
                cadena = pdf.attachments[CADENA].get_file().read_bytes().decode()
                received, registered = cadena.strip("|").split("|")[2:4]
                return [f"Recibido:   {received}", f"Registrado: {registered}"]
    raise DemoFailed("El acuse no trae la cadena original.", "worker")


def _check(anchors: Path, file: Path) -> list[str]:
    """The verdict of each signature, ours and pdfsig's. Raises DemoFailed when one is not as it should."""
    with _sandbox() as sandbox:
        findings = examine(sandbox, file, anchors=load_anchors(anchors), at=now())
    bad = [finding for finding in findings if not _good(finding)]
    if not findings or bad or not findings[-1].covers_whole_file:
        raise DemoFailed(f"{file} no tiene los sellos que debe: {bad or findings}")
    lines = [f"{file}", *(f"        {_verdict(finding)}" for finding in findings)]
    if pdfsig := shutil.which("pdfsig"):
        lines.append(f"        pdfsig: {_pdfsig(pdfsig, file, len(findings))} × «Signature is Valid»")
    return lines


def _good(finding: SignatureFinding) -> bool:
    return (
        finding.intact and finding.trusted and finding.modified_after in {"nada", "solo_firmas"} and not finding.problem
    )


def _verdict(finding: SignatureFinding) -> str:
    proven = (
        f"hora probada {finding.proven_time.astimezone(ZONE):%d/%m/%Y %H:%M:%S}"
        if finding.proven_time
        else "sin hora probada"
    )
    unchecked = "" if finding.told.revocation is not Revocation.UNKNOWN else "; sin comprobar: la revocación"
    return f"{finding.holder.name}: íntegra, de una autoridad reconocida, {proven}{unchecked}"


def _pdfsig(pdfsig: str, file: Path, expected: int) -> int:
    output = subprocess.run(
        [pdfsig, "-nocert", str(file)], capture_output=True, text=True, timeout=60, check=False
    ).stdout
    valid = output.count("Signature is Valid")
    if valid != expected:
        raise DemoFailed(f"pdfsig acepta {valid} de {expected} firmas de {file}:\n{output}")
    return valid


@contextmanager
def _sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(require_isolation=False)
    try:
        yield sandbox
    finally:
        sandbox.close()


@contextmanager
def _step(title: str, say: Say) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"  {title}: {time.monotonic() - began:.1f} s")
