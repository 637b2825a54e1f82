"""What a dictamen de verificación says, worded from the verdict; CURP and RFC masked: third parties may see it."""

from datetime import datetime

from oficialia.domain.wording import file_size, instant
from oficialia.runtime import Labels
from oficialia.services.reports import ReportWork
from oficialia.services.verdict_view import SignatureView, masked, view
from oficialia.services.verdict_words import COLOUR_NAMES, headline
from signing.report_pdf import ReportContent, ReportSignature
from signing.verdict import DocumentVerdict

BEFORE = "Se recibió antes de que se guardaran los veredictos."


def content(labels: Labels, work: ReportWork, verdict: DocumentVerdict, at: datetime) -> ReportContent:
    """The report on ``work``, whose ``verdict`` was taken at ``at``."""
    seen = view(masked(verdict))
    title = f"{work.name}: {work.document.title}" if work.document.number else work.name
    return ReportContent(
        municipality=labels.municipality,
        office=labels.office,
        folio=work.folio,
        document=title,
        filename=work.document.filename,
        size=file_size(work.document.size),
        sha256=work.document.sha256,
        received_at=instant(work.received_at),
        examined_at=instant(at),
        colour=seen.colour.value,
        colour_name=seen.colour_name,
        headline=seen.headline.sentence.rstrip("."),
        meaning=seen.headline.meaning,
        reasons=tuple(each.sentence for each in seen.reasons),
        actions=seen.actions,
        signatures=tuple(map(_signature, seen.signatures)),
        at_reception=_at_reception(work.at_reception),
        asked=work.asked_by,
        issued_at=at,
    )


def _at_reception(verdict: DocumentVerdict | None) -> str:
    if verdict is None:
        return BEFORE
    return f"{COLOUR_NAMES[verdict.colour]}. {headline(verdict).sentence.rstrip('.')}."


def _signature(seen: SignatureView) -> ReportSignature:
    return ReportSignature(
        who=seen.who,
        kind=seen.kind.sentence,
        colour=seen.colour.value,
        colour_name=seen.colour_name,
        aspects=tuple((each.title, tuple(words.sentence for words in each.statements)) for each in seen.aspects),
        changes=tuple(each.sentence for each in seen.changes),
        facts=seen.facts,
        expert=seen.expert,
    )
