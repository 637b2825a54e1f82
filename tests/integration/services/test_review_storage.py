"""The review against real bytes: what is gone, changed, not ours, or known to nobody; and an office that goes on."""

import hashlib
import io
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from oficialia.domain.filing import Acto
from oficialia.embedded.ports import LOOPBACK, free_ports
from oficialia.models import StoredObject
from oficialia.services import review, review_scope
from oficialia.services.outbox import POSTPONED
from oficialia.services.review_findings import Code
from oficialia.services.review_scope import Item
from oficialia.services.review_seals import Examiner
from oficialia.services.review_storage import present
from signing.trust import TrustAnchors
from storage.bucket import Bucket
from storage.errors import StorageUnavailable
from storage.keys import object_key
from tests.support.office import TestClock, blank_pdf
from tests.support.papers import sign
from tests.support.reviewing import Reviewed, new_object, review_of, rewrite
from tests.support.working import make_parts, work

PDF = "application/pdf"
HOUR = timedelta(hours=1)


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
    assert result.counts == {"hojas": 5, "expedientes": 2, "objetos": 4}
    assert acts == 11
    assert office.codes(quick=True) == []
