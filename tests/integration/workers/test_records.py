"""docs/formatos.md names the keys of the records that are really made, act by act."""

import json
import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from oficialia.db import Database, upgrade
from oficialia.domain.filing import Relacion
from oficialia.domain.folio import Folio
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.models import LedgerLeaf
from oficialia.runtime import Runtime
from oficialia.services import buzon, closing, tracking
from oficialia.services.anulaciones import confirmar_anulacion, pedir_anulacion
from oficialia.services.passed_over import pass_over
from oficialia.services.prevenciones import prevenir
from oficialia.services.respuestas import responder
from oficialia.services.submission import Follows
from oficialia.services.turnos import turnar
from tests.support.desk import ANA, BETO, CARLA, file
from tests.support.office import TestClock, blank_pdf, load_catalogue, upload
from tests.support.working import make_parts, work
from workers.parts import Parts

FORMATOS = Path(__file__).parents[3] / "docs" / "formatos.md"
_ROW = re.compile(r"^\| `(\w+)` \| (`acto`.*) \|$", re.MULTILINE)


def documented() -> dict[str, set[frozenset[str]]]:
    """For each act the sets of keys that its record may have: a row with «or» tells two."""
    return {act: set(_keys(cell)) for act, cell in _ROW.findall(FORMATOS.read_text("utf-8"))}


def _keys(cell: str) -> list[frozenset[str]]:
    """Keys in parentheses explain others; what follows a semicolon comes with one kind of document alone."""
    always, *more = (
        frozenset(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", part)))
        for part in re.split(r"; of an? [^`]* also ", cell)
    )
    return [always, *(always | keys for keys in more)]


def _follow(runtime: Runtime, folder: Path, clock: TestClock) -> None:
    """A prevención that was opened and answered, and a writing that was added."""
    asked = file(runtime, folder, "c", received_at=clock(), buzon_consent=True)
    prevenir(runtime, ANA, asked, [], "Diga en qué calle.")
    [message] = tracking.view(runtime, asked).inbox
    buzon.open_message(runtime, asked, message.number, buzon.Medio.CLAVE)
    for relation in (Relacion.DESAHOGO, Relacion.ALCANCE):
        file(runtime, folder, relation, received_at=clock(), follows=Follows(asked, relation))


def test_the_documented_keys_are_those_of_the_records(
    parts: Parts, development_pki: Path, tmp_path: Path, clock: TestClock
) -> None:
    runtime = parts.runtime
    first = file(runtime, tmp_path, "a", received_at=clock())
    turnar(runtime, ANA, first, "OB", "Es de su competencia.")
    prevenir(runtime, ANA, first, [], "Diga en qué calle.")
    responder(runtime, CARLA, first, upload(blank_pdf(tmp_path / "respuesta.pdf")), "Se reparará.")
    _follow(runtime, tmp_path, clock)
    second = file(runtime, tmp_path, "b", received_at=clock())
    pedir_anulacion(runtime, ANA, second, "Se presentó dos veces.")
    confirmar_anulacion(runtime, BETO, second, "Son iguales.")
    [port] = free_ports(1)
    work(make_parts(runtime, development_pki, f"http://{LOOPBACK}:{port}"))  # without its time
    clock.time += timedelta(minutes=1)
    work(parts)
    with runtime.database.transaction() as session:
        pass_over(session, Folio(2031, 4), clock())
    clock.time += timedelta(days=1)
    assert closing.close_days(runtime)
    prepared = f"sqlite:///{tmp_path / 'preparado.db'}"
    upgrade(prepared)
    catalogue = Database(prepared)
    load_catalogue(catalogue, with_leaves=True)
    made: dict[str, set[frozenset[str]]] = {}
    for database in (runtime.database, catalogue):
        with database.reading() as session:
            for leaf in session.scalars(select(LedgerLeaf)):
                made.setdefault(leaf.act, set()).add(frozenset(json.loads(leaf.record)))
    catalogue.close()
    assert made == documented()
