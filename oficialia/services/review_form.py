"""The form as it was sent, put together again from the rows: what the ``formulario`` of the ingreso leaf covers.

Every datum of the form is in a row: people in ``parties``, what they said of their files in ``documents``, digests of
photographs in ``stored_objects``, and their names, which no document bears, in the event of the ingreso. So the digest
can be made again, and whatever of these rows was changed shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from oficialia.domain.documents import Purpose, Support
from oficialia.domain.filing import Acto
from oficialia.models import Document, Party
from oficialia.services.objects import PDF
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_scope import Case
from oficialia.services.submission import Anexo, Person, Submission, Upload

ROLES = ("promovente", "representante")
TYPED = "text/"


def as_sent(case: Case, record: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the rows still give the digest of the form that came in; ``record`` is that of the ingreso leaf.

    What the leaf binds by itself (asunto, destination, digests) is taken from the leaf: its change is told by its name.
    """
    folio = case.filing.folio
    roles = tuple(party.role for party in case.filing.parties)
    if not roles or roles != ROLES[: len(roles)]:
        yield Finding(Code.FILING_ALTERED, folio, "El registro ya no dice quién presentó, o en nombre de quién.")
    elif case.principal() is None or len(record.get("documentos", ())) != len(case.documents):
        return  # told elsewhere
    elif record.get("formulario") != _form(case, record).body_digest():
        words = (
            "Algo del formulario cambió desde su ingreso, según el libro: los datos de una persona (nombre, CURP, RFC, "
            "correo, teléfono, domicilio), la petición, el folio previo, el nombre o la descripción de un archivo, el "
            "consentimiento del buzón o el aviso de privacidad."
        )
        yield Finding(Code.FILING_ALTERED, folio, words)


def _form(case: Case, record: Mapping[str, Any]) -> Submission:
    filing, people = case.filing, [_person(party) for party in case.filing.parties]
    principal, *anexos = case.documents
    main, *digests = record["documentos"]
    tramite = record.get("tramite", "")
    sources = [row for row in case.objects if row.purpose == Purpose.SOURCE and row.media_type != PDF]
    sources.sort(key=lambda row: row.edition)
    photos = [row.sha256 for row in sources if not row.media_type.startswith(TYPED)]
    return Submission(
        applicant=people[0],
        representative=people[1] if len(people) > 1 else None,
        area="" if tramite else record.get("area", ""),
        tramite=tramite,
        asunto=record.get("asunto", ""),
        petition=filing.petition,
        previous_folio=filing.previous_folio,
        main_pdf=None if sources else _upload(main, principal.filename),
        photos=tuple(map(_upload, photos, _names(case, len(photos)))),
        anexos=tuple(map(_anexo, anexos, digests)),
        buzon_consent=filing.buzon_consent,
        privacy_version=filing.privacy_version,
        privacy_sha256=filing.privacy_sha256,
        received_at=filing.received_at,
        session_id="",
        idempotency_key="",
    )


def _names(case: Case, count: int) -> Sequence[str]:
    """The names of the photographs, in their order; empty where the event does not tell them."""
    told: Sequence[str] = next(
        (event.data.get("fotos", []) for event in case.filing.events if event.act == Acto.INGRESO), []
    )
    return [*told, *[""] * count][:count]


def _person(party: Party) -> Person:
    kind = cast(Literal["fisica", "juridica"], party.kind)
    return Person(kind, party.name, party.curp, party.rfc, party.email, party.phone, party.address)


def _anexo(document: Document, sha256: str) -> Anexo:
    support = Support(document.support)
    return Anexo(_upload(sha256, document.filename), document.title, document.kind, support, document.reserved)


def _upload(sha256: str, filename: str) -> Upload:
    return Upload(Path(), sha256, 0, filename)
