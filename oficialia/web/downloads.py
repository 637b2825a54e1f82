"""Documents on their way to the person: through the application, as they are, never rendered by the browser."""

from contextlib import ExitStack
from itertools import chain
from uuid import UUID

from flask import Response

from oficialia.services import tracking
from oficialia.web.context import runtime

# A PDF opened by mistake inside the page may run nothing and reach nothing.
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def send(filing_id: UUID, object_id: int) -> Response:
    """The object as an attachment. Raises NotFound, and Unavailable before the first byte is sent."""
    document, opening = tracking.download(runtime(), filing_id, object_id)
    with ExitStack() as stack:
        blocks = iter(stack.enter_context(opening))
        first = next(blocks, b"")  # a storage that fails does so here, where there is still a page to say it
        kept = stack.pop_all()
    response = Response(chain([first], blocks), mimetype=document.media_type)
    response.call_on_close(kept.close)
    response.headers.set("Content-Disposition", "attachment", filename=document.filename)
    response.content_length = document.size
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
