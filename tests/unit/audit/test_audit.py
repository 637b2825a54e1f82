"""Auditing a published ledger: a good one is found good, and each thing that can be wrong has its finding."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oficialia.audit import walk
from oficialia.audit.findings import WHAT_TO_DO, Code
from oficialia.audit.signatures import read_note
from oficialia.audit.source import Copied
from oficialia.cli import cli
from oficialia.domain.checkpoint import Checkpoint
from oficialia.domain.folio import Folio
from oficialia.domain.ledger import make_leaf
from oficialia.domain.tiles import GrowingTree
from oficialia.domain.tlog_proof import TlogProof
from signing.note import WITNESS, Note, SignerKey
from signing.tlog_policy import TlogPolicy

KEY = SignerKey.generate("chalco.example/libro")
EYES = SignerKey.generate("contraloria.example", WITNESS)
POLICY = f"log {KEY.verifier}\nwitness ojos {EYES.verifier}\nquorum ojos\n"
BEGAN = datetime(2025, 12, 31, 20, tzinfo=UTC)


def leaf(act: str, folio: str, at: datetime) -> bytes:
    return make_leaf(
        act=act, folio=folio, registered_at=at, area="OP", tramite="", record={"acto": act}, salt=bytes(32)
    ).data


def filings(count: int = 300) -> list[bytes]:
    """Filings with their seals, over the end of a year (06:00 UTC)."""
    return list(_filings(count))


@cache
def _filings(count: int) -> list[bytes]:
    found, numbers = [], {2025: 0, 2026: 0}
    for number in range(count):
        at = BEGAN + timedelta(minutes=2 * number)
        year = 2025 if at < datetime(2026, 1, 1, 6, tzinfo=UTC) else 2026
        numbers[year] += 1
        folio = str(Folio(year, numbers[year]))
        found += [leaf("ingreso", folio, at), leaf("sello", folio, at + timedelta(seconds=4))]
    return found


@dataclass
class Shop:
    """A folder in which a ledger is published, as an office would, or somebody who forges it."""

    folder: Path
    key: SignerKey = KEY
    notes: list[str] = field(default_factory=list)

    def publish(self, entries: Sequence[bytes], *, witnessed_at: datetime | None = BEGAN + timedelta(days=9)) -> None:
        tree = GrowingTree()
        full = [each for entry in entries for each in tree.add(entry)]
        for tile, content in [*full, *tree.partial()]:
            self.write(tile.path, content)
        text = Checkpoint(KEY.name, tree.size, tree.root()).text
        cosigned = [EYES.sign(text, at=int(witnessed_at.timestamp()))] if witnessed_at else []
        self.notes.append(Note(text, (self.key.sign(text), *cosigned)).content)
        self.write("checkpoint", self.notes[-1].encode())
        self.write("politica", POLICY.encode())

    def write(self, path: str, content: bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def findings(self, *seen: str) -> list[tuple[Code, str]]:
        policy = TlogPolicy.parse(POLICY.encode())
        before = [walk.Seen("antes", read_note(policy, note)[0]) for note in seen]
        now, result = BEGAN + timedelta(days=10), walk.Audit()
        told = list(walk.audit(Copied(self.folder), policy, before, now, progress=lambda *_: None, result=result))
        assert all(WHAT_TO_DO[each.code] for each in told)
        return [(each.code, each.where) for each in told]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "libro")


def test_a_good_ledger_is_good_and_continues_what_was_seen(shop: Shop) -> None:
    entries = filings()
    for size in (1, 255, 256, 257, 600):
        shop.publish(entries[:size])
        assert shop.findings(*shop.notes) == []


def test_days_that_nobody_closed_are_told_but_for_the_last(shop: Shop) -> None:
    def days(*closed: int) -> list[bytes]:
        found: list[bytes] = []
        for day in range(5):
            at = BEGAN + timedelta(days=day)
            found += [leaf("cierre", "", at)] if day in closed else []
            year = 2025 if day == 0 else 2026
            found.append(leaf("ingreso", str(Folio(year, max(day, 1))), at + timedelta(minutes=1)))
        return found

    for closed in ((1, 2, 3, 4), (1, 2, 3)):
        shop.publish(days(*closed))
        assert shop.findings() == []
    shop.publish(days(1, 2))
    assert shop.findings() == [(Code.UNCLOSED, "cierres")]
    shop.publish(days())
    assert shop.findings() == [(Code.UNCLOSED, "cierres")]


def swapped(entries: list[bytes], a: int, b: int) -> list[bytes]:
    entries[a], entries[b] = entries[b], entries[a]
    return entries


FIRST, SECOND, THIRD = (str(Folio(2025, number)) for number in (1, 2, 3))
TAMPERED: dict[str, tuple[Callable[[list[bytes]], list[bytes]], list[tuple[Code, str]]]] = {
    "a filing is left out": (
        lambda all_: all_[:2] + all_[4:],
        [(Code.GAP, "hoja 2")],
    ),
    "two filings change places": (
        lambda all_: [*all_[2:4], *all_[:2], *all_[4:]],
        [(Code.GAP, "hoja 0"), (Code.TIME_BACK, "hoja 2"), (Code.REPEATED, "hoja 2"), (Code.TIME_BACK, "hoja 3")],
    ),
    "one is put in later, with an earlier date": (
        lambda all_: [*all_, leaf("sello", SECOND, BEGAN)],
        [(Code.TIME_BACK, "hoja 40")],
    ),
    "a folio is given twice": (
        lambda all_: [*all_[:4], leaf("ingreso", SECOND, BEGAN + timedelta(minutes=3)), *all_[4:]],
        [(Code.REPEATED, "hoja 4")],
    ),
    "an act is of a folio that was never given": (
        lambda all_: [leaf("sello", FIRST, BEGAN), *all_],
        [(Code.BEFORE_INTAKE, "hoja 0")],
    ),
    "a folio is of another year": (
        lambda _: [leaf("ingreso", str(Folio(2024, 1)), BEGAN)],
        [(Code.YEAR, "hoja 0")],
    ),
    "a leaf says that it comes from the future": (
        lambda _: [leaf("ingreso", str(Folio(2026, 1)), BEGAN + timedelta(days=20))],
        [(Code.FUTURE, "hoja 0"), (Code.WITNESS_EARLY, "punto de control")],
    ),
    "the office lost filings and says so": (
        lambda _: [leaf("restauracion", SECOND, BEGAN), leaf("ingreso", THIRD, BEGAN)],
        [(Code.LOST, "hoja 0")],
    ),
    "a leaf is no leaf": (lambda _: [b"{}", b"\xff"], [(Code.LEAF, "hoja 0"), (Code.LEAF, "hoja 1")]),
    "a leaf has a name in it": (
        lambda _: [json.dumps(json.loads(leaf("ingreso", FIRST, BEGAN)) | {"nombre": "Ana"}).encode()],
        [(Code.LEAF, "hoja 0")],
    ),
    "a leaf is written with blanks": (
        lambda _: [leaf("ingreso", FIRST, BEGAN).replace(b":", b": ", 1)],
        [(Code.LEAF, "hoja 0")],
    ),
    "a folio is misspelt": (
        lambda _: [leaf("ingreso", FIRST[:-1] + "?", BEGAN), leaf("ingreso", "", BEGAN)],
        [(Code.LEAF, "hoja 0"), (Code.LEAF, "hoja 1")],
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_the_office_could_have_done_before_it_signed_is_seen_in_the_leaves(shop: Shop, name: str) -> None:
    change, expected = TAMPERED[name]
    shop.publish(change(filings(20)))
    assert shop.findings() == expected


def test_history_that_the_key_itself_rewrote_is_seen_by_whoever_kept_a_checkpoint_and_by_nobody_else(
    shop: Shop,
) -> None:
    entries = filings()
    shop.publish(entries[:100])
    shop.publish([*entries[:41], leaf("sello", FIRST, BEGAN + timedelta(minutes=40, seconds=4)), *entries[42:]])
    assert shop.findings() == []
    assert shop.findings(shop.notes[0]) == [(Code.REWRITTEN, "antes")]


def test_a_ledger_that_lost_its_end_went_back(shop: Shop) -> None:
    entries = filings()
    shop.publish(entries)
    shop.publish(entries[:-2])
    assert shop.findings(shop.notes[0]) == [(Code.WENT_BACK, "antes")]


def test_leaves_that_are_not_those_that_were_signed(shop: Shop) -> None:
    entries = filings()
    shop.publish(entries)
    note = shop.notes[0].encode()
    shop.publish(swapped(entries, 100, 101))
    shop.write("checkpoint", note)
    codes = {code for code, _ in shop.findings()}
    assert Code.ROOT in codes


def test_hashes_that_are_not_those_of_the_leaves_and_parts_that_are_not_there(shop: Shop) -> None:
    shop.publish(filings())
    shop.write("tile/0/001", bytes(32 * 256))
    (shop.folder / "tile/1/000.p/2").unlink()
    assert shop.findings() == [(Code.TILE, "tile/0/001"), (Code.MISSING, "tile/1/000.p/2")]
    (shop.folder / "tile/entries/001").unlink()
    assert shop.findings() == [(Code.MISSING, "tile/entries/001"), (Code.MISSING, "antes")][:1]


def test_another_key_and_false_or_absent_witnesses(shop: Shop) -> None:
    shop.publish(filings(), witnessed_at=None)
    assert shop.findings() == [(Code.WITNESS_MISSING, "punto de control")]
    text = Note.parse(shop.notes[0]).text
    stolen = SignerKey.generate(EYES.name, WITNESS).sign(text, at=1)
    false = type(stolen)(EYES.name, EYES.verifier.key_id, stolen.value)
    shop.write("checkpoint", Note(text, (KEY.sign(text), false)).content.encode())
    assert shop.findings() == [(Code.WITNESS_FALSE, "punto de control")]
    shop.key = SignerKey.generate(KEY.name)
    shop.publish(filings())
    assert shop.findings() == [(Code.UNSIGNED, "punto de control")]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["libro", *map(str, arguments)])


def test_the_command_tells_and_remembers(shop: Shop, tmp_path: Path) -> None:
    entries, state = filings(20), tmp_path / "visto"
    shop.publish(entries[:20])
    done = run("verificar", shop.folder, "--estado", state)
    assert (done.exit_code, state.read_text("utf-8")) == (0, shop.notes[0])
    assert f"{KEY.name}: 20 hojas, 10 ingresos." in done.output
    assert str(KEY.verifier) in done.output  # where it was taken from the same place
    shop.publish(entries[2:])
    keys = ("--clave", KEY.verifier, "--clave", EYES.verifier)
    done = run("verificar", shop.folder, *keys, "--estado", state)
    assert done.exit_code == 10
    assert "historia_cambiada" in done.output
    assert "Qué hacer: " in done.output
    assert state.read_text("utf-8") == shop.notes[0]


def test_a_proof_of_an_acuse_is_something_that_was_seen(shop: Shop, tmp_path: Path) -> None:
    shop.publish(filings(20))
    kept = tmp_path / "ingreso.tlog-proof"
    kept.write_text(TlogProof(0, (), shop.notes[0], b"x").text, "utf-8")
    assert run("verificar", shop.folder, "--desde", kept).exit_code == 0
    shop.publish(filings(19))
    assert "libro_mas_corto" in run("verificar", shop.folder, "--desde", kept).output


@pytest.mark.parametrize(
    "arguments", [["--clave", "nada"], ["--desde", __file__], ["--clave", str(KEY.verifier), "--politica", __file__]]
)
def test_wrong_usage_ends_with_2(shop: Shop, arguments: list[str]) -> None:
    shop.publish(filings(2))
    assert run("verificar", shop.folder, *arguments).exit_code == 2


def test_where_there_is_no_ledger_it_ends_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oficialia.audit.source.PAUSE", 0.0)
    assert run("verificar", tmp_path, "--clave", KEY.verifier).exit_code == 1
    assert run("verificar", "http://127.0.0.1:1", "--clave", KEY.verifier).exit_code == 1


def test_a_copy_has_only_what_is_new_and_notices_a_ledger_that_does_not_continue(shop: Shop, tmp_path: Path) -> None:
    copy, entries = tmp_path / "copia", filings()
    for size in (300, 600):
        shop.publish(entries[:size])
        assert run("copiar", shop.folder, copy).exit_code == 0
        assert run("verificar", copy).exit_code == 0
    shop.publish([*entries[:599], leaf("sello", FIRST, BEGAN + timedelta(days=8))])
    assert run("copiar", shop.folder, copy).exit_code == 0
    done = run("verificar", copy)
    assert done.exit_code == 10
    assert "historia_cambiada" in done.output
