"""What the bucket has and no row knows is told by filing, and as what it can be."""

import hashlib
import io
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select

from oficialia.models import LedgerLeaf
from oficialia.services.review_findings import Code, Finding
from storage.keys import object_key
from tests.support.office import blank_pdf
from tests.support.reviewing import Reviewed, by_hand, new_object

PDF = "application/pdf"
HOUR = timedelta(hours=1)


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
