"""Every machine word of a verdict has its sentence, its meaning and what to do, in plain es-MX."""

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

import pytest

from oficialia.services import register_words, verdict_view
from oficialia.services.reason_words import REASONS
from oficialia.services.register_words import REGISTER, Known
from oficialia.services.verdict_json import described
from oficialia.services.verdict_words import COLOUR_NAMES, KINDS, MOST_ACTIONS, headline, words_of
from oficialia.services.words import Words
from signing.efirma import CertificateKind
from signing.reason import Change, Colour, Integrity, Reason, Revocation
from signing.verdict import AcuseCheck, DocumentVerdict
from tests.support.verdicts import AT, GOOD, document, signature

LISTS: tuple[type[StrEnum], ...] = (Colour, Integrity, Revocation, Change, Reason)
MEMBERS = [member for each in LISTS for member in each]
JARGON = re.compile(r"\b(PAdES|DocMDP|hash|digest|CRL|OCSP|DSS|byte|cadena de certificación|CMS|PKCS)\b", re.IGNORECASE)
# Nobody here says that a signature is valid in law, nor that a paper is false.
NEVER = re.compile(r"\b(válid\w*|inválid\w*|fals[oa]s?|auténtic\w*)\b", re.IGNORECASE)


def _all() -> Iterator[tuple[str, Words]]:
    yield from ((member.name, words_of(member)) for member in MEMBERS)
    yield from ((known.name, REGISTER[known].words) for known in Known)
    yield from KINDS.items()
    yield from (("ANNULLED", register_words.ANNULLED), ("LATER_EDITION", register_words.LATER_EDITION))


ALL = list(_all())


def _sentences(words: Words) -> list[str]:
    text = f"{words.sentence.rstrip('.')}. {words.meaning} {words.action}"
    return [sentence for sentence in re.split(r"(?<=[.:;?!])\s+", text) if sentence.strip()]


@pytest.mark.parametrize(("name", "words"), ALL, ids=[name for name, _ in ALL])
def test_the_words_are_plain_and_short(name: str, words: Words) -> None:
    assert words.sentence and words.meaning
    assert [sentence for sentence in _sentences(words) if len(sentence.split()) > 20] == []
    said = f"{words.sentence} {words.meaning} {words.action}"
    assert not JARGON.search(said)
    assert not NEVER.search(said)


def test_no_two_reasons_say_the_same() -> None:
    assert len({words.sentence for words in REASONS.values()}) == len(Reason)


def test_every_reason_says_what_to_do() -> None:
    assert [reason for reason in Reason if not REASONS[reason].action] == []


def test_every_answer_of_the_register_says_what_to_do_and_has_its_badge() -> None:
    assert all(REGISTER[known].badge and REGISTER[known].words.action for known in Known)


def test_colours_have_names_and_certificates_kinds() -> None:
    assert set(COLOUR_NAMES) == set(Colour)
    assert set(KINDS) == set(CertificateKind.__args__)  # type: ignore[attr-defined]


def test_a_later_change_is_told_as_such_and_its_revision_offered() -> None:
    changed = signature(
        integrity=Integrity.CAMBIO, reasons=(Reason.CHANGED,), changes=(Change.PAGES,), covers_whole_file=False
    )
    seen = verdict_view.view(document(changed))
    assert seen.colour is Colour.RED
    assert seen.headline.sentence == "Cambió después de firmarse."
    assert seen.signatures[0].revision_end == 9000
    assert seen.signatures[0].changes[0].sentence.startswith("Cambiaron páginas")
    assert any("versión firmada" in action for action in seen.actions)


def test_a_good_signature_is_told_in_every_respect() -> None:
    [seen] = verdict_view.view(document(GOOD)).signatures
    assert [aspect.title for aspect in seen.aspects] == ["El documento", "Quién firma", "Cuándo", "Si fue revocado"]
    assert seen.aspects[2].statements[0].sentence == "Se firmó a más tardar el 23 de noviembre de 2026, 11:43:10."
    assert seen.revision_end is None
    assert dict(seen.expert)["ETSI EN 319 102-1"] == "TOTAL-PASSED"


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_told_in_the_card_and_in_the_document(reason: Reason) -> None:
    seen = verdict_view.view(document(signature(reasons=(reason,))))
    told = [words for aspect in seen.signatures[0].aspects for words in aspect.statements]
    assert REASONS[reason] in told
    assert REASONS[reason] in seen.reasons
    assert seen.actions == (REASONS[reason].action,)


def test_of_a_signature_that_cannot_be_read_nothing_else_is_said() -> None:
    unread = signature(
        integrity=Integrity.ILEGIBLE, reasons=(Reason.SIGNATURE_UNREADABLE,), certificate_sha256="", trusted=False
    )
    [seen] = verdict_view.view(document(unread)).signatures
    assert [aspect.title for aspect in seen.aspects] == ["El documento"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"proven_time": None}, "Según quien firmó, fue el 23 de noviembre de 2026, 11:43:10."),
        ({"proven_time": None, "claimed_time": None}, "La firma no dice cuándo se hizo."),
    ],
)
def test_a_time_that_nobody_proves_is_not_told_as_proven(changes: dict[str, None], sentence: str) -> None:
    [seen] = verdict_view.view(document(signature(**changes))).signatures
    assert seen.aspects[2].statements[0].sentence == sentence


def test_revoked_after_signing_is_told_with_its_day_and_harms_nothing() -> None:
    later = signature(revocation=Revocation.REVOKED, revoked_at=AT.replace(month=12))
    [seen] = verdict_view.view(document(later)).signatures
    assert "se revocó después, el miércoles 23 de diciembre de 2026" in seen.aspects[3].statements[0].sentence
    assert seen.colour is Colour.GREEN


def test_at_most_some_actions_are_asked_for_and_the_gravest_first() -> None:
    reasons = (Reason.UNTRUSTED, Reason.REVOCATION_UNKNOWN, Reason.FILLED_IN, Reason.CONTENT_ALTERED, Reason.USAGE)
    actions = verdict_view.view(document(signature(reasons=reasons))).actions
    assert len(actions) == MOST_ACTIONS
    assert actions[0] == REASONS[Reason.CONTENT_ALTERED].action


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (document(), "El archivo no lleva ninguna firma electrónica"),
        (document(GOOD), "Todo está en orden"),
        (document(signature(reasons=(Reason.UNTRUSTED,))), "Revise antes de confiar"),
        (document(signature(reasons=(Reason.REVOKED,))), "No confíe en este archivo como está"),
        (document(signature(integrity=Integrity.CAMBIO, reasons=(Reason.FILLED_IN,))), "Cambió después de firmarse."),
        (
            document(signature(integrity=Integrity.ALTERADO, reasons=(Reason.CONTENT_ALTERED,))),
            "Alterado: el contenido no es el que se firmó.",
        ),
    ],
)
def test_the_headline_says_what_happened(verdict: DocumentVerdict, sentence: str) -> None:
    assert headline(verdict).sentence == sentence


def test_where_the_public_looks_curp_and_rfc_are_masked_also_inside() -> None:
    hidden = verdict_view.masked(document(GOOD, embedded=(document(GOOD),)))
    text = str(described(hidden))
    assert "PEXM800101AB1" not in text and "PEXM800101MMCXXR09" not in text
    assert "PEXM*******B1" in text
    assert "PEXM800101AB1" in str(described(document(GOOD)))


@pytest.mark.parametrize(
    ("check", "sentences"),
    [
        (
            AcuseCheck("||OPD1||", "OP-2026-000123-5", True, True, AT, "TSA"),
            ["El sello electrónico corresponde", "Su sello de tiempo prueba la hora: 23 de noviembre de 2026"],
        ),
        (AcuseCheck("||OPD1||", "OP-2026-000123-5", True, False, None, ""), ["corresponde", "no corresponde"]),
        (AcuseCheck("||OPD1||", "OP-2026-000123-5", False, True, AT, "TSA"), ["no corresponde a este archivo"]),
        (
            AcuseCheck("||OPD1||", "OP-2026-000123-5", True, None, None, ""),
            ["corresponde", "se emitió sin sello de tiempo"],
        ),
    ],
)
def test_the_proofs_of_an_acuse_are_told(check: AcuseCheck, sentences: list[str]) -> None:
    told = verdict_view.view(document(GOOD, acuse=check)).acuse
    assert all(expected in words.sentence for words, expected in zip(told, sentences, strict=True))


def test_the_verdict_in_json_is_the_one_that_is_kept_with_words_beside_it() -> None:
    verdict = document(GOOD, embedded=(document(),))
    told = described(verdict)
    for each in (told, *told["signatures"], *told["embedded"]):
        assert each.pop("words")
    assert DocumentVerdict.from_json(told) == replace(verdict)
