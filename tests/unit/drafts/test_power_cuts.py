"""The process dies at every step of every change of a draft: what was there before is there, or what was asked for."""

import hashlib
import io
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from oficialia.domain.upload import Upload
from oficialia.drafts.draft import Draft, DraftFile
from oficialia.drafts.errors import DraftGone
from oficialia.drafts.store import DraftStore
from tests.support.office import TestClock

CONTENT = bytes(range(256)) * 10
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FILING = UUID(int=7)
# What the interpreter announces before it asks the system for it: each is a place where the power can go.
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "fcntl.flock"}
Change = Callable[[DraftStore, UUID, Path], object]


def _spooled(spool: Path) -> Upload:
    path = spool / "envio-1"
    path.write_bytes(CONTENT)
    return Upload(path, SHA256, len(CONTENT), "escrito.pdf", "principal")


def _first(store: DraftStore, draft_id: UUID) -> str:
    return store.open(draft_id).files[0].id


CHANGES: dict[str, Change] = {
    "answer": lambda store, draft, _: store.answer(draft, "que", {"asunto": "Otro"}),
    "add": lambda store, draft, spool: store.add(draft, "principal", _spooled(spool)),
    "begin": lambda store, draft, _: store.begin(draft, "principal", "escrito.pdf", len(CONTENT), SHA256),
    "append": lambda store, draft, _: store.append(draft, _first(store, draft), 1000, io.BytesIO(CONTENT[1000:2000])),
    "complete": lambda store, draft, _: store.append(draft, _first(store, draft), 1000, io.BytesIO(CONTENT[1000:])),
    "describe": lambda store, draft, _: store.describe(draft, _first(store, draft), {"paginas": 2}),
    "remove": lambda store, draft, _: store.remove(draft, _first(store, draft)),
    "close": lambda store, draft, _: store.close(draft, "OP-2026-000123-5", FILING),
}


def _dies(change: Callable[[], object], at: int) -> bool:
    """Whether a process that makes the change dies before its ``at``-th step; else it has made it, whole."""
    child = os.fork()
    if not child:
        left = at

        def step(event: str, _: object) -> None:
            nonlocal left
            left -= event in STEPS
            if left < 0 and event in STEPS:
                os.kill(os.getpid(), signal.SIGKILL)

        end = 1
        try:
            sys.addaudithook(step)
            change()
            end = 0
        finally:
            os._exit(end)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _counted(file: DraftFile) -> bytes:
    return file.path.read_bytes()[: file.received]


def _state(draft: Draft) -> object:
    """What a draft says, but for when and under which names."""
    files = [
        (file.slot, file.filename, file.size, file.sha256, file.about, file.received and _counted(file))
        for file in draft.files
    ]
    return draft.answers, files, draft.folio


def _made(folder: Path, clock: TestClock, store: DraftStore) -> tuple[DraftStore, UUID]:
    folder.mkdir()
    made = replace(store, folder=folder, clock=clock)
    draft = made.create({"que": {"asunto": "Bache"}})
    file = made.begin(draft.id, "anexo-1", "recibo.pdf", len(CONTENT), SHA256)
    made.append(draft.id, file.id, 0, io.BytesIO(CONTENT[:1000]))
    return made, draft.id


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_made_whole_or_not_at_all(name: str, store: DraftStore, clock: TestClock, tmp_path: Path) -> None:
    change, at, died = CHANGES[name], 0, True
    whole, draft_id = _made(tmp_path / "entero", clock, store)
    before = _state(whole.open(draft_id))
    change(whole, draft_id, tmp_path)
    after = _state(whole.open(draft_id))
    while died:
        folder = tmp_path / f"cortado-{at}"
        cut, draft_id = _made(folder, clock, store)
        died = _dies(lambda cut=cut, draft_id=draft_id: change(cut, draft_id, tmp_path), at)  # type: ignore[misc]
        found = _state(cut.open(draft_id))
        assert found in ([before, after] if died else [after]), at
        if found == before:  # whoever was told nothing asks again
            change(cut, draft_id, tmp_path)
            assert _state(cut.open(draft_id)) == after
        clock.time += timedelta(hours=2)
        assert cut.sweep() == 0
        known = {file.path for file in cut.open(draft_id).files if file.received}
        assert set(folder.rglob("archivo-*")) == known
        at += 1
    assert at > 5


def test_a_draft_that_was_not_made_is_swept(store: DraftStore, clock: TestClock) -> None:
    at = 0
    while _dies(store.create, at):
        at += 1
    assert at > 3
    clock.time += timedelta(days=8)
    store.sweep()
    assert list(store.folder.iterdir()) == []


def test_a_sweep_that_was_cut_off_is_done_by_the_next(store: DraftStore, clock: TestClock, tmp_path: Path) -> None:
    at, died = 0, True
    while died:
        old, draft_id = _made(tmp_path / f"viejo-{at}", clock, store)
        clock.time += timedelta(days=7)
        young = old.create({"que": {}})
        died = _dies(old.sweep, at)
        with pytest.raises(DraftGone):
            old.open(draft_id)
        old.sweep()
        assert old.open(young.id).answers == {"que": {}}
        assert [folder.is_dir() for folder in old.folder.iterdir()] == [True]
        at += 1
    assert at > 5
