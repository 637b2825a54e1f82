"""What the rivals run in: an environment of their own each, outside the product's, from pinned requirements.

Made once under the bench's folder and kept. What cannot be had is told as a sentence, and the bench goes on without.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from tests.bench.engines import Missing

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements"
JARS = ("pdfbox2", "fontbox2", "commons-logging", "bcpkix", "bcprov", "bcutil")
DEBIAN = {
    "pdfsig": ("poppler-utils",),
    "pk12util": ("libnss3-tools",),
    "java": ("default-jdk-headless",),
    "pdfbox": ("libpdfbox2-java", "libbcpkix-java", "libbcprov-java"),
    "node": ("nodejs", "npm"),
}
INSTALL_SECONDS = 300
NICK = "sello"


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run quietly; raises Missing with the last line of what it said when it fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=INSTALL_SECONDS,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Missing(str(fault)) from fault
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(f"{command[0]}: {said[-1] if said else done.returncode}"[:200])


def python_of(folder: Path, name: str) -> Path:
    """The interpreter of a virtual environment with the requirements of that name."""
    place = folder / "entornos" / name
    done = place / ".hecho"
    if not done.exists():
        run(sys.executable, "-m", "venv", "--clear", place)
        wanted = ("--require-hashes", "-r", REQUIREMENTS / f"{name}.txt")
        run(Path(sys.executable).parent / "uv", "pip", "install", "--quiet", "--python", place / "bin/python", *wanted)
        done.touch()
    return place / "bin/python"


def node_modules(folder: Path) -> Path:
    """The folder in which @signpdf is installed."""
    place = folder / "entornos/signpdf"
    done = place / ".hecho"
    if not done.exists():
        require_program("node")
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(REQUIREMENTS / "signpdf" / name, place / name)
        run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=place)
        done.touch()
    return place


def pdfbox(folder: Path) -> list[str]:
    """The command that starts PDFBox's driver, short of its arguments."""
    require_program("javac", "java")
    jars = [Path("/usr/share/java", f"{jar}.jar") for jar in JARS]
    if not all(jar.exists() for jar in jars):
        from_debian("pdfbox")
    path = ":".join(map(str, jars))
    place = folder / "entornos/pdfbox"
    place.mkdir(parents=True, exist_ok=True)
    source = HERE / "drivers/PdfBoxDriver.java"
    run("javac", "-nowarn", "-encoding", "UTF-8", "-d", place, "-cp", path, source)
    return ["java", "-cp", f"{place}:{path}", "PdfBoxDriver"]


def require_program(program: str, package: str = "") -> str:
    """Where that program is; taken from Debian where we are root and it is missing."""
    if not shutil.which(program):
        from_debian(package or program)
    if found := shutil.which(program):
        return found
    raise Missing(f"falta {program}")


def from_debian(what: str) -> None:
    """Install the packages for `what`, where that is possible."""
    packages = DEBIAN[what]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"falta: apt-get install {' '.join(packages)}")
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


@dataclass(frozen=True)
class OldStore:
    """The seal as PKCS#12 with the algorithms of before 2018, which forge and NSS read too."""

    path: Path
    password: str


def old_store(pki: Path, folder: Path) -> OldStore:
    """Made anew from the seal of the PKI."""
    password = (pki / "sello.password").read_text().strip()
    key, certificate, others = pkcs12.load_key_and_certificates((pki / "sello.p12").read_bytes(), password.encode())
    assert isinstance(key, rsa.RSAPrivateKey)
    algorithm = pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC
    protection = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(algorithm).hmac_hash(hashes.SHA1())
    path = folder / "sello-antiguo.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            NICK.encode(), key, certificate, others, protection.build(password.encode())
        )
    )
    return OldStore(path, password)


def nss_folder(folder: Path, store: OldStore) -> Path:
    """A database of NSS with the seal in it, for pdfsig."""
    place = folder / "entornos/nss"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    require_program("pk12util")
    run("certutil", "-N", "-d", f"sql:{place}", "--empty-password")
    run("pk12util", "-i", store.path, "-d", f"sql:{place}", "-W", store.password, "-K", "")
    return place
