"""The faults that a command meets in what it works with, worded for whoever runs it; each ends with status 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from oficialia.db import DatabaseUnavailable
from signing.errors import SandboxUnavailable, TrustUnusable
from storage.errors import StorageError


@contextmanager
def told() -> Iterator[None]:
    """Word the faults of register, bucket, trust anchors and sandbox."""
    try:
        yield
    except DatabaseUnavailable as fault:
        raise click.ClickException(f"La base de datos no responde: {fault}") from fault
    except StorageError as fault:
        raise click.ClickException(f"El depósito de documentos no responde como debe: {fault}") from fault
    except TrustUnusable as fault:
        raise click.ClickException(f"Los certificados en los que se confía no se pueden leer: {fault}") from fault
    except SandboxUnavailable as fault:
        raise click.ClickException(f"Esta máquina no puede aislar los documentos que se abren: {fault}") from fault
