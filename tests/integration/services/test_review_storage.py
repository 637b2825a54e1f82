"""The review against real bytes: what is gone, changed, not ours, or known to nobody; and an office that goes on."""

import hashlib
import io
import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.filing import Acto
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.models import LedgerLeaf, StoredObject
from oficialia.services import intake, review, review_scope
from oficialia.services.outbox import POSTPONED
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_scope import Item
from oficialia.services.review_seals import Examiner
from oficialia.services.review_storage import present
from signing.trust import TrustAnchors
from storage.bucket import Bucket
from storage.errors import StorageUnavailable
from storage.keys import object_key
from tests.support.office import TestClock, blank_pdf, submission
from tests.support.papers import sign
from tests.support.reviewing import Reviewed, by_hand, review_of, rewrite
from tests.support.working import make_parts, work

PDF = "application/pdf"
HOUR = timedelta(hours=1)


def new_object(office: Reviewed, tmp_path: Path) -> StoredObject:
    """The original of one more filing: what befalls it befalls no other test."""
    receipt = intake.receive(office.runtime, submission(blank_pdf(tmp_path / "c.pdf", str(uuid4())), key=str(uuid4())))
    with office.runtime.database.reading() as session:
        return session.scalars(select(StoredObject).where(StoredObject.filing_id == receipt.filing_id)).one()


def test_an_object_that_is_gone_is_found(office: Reviewed, tmp_path: Path) -> None:
    item = new_object(office, tmp_path)
    assert office.codes(quick=False) == []
    office.client.remove_object(office.bucket_name, item.key, version_id=item.version_id)
    assert office.codes(quick=False) == office.codes(quick=True) == [Code.OBJECT_ABSENT]


def put_other_bytes(office: Reviewed, item: StoredObject, content: bytes) -> None:
    """The register believes in a version that has other bytes."""
    put = office.client.put_object(office.bucket_name, item.key, io.BytesIO(content), len(content))
    office.sql("UPDATE stored_objects SET version_id = :version WHERE key = :key", version=put.version_id, key=item.key)


def test_other_bytes_of_the_same_size_are_found_by_reading_alone(office: Reviewed, tmp_path: Path) -> None:
    item = new_object(office, tmp_path)
    put_other_bytes(office, item, bytes(item.size))
    assert office.codes(quick=True) == []
    [finding] = office.review().findings
    assert (finding.code, finding.subject) == (Code.OBJECT_ALTERED, item.key)


def test_another_size_is_found_without_reading(office: Reviewed, tmp_path: Path) -> None:
    item = new_object(office, tmp_path)
    put_other_bytes(office, item, b"corto")
    assert office.codes(quick=True) == [Code.OBJECT_SIZE]
    assert office.codes(quick=False) == [Code.OBJECT_ALTERED]


def test_a_size_that_only_the_register_has_wrong_is_found_by_reading_too(office: Reviewed, tmp_path: Path) -> None:
    item = new_object(office, tmp_path)
    office.sql("UPDATE stored_objects SET size = 1 WHERE key = :key", key=item.key)
    assert office.codes(quick=False) == [Code.OBJECT_SIZE]


def in_bucket(office: Reviewed, later: timedelta) -> set[Finding]:
    """What a review says of the bucket."""
    codes = {Code.OBJECT_ORPHAN, Code.FILING_DOUBTFUL, Code.FILING_LOST}
    return {finding for finding in office.review(quick=True, later=later).findings if finding.code in codes}


def stray(office: Reviewed, filing_id: UUID, purpose: str, tmp_path: Path) -> str:
    """An object without a row; its key."""
    path = blank_pdf(tmp_path / "suelto.pdf", str(uuid4()))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    key = object_key(filing_id, purpose, digest, "pdf")
    return office.runtime.bucket.put(key, path, sha256=digest, media_type=PDF).key


def test_what_was_received_after_everything_else_may_have_had_a_folio(office: Reviewed, tmp_path: Path) -> None:
    before, filing_id = in_bucket(office, HOUR), uuid4()
    keys = [stray(office, filing_id, purpose, tmp_path) for purpose in ("original", "fuente")]
    assert not in_bucket(office, timedelta(0))
    [finding] = in_bucket(office, HOUR) - before
    assert (finding.code, finding.subject, finding.severity) == (
        Code.FILING_DOUBTFUL,
        f"expediente {filing_id}",
        "aviso",
    )
    for purpose, key in zip(("original", "fuente"), keys, strict=True):
        assert re.search(rf"\[{purpose}, \d{{4}}-\d\d-\d\dT[^]]* bytes: {key} \(versión ", finding.sentence)


def registered_later(office: Reviewed, tmp_path: Path, act: str = "") -> None:
    """The register goes on, an hour after everything that is in the bucket."""
    new_object(office, tmp_path)
    with office.writing() as session:
        leaf = session.scalars(select(LedgerLeaf).order_by(LedgerLeaf.index.desc()).limit(1)).one()
        leaf.registered_at += HOUR
        leaf.act = act or leaf.act


def test_what_an_interrupted_intake_left_is_harmless_once_the_register_went_on(
    office: Reviewed, tmp_path: Path
) -> None:
    before, filing_id = in_bucket(office, HOUR), uuid4()
    stray(office, filing_id, "original", tmp_path)
    registered_later(office, tmp_path)
    [finding] = {each for each in in_bucket(office, HOUR) if str(filing_id) in each.subject}
    assert (finding.code, finding.severity) == (Code.OBJECT_ORPHAN, "aviso")
    assert "se interrumpió antes de dar folio" in finding.sentence
    assert finding not in before


def test_what_was_received_in_a_time_that_a_restore_lost_may_have_had_a_folio(office: Reviewed, tmp_path: Path) -> None:
    filing_id = uuid4()
    stray(office, filing_id, "original", tmp_path)
    registered_later(office, tmp_path, act="restauracion")
    registered_later(office, tmp_path)
    [finding] = {each for each in in_bucket(office, HOUR) if str(filing_id) in each.subject}
    assert finding.code == Code.FILING_DOUBTFUL


def test_a_sealed_document_of_no_filing_is_a_filing_that_was_lost(office: Reviewed, tmp_path: Path) -> None:
    before, filing_id = in_bucket(office, HOUR), uuid4()
    keys = [stray(office, filing_id, purpose, tmp_path) for purpose in ("original", "sellado", "acuse")]
    [finding] = in_bucket(office, HOUR) - before
    assert (finding.code, finding.subject, finding.severity) == (
        Code.FILING_LOST,
        f"expediente {filing_id}",
        "falta",
    )
    assert all(key in finding.sentence for key in keys)


def test_what_a_leaf_tells_of_had_its_folio(office: Reviewed, tmp_path: Path) -> None:
    """Only who deletes rows by hand can bring it about; PostgreSQL's constraint is put aside for it."""
    with office.runtime.database.reading() as session:
        mine = office.filing(session, office.open_folio).id
    stray(office, mine, "original", tmp_path)
    by_hand(office, "DELETE FROM filings WHERE folio = :open")
    [finding] = {each for each in in_bucket(office, HOUR) if str(mine) in each.subject}
    assert finding.code == Code.FILING_LOST


def test_a_second_seal_of_a_known_filing_is_what_an_interruption_leaves(office: Reviewed, tmp_path: Path) -> None:
    before = in_bucket(office, HOUR)
    with office.runtime.database.reading() as session:
        mine = office.filing(session, office.sealed_folio).id
    key = stray(office, mine, "sellado", tmp_path)
    [finding] = in_bucket(office, HOUR) - before
    assert (finding.code, finding.subject) == (Code.OBJECT_ORPHAN, f"expediente {mine}")
    assert office.sealed_folio in finding.sentence
    assert key in finding.sentence


def test_a_second_version_of_a_known_object_is_known_to_nobody(office: Reviewed, tmp_path: Path) -> None:
    before = in_bucket(office, HOUR)
    item = new_object(office, tmp_path)
    office.client.put_object(office.bucket_name, item.key, io.BytesIO(b"otro"), 4)
    [finding] = in_bucket(office, HOUR) - before
    assert (finding.code, finding.subject) == (Code.OBJECT_ORPHAN, f"expediente {item.filing_id}")
    assert "4 bytes" in finding.sentence


def test_a_store_that_is_away_gives_no_verdict(office: Reviewed) -> None:
    away = Bucket(
        f"http://{LOOPBACK}:{free_ports(1)[0]}", "quien", "secreto-largo", bucket="oficialia", region="us-east-1"
    )
    with pytest.raises(StorageUnavailable):
        review_of(replace(office.runtime, bucket=away), at=office.runtime.clock())


class Ailing(BaseHTTPRequestHandler):
    """A store that lives, and whose disk cannot be read."""

    def do_HEAD(self) -> None:
        self._answer(500 if "expedientes/" in self.path else 200)

    def do_GET(self) -> None:
        self._answer(500)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


def test_an_object_that_a_living_store_does_not_give_is_found_and_the_review_goes_on(
    office: Reviewed, tmp_path: Path
) -> None:
    item = new_object(office, tmp_path)
    with ThreadingHTTPServer((LOOPBACK, 0), Ailing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://{LOOPBACK}:{server.server_address[1]}"
        ailing = Bucket(url, "quien", "secreto-largo", bucket="oficialia", region="us-east-1")
        examiner = Examiner(ailing, office.runtime.sandbox, office.runtime.anchors, None)
        found = [present(ailing, item), *examiner.look(Item(item, "OP", None, ""), frozenset())]
        server.shutdown()
    assert [finding and finding.code for finding in found] == [Code.OBJECT_UNREADABLE, Code.OBJECT_UNREADABLE]


def reissue(office: Reviewed, session: Session, change: Callable[[Path], object], tmp_path: Path) -> None:
    """The acuse becomes another document, and everything that names it says so: only the bytes can tell."""
    item, path = office.object(session, "acuse"), tmp_path / "acuse.pdf"
    office.runtime.bucket.fetch(item.key, item.version_id, item.sha256, path)
    change(path)
    item.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    key = object_key(item.filing_id, "acuse", item.sha256, "pdf")
    stored = office.runtime.bucket.put(key, path, sha256=item.sha256, media_type=PDF)
    item.key, item.version_id, item.size = stored.key, stored.version_id, stored.size
    leaf = office.leaf(session, office.sealed_folio, Acto.ACUSE)
    rewrite(leaf, record=json.loads(leaf.record) | {"acuse": item.sha256})


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[10] ^= 1  # in the comment after the header
    path.write_bytes(data)


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n% algo")


@pytest.mark.parametrize("change", [flip, append], ids=lambda change: change.__name__)
def test_a_seal_that_does_not_fit_its_document_is_found(
    office: Reviewed, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    with office.writing() as session:
        reissue(office, session, change, tmp_path)
    assert office.codes(quick=True) == []
    assert office.codes(quick=False) == [Code.SEAL_INVALID]


def test_an_acuse_without_seal_and_proofs_is_found(office: Reviewed, tmp_path: Path) -> None:
    with office.writing() as session:
        reissue(office, session, blank_pdf, tmp_path)
    assert office.codes(quick=False) == [Code.SEAL_INVALID, Code.ATTACHED_DIFFERS]


def test_somebody_elses_signature_is_not_our_seal(office: Reviewed, tmp_path: Path, development_pki: Path) -> None:
    people = development_pki / "ciudadanos"
    with office.writing() as session:
        reissue(
            office,
            session,
            lambda path: sign(path, people / "maria.p12", (people / "maria.password").read_text().strip()),
            tmp_path,
        )
    assert office.codes(quick=False) == [Code.SEAL_FOREIGN]


def test_a_seal_by_a_certificate_that_the_office_never_used_is_found(office: Reviewed) -> None:
    office.sql("UPDATE seal_certificates SET sha256 = '00'")
    assert office.codes(quick=False) == [Code.SEAL_FOREIGN, Code.SEAL_FOREIGN]


def test_a_seal_that_leads_to_no_anchor_is_found(office: Reviewed) -> None:
    result = review_of(replace(office.runtime, anchors=TrustAnchors()), at=office.runtime.clock())
    assert [finding.code for finding in result.findings] == [Code.SEAL_INVALID, Code.SEAL_INVALID]


def test_proofs_that_are_not_those_of_the_register_are_found(office: Reviewed) -> None:
    office.sql("UPDATE acuses SET token = NULL")
    work_lost, finding = office.review().findings  # without a token, its time was to be asked for later
    assert (work_lost.code, finding.code) == (Code.WORK_LOST, Code.ATTACHED_DIFFERS)
    assert "cadena-original.tsr" in finding.sentence


def test_editions_that_got_their_time_later_are_in_order(
    office: Reviewed, tmp_path: Path, development_pki: Path
) -> None:
    new_object(office, tmp_path)
    [port] = free_ports(1)
    work(make_parts(office.runtime, development_pki, f"http://{LOOPBACK}:{port}"))
    assert office.codes(quick=False) == []
    assert isinstance(office.runtime.clock, TestClock)
    office.runtime.clock.time += POSTPONED
    work(office.parts)
    result = office.review()
    assert result.findings == ()
    # Two filings came to their acuse without time: of each, original, two sealed copies and two acuses; and four more.
    assert result.counts["objetos"] == 13


def test_an_office_that_goes_on_gives_no_false_finding(
    office: Reviewed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the review is at the leaves, the filings and the objects, a filing comes in, and all get their acuse."""
    monkeypatch.setattr(review_scope, "BATCH", 1)
    acts = 0

    def go_on(_done: int, _total: int) -> None:
        nonlocal acts
        acts += 1
        if acts in {2, 5, 8}:
            new_object(office, tmp_path)
        elif acts in {4, 6, 9}:
            work(office.parts)

    runtime = office.runtime
    at = runtime.clock()
    result = review.run(
        database=runtime.database,
        bucket=runtime.bucket,
        sandbox=runtime.sandbox,
        anchors=runtime.anchors,
        clock=lambda: at,
        said=go_on,
    )
    assert result.findings == ()
    assert result.counts == {"hojas": 4, "expedientes": 2, "objetos": 4}
    assert acts == 10
    assert office.codes(quick=True) == []
