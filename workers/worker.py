"""The sealing worker: `celery -A workers.worker worker`. Its settings are checked before it forks."""

from oficialia.settings import WorkerSettings, load_or_exit
from workers.app import make_app

app = make_app(load_or_exit(WorkerSettings).redis_url.get_secret_value())
