"""Receiving: a folio only when all is durable; one form, one folio; no gap, no duplicate, in the order of time."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from oficialia.domain.folio import Folio
from oficialia.domain.ledger import commitment
from oficialia.domain.merkle import leaf_hash
from oficialia.errors import KeyReused, SubmissionRefused, Unavailable
from oficialia.models import Document, EmailConfirmation, Filing, Job, LedgerHead, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import intake, tracking
from oficialia.services.desk import Filters, inbox
from oficialia.services.submission import Anexo, Person
from storage.bucket import Bucket
from tests.support.clerks import actor, hire
from tests.support.office import TestClock, blank_pdf, submission, upload
from tests.support.pages import text_of


def test_a_filing_is_registered_whole(runtime: Runtime, tmp_path: Path) -> None:
    main, anexo = blank_pdf(tmp_path / "escrito.pdf"), blank_pdf(tmp_path / "ine.pdf")
    form = submission(main, anexos=(Anexo(upload(anexo, "anexo-0"), "INE", "identificacion_oficial"),))
    receipt = intake.receive(runtime, form)
    assert receipt.folio == str(Folio(2026, 1))
    with runtime.database.reading() as session:
        filing = session.scalars(select(Filing)).one()
        documents = session.scalars(select(Document).order_by(Document.number)).all()
        assert [document.role for document in documents] == ["principal", "anexo"]
        assert filing.effective_date == date(2026, 11, 23)
        assert [row.due for row in filing.deadlines] == [date(2026, 12, 14)]
        assert filing.nivel_firma == "n1"
        assert [job.kind for job in session.scalars(select(Job))] == ["sellar"]
        for item in session.scalars(select(StoredObject)):
            runtime.bucket.fetch(item.key, item.version_id, item.sha256, tmp_path / "leido.pdf")


def test_the_leaf_binds_the_record_and_names_nobody(runtime: Runtime, tmp_path: Path) -> None:
    person = Person("fisica", "María Peña", curp="PEXM800101MMCXXR09")
    intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf"), applicant=person))
    with runtime.database.reading() as session:
        leaf = session.scalars(select(LedgerLeaf)).one()
    assert leaf.hash == leaf_hash(leaf.data.encode()).hex()
    assert json.loads(leaf.data)["compromiso"] == commitment(leaf.salt, leaf.record.encode())
    assert "PEXM" not in leaf.data + leaf.record
    assert "María" not in leaf.data + leaf.record


def test_the_same_form_twice_has_one_folio(runtime: Runtime, tmp_path: Path) -> None:
    form = submission(blank_pdf(tmp_path / "a.pdf"))
    first, second = intake.receive(runtime, form), intake.receive(runtime, form)
    assert (first.folio, first.filing_id) == (second.folio, second.filing_id)
    assert second.repeated
    assert not first.repeated


def test_the_same_key_with_another_body_is_refused(runtime: Runtime, tmp_path: Path) -> None:
    form = submission(blank_pdf(tmp_path / "a.pdf"))
    intake.receive(runtime, form)
    with pytest.raises(KeyReused):
        intake.receive(runtime, replace(form, asunto="Otro asunto"))


def test_the_same_writing_under_another_key_has_the_folio_that_this_session_remembers(
    runtime: Runtime, tmp_path: Path
) -> None:
    form = submission(blank_pdf(tmp_path / "a.pdf"))
    first = intake.receive(runtime, form)
    other = intake.receive(runtime, replace(form, asunto="Otro asunto", idempotency_key="otra"))
    later = replace(form, idempotency_key="nueva", earlier=(other.filing_id, first.filing_id))
    assert intake.receive(runtime, later) == replace(first, repeated=True)
    assert intake.receive(runtime, replace(later, earlier=(other.filing_id,))).folio not in {first.folio, other.folio}


def test_the_key_of_another_session_is_another_key(runtime: Runtime, tmp_path: Path) -> None:
    form = submission(blank_pdf(tmp_path / "a.pdf"))
    assert intake.receive(runtime, form).folio != intake.receive(runtime, replace(form, session_id="t")).folio


@pytest.mark.parametrize("workers", [32])
def test_32_at_once_get_folios_without_gap_in_the_order_of_time(runtime: Runtime, tmp_path: Path, workers: int) -> None:
    forms = [submission(blank_pdf(tmp_path / f"{n}.pdf"), key=f"k{n}") for n in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        receipts = list(pool.map(lambda form: intake.receive(runtime, form), forms))
    assert sorted(r.folio for r in receipts) == [str(Folio(2026, n)) for n in range(1, workers + 1)]
    with runtime.database.reading() as session:
        filings = session.scalars(select(Filing).order_by(Filing.sequence)).all()
        times = [filing.registered_at for filing in filings]
        leaves = session.scalars(select(LedgerLeaf).order_by(LedgerLeaf.index)).all()
        assert times == sorted(set(times))
        assert [leaf.index for leaf in leaves] == list(range(workers))
        assert [leaf.folio for leaf in leaves] == [filing.folio for filing in filings]
        assert session.get_one(LedgerHead, 1).size == workers


def test_the_same_form_32_times_at_once_has_one_folio(runtime: Runtime, tmp_path: Path) -> None:
    form = submission(blank_pdf(tmp_path / "a.pdf"))
    with ThreadPoolExecutor(32) as pool:
        folios = {receipt.folio for receipt in pool.map(lambda _: intake.receive(runtime, form), range(32))}
    assert folios == {str(Folio(2026, 1))}


def test_time_never_goes_back_and_the_year_is_the_local_one(runtime: Runtime, tmp_path: Path, clock: TestClock) -> None:
    clock.time = datetime(2027, 1, 1, 5, 59, 59, tzinfo=UTC)  # still 2026 in Chalco
    old = intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf"), key="a"))
    clock.time = datetime(2027, 1, 1, 6, 0, 0, tzinfo=UTC)
    new = intake.receive(runtime, submission(blank_pdf(tmp_path / "b.pdf"), key="b"))
    clock.time = datetime(2026, 12, 31, 12, 0, 0, tzinfo=UTC)  # the clock was set back
    late = intake.receive(runtime, submission(blank_pdf(tmp_path / "c.pdf"), key="c"))
    assert [old.folio, new.folio, late.folio] == [str(Folio(2026, 1)), str(Folio(2027, 1)), str(Folio(2027, 2))]


def test_a_refused_file_registers_nothing_and_says_why(runtime: Runtime, tmp_path: Path) -> None:
    bad = tmp_path / "nota.pdf"
    bad.write_text("esto no es un PDF")
    with pytest.raises(SubmissionRefused) as refused:
        intake.receive(runtime, submission(bad))
    assert refused.value.code == "tipo_no_admitido"
    assert refused.value.faults[0].field == "principal"
    _nothing_registered(runtime)


def test_without_storage_no_folio_is_given(runtime: Runtime, tmp_path: Path) -> None:
    gone = Bucket("http://127.0.0.1:9", "llave", "secreto-secreto", bucket="nada", region="us-east-1")
    with pytest.raises(Unavailable):
        intake.receive(replace(runtime, bucket=gone), submission(blank_pdf(tmp_path / "a.pdf")))
    _nothing_registered(runtime)


def test_an_unknown_destination_is_refused(runtime: Runtime, tmp_path: Path) -> None:
    with pytest.raises(SubmissionRefused):
        intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf"), tramite="NO-EXISTE"))
    _nothing_registered(runtime)


def test_typed_text_becomes_the_main_pdf_and_is_kept(runtime: Runtime, tmp_path: Path) -> None:
    text = "Solicito que se repare el bache.\r\nGracias."
    intake.receive(runtime, submission(None, petition=text))
    with runtime.database.reading() as session:
        kept = {item.purpose: item for item in session.scalars(select(StoredObject))}
    assert kept["original"].media_type == "application/pdf"
    source = kept["fuente"]
    runtime.bucket.fetch(source.key, source.version_id, source.sha256, tmp_path / "leido.txt")
    assert (tmp_path / "leido.txt").read_bytes() == text.encode()


@pytest.mark.parametrize("destination", [{"area": "SP"}, {"area": "", "tramite": "OB-001"}])
def test_the_letter_is_addressed_to_the_area_that_attends_to_it(
    runtime: Runtime, tmp_path: Path, destination: dict[str, str]
) -> None:
    receipt = intake.receive(runtime, submission(None, petition="Pido agua.", **destination))
    with runtime.database.reading() as session:
        area = session.get_one(Filing, receipt.filing_id).area.nombre
    assert f"{area}\nMunicipio de Chalco\nPido agua." in text_of(_original(runtime, tmp_path))


@pytest.mark.parametrize(("petition", "flags"), [("Pido agua ¡ya! — “por favor”", []), ("水", ["undrawn_text"])])
def test_typed_signs_that_the_pdf_cannot_show_are_observed(runtime: Runtime, petition: str, flags: list[str]) -> None:
    receipt = intake.receive(runtime, submission(None, petition=petition))
    with runtime.database.reading() as session:
        assert session.scalars(select(Document.flags)).one() == flags
    assert len(tracking.view(runtime, receipt.filing_id).observed) == len(flags)


def _original(runtime: Runtime, folder: Path) -> bytes:
    with runtime.database.reading() as session:
        item = session.scalars(select(StoredObject).where(StoredObject.purpose == "original")).one()
    runtime.bucket.fetch(item.key, item.version_id, item.sha256, folder / "leido.pdf")
    return (folder / "leido.pdf").read_bytes()


NEIGHBOURS: dict[str, Any] = {
    "others": (Person("fisica", "Ana López"), Person("juridica", "Vecinos, A. C.")),
    "common_representative": "Ana López",
    "representative": Person("fisica", "Inés Ruiz"),
    "signed_for": Person("fisica", "José Sol"),
}


def test_everybody_who_stands_in_a_filing_is_registered_and_found(runtime: Runtime, tmp_path: Path) -> None:
    receipt = intake.receive(runtime, submission(None, petition="Pido agua.", **NEIGHBOURS))
    with runtime.database.reading() as session:
        parties = session.get_one(Filing, receipt.filing_id).parties
        assert [(party.role, party.name) for party in parties] == [
            ("promovente", "María Peña"),
            ("representante_comun", "Ana López"),
            ("promovente", "Vecinos, A. C."),
            ("representante", "Inés Ruiz"),
            ("a_ruego", "José Sol"),
        ]
    hire(runtime, "ofi")
    for words in ("pena", "lopez", "vecinos", "ines", "jose sol"):
        assert [row.folio for row in inbox(runtime, actor(runtime, "ofi"), Filters(words)).rows] == [receipt.folio]


def test_the_letter_tells_who_files_and_who_signs(runtime: Runtime, tmp_path: Path) -> None:
    intake.receive(runtime, submission(None, petition="Pido agua.", **NEIGHBOURS))
    letter = text_of(_original(runtime, tmp_path))
    assert letter.index("María Peña") < letter.index("Ana López") < letter.index("Vecinos, A. C.")
    for line in ("Representante común: Ana López", "Por conducto de: Inés Ruiz", "Firma a ruego de María Peña"):
        assert line in letter


def test_a_letter_of_two_hundred_names_all_of_them(runtime: Runtime, tmp_path: Path) -> None:
    others = tuple(Person("fisica", f"Vecina Número {number}") for number in range(1, 200))
    receipt = intake.receive(runtime, submission(None, petition="Pido agua.", others=others))
    letter = text_of(_original(runtime, tmp_path))
    assert all(person.name in letter for person in others)
    assert tracking.view(runtime, receipt.filing_id).applicant == "María Peña y 199 personas más"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"others": (Person("fisica", "Ana"),) * 200}, "promoventes"),
        ({"common_representative": "Alguien más"}, "representante_comun"),
    ],
)
def test_people_who_do_not_fit_together_are_refused(runtime: Runtime, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(SubmissionRefused) as refused:
        intake.receive(runtime, submission(None, petition="Pido agua.", **changes))
    assert [fault.field for fault in refused.value.faults] == [field]
    _nothing_registered(runtime)


def test_an_address_asks_for_a_code_to_be_mailed(runtime: Runtime, tmp_path: Path) -> None:
    person = Person("fisica", "María", email="maria@correo.mx")
    intake.receive(runtime, submission(blank_pdf(tmp_path / "a.pdf"), applicant=person))
    with runtime.database.reading() as session:
        assert session.scalars(select(EmailConfirmation)).one().confirmed_at is None
        assert sorted(job.kind for job in session.scalars(select(Job))) == ["correo_codigo", "sellar"]


def _nothing_registered(runtime: Runtime) -> None:
    with runtime.database.reading() as session:
        assert session.scalars(select(Filing)).all() == []
        assert session.get_one(LedgerHead, 1).size == 0
        assert session.scalars(select(Job)).all() == []
    assert list(runtime.spool.iterdir()) == []


def test_photographs_become_the_main_pdf_and_are_kept_byte_for_byte(runtime: Runtime, tmp_path: Path) -> None:
    photo = tmp_path / "foto.png"
    Image.new("RGB", (640, 480), "white").save(photo)
    intake.receive(runtime, submission(None, photos=(upload(photo, "fotos"), upload(photo, "fotos"))))
    with runtime.database.reading() as session:
        kept = session.scalars(select(StoredObject).order_by(StoredObject.id)).all()
        assert session.scalars(select(Document.pages)).one() == 2
    assert [item.purpose for item in kept] == ["original", "fuente", "fuente"]
    assert {item.sha256 for item in kept[1:]} == {upload(photo).sha256}


def test_photographs_of_an_anexo_become_one_pdf_and_are_kept_byte_for_byte(runtime: Runtime, tmp_path: Path) -> None:
    photos = [tmp_path / "a.jpg", tmp_path / "b.png"]
    for number, photo in enumerate(photos):
        Image.new("RGB", (640, 480), (number, 0, 0)).save(photo)
    anexo = Anexo(None, "INE", "identificacion_oficial", photos=tuple(upload(each, "anexo-0") for each in photos))
    receipt = intake.receive(runtime, submission(blank_pdf(tmp_path / "escrito.pdf"), anexos=(anexo,)))
    with runtime.database.reading() as session:
        assert session.get_one(Filing, receipt.filing_id).nivel_firma == "n1"
        document = session.scalars(select(Document).where(Document.number == 1)).one()
        assert (document.pages, document.media_type) == (2, "application/pdf")
        assert [(item.purpose, item.edition) for item in document.objects] == [
            ("original", 1),
            ("fuente", 1),
            ("fuente", 2),
        ]
        sources = document.objects[1:]
    for source, photo in zip(sources, photos, strict=True):
        runtime.bucket.fetch(source.key, source.version_id, source.sha256, tmp_path / "leido")
        assert (tmp_path / "leido").read_bytes() == photo.read_bytes()
    labels = [each.label for each in tracking.view(runtime, receipt.filing_id).others]
    assert labels[1:] == ["Anexo 1: INE", "Anexo 1: INE, fotografía 1", "Anexo 1: INE, fotografía 2"]


def test_a_pdf_among_the_photographs_of_an_anexo_is_refused_at_its_place(runtime: Runtime, tmp_path: Path) -> None:
    anexo = Anexo(None, "INE", photos=(upload(blank_pdf(tmp_path / "ine.pdf"), "anexo-3"),))
    with pytest.raises(SubmissionRefused) as refused:
        intake.receive(runtime, submission(None, petition="Pido agua.", anexos=(anexo,)))
    assert refused.value.faults[0].field == "anexo-3"
    _nothing_registered(runtime)
