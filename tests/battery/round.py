"""One round: citizens file while everything is killed in turn, and every task is delivered three times at once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kombu.exceptions import KombuError
from redis.exceptions import RedisError
from sqlalchemy import select

from oficialia.db import Database, DatabaseUnavailable
from oficialia.models import Job
from oficialia.services.outbox import Kind
from tests.battery.citizens import Crowd
from tests.battery.killer import Death, strike, victims
from tests.battery.referee import Verdict, judge, served
from tests.battery.site import Site
from workers.app import TASKS, make_app

CITIZENS = 32
DELIVERIES = 3
BETWEEN_DEATHS = 2.0  # seconds at least, so that most deaths hit an office that works
FINISH_SECONDS = 180.0
Say = Callable[[str], None]


def fight(folder: Path, *, on_postgres: bool, filings: int, kills: int, seconds: float, say: Say) -> Verdict:
    """Run a round of at most about `seconds`, and judge it."""
    site = Site(folder, on_postgres)
    site.start()
    crowd, deaths = Crowd(site, filings), list[Death]()
    database = site.database()
    try:
        with ThreadPoolExecutor(CITIZENS + 2) as pool:
            for _ in range(CITIZENS):
                pool.submit(crowd.citizen)
            pool.submit(_watch, crowd, database)
            pool.submit(_deliver_thrice, crowd, database, site)
            try:
                _kill(site, crowd, deaths, kills, time.monotonic() + seconds, say)
                _let_finish(crowd, say)
            finally:
                crowd.over.set()
        return judge(site, crowd, deaths)
    finally:
        database.close()
        site.stop()


def _kill(site: Site, crowd: Crowd, deaths: list[Death], kills: int, until: float, say: Say) -> None:
    """Deaths spread over the filings: each when its share of them has a folio."""
    turns, last = victims(site), 0.0
    while len(deaths) < kills and time.monotonic() < until:
        due = (len(deaths) + 0.5) * crowd.wanted / kills
        if len(crowd.acknowledged) >= due and time.monotonic() - last > BETWEEN_DEATHS:
            if death := strike(site, next(turns)):
                deaths.append(death)
                say(f"  muerte {len(deaths):>3}: {death.victim:<16} {len(crowd.acknowledged):>5} con folio")
            last = time.monotonic()
        time.sleep(0.1)
    if time.monotonic() >= until:
        say("  se acabó el tiempo de la ronda: nadie llena más formularios")
        crowd.wanted = 0


def _let_finish(crowd: Crowd, say: Say) -> None:
    say("  nadie muere más; se espera a que todo termine")
    until = time.monotonic() + FINISH_SECONDS
    while time.monotonic() < until:
        told = {each.folio for each in crowd.acknowledged}
        if crowd.forms >= crowd.wanted and len(told) + len(crowd.faults) >= crowd.forms and told <= crowd.served:
            return
        time.sleep(0.5)


def _watch(crowd: Crowd, database: Database) -> None:
    while not crowd.over.wait(0.5):
        crowd.served |= served(database)


def _deliver_thrice(crowd: Crowd, database: Database, site: Site) -> None:
    """Rings for every new job three times at once, beside the dispatcher."""
    app, last = make_app(site.broker), 0
    while not crowd.over.wait(0.2):
        try:
            with database.reading() as session:
                jobs = session.execute(select(Job.id, Job.kind).where(Job.id > last).order_by(Job.id)).all()
            for job, kind in jobs:
                for _ in range(DELIVERIES):
                    app.send_task(TASKS[Kind(kind)], args=[job], retry=False)
                last = job
        except (DatabaseUnavailable, KombuError, RedisError, OSError):
            continue  # what it rings with was just killed
