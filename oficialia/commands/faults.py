"""The faults that a command meets in what it works with, worded for whoever runs it; each ends with status 1.

A sentence in Spanish says what is wrong and where to look. What the library said, in its own language, follows in
parentheses after "detalle:", on the same line, for whoever asks for help with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from oficialia.db_faults import (
    DatabaseAbsent,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseFull,
    DatabaseUnavailable,
    DatabaseUnprepared,
    RowUnreadable,
)
from signing.errors import SandboxUnavailable, TrustUnusable
from storage.errors import BucketMissing, StorageError, StorageMismatch, StorageRefused, StorageSilent

# The first kind that fits counts: the particular ones come before what they are kinds of.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (
        DatabaseAbsent,
        "No hay ninguna base de datos en {place}. Revise OFICIALIA_DATABASE_URL; si la oficina es nueva, ejecute "
        "antes «oficialia preparar»",
    ),
    (
        DatabaseUnprepared,
        "A la base de datos le faltan tablas de este programa. Revise OFICIALIA_DATABASE_URL; si es la buena, ejecute "
        "«oficialia preparar»",
    ),
    (
        DatabaseDamaged,
        "El archivo de la base de datos está dañado o no es una base de datos. No lo cambie ni lo borre; vea "
        "docs/operacion/respaldos.md",
    ),
    (DatabaseFull, "La base de datos no tiene espacio en su disco. Haga lugar y repita la orden"),
    (DatabaseBusy, "La base de datos está ocupada por otro proceso. Repita la orden en unos minutos"),
    (
        DatabaseUnavailable,
        "La base de datos no responde. Revise que esté en marcha, OFICIALIA_DATABASE_URL y sus permisos",
    ),
    (RowUnreadable, "Un renglón de la base de datos no se puede leer. Ejecute «oficialia revisar»: dirá cuál es"),
    (
        StorageSilent,
        "El depósito de documentos no responde como debe: nadie contesta en OFICIALIA_S3_ENDPOINT. Revise que esté en "
        "marcha",
    ),
    (
        BucketMissing,
        "El depósito de documentos no responde como debe: no tiene el depósito de OFICIALIA_S3_BUCKET. Revise el "
        "nombre; si la oficina es nueva, ejecute antes «oficialia preparar»",
    ),
    (
        StorageRefused,
        "El depósito de documentos no responde como debe: rechazó la solicitud. Revise OFICIALIA_S3_ACCESS_KEY, "
        "OFICIALIA_S3_SECRET_KEY y sus permisos",
    ),
    (
        StorageMismatch,
        "El depósito de documentos no responde como debe: no guarda o no entrega lo que se le pidió. Revise que tenga "
        "versiones y protección contra borrado",
    ),
    (StorageError, "El depósito de documentos no responde como debe: falló. Vea su bitácora"),
    (TrustUnusable, "Los certificados en los que se confía no se pueden leer. Revise OFICIALIA_TRUST_DIR"),
    (SandboxUnavailable, "Esta máquina no puede aislar los documentos que se abren. Vea docs/operacion/instalar.md"),
)
KNOWN = tuple(kind for kind, _ in _WORDS)


@contextmanager
def told() -> Iterator[None]:
    """Word the faults of register, bucket, trust anchors and sandbox."""
    try:
        yield
    except KNOWN as fault:
        raise click.ClickException(worded(fault)) from fault


def worded(fault: Exception) -> str:
    """The sentence of a fault of one of the KNOWN kinds, with its detail."""
    sentence = next(words for kind, words in _WORDS if isinstance(fault, kind))
    if isinstance(fault, DatabaseAbsent):
        return sentence.format(place=fault.place) + "."
    return with_detail(sentence, fault)


def with_detail(sentence: str, detail: object) -> str:
    """The sentence, and on the same line what the library said."""
    return f"{sentence} (detalle: {' '.join(str(detail).split())})."
