"""What is added to an expediente is of the same people who filed the first writing, as they filed it."""

import pytest
from sqlalchemy import select

from oficialia.models import Filing, Party
from oficialia.runtime import Runtime
from tests.support.window import Visitor
from tests.support.wizardry import ANSWERS, Citizen

MORE = {
    "representante": {"rep_nombre": "Luis Gil", "rep_curp": "", "rep_rfc": "GILU800101AB1"},
    "varios": {"otros": "Ana López\nJuan Ruiz", "comun": "Juan Ruiz"},
    "ruego": {"ruego_nombre": "Eva Sol"},
}


def people(runtime: Runtime, folio: str) -> list[tuple[str, str, str]]:
    """Role, name and RFC of everybody who stands in a filing."""
    with runtime.database.reading() as session:
        query = select(Party.role, Party.name, Party.rfc).join(Filing).where(Filing.folio == folio)
        return [(role, name, rfc) for role, name, rfc in session.execute(query.order_by(Party.position))]


@pytest.mark.parametrize("way", ["propio", *MORE])
def test_what_is_added_is_of_the_same_people(visitor: Visitor, runtime: Runtime, way: str) -> None:
    citizen = Citizen(visitor)
    citizen.answered("/presentar")
    citizen.answered("/presentar/quien", como=way)
    if way in MORE:
        citizen.answered("/presentar/quien/mas", **MORE[way])
    for path in list(ANSWERS)[2:]:
        citizen.answered(path)
    first = citizen.filed()
    page = f"/seguimiento/{first}"
    assert visitor.send(f"{page}/agregar", {}, page=page).location == "/presentar/pasos"
    for path in ("/presentar/escrito", "/presentar/escrito/contenido", "/presentar/documentos", "/presentar/firma"):
        citizen.answered(path)
    assert people(runtime, citizen.filed()) == people(runtime, first)
