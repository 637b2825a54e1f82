"""From a form that was sent to what intake receives: the files, the faults and the doubts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from flask import request

from oficialia.domain.documents import Support
from oficialia.domain.folio import Folio
from oficialia.errors import FieldFault
from oficialia.logs import request_id
from oficialia.services.catalog import Choices
from oficialia.services.submission import Anexo, Person, Submission, Upload
from oficialia.web import identifiers, privacy, session
from oficialia.web.context import runtime
from oficialia.web.forms import FilingForm
from oficialia.web.text import clean_line
from oficialia.web.uploads import Received, received, total_received

# The fields as they follow each other in the page; every anexo stands at "anexo".
_PAGE = [
    *("persona", "nombre", "correo", "telefono", "curp", "rfc", "domicilio", "rep_nombre", "rep_curp", "rep_rfc"),
    *("destino", "asunto", "forma", "principal", "fotos", "peticion", "folio_previo"),
    *("anexo", "archivos", "buzon", "declaracion", "privacidad"),
]
PHOTOS = 40  # a filing of more pages than this is scanned better than photographed
_MISPLACED = {
    "principal": "Subió un PDF, pero eligió otra forma de entregar su escrito. Elija «Subo un PDF» o quítelo.",
    "fotos": "Subió fotografías, pero eligió otra forma de entregar su escrito. Elija «Subo fotografías» o quítelas.",
}


@dataclass(frozen=True)
class AnexoRow:
    """One row of the form as it was sent, to be shown again."""

    field: str
    title: str = ""
    kind: str = ""
    support: str = Support.DIGITISED
    reserved: bool = False
    filename: str = ""  # of the file that must be chosen again


def empty_rows() -> list[AnexoRow]:
    """The rows of the anexos in a page not sent yet."""
    return [AnexoRow(f"anexo-{number}") for number in range(runtime().limits.anexos)]


def rows() -> list[AnexoRow]:
    """The rows of the anexos as they were sent."""
    return [_row(f"anexo-{number}") for number in range(runtime().limits.anexos)]


def _row(field: str) -> AnexoRow:
    def value(part: str) -> str:
        return clean_line(request.form.get(f"{field}-{part}"))[:200]

    files = received(field)
    return AnexoRow(
        field,
        value("titulo"),
        value("tipo"),
        value("soporte") or Support.DIGITISED,
        bool(value("reservado")),
        files[0].upload.filename if files else "",
    )


def faults(form: FilingForm, choices: Choices) -> list[FieldFault]:
    """What is wrong with the files, the destination and the notice; `form.check` tells the rest."""
    return [*_stale_notice(form), *_wrong_destination(form, choices), *_wrong_main(form), *_wrong_anexos(), *_heavy()]


def in_order(faults: list[FieldFault]) -> list[FieldFault]:
    """The faults from the top of the page to its end, one for each field."""
    ranks = {name: rank for rank, name in enumerate(_PAGE)}
    first: dict[str, FieldFault] = {}
    for fault in faults:
        first.setdefault(fault.field, fault)
    return sorted(first.values(), key=lambda fault: ranks.get(fault.field.split("-")[0], -1))


def _stale_notice(form: FilingForm) -> list[FieldFault]:
    if form.privacidad.data and form.privacidad_version.data != privacy.current().version:
        return [FieldFault("privacidad", "El aviso de privacidad cambió. Léalo y confírmelo de nuevo.")]
    return []


def _wrong_destination(form: FilingForm, choices: Choices) -> list[FieldFault]:
    known = {f"area:{area.clave}" for area in choices.areas} | {f"tramite:{each.clave}" for each in choices.tramites}
    if form.destino.data and form.destino.data not in known:
        return [FieldFault("destino", "Elija una opción de la lista.")]
    return []


def _wrong_main(form: FilingForm) -> list[FieldFault]:
    chosen = {"pdf": "principal", "fotos": "fotos"}.get(form.forma.data)
    sent = {field: received(field) for field in _MISPLACED}
    found = [
        FieldFault(field, _MISPLACED[field])
        for field, files in sent.items()
        if files and form.forma.data and field != chosen
    ]
    if chosen and not sent[chosen]:
        words = {"principal": "Elija el PDF de su escrito.", "fotos": "Elija al menos una fotografía de su escrito."}
        return [*found, FieldFault(chosen, words[chosen])]
    if len(sent["fotos"]) > PHOTOS:
        found.append(FieldFault("fotos", f"Envíe a lo más {PHOTOS} fotografías, o un PDF con todas las páginas."))
    if len(sent["principal"]) > 1:
        found.append(FieldFault("principal", "Elija un solo PDF; envíe los demás como anexos."))
    return found + [fault for files in sent.values() for each in files for fault in wrong_file(each)]


def _wrong_anexos() -> list[FieldFault]:
    found = []
    for row in rows():
        files = received(row.field)
        if not files and (row.title or row.kind or row.reserved):
            found.append(FieldFault(row.field, "Elija el archivo de este anexo, o borre lo que escribió en él."))
        found += [fault for each in files[:1] for fault in wrong_file(each)]
        if len(files) > 1:
            found.append(FieldFault(row.field, "Elija un solo archivo en cada anexo."))
    return found + _too_many()


def _too_many() -> list[FieldFault]:
    allowed = {f"anexo-{number}" for number in range(runtime().limits.anexos)}
    extra = any(str(name).startswith("anexo-") and name not in allowed and received(name) for name in request.files)
    return [FieldFault("anexo-0", runtime().limits.refusal("demasiados_anexos"), "demasiados_anexos")] if extra else []


def wrong_file(file: Received) -> list[FieldFault]:
    """Whether a file is empty or too large."""
    reason = "demasiado_grande" if file.too_large else "" if file.upload.size else "vacio"
    if not reason:
        return []
    return [FieldFault(file.field, f"{file.upload.filename}: {runtime().limits.refusal(reason)}", reason)]


def only_too_large(faults: list[FieldFault]) -> bool:
    """Whether nothing is wrong but sizes."""
    large = {file.field for name in request.files for file in received(name) if file.too_large} | {"archivos"}
    return bool(faults) and all(fault.field in large for fault in faults)


def _heavy() -> list[FieldFault]:
    if total_received() > runtime().limits.filing_bytes:
        code = "demasiado_grande_total"
        return [FieldFault("archivos", runtime().limits.refusal(code), code)]
    return []


def warnings(applicant: Person, representative: Person | None) -> tuple[str, ...]:
    """What deserves a second look and stops nothing."""
    other = representative or Person("fisica", "")
    doubts = {
        "La CURP que escribió": identifiers.is_curp(applicant.curp) and identifiers.doubtful_curp(applicant.curp),
        "El RFC que escribió": identifiers.is_rfc(applicant.rfc) and identifiers.doubtful_rfc(applicant.rfc),
        "La CURP de quien representa": identifiers.is_curp(other.curp) and identifiers.doubtful_curp(other.curp),
        "El RFC de quien representa": identifiers.is_rfc(other.rfc) and identifiers.doubtful_rfc(other.rfc),
    }
    return tuple(
        f"{what} no pasa la comprobación de su último dígito. Recibimos su escrito; revise el dato."
        for what, doubtful in doubts.items()
        if doubtful
    )


def submission(form: FilingForm, choices: Choices, received_at: datetime) -> Submission:
    """What intake receives; call it only when there is no fault."""
    kind, clave = form.destino.data.split(":", 1)
    main, photos = received("principal"), received("fotos")
    notice, applicant, representative = privacy.current(), _applicant(form), _representative(form)
    return Submission(
        applicant=applicant,
        representative=representative,
        area=clave if kind == "area" else "",
        tramite=clave if kind == "tramite" else "",
        asunto=form.asunto.data,
        petition=form.peticion.data,
        previous_folio=str(Folio.parse(form.folio_previo.data) or ""),
        main_pdf=main[0].upload if form.forma.data == "pdf" else None,
        photos=tuple(each.upload for each in photos) if form.forma.data == "fotos" else (),
        anexos=tuple(_anexos(dict(choices.document_kinds))),
        buzon_consent=form.buzon.data,
        privacy_version=notice.version,
        privacy_sha256=notice.sha256,
        received_at=received_at,
        session_id=session.session_id(),
        idempotency_key=form.clave_envio.data,
        earlier=session.filing_ids(),
        warnings=warnings(applicant, representative),
        request_id=request_id.get(),
    )


def _applicant(form: FilingForm) -> Person:
    return Person(
        kind="juridica" if form.persona.data == "juridica" else "fisica",
        name=form.nombre.data,
        curp=form.curp.data,
        rfc=form.rfc.data,
        email=form.correo.data,
        phone=form.telefono.data,
        address=form.domicilio.data,
    )


def _representative(form: FilingForm) -> Person | None:
    if not form.rep_nombre.data:
        return None
    return Person("fisica", form.rep_nombre.data, curp=form.rep_curp.data, rfc=form.rep_rfc.data)


def _anexos(kinds: dict[str, str]) -> list[Anexo]:
    return [
        Anexo(
            upload=file.upload,
            title=row.title or kinds.get(row.kind) or _stem(file.upload),
            kind=row.kind if row.kind in kinds else "",
            support=Support(row.support) if row.support in set(Support) else Support.DIGITISED,
            reserved=row.reserved,
        )
        for row in rows()
        for file in received(row.field)
    ]


def _stem(upload: Upload) -> str:
    return PurePath(upload.filename).stem or "Anexo"
