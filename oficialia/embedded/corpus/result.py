"""What became of one file: the word for it, and its line in the JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oficialia.embedded.corpus.manifest import Entry
from oficialia.embedded.corpus.seals import Examiner, SealCheck
from oficialia.embedded.corpus.sending import Sent
from oficialia.embedded.corpus.traces import Trace
from signing.finding import SignatureFinding
from signing.seal import Strategy
from signing.verdict import DocumentVerdict, SignatureVerdict

OUTCOMES: Mapping[Strategy, str] = {"visible": "sealed-visible", "invisible": "sealed-invisible", "caratula": "wrapped"}


@dataclass(frozen=True)
class Result:
    """One file, its outcome (`sealed-visible`, `sealed-invisible`, `wrapped`, `refused:CODE`, `error:WHAT`), and why.

    `seal` is None for a file that was not sealed. `verdict` is that on the file as it came, taken in `verdict_seconds`;
    None until it is examined.
    """

    entry: Entry
    outcome: str
    sent: Sent
    trace: Trace
    seal: SealCheck | None = None
    verdict: DocumentVerdict | None = None
    verdict_seconds: float = 0.0

    @property
    def kind_of_outcome(self) -> str:
        """The outcome without its detail."""
        return self.outcome.partition(":")[0]

    @property
    def received(self) -> bool:
        """Whether it has its sealed copy and its acuse."""
        return self.outcome in OUTCOMES.values()

    def as_json(self, root: Path) -> dict[str, Any]:
        """Its line; paths are relative to `root` where they can be. `seal` is left out where there is none."""
        paths = [str(path.relative_to(root) if path.is_relative_to(root) else path) for path in self._paths()]
        line: dict[str, Any] = {
            "path": self.entry.path,
            "class": self.entry.group,
            "kind": self.entry.kind,
            "outcome": self.outcome,
            "seconds": round(self.sent.seconds, 2),
            "peak_mib": round(self.trace.peak_mib, 1),
            "http_status": self.sent.http_status,
            "flags": list(self.trace.flags),
            "paths": paths,
            "request_id": self.sent.request_id,
        }
        if self.verdict:
            line |= {
                "colour": self.verdict.colour,
                "integrity": self.verdict.integrity,
                "identity": [_identity(signature) for signature in self.verdict.signatures],
                "reasons": list(self.verdict.reasons),
                "changes": sorted({change for signature in self.verdict.signatures for change in signature.changes}),
                "verdict_seconds": round(self.verdict_seconds, 2),
            }
        if self.seal:
            line |= {
                "seal_level": self.trace.level,
                "detail": self.trace.detail,
                "seal_ours": self.seal.ours,
                "seal_pdfsig": self.seal.pdfsig,
                "original": self.seal.original,
                "signatures_before": len(self.seal.signatures),
                "signatures_kept": self.seal.signatures_kept,
                "signatures": [
                    {"field": before.field_name, "before": _told(before), "after": _told(after) if after else None}
                    for before, after in self.seal.signatures
                ],
                "stamp_read": self.seal.stamp_read,
                "words": self.seal.words,
            }
        return line

    def _paths(self) -> list[Path]:
        return [self.sent.files[name] for name in ("sellado", "acuse") if name in self.sent.files]


def results(entries: Sequence[Entry], sent: Sequence[Sent], traces: Mapping[str, Trace]) -> list[Result]:
    """What came of each entry, not examined yet; `traces` are of the requests, by their ids."""
    pairs = [(entry, each, traces.get(each.request_id, Trace())) for entry, each in zip(entries, sent, strict=True)]
    return [Result(entry, outcome(each, trace), each, trace) for entry, each, trace in pairs]


def examined(examiner: Examiner, result: Result) -> Result:
    """The result with the verdict on the file, and the examination of its sealed copy, where there is one."""
    verdict, seconds = examiner.verdict(result.entry.file)
    result = replace(result, verdict=verdict, verdict_seconds=seconds)
    if not result.received:
        return result
    sent = result.sent
    strategy = next(word for word, outcome in OUTCOMES.items() if outcome == result.outcome)
    hostile = result.entry.group == "hostile"
    seal = examiner.check(result.entry.file, sent.files["sellado"], sent.folio, strategy, hostile=hostile)
    return replace(result, seal=seal)


def _identity(signature: SignatureVerdict) -> dict[str, Any]:
    """Who signed, as far as it is known, and what is known of the certificate."""
    holder = signature.holder
    return {
        "name": holder.name,
        "rfc": holder.rfc,
        "organization": holder.organization,
        "serial": holder.serial,
        "kind": holder.kind,
        "issuer": holder.issuer,
        "trusted": signature.trusted,
        "in_force": signature.in_force,
        "revocation": signature.revocation,
        "colour": signature.colour,
        "indication": " ".join(filter(None, [signature.indication, signature.sub_indication])),
    }


def _told(finding: SignatureFinding) -> dict[str, Any]:
    """What decides whether a signature got worse."""
    return {
        "intact": finding.intact,
        "trusted": finding.trusted,
        "modified_after": finding.modified_after,
        "proven_time": finding.proven_time.isoformat() if finding.proven_time else None,
        "problem": finding.problem,
    }


def outcome(sent: Sent, trace: Trace) -> str:
    """The word for what came of a file, from what was seen outside and what the logs tell."""
    if sent.error:
        return f"error:{sent.error}"
    if not sent.folio:
        return f"refused:{trace.code or f'http-{sent.http_status}'}"
    if not {"sellado", "acuse"} <= sent.files.keys():
        return "error:sin-descargas"
    return next((told for word, told in OUTCOMES.items() if word == trace.strategy), "error:sin-bitacora")
