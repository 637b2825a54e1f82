"""What docs/formatos.md tells a stranger to type proves a real acuse, and fails on a forged one."""

import base64
import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from signing.acuse_pdf import acuse_pdf
from signing.identity import SealIdentity
from signing.sandbox import Sandbox
from signing.seal import SealEngine
from signing.timestamp import Timestamper
from signing.trust import load_anchors
from tests.support.acuse_sample import CADENA, acuse

FORMATOS = Path(__file__).parents[3] / "docs" / "formatos.md"


@pytest.fixture(scope="module")
def sealed_acuse(
    development_pki: Path, responders: str, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder as a stranger has it: the acuse and the published certificates."""
    folder = tmp_path_factory.mktemp("acuse")
    password = (development_pki / "sello.password").read_text().strip()
    identity = SealIdentity.from_pkcs12(development_pki / "sello.p12", password)
    anchors = load_anchors(development_pki / "anclas")
    timestamper = Timestamper(f"{responders}/tsa", anchors)
    cadena = CADENA.replace("3C91A2B7740F", identity.serial)
    sello = base64.b64encode(identity.sign(cadena.encode())).decode()
    content = acuse()
    content = replace(
        content, seal=replace(content.seal, cadena=cadena, sello=sello, certificate_serial=identity.serial)
    )
    attached = {
        "cadena-original.txt": cadena.encode(),
        "sello.b64": sello.encode(),
        "cadena-original.tsr": timestamper.stamp(cadena.encode()).response_der,
    }
    (folder / "plain.pdf").write_bytes(acuse_pdf(content, attached))
    engine = SealEngine(Sandbox(), identity, timestamper=timestamper, anchors=anchors)
    engine.seal_own(folder / "plain.pdf", folder / "acuse.pdf", reason="Acuse de recibo", at=now)
    for name in ("sello.pem", "emisora.pem", "raiz.pem"):
        shutil.copy(development_pki / name, folder)
    return folder


def commands() -> list[str]:
    """The lines of the document's one shell block."""
    [block] = re.findall(r"```sh\n(.*?)```", FORMATOS.read_text(), re.DOTALL)
    return [line for line in block.splitlines() if line and not line.startswith("#")]


def run(line: str, folder: Path) -> str:
    done = subprocess.run(["sh", "-c", f"{line} 2>&1"], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else f"FAILED {done.stdout}"


@pytest.fixture
def stranger(sealed_acuse: Path, tmp_path: Path, tool: Callable[[str], str]) -> Path:
    tool("openssl")
    tool("pdfdetach")
    return Path(shutil.copytree(sealed_acuse, tmp_path / "extraño"))


def test_the_commands_of_the_document_prove_the_acuse(stranger: Path) -> None:
    said = {line: run(line, stranger) for line in commands()}
    assert not [line for line, answer in said.items() if answer.startswith("FAILED")]
    everything = "\n".join(said.values())
    assert "sello.pem: OK" in everything
    assert "Verified OK" in everything
    assert "Verification: OK" in everything
    serial = said["openssl x509 -in sello.pem -noout -serial"].strip().removeprefix("serial=")
    assert said["tail -c 80 cadena-original.txt"].endswith(f"|{serial}||")


def test_the_commands_refuse_a_cadena_with_one_character_changed(stranger: Path) -> None:
    extract, *others = commands()
    run(extract, stranger)
    cadena = stranger / "cadena-original.txt"
    cadena.write_text(cadena.read_text().replace("17:42:07", "17:42:06"))
    said = {line: run(line, stranger) for line in others}
    refused = [line for line, answer in said.items() if answer.startswith("FAILED")]
    assert [line.split()[1] for line in refused] == ["dgst", "ts"]


def test_the_seal_of_the_acuse_covers_it_whole(stranger: Path, tool: Callable[[str], str]) -> None:
    said = run(f"{tool('pdfsig')} -nocert acuse.pdf", stranger)
    assert "Signature is Valid" in said
    assert "Total document signed" in said


def test_the_sealed_acuse_begins_with_the_typeset_one(stranger: Path) -> None:
    plain = (stranger / "plain.pdf").read_bytes()
    assert (
        hashlib.sha256((stranger / "acuse.pdf").read_bytes()[: len(plain)]).digest() == hashlib.sha256(plain).digest()
    )
