"""Raising a seal from B-T to B-LT or B-LTA, and renewing its archive time stamp. Needs no key; parses no document.

1. In the sandbox: what does the document need? Certificates, their chains, and the times that matter.
2. Ask the authorities whether those certificates were revoked. What they say of who signed must be younger than the
   signature; where they have nothing younger yet, it is too early (NotNow).
3. In the sandbox: the document grows by that evidence, and an empty document time stamp.
4. Copy the document, check the increment behind it, hash both; have the hash time-stamped; fill the gap.
5. In the sandbox: the increment touched nothing else, the new stamp is sound and covers the whole file, no earlier
   signature is worse than before, and the seal can be validated from the document alone once all who signed have ended.

Without the time-stamping authority a B-T becomes B-LT: the evidence is what gets lost first. The stamp comes later.
"""

import base64
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from asn1crypto import x509

from signing.answers import Answer
from signing.errors import NotNow, ProtectionFailed, SandboxFailure, TimestampUnavailable
from signing.examine import examine, reopen
from signing.finding import SignatureFinding, not_worse
from signing.increment import Gap, GapTooSmall, GrownFile, NotAnIncrement, append
from signing.revocation import RevocationClient
from signing.sandbox import Sandbox
from signing.timestamp import Timestamper
from signing.trust import TrustAnchors

Unprotected = Literal["b_t", "b_lt", "b_lta"]
TRIES = 2
"""A gap can turn out too small once: from then on the size of the authority's tokens is known."""
ASK_AGAIN = timedelta(hours=1)
"""When an authority does not say when it will know more."""
A_DAY = timedelta(days=1)
"""The longest that is waited in one go: authorities know more before their last word ends, and change certificates."""
HARMLESS = ("nada", "solo_firmas")


@dataclass(frozen=True)
class Protected:
    """The new document: `until` is when its archive time stamp stops vouching, None without one (b_lt)."""

    level: Literal["b_lt", "b_lta"]
    sha256: str
    size: int
    until: datetime | None


@dataclass(frozen=True)
class _Evidence:
    """What goes into the document: DER in base64, as it enters the sandbox."""

    certificates: list[str]
    ocsps: list[str]
    crls: list[str]


class Protector:
    """Adds evidence to sealed documents. One for each process; a call works on one document at a time."""

    def __init__(
        self, sandbox: Sandbox, anchors: TrustAnchors, *, revocation: RevocationClient, timestamper: Timestamper
    ) -> None:
        self._sandbox = sandbox
        self._anchors = anchors
        self._revocation = revocation
        self._timestamper = timestamper

    def protect(self, source: Path, target: Path, *, level: Unprotected, at: datetime) -> Protected:
        """Write to `target` the sealed document at `source`, which is at `level`, with what it lacks for later years.

        From b_lta the archive time stamp is renewed. `at` (aware) is now. Raises RevocationUnavailable or
        TimestampUnavailable when an authority is away, NotNow when it is too early, ProtectionFailed when this document
        cannot be protected; each leaves no target.
        """
        try:
            return self._protect(source, target, level, at)
        except BaseException as fault:
            with suppress(FileNotFoundError):
                target.unlink()
            if isinstance(fault, NotAnIncrement | SandboxFailure):
                raise ProtectionFailed(str(fault)) from fault
            raise

    def _protect(self, source: Path, target: Path, level: Unprotected, at: datetime) -> Protected:
        needs = self._call(  # 1
            "gather", reads=[source], path=str(source.resolve()), anchors=list(self._anchors.pem), level=level
        )
        evidence = self._evidence(needs["chains"], at)  # 2
        before = examine(self._sandbox, source, anchors=self._anchors, at=at)
        protected = self._extended(source, target, evidence, level, needs["until"])  # 3 and 4
        self._require_good(target, before, str(needs["field"]), protected, at)  # 5
        return protected

    def _call(self, function: str, **arguments: Any) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._sandbox.call(f"signing.validation_data:{function}", **arguments).value
        return found

    def _evidence(self, chains: Iterable[Mapping[str, Any]], at: datetime) -> _Evidence:
        """Step 2."""
        certificates: dict[str, None] = {}
        answers: list[Answer] = []
        for chain in chains:
            # The anchor goes in too: pyHanko looks among these for who signed a list.
            certificates |= dict.fromkeys(chain["certificates"])
            leaf, *others = (x509.Certificate.load(base64.b64decode(each)) for each in chain["certificates"])
            since = datetime.fromisoformat(chain["at"])
            said = self._revocation.answers(leaf, others, in_force=since, at=at, since=since)
            if said and said[0].made_at < since:
                again = min(said[0].ends_at or at + ASK_AGAIN, at + A_DAY)
                raise NotNow(again, "the authority has said nothing since then")
            answers += said
        return _Evidence(list(certificates), _der(answers, "ocsp"), _der(answers, "crl"))

    def _extended(self, source: Path, target: Path, evidence: _Evidence, level: Unprotected, until: str) -> Protected:
        for _ in range(TRIES):
            try:
                return self._stamped(source, target, evidence, until)
            except GapTooSmall:
                continue
            except TimestampUnavailable:
                if level != "b_t":
                    raise
                return self._unstamped(source, target, evidence)
        raise ProtectionFailed("the time stamp never fits its gap")

    def _stamped(self, source: Path, target: Path, evidence: _Evidence, until: str) -> Protected:
        with self._increment(source, target, evidence, self._timestamper.token_size) as (increment, told):
            grown = GrownFile.grow(source, increment, target, Gap(int(told["gap_start"]), int(told["gap_end"])))
        token = self._timestamper.stamp_digest(grown.digest)
        if until and token.valid_until <= datetime.fromisoformat(until):
            raise NotNow(token.gen_time + A_DAY, "a new time stamp would end no later")
        digest = grown.finish(token.token_der)
        return Protected("b_lta", digest, target.stat().st_size, token.valid_until)

    def _unstamped(self, source: Path, target: Path, evidence: _Evidence) -> Protected:
        with self._increment(source, target, evidence, 0) as (increment, _):
            digest = append(source, increment, target)
        return Protected("b_lt", digest, target.stat().st_size, None)

    @contextmanager
    def _increment(
        self, source: Path, target: Path, evidence: _Evidence, reserve: int
    ) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """Step 3, in a folder beside `target` that is gone afterwards; and what the child told of it."""
        with tempfile.TemporaryDirectory(prefix=".protecting-", dir=target.parent) as folder:
            increment = Path(folder, "increment")
            yield (
                increment,
                self._call(
                    "extend",
                    reads=[source],
                    writes=Path(folder),
                    source=str(source.resolve()),
                    copy=str(Path(folder, "copy.pdf").resolve()),
                    target=str(increment.resolve()),
                    certificates=evidence.certificates,
                    ocsps=evidence.ocsps,
                    crls=evidence.crls,
                    reserve=reserve,
                ),
            )

    def _require_good(
        self, target: Path, before: tuple[SignatureFinding, ...], field: str, protected: Protected, at: datetime
    ) -> None:
        """Step 5."""
        after, foreign = reopen(self._sandbox, target, anchors=self._anchors, at=at)
        if foreign:
            raise ProtectionFailed(f"the increment touched {', '.join(foreign)}")
        seal = next((finding for finding in after if finding.field_name == field), None)
        if seal is None or not (seal.intact and seal.trusted and seal.modified_after in HARMLESS):
            raise ProtectionFailed("the seal is not sound")
        if len(after) != len(before) + (protected.level == "b_lta") or not not_worse(before, after):
            raise ProtectionFailed("an earlier signature got worse")
        if protected.level == "b_lta" and not _is_stamp(after[-1]):
            raise ProtectionFailed("the archive time stamp is not sound")
        checked = self._call(
            "check",
            reads=[target],
            path=str(target.resolve()),
            anchors=list(self._anchors.pem),
            field=field,
            at=at.isoformat(),
        )
        if not checked["good"]:
            raise ProtectionFailed(str(checked["detail"]))


def _is_stamp(finding: SignatureFinding) -> bool:
    whole = finding.intact and finding.trusted and finding.covers_whole_file
    return finding.is_timestamp and whole and finding.proven_time is not None


def _der(answers: Iterable[Answer], kind: str) -> list[str]:
    """Each once: a list may speak of several certificates."""
    found = dict.fromkeys(base64.b64encode(answer.der).decode() for answer in answers if answer.kind == kind)
    return list(found)
