"""Who runs: each engine, made ready; who cannot be had is named with the reason."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import segno

from tests.bench import environments as envs
from tests.bench.engines import Engine, Missing, Program, Server

DRIVERS = "tests.bench.drivers"
FLOOR, OURS, COMPLETE, CLI = "suelo", "oficialia: motor", "oficialia: completo", "pyHanko CLI"
DOCUMENTED = "pyHanko documentado"
WARM, WARM_JIT = 3, 400
"""Documents before the first that counts; the JIT of Java needs some hundreds."""
CONFIGURATION = """\
stamp-styles:
  sello:
    type: qr
    stamp-text: "Oficialía de Partes Digital\\nOP-2026-000123-5\\nRegistrado: %(ts)s"
"""
FIELD = "1/387,713,603,783/Sello"
URL = "https://oficialia.chalco.gob.mx/v/7KQF-M2XD-9PRT-ZB4H"


@dataclass(frozen=True)
class Ground:
    """What every engine is made ready with: where to put things, the PKI, and a small document to warm up on."""

    folder: Path
    pki: Path
    small: Path

    def driver(self, name: str, *arguments: str | Path, python: str | Path = sys.executable) -> Server:
        """A driver of ours in that interpreter, warm."""
        server = Server([python, "-m", f"{DRIVERS}.{name}", self.pki, *arguments])
        return server.warm(self.small, self.folder / "calentamiento.pdf", times=WARM)


def _cli(ground: Ground) -> Engine:
    program = envs.python_of(ground.folder, "pyhanko").with_name("pyhanko")
    configuration = ground.folder / "pyhanko.yml"
    configuration.write_text(CONFIGURATION)

    def command(source: Path, target: Path, visible: bool) -> list[str | Path]:
        shown = ["--style-name", "sello", "--stamp-url", URL] if visible else []
        return [
            program, "--config", configuration, "sign", "addsig", "--use-pades", "--reason", "Recepción",
            "--field", FIELD if visible else "Sello", *shown,
            "pkcs12", "--passfile", ground.pki / "sello.password", source, target, ground.pki / "sello.p12",
        ]  # fmt: skip

    return Program(command, draws=True)


def _pdfsig(ground: Ground) -> Engine:
    """Neither PAdES nor a drawing: this version refuses both with `-add-signature`."""
    program = envs.require_program("pdfsig")
    database = envs.nss_folder(ground.folder, envs.old_store(ground.pki, ground.folder))

    def command(source: Path, target: Path, visible: bool) -> list[str | Path]:
        return [
            program, "-nssdir", f"sql:{database}", "-add-signature", "-nick", envs.NICK, "-reason", "Recepción",
            source, target,
        ]  # fmt: skip

    return Program(command, draws=False)


def _signpdf(ground: Ground) -> Engine:
    store = envs.old_store(ground.pki, ground.folder)
    modules = envs.node_modules(ground.folder)
    driver = envs.HERE / "drivers/signpdf.mjs"
    server = Server(["node", driver, modules, store.path, store.password], draws=False)
    return server.warm(ground.small, ground.folder / "calentamiento.pdf", times=10 * WARM)


def _pdfbox(ground: Ground) -> Engine:
    store = envs.old_store(ground.pki, ground.folder)
    server = Server([*envs.pdfbox(ground.folder), store.path, store.password, _qr(ground.folder)])
    return server.warm(ground.small, ground.folder / "calentamiento.pdf", times=WARM_JIT)


def _qr(folder: Path) -> Path:
    """The QR as an image that is ready, for those who cannot draw one; that is not timed."""
    path = folder / "qr.png"
    segno.make_qr(URL, error="m").save(str(path), scale=4)
    return path


MAKERS: dict[str, Callable[[Ground], Engine]] = {
    FLOOR: lambda ground: ground.driver("floor"),
    OURS: lambda ground: ground.driver("ours", "motor"),
    COMPLETE: lambda ground: ground.driver("ours", "completo"),
    CLI: _cli,
    DOCUMENTED: lambda ground: ground.driver("pyhanko_documented", python=envs.python_of(ground.folder, "pyhanko")),
    "endesive": lambda ground: ground.driver(
        "endesive_documented", _qr(ground.folder), python=envs.python_of(ground.folder, "endesive")
    ),
    "pdfsig": _pdfsig,
    "@signpdf": _signpdf,
    "PDFBox": _pdfbox,
}


def ready(ground: Ground, names: list[str], say: Callable[[str], None]) -> tuple[dict[str, Engine], dict[str, str]]:
    """Each engine of `names` that can be had, and why the others cannot."""
    engines: dict[str, Engine] = {}
    missing: dict[str, str] = {}
    for name in names:
        say(f"  {name}…")
        try:
            engines[name] = MAKERS[name](ground)
        except Missing as reason:
            missing[name] = str(reason)
            say(f"  {name} falta: {reason}")
    return engines, missing
