"""What beat repeats."""

import pytest
from celery import Celery

from workers.app import make_app


@pytest.fixture
def app() -> Celery:
    made = make_app("redis://127.0.0.1:1/0")
    made.loader.import_default_modules()
    made.finalize(auto=True)
    return made


def test_beat_asks_for_nothing_that_no_worker_knows(app: Celery) -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_the_review_is_nightly_and_longer_than_the_broker_waits(app: Celery) -> None:
    task, when = app.tasks["mantenimiento.revisar"], app.conf.beat_schedule["revisar"]["schedule"]
    assert (when.hour, when.minute, app.conf.timezone) == ({3}, {0}, "America/Mexico_City")
    assert task.time_limit > app.conf.broker_transport_options["visibility_timeout"]
    assert not task.acks_late  # or the broker would give it out again while it runs
