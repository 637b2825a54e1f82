"""A draft's answers as signing needs them: who files, and the main document."""

from typing import Any

from oficialia.drafts.draft import Draft
from oficialia.services.submission import Person, Submission
from oficialia.web.context import runtime


def submission_of(draft: Draft) -> Submission | None:
    """What the draft says so far; None while the main document or who files is missing."""
    que, quien, escrito = (draft.answers.get(step, {}) for step in ("que", "quien", "escrito"))
    way, main, photos = escrito.get("forma", ""), draft.in_slot("principal"), draft.in_slot("fotos")
    there = {"pdf": bool(main), "fotos": bool(photos), "texto": bool(escrito.get("peticion"))}
    if not there.get(way) or not quien.get("nombre") or not que.get("destino"):
        return None
    kind, _, clave = str(que["destino"]).partition(":")
    return Submission(
        applicant=_person(quien, "juridica" if quien.get("persona") == "juridica" else "fisica", ""),
        representative=_person(quien, "fisica", "rep_") if quien.get("rep_nombre") else None,
        area=clave if kind == "area" else "",
        tramite=clave if kind == "tramite" else "",
        asunto=que.get("asunto", ""),
        petition=escrito.get("peticion", ""),
        previous_folio="",
        main_pdf=main[-1].upload() if way == "pdf" else None,
        photos=tuple(each.upload() for each in photos) if way == "fotos" else (),
        anexos=(),
        buzon_consent=False,
        privacy_version="",
        privacy_sha256="",
        received_at=runtime().clock(),
        session_id="",
        idempotency_key="",
    )


def _person(values: Any, kind: Any, prefix: str) -> Person:
    said = {name: str(values.get(f"{prefix}{word}", "")) for name, word in _WORDS.items()}
    return Person(kind, **said)


_WORDS = {"name": "nombre", "rfc": "rfc", "curp": "curp"}
