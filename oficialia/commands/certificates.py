"""`oficialia certificados`: asking for a seal certificate, bringing it in, and how long the seals last."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from oficialia import clock
from oficialia.commands.faults import told
from oficialia.commands.installed import IN_FOLDER
from oficialia.commands.spanish import Group
from oficialia.domain.wording import short_instant
from oficialia.embedded.installation import known
from oficialia.services.seal_warnings import warnings
from oficialia.services.seal_words import WORDS
from oficialia.services.seals import Seals, Seen, sources
from oficialia.settings import SealOnlySettings, load
from signing.certificate import read_certificates, to_pem
from signing.errors import IdentityUnusable
from signing.identity import MemoryKey, SealIdentity, SigningKey
from signing.key_file import EVERYBODY, new_key, write_new, write_pkcs12
from signing.request import SealName, certificate_request
from signing.sandbox import Sandbox
from signing.seal import SealEngine
from signing.token import TokenKey, generate
from signing.token_name import BadUri, TokenKeyName
from signing.trust import load_anchors

FOUND = 10  # of 10 and up, which tell a result and not a fault of the command
SHORTEST_PASSWORD = 12  # characters of a password that is kept beside its key for years
PATH = click.Path(path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _token(_context: click.Context, _parameter: click.Parameter, uri: str | None) -> TokenKeyName | None:
    try:
        return TokenKeyName.parse(uri) if uri else None
    except BadUri as fault:
        raise click.BadParameter(str(fault)) from fault


TOKEN = click.option(
    "--pkcs11",
    "token",
    metavar="URI",
    callback=_token,
    help="La llave está en un token: pkcs11:token=…;object=…?module-path=…",
)
PASSWORD = click.option(
    "--contrasena-archivo",
    "password_file",
    type=FILE,
    metavar="ARCHIVO",
    help="De dónde leer la contraseña de la llave o el PIN del token; si falta, se pregunta.",
)


@click.group(cls=Group)
def certificados() -> None:
    """El certificado del sello: pedirlo, instalarlo y saber cuándo termina. Vea docs/operacion/sello.md."""


@certificados.command("csr")
@click.option("--salida", "folder", type=click.Path(file_okay=False, exists=True, path_type=Path), required=True,
              metavar="CARPETA", help="Dónde quedan sello.key (cifrada) y sello.csr.")  # fmt: skip
@click.option("--municipio", required=True, envvar="OFICIALIA_MUNICIPALITY", metavar="TEXTO", help="Quién sella.")
@click.option("--oficina", required=True, envvar="OFICIALIA_OFFICE", metavar="TEXTO", help="Con qué oficina.")
@click.option("--estado", required=True, envvar="OFICIALIA_STATE", metavar="TEXTO", help="Entidad federativa.")
@click.option("--localidad", default="", metavar="TEXTO", help="Cabecera municipal.")
@click.option("--bits", type=click.Choice(["2048", "3072", "4096"]), default="3072", show_default=True, metavar="BITS",
              help="Tamaño de la llave RSA.")  # fmt: skip
@TOKEN
@PASSWORD
def csr(
    *, folder: Path, municipio: str, oficina: str, estado: str, localidad: str, bits: str, token: TokenKeyName | None,
    password_file: Path | None,
) -> None:  # fmt: skip
    """Hace una llave nueva y la solicitud (PKCS#10) que se manda a la autoridad certificadora.

    La llave queda cifrada y solo de quien da la orden, o nace en el token y no sale de él. Nunca se muestra.
    """
    request, key_path = folder / "sello.csr", folder / "sello.key"
    if request.exists():
        raise click.ClickException(f"{request} ya existe. Guárdelo en otro lugar, o elija otra carpeta.")
    with _refused():
        key: SigningKey
        if token:
            key, public = generate(token, _password(password_file, "PIN del token"), int(bits))
        else:
            key, public = new_key(key_path, _new_password(password_file), int(bits))
        made = certificate_request(key, public, SealName(municipio, oficina, estado, localidad))
    write_new(request, made, EVERYBODY)
    click.echo(f"Llave: {'en el token' if token else key_path}")
    click.echo(f"Solicitud: {request}")
    click.echo("Mande la solicitud, y nunca la llave. Con el certificado que reciba: oficialia certificados importar")


@certificados.command("importar")
@click.argument("certificado", type=FILE)
@click.option("--llave", "key_path", type=FILE, metavar="ARCHIVO", help="La llave que hizo «csr» (sello.key).")
@click.option("--cadena", "chain_paths", type=FILE, multiple=True, metavar="ARCHIVO",
              help="Certificado de quien lo emitió, si no viene con él. Puede repetirse.")  # fmt: skip
@click.option("--anclas", "anchors_path", type=click.Path(exists=True, path_type=Path), required=True,
              envvar="OFICIALIA_TRUST_DIR", metavar="RUTA", help="Certificados raíz en los que se confía.")  # fmt: skip
@click.option("--salida", "target", type=PATH, required=True, metavar="ARCHIVO",
              help="Lo que se escribe: sello.p12, o sello.pem si la llave está en un token.")  # fmt: skip
@TOKEN
@PASSWORD
@told()
def importar(
    *, certificado: Path, key_path: Path | None, chain_paths: tuple[Path, ...], anchors_path: Path, target: Path,
    token: TokenKeyName | None, password_file: Path | None,
) -> None:  # fmt: skip
    """Comprueba el CERTIFICADO recibido contra su llave y lo deja listo para sellar.

    Comprueba que sean par, la vigencia, que sirva para firmar y que lleve a un certificado raíz. Si algo falla no
    escribe nada.
    """
    if bool(key_path) == bool(token):
        raise click.UsageError("Diga dónde está la llave: --llave o --pkcs11.")
    password = _password(password_file, "PIN del token" if token else "Contraseña de la llave")
    with _refused():
        certificates = [each for path in (certificado, *chain_paths) for each in read_certificates(path)]
        key: SigningKey = TokenKey(token, password) if token else MemoryKey.from_file(_given(key_path), password)
        identity = SealIdentity(key, certificates[0], certificates[1:])
        # A certificate that begins later is judged as of then: it waits in its place until its time comes.
        _ensure_good(identity, anchors_path)
        if token:
            write_new(target, "".join(map(to_pem, certificates)).encode("ascii"), EVERYBODY)
        else:
            write_pkcs12(target, _given(key_path), password, certificates)
            _ensure_good(SealIdentity.from_pkcs12(target, password), anchors_path)
    click.echo("\n".join(_what_to_set(identity, target, in_token=token is not None)))


@certificados.command("estado")
@IN_FOLDER
@told()
def estado(carpeta: Path | None) -> None:
    """Dice cómo está cada sello configurado y cuándo termina. Usa las variables del proceso worker.

    Termina con 0 si todo está en orden y con 10 si algún sello no se puede usar o quedan 30 días o menos.
    """
    settings = load(SealOnlySettings, known(carpeta).environment(SealOnlySettings, 0) if carpeta else None)
    anchors = load_anchors(settings.trust_dir)
    make_engine = partial(SealEngine, Sandbox(), timestamper=None, anchors=anchors)
    now = clock.now()
    seen = Seals(sources(settings), make_engine, anchors=anchors, crl=settings.seal_crl).look(now)
    click.echo("\n".join(line for each in seen for line in _lines(each)))
    found = warnings(seen, now)
    click.echo("\n".join(found) if found else "Todo está en orden.")
    sys.exit(FOUND if found else 0)


def _lines(each: Seen) -> Iterator[str]:
    state = WORDS[each.fault.code] if each.fault else "se puede usar"
    yield f"{each.name.capitalize()}: {state}."
    if each.fault and each.fault.detail:
        yield f"    {each.fault.detail}"
    if identity := each.identity:
        yield f"    {identity.subject}"
        yield f"    serie {identity.serial}"
        yield f"    vigente del {short_instant(identity.valid_from)} al {short_instant(identity.valid_until)}"
    if each.list_until:
        yield f"    su lista de revocados vale hasta el {short_instant(each.list_until)}"


def _ensure_good(identity: SealIdentity, anchors_path: Path) -> None:
    engine = SealEngine(Sandbox(), identity, timestamper=None, anchors=load_anchors(anchors_path))
    engine.ensure_usable(max(clock.now(), identity.valid_from))


def _what_to_set(identity: SealIdentity, target: Path, *, in_token: bool) -> Iterator[str]:
    yield f"Listo: {target}"
    yield f"    {identity.subject}"
    yield f"    serie {identity.serial}"
    yield f"    vigente del {short_instant(identity.valid_from)} al {short_instant(identity.valid_until)}"
    yield "Póngalo donde solo worker pueda leerlo, y en worker.env (sin NEXT, si es el primer sello):"
    name = "OFICIALIA_SEAL_NEXT_"
    yield f'    {name}{"CERTIFICATE" if in_token else "PKCS12"}="{target.resolve()}"'
    if in_token:
        yield f'    {name}PKCS11="la misma URI"'
    yield f'    {name}PASSWORD="{"el PIN del token" if in_token else "la contraseña de la llave"}"'
    yield "Reinicie worker. Empieza a sellar en cuanto esté vigente: «oficialia certificados estado» lo dice."


def _given(path: Path | None) -> Path:
    if path is None:
        raise click.UsageError("Diga dónde está la llave: --llave.")
    return path


def _password(file: Path | None, what: str) -> str:
    if file:
        return file.read_text("utf-8").rstrip("\r\n")
    answer: str = click.prompt(what, hide_input=True, err=True)
    return answer


def _new_password(file: Path | None) -> str:
    if file:
        password = _password(file, "")
    else:
        password = click.prompt(
            "Contraseña nueva para la llave", hide_input=True, confirmation_prompt="Repítala", err=True
        )
    if len(password) < SHORTEST_PASSWORD:
        raise click.ClickException(f"La contraseña debe tener al menos {SHORTEST_PASSWORD} caracteres.")
    return password


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except IdentityUnusable as fault:
        detail = f" ({fault.detail})" if fault.detail else ""
        raise click.ClickException(
            f"No sirve para sellar: {WORDS[fault.code]}{detail}. No se escribió nada."
        ) from fault
    except FileExistsError as fault:
        raise click.ClickException(f"{fault.filename} ya existe, y no se escribe encima.") from fault
