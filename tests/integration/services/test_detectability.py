"""An administrator of the database and of the store changes what was registered, as carefully as can be: every row that
says the same is changed with it, and every digest made again. The published ledger tells, by a finding with a name.

Who also has stolen the log's key and empties the store of what was published can write another history that agrees with
itself: the last test shows that nothing inside the office tells, and that whoever kept one old checkpoint does.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from minio.deleteobjects import DeleteObject
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.filing import Acto
from oficialia.domain.folio import Folio
from oficialia.domain.merkle import consistency_proof, inclusion_proof, is_consistent, root_of
from oficialia.domain.tlog_proof import TlogProof
from oficialia.embedded.seaweed import SeaweedFS
from oficialia.models import Acuse, Filing, LedgerCheckpoint, LedgerHead, LedgerLeaf, LedgerPublisher
from oficialia.services import intake, published, review_proofs, review_published
from signing.note import WITNESS, Note, SignerKey, signed_by
from signing.sandbox import Sandbox
from storage.keys import ledger_key
from tests.support.ledgers import add_leaves
from tests.support.office import TestClock, blank_pdf, make_runtime, submission
from tests.support.publishing import Log, make_log, shown
from tests.support.reviewing import TABLES, Reviewed, put_right, rewrite
from tests.support.trees import nodes_of
from tests.support.working import make_parts, work
from workers.publisher import Inconsistent

# The whole of it takes a minute, and what it breaks is broken nowhere else.
pytestmark = pytest.mark.thorough
FOLIOS = [str(Folio(2026, number)) for number in (1, 2, 3)]
REWRITTEN, WENT_BACK, FORKED = "libro_reescrito", "registro_retrocedido", "libro_bifurcado"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return make_log(tmp_path_factory.mktemp("libro"))


@pytest.fixture(scope="module")
def town_of_three(
    s3: SeaweedFS,
    sandbox: Sandbox,
    development_pki: Path,
    responders: str,
    tmp_path_factory: pytest.TempPathFactory,
    now: datetime,
    log: Log,
) -> Iterator[Reviewed]:
    """Three filings, each with its acuse and the proofs in it."""
    folder, name = tmp_path_factory.mktemp("pueblo"), f"pueblo-{uuid4().hex[:8]}"
    bucket = s3.bucket(name)
    bucket.ensure(retention_days=0)
    clock = TestClock(max(now, datetime(2026, 11, 23, 17, tzinfo=now.tzinfo)))
    url = f"sqlite:///{folder}/oficialia.db"
    runtime = log.of(
        make_runtime(url, bucket=bucket, sandbox=sandbox, pki=development_pki, spool=folder / "spool", clock=clock)
    )
    parts = make_parts(runtime, development_pki, responders)
    for number, folio in enumerate(FOLIOS):
        paper = blank_pdf(folder / f"{number}.pdf")
        assert intake.receive(runtime, submission(paper, key=folio, received_at=clock.time)).folio == folio
        work(parts)
        log.publish(runtime)
        clock.time += timedelta(seconds=1)
        work(parts)
        log.publish(runtime)
    yield Reviewed(parts, s3, name, FOLIOS[0], FOLIOS[-1])
    runtime.database.close()


@pytest.fixture
def office(town_of_three: Reviewed) -> Iterator[Reviewed]:
    """To be broken: the register is made whole again."""
    with put_right(town_of_three.runtime.database):
        yield town_of_three


def leaves(session: Session) -> list[LedgerLeaf]:
    return list(session.scalars(select(LedgerLeaf).order_by(LedgerLeaf.index)))


def drop(session: Session, folio: str) -> int:
    """A filing and all that the register has of it, its leaves too; how many these were."""
    filing_id = session.scalars(select(Filing.id).where(Filing.folio == folio)).one()
    gone = len(session.scalars(select(LedgerLeaf.index).where(LedgerLeaf.filing_id == filing_id)).all())
    for name in (
        "ledger_leaves",
        "acuses",
        "stored_objects",
        "documents",
        "jobs",
        "events",
        "deadlines",
        "party_words",
        "parties",
    ):
        table = next(table for table in TABLES if table.name == name)
        session.execute(delete(table).where(table.c.filing_id == filing_id))
    session.execute(delete(Filing).where(Filing.id == filing_id))
    return gone


def renumber(session: Session) -> None:
    """The leaves that are left, dense again, and the head with them."""
    kept = [dict(row._mapping) for row in session.execute(select(LedgerLeaf.__table__).order_by(LedgerLeaf.index))]
    session.execute(delete(LedgerLeaf))
    session.execute(insert(LedgerLeaf), [row | {"index": index} for index, row in enumerate(kept)])
    session.execute(update(LedgerHead).values(size=len(kept)))


def test_nothing_is_found_where_nothing_was_changed(office: Reviewed) -> None:
    assert office.codes(quick=False) == []


def test_a_changed_leaf(office: Reviewed) -> None:
    with office.writing() as session:
        leaf = office.leaf(session, FOLIOS[1], Acto.INGRESO)
        rewrite(leaf, record=json.loads(leaf.record) | {"asunto": "Otro"})
        session.execute(text("UPDATE filings SET asunto = 'Otro' WHERE folio = :folio"), {"folio": FOLIOS[1]})
    assert REWRITTEN in office.codes()


def test_a_changed_row_without_its_leaf(office: Reviewed) -> None:
    office.sql("UPDATE filings SET asunto = 'Otro' WHERE folio = :sealed")
    assert office.codes() == ["expediente_alterado"]


def test_the_last_folio_deleted(office: Reviewed) -> None:
    with office.writing() as session:
        drop(session, FOLIOS[2])
        renumber(session)
        session.execute(text("UPDATE folio_series SET last = last - 1"))
    assert set(office.codes()) >= {WENT_BACK}


def test_a_middle_folio_deleted(office: Reviewed) -> None:
    with office.writing() as session:
        drop(session, FOLIOS[1])
        renumber(session)
    assert set(office.codes()) >= {REWRITTEN, WENT_BACK, "folio_faltante"}


def test_two_folios_swapped(office: Reviewed) -> None:
    with office.writing() as session:
        first, second = (office.filing(session, folio) for folio in FOLIOS[:2])
        pair = [(each.folio, each.sequence, each.registered_at) for each in (first, second)]
        first.folio, first.sequence = "cambio", 0
        session.flush()
        for filing, (folio, sequence, at) in zip((second, first), pair, strict=True):
            filing.folio, filing.sequence, filing.registered_at = folio, sequence, at
            session.flush()
        for leaf in leaves(session):
            if leaf.filing_id in {first.id, second.id}:
                leaf.folio = next(each.folio for each in (first, second) if each.id == leaf.filing_id)
                rewrite(leaf, record=json.loads(leaf.record) | {"folio": leaf.folio})
    assert REWRITTEN in office.codes()


def test_a_filing_put_in_with_an_earlier_date(office: Reviewed) -> None:
    with office.writing() as session:
        early = leaves(session)[0]
        row = {column.name: getattr(early, column.name) for column in LedgerLeaf.__table__.columns}
        session.execute(update(LedgerLeaf).values(index=LedgerLeaf.index + 1000))
        session.execute(insert(LedgerLeaf), [row | {"index": 0, "filing_id": None}])
        renumber(session)
    assert REWRITTEN in office.codes()


def test_a_folio_given_to_another_filing(office: Reviewed, tmp_path: Path) -> None:
    with office.writing() as session:
        drop(session, FOLIOS[2])
        renumber(session)
        session.execute(text("UPDATE folio_series SET last = last - 1"))
    paper = submission(blank_pdf(tmp_path / "otro.pdf"), key="otro")
    assert intake.receive(office.runtime, paper).folio == FOLIOS[2]
    add_leaves(office.runtime, 5)  # so that the register is as long as it was
    assert REWRITTEN in office.codes()


@pytest.mark.parametrize(("purpose", "act"), [("sellado", Acto.SELLO), ("acuse", Acto.ACUSE)])
def test_a_stored_document_swapped(office: Reviewed, tmp_path: Path, purpose: str, act: str) -> None:
    """With the row that names it, and the leaf that has its digest."""
    other = blank_pdf(tmp_path / "otro.pdf", purpose).read_bytes()
    with office.writing() as session:
        row = office.object(session, purpose)
        stored = office.runtime.bucket.put_bytes(row.key, other, media_type="application/pdf")
        row.sha256, row.size, row.version_id = stored.sha256, stored.size, stored.version_id
        leaf = office.leaf(session, FOLIOS[0], act)
        rewrite(leaf, record=json.loads(leaf.record) | {purpose: stored.sha256})
    assert set(office.codes(quick=False)) >= {REWRITTEN, "firma_invalida"}


def test_the_register_of_yesterday(office: Reviewed, log: Log) -> None:
    with office.writing() as session:  # all of it, with what it knew of checkpoints
        drop(session, FOLIOS[2])
        renumber(session)
        size = session.get_one(LedgerHead, 1).size
        session.execute(delete(LedgerCheckpoint).where(LedgerCheckpoint.size > size))
        session.execute(text("UPDATE folio_series SET last = last - 1"))
    assert set(office.codes()) == {WENT_BACK, "punto_sin_registro"}
    with pytest.raises(Inconsistent, match="El registro tiene"):
        log.publish(office.runtime)


def fork(office: Reviewed, log: Log) -> tuple[Checkpoint, Note, list[bytes]]:
    """Another ledger of the same size, under the log's own key: its checkpoint, signed, and its leaves' hashes."""
    with office.runtime.database.reading() as session:
        hashes = [bytes.fromhex(leaf.hash) for leaf in leaves(session)]
    size = shown(office.runtime.bucket, log).size
    hashes = [bytes(32), *hashes[1:size]]
    other = Checkpoint(log.key.name, size, root_of(hashes))
    return other, Note(other.text, (log.key.sign(other.text),)), hashes


@contextmanager
def published_for_a_moment(office: Reviewed, note: Note) -> Iterator[None]:
    """Somebody is shown another checkpoint, and everybody else the true one again."""
    true = published.read_checkpoint(office.runtime.bucket) or b""
    key = ledger_key(published.CHECKPOINT)
    added = [
        office.runtime.bucket.put_bytes(key, content, media_type=published.NOTE_TYPE)
        for content in (note.content.encode(), true)
    ]
    yield
    for each in added:
        office.client.remove_object(office.bucket_name, key, each.version_id)


def test_another_ledger_shown_to_one_person(office: Reviewed, log: Log) -> None:
    _, note, _ = fork(office, log)
    with published_for_a_moment(office, note):
        assert set(office.codes(quick=False)) == {FORKED}


def test_an_acuse_that_proves_another_ledger(office: Reviewed, log: Log) -> None:
    other, note, hashes = fork(office, log)
    with office.runtime.database.reading() as session:
        acuse = session.scalars(select(Acuse).limit(1)).one()
        [leaf, *_] = leaves(session)
    hashes = [bytes.fromhex(leaf.hash), bytes(32), *hashes[2:]]
    other = replace(other, root=root_of(hashes))
    note = Note(other.text, (log.key.sign(other.text),))
    proof = TlogProof(0, inclusion_proof(0, other.size, nodes_of(hashes)), note.content, leaf.data.encode())
    files = {name: proof.text.encode() for name in ("ingreso.tlog-proof", "sello.tlog-proof")}
    publication = review_published.measure(office.runtime.database, office.runtime.bucket, log.policy)
    found = list(review_proofs.carried(publication, "acuse", files, acuse))
    assert {finding.code.value for finding in found} == {FORKED}
    stranger = SignerKey.generate(log.key.name)
    foreign = replace(proof, checkpoint=Note(other.text, (stranger.sign(other.text),)).content)
    for text_of in (foreign.text, "nada", proof.text.replace("index 0", "index 1")):
        files = dict.fromkeys(files, text_of.encode())
        found = list(review_proofs.carried(publication, "acuse", files, acuse))
        assert {finding.code.value for finding in found} == {"prueba_ajena"}
    assert [each.code.value for each in review_proofs.carried(publication, "acuse", {}, acuse)] == ["prueba_ajena"]


def test_a_published_tile_written_over(office: Reviewed, log: Log) -> None:
    size = shown(office.runtime.bucket, log).size
    key = ledger_key(f"tile/entries/000.p/{size}")
    stored = office.runtime.bucket.put_bytes(key, b"\0\2{}", media_type=published.TILE_TYPE)
    try:
        assert office.codes(quick=False) == ["publicado_distinto"]
    finally:
        office.client.remove_object(office.bucket_name, key, stored.version_id)


def test_a_checkpoint_under_another_key(office: Reviewed) -> None:
    with office.writing() as session:
        row = session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.size).limit(1)).one()
        stranger = SignerKey.generate(row.origin)
        body = Note.parse(row.note).text
        row.note = Note(body, (stranger.sign(body),)).content
    assert set(office.codes(quick=False)) == {"punto_ajeno", "punto_sin_registro"}


def test_history_signed_again_with_the_stolen_key_is_told_by_whoever_kept_a_checkpoint_and_by_nobody_else(
    office: Reviewed, log: Log, tmp_path: Path
) -> None:
    # A witness outside of the office has the checkpoint of today, and says when it saw it.
    witness = SignerKey.generate("contraloria.example", WITNESS)
    before = shown(office.runtime.bucket, log)
    cosigned = Note(before.text, (log.key.sign(before.text), witness.sign(before.text, at=1_795_650_000)))
    # The thief writes history anew, forgets every checkpoint, empties the store of the ledger, and publishes.
    with office.writing() as session:
        leaf = office.leaf(session, FOLIOS[1], Acto.INGRESO)
        data = json.loads(leaf.data)
        rewrite(leaf, area="PM", registrado_en=data["registrado_en"])
        session.execute(delete(LedgerCheckpoint))
        session.execute(delete(LedgerPublisher))
        # Their acuses prove the old ledger: the office issues others, with whatever it wants.
        session.execute(update(Acuse).values(checkpoint_size=None))
    kept = [(version.key, version.version_id) for version in office.runtime.bucket.versions("libro/")]
    contents = [office.runtime.bucket.read(key, version_id=each, at_most=1 << 20) for key, each in kept]
    doomed = [DeleteObject(key, each) for key, each in kept]
    assert not list(office.client.remove_objects(office.bucket_name, doomed))
    (tmp_path / "otra").mkdir()
    thief = Log(log.key, tmp_path / "otra")
    try:
        thief.publish(office.runtime)
        assert not {REWRITTEN, FORKED, WENT_BACK, "publicado_distinto", "punto_ajeno"} & set(office.codes())
        # Caught: no proof leads from what the witness saw to what is shown now.
        after = shown(office.runtime.bucket, log)
        with office.runtime.database.reading() as session:
            hashes = [bytes.fromhex(leaf.hash) for leaf in leaves(session)]
        proof = consistency_proof(before.size, after.size, nodes_of(hashes))
        assert len(signed_by(cosigned, [log.key.verifier, witness.verifier])) == 2
        assert not is_consistent(before.size, after.size, proof, before.root, after.root)
    finally:
        doomed = [DeleteObject(each.key, each.version_id) for each in office.runtime.bucket.versions("libro/")]
        assert not list(office.client.remove_objects(office.bucket_name, doomed))
        for (key, _), content in zip(kept, contents, strict=True):
            office.runtime.bucket.put_bytes(key, content, media_type=published.TILE_TYPE)
