"""Leaves and the RFC 6962 tree."""

import hashlib
import json
from datetime import UTC, datetime

import pytest

from oficialia.domain.ledger import commitment, leaf_hash, make_leaf, merkle_root, root_of

AT = datetime(2026, 11, 23, 23, 29, 35, 123456, tzinfo=UTC)
# The test tree of certificate-transparency: entries and the roots of its first 0 to 8.
ENTRIES = [
    bytes.fromhex(e) for e in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "60616263646566676869")
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
}


@pytest.mark.parametrize("size", ROOTS)
def test_roots_are_those_of_the_certificate_transparency_vectors(size: int) -> None:
    assert merkle_root(ENTRIES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize("size", [*range(20), 255, 256, 257])
def test_the_root_from_leaf_hashes_one_at_a_time_is_the_same(size: int) -> None:
    entries = [str(number).encode() for number in range(size)]
    assert root_of(map(leaf_hash, entries)) == merkle_root(entries)


def test_a_leaf_is_canonical_json_with_local_time_to_the_second() -> None:
    leaf = make_leaf(
        act="ingreso",
        folio="OP-2026-000123-5",
        registered_at=AT,
        area="OP",
        tramite="",
        record={"b": 1, "a": "ñ"},
        salt=b"s" * 32,
    )
    assert leaf.record == '{"a":"ñ","b":1}'.encode()
    shown = json.loads(leaf.data)
    assert list(shown) == sorted(shown)
    assert shown["registrado_en"] == "2026-11-23T17:29:35-06:00"
    assert shown["compromiso"] == hashlib.sha256(b"s" * 32 + leaf.record).hexdigest()
    assert leaf.hash == leaf_hash(leaf.data) == hashlib.sha256(b"\0" + leaf.data).digest()


def test_the_same_record_under_another_salt_commits_to_another_value() -> None:
    assert commitment(b"1" * 32, b"{}") != commitment(b"2" * 32, b"{}")
