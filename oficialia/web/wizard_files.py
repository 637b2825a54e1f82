"""The files of a draft as the wizard shows them: each looked into once, in the sandbox, when its page is sent."""

from uuid import UUID

from oficialia.drafts.draft import DraftFile
from oficialia.errors import FieldFault, SubmissionRefused
from oficialia.services.intake import parts_are_there
from oficialia.services.pieces import inspected
from oficialia.web.context import runtime
from signing.inspect import MediaType

BUSY = "En este momento no podemos revisar sus archivos. No se perdieron; intente de nuevo en unos minutos."


def look_into(draft_id: UUID, slot: str) -> list[FieldFault]:
    """What keeps the files of a slot from being received; such a file is taken away. What was found of the others is
    kept with them. Raises Unavailable."""
    faults: list[FieldFault] = []
    for file in runtime().drafts.open(draft_id).in_slot(slot):
        if "media_type" not in file.about:
            faults += _look(draft_id, file)
    return faults


def is_picture(file: DraftFile) -> bool:
    """Whether it was found to be a photograph."""
    return file.about.get("media_type") in {MediaType.JPEG, MediaType.PNG}


def signatures(file: DraftFile | None) -> int:
    """How many electronic signatures it bears."""
    return int(file.about.get("signatures", 0)) if file else 0


def _look(draft_id: UUID, file: DraftFile) -> list[FieldFault]:
    try:
        with parts_are_there(BUSY):
            seen = inspected(runtime(), file.upload())
    except SubmissionRefused as refused:
        runtime().drafts.remove(draft_id, file.id)
        return list(refused.faults)
    about = {"media_type": seen.media_type.value, "pages": seen.pages, "signatures": seen.signature_count}
    runtime().drafts.describe(draft_id, file.id, {**file.about, **about})
    return []
