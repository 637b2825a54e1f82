"""The power goes before and after each numbered step: one folio, one seal, one acuse, nothing lost.

The steps are those of the docstrings of `services/intake.py`, `workers/sealing.py`, `workers/acuses.py`,
`workers/raising.py`, `services/respuestas.py`, `workers/respuestas.py`, `services/follow_ups.py`, `services/buzon.py`
and `workers/notificaciones.py`. Real processes are killed (SIGKILL) at them,
on SQLite and on PostgreSQL; then whoever was waiting tries again, as a citizen, a clerk and the sweeper do.
"""

import os
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import func, select

from oficialia.db import Database, upgrade
from oficialia.domain.documents import Purpose
from oficialia.domain.filing import Etapa
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.models import Acuse, Filing, Job, LedgerHead, LedgerLeaf, StoredObject
from oficialia.services.outbox import Kind
from storage.bucket import Bucket
from tests.conftest import SmtpSink
from tests.support import postgres
from tests.support.mortal import Cut, End, Parent, Task, When, let_leases_run_out
from tests.support.office import blank_pdf, load_catalogue

SIGKILL = 9
COMMIT = "sqlalchemy.orm:Session.commit"
INTAKE = {
    "1 known already": "oficialia.services.intake:_already_received",
    "2 inspection": "oficialia.services.pieces:inspect",
    "3 made into a PDF": "oficialia.services.pieces:typed_petition_pdf",
    "4 storage": "oficialia.services.intake:_store",
    "5 transaction": "oficialia.services.intake:_register",
    "5 its leaf": "oficialia.services.ledger:append",
    "5 its commit": COMMIT,
    "6 receipt": "oficialia.services.intake:receive",
}
SEALING = {
    "1 lease": "oficialia.services.outbox:take",
    "2 register": "oficialia.services.sealing:begin",
    "3 fetch": "storage.bucket:Bucket.fetch",
    "4 seal": "signing.seal:SealEngine.seal_document",
    "5 storage": "storage.bucket:Bucket.put",
    "6 transaction": "oficialia.services.sealing:record",
    "6 its leaf": "oficialia.services.ledger:append",
}
ACUSE = {
    "1 lease": "oficialia.services.outbox:take",
    "2 draft": "oficialia.services.acuses:draft",
    "3 token": "workers.acuses:_token",
    "4 typeset and seal": "workers.acuses:_typeset_and_seal",
    "5 storage": "storage.bucket:Bucket.put",
    "6 transaction": "oficialia.services.acuses:record",
    "6 its leaf": "oficialia.services.ledger:append",
}
RAISING = {
    "1 lease": "oficialia.services.outbox:take",
    "2 register": "oficialia.services.editions:begin",
    "3 time stamp": "workers.raising:raise_level",
    "3 transaction": "oficialia.services.editions:record_sealed",
    "4 acuse": "workers.raising:make_acuse",
    "4 transaction": "oficialia.services.editions:record_acuse",
}
ANSWERING = {
    "1 admitted": "oficialia.services.respuestas:check",
    "2 inspection": "oficialia.services.respuestas:inspected",
    "3 storage": "storage.bucket:Bucket.put",
    "4 transaction": "oficialia.services.respuestas:_record",
    "4 its leaf": "oficialia.services.ledger:append",
    "4 its commit": COMMIT,
}
SEALING_AN_ANSWER = {
    "1 lease": "oficialia.services.outbox:take",
    "2 register": "oficialia.services.respuesta_sealing:begin",
    "3 fetch": "storage.bucket:Bucket.fetch",
    "4 seal": "signing.seal:SealEngine.seal_document",
    "5 storage": "storage.bucket:Bucket.put",
    "6 transaction": "oficialia.services.respuesta_sealing:record",
    "6 its leaf": "oficialia.services.ledger:append",
}
COMPLETING = {
    "5 joined": "oficialia.services.follow_ups:join",
    "5 told to the root": "oficialia.services.follow_ups:_tell",
    "5 its commit": COMMIT,
}
OPENING = {
    "1 its leaf": "oficialia.services.ledger:append",
    "1 its job": "oficialia.services.outbox:ask",
    "1 its commit": COMMIT,
}
NOTIFYING = {
    "1 lease": "oficialia.services.outbox:take",
    "2 register": "oficialia.services.notificaciones:begin",
    "3 typeset": "workers.notificaciones:notice_pdf",
    "3 seal": "signing.seal:SealEngine.seal_own",
    "4 storage": "storage.bucket:Bucket.put",
    "5 transaction": "oficialia.services.notificaciones:record",
    "5 its leaf": "oficialia.services.ledger:append",
}
WHENS: tuple[When, ...] = ("before", "after")


def at_each(steps: dict[str, str], quick: Collection[str] | None = None) -> pytest.MarkDecorator:
    """A case before and a case after each step; on PostgreSQL, those where the database matters. Those of ``quick`` are
    of `make test`, by default before each step and after the last: after a step is before the next."""
    if quick is None:
        quick = {*(f"before {name}" for name in steps), f"after {list(steps)[-1]}"}
    cases = [
        pytest.param(
            database,
            Cut(function, when),
            id=f"{database} {when} {name}",
            marks=[pytest.mark.thorough] if database == "postgres" or f"{when} {name}" not in quick else [],
        )
        for database in ("sqlite", "postgres")
        for name, function in steps.items()
        for when in WHENS
        if database == "sqlite" or any(word in name for word in ("transaction", "leaf", "commit"))
    ]
    return pytest.mark.parametrize(("site", "cut"), cases, indirect=["site"])


@dataclass
class Site:
    """An office of mortal processes: one that dies, one that does the work afterwards, and the register."""

    database: Database
    dying_window: Parent
    dying_worker: Parent
    window: Parent
    worker: Parent
    worker_without_tsa: Parent
    bucket: Bucket
    folder: Path
    filed: int = 0

    def form(self) -> Task:
        """A form of its own."""
        self.filed += 1
        name = f"{self.filed}.pdf"
        main = blank_pdf(self.folder / name, text=name)
        return Task("receive", main=str(main), key=f"clave-{self.filed}")

    def job(self, folio: str, kind: Kind) -> int:
        """The number of a job of a filing."""
        with self.database.reading() as session:
            return session.scalars(select(Job.id).join(Filing).where(Filing.folio == folio, Job.kind == kind)).one()

    def finish(self) -> None:
        """What the sweeper and the next worker do."""
        let_leases_run_out(self.database)
        assert self.worker.run(Task("work")).signal == 0

    def received(self) -> str:
        """The folio of a filing that nobody has worked on yet."""
        end = self.window.run(self.form())
        assert end.signal == 0, end.answer
        return end.answer


@pytest.fixture(scope="module")
def open_site(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    s3: SeaweedFS,
    bucket: Bucket,
    development_pki: Path,
    responders: str,
    smtp_server: SmtpSink,
) -> Iterator[Callable[[str], Site]]:
    """Opens the one office for all cuts on a database, which leave it as whole as they found it."""

    @contextmanager
    def site_on(kind: str) -> Iterator[Site]:
        folder = tmp_path_factory.mktemp("cortes")
        url = f"sqlite:///{folder / 'oficialia.db'}"
        if kind == "postgres":
            url = postgres.create_database(request.getfixturevalue("postgres_port"), f"cortes_{secrets.token_hex(4)}")
        upgrade(url)
        database = Database(url)
        load_catalogue(database)
        for name in ("transito", "borradores"):
            (folder / name).mkdir()
        both = {
            "ENV": "demo",
            "DATABASE_URL": url.replace("+psycopg", ""),
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "S3_ENDPOINT": s3.endpoint,
            "S3_ACCESS_KEY": s3.access_key,
            "S3_SECRET_KEY": s3.secret_key,
            "S3_BUCKET": "pruebas",
            "HMAC_SECRET": secrets.token_hex(32),
            "SPOOL_DIR": str(folder / "transito"),
            "TRUST_DIR": str(development_pki / "anclas"),
        }
        sealing = {
            "SEAL_PKCS12": str(development_pki / "sello.p12"),
            "SEAL_PASSWORD_FILE": str(development_pki / "sello.password"),
            "TSA_ANCHORS": str(development_pki / "anclas"),
            "SMTP_HOST": smtp_server.host,
            "SMTP_PORT": str(smtp_server.port),
            "SMTP_TLS": "no",
            "SMTP_FROM": "oficialia@chalco.example",
        }

        def parent(settings: dict[str, str], *, immortal: bool = False) -> Parent:
            environment = {f"OFICIALIA_{key}": value for key, value in (both | settings).items()}
            return Parent({"PATH": os.environ["PATH"]} | environment, folder / "log", immortal=immortal)

        filing = {"SESSION_SECRET": secrets.token_hex(32), "DRAFTS_DIR": str(folder / "borradores")}
        timed, untimed = {"TSA_URL": f"{responders}/tsa"}, {"TSA_URL": "http://127.0.0.1:1/tsa"}
        with (
            parent(filing) as dying_window,
            parent(sealing | timed) as dying_worker,
            parent(filing, immortal=True) as window,
            parent(sealing | timed, immortal=True) as worker,
            parent(sealing | untimed, immortal=True) as without_tsa,
        ):
            yield Site(database, dying_window, dying_worker, window, worker, without_tsa, bucket, folder)
        database.close()

    with ExitStack() as stack:

        @cache
        def opened(kind: str) -> Site:
            return stack.enter_context(site_on(kind))

        yield opened


@pytest.fixture
def site(request: pytest.FixtureRequest, open_site: Callable[[str], Site]) -> Site:
    """The office on the database of the case."""
    return open_site(request.param)


def died(end: End) -> None:
    """The child reached its cut, and was killed there."""
    assert end.signal == SIGKILL, end.answer


def is_whole(site: Site, folio: str) -> None:
    """One folio, one seal, one acuse, each with its leaf, each object in storage; no work is left."""
    with site.database.reading() as session:
        filing = session.scalars(select(Filing).where(Filing.folio == folio)).one()
        objects = session.scalars(select(StoredObject).where(StoredObject.filing_id == filing.id)).all()
        acts = session.scalars(select(LedgerLeaf.act).where(LedgerLeaf.filing_id == filing.id)).all()
        acuses = session.scalars(select(Acuse.edition).where(Acuse.filing_id == filing.id)).all()
        undone = session.scalars(select(Job.kind).where(Job.filing_id == filing.id, Job.done_at.is_(None))).all()
    purposes = [item.purpose for item in objects]
    assert filing.etapa == Etapa.ACUSE_LISTO
    assert purposes.count(Purpose.ORIGINAL) == 2
    editions = acts.count("edicion") // 2
    assert purposes.count(Purpose.SEALED) == purposes.count(Purpose.ACUSE) == len(acuses) == 1 + editions
    assert sorted(acts) == sorted(["ingreso", "sello", "acuse", *["edicion"] * 2 * editions])
    assert undone == []
    for item in objects:
        site.bucket.fetch(item.key, item.version_id, item.sha256, site.folder / "leido")


def books_are_dense(site: Site) -> None:
    """Folios 1..N in the order of time; leaves 0..size-1."""
    with site.database.reading() as session:
        sequences = session.scalars(select(Filing.sequence).order_by(Filing.registered_at)).all()
        indexes = session.scalars(select(LedgerLeaf.index).order_by(LedgerLeaf.index)).all()
        size = session.get_one(LedgerHead, 1).size
    assert sequences == list(range(1, len(sequences) + 1))
    assert indexes == list(range(size))


@at_each(INTAKE)
def test_intake_gives_one_folio_to_who_sends_the_form_again(site: Site, cut: Cut) -> None:
    form = site.form()
    with site.database.reading() as session:
        before = session.scalar(select(func.count(Filing.id))) or 0
    died(site.dying_window.run(replace(form, cut=cut)))
    with site.database.reading() as session:
        assert (session.scalar(select(func.count(Filing.id))) or 0) - before == registered_by(cut)
    again = site.window.run(form)
    assert (again.signal, site.window.run(form)) == (0, again)
    books_are_dense(site)
    site.finish()
    is_whole(site, again.answer)


def registered_by(cut: Cut) -> int:
    """Whether the commit of step 5 lies before the cut."""
    later = {COMMIT: "after", INTAKE["5 transaction"]: "after", INTAKE["6 receipt"]: "after"}
    return int(later.get(cut.function) == cut.when)


@at_each(SEALING, {"after 1 lease", "after 4 seal", "before 6 its leaf", "after 6 transaction"})
def test_sealing_is_finished_by_the_next_worker(site: Site, cut: Cut) -> None:
    folio = site.received()
    died(site.dying_worker.run(Task("work", cut, job=site.job(folio, Kind.SEAL))))
    site.finish()
    is_whole(site, folio)
    books_are_dense(site)


@at_each(
    ACUSE, {"after 1 lease", "after 4 typeset and seal", "after 5 storage", "before 6 its leaf", "after 6 transaction"}
)
def test_the_acuse_is_finished_by_the_next_worker(site: Site, cut: Cut) -> None:
    folio = site.received()
    assert site.worker.run(Task("work", job=site.job(folio, Kind.SEAL))).signal == 0
    died(site.dying_worker.run(Task("work", cut, job=site.job(folio, Kind.ACUSE))))
    site.finish()
    is_whole(site, folio)
    books_are_dense(site)


@pytest.mark.thorough  # twelve cases of what nobody waits for
@at_each(RAISING)
def test_raising_is_finished_by_the_next_worker(site: Site, cut: Cut) -> None:
    folio = site.received()
    for kind in (Kind.SEAL, Kind.ACUSE):
        assert site.worker_without_tsa.run(Task("work", job=site.job(folio, kind))).signal == 0
    died(site.dying_worker.run(Task("work", cut, job=site.job(folio, Kind.RAISE))))
    site.finish()
    is_whole(site, folio)
    with site.database.reading() as session:
        filing = session.scalars(select(Filing).where(Filing.folio == folio)).one()
        tokens = session.scalars(select(Acuse.token).where(Acuse.filing_id == filing.id).order_by(Acuse.edition)).all()
    assert filing.nivel_sello == "b_t"
    assert [token is not None for token in tokens] == [False, True]
    books_are_dense(site)


def turned(site: Site) -> tuple[str, Path]:
    """A filing that an area attends to, and the PDF to answer it with."""
    folio = site.received()
    assert site.window.run(Task("turn", folio=folio)).answer == "turned"
    return folio, blank_pdf(site.folder / f"respuesta-{site.filed}.pdf", f"respuesta a {folio}")


def is_answered(site: Site, folio: str) -> None:
    """One answer, once sealed, each with its leaf and its event, each object in storage; no work on it is left."""
    with site.database.reading() as session:
        filing = session.scalars(select(Filing).where(Filing.folio == folio)).one()
        mine = StoredObject.filing_id == filing.id
        kinds = [Purpose.ANSWER, Purpose.SEALED_ANSWER]
        objects = session.scalars(select(StoredObject).where(mine, StoredObject.purpose.in_(kinds))).all()
        acts = [*session.scalars(select(LedgerLeaf.act).where(LedgerLeaf.filing_id == filing.id))]
        told = [event.act for event in filing.events]
        undone = session.scalars(
            select(Job.id).where(Job.filing_id == filing.id, Job.kind == Kind.SEAL_ANSWER, Job.done_at.is_(None))
        ).all()
    assert (filing.estado, filing.pendiente, undone) == ("resuelto", "", [])
    assert sorted(item.purpose for item in objects) == sorted(kinds)
    for act in ("respuesta", "sello_respuesta"):
        assert acts.count(act) == told.count(act) == 1
    for item in objects:
        site.bucket.fetch(item.key, item.version_id, item.sha256, site.folder / "leido")
    books_are_dense(site)


def prevented(site: Site) -> str:
    """A filing of somebody who consented to the buzón, where a prevención waits."""
    folio = site.window.run(replace(site.form(), consents=True)).answer
    assert site.window.run(Task("prevent", folio=folio)).answer == "prevented"
    return folio


def acts_of(site: Site, folio: str) -> tuple[str, list[str], list[str]]:
    """Where a filing stands, its leaves and its events."""
    with site.database.reading() as session:
        filing = session.scalars(select(Filing).where(Filing.folio == folio)).one()
        leaves = session.scalars(select(LedgerLeaf.act).where(LedgerLeaf.filing_id == filing.id))
        return filing.estado, list(leaves), [event.act for event in filing.events]


@at_each(COMPLETING, {"before 5 its commit", "after 5 its commit"})
def test_what_was_asked_is_handed_in_once_by_who_sends_it_again(site: Site, cut: Cut) -> None:
    folio = prevented(site)
    form = replace(site.form(), folio=folio)
    died(site.dying_window.run(replace(form, cut=cut)))
    committed = (cut.function, cut.when) == (COMMIT, "after")
    assert (acts_of(site, folio)[0] == "presentado") == committed
    again = site.window.run(form)
    assert (again.signal, site.window.run(form)) == (0, again)
    estado, leaves, told = acts_of(site, folio)
    assert (estado, leaves.count("desahogo"), told.count("desahogo")) == ("presentado", 1, 1)
    assert acts_of(site, again.answer)[0] == "acumulado"
    site.finish()
    is_whole(site, again.answer)
    books_are_dense(site)


@at_each(OPENING, {"before 1 its job", "before 1 its commit", "after 1 its commit"})
def test_a_message_is_opened_once_by_who_taps_again(site: Site, cut: Cut) -> None:
    folio = prevented(site)
    died(site.dying_window.run(Task("open", cut, folio=folio)))
    left = 0 if (cut.function, cut.when) == (COMMIT, "after") else 1
    assert site.window.run(Task("open", folio=folio)).answer == str(left)
    site.finish()
    is_acknowledged(site, folio)


@at_each(NOTIFYING, {"after 5 its leaf", "after 5 transaction"})
def test_an_acuse_de_notificacion_is_finished_by_the_next_worker(site: Site, cut: Cut) -> None:
    folio = prevented(site)
    assert site.window.run(Task("open", folio=folio)).answer == "1"
    died(site.dying_worker.run(Task("work", cut, job=site.job(folio, Kind.NOTIFY))))
    site.finish()
    is_acknowledged(site, folio)


def is_acknowledged(site: Site, folio: str) -> None:
    """Opened once and acknowledged once, each with its leaf and its event; no work is left."""
    _, leaves, told = acts_of(site, folio)
    for act in ("notificacion", "acuse_notificacion"):
        assert leaves.count(act) == told.count(act) == 1
    with site.database.reading() as session:
        mine = select(Filing.id).where(Filing.folio == folio).scalar_subquery()
        notices = StoredObject.purpose == Purpose.NOTICE
        [item] = session.scalars(select(StoredObject).where(StoredObject.filing_id == mine, notices))
        undone = session.scalars(select(Job.id).where(Job.filing_id == mine, Job.done_at.is_(None))).all()
    site.bucket.fetch(item.key, item.version_id, item.sha256, site.folder / "leido")
    assert undone == []
    books_are_dense(site)


# Last of all: their filings are answered before they are sealed, and nobody has to finish those.
@at_each(ANSWERING, {"before 4 its commit", "after 4 its commit"})
def test_an_answer_is_taken_once_from_who_sends_it_again(site: Site, cut: Cut) -> None:
    folio, path = turned(site)
    answer = Task("answer", main=str(path), folio=folio)
    died(site.dying_window.run(replace(answer, cut=cut)))
    committed = {(COMMIT, "after")}
    with site.database.reading() as session:
        taken = session.scalars(select(Filing.pendiente).where(Filing.folio == folio)).one() == "respuesta"
    assert taken == ((cut.function, cut.when) in committed)
    again = site.window.run(answer)
    assert (again.signal, again.answer == "answered") == (0, not taken), again.answer
    assert site.worker.run(Task("work", job=site.job(folio, Kind.SEAL_ANSWER))).signal == 0
    is_answered(site, folio)


@at_each(SEALING_AN_ANSWER, {"after 6 its leaf", "after 6 transaction"})
def test_sealing_an_answer_is_finished_by_the_next_worker(site: Site, cut: Cut) -> None:
    folio, path = turned(site)
    assert site.window.run(Task("answer", main=str(path), folio=folio)).answer == "answered"
    job = site.job(folio, Kind.SEAL_ANSWER)
    died(site.dying_worker.run(Task("work", cut, job=job)))
    with site.database.reading() as session:
        estado = session.scalars(select(Filing.estado).where(Filing.folio == folio)).one()
    assert (estado == "resuelto") == (cut == Cut(SEALING_AN_ANSWER["6 transaction"], "after"))
    let_leases_run_out(site.database)
    assert site.worker.run(Task("work", job=job)).signal == 0
    is_answered(site, folio)
