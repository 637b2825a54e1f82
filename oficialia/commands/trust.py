"""`oficialia confianza`: whose certificates the office recognises. None comes in but against its fingerprint."""

import re
from datetime import datetime
from pathlib import Path

import click
from asn1crypto import x509

from oficialia import clock
from oficialia.commands.faults import told
from oficialia.commands.spanish import Group
from oficialia.domain.wording import short_instant
from oficialia.services import trust
from signing.certificate import CertificateFacts, facts, read_certificates, to_pem
from signing.errors import IdentityUnusable
from signing.key_file import EVERYBODY, write_new
from signing.trust import load_anchors

FINGERPRINT = re.compile(r"[0-9a-f]{64}")
FOLDER = click.option(
    "--anclas",
    "folder",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    envvar="OFICIALIA_TRUST_DIR",
    metavar="CARPETA",
    help="Dónde están los certificados en los que se confía.",
)


def _fingerprint(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    bare = re.sub(r"[\s:]", "", text.lower().removeprefix("sha256=").removeprefix("sha256 fingerprint="))
    if not FINGERPRINT.fullmatch(bare):
        raise click.BadParameter("escriba la huella SHA-256: 64 letras de la a a la f y números, con o sin «:».")
    return bare


@click.group(cls=Group)
def confianza() -> None:
    """Las autoridades cuyos certificados reconoce la oficina. Vea docs/operacion/confianza.md."""


@confianza.command("importar")
@click.argument("archivo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--huella", required=True, metavar="SHA256", callback=_fingerprint,
              help="La huella que publica la autoridad, obtenida por otro medio que el archivo.")  # fmt: skip
@FOLDER
@told()
def importar(archivo: Path, huella: str, folder: Path) -> None:
    """Agrega el certificado de una autoridad (ARCHIVO, PEM o DER) si su huella es la que usted da.

    Si no es, o si no es el certificado de una autoridad, no agrega nada.
    """
    if not folder.is_dir():
        raise click.ClickException(f"{folder} es un archivo. OFICIALIA_TRUST_DIR debe nombrar una carpeta.")
    certificate = _only_one(archivo)
    said = facts(certificate)
    _require_fitting(certificate, said, huella)
    if said.sha256 in {each.sha256 for each in trust.published(load_anchors(folder))}:
        raise click.ClickException("La oficina ya confía en este certificado. No se cambió nada.")
    target = folder / f"{_slug(said.subject)}-{said.valid_from.year}-{said.sha256[:8]}.pem"
    write_new(target, to_pem(certificate).encode("ascii"), EVERYBODY)
    click.echo(f"Listo: {target}")
    click.echo("\n".join(_lines(said, clock.now())))
    click.echo("Anote quién comparó la huella, cuándo y contra qué. Reinicie web y worker para que cuente.")


@confianza.command("lista")
@FOLDER
@told()
def lista(folder: Path) -> None:
    """Enumera los certificados en los que confía la oficina."""
    found = trust.published(load_anchors(folder))
    now = clock.now()
    for each in found:
        click.echo("\n".join([each.subject or "Autoridad sin nombre", *_lines(each, now)]))
    if not found:
        click.echo("La oficina no confía en ninguna autoridad. Agregue una: oficialia confianza importar")


def _only_one(file: Path) -> x509.Certificate:
    try:
        found = read_certificates(file)
    except IdentityUnusable as fault:
        raise click.ClickException(f"{file} no es un certificado en PEM o DER. No se agregó nada.") from fault
    if len(found) != 1:
        raise click.ClickException(f"{file} trae {len(found)} certificados. Agréguelos de uno en uno, con su huella.")
    return found[0]


def _require_fitting(certificate: x509.Certificate, said: CertificateFacts, fingerprint: str) -> None:
    if said.sha256 != fingerprint:
        raise click.ClickException(
            f"La huella no coincide: la del archivo es {said.sha256}. No lo use, consígalo otra vez de la autoridad. "
            "No se agregó nada."
        )
    if not certificate.ca:
        raise click.ClickException("No es el certificado de una autoridad, sino de una persona o un sistema. "
                                   "No se agregó nada.")  # fmt: skip


def _lines(said: CertificateFacts, now: datetime) -> list[str]:
    lines = [
        f"    lo emitió {said.issuer}",
        f"    serie {said.serial}",
        f"    vigente del {short_instant(said.valid_from)} al {short_instant(said.valid_until)}",
        f"    huella SHA-256 {said.sha256}",
    ]
    if said.valid_until < now:
        lines.append("    Aviso: ya terminó. Solo sirve para lo que se firmó mientras estuvo vigente.")
    return lines


def _slug(name: str) -> str:
    """A file name that says what it is; letters that a file system might not take are left out."""
    words = re.findall(r"[a-z0-9]+", name.lower().translate(_ASCII))
    return "-".join(words)[:60].rstrip("-") or "autoridad"


_ASCII = str.maketrans("áéíóúüñ", "aeiouun")
