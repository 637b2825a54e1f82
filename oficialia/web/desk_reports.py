"""Asking for a sealed report on the signatures of a document, from the page of its filing."""

from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.folio import Folio
from oficialia.domain.staff import StaffAct
from oficialia.services import desk_filing, reports
from oficialia.web import desk
from oficialia.web.context import runtime
from oficialia.web.errors import page
from oficialia.web.forms import EXPIRED, EmptyForm
from oficialia.web.redirects import see_other

blueprint = desk.guarded("desk_reports", __name__)
SLUG = "dictamen"
ASKED = "Pidió el dictamen. En cuanto esté sellado aparecerá entre los documentos."


@blueprint.post("/expedientes/<folio>/dictamen/<int(max=2147483647):document>")
@desk.needs(StaffAct.DICTAMINAR)
def ask(folio: str, document: int) -> BaseResponse:
    """Asks for it. A worker seals it."""
    filing_id = desk_filing.find(runtime(), desk.actor(), folio)
    if EmptyForm.sent().check():
        return page(400, EXPIRED)
    reports.ask(runtime(), desk.actor(), filing_id, document)
    return see_other("desk_filing.show", folio=str(Folio.parse(folio)), hecho=SLUG)
