"""S3, TSA and mail server fail in every way of a network: nothing is acknowledged without proof, and all heals."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from oficialia.domain.filing import Etapa
from oficialia.embedded.ports import free_ports
from oficialia.embedded.seaweed import REGION, SeaweedFS
from oficialia.errors import Unavailable
from oficialia.models import Acuse, Filing, Job, LedgerLeaf, StoredObject
from oficialia.runtime import Runtime
from oficialia.services import email_confirmation, intake
from oficialia.services.outbox import MAX_ATTEMPTS, Kind
from oficialia.services.submission import Person
from signing.examine import examine
from signing.sandbox import Sandbox
from storage.bucket import Bucket
from tests.conftest import SmtpSink
from tests.support.fault_proxy import Fault, HttpFaultProxy, SmtpFaultProxy
from tests.support.ledgers import MINE
from tests.support.office import TestClock, blank_pdf, make_runtime, submission
from tests.support.working import make_parts, work

# Struck once, the client's own tries get over it; struck always, no folio is given.
BROKEN = [
    Fault("reset"),
    Fault("status", status=500),
    Fault("status", status=503),
    Fault("truncated", only="GET"),
    Fault("answer lost"),
    Fault("answer lost", only="PUT"),
    Fault("bit flipped in the answer", only="GET"),
    Fault("bit flipped in the question", only="PUT"),
]
PASSING = [
    Fault("reset", times=1),
    Fault("reset", times=1, only="GET"),
    Fault("status", times=1, status=500),
    Fault("status", times=1, status=503, only="PUT"),
    Fault("answer lost", times=1, only="PUT"),
    Fault("delay", seconds=0.5),
]
TSA_FAULTS = [
    Fault("reset"),
    Fault("status", status=500),
    Fault("status", status=503),
    Fault("truncated"),
    Fault("answer lost"),
    Fault("bit flipped in the answer"),
    Fault("bit flipped in the question"),
    Fault("delay", seconds=3.0),
]
SMTP_FAULTS = [
    Fault("reset"),
    Fault("status", status=421),
    Fault("status", status=554),
    Fault("truncated"),
]


def some(faults: list[Fault], at_once: int) -> list[Any]:
    """All, the first few of them in `make test`: each costs a filing that goes all its way."""
    return [pytest.param(fault, marks=[pytest.mark.thorough] * (at_once <= n)) for n, fault in enumerate(faults)]


def named(fault: Fault) -> str:
    """A test's id."""
    return " ".join(str(part) for part in (fault.kind, fault.only, fault.status if fault.kind == "status" else ""))


@pytest.fixture
def clock(now: datetime) -> TestClock:
    """The present, in which the seal may be used."""
    return TestClock(now)


@pytest.fixture
def s3_proxy(s3: SeaweedFS) -> Iterator[HttpFaultProxy]:
    """A proxy before the S3 server."""
    with HttpFaultProxy(urlsplit(s3.endpoint).port or 0) as proxy:
        yield proxy


@pytest.fixture
def office(
    s3: SeaweedFS, bucket: Bucket, s3_proxy: HttpFaultProxy, sandbox: Sandbox, development_pki: Path, tmp_path: Path,
    clock: TestClock, sqlite_url: str,
) -> Iterator[Runtime]:  # fmt: skip
    """An office that reaches its storage through the proxy."""
    through = Bucket(f"http://127.0.0.1:{s3_proxy.port}", s3.access_key, s3.secret_key, bucket="pruebas", region=REGION)
    runtime = make_runtime(
        sqlite_url, bucket=through, sandbox=sandbox, pki=development_pki, spool=tmp_path / "spool", clock=clock
    )
    yield runtime
    runtime.database.close()


def filings(runtime: Runtime) -> list[Filing]:
    """All there are."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(Filing).order_by(Filing.sequence)))


def jobs(runtime: Runtime, kind: Kind) -> list[Job]:
    """Those of a kind."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)))


@pytest.mark.parametrize("fault", BROKEN, ids=named)
def test_while_storage_fails_no_folio_is_given_and_then_the_same_form_has_one(
    office: Runtime, s3_proxy: HttpFaultProxy, tmp_path: Path, fault: Fault
) -> None:
    form = submission(blank_pdf(tmp_path / "a.pdf"))
    s3_proxy.fault = fault
    with pytest.raises(Unavailable):
        intake.receive(office, form)
    assert s3_proxy.struck
    assert filings(office) == []
    s3_proxy.fault = Fault()
    receipt = intake.receive(office, form)
    assert [filing.folio for filing in filings(office)] == [receipt.folio]


@pytest.mark.parametrize("fault", PASSING, ids=named)
def test_a_passing_fault_of_storage_goes_unnoticed(
    office: Runtime, s3_proxy: HttpFaultProxy, tmp_path: Path, fault: Fault
) -> None:
    s3_proxy.fault = fault
    receipt = intake.receive(office, submission(blank_pdf(tmp_path / "a.pdf")))
    assert s3_proxy.struck
    assert [filing.folio for filing in filings(office)] == [receipt.folio]


@pytest.mark.parametrize("fault", some(BROKEN, 1), ids=named)
def test_while_storage_fails_work_waits_and_then_it_is_done_once(
    office: Runtime,
    s3_proxy: HttpFaultProxy,
    development_pki: Path,
    responders: str,
    clock: TestClock,
    tmp_path: Path,
    fault: Fault,
) -> None:
    intake.receive(office, submission(blank_pdf(tmp_path / "a.pdf")))
    parts = make_parts(office, development_pki, responders)
    s3_proxy.fault = fault
    outages = 1 if "flipped in the answer" in fault.kind or fault.kind == "truncated" else MAX_ATTEMPTS + 2
    for _ in range(outages):
        work(parts)
        clock.time += timedelta(minutes=1)
    assert s3_proxy.struck
    assert [job.done_at for job in jobs(office, Kind.SEAL)] == [None]
    assert [job.quarantined_at for job in jobs(office, Kind.SEAL)] == [None]
    s3_proxy.fault = Fault()
    for _ in range(3):
        work(parts)
        clock.time += timedelta(minutes=15)
    [filing] = filings(office)
    assert filing.etapa == Etapa.ACUSE_LISTO
    with office.database.reading() as session:
        assert session.scalars(select(LedgerLeaf.act).where(MINE).order_by(LedgerLeaf.index)).all() == [
            "ingreso",
            "sello",
            "acuse",
        ]


@pytest.mark.parametrize("fault", some(TSA_FAULTS, 1), ids=named)
def test_without_its_time_a_filing_is_sealed_now_and_raised_later(
    office: Runtime, development_pki: Path, responders: str, clock: TestClock, tmp_path: Path, fault: Fault
) -> None:
    receipt = intake.receive(office, submission(blank_pdf(tmp_path / "a.pdf")))
    with HttpFaultProxy(urlsplit(responders).port or 0) as proxy:
        parts = make_parts(office, development_pki, f"http://127.0.0.1:{proxy.port}")
        proxy.fault = fault
        work(parts)
        [filing] = filings(office)
        assert (filing.etapa, filing.nivel_sello) == (Etapa.ACUSE_LISTO, "b_b")
        assert [job.attempts for job in jobs(office, Kind.RAISE)] == [0]
        proxy.fault = Fault()
        clock.time += timedelta(minutes=1)
        work(parts)
    [filing] = filings(office)
    assert filing.nivel_sello == "b_t"
    with office.database.reading() as session:
        acuses = session.scalars(select(Acuse).order_by(Acuse.edition)).all()
        sealed = session.scalars(select(StoredObject).where(StoredObject.purpose == "sellado")).all()
        leaves = session.scalars(select(LedgerLeaf.act).where(MINE).order_by(LedgerLeaf.index)).all()
        items = [sealed[1], acuses[1].object]
    assert [acuse.token is not None for acuse in acuses] == [False, True]
    assert [item.seal_level for item in sealed] == ["b_b", "b_t"]
    assert leaves == ["ingreso", "sello", "acuse", "edicion", "edicion"]
    assert sealed[1].sha256 in acuses[1].cadena
    for item in items:
        office.bucket.fetch(item.key, item.version_id, item.sha256, tmp_path / "visto.pdf")
        found = examine(office.sandbox, tmp_path / "visto.pdf", anchors=office.anchors, at=clock.time)
        assert found[-1].proven_time is not None
        assert found[-1].covers_whole_file
    assert receipt.folio == filing.folio


@pytest.mark.parametrize("fault", some(SMTP_FAULTS, 2), ids=named)
def test_while_the_mail_server_fails_the_acuse_is_there_and_the_letter_goes_out_later(
    office: Runtime,
    development_pki: Path,
    responders: str,
    smtp_sink: SmtpSink,
    clock: TestClock,
    tmp_path: Path,
    fault: Fault,
) -> None:
    person = Person("fisica", "María", email="maria@correo.mx")
    receipt = intake.receive(office, submission(blank_pdf(tmp_path / "a.pdf"), applicant=person))
    assert email_confirmation.confirm(office, receipt.filing_id, office.codes.mail_code(receipt.filing_id, 1))
    with SmtpFaultProxy(smtp_sink.port) as proxy:
        parts = make_parts(office, development_pki, responders, smtp_port=proxy.port)
        proxy.fault = fault
        for _ in range(MAX_ATTEMPTS + 2):
            work(parts, with_mail=True)
            clock.time += timedelta(minutes=1)
        assert proxy.struck
        assert [filing.etapa for filing in filings(office)] == [Etapa.ACUSE_LISTO]
        assert smtp_sink.messages() == []
        proxy.fault = Fault()
        work(parts, with_mail=True)
    assert [message["Subject"] for message in smtp_sink.messages()] == ["Acuse de recibo de su escrito"]


def test_a_letter_whose_answer_was_lost_goes_out_again_under_the_same_name(
    office: Runtime, development_pki: Path, responders: str, smtp_sink: SmtpSink, clock: TestClock, tmp_path: Path
) -> None:
    person = Person("fisica", "María", email="maria@correo.mx")
    intake.receive(office, submission(blank_pdf(tmp_path / "a.pdf"), applicant=person))
    with SmtpFaultProxy(smtp_sink.port) as proxy:
        parts = make_parts(office, development_pki, responders, smtp_port=proxy.port)
        proxy.fault = Fault("answer lost", times=1)
        for _ in range(2):
            work(parts, with_mail=True)
            clock.time += timedelta(minutes=1)
    names = [message["Message-ID"] for message in smtp_sink.messages()]
    assert len(names) == 2
    assert len(set(names)) == 1


class Refusing:
    """A mail server that knows nobody of the name."""

    async def handle_RCPT(self, *_: object) -> str:
        return "550 5.1.1 no such user: maria@correo.mx"


def test_an_address_that_does_not_exist_ends_in_quarantine_with_words_for_a_clerk(
    office: Runtime, development_pki: Path, responders: str, clock: TestClock, tmp_path: Path
) -> None:
    person = Person("fisica", "María", email="maria@correo.mx")
    intake.receive(office, submission(blank_pdf(tmp_path / "a.pdf"), applicant=person))
    server = Controller(Refusing(), hostname="127.0.0.1", port=free_ports(1)[0])
    server.start()
    parts = make_parts(office, development_pki, responders, smtp_port=server.port)
    for _ in range(MAX_ATTEMPTS + 1):
        work(parts, with_mail=True)
        clock.time += timedelta(minutes=15)
    server.stop()
    [job] = jobs(office, Kind.MAIL_CODE)
    assert job.quarantined_at is not None
    assert job.last_error.startswith("El servidor de correo no acepta la dirección que dio la persona.")
    assert "correo.mx" not in job.last_error
    assert [filing.etapa for filing in filings(office)] == [Etapa.ACUSE_LISTO]
