"""The sixteen fields of the acuse, worded from the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oficialia.domain.acuse import CadenaOriginal, attachments_root, identity_commitment
from oficialia.domain.documents import SUPPORT_WORDS, Purpose, Role, Support
from oficialia.domain.filing import Acto, NivelFirma
from oficialia.domain.plazos import Corte
from oficialia.domain.wording import file_size, instant, long_date
from oficialia.models import Deadline, Document, DocumentKind, Filing, LedgerLeaf, StoredObject
from oficialia.models import Policy as PolicyRow
from oficialia.runtime import Runtime
from oficialia.services import acuse_proofs, observations, party_words
from oficialia.services.certificates import SealCertificate
from oficialia.services.level_words import REGISTERED
from oficialia.services.objects import PDF
from oficialia.services.plazo_words import TERM_NAMES, corte_words, how_computed
from oficialia.services.received_signatures import signers
from oficialia.services.registration import identifier
from oficialia.services.sealing import verification_url
from signing.acuse_content import (
    AcuseContent,
    AcuseDocument,
    AcuseEffects,
    AcuseLeaf,
    AcuseMatter,
    AcuseOffice,
    AcuseRight,
    AcuseSeal,
    AcuseState,
    AcuseTerm,
    AcuseTimes,
    AcuseToken,
    AcuseTramite,
    AcuseVerification,
)
from signing.timestamp import TimestampToken

STATE_WORDS = "Recibido para su trámite; no prejuzga sobre su procedencia."


@dataclass(frozen=True)
class Draft:
    """The cadena original to be signed, and the acuse's content with everything but sello and token."""

    folio: str
    cadena: str
    content: AcuseContent


def draft(session: Session, runtime: Runtime, filing: Filing, certificate: SealCertificate) -> Draft:
    """The acuse of ``filing``, which must have its sealed copy, as the register tells it now."""
    documents = list(session.scalars(select(Document).where(Document.filing_id == filing.id).order_by(Document.number)))
    sealed = next(item for item in reversed(documents[0].objects) if item.purpose == Purpose.SEALED)
    policy = session.get_one(PolicyRow, filing.policy_id)
    cadena = cadena_of(filing, documents, sealed, certificate.serial)
    kinds = {kind.clave: kind.nombre for kind in session.scalars(select(DocumentKind))}
    code = runtime.codes.verification(filing.id)
    labels = runtime.labels
    content = AcuseContent(
        office=AcuseOffice(labels.municipality, labels.office, labels.state, labels.contact),
        folio=filing.folio,
        times=AcuseTimes(instant(filing.received_at), instant(filing.registered_at)),
        effects=_effects(filing, policy),
        terms=_terms(filing),
        parties=party_words.for_acuse(filing.parties),
        matter=_matter(filing, labels.municipality),
        documents=tuple(_document(document, sealed, kinds) for document in documents),
        signers=tuple(
            signer for document in documents for signer in signers(document, observations.document_name(document))
        ),
        seal=AcuseSeal(cadena, "", certificate.serial, certificate.subject),
        token=None,
        verification=AcuseVerification(verification_url(runtime, code), code),
        leaves=_leaves(session, filing),
        rights=_rights(filing, runtime),
        state=AcuseState(STATE_WORDS, observations.of(documents)),
        issued_at=runtime.clock(),
    )
    return Draft(filing.folio, cadena, content)


def cadena_of(filing: Filing, documents: Sequence[Document], sealed: StoredObject, serial: str) -> str:
    """The cadena original: ``documents`` by number, ``serial`` that of the certificate of the sello."""
    main, *anexos = documents
    return CadenaOriginal(
        folio=filing.folio,
        received_at=filing.received_at,
        registered_at=filing.registered_at,
        effective=filing.effective_date,
        tramite=filing.tramite_clave or "",
        cedula_sha256=filing.cedula.sha256 if filing.cedula else "",
        destination=filing.area_clave,
        identity_sha256=identity_commitment(filing.identity_salt, identifier(filing.parties[0])),
        attachment_count=len(anexos),
        pages=sum(document.pages for document in documents if document.media_type == PDF),
        main_sha256=main.sha256,
        attachments_root=attachments_root([anexo.sha256 for anexo in anexos]),
        sealed_sha256=sealed.sha256,
        policy_id=filing.policy_id,
        certificate_serial=serial,
    ).text()


def _effects(filing: Filing, policy: PolicyRow) -> AcuseEffects:
    rule = corte_words(Corte(filing.corte), policy.closing_time)
    return AcuseEffects(long_date(filing.effective_date), f"{rule} Fundamento: {policy.corte_fundamento}.", policy.id)


def _terms(filing: Filing) -> tuple[AcuseTerm, ...]:
    return tuple(
        AcuseTerm(
            name=TERM_NAMES[row.term],
            due=long_date(row.due),
            computation=how_computed(row.days, filing.effective_date),
            basis=row.fundamento,
            provisional=row.provisional,
        )
        for row in _promised(filing)
    )


def _promised(filing: Filing) -> list[Deadline]:
    """The terms that run from the filing itself; what the desk set later is no matter of the acuse."""
    return [row for row in filing.deadlines if row.counted_from is None]


def _matter(filing: Filing, municipality: str) -> AcuseMatter:
    tramite = None
    if filing.tramite and filing.cedula:
        cedula = filing.cedula
        tramite = AcuseTramite(filing.tramite.clave, filing.tramite.nombre, str(cedula.version), cedula.sha256)
    return AcuseMatter(
        authority=f"{filing.area.nombre}, {municipality}",
        asunto=filing.asunto,
        tramite=tramite,
        previous_folio=filing.previous_folio,
        signature_level=REGISTERED[NivelFirma(filing.nivel_firma)],
    )


def _document(document: Document, sealed: StoredObject, kinds: Mapping[str, str]) -> AcuseDocument:
    principal = document.role == Role.PRINCIPAL
    return AcuseDocument(
        number=document.number + 1,
        title=document.title,
        kind=", ".join(
            filter(None, [observations.document_name(document), kinds.get(document.kind, "") if not principal else ""])
        ),
        support=SUPPORT_WORDS[Support(document.support)],
        pages=str(document.pages),
        size=file_size(document.size),
        sha256=document.sha256,
        sealed_sha256=sealed.sha256 if principal else "",
        note=observations.of_seal(sealed.seal_strategy) if principal else "",
        filename=document.filename,
        reserved=document.reserved,
        photos=_photos(document),
    )


def _photos(document: Document) -> tuple[str, ...]:
    """What the browser computed of each before it was sent, and showed to who filed."""
    sources = [item for item in document.objects if item.purpose == Purpose.SOURCE]
    pictures = [item for item in sources if item.media_type.startswith("image/")]
    return tuple(item.sha256 for item in sorted(pictures, key=lambda item: item.edition))


def _leaves(session: Session, filing: Filing) -> tuple[AcuseLeaf, ...]:
    query = select(LedgerLeaf).where(LedgerLeaf.filing_id == filing.id, LedgerLeaf.act.in_([Acto.INGRESO, Acto.SELLO]))
    return tuple(
        AcuseLeaf(leaf.act, leaf.index, leaf.hash) for leaf in session.scalars(query.order_by(LedgerLeaf.index))
    )


def _rights(filing: Filing, runtime: Runtime) -> tuple[AcuseRight, ...]:
    due = " ".join(f"{TERM_NAMES[row.term]}: {long_date(row.due)}." for row in _promised(filing))
    url = runtime.labels.public_url
    return (
        AcuseRight("Plazo", due or "No corre un plazo para este escrito."),
        AcuseRight(
            "Si nadie le responde",
            "Este acuse prueba la fecha en que presentó su escrito. Puede pedir que se certifique el silencio de la "
            "autoridad, presentar una Protesta Ciudadana o acudir al Órgano Interno de Control, con este acuse.",
        ),
        AcuseRight(
            "Siga su asunto", f"En {url}/seguimiento, con su folio y la clave de seguimiento que recibió al presentar."
        ),
        AcuseRight(
            "Sus datos personales",
            f"Se tratan conforme al aviso de privacidad versión {filing.privacy_version} "
            f"(SHA-256 {filing.privacy_sha256}), en {url}/aviso-de-privacidad.",
        ),
    )


def with_sello(
    drafted: Draft, sello: str, token: TimestampToken | None, proven: Sequence[str], at: datetime
) -> AcuseContent:
    """The content with its sello and, where the TSA answered, its RFC 3161 token; ``proven`` are the names of the
    attached proofs of its leaves."""
    stamped = AcuseToken(token.tsa, instant(token.gen_time)) if token else None
    seal = replace(drafted.content.seal, sello=sello)
    leaves = tuple(_with_proof(leaf, proven) for leaf in drafted.content.leaves)
    return replace(drafted.content, seal=seal, token=stamped, leaves=leaves, issued_at=at)


def _with_proof(leaf: AcuseLeaf, proven: Sequence[str]) -> AcuseLeaf:
    name = acuse_proofs.attachment(leaf.act)
    return replace(leaf, status="adjunta", attachment=name) if name in proven else leaf
