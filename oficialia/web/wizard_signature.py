"""How the writing is signed: what the tramite asks for, and what each way takes."""

from flask import Response
from werkzeug.wrappers import Response as BaseResponse

from oficialia.domain.filing import NivelFirma
from oficialia.errors import FieldFault
from oficialia.services import draft_signing
from oficialia.services.level_words import LEVELS
from oficialia.web import draft_uploads, efirma, wizard_draft
from oficialia.web.context import runtime
from oficialia.web.forms import EmptyForm
from oficialia.web.redirects import see_other
from oficialia.web.wizard_draft import current, filled
from oficialia.web.wizard_files import look_into
from oficialia.web.wizard_forms import SignatureForm, values
from oficialia.web.wizard_levels import level_needed
from oficialia.web.wizard_offer import asked_of, offered
from oficialia.web.wizard_plan import ID_SLOT, answers, is_signed

blueprint = wizard_draft.guarded("wizard_signature")
_TYPED = (
    "Usted escribió su petición en la página. "
    "Para firmarla de puño y letra, imprímala, fírmela y súbala en «Su escrito»."
)
_NO_ID = "Suba su identificación oficial: va junto con su firma de puño y letra."
_NOT_SIGNED = "Su PDF no trae ninguna firma electrónica. Suba en «Su escrito» el PDF que ya firmó, o elija otra manera."


@blueprint.get("/firma")
def signature() -> Response:
    """The four ways; the one that fits what is there already is chosen."""
    form = filled(SignatureForm, "firma")
    form.nivel.data = form.nivel.data or _likely()
    return _page(form, [], 200)


@blueprint.post("/firma")
def say_how() -> BaseResponse:
    """Keeps it; an e.firma signs on the next page."""
    form, draft_id = SignatureForm.sent(), current().id
    faults = form.check()
    if form.forged:
        return _page(form, faults, 400)
    if draft_uploads.taken_away(draft_id):
        return _page(form, [], 200)
    faults += draft_uploads.keep(draft_id, ID_SLOT, alone=True) or look_into(draft_id, ID_SLOT)
    faults = faults or _lacks(form.nivel.data)
    if faults:
        return _page(form, faults, 422)
    draft = runtime().drafts.answer(draft_id, "firma", values(form))
    if form.nivel.data == NivelFirma.N3 and draft_signing.signed_main(draft) is None:
        return see_other("wizard_signature.here")
    return wizard_draft.go_on(draft, "firma")


@blueprint.get("/firma/aqui")
def here() -> Response:
    """Signing in the page."""
    return _here_page(EmptyForm.blank(), [], 200)


@blueprint.post("/firma/aqui")
def signed() -> BaseResponse:
    """On, once it is signed."""
    form = EmptyForm.sent()
    if faults := form.check():
        return _here_page(form, faults, 400)
    return wizard_draft.go_on(current(), "firma")


def _lacks(level: str) -> list[FieldFault]:
    draft = runtime().drafts.open(current().id)
    if level == NivelFirma.N3 or is_signed(draft, level):  # an e.firma signs on the next page
        return []
    if level == NivelFirma.N2:
        return [FieldFault("nivel", _NOT_SIGNED)]
    typed = answers(draft, "escrito").get("forma") == "texto"
    return [FieldFault("nivel", _TYPED) if typed else FieldFault(ID_SLOT, _NO_ID)]


def _likely() -> str:
    return NivelFirma.N2 if is_signed(current(), NivelFirma.N2) else ""


def _here_page(form: EmptyForm, faults: list[FieldFault], status: int) -> Response:
    return wizard_draft.page("presentar/firma_aqui.html", form, faults, status, efirma=efirma.view(current()))


def _page(form: SignatureForm, faults: list[FieldFault], status: int) -> Response:
    draft = runtime().drafts.open(current().id)
    about = asked_of(draft, offered())
    return wizard_draft.page(
        "presentar/firma.html",
        form,
        faults,
        status,
        draft=draft,
        levels=LEVELS,
        needed=level_needed(about),
        id_slot=ID_SLOT,
    )
