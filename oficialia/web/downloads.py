"""Documents on their way to the person: through the application, as they are, never rendered by the browser."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import chain
from typing import Protocol
from uuid import UUID

from flask import Response

from oficialia.services import tracking
from oficialia.web.context import runtime

# A PDF opened by mistake inside the page may run nothing and reach nothing.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class Sendable(Protocol):
    """What has to be known of a document to send it."""

    @property
    def filename(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...


def send(filing_id: UUID, object_id: int) -> Response:
    """The object as an attachment. Raises NotFound, and Unavailable before the first byte is sent."""
    return deliver(*tracking.download(runtime(), filing_id, object_id))


def deliver(document: Sendable, opening: AbstractContextManager[Iterator[bytes]]) -> Response:
    """The document as an attachment. Raises Unavailable before the first byte is sent."""
    with ExitStack() as stack:
        blocks = iter(stack.enter_context(opening))
        first = next(blocks, b"")  # a storage that fails does so here, where there is still a page to say it
        kept = stack.pop_all()
    response = Response(chain([first], blocks), mimetype=document.media_type)
    response.call_on_close(kept.close)
    response.headers.set("Content-Disposition", "attachment", filename=document.filename)
    response.content_length = document.size
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
