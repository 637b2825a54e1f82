"""Every setting is documented, with who reads it; only the worker can know the seal key, only the publisher the
ledger's."""

from pathlib import Path

from oficialia.ledger_settings import LEDGER_KEY
from oficialia.seal_settings import SEAL_FIELDS
from oficialia.settings import PROCESSES, SIGNING_FIELDS, WorkerSettings
from oficialia.settings_table import table

ROOT = Path(__file__).resolve().parents[2]


def test_the_documented_table_is_the_one_of_the_code() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert table() in text, "run `oficialia ajustes tabla` and paste it into docs/settings.md"


def test_every_setting_says_what_it_is() -> None:
    for process in PROCESSES:
        for name, field in process.model_fields.items():
            assert field.description, f"{process.process}: {name}"


def test_only_the_worker_declares_the_seal_key() -> None:
    for process in PROCESSES:
        declared = set(process.model_fields) & set(SEAL_FIELDS)
        assert declared == (set(SEAL_FIELDS) if process is WorkerSettings else set())


def test_only_the_publisher_declares_the_key_of_the_ledger() -> None:
    assert {process.process for process in PROCESSES if set(LEDGER_KEY) & set(process.model_fields)} == {"publisher"}


def test_who_holds_no_key_refuses_both_and_who_holds_one_the_other() -> None:
    refused = {process.process: process.forbidden for process in PROCESSES}
    assert {name for name, fields in refused.items() if fields == SIGNING_FIELDS} == {
        "web",
        "dispatcher",
        "beat",
        "witness",
    }
    assert (refused["worker"], refused["cli"], refused["publisher"]) == (LEDGER_KEY, LEDGER_KEY, SEAL_FIELDS)
