"""Every requirement is missed by what it forbids, and by that alone."""

from dataclasses import replace

import pytest

from oficialia.embedded.corpus.certificates import CertificateResult
from oficialia.embedded.corpus.judging import Requirement, judge
from oficialia.embedded.corpus.result import Result
from oficialia.embedded.corpus.traces import Trace
from tests.unit.embedded.corpus.samples import ALTERED, GOOD_SEAL, GREEN, SIGNATURE, UNTRUSTED, result

MAY = "accepted or refused with a clear reason"


def missed(*results: Result) -> dict[str, tuple[str, ...]]:
    return {each.title.split(":")[0]: each.missed for each in judge(results, [], []) if not each.held}


@pytest.mark.parametrize(
    "good",
    [
        result("accept", "sealed-visible", seal=GOOD_SEAL),
        result("accept", "wrapped", seal=replace(GOOD_SEAL, original="adjunto")),
        result("accept-hard", "sealed-invisible", seal=replace(GOOD_SEAL, original="reescrito")),
        result("accept-hard", "refused:ilegible", expected=MAY),
        result("hostile", "refused:tarda_demasiado", seconds=30.0, peak_mib=512.0),
        result("hostile", "refused:con_contrasena", expected='refused: "protegido"'),
        result("accept", "sealed-visible", seal=replace(GOOD_SEAL, pdfsig="no-responde")),
        result(
            "signed",
            "sealed-visible",
            expected="never green",
            seal=replace(GOOD_SEAL, signatures=((SIGNATURE, SIGNATURE),)),
            verdict=ALTERED,
        ),
        result("signed", "sealed-visible", kind="valid", expected="signature intact", verdict=GREEN),
        result("signed", "sealed-visible", kind="valid", expected="signature intact", verdict=UNTRUSTED),
        result("signed", "sealed-visible", kind="attack", verdict=UNTRUSTED),
    ],
    ids=lambda each: f"{each.entry.group} {each.outcome}",
)
def test_what_is_as_it_should_misses_nothing(good: Result) -> None:
    assert missed(good) == {}


@pytest.mark.parametrize(
    ("bad", "title"),
    [
        (result("accept", "refused:ilegible"), "accept"),
        (result("accept-hard", "refused:ilegible"), "accept-hard"),
        (result("hostile", "refused:tarda_demasiado", seconds=30.1), "hostile"),
        (result("hostile", "refused:tarda_demasiado", peak_mib=513.0), "hostile"),
        (result("hostile", "error:http-503"), "todos"),
        (result("hostile", "sealed-visible", expected='refused: "protegido"', seal=GOOD_SEAL), "todos"),
        (result("x", "sealed-visible", seal=replace(GOOD_SEAL, ours=False)), "sellos que acepta nuestra comprobación"),
        (result("x", "sealed-visible", seal=replace(GOOD_SEAL, pdfsig="rechaza")), "sellos que acepta pdfsig"),
        (
            result("x", "sealed-visible", seal=replace(GOOD_SEAL, stamp_read=False)),
            "sellos visibles que se ven y cuyo QR se lee",
        ),
        (
            result("x", "sealed-visible", seal=replace(GOOD_SEAL, words="faltan")),
            "copias selladas que conservan su texto",
        ),
        (result("x", "wrapped", seal=replace(GOOD_SEAL, original="perdido")), "originales conservados"),
        (
            result("x", "wrapped", seal=replace(GOOD_SEAL, original="reescrito", signatures=((SIGNATURE, SIGNATURE),))),
            "originales conservados",
        ),
        (
            result(
                "signed",
                "sealed-visible",
                seal=replace(GOOD_SEAL, signatures=((SIGNATURE, SIGNATURE),), signatures_kept=False),
            ),
            "firmas de ciudadanos tan buenas como antes",
        ),
        (
            result("signed", "sealed-visible", expected="never green", verdict=GREEN),
            "ninguna firma con ataque, alteración o defecto se da por buena",
        ),
        (
            result("signed", "sealed-visible", kind="invalid", verdict=GREEN),
            "ninguna firma con ataque, alteración o defecto se da por buena",
        ),
        (
            result("signed", "sealed-visible", kind="valid", verdict=ALTERED),
            "firmas válidas que se dan por íntegras o con aviso",
        ),
        (result("hostile", "refused:ilegible", verdict=GREEN, verdict_seconds=31.0), "todos"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.outcome,
)
def test_what_is_not_misses_its_requirement(bad: Result, title: str) -> None:
    assert list(missed(bad)) == [title]


def test_of_valid_signatures_a_few_may_be_called_altered() -> None:
    good = [result("signed", "sealed-visible", kind="valid", verdict=GREEN)] * 17
    bad = result("signed", "sealed-visible", kind="valid", verdict=ALTERED)
    assert missed(*good, bad, bad, bad) == {}
    assert len(missed(*good, bad, bad, bad, bad)) == 1


def test_what_opens_with_the_empty_password_need_not_be_refused() -> None:
    opens = result("signed", "sealed-visible", expected="refused: password", seal=GOOD_SEAL)
    assert list(missed(opens)) == ["todos"]
    assert missed(replace(opens, trace=Trace(flags=("encrypted_empty_password",)))) == {}


def test_a_process_that_died_is_a_miss() -> None:
    *_, last = judge([result("accept", "sealed-visible")], [], ["web terminó (código -9)"])
    assert last == Requirement("procesos de la oficina sin caídas", 1, ("web terminó (código -9)",))


def test_a_certificate_with_a_problem_is_a_miss() -> None:
    certificate = CertificateResult("c.cer", "csd", None, None, None, "", "no se puede leer")
    [requirement] = judge([], [certificate], [])
    assert requirement.missed == ("c.cer: no se puede leer",)
