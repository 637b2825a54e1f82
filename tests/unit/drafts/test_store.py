"""A draft keeps what it was told, for whoever has its code, as long as it promised."""

import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from oficialia.domain.codes import digest
from oficialia.domain.upload import Upload
from oficialia.drafts.draft import DraftFile
from oficialia.drafts.errors import (
    AlreadyFiled,
    ChecksumMismatch,
    DigestMismatch,
    DraftGone,
    FileGone,
    TooLong,
    UploadExpired,
    WrongOffset,
)
from oficialia.drafts.files import Checksum
from oficialia.drafts.store import DraftStore
from oficialia.errors import SubmissionRefused, Unavailable
from tests.support.office import TestClock

CONTENT = bytes(range(256)) * 10
SHA256 = hashlib.sha256(CONTENT).hexdigest()
WEEK, DAY, SECOND = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)


def upload(folder: Path, content: bytes = CONTENT, name: str = "escrito.pdf") -> Upload:
    """A file of the spool."""
    path = folder / f"envio-{uuid4().hex}"
    path.write_bytes(content)
    return Upload(path, hashlib.sha256(content).hexdigest(), len(content), name, "principal")


def piece(content: bytes, digest: bytes | None = None) -> tuple[io.BytesIO, Checksum]:
    """A piece with its sum, or with another one."""
    return io.BytesIO(content), Checksum("sha256", digest or hashlib.sha256(content).digest())


def bytes_kept(store: DraftStore) -> list[Path]:
    """Every file of every draft that holds bytes of somebody's."""
    return sorted(store.folder.rglob("archivo-*"))


def test_a_draft_keeps_the_answers_of_each_step(store: DraftStore) -> None:
    draft = store.create({"que": {"tramite": "SA-001"}})
    store.answer(draft.id, "quien", {"nombre": "María Peña Núñez", "otros": [{"nombre": "José"}]})
    store.answer(draft.id, "que", {"tramite": "", "asunto": "Bache"})
    assert store.open(draft.id).answers == {
        "que": {"tramite": "", "asunto": "Bache"},
        "quien": {"nombre": "María Peña Núñez", "otros": [{"nombre": "José"}]},
    }


def test_the_code_opens_it_however_it_is_typed_and_no_folder_shows_it(store: DraftStore) -> None:
    draft, other = store.create(), store.create()
    code = store.code(draft.id)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert store.by_code(f" {code.lower().replace('-', ' ').replace('0', 'o')} ").id == draft.id
    assert store.by_code(store.code(other.id)).id == other.id
    shown = "\n".join(f"{path}\n{path.read_text()}" for path in store.folder.rglob("*") if path.is_file())
    assert code not in shown
    assert code.replace("-", "") not in shown


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "../..", "\x00", "x" * 10_000])
def test_no_other_code_opens_anything(store: DraftStore, code: str) -> None:
    store.create()
    with pytest.raises(DraftGone):
        store.by_code(code)


def test_nobody_else_of_the_machine_can_look_into_it(store: DraftStore, tmp_path: Path) -> None:
    draft = store.create()
    store.add(draft.id, "principal", upload(tmp_path))
    store.append(draft.id, store.begin(draft.id, "fotos", "foto.jpg", 4).id, 0, io.BytesIO(b"foto"))
    inside = list(store.folder.rglob("*"))
    assert len(inside) == 5
    assert not [path for path in inside if path.stat().st_mode & 0o077]


def test_it_goes_seven_days_after_its_last_change(store: DraftStore, clock: TestClock) -> None:
    draft = store.create()
    clock.time += WEEK - SECOND
    changed = store.answer(draft.id, "que", {"asunto": "Bache"})
    assert changed.expires_at - clock.time == WEEK
    clock.time += WEEK - SECOND
    assert store.open(draft.id).answers
    assert store.sweep() == 0
    clock.time += SECOND
    with pytest.raises(DraftGone):
        store.open(draft.id)
    with pytest.raises(DraftGone):
        store.by_code(store.code(draft.id))
    with pytest.raises(DraftGone):
        store.answer(draft.id, "que", {})
    assert store.sweep() == 1
    assert list(store.folder.iterdir()) == []


def test_a_file_of_the_spool_is_moved_in(store: DraftStore, tmp_path: Path) -> None:
    draft, sent = store.create(), upload(tmp_path, name="escrito firmado.pdf")
    file = store.add(draft.id, "principal", sent, {"titulo": "Mi escrito"})
    assert not sent.path.exists()
    [kept] = store.open(draft.id).in_slot("principal")
    assert kept == file
    assert (kept.filename, kept.size, kept.received, kept.sha256) == ("escrito firmado.pdf", 2560, 2560, SHA256)
    assert kept.upload() == Upload(kept.path, SHA256, 2560, "escrito firmado.pdf", "principal")
    assert kept.path.read_bytes() == CONTENT
    assert kept.about == {"titulo": "Mi escrito"}
    assert store.open(draft.id).in_slot("fotos") == ()


def test_what_is_known_of_a_file_grows(store: DraftStore, tmp_path: Path) -> None:
    draft = store.create()
    file = store.add(draft.id, "anexo-1", upload(tmp_path), {"titulo": "Recibo", "reservado": False})
    store.describe(draft.id, file.id, {"paginas": 2})
    store.describe(draft.id, file.id, {"titulo": "Predial"})
    assert store.file(draft.id, file.id).about == {"titulo": "Predial", "reservado": False, "paginas": 2}


def test_files_keep_the_order_in_which_they_were_added(store: DraftStore, tmp_path: Path) -> None:
    draft = store.create()
    added = [store.add(draft.id, "fotos", upload(tmp_path, bytes([n]))).id for n in range(1, 6)]
    store.remove(draft.id, added.pop(1))
    store.describe(draft.id, added[0], {"giro": 90})
    assert [file.id for file in store.open(draft.id).in_slot("fotos")] == added


def test_a_file_that_was_taken_away_leaves_nothing(store: DraftStore, tmp_path: Path) -> None:
    draft = store.create()
    file = store.add(draft.id, "principal", upload(tmp_path))
    store.remove(draft.id, file.id)
    assert bytes_kept(store) == []
    for use in (lambda: store.remove(draft.id, file.id), lambda: store.describe(draft.id, file.id, {})):
        with pytest.raises(FileGone):
            use()


def test_a_file_comes_in_pieces(store: DraftStore) -> None:
    draft = store.create()
    file = store.begin(draft.id, "principal", "escrito.pdf", len(CONTENT), SHA256)
    for start in range(0, len(CONTENT), 1000):
        assert store.file(draft.id, file.id).received == start
        assert store.open(draft.id).in_slot("principal") == ()
        file = store.append(draft.id, file.id, start, *piece(CONTENT[start : start + 1000]))
    assert store.open(draft.id).in_slot("principal") == (file,)
    assert store.open(draft.id).unfinished("principal") == ()
    assert (file.sha256, file.path.read_bytes()) == (SHA256, CONTENT)
    assert store.append(draft.id, file.id, len(CONTENT), io.BytesIO()) == file


@pytest.fixture
def half(store: DraftStore) -> tuple[UUID, DraftFile]:
    """A draft with a file of which 1000 bytes are here."""
    draft = store.create()
    file = store.begin(draft.id, "principal", "escrito.pdf", len(CONTENT), SHA256)
    return draft.id, store.append(draft.id, file.id, 0, *piece(CONTENT[:1000]))


@pytest.mark.parametrize("offset", [-1, 0, 999, 1001, len(CONTENT)])
def test_a_piece_that_does_not_continue_changes_nothing(
    store: DraftStore, half: tuple[UUID, DraftFile], offset: int
) -> None:
    draft_id, file = half
    with pytest.raises(WrongOffset):
        store.append(draft_id, file.id, offset, io.BytesIO(b"x"))
    assert store.file(draft_id, file.id) == file


def test_a_piece_that_changed_on_the_way_is_not_kept(store: DraftStore, half: tuple[UUID, DraftFile]) -> None:
    draft_id, file = half
    with pytest.raises(ChecksumMismatch):
        store.append(draft_id, file.id, 1000, *piece(CONTENT[1000:], b"\0" * 32))
    assert store.file(draft_id, file.id).received == 1000
    assert store.append(draft_id, file.id, 1000, *piece(CONTENT[1000:])).sha256 == SHA256


def test_more_than_was_announced_is_not_kept(store: DraftStore, half: tuple[UUID, DraftFile]) -> None:
    draft_id, file = half
    with pytest.raises(TooLong):
        store.append(draft_id, file.id, 1000, io.BytesIO(CONTENT[1000:] + b"x"))
    assert store.file(draft_id, file.id).received == 1000


def test_what_is_not_what_the_browser_read_is_thrown_away(store: DraftStore, half: tuple[UUID, DraftFile]) -> None:
    draft_id, file = half
    with pytest.raises(DigestMismatch):
        store.append(draft_id, file.id, 1000, io.BytesIO(CONTENT[1001:] + b"x"))
    assert store.open(draft_id).files == ()
    assert bytes_kept(store) == []


def test_an_unfinished_file_goes_a_day_after_its_last_piece(
    store: DraftStore, half: tuple[UUID, DraftFile], clock: TestClock, tmp_path: Path
) -> None:
    draft_id, file = half
    other = store.add(draft_id, "anexo-1", upload(tmp_path))
    clock.time += DAY
    with pytest.raises(UploadExpired):
        store.append(draft_id, file.id, 1000, io.BytesIO(b"x"))
    assert store.sweep() == 0
    with pytest.raises(FileGone):
        store.file(draft_id, file.id)
    assert store.open(draft_id).files == (other,)
    assert bytes_kept(store) == [other.path]
    assert store.open(draft_id).expires_at < clock.time + WEEK  # the sweep is no change of the person's


def refusal(store: DraftStore, draft_id: UUID, size: int, slot: str = "anexo-1") -> str:
    """Why a file of that size is not taken; empty when it is."""
    try:
        store.begin(draft_id, slot, "a.pdf", size)
    except SubmissionRefused as error:
        return error.code
    return ""


def test_nothing_goes_up_that_could_not_be_filed(store: DraftStore) -> None:
    draft = store.create()
    assert refusal(store, draft.id, 0) == "vacio"
    assert refusal(store, draft.id, 5_001) == "demasiado_grande"
    assert refusal(store, draft.id, 5_000) == ""
    assert refusal(store, draft.id, 5_000) == ""
    assert refusal(store, draft.id, 2_001) == "demasiado_grande_total"
    assert refusal(store, draft.id, 2_000) == ""
    assert refusal(store, draft.id, 1) == "demasiado_grande_total"
    assert refusal(store, draft.id, 5_001, "firmado") == ""  # made here, of what is counted already
    many = store.create()
    assert [refusal(store, many.id, 1) for _ in range(65)] == [""] * 64 + ["demasiados_anexos"]


def test_a_file_over_the_limits_stays_where_it_was(store: DraftStore, tmp_path: Path) -> None:
    draft, large = store.create(), upload(tmp_path, b"x" * 5_001)
    with pytest.raises(SubmissionRefused) as refused:
        store.add(draft.id, "anexo-1", large)
    assert (refused.value.status, refused.value.faults[0].field) == (413, "anexo-1")
    assert large.path.exists()
    assert store.open(draft.id).files == ()


def test_of_a_filed_draft_only_the_folio_is_left(store: DraftStore, clock: TestClock, tmp_path: Path) -> None:
    draft, filing_id = store.create({"que": {"asunto": "Bache"}}), uuid4()
    file = store.add(draft.id, "principal", upload(tmp_path))
    for _ in range(2):
        closed = store.close(draft.id, "OP-2026-000123-5", filing_id)
        assert (closed.folio, closed.filing_id, closed.answers, closed.files) == ("OP-2026-000123-5", filing_id, {}, ())
    assert file.path.exists()  # who sent the same form at the same moment still looks at it
    for change in (
        lambda: store.answer(draft.id, "que", {}),
        lambda: store.add(draft.id, "principal", upload(tmp_path)),
        lambda: store.close(draft.id, "OP-2026-000124-3", uuid4()),
    ):
        with pytest.raises(AlreadyFiled) as told:
            change()
        assert "OP-2026-000123-5" in told.value.sentence
    clock.time += timedelta(hours=1)
    store.sweep()
    assert bytes_kept(store) == []
    assert store.by_code(store.code(draft.id)).folio == "OP-2026-000123-5"


def test_of_many_who_write_at_once_all_are_kept(store: DraftStore, tmp_path: Path) -> None:
    draft = store.create()
    uploads = [upload(tmp_path, bytes([number])) for number in range(40)]

    def write(number: int) -> None:
        store.answer(draft.id, f"paso-{number}", {"n": number})
        store.add(draft.id, "fotos", uploads[number])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    kept = store.open(draft.id)
    assert len(kept.answers) == len(kept.in_slot("fotos")) == 40


def test_of_many_who_send_the_same_piece_one_is_counted(store: DraftStore, half: tuple[UUID, DraftFile]) -> None:
    draft_id, file = half

    def send(_: int) -> bool:
        try:
            return bool(store.append(draft_id, file.id, 1000, *piece(CONTENT[1000:2000])))
        except WrongOffset:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(16))) == 1
    assert store.append(draft_id, file.id, 2000, *piece(CONTENT[2000:])).sha256 == SHA256


def test_of_many_who_announce_at_once_none_exceeds_the_limit(store: DraftStore) -> None:
    draft = store.create()
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: refusal(store, draft.id, 3_000), range(16)))
    assert sorted(told) == [""] * 4 + ["demasiado_grande_total"] * 12


def test_sweeping_beside_who_writes_loses_nothing(store: DraftStore, clock: TestClock, tmp_path: Path) -> None:
    old = [store.create().id for _ in range(20)]
    clock.time += WEEK
    draft = store.create()
    uploads = [upload(tmp_path, bytes([number])) for number in range(30)]
    with ThreadPoolExecutor(8) as pool:
        sweeps = [pool.submit(store.sweep) for _ in range(6)]
        list(pool.map(lambda each: store.add(draft.id, "fotos", each), uploads))
        assert sum(sweep.result() for sweep in sweeps) == len(old)
    assert all(file.path.exists() for file in store.open(draft.id).files)
    assert len(store.open(draft.id).files) == 30


def test_what_was_left_of_making_a_draft_is_swept_after_a_day(store: DraftStore, clock: TestClock) -> None:
    (store.folder / ("0" * 64)).mkdir()
    assert store.sweep() == 0
    clock.time += DAY + timedelta(minutes=5)  # the disk's clock is the real one
    assert store.sweep() == 1
    assert list(store.folder.iterdir()) == []


def test_a_complete_file_whose_bytes_were_lost_is_asked_for_again(store: DraftStore, tmp_path: Path) -> None:
    draft = store.create({"que": {"asunto": "Bache"}})
    whole, cut = (store.add(draft.id, "fotos", upload(tmp_path)) for _ in range(2))
    with cut.path.open("r+b") as file:
        file.truncate(len(CONTENT) - 1)
    assert [file.id for file in store.open(draft.id).in_slot("fotos")] == [whole.id]
    assert store.answer(draft.id, "que", {"asunto": "Luz"}).answers == {"que": {"asunto": "Luz"}}


def test_a_folder_that_cannot_be_swept_keeps_no_other(
    store: DraftStore, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    drafts = [store.create() for _ in range(9)]
    broken = store.folder / digest(store.code(drafts[4].id))
    (broken / "cerrojo").mkdir()
    clock.time += WEEK
    assert store.sweep() == 8
    assert list(store.folder.iterdir()) == [broken]
    assert "a draft cannot be swept: IsADirectoryError" in caplog.text


def test_a_disk_that_gives_nothing_is_told_as_an_outage(store: DraftStore) -> None:
    draft = store.create()
    code = store.code(draft.id)
    record = store.folder / digest(code) / "borrador.json"
    record.unlink()
    record.mkdir()  # what cannot be read, whoever asks
    with pytest.raises(Unavailable):
        store.open(draft.id)
    with pytest.raises(Unavailable):
        store.by_code(code)
