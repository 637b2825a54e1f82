"""Responder: the desk hands in the answer of the authority; a worker seals it, and only then is it given.

1. The filing admits an answer from this person now; else nothing is opened.
2. The file is inspected in the sandbox, as at intake: a PDF, or a refusal with its sentence.
3. It goes to storage, is read back and compared.
4. One transaction: the answer as it was handed in, its leaf ``respuesta``, its event, the job that seals it.

If the power goes before the commit of 4 there is an orphan object and no answer; after it the answer will be sealed.
"""

from uuid import UUID

from oficialia.domain.documents import Purpose
from oficialia.domain.staff import Actor, StaffAct
from oficialia.errors import FieldFault, NotFound, SubmissionRefused
from oficialia.models import Filing
from oficialia.runtime import Runtime
from oficialia.services import objects, outbox
from oficialia.services.acts import Act, acting, check
from oficialia.services.intake import parts_are_there
from oficialia.services.pieces import EXTENSIONS, inspected
from oficialia.services.submission import Upload
from signing.inspect import Inspection, MediaType
from storage.bucket import Stored
from storage.keys import object_key

NOT_KEPT = (
    "En este momento no podemos guardar la respuesta con seguridad, y no guardamos nada de ella. "
    "Intente de nuevo en unos minutos."
)
ONLY_PDF = "La respuesta debe ser un PDF. Guárdela como PDF y vuelva a subirla."


def responder(
    runtime: Runtime, actor: Actor, filing_id: UUID, upload: Upload, reason: str, *, seen: int | None = None
) -> None:
    """Takes the answer of the authority; it is given when it is sealed.

    Raises NotFound, Conflict (``seen``: `acts.mark`), SubmissionRefused for a file that cannot be the answer,
    Unavailable.
    """
    with parts_are_there(NOT_KEPT):
        with runtime.database.reading() as session:  # 1
            filing = session.get(Filing, filing_id)
            if filing is None:
                raise NotFound
            check(session, filing, actor, StaffAct.RESPONDER, seen)
        found = _inspected(runtime, upload)  # 2
        key = object_key(filing_id, Purpose.ANSWER, upload.sha256, EXTENSIONS[MediaType.PDF])
        stored = runtime.bucket.put(key, upload.path, sha256=upload.sha256, media_type=MediaType.PDF)  # 3
        with acting(runtime, actor, filing_id, StaffAct.RESPONDER, reason, seen=seen) as act:  # 4
            _record(act, upload, found, stored)


def _inspected(runtime: Runtime, upload: Upload) -> Inspection:
    found = inspected(runtime, upload)
    if found.media_type is not MediaType.PDF:
        raise SubmissionRefused(FieldFault(upload.field, ONLY_PDF), code="tipo_no_admitido")
    return found


def _record(act: Act, upload: Upload, found: Inspection, stored: Stored) -> None:
    now = act.turn.registered_at
    act.session.add(
        objects.handed_in(
            act.filing.id,
            purpose=Purpose.ANSWER,
            edition=1,
            stored=stored,
            media_type=MediaType.PDF,
            pages=found.pages,
            at=now,
        )
    )
    told = {"archivo": upload.filename, "avisos": [flag.value for flag in found.flags]}
    act.record({"documento": stored.sha256, "archivo": upload.filename}, told)
    outbox.ask(act.session, outbox.Kind.SEAL_ANSWER, act.filing.id, now)
