"""What is required of each class, and who missed it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oficialia.embedded.corpus.certificates import CertificateResult
from oficialia.embedded.corpus.result import Result
from signing.inspect import Flag
from signing.reason import Colour

# Issue 3: nothing hostile takes longer than this, nor more memory.
MOST_SECONDS, MOST_MIB = 30.0, 512.0
# Issue 5: of honest signatures as many are called intact, or intact with a remark.
VALID_SHARE = 0.85
NEVER_GREEN = frozenset({"attack", "tampered", "modified", "invalid"})
OPENS_ALL_THE_SAME = Flag.ENCRYPTED_EMPTY_PASSWORD.value


@dataclass(frozen=True)
class Requirement:
    """One requirement: how many it was asked of, and those that missed it. `share`: of how many it has to hold."""

    title: str
    asked: int
    missed: tuple[str, ...]
    share: float = 1.0

    @property
    def held(self) -> bool:
        """Whether enough of them hold it."""
        return self.asked - len(self.missed) >= self.share * self.asked


def judge(
    results: Sequence[Result], certificates: Sequence[CertificateResult], deaths: Sequence[str]
) -> list[Requirement]:
    """Every requirement that this folder has something for."""

    def ask(title: str, who: Sequence[Result], missed: Callable[[Result], str], share: float = 1.0) -> Requirement:
        told = [(result.entry.path, missed(result)) for result in who]
        return Requirement(title, len(who), tuple(f"{path}: {why}" for path, why in told if why), share)

    def group(*names: str) -> list[Result]:
        return [result for result in results if result.entry.group in names]

    sealed = [result for result in results if result.seal]
    valid = [result for result in group("signed") if result.entry.kind == "valid"]
    found = [
        ask("accept: recibidos, sellados o con carátula", group("accept"), _not_received),
        ask("accept-hard: recibidos, salvo los que pueden rechazarse", group("accept-hard"), _not_received_or_refused),
        ask("hostile: en menos de 30 s y 512 MiB", group("hostile"), _beyond_limits),
        ask("todos: recibidos o rechazados con su razón, sin error", results, _error),
        ask("todos: rechazados los que deben rechazarse", results, _not_refused),
        ask("sellos que acepta nuestra comprobación", sealed, _rejected_by_ours),
        ask("sellos que acepta pdfsig", sealed, _rejected_by_pdfsig),
        ask("sellos visibles que se ven y cuyo QR se lee", [r for r in sealed if _is_visible(r)], _unread),
        ask("copias selladas que conservan su texto", [r for r in sealed if _has_words(r)], _mute),
        ask("originales conservados", sealed, _lost),
        ask("firmas de ciudadanos tan buenas como antes", [r for r in sealed if _bears_signatures(r)], _worse),
        ask("ninguna firma con ataque, alteración o defecto se da por buena", group("signed"), _green),
        ask("firmas válidas que se dan por íntegras o con aviso", valid, _called_altered, VALID_SHARE),
        ask("todos: con su veredicto en menos de 30 s", [r for r in results if r.verdict], _slow),
        Requirement("certificados legibles y como dice el manifiesto", len(certificates),
                    tuple(f"{each.path}: {each.problem}" for each in certificates if each.problem)),
    ]  # fmt: skip
    told = [requirement for requirement in found if requirement.asked]
    return [*told, Requirement("procesos de la oficina sin caídas", len(results), tuple(deaths))] if results else told


def _not_received(result: Result) -> str:
    return "" if result.received else result.outcome


def _not_received_or_refused(result: Result) -> str:
    refused = result.entry.may_be_refused and result.kind_of_outcome == "refused"
    return "" if refused else _not_received(result)


def _beyond_limits(result: Result) -> str:
    seconds, peak = result.sent.seconds, result.trace.peak_mib
    return f"{seconds:.1f} s, {peak:.0f} MiB" if seconds > MOST_SECONDS or peak > MOST_MIB else ""


def _error(result: Result) -> str:
    return result.outcome if result.kind_of_outcome == "error" else ""


def _not_refused(result: Result) -> str:
    """What opens with the empty password asks for none, whatever the manifest says of it."""
    must = result.entry.expected.lower().startswith("refused:") and OPENS_ALL_THE_SAME not in result.trace.flags
    return result.outcome if must and result.kind_of_outcome != "refused" else ""


def _rejected_by_ours(result: Result) -> str:
    return "" if result.seal and result.seal.ours else "rechazado"


def _rejected_by_pdfsig(result: Result) -> str:
    return "rechazado" if result.seal and result.seal.pdfsig == "rechaza" else ""


def _is_visible(result: Result) -> bool:
    return bool(result.seal and result.seal.stamp_read is not None)


def _unread(result: Result) -> str:
    return "" if result.seal and result.seal.stamp_read else "no se lee"


def _has_words(result: Result) -> bool:
    return bool(result.seal and result.seal.words in {"todas", "faltan"})


def _mute(result: Result) -> str:
    return "" if result.seal and result.seal.words == "todas" else "faltan palabras"


def _lost(result: Result) -> str:
    """A signed document is never rewritten; any other may be, to mend it."""
    seal = result.seal
    assert seal  # noqa: S101 - asked of those only
    rewritten = seal.original == "reescrito" and bool(seal.signatures)
    return seal.original if rewritten or seal.original == "perdido" else ""


def _bears_signatures(result: Result) -> bool:
    return bool(result.seal and result.seal.signatures)


def _worse(result: Result) -> str:
    return "" if result.seal and result.seal.signatures_kept else "alguna firma quedó peor"


def _green(result: Result) -> str:
    expected = result.entry.expected.lower()
    never = result.entry.kind in NEVER_GREEN or "never green" in expected or "not green" in expected
    return "se da por buena" if never and result.verdict and result.verdict.colour is Colour.GREEN else ""


def _called_altered(result: Result) -> str:
    """Trust aside: these authorities are nobody's whom the office knows."""
    verdict = result.verdict
    if verdict is None:
        return "sin veredicto"
    if verdict.integrity_colour in {Colour.GREEN, Colour.AMBER}:
        return ""
    return f"{verdict.colour}: {', '.join(verdict.reasons) or 'sin firmas'}"


def _slow(result: Result) -> str:
    return f"{result.verdict_seconds:.1f} s" if result.verdict_seconds > MOST_SECONDS else ""
