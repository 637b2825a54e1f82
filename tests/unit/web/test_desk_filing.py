"""A filing at the desk: what its page shows, pictures and downloads, and that each look is told."""

import hashlib
import io
import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from oficialia.app import create_app
from oficialia.domain.filing import Acto, Rol
from oficialia.models import Document, Event, Filing, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import turnos
from oficialia.services.looks import ONE_LOOK
from oficialia.services.reason_words import REASONS
from oficialia.web.downloads import POLICY
from signing.reason import Integrity, Reason
from signing.verdict import DocumentVerdict
from tests.support.clerks import Clerk, actor, clerk
from tests.support.office import TestClock
from tests.support.papers import write_pdf
from tests.support.verdicts import GOOD, document, signature
from tests.support.window import OPTIONS, File, Visitor

pytestmark = pytest.mark.usefixtures("cheap_hashes")
_numbers = itertools.count(1)
BROKEN = b"%PDF-1.7\nesto no es una pagina\n%%EOF"


@pytest.fixture(scope="module")
def app(runtime: Runtime) -> Flask:
    """The application, once for all."""
    return create_app(runtime, OPTIONS)


@pytest.fixture(scope="module")
def ana(app: Flask, runtime: Runtime) -> Clerk:
    """An officer."""
    return clerk(app, runtime, "mesa.ana")


@pytest.fixture(scope="module")
def beto(app: Flask, runtime: Runtime) -> Clerk:
    """Another."""
    return clerk(app, runtime, "mesa.beto")


@pytest.fixture(scope="module")
def citizen(app: Flask) -> Visitor:
    """Who files."""
    return Visitor(app)


@pytest.fixture
def folio(citizen: Visitor, tmp_path: Path) -> str:
    """A new filing with an anexo."""
    page = write_pdf(tmp_path / "escrito.pdf").read_bytes()
    photo = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(photo, "PNG")
    return citizen.filed(
        forma="pdf",
        principal=File(page),
        asunto=f"Asunto {next(_numbers)}",
        nombre="Íñigo Peña <b>",
        curp="PEXM800101HMCXXX09",
        correo="inigo@correo.mx",
        anexo__0=File(photo.getvalue(), "croquis.png", "image/png"),
        anexo__0__titulo="Croquis",
    )


def filing(runtime: Runtime, folio: str) -> Filing:
    with runtime.database.reading() as session:
        return session.scalars(select(Filing).where(Filing.folio == folio)).one()


def objects(runtime: Runtime, folio: str) -> list[StoredObject]:
    """Its objects: of the principal, then of the anexos."""
    with runtime.database.reading() as session:
        query = select(StoredObject).where(StoredObject.filing_id == filing(runtime, folio).id)
        return list(session.scalars(query.order_by(StoredObject.id)))


def replace_bytes(runtime: Runtime, item: StoredObject, path: Path) -> None:
    """As if these had been filed instead."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    stored = runtime.bucket.put(f"{item.key}-otro", path, sha256=sha256, media_type="application/pdf")
    with runtime.database.transaction() as session:
        row = session.get_one(StoredObject, item.id)
        row.key, row.version_id, row.sha256 = stored.key, stored.version_id, sha256


def looks(runtime: Runtime, folio: str) -> list[tuple[str, str, str]]:
    """Who saw what of it."""
    with runtime.database.reading() as session:
        mine = Event.filing_id == filing(runtime, folio).id, Event.act == Acto.CONSULTA
        found = session.scalars(select(Event).where(*mine).order_by(Event.id)).all()
        return [(event.actor, event.data["vio"], event.data["documento"]) for event in found]


def test_the_page_has_what_the_register_has_and_no_secret(ana: Clerk, runtime: Runtime, folio: str) -> None:
    page = ana.get(f"/mesa/expedientes/{folio}").text
    for words in (folio, "Íñigo Peña &lt;b&gt;", "PEXM800101HMCXXX09", "inigo@correo.mx", "Anexo 1: Croquis",
                  "Sin firma electrónica", "Vence en", "Se recibió y se le dio folio", "Hoja "):  # fmt: skip
        assert words in page, words
    filing_id: UUID = filing(runtime, folio).id
    assert runtime.codes.tracking(filing_id) not in page
    assert runtime.codes.verification(filing_id) not in page


def test_the_page_tells_how_it_is_signed(ana: Clerk, folio: str) -> None:
    assert "N0: declaración bajo protesta de decir verdad" in ana.get(f"/mesa/expedientes/{folio}").text


@pytest.mark.parametrize("typed", [str.lower, lambda folio: folio.replace("-", "")])
def test_a_folio_in_the_address_is_read_leniently(ana: Clerk, folio: str, typed: object) -> None:
    assert ana.get(f"/mesa/expedientes/{typed(folio)}").status_code == 200  # type: ignore[operator]


def test_each_look_is_told_once_however_often_the_page_is_loaded(ana: Clerk, runtime: Runtime, folio: str) -> None:
    for _ in range(3):
        ana.get(f"/mesa/expedientes/{folio}")
    assert looks(runtime, folio) == [("mesa.ana", "expediente", "")]


def test_a_look_of_later_and_one_of_somebody_else_are_looks_of_their_own(
    ana: Clerk, beto: Clerk, runtime: Runtime, folio: str
) -> None:
    assert isinstance(runtime.clock, TestClock)
    ana.get(f"/mesa/expedientes/{folio}")
    beto.get(f"/mesa/expedientes/{folio}")
    runtime.clock.time += ONE_LOOK + timedelta(seconds=1)
    ana.get(f"/mesa/expedientes/{folio}")
    assert [who for who, _, _ in looks(runtime, folio)] == ["mesa.ana", "mesa.beto", "mesa.ana"]


def test_the_promovente_sees_who_looked_and_at_what(ana: Clerk, citizen: Visitor, runtime: Runtime, folio: str) -> None:
    assert "Todavía nadie de la oficina lo ha consultado." in _tracking(citizen, runtime, folio)
    ana.get(f"/mesa/expedientes/{folio}")
    ana.get(f"/mesa/expedientes/{folio}/documentos/{objects(runtime, folio)[0].id}")
    page = _tracking(citizen, runtime, folio)
    assert "Persona Mesa.ana, Oficialía de Partes: vio el expediente." in page
    assert "descargó «Escrito principal, como llegó»." in page


def _tracking(citizen: Visitor, runtime: Runtime, folio: str) -> str:
    key = runtime.codes.tracking(filing(runtime, folio).id)
    return citizen.get(str(citizen.send("/seguimiento", {"folio": folio, "clave": key}).location)).text


def test_a_promovente_called_like_a_username_is_not_taken_for_staff(
    ana: Clerk, citizen: Visitor, tmp_path: Path
) -> None:
    page = File(write_pdf(tmp_path / "a.pdf").read_bytes())
    folio = citizen.filed(forma="pdf", principal=page, nombre="mesa.ana")
    assert "mesa.ana, quien presenta" in ana.get(f"/mesa/expedientes/{folio}").text


def test_pages_are_pictures_and_each_look_at_them_is_told_once(ana: Clerk, runtime: Runtime, folio: str) -> None:
    principal, anexo = objects(runtime, folio)
    for item, label in ((principal, "Escrito principal, como llegó"), (anexo, "Anexo 1: Croquis")):
        place = f"/mesa/expedientes/{folio}/documentos/{item.id}/paginas"
        viewer = ana.get(place)
        assert f'src="{place}/1"' in viewer.text
        assert "Página 1 de 1" in viewer.text
        drawn = ana.get(f"{place}/1")
        assert (drawn.status_code, drawn.mimetype) == (200, "image/webp")
        assert Image.open(io.BytesIO(drawn.data)).format == "WEBP"
        assert drawn.headers["Cache-Control"] == "private, no-store"
        assert drawn.headers["X-Content-Type-Options"] == "nosniff"
        assert drawn.headers["Content-Security-Policy"] == POLICY
        assert ("mesa.ana", "paginas", label) in looks(runtime, folio)
    assert len(looks(runtime, folio)) == 2


@pytest.mark.parametrize("page", ["/0", "/2", "/999999", f"/{1 << 40}", "?pagina=2", "?pagina=0"])
def test_a_page_that_there_is_none_of_is_not_there(ana: Clerk, runtime: Runtime, folio: str, page: str) -> None:
    place = f"/mesa/expedientes/{folio}/documentos/{objects(runtime, folio)[0].id}/paginas"
    assert ana.get(place + page).status_code == 404


def test_a_page_that_cannot_be_drawn_says_so_in_its_place(
    ana: Clerk, runtime: Runtime, folio: str, tmp_path: Path
) -> None:
    broken = tmp_path / "roto.pdf"
    broken.write_bytes(BROKEN)
    item = objects(runtime, folio)[0]
    replace_bytes(runtime, item, broken)
    response = ana.get(f"/mesa/expedientes/{folio}/documentos/{item.id}/paginas/1")
    assert (response.status_code, response.mimetype) == (422, "image/svg+xml")
    assert "No pudimos mostrar esta página" in response.text


def test_bytes_that_are_not_those_of_the_register_are_not_shown(ana: Clerk, runtime: Runtime, folio: str) -> None:
    item = objects(runtime, folio)[0]
    with runtime.database.transaction() as session:
        session.get_one(StoredObject, item.id).sha256 = "0" * 64
    response = ana.get(f"/mesa/expedientes/{folio}/documentos/{item.id}/paginas/1")
    assert (response.status_code, response.mimetype) == (503, "image/svg+xml")


def test_nothing_of_the_pictures_stays_in_the_spool(ana: Clerk, runtime: Runtime, folio: str) -> None:
    ana.get(f"/mesa/expedientes/{folio}/documentos/{objects(runtime, folio)[0].id}/paginas/1")
    assert not list(runtime.spool.glob("pagina-*"))


def test_a_document_is_only_ever_a_download_that_can_do_nothing(ana: Clerk, runtime: Runtime, folio: str) -> None:
    item = objects(runtime, folio)[0]
    response = ana.get(f"/mesa/expedientes/{folio}/documentos/{item.id}")
    assert response.status_code == 200
    assert response.data.startswith(b"%PDF")
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]
    assert looks(runtime, folio) == [("mesa.ana", "descarga", "Escrito principal, como llegó")]
    page = ana.get(f"/mesa/expedientes/{folio}").text
    assert not any(tag in page for tag in ("<iframe", "<embed", "<object"))


def test_a_document_of_another_filing_is_not_there(ana: Clerk, citizen: Visitor, runtime: Runtime, folio: str) -> None:
    other = citizen.filed()
    number = objects(runtime, folio)[0].id
    for path in ("", "/paginas", "/paginas/1"):
        assert ana.get(f"/mesa/expedientes/{other}/documentos/{number}{path}").status_code == 404
    assert looks(runtime, other) == []


@pytest.mark.parametrize(
    ("finding", "label"),
    [
        ({}, "Firma en orden"),
        ({"trusted": False}, "Firma con dudas"),
        ({"unchecked": ["la revocación"]}, "Firma con dudas"),
        ({"modified_after": "cambios_permitidos"}, "Firma con dudas"),
        ({"problem": "no se pudo leer esta firma"}, "Firma con dudas"),
        ({"intact": False}, "Revise la firma"),
        ({"modified_after": "cambios"}, "Revise la firma"),
    ],
)
def test_what_was_received_before_there_were_verdicts_is_told_from_its_findings(
    ana: Clerk, runtime: Runtime, folio: str, finding: dict[str, object], label: str
) -> None:
    good: dict[str, object] = {
        "holder": {"name": "Íñigo Peña", "kind": "efirma"},
        "is_timestamp": False,
        "claimed_time": None,
        "proven_time": None,
        "intact": True,
        "trusted": True,
        "modified_after": "nada",
        "unchecked": [],
        "problem": "",
    }
    _keep(runtime, folio, verdict=None, findings=[good, good | finding])
    _told(ana, folio, label)


@pytest.mark.parametrize(
    ("verdict", "label"),
    [
        (document(), "Sin firma electrónica"),
        (document(GOOD), "Firma en orden"),
        (document(GOOD, signature(reasons=(Reason.UNTRUSTED,))), "Firma con dudas"),
        (document(signature(integrity=Integrity.CAMBIO, reasons=(Reason.CHANGED,)), GOOD), "Revise la firma"),
    ],
)
def test_inbox_and_filing_tell_what_the_signatures_are_worth(
    ana: Clerk, runtime: Runtime, folio: str, verdict: DocumentVerdict, label: str
) -> None:
    _keep(runtime, folio, verdict=verdict.to_json(), findings=[])
    _told(ana, folio, label)
    page = ana.get(f"/mesa/expedientes/{folio}").text
    assert all(REASONS[reason].sentence in page for reason in verdict.reasons)
    assert page.count("PEXM800101AB1") == len(verdict.signatures)  # the desk sees it whole


def _keep(runtime: Runtime, folio: str, *, verdict: dict[str, Any] | None, findings: list[dict[str, object]]) -> None:
    """As if this had been found of the main document."""
    with runtime.database.transaction() as session:
        mine = Document.filing_id == filing(runtime, folio).id, Document.number == 0
        kept = session.scalars(select(Document).where(*mine)).one()
        kept.verdict, kept.findings = verdict, list(findings)


def _told(ana: Clerk, folio: str, label: str) -> None:
    assert label in ana.get(f"/mesa/expedientes/{folio}").text
    row = ana.get("/mesa?q=Íñigo&estado=presentado").text.split(f">{folio}<")[1].split("</li>")[0]
    assert label in row


def test_a_report_is_asked_for_once_and_told_until_it_is_there(ana: Clerk, runtime: Runtime, folio: str) -> None:
    address = f"/mesa/expedientes/{folio}/dictamen/0"
    for _ in range(2):
        response = ana.send(address, {}, page=f"/mesa/expedientes/{folio}")
        assert (response.status_code, response.location) == (303, f"/mesa/expedientes/{folio}?hecho=dictamen")
    page = ana.get(response.location).text
    assert "Pidió el dictamen." in page
    assert "Su dictamen se está sellando." in page
    assert "Pedir un dictamen sellado" not in page
    assert page.count("Se pidió un dictamen de verificación") == 1


def test_what_follows_a_filing_and_what_it_follows_lead_to_each_other(ana: Clerk, citizen: Visitor, folio: str) -> None:
    later = citizen.filed(folio_previo=folio)
    assert f"/mesa/expedientes/{later}" in ana.get(f"/mesa/expedientes/{folio}").text
    assert f"/mesa/expedientes/{folio}" in ana.get(f"/mesa/expedientes/{later}").text


def test_an_area_is_not_told_of_what_follows_elsewhere(
    app: Flask, ana: Clerk, citizen: Visitor, runtime: Runtime, folio: str
) -> None:
    obras = clerk(app, runtime, "mesa.obras", Rol.AREA, "OB")
    turnos.turnar(runtime, actor(runtime, ana.issued.username), filing(runtime, folio).id, "OB", "Le toca.")
    later = citizen.filed(folio_previo=folio)
    page = obras.get(f"/mesa/expedientes/{folio}")
    assert page.status_code == 200
    assert later not in page.text
