"""The inbox: what waits, what is due first, and finding one filing by its folio or by a name."""

from typing import Any

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.filing import Estado, Rol
from oficialia.domain.folio import Folio
from oficialia.domain.staff import StaffAct
from oficialia.errors import NotFound
from oficialia.services import desk as service
from oficialia.services import desk_filing, desk_words
from oficialia.services.desk import Filters
from oficialia.services.desk_verdicts import WORDS
from oficialia.web import desk
from oficialia.web.context import runtime
from oficialia.web.redirects import see_other
from oficialia.web.text import clean_code, clean_line

blueprint = desk.guarded("desk_inbox", __name__)
_TEXT = 80
MISSPELT = "Revise el folio: una letra o número no corresponde."
_NOTICES = {"contrasena": "Su contraseña cambió. Las demás sesiones que tenía abiertas se cerraron."}


@blueprint.get("")
@desk.needs(StaffAct.VER)
def show() -> BaseResponse:
    """A page of the inbox; a whole folio that is found opens its filing."""
    filters = _filters()
    if folio := Folio.parse(filters.text):
        try:
            desk_filing.find(runtime(), desk.actor(), str(folio))
        except NotFound:
            pass  # the page says that nothing was found
        else:
            return see_other("desk_filing.show", folio=str(folio))
    return _page(filters)


def _filters() -> Filters:
    asked = request.args
    estado = asked.get("estado", "")
    return Filters(
        text=clean_line(asked.get("q"))[:_TEXT],
        estado=estado if estado in set(Estado) else "",
        area=clean_code(asked.get("area")),
        after=clean_code(asked.get("desde")),
    )


def _page(filters: Filters) -> Response:
    found = service.inbox(runtime(), desk.actor(), filters)
    asked = {"q": filters.text, "estado": filters.estado, "area": filters.area}
    page = render_template(
        "mesa/bandeja.html",
        inbox=found,
        filters=filters,
        estados=[(estado.value, words) for estado, words in desk_words.ESTADO_WORDS.items()],
        areas=() if desk.actor().role == Rol.AREA else service.areas(runtime()),
        marks=WORDS,
        misspelt=MISSPELT if Folio.is_misspelt(filters.text) else "",
        following=_address(asked | {"desde": found.after}) if found.after else "",
        first=_address(asked),
        notice=_NOTICES.get(request.args.get("aviso", ""), ""),
    )
    return make_response(page)


def _address(values: dict[str, str]) -> str:
    given: dict[str, Any] = {name: value for name, value in values.items() if value}
    return url_for("desk_inbox.show", **given)
