"""The worker in the test's own process: its real tasks on the outbox, with the development seal, without a broker."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from unittest import mock

from sqlalchemy import select

from oficialia.models import Job
from oficialia.runtime import Runtime, revocation_of
from oficialia.services.outbox import Kind, due
from oficialia.settings import WorkerSettings, load
from signing.timestamp import Timestamper
from workers import acuses, mail, notificaciones, protection, proving, raising, reports, respuestas, sealing
from workers.parts import Parts, make_seals, protector_of

TASKS = {
    Kind.SEAL: (sealing, sealing.seal),
    Kind.ACUSE: (acuses, acuses.issue),
    Kind.SEAL_ANSWER: (respuestas, respuestas.seal_answer),
    Kind.REPORT: (reports, reports.issue_report),
    Kind.NOTIFY: (notificaciones, notificaciones.issue_notice),
    Kind.RAISE: (raising, raising.raise_filing),
    Kind.PROVE: (proving, proving.prove),
    Kind.PROTECT: (protection, protection.protect),
}
MAIL = {kind: (mail, mail.send) for kind in Kind if kind.startswith("correo_")}


def make_parts(
    runtime: Runtime, pki: Path, responders: str, *, smtp_port: int = 587, seal: Mapping[str, str] | None = None
) -> Parts:
    """What the worker of `runtime` has; `responders` is the address of the PKI's authority of time, `seal` its seals
    where they are not that of the PKI (names after OFICIALIA_SEAL_)."""
    if seal is None:
        seal = {"PKCS12": str(pki / "sello.p12"), "PASSWORD_FILE": str(pki / "sello.password")}
    settings = load(
        WorkerSettings,
        {
            "OFICIALIA_ENV": "demo",
            "OFICIALIA_DATABASE_URL": "sqlite://",
            "OFICIALIA_PUBLIC_URL": runtime.labels.public_url,
            "OFICIALIA_REDIS_URL": "redis://127.0.0.1",
            "OFICIALIA_S3_ENDPOINT": "http://127.0.0.1",
            "OFICIALIA_S3_ACCESS_KEY": "nadie",
            "OFICIALIA_S3_SECRET_KEY": "ninguno-1",
            "OFICIALIA_HMAC_SECRET": "0123456789abcdef" * 4,
            "OFICIALIA_SPOOL_DIR": str(runtime.spool),
            "OFICIALIA_TRUST_DIR": str(pki / "anclas"),
            **{f"OFICIALIA_SEAL_{name}": value for name, value in seal.items()},
            "OFICIALIA_TSA_URL": f"{responders}/tsa",
            "OFICIALIA_TSA_ANCHORS": str(pki / "anclas"),
            "OFICIALIA_OCSP_URLS": f"{responders}/ocsp",
            "OFICIALIA_CRL_URLS": f"{responders}/crl {responders}/raiz.crl",
            "OFICIALIA_SMTP_HOST": "127.0.0.1",
            "OFICIALIA_SMTP_PORT": str(smtp_port),
            "OFICIALIA_SMTP_TLS": "no",
            "OFICIALIA_SMTP_FROM": "oficialia@chalco.example",
        },
    )
    timestamper = Timestamper(settings.tsa_url, runtime.anchors, timeout_seconds=2, cool_down_seconds=0)
    revocation = revocation_of(settings, runtime.anchors)
    seals = make_seals(settings, runtime, timestamper, revocation)
    return Parts(settings, runtime, seals, timestamper, protector_of(runtime, timestamper, revocation))


def work(ours: Parts, *, with_mail: bool = False) -> None:
    """Does what the outbox has for the worker, and what that asks for, until nothing is due; mail stays open unless it
    is asked for."""
    tasks = TASKS | MAIL if with_mail else TASKS
    while jobs := _due_jobs(ours.runtime, tasks):
        for job in jobs:
            module, task = tasks[Kind(job.kind)]
            # Not what the tasks do is replaced, but what `parts` would make from the environment of a process.
            with mock.patch.object(module, "parts", lambda: replace(ours)):
                task(job.id)


def schedule_protection(ours: Parts) -> None:
    """What beat has the worker do every minute."""
    with mock.patch.object(protection, "parts", lambda: ours):
        protection.schedule()


def _due_jobs(runtime: Runtime, kinds: Collection[Kind]) -> list[Job]:
    with runtime.database.reading() as session:
        query = select(Job).where(due(runtime.clock()), Job.kind.in_(kinds))
        return list(session.scalars(query.order_by(Job.id)))
