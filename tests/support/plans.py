"""How a database finds what it is asked for."""

from typing import Any

from sqlalchemy import Select, text

from oficialia.db import Database


def is_searched(database: Database, query: Select[Any]) -> bool:
    """Whether it looks in an index and not at every row, however few there are now."""
    sqlite = database.engine.dialect.name == "sqlite"
    compiled = query.compile(database.engine, compile_kwargs={"literal_binds": True})
    with database.reading() as session:
        if not sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = str(session.execute(text(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{compiled}")).all())
    return "SCAN" not in plan and "SEARCH" in plan if sqlite else "Seq Scan" not in plan and "Index" in plan
