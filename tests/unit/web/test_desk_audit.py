"""The auditor's log: who did what, and that the auditor's own looks are in it."""

import re

import pytest
from flask import Flask
from sqlalchemy import insert

from oficialia.app import create_app
from oficialia.domain.filing import Rol
from oficialia.domain.staff import AccountAct
from oficialia.models import StaffEvent
from oficialia.runtime import Runtime
from oficialia.services import staff_accounts, staff_log
from tests.support.clerks import Clerk, actor, clerk
from tests.support.window import OPTIONS, Visitor

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture(scope="module")
def app(runtime: Runtime) -> Flask:
    """The application, once for all."""
    return create_app(runtime, OPTIONS)


@pytest.fixture(scope="module")
def eva(app: Flask, runtime: Runtime) -> Clerk:
    """The auditor."""
    return clerk(app, runtime, "bitacora.eva", Rol.AUDITOR)


@pytest.fixture(scope="module")
def ana(app: Flask, runtime: Runtime) -> Clerk:
    """An officer."""
    return clerk(app, runtime, "bitacora.ana")


def entries(eva: Clerk, query: str) -> list[str]:
    """The lines of a page of the log, without tags."""
    page = eva.get(f"/mesa/bitacora?{query}").text
    found = re.findall(r"<li><time[^>]*>[^<]*</time>(.*?)</li>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", each).split()) for each in found]


def test_what_is_done_to_filings_is_there_with_who_did_it(eva: Clerk, ana: Clerk, app: Flask) -> None:
    folio = Visitor(app).filed()
    ana.get(f"/mesa/expedientes/{folio}")
    ana.send(f"/mesa/expedientes/{folio}/turnar", {"area": "OB", "motivo": "Es alumbrado."})
    eva.get(f"/mesa/expedientes/{folio}")
    found = entries(eva, "de=expedientes")[:3]
    assert found == [
        f"Persona Bitacora.eva (bitacora.eva): Vio el expediente, {folio}",
        f"Persona Bitacora.ana (bitacora.ana): Se turnó, {folio} (Es alumbrado.)",
        f"Persona Bitacora.ana (bitacora.ana): Vio el expediente, {folio}",
    ]
    mine = entries(eva, "de=expedientes&usuario=bitacora.eva")
    assert mine
    assert all("bitacora.eva" in each for each in mine)


def test_what_happens_to_accounts_is_there_with_its_reason(eva: Clerk, app: Flask, runtime: Runtime) -> None:
    gone = clerk(app, runtime, "bitacora.ida")
    gone.get("/mesa?q=peña")
    gone.send("/mesa/salir", {}, page="/mesa")
    gone.enter(contrasena="equivocada")
    staff_accounts.end(runtime.database, "bitacora.ida", who="root", motive="Se jubiló.", now=runtime.clock())
    found = [each.split(": ", 1)[1] for each in entries(eva, "de=cuentas&usuario=bitacora.ida")]
    assert found == [
        "Se dio de baja la cuenta (por root · Se jubiló.)",
        "Alguien no pudo entrar con este usuario (127.0.0.1)",
        "Cerró su sesión",
        "Buscó un nombre (peña)",
        "Entró a la mesa (127.0.0.1)",
        "Se dio de alta la cuenta (por pruebas · oficial_de_partes)",
    ]


def test_the_auditor_is_in_the_log_for_reading_it(eva: Clerk) -> None:
    eva.get("/mesa/bitacora?de=expedientes")
    eva.get("/mesa/bitacora?de=expedientes")
    mine = entries(eva, "de=cuentas&usuario=bitacora.eva")
    assert mine.count("Persona Bitacora.eva (bitacora.eva): Abrió la bitácora (expedientes)") == 1
    assert any("Abrió la bitácora (cuentas bitacora.eva)" in each for each in mine)


def test_a_long_log_is_read_page_by_page(eva: Clerk, runtime: Runtime, app: Flask) -> None:
    clerk(app, runtime, "bitacora.muchos")
    who = actor(runtime, "bitacora.muchos")
    row = {"account_id": who.id, "act": AccountAct.BUSQUEDA, "actor_role": who.role, "actor": who.username}
    with runtime.database.transaction() as session:
        rows = [row | {"at": runtime.clock(), "detail": f"búsqueda {number:03d}"} for number in range(120)]
        session.execute(insert(StaffEvent), rows)
    seen: list[str] = []
    address = "/mesa/bitacora?de=cuentas&usuario=bitacora.muchos"
    while address:
        page = eva.get(address).text
        seen += re.findall(r"búsqueda \d{3}", page)
        following = re.search(r'href="([^"]*antes=\d+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"búsqueda {number:03d}" for number in reversed(range(120))]
    assert staff_log.PAGE == 50


@pytest.mark.parametrize(
    "query", ["antes=x", "antes=-5", f"antes={1 << 70}", "de=otra", "usuario=%00", "usuario=" + "x" * 500]
)
def test_odd_questions_are_answered(eva: Clerk, query: str) -> None:
    assert eva.get(f"/mesa/bitacora?{query}").status_code == 200
