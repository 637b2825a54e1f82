"""Leaves of the ledger."""

import hashlib
import json
from datetime import UTC, datetime

from oficialia.domain.ledger import commitment, make_leaf
from oficialia.domain.merkle import leaf_hash

AT = datetime(2026, 11, 23, 23, 29, 35, 123456, tzinfo=UTC)


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
