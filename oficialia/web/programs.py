"""The programs of the pages: each loaded only while its bytes are those that the page names, and published by digest.

`make` builds them from ``oficialia/scripts`` into the static folder; the same sources give the same bytes, so anybody
can build them and compare with what `/programas` says.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, current_app, render_template, url_for
from markupsafe import Markup

BUILT = "hecho"
"""The folder of the built programs, in the static folder."""
KEY_ROOM = "efirma-llave"
KEY_ROOM_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Of the program that holds a citizen's key: it can reach nothing, whatever it would do."""
_TAG = Markup('<script type="module" src="{}" integrity="{}"></script>')
# What each is for, in the order of the page.
_WORDS = {
    "efirma-llave": "abre su llave .key y firma; no puede conectarse a nada",
    "efirma": "lleva la firma con e.firma: entrega a la oficina su certificado y su firma",
    "envios": "sube archivos por partes y calcula su huella antes de enviarlos",
    "enlace": "abre un borrador o un escrito desde el enlace de su correo",
    "site": "comodidades de todas las páginas",
    "verificar": "la página que verifica un documento",
}

blueprint = Blueprint("programs", __name__)


@dataclass(frozen=True)
class Program:
    """One program as it is served."""

    name: str
    use: str
    size: int
    sha256: str
    integrity: str


def install(app: Flask) -> None:
    """Hands the templates what loads a program. Ends the process where none was built: no page would work."""
    folder = Path(str(app.static_folder)) / BUILT
    if not any(folder.glob("*.js")):
        raise SystemExit("Faltan los programas de las páginas. Constrúyalos con: oficialia/scripts/build")

    @cache
    def program(name: str) -> Program:
        content = (folder / f"{name}.js").read_bytes()
        digest = hashlib.sha256(content)
        integrity = "sha256-" + b64encode(digest.digest()).decode("ascii")
        return Program(name, _WORDS.get(name, ""), len(content), digest.hexdigest(), integrity)

    def address(name: str) -> str:
        return url_for("static", filename=f"{BUILT}/{name}.js", v=program(name).sha256[:12])

    app.extensions["programs"] = lambda: [program(path.stem) for path in sorted(folder.glob("*.js"))]
    app.jinja_env.globals.update(
        program=program,
        program_address=address,
        script=lambda name: _TAG.format(address(name), program(name).integrity),
    )


def policy_of(path: str) -> str:
    """The Content-Security-Policy of a static file that needs one of its own; else empty."""
    return KEY_ROOM_POLICY if path == f"{BUILT}/{KEY_ROOM}.js" else ""


@blueprint.get("/programas")
def index() -> str:
    """Every program that our pages load, with its digest, and how to build it again."""
    found: list[Program] = current_app.extensions["programs"]()
    order = list(_WORDS)
    found.sort(key=lambda each: order.index(each.name) if each.name in order else len(order))
    return render_template("programas.html", programs=found)
