"""A filing at the desk: its page, the pictures of its documents' pages, and the documents as downloads.

The document itself is never rendered by the browser: what is looked at are pictures, drawn in the sandbox.
"""

from pathlib import Path
from uuid import UUID

from flask import Response, current_app, make_response, render_template, request

from oficialia.domain.folio import Folio
from oficialia.domain.staff import StaffAct
from oficialia.errors import NotFound, Unavailable
from oficialia.services import desk_documents, desk_filing, desk_pages, looks
from oficialia.services.desk_documents import FileView
from oficialia.services.desk_pages import PageUndrawn
from oficialia.services.desk_verdicts import WORDS
from oficialia.services.desk_words import Seen
from oficialia.web import desk
from oficialia.web.context import runtime
from oficialia.web.desk_act_pages import PAGES
from oficialia.web.downloads import POLICY, deliver
from oficialia.web.errors import tell_cause

blueprint = desk.guarded("desk_filing", __name__)
_FILING = "/expedientes/<folio>"
_OBJECT = f"{_FILING}/documentos/<int(max=2147483647):object_id>"


@blueprint.get(_FILING)
@desk.needs(StaffAct.VER)
def show(folio: str) -> Response:
    """Everything that the register has of it."""
    filing_id = desk_filing.find(runtime(), desk.actor(), folio)
    looks.note(runtime(), desk.actor(), filing_id, Seen.EXPEDIENTE)  # first, so that the page itself has it
    view = desk_filing.view(runtime(), desk.actor(), filing_id)
    done = PAGES.get(request.args.get("hecho", ""))
    page = render_template("mesa/expediente.html", view=view, marks=WORDS, acts=PAGES, notice=done.done if done else "")
    return make_response(page)


@blueprint.get(f"{_OBJECT}/paginas")
@desk.needs(StaffAct.VER)
def show_pages(folio: str, object_id: int) -> Response:
    """One of its documents, a page at a time."""
    filing_id, item = _found(folio, object_id)
    number = request.args.get("pagina", 1, type=int)
    if not 1 <= number <= item.pages:
        raise NotFound
    looks.note(runtime(), desk.actor(), filing_id, Seen.PAGINAS, item.label)
    page = render_template("mesa/paginas.html", folio=str(Folio.parse(folio)), item=item, number=number)
    return make_response(page)


@blueprint.get(f"{_OBJECT}/paginas/<int(max=2147483647):number>")
@desk.needs(StaffAct.VER)
def picture(folio: str, object_id: int, number: int) -> Response:
    """The picture of one page; one that says so where it cannot be drawn."""
    filing_id, item = _found(folio, object_id)
    looks.note(runtime(), desk.actor(), filing_id, Seen.PAGINAS, item.label)
    try:
        return _image(desk_pages.picture(runtime(), filing_id, object_id, number), "image/webp", 200)
    except (PageUndrawn, Unavailable) as error:
        tell_cause(error)
        placeholder = Path(str(current_app.static_folder), "pagina-ilegible.svg").read_bytes()
        # A browser shows an image whatever the status of its answer (HTML, "update the image data").
        return _image(placeholder, "image/svg+xml", error.status)


@blueprint.get(_OBJECT)
@desk.needs(StaffAct.VER)
def download(folio: str, object_id: int) -> Response:
    """One of its documents, as it is."""
    filing_id, item = _found(folio, object_id)
    response = deliver(*desk_documents.download(runtime(), filing_id, object_id))
    looks.note(runtime(), desk.actor(), filing_id, Seen.DESCARGA, item.label)
    return response


def _found(folio: str, object_id: int) -> tuple[UUID, FileView]:
    filing_id = desk_filing.find(runtime(), desk.actor(), folio)
    return filing_id, desk_documents.file_of(runtime(), filing_id, object_id)


def _image(content: bytes, media_type: str, status: int) -> Response:
    response = make_response(content, status)
    response.mimetype = media_type
    response.headers["Content-Security-Policy"] = POLICY
    return response
