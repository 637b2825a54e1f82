"""The files that a page of the wizard was sent with its form, kept in the draft: for browsers without a script."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import request

from oficialia.drafts.errors import FileGone
from oficialia.errors import FieldFault, SubmissionRefused
from oficialia.web.context import runtime
from oficialia.web.filing import wrong_file
from oficialia.web.uploads import received, require_draft_room, require_kept

TAKE_AWAY = "quitar"  # the buttons beside the files that are there already


def keep(
    draft_id: UUID, slot: str, *, field: str = "", alone: bool = False, about: Mapping[str, Any] | None = None
) -> list[FieldFault]:
    """Keeps what was sent under ``field`` (``slot`` unless given); the faults, and then nothing of it is kept.

    ``alone``: what is sent takes the place of what was there. Raises Unavailable where there is no room.
    """
    files = received(field or slot)
    faults = [fault for each in files for fault in wrong_file(each)]
    if alone and len(files) > 1:
        faults.append(FieldFault(field or slot, "Elija un solo archivo aquí."))
    if faults or not files:
        return faults
    require_kept()
    require_draft_room(0)
    drafts, before = runtime().drafts, runtime().drafts.open(draft_id).files
    added: list[str] = []
    try:
        for each in files:
            added.append(drafts.add(draft_id, slot, each.upload, about).id)
    except SubmissionRefused as error:
        for file_id in added:
            drafts.remove(draft_id, file_id)
        return [FieldFault(field or slot, fault.sentence, fault.code) for fault in error.faults]
    if alone:
        for file in before:
            if file.slot == slot:
                drafts.remove(draft_id, file.id)
    return []


def taken_away(draft_id: UUID) -> bool:
    """Whether the form was sent by the button beside a file; then the file is gone, and nothing else was asked for."""
    file_id = request.form.get(TAKE_AWAY)
    if not file_id:
        return False
    with suppress(FileGone):  # in another window already
        runtime().drafts.remove(draft_id, file_id)
    return True
