"""The checker of acuses, as a person uses it: one file, opened from a disk in a real browser, without network."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from oficialia.embedded.seaweed import SeaweedFS
from oficialia.services import checker
from signing.identity import SealIdentity
from signing.sandbox import Sandbox
from signing.seal import SealEngine
from signing.tlog_policy import TlogPolicy
from tests.support.acuses_on_disk import Issued, forgeries, issued, other_log
from tests.support.authorities import serving
from tests.support.chromium import ARGUMENTS
from tests.support.office import TestClock, make_runtime
from tests.support.shadows import TRICKS

GOOD, DOUBTFUL = "El acuse es auténtico", "El acuse es auténtico; falta comprobar algo"
BAD = "No se puede dar por bueno"
CHANGED = "Alguien cambió este archivo después de que se selló."
ADDED = "Alguien agregó algo a este archivo después de que se selló."
SHAPE = "No tiene la forma de un acuse de esta oficina, o está dañado."
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def made(
    s3: SeaweedFS, development_pki: Path, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Issued]:
    """One filing, some hours ago: pyHanko asks the real clock when it looks back."""
    folder, sandbox = tmp_path_factory.mktemp("acuses"), Sandbox()
    bucket, clock = s3.bucket("comprobador"), TestClock(now - timedelta(hours=6))
    bucket.ensure(retention_days=0)
    url = f"sqlite:///{folder / 'oficialia.db'}"
    runtime = make_runtime(
        url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=folder / "spool", clock=clock
    )
    with (
        serving(development_pki, clock) as (responders, _),
        issued(runtime, clock, development_pki, responders, folder) as done,
    ):
        yield done
    runtime.database.close()
    sandbox.close()


@pytest.fixture(scope="module")
def forged(made: Issued, development_pki: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a forger has made of it; one has a seal of the same authority."""
    person = development_pki / "ciudadanos/maria"
    identity = SealIdentity.from_pkcs12(person.with_suffix(".p12"), person.with_suffix(".password").read_text())
    engine = SealEngine(made.runtime.sandbox, identity, timestamper=None, anchors=made.runtime.anchors)
    return forgeries(made, engine, tmp_path_factory.mktemp("falsos"))


def write(made: Issued, policy: TlogPolicy, folder: Path) -> Path:
    """The checker on a disk."""
    runtime = made.runtime
    path = folder / checker.NAME
    path.write_bytes(checker.make(runtime.database, policy, runtime.labels, runtime.clock()).html)
    return path


@pytest.fixture(scope="module")
def page(
    made: Issued, forged: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str], str]
) -> Iterator[Page]:
    """A telephone without network, with the checker open. What it is shown was made before: a seal and a browser do not
    share a thread."""
    assert forged
    path = write(made, made.policy, tmp_path_factory.mktemp("usb"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tool("chromium"), args=ARGUMENTS)
        context = browser.new_context(viewport=PHONE, locale="es-MX", offline=True)  # type: ignore[arg-type]
        opened = context.new_page()
        complaints: list[str] = []
        addresses: set[str] = set()
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda said: complaints.append(said.text))
        opened.on("request", lambda asked: addresses.add(asked.url[:5]))
        opened.goto(path.as_uri())
        yield opened
        browser.close()
    assert complaints == []
    assert addresses <= {"file:", "blob:"}


def examine(page: Page, file: Path) -> str:
    """The title of the verdict."""
    page.set_input_files("#acuse", file)
    page.wait_for_selector("#resultado:not([hidden])")
    return page.inner_text("#titulo")


def test_a_genuine_acuse_is_good_and_its_values_are_told(page: Page, made: Issued) -> None:
    assert examine(page, made.acuse) == GOOD
    steps = page.inner_text("#pasos")
    assert "El sello cubre el archivo entero." in steps
    assert steps.count("firmado por el libro chalco.example/libro. Lo vieron sus testigos: contraloria (") == 2
    values = page.inner_text("#valores")
    assert "OP-2026-000001-P" in values
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_document_that_goes_with_it_is_known_by_its_digest(page: Page, made: Issued) -> None:
    examine(page, made.acuse)
    for file, told in (
        (made.sealed, "la copia que la oficina selló"),
        (made.acuse, "No es el documento"),
        (made.sealed.with_name("a.pdf"), "el documento que la oficina recibió"),
    ):
        page.set_input_files("#documento", file)
        page.wait_for_selector(f"#comparado:has-text('{told}')")


def test_evidence_for_later_years_does_no_harm(page: Page, made: Issued, tmp_path: Path) -> None:
    assert made.protected.stat().st_size > made.acuse.stat().st_size
    assert examine(page, made.protected) == GOOD
    assert "solo se agregaron pruebas para años futuros" in page.inner_text("#pasos")
    with page.expect_download() as download:
        page.click("#guardar")
    download.value.save_as(tmp_path / "parte.pdf")
    assert (tmp_path / "parte.pdf").read_bytes() == made.acuse.read_bytes()


def test_an_acuse_that_promises_its_proofs_says_so(page: Page, made: Issued) -> None:
    assert examine(page, made.promise) == DOUBTFUL
    assert "promete su prueba del libro" in page.inner_text("#pasos")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("letra", CHANGED),
        ("adjunto", CHANGED),
        ("pegado", ADDED),
        ("cortado", "Este archivo no tiene ningún sello."),
        ("anotado", ADDED),
        ("anotado-protegido", ADDED),
        ("reescrito", "Este archivo no tiene ningún sello."),
        ("reescrito-con-sello", "Alguien rehizo este archivo"),
        ("otro-sello", "Lo selló un certificado que no es de esta oficina."),
        ("recepcion", "No es un acuse de recibo."),
        ("otro-folio", "Su cadena original no es la de este acuse."),
        ("sin-sello", "Este archivo no tiene ningún sello."),
        ("no-pdf", "No es un PDF."),
        *((f"sombra: {trick}", ADDED) for trick in TRICKS),
        ("sombra-protegido", ADDED),
    ],
)
def test_a_forgery_is_told_with_its_reason(page: Page, forged: dict[str, Path], name: str, told: str) -> None:
    assert examine(page, forged[name]) == BAD
    assert told in page.inner_text("#razon")
    assert page.locator("#valores > div").count() == 0


def test_a_ledger_under_another_key_is_told(page: Page, made: Issued, tmp_path: Path) -> None:
    before = page.url
    page.goto(write(made, other_log(made.policy), tmp_path).as_uri())
    assert examine(page, made.acuse) == BAD
    assert "El libro no lleva la firma de esta oficina." in page.inner_text("#razon")
    page.goto(before)


def test_a_browser_without_ed25519_says_what_it_cannot_check(page: Page, made: Issued) -> None:
    page.add_init_script(
        """if (crypto.subtle) { const known = crypto.subtle.importKey.bind(crypto.subtle);
        crypto.subtle.importKey = (format, data, algorithm, ...rest) => algorithm.name === 'Ed25519'
          ? Promise.reject(new DOMException('', 'NotSupportedError')) : known(format, data, algorithm, ...rest); }"""
    )
    page.reload()
    assert examine(page, made.acuse) == DOUBTFUL
    assert "Este navegador no sabe comprobar la firma del libro" in page.inner_text("#pasos")
