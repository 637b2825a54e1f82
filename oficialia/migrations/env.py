"""Runs the migrations on the register given by ``sqlalchemy.url``, or by OFICIALIA_DATABASE_URL for the command
line."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.engine import Connection

from oficialia.db import Database
from oficialia.models import Base
from oficialia.models.base import UtcDateTime


def render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Migrations name database types, not ours, so that an old one still runs when ours have moved."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    """Migrates through ``connection``; batch mode, because SQLite alters tables by copying them."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


url = context.config.get_main_option("sqlalchemy.url")
if not url:
    from oficialia.settings import CliSettings, load

    url = load(CliSettings).database_url.get_secret_value()
database = Database(url)
with database.engine.connect() as opened:
    run(opened)
    opened.commit()
database.close()
