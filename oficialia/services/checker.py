"""The checker of acuses in one HTML file: opened from a disk, without network, it checks an acuse whole.

Its parts are in ``static/comprobador``; here they are put together with what they must not take from the acuse itself:
every certificate with which this office ever sealed, and the keys of its ledger and of its witnesses. The page allows
itself nothing but these parts, named by their digests, so that it can load nothing and send nothing.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from oficialia.db import Database
from oficialia.domain.plazos import ZONE
from oficialia.domain.wording import long_date
from oficialia.runtime import Labels
from oficialia.services import certificates
from signing.certificate import facts, from_pem
from signing.tlog_policy import TlogPolicy

NAME = "comprobador.html"
PARTS = Path(__file__).resolve().parents[1] / "static/comprobador"
# In the order in which one needs the other.
PROGRAM = ("bytes", "der", "cms", "pdf", "growth", "libro", "acuse", "pagina")


@dataclass(frozen=True)
class Checker:
    """The file, and the Content-Security-Policy that it gives itself."""

    html: bytes
    policy: str


def make(database: Database, ledger: TlogPolicy | None, labels: Labels, now: datetime) -> Checker:
    """The checker as of now."""
    pinned = [from_pem(each.pem) for each in certificates.ever_used(database)]
    known = [{"titular": facts(each).subject, "der": _spell(each.dump())} for each in pinned]
    data = {
        "certificados": known,
        "libros": [str(log.key) for log in ledger.logs] if ledger else [],
        "testigos": [{"nombre": each.name, "llave": str(each.key)} for each in ledger.witnesses] if ledger else [],
    }
    words = {
        "oficina": labels.office,
        "municipio": f"{labels.municipality}, {labels.state}",
        "fecha": long_date(now.astimezone(ZONE).date()),
        "cuantos": "un certificado" if len(known) == 1 else f"{len(known)} certificados",
        "direccion": f"{labels.public_url}/libro/{NAME}",
    }
    return _assembled(data, words)


def _assembled(data: Mapping[str, object], words: Mapping[str, str]) -> Checker:
    style = (PARTS / "comprobador.css").read_text("utf-8")
    program = "\n".join(
        ["'use strict';", *((PARTS / f"{name}.js").read_text("utf-8") for name in PROGRAM)],
    )
    policy = (
        f"default-src 'none'; script-src {_source(program)}; style-src {_source(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    # Within a script, whatever its type, only this sign could end it.
    spelled = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    html = (PARTS / NAME).read_text("utf-8")
    texts = {name: escape(word) for name, word in words.items()} | {"politica": escape(policy)}
    for name, text in (texts | {"estilo": style, "programa": program, "datos": spelled}).items():
        html = html.replace(f"%{name}%", text)
    return Checker(html.encode(), policy)


def _source(content: str) -> str:
    return f"'sha256-{_spell(hashlib.sha256(content.encode()).digest())}'"


def _spell(content: bytes) -> str:
    return b64encode(content).decode("ascii")
