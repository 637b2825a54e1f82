"""SAT's certificates can be read in every process: whatever parses certificates has cured the parser before."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("signing", "oficialia", "workers", "storage", "certs")
CURE = "signing.efirma"
PARSERS = ("asn1crypto.x509", "asn1crypto.cms", "asn1crypto.ocsp", "asn1crypto.crl", "asn1crypto.tsp", "asn1crypto.csr",
           "pyhanko.sign", "pyhanko_certvalidator")  # fmt: skip
# What the processes load, before they read any settings.
ENTRIES = ("oficialia.app", "oficialia.cli", "workers.parts", "workers.dispatch", "signing.zygote")


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


KNOWN = dict(modules())


@cache
def imported(name: str) -> frozenset[str]:
    """The modules that one names in its imports, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(KNOWN[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def reaches_the_cure(name: str, seen: set[str]) -> bool:
    seen.add(name)
    ours = {each for each in imported(name) if each in KNOWN}
    return CURE in ours or any(reaches_the_cure(each, seen) for each in ours - seen)


def test_every_module_that_parses_certificates_imports_the_cure() -> None:
    parsing = [name for name in KNOWN if any(each.startswith(PARSERS) for each in imported(name))]
    assert len(parsing) > 20
    bare = {name for name in parsing if name != CURE and not reaches_the_cure(name, set())}
    assert bare == set()


SCRIPT = """
import importlib, sys
importlib.import_module(sys.argv[1])
parsing = [name for name in sys.modules if name in ("asn1crypto.x509", "pyhanko.sign", "pyhanko_certvalidator")]
assert not parsing or "signing.efirma" in sys.modules, parsing
import signing.trust
from asn1crypto import x509
assert "PENM850101AB2" in str(x509.Certificate.load(open(sys.argv[2], "rb").read()).subject.native)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_process_reads_a_certificate_of_sat(entry: str, development_pki: Path) -> None:
    certificate = development_pki / "ciudadanos" / "maria.cer"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, entry, str(certificate)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
