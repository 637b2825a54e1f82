"""A seal that went out without its time gets it later; every signed byte stays."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from signing.errors import SealingFailed, TimestampUnavailable
from signing.increment import last_gap
from signing.raising import Raised, raise_level
from signing.timestamp import Timestamper
from tests.support.papers import Signing, write_pdf
from tests.support.sealing import Office
from tests.support.tsa import answering, authority, server


@pytest.fixture(scope="module")
def tsa(development_pki: Path, now: datetime) -> DummyTimeStamper:
    return authority(development_pki / "tsa.p12", (development_pki / "tsa.password").read_text().strip(), now)


@pytest.fixture
def untimed(office: Office) -> Path:
    """A citizen's signed document, sealed while the authority was away."""
    nobody = Timestamper("http://127.0.0.1:1/tsa", office.anchors, timeout_seconds=1)
    sealed, target = office.timed(nobody).seal(office.signed(write_pdf(office.folder / "a.pdf"), Signing()))
    assert sealed.level == "b_b"
    return target


def raised(office: Office, source: Path, url: str) -> tuple[Raised, Path]:
    target = office.folder / "elevado.pdf"
    timestamper = Timestamper(url, office.anchors, timeout_seconds=1)
    return (
        raise_level(office.sandbox, source, target, timestamper=timestamper, anchors=office.anchors, at=office.now),
        target,
    )


def test_the_seal_gets_its_time_and_no_signed_byte_changes(
    office: Office, untimed: Path, tsa: DummyTimeStamper, judged: Callable[[Path], None]
) -> None:
    with server(answering(tsa)) as url:
        result, target = raised(office, untimed, url)
    assert result.timestamp == office.now
    citizen, seal = office.examine(target)
    assert (citizen.intact, citizen.modified_after) == (True, "solo_firmas")
    assert seal.proven_time == office.now
    assert seal.covers_whole_file
    gap, before, after = last_gap(untimed), untimed.read_bytes(), target.read_bytes()
    assert before[: gap.start] + before[gap.end :] == after[: gap.start] + after[gap.end :]
    judged(target)


def test_without_the_authority_nothing_is_written(office: Office, untimed: Path) -> None:
    with pytest.raises(TimestampUnavailable):
        raised(office, untimed, "http://127.0.0.1:1/tsa")
    assert not (office.folder / "elevado.pdf").exists()


def test_what_has_its_time_is_not_raised_again(office: Office, untimed: Path, tsa: DummyTimeStamper) -> None:
    with server(answering(tsa)) as url:
        _, target = raised(office, untimed, url)
        once = target.rename(office.folder / "una-vez.pdf")
        with pytest.raises(SealingFailed):
            raised(office, once, url)
    assert not (office.folder / "elevado.pdf").exists()


@pytest.mark.parametrize("change", ["appended", "unsigned", "another range"])
def test_a_file_that_does_not_end_with_one_seal_is_left_alone(
    office: Office, untimed: Path, tsa: DummyTimeStamper, change: str
) -> None:
    data = untimed.read_bytes()
    if change == "appended":
        untimed.write_bytes(data + b"\n")
    elif change == "unsigned":
        write_pdf(untimed)
    else:
        tail = b"%%/ByteRange [0 5 9 %d]\n"
        size = len(data) + len(tail % 1000)
        untimed.write_bytes(data + tail % (size - 9))
    with server(answering(tsa)) as url, pytest.raises(SealingFailed):
        raised(office, untimed, url)
    assert not (office.folder / "elevado.pdf").exists()
