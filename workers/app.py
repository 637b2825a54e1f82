"""The Celery application: queues, limits and what beat repeats. `worker`, `beat` and `dispatch` each run one.

The broker is only a bell (docs/adr): what is to be done stands in the outbox, so a message carries one job number,
nothing is retried, delayed or answered through the broker, and losing all of it loses nothing.
"""

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging

from oficialia.logs import configure
from oficialia.services.outbox import Kind

# The time a task may take: sealing 100 MB in the sandbox, twice, with a slow TSA takes well under a minute.
SOFT_SECONDS, HARD_SECONDS = 120, 150

TASKS: dict[Kind, str] = {
    Kind.SEAL: "sellado.sellar",
    Kind.ACUSE: "acuses.emitir",
    Kind.SEAL_ANSWER: "sellado.responder",
    Kind.REPORT: "acuses.dictaminar",
    Kind.NOTIFY: "acuses.notificar",
    Kind.MAIL_CODE: "correo.enviar",
    Kind.MAIL_ACUSE: "correo.enviar",
    Kind.MAIL_NOTICE: "correo.enviar",
    Kind.MAIL_DRAFT: "correo.enviar",
    Kind.MAIL_ENTRY: "correo.enviar",
    Kind.RAISE: "mantenimiento.elevar",
    Kind.PROVE: "mantenimiento.probar",
    Kind.PROTECT: "proteccion.proteger",
}
# A worker takes from each in turn: a batch in the last one keeps nobody waiting for more than the document in hand.
QUEUES = ("sellado", "acuses", "correo", "mantenimiento", "proteccion")


@setup_logging.connect
def _our_logs(loglevel: int = 0, **_unused: object) -> None:
    configure(loglevel)


def make_app(redis_url: str) -> Celery:
    """The application on the broker at ``redis_url``."""
    app = Celery(
        "oficialia",
        broker=redis_url,
        include=[
            "workers.sealing",
            "workers.acuses",
            "workers.respuestas",
            "workers.reports",
            "workers.notificaciones",
            "workers.mail",
            "workers.raising",
            "workers.proving",
            "workers.protection",
            "workers.review",
            "workers.seals",
            "workers.upkeep",
        ],
    )
    app.conf.update(
        task_ignore_result=True,  # with a result backend, publishing hangs when the broker is down
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_soft_time_limit=SOFT_SECONDS,
        task_time_limit=HARD_SECONDS,
        task_default_queue="mantenimiento",
        task_routes={
            "sellado.*": "sellado",
            "acuses.*": "acuses",
            "correo.*": "correo",
            "proteccion.*": "proteccion",
        },
        task_serializer="json",
        accept_content=["json"],
        timezone="America/Mexico_City",
        broker_connection_retry_on_startup=True,
        # A longer task would be delivered twice; and the defaults look for lost messages only every 100 s.
        broker_transport_options={
            "visibility_timeout": HARD_SECONDS + 30,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": 3,
            "socket_timeout": 10,
        },
        worker_max_tasks_per_child=1000,
        beat_schedule={
            "vigilar": {"task": "mantenimiento.vigilar", "schedule": 15.0},
            "programar": {"task": "mantenimiento.programar", "schedule": 60.0},
            "sello": {"task": "mantenimiento.sello", "schedule": 15.0},
            "limpiar": {"task": "mantenimiento.limpiar", "schedule": 3600.0},
            # Every hour: what an outage kept from being closed at midnight is closed soon after it.
            "cerrar": {"task": "mantenimiento.cerrar", "schedule": crontab(minute=5)},
            # A closing waits for the checkpoint that covers it, and where the authority is away for its return.
            "constancias": {"task": "mantenimiento.constancias", "schedule": 300.0},
            # Local time (timezone above): when nobody files, and long before the office opens.
            "revisar": {"task": "mantenimiento.revisar", "schedule": crontab(hour=3, minute=0)},
            # When whoever can do something about it has just come in.
            "certificados": {"task": "mantenimiento.certificados", "schedule": crontab(hour=8, minute=0)},
        },
    )
    return app
