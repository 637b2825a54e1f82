"""`oficialia demo`: the whole way of a petition, over HTTP, on real parts, with what came out checked.

1. The office starts.  2. María signs her petition with her test e.firma.  3. A browser files it.  4. The browser waits
for the acuse.  5. It downloads both PDFs.  6. Their signatures are checked.  7. Everything stops.
"""

import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import requests

from oficialia.clock import now
from oficialia.domain.plazos import ZONE
from oficialia.embedded.browser import Browser, Page
from oficialia.embedded.demo_petition import ASUNTO, NAME, make_petition
from oficialia.embedded.installation import base_environment, is_busy
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.embedded.process import Program, spawn, stop
from signing.sandbox import Sandbox
from signing.trust import load_anchors
from signing.verify import SignatureFinding, examine

ACUSE_SECONDS = 90.0
POLL_SECONDS = 0.5
# Our own stop takes less; then the office's guard ends what is left.
STOP_SECONDS = 60.0
TAIL_LINES = 15
FOLIO = re.compile(r"OP-\d{4}-\d{6,}-[0-9A-Z]")
CADENA = "cadena-original.txt"
Say = Callable[[str], None]


class DemoFailed(Exception):
    """The demo did not reach its end; the message says what to do, `log` which log tells more."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


@dataclass(frozen=True)
class Office:
    """The office that was started."""

    folder: Path
    url: str


def run(folder: Path, *, say: Say) -> int:
    """Run the demo; its exit status."""
    began = time.monotonic()
    folder = folder.resolve()
    if is_busy(folder):
        folder = folder.with_name(f"{folder.name}-aparte")
        say(f"Ya hay una oficina funcionando; esta demostración usa {folder}")
    try:
        with _office(folder, say) as office:
            lines = _file_and_check(office, say)
    except (DemoFailed, LookupError, requests.RequestException, OSError) as fault:
        _explain(folder, fault, say)
        return 1
    say("\n".join(["", *lines, f"Demostración completa en {time.monotonic() - began:.1f} s."]))
    return 0


@contextmanager
def _office(folder: Path, say: Say) -> Iterator[Office]:
    [port] = free_ports(1)
    argv = (sys.executable, "-m", "oficialia.cli", "correr", f"--carpeta={folder}", f"--puerto={port}", "--callado")
    process = spawn(Program("oficina", argv, base_environment(folder)), subprocess.PIPE)
    try:
        _wait_for_office(process, say)
        yield Office(folder, f"http://{LOOPBACK}:{port}")
    finally:
        stop([process], seconds=STOP_SECONDS)
        say("Servicios y procesos detenidos.")


def _wait_for_office(process: subprocess.Popen[bytes], say: Say) -> None:
    output = process.stdout
    assert output  # noqa: S101 - asked for above
    for raw in output:
        line = raw.decode(errors="replace").rstrip()
        say(f"  {line}")
        if line.startswith("Listo: "):
            threading.Thread(target=lambda: shutil.copyfileobj(output, _Nowhere()), daemon=True).start()
            return
    raise DemoFailed("La oficina no arrancó. Corrija lo que dice arriba y repita «make demo».")


class _Nowhere:
    """Where the rest of the office's words go; its logs have them."""

    def write(self, block: bytes) -> int:
        """Forget it."""
        return len(block)


def _file_and_check(office: Office, say: Say) -> list[str]:
    work = office.folder / "demo"
    work.mkdir(exist_ok=True)
    petition = work / "peticion-firmada.pdf"
    with _step("Petición firmada con la e.firma de prueba de María", say):
        today = now().astimezone(ZONE)
        make_petition(
            office.folder / "pki", petition, at=today, date_line=f"Chalco, Estado de México, {today:%d/%m/%Y}"
        )
    browser = Browser()
    with _step("Petición presentada por HTTP", say):
        page = _file(browser, office.url, petition)
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
    with _step("Firmas y sellos comprobados", say):
        verdicts = [line for file in files for line in _check(office.folder / "pki" / "anclas", file)]
    return [f"Folio:      {folio}", *_times(files), *verdicts]


def _file(browser: Browser, url: str, petition: Path) -> Page:
    page = browser.open(f"{url}/presentar")
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
    unchecked = f"; sin comprobar: {', '.join(finding.unchecked)}" if finding.unchecked else ""
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


def _explain(folder: Path, fault: Exception, say: Say) -> None:
    say(f"\nLa demostración falló: {fault}")
    log = folder / "log" / f"{getattr(fault, 'log', '') or 'web'}.log"
    if log.exists():
        say(f"Últimas líneas de {log}:")
        for line in log.read_text("utf-8", errors="replace").splitlines()[-TAIL_LINES:]:
            say(f"    {line}")
    say(f"Las bitácoras están en {folder / 'log'}. Para empezar de cero, borre {folder} y repita «make demo».")
