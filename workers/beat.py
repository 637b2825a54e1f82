"""The clock of the periodic tasks: `celery -A workers.beat beat`. It knows the bell only."""

from oficialia.settings import BeatSettings, load_or_exit
from workers.app import make_app

app = make_app(load_or_exit(BeatSettings).redis_url.get_secret_value())
