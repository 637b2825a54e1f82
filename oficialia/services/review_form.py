"""The form as it was sent, put together again from the rows: what the ``formulario`` of the ingreso leaf covers.

Every datum of the form is in a row: people in ``parties``, what they said of their files in ``documents``, digests of
photographs in ``stored_objects``, and their names, which no document bears, in the event of the ingreso. So the digest
can be made again, and whatever of these rows was changed shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

from oficialia.domain import parties
from oficialia.domain.documents import Purpose, Support
from oficialia.domain.filing import Acto
from oficialia.domain.parties import Parte
from oficialia.models import Document, Party, StoredObject
from oficialia.services.objects import PDF
from oficialia.services.review_findings import Code, Finding
from oficialia.services.review_scope import Case
from oficialia.services.submission import Anexo, Person, Submission, Upload

TYPED = "text/"


def as_sent(case: Case, record: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the rows still give the digest of the form that came in; ``record`` is that of the ingreso leaf.

    What the leaf binds by itself (asunto, destination, digests) is taken from the leaf: its change is told by its name.
    """
    folio = case.filing.folio
    roles = tuple(party.role for party in case.filing.parties)
    if not parties.is_order(roles):
        yield Finding(Code.FILING_ALTERED, folio, "El registro ya no dice quién presentó, o en nombre de quién.")
    elif case.principal() is None or len(record.get("documentos", ())) != len(case.documents):
        return  # told elsewhere
    # Whether it was signed in our page is told by nothing else.
    elif record.get("formulario") not in {_form(case, record, here).body_digest() for here in (False, True)}:
        words = (
            "Algo del formulario cambió desde su ingreso, según el libro: los datos de una persona (nombre, CURP, RFC, "
            "correo, teléfono, domicilio), la petición, el folio previo, el nombre o la descripción de un archivo, el "
            "consentimiento del buzón o el aviso de privacidad."
        )
        yield Finding(Code.FILING_ALTERED, folio, words)


def _form(case: Case, record: Mapping[str, Any], signed_here: bool) -> Submission:
    filing, people = case.filing, case.filing.parties
    applicant, *others = [_person(party) for party in people if party.role in parties.PROMOVENTES]
    principal, *anexos = case.documents
    main, *digests = record["documentos"]
    tramite = record.get("tramite", "")
    sources = _sources(case, principal)
    photos = [row.sha256 for row in sources if not row.media_type.startswith(TYPED)]
    return Submission(
        applicant=applicant,
        representative=_in_role(people, Parte.REPRESENTANTE),
        area="" if tramite else record.get("area", ""),
        tramite=tramite,
        asunto=record.get("asunto", ""),
        petition=filing.petition,
        previous_folio=filing.previous_folio,
        main_pdf=None if sources and not signed_here else _upload(main, principal.filename),
        photos=tuple(map(_upload, photos, _names(_told(case).get("fotos", []), len(photos)))),
        anexos=tuple(_anexo(case, document, digest) for document, digest in zip(anexos, digests, strict=True)),
        buzon_consent=filing.buzon_consent,
        privacy_version=filing.privacy_version,
        privacy_sha256=filing.privacy_sha256,
        received_at=filing.received_at,
        session_id="",
        idempotency_key="",
        signed_here=signed_here,
        others=tuple(others),
        common_representative=common.name if (common := _in_role(people, Parte.REPRESENTANTE_COMUN)) else "",
        signed_for=_in_role(people, Parte.A_RUEGO),
    )


def _sources(case: Case, document: Document) -> list[StoredObject]:
    """What a document was made of, in its order."""
    rows = (row for row in case.objects if row.purpose == Purpose.SOURCE and row.document_id == document.id)
    return sorted((row for row in rows if row.media_type != PDF), key=lambda row: row.edition)


def _told(case: Case) -> Mapping[str, Any]:
    """What the event of the ingreso tells."""
    return next((event.data for event in case.filing.events if event.act == Acto.INGRESO), {})


def _names(told: Sequence[str], count: int) -> Sequence[str]:
    """The names of the photographs, in their order; empty where the event does not tell them."""
    return [*told, *[""] * count][:count]


def _in_role(people: Sequence[Party], parte: Parte) -> Person | None:
    return next((_person(party) for party in people if party.role == parte), None)


def _person(party: Party) -> Person:
    kind = cast(Literal["fisica", "juridica"], party.kind)
    return Person(kind, party.name, party.curp, party.rfc, party.email, party.phone, party.address)


def _anexo(case: Case, document: Document, sha256: str) -> Anexo:
    photos = [row.sha256 for row in _sources(case, document)]
    told = _told(case).get("fotos_de_anexos", {}).get(str(document.number), [])
    return Anexo(
        upload=None if photos else _upload(sha256, document.filename),
        title=document.title,
        kind=document.kind,
        support=Support(document.support),
        reserved=document.reserved,
        photos=tuple(map(_upload, photos, _names(told, len(photos)))),
    )


def _upload(sha256: str, filename: str) -> Upload:
    return Upload(Path(), sha256, 0, filename)
