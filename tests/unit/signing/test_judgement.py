"""The rules, without a document: what is found decides colour, integrity, reasons and indication."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signing.efirma import CertificateHolder
from signing.finding import AcuseFinding, DocumentFinding, SignatureFinding, Told
from signing.judgement import INDICATIONS, judge
from signing.reason import Change, Colour, Integrity, Reason, Revocation, worst
from signing.verdict import DocumentVerdict, SignatureVerdict

NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)
MARIA = CertificateHolder("MARÍA PEÑA NÚÑEZ", "PENM850101AB2", "PENM850101MMCXXR07", "", "3000", "AC", "efirma")
GOOD = SignatureFinding(
    "Firma1",
    holder=MARIA,
    certificate_sha256="aa",
    covers=True,
    covers_whole_file=True,
    revision_end=900,
    digest_fits=True,
    value_fits=True,
    modified_after="nada",
    chain=("00", "01"),
    usage=True,
    algorithms="SHA-256, RSA-2048",
    valid_from=NOW - YEAR,
    valid_until=NOW + YEAR,
    in_force=True,
    claimed_time=NOW - DAY,
    told=Told(Revocation.GOOD, None, NOW, "documento"),
)
REVOKED = Told(Revocation.REVOKED, NOW - 2 * DAY, NOW, "documento")


def document(*signatures: SignatureFinding, **more: Any) -> DocumentFinding:
    return DocumentFinding(**{"sha256": "d1", "size": 1000, "problem": None, "signatures": signatures, **more})


def verdict_on(**differences: Any) -> SignatureVerdict:
    return judge(document(replace(GOOD, **differences)), at=NOW).signatures[0]


def test_green_only_if_everything_is_good() -> None:
    found = judge(document(GOOD), at=NOW)
    [signature] = found.signatures
    assert (found.colour, found.integrity, found.reasons) == (Colour.GREEN, Integrity.INTEGRO, ())
    assert (signature.indication, signature.sub_indication) == ("TOTAL-PASSED", "")
    assert (signature.holder, signature.in_force, signature.revocation) == (MARIA, True, Revocation.GOOD)


@pytest.mark.parametrize(("differences", "reasons", "integrity", "indication"), [
    ({"digest_fits": False}, [Reason.CONTENT_ALTERED], Integrity.ALTERADO, "TOTAL-FAILED HASH_FAILURE"),
    ({"value_fits": False}, [Reason.SIGNATURE_VALUE], Integrity.ALTERADO, "TOTAL-FAILED SIG_CRYPTO_FAILURE"),
    ({"covers": False, "revision_end": None}, [Reason.COVERAGE], Integrity.ALTERADO,
     "TOTAL-FAILED FORMAT_FAILURE"),
    ({"problem": Reason.SIGNATURE_UNREADABLE}, [Reason.SIGNATURE_UNREADABLE], Integrity.ILEGIBLE,
     "TOTAL-FAILED FORMAT_FAILURE"),
    ({"problem": Reason.NO_CERTIFICATE}, [Reason.NO_CERTIFICATE], Integrity.ILEGIBLE,
     "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"),
    ({"modified_after": "cambios", "changes": (Change.PAGES,)}, [Reason.CHANGED], Integrity.CAMBIO,
     "INDETERMINATE SIG_CONSTRAINTS_FAILURE"),
    ({"modified_after": "desconocido", "changes": (Change.UNKNOWN,)}, [Reason.NOT_COMPARED],
     Integrity.CAMBIO, "INDETERMINATE SIG_CONSTRAINTS_FAILURE"),
    ({"modified_after": "cambios_permitidos", "changes": (Change.FIELDS,)}, [Reason.FILLED_IN],
     Integrity.CAMBIO, "TOTAL-PASSED "),
    ({"modified_after": "cambios_invisibles", "changes": (Change.STRUCTURE,)},
     [Reason.UNSEEN_CHANGES], Integrity.CAMBIO, "TOTAL-PASSED "),
    ({"modified_after": "solo_firmas", "changes": (Change.VALIDATION_DATA,)}, [Reason.NOT_COVERED], Integrity.INTEGRO,
     "TOTAL-PASSED "),
    ({"modified_after": "solo_firmas", "changes": (Change.METADATA,)}, [Reason.FILLED_IN],
     Integrity.CAMBIO, "TOTAL-PASSED "),
    ({"modified_after": "desconocido", "changes": (Change.TRAILING_DATA,)}, [Reason.NOT_COVERED], Integrity.INTEGRO,
     "TOTAL-PASSED "),
    ({"chain": ()}, [Reason.UNTRUSTED], Integrity.INTEGRO, "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"),
    ({"chain": (), "weak": True}, [Reason.WEAK_ALGORITHM], Integrity.INTEGRO,
     "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    ({"usage": False}, [Reason.USAGE], Integrity.INTEGRO, "INDETERMINATE CHAIN_CONSTRAINTS_FAILURE"),
    ({"holder": replace(MARIA, kind="csd")}, [Reason.NOT_A_PERSON], Integrity.INTEGRO,
     "INDETERMINATE CHAIN_CONSTRAINTS_FAILURE"),
    ({"in_force": False}, [Reason.OUT_OF_TERM], Integrity.INTEGRO, "INDETERMINATE OUT_OF_BOUNDS_NO_POE"),
    ({"in_force": False, "proven_time": NOW + 2 * YEAR}, [Reason.EXPIRED], Integrity.INTEGRO, "TOTAL-FAILED EXPIRED"),
    ({"in_force": False, "proven_time": NOW - 2 * YEAR, "claimed_time": None}, [Reason.NOT_YET_VALID],
     Integrity.INTEGRO, "TOTAL-FAILED NOT_YET_VALID"),
    ({"told": Told()}, [Reason.REVOCATION_UNKNOWN], Integrity.INTEGRO, "INDETERMINATE TRY_LATER"),
    ({"told": REVOKED}, [Reason.REVOKED_WITHOUT_PROOF], Integrity.INTEGRO, "INDETERMINATE REVOKED_NO_POE"),
    ({"told": REVOKED, "proven_time": NOW - DAY}, [Reason.REVOKED], Integrity.INTEGRO, "TOTAL-FAILED REVOKED"),
    ({"timestamp_broken": True}, [Reason.TIMESTAMP_BROKEN], Integrity.INTEGRO, "TOTAL-PASSED "),
    ({"timestamp_untrusted": True}, [Reason.TIMESTAMP_UNTRUSTED], Integrity.INTEGRO, "TOTAL-PASSED "),
    ({"claimed_time": NOW + DAY}, [Reason.TIME_CONTRADICTED], Integrity.INTEGRO,
     "INDETERMINATE TIMESTAMP_ORDER_FAILURE"),
    ({"proven_time": NOW - 3 * DAY}, [Reason.TIME_CONTRADICTED], Integrity.INTEGRO,
     "INDETERMINATE TIMESTAMP_ORDER_FAILURE"),
])  # fmt: skip
def test_what_keeps_a_signature_from_green(
    differences: dict[str, Any], reasons: list[Reason], integrity: Integrity, indication: str
) -> None:
    found = verdict_on(**differences)
    assert list(found.reasons) == reasons
    assert found.colour == worst(reason.colour for reason in reasons) != Colour.GREEN
    assert found.integrity == integrity
    assert f"{found.indication} {found.sub_indication}" == indication


def test_a_signature_before_a_revocation_that_came_later_is_green_and_says_so() -> None:
    found = verdict_on(told=REVOKED, proven_time=NOW - 3 * DAY, claimed_time=NOW - 3 * DAY, tsa="TSA")
    assert (found.colour, found.reasons) == (Colour.GREEN, ())
    assert (found.revocation, found.revoked_at) == (Revocation.REVOKED, NOW - 2 * DAY)


def test_the_authority_is_believed_before_the_document_but_a_revocation_before_all() -> None:
    found = document(replace(GOOD, told=Told()))
    good = Told(Revocation.GOOD, None, NOW, "autoridad")
    asked = judge(found, at=NOW, ask=lambda _: good).signatures[0]
    assert (asked.colour, asked.revocation_from) == (Colour.GREEN, "autoridad")
    assert judge(found, at=NOW, ask=lambda _: None).signatures[0].reasons == (Reason.REVOCATION_UNKNOWN,)
    revoked = judge(document(replace(GOOD, told=REVOKED)), at=NOW, ask=lambda _: good).signatures[0]
    assert revoked.revocation is Revocation.REVOKED


def test_a_time_stamp_whose_authority_nobody_asked_about_is_green() -> None:
    stamp = replace(GOOD, is_timestamp=True, told=Told(), holder=replace(MARIA, kind="otro"))
    assert judge(document(stamp), at=NOW).colour is Colour.GREEN
    assert judge(document(replace(stamp, told=REVOKED)), at=NOW).colour is Colour.RED


def test_a_time_stamp_that_nobody_vouches_for_does_no_harm_where_another_one_proves_the_time() -> None:
    assert judge(document(replace(GOOD, timestamp_untrusted=True, proven_time=NOW)), at=NOW).colour is Colour.GREEN


def test_a_document_is_as_good_as_its_worst_signature() -> None:
    first = replace(GOOD, covers_whole_file=False, modified_after="solo_firmas", changes=(Change.SIGNATURES,))
    found = judge(document(first, replace(GOOD, field_name="Firma2", usage=False)), at=NOW)
    assert [each.colour for each in found.signatures] == [Colour.GREEN, Colour.AMBER]
    assert (found.colour, found.reasons) == (Colour.AMBER, (Reason.USAGE,))


def test_a_document_without_signatures_has_no_colour_and_one_that_cannot_be_read_is_red() -> None:
    nothing = judge(document(), at=NOW)
    assert (nothing.colour, nothing.integrity, nothing.integrity_colour) == (Colour.NONE, None, Colour.NONE)
    broken = judge(document(problem=Reason.DOCUMENT_UNREADABLE), at=NOW)
    assert (broken.colour, broken.integrity) == (Colour.RED, Integrity.ILEGIBLE)
    hidden = judge(document(problem=Reason.HIDDEN_SIGNATURE), at=NOW)
    assert (hidden.colour, hidden.reasons) == (Colour.AMBER, (Reason.HIDDEN_SIGNATURE,))
    many = judge(document(GOOD, problem=Reason.TOO_MANY_SIGNATURES), at=NOW)
    assert (many.colour, many.reasons) == (Colour.AMBER, (Reason.TOO_MANY_SIGNATURES,))


def test_the_colour_of_integrity_says_nothing_of_who_signed() -> None:
    found = judge(document(replace(GOOD, chain=(), usage=False)), at=NOW)
    assert (found.colour, found.integrity_colour) == (Colour.AMBER, Colour.GREEN)


def test_ours_is_what_our_key_signed_and_not_what_shows_our_certificate() -> None:
    assert judge(document(GOOD), at=NOW, ours=frozenset({"aa"})).ours
    assert not judge(document(GOOD), at=NOW, ours=frozenset({"bb"})).ours
    assert not judge(document(replace(GOOD, value_fits=False)), at=NOW, ours=frozenset({"aa"})).ours


ACUSE = AcuseFinding("||OPD1|OP-2026-000001-K|…|1A||", ("aa",), True, NOW, "TSA")


@pytest.mark.parametrize(("acuse", "reasons"), [
    (ACUSE, ()),
    (replace(ACUSE, token_fits=None, token_time=None, tsa=""), ()),
    (replace(ACUSE, sello_of=()), (Reason.ACUSE_SELLO,)),
    (replace(ACUSE, sello_of=("bb",)), (Reason.ACUSE_SELLO,)),
    (replace(ACUSE, token_fits=False), (Reason.ACUSE_TOKEN,)),
])  # fmt: skip
def test_the_proofs_of_an_acuse_of_ours_count(acuse: AcuseFinding, reasons: tuple[Reason, ...]) -> None:
    found = judge(document(GOOD, acuse=acuse), at=NOW, ours=frozenset({"aa"}))
    assert found.acuse is not None
    assert found.acuse.folio == "OP-2026-000001-K"
    assert found.reasons == reasons
    assert found.colour is (Colour.RED if reasons else Colour.GREEN)


def test_what_looks_like_an_acuse_under_another_seal_is_none_of_ours() -> None:
    found = judge(document(GOOD, acuse=ACUSE), at=NOW, ours=frozenset({"cc"}))
    assert (found.acuse, found.ours) == (None, False)


def test_the_original_in_a_caratula_is_judged_by_itself() -> None:
    original = document(replace(GOOD, digest_fits=False))
    found = judge(document(GOOD, embedded=(original,)), at=NOW)
    assert found.colour is Colour.GREEN
    assert [each.colour for each in found.embedded] == [Colour.RED]


def test_findings_and_verdicts_survive_json() -> None:
    original = document(replace(GOOD, told=REVOKED))
    found = document(GOOD, embedded=(original,), acuse=ACUSE, problem=Reason.TOO_MANY_SIGNATURES)
    assert DocumentFinding.from_json(json.loads(json.dumps(found.to_json()))) == found
    verdict = judge(found, at=NOW, ours=frozenset({"aa"}))
    assert DocumentVerdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


def test_every_reason_leaves_a_colour_and_those_of_a_signature_an_indication_or_none() -> None:
    assert {reason.colour for reason in Reason} == {Colour.AMBER, Colour.RED}
    passing = {Reason.FILLED_IN, Reason.UNSEEN_CHANGES, Reason.NOT_COVERED, Reason.TIMESTAMP_BROKEN}
    passing.add(Reason.TIMESTAMP_UNTRUSTED)
    of_documents = {Reason.TOO_MANY_SIGNATURES, Reason.HIDDEN_SIGNATURE, Reason.ACUSE_SELLO, Reason.ACUSE_TOKEN}
    assert set(Reason) - set(INDICATIONS) == passing | of_documents
