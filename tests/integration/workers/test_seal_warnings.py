"""Every day the log says what is wrong with the seals, 30, 7 and 1 days ahead."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oficialia.runtime import Runtime
from tests.support.office import TestClock
from tests.support.seals import PASSWORD, Authority
from tests.support.working import make_parts
from workers import seals

DAY = timedelta(days=1)


def test_the_daily_task_names_what_is_wrong_and_nothing_else(
    runtime: Runtime,
    development_pki: Path,
    authority: Authority,
    clock: TestClock,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority.pkcs12(tmp_path / "a.p12", clock.time - DAY, clock.time + 40 * DAY)
    ours = make_parts(
        runtime, development_pki, "http://127.0.0.1:1", seal={"PKCS12": str(tmp_path / "a.p12"), "PASSWORD": PASSWORD}
    )
    monkeypatch.setattr(seals, "parts", lambda: replace(ours))
    told = []
    for _ in range(5):  # 40, 29, 18, 7 and -4 days are left
        seals.warn()
        told.append([record.getMessage() for record in caplog.records if record.levelno == logging.ERROR])
        caplog.clear()
        clock.time += 11 * DAY
    assert [len(words) for words in told] == [0, 1, 1, 1, 2]
    assert ["30 días" in words[0] for words in told[1:3]] == [True, True]
    assert "7 días" in told[3][0]
    assert "No hay ningún sello que se pueda usar" in told[4][0]
