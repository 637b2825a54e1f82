"""The pages of a filing's documents as pictures: fetched, compared with their digest, and drawn in the sandbox."""

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from oficialia.errors import NotFound, OficialiaError, Unavailable
from oficialia.models import StoredObject
from oficialia.runtime import Runtime
from signing import page_picture
from signing.errors import DocumentRefused, SandboxFailure, SandboxUnavailable
from signing.page_picture import Kind
from storage.errors import StorageError

KINDS: dict[str, Kind] = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
# Each takes up to half a gigabyte for some seconds; the others wait, so that the window is not short of memory.
_DRAWING = threading.BoundedSemaphore(2)


class PageUndrawn(OficialiaError):
    """The page cannot be drawn within the limits; the document itself is as it was received."""

    status = 422
    code = "pagina_ilegible"
    sentence = "No pudimos dibujar esta página. Descargue el documento para verla."


def count(item: StoredObject) -> int:
    """How many pages of an object can be shown as pictures; 0 for what has none."""
    if item.media_type not in KINDS:
        return 0
    return item.pages if KINDS[item.media_type] == "PDF" else 1


def picture(runtime: Runtime, filing_id: UUID, object_id: int, number: int) -> bytes:
    """The WebP of page ``number`` (from 1) of an object of that filing. Raises NotFound, PageUndrawn, Unavailable."""
    with runtime.database.reading() as session:
        item = session.get(StoredObject, object_id)
    if item is None or item.filing_id != filing_id or not 1 <= number <= count(item):
        raise NotFound
    try:
        with _DRAWING, TemporaryDirectory(dir=runtime.spool, prefix="pagina-") as name:
            document, made = Path(name, "documento"), Path(name, "dibujo")
            made.mkdir()
            runtime.bucket.fetch(item.key, item.version_id, item.sha256, document)
            target = made / "pagina.webp"
            page_picture.draw(runtime.sandbox, document, KINDS[item.media_type], number - 1, target)
            return target.read_bytes()
    except (SandboxFailure, DocumentRefused) as fault:
        raise PageUndrawn from fault
    except (StorageError, SandboxUnavailable, OSError) as fault:
        raise Unavailable("En este momento no podemos mostrar la página. Intente de nuevo en unos minutos.") from fault
