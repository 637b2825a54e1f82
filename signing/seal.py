"""Sealing: a document goes in, a sealed and validated document comes out. The process that does this holds the key.

1. The identity may sign at this time, and leads to the anchors; otherwise IdentityUnusable, and nothing is sealed.
2. What signatures does the document bear, and how good are they?
3. Prepare, in the sandbox: the document grows by our field, with the stamp where it covers nothing, and an empty gap.
4. Here the document is copied and hashed, and the increment looked at; the hash of both is signed, the gap filled.
5. Validate, in the sandbox: our seal is sound and covers the whole file, its increment touches nothing but our field,
   no earlier signature is worse than before.
6. If not, again without the stamp; if not, a carátula with the original attached goes through 3 to 5.

Nothing reaches `target` before it passed 5. This process never parses what a citizen sent.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from signing.chain import chain_of
from signing.cms import Level, Signature, SignatureMaker
from signing.cover import CoverContent, Why, make_cover
from signing.digest import sha256_of
from signing.errors import IdentityUnusable, SandboxFailure, SealingFailed, SigningError
from signing.examine import examine, reopen
from signing.finding import SignatureFinding, not_worse
from signing.identity import SealIdentity
from signing.increment import Gap, GapTooSmall, GrownFile, NotAnIncrement, looks_signed
from signing.sandbox import Limits, Sandbox
from signing.stamp import StampContent, draw
from signing.trust import TrustAnchors

if TYPE_CHECKING:  # what talks HTTP takes 8 MB, and only who asks for time stamps needs it
    from signing.timestamp import Timestamper

Strategy = Literal["visible", "invisible", "caratula"]
Pair = tuple[SignatureFinding, SignatureFinding]

PREPARING = Limits(cpu_seconds=10, wall_seconds=20)
"""Rendering and parsing take well under a second; what takes longer is sealed without its stamp, or wrapped."""
RESULT = "sealed.pdf"
TRIES = 2
"""A gap can turn out too small once: from then on the size of the authority's tokens is known."""


@dataclass(frozen=True)
class Sealed:
    """A document that was sealed, reopened and validated. `earlier`: each signature it bore, before and after."""

    strategy: Strategy
    level: Level
    sha256: str
    size: int
    pages: int
    timestamp: datetime | None
    peak_mib: float
    earlier: tuple[Pair, ...]
    detail: str = ""
    """Why it is no visible seal, for the log; empty when it is."""


@dataclass(frozen=True)
class _Job:
    """One document to be sealed, whatever the way."""

    source: Path
    folder: Path
    field: str
    reason: str
    office: str
    at: datetime
    before: tuple[SignatureFinding, ...]
    sha256: str = ""
    """What the register knows the source by; empty for a document of our own."""


class _Unfit(Exception):
    """This way of sealing does not work for this document."""

    def __init__(self, why: Why, detail: str, *, retry: bool = False) -> None:
        super().__init__(why, detail)
        self.why: Why = why
        self.detail = detail
        self.retry = retry


class SealEngine:
    """Seals with one identity. Cheap to keep, so make one for each process; a call seals one document at a time."""

    def __init__(
        self, sandbox: Sandbox, identity: SealIdentity, *, timestamper: "Timestamper | None", anchors: TrustAnchors
    ) -> None:
        self._sandbox = sandbox
        self._identity = identity
        self._anchors = anchors
        self._maker = SignatureMaker(identity, timestamper)
        self._trusted_until: datetime | None = None

    @property
    def identity(self) -> SealIdentity:
        """What it seals with."""
        return self._identity

    def ensure_usable(self, at: datetime) -> None:
        """Step 1: raise IdentityUnusable unless the seal may be used at `at` and leads to the anchors."""
        self._identity.ensure_usable(at)
        if self._trusted_until is None or at > self._trusted_until:
            self._trusted_until = _trusted_until(self._identity, self._anchors, at)

    def seal_document(
        self,
        source: Path,
        target: Path,
        *,
        stamp: StampContent,
        cover: CoverContent,
        at: datetime,
        act: str = "Recepción",
    ) -> Sealed:
        """Seal a PDF that was handed in into `target`: visibly, else invisibly, else under a carátula (steps 1 to 6).

        It must be the document with the digest `cover.sha256`, or it is SealingFailed. `act` says what is sealed: with
        the folio it is the reason of the signature.

        `at` (aware) is the time that the seal claims. Raises IdentityUnusable when the seal may not be used, and
        SealingFailed or TypesettingFailed only for faults of this installation: the carátula does not depend on
        the document.
        """
        self.ensure_usable(at)  # 1
        with _workplace(target) as folder:
            job = _Job(
                source.resolve(),
                folder,
                f"Sello-{stamp.folio}",
                f"{act}, folio {stamp.folio}",
                stamp.office,
                at,
                (),
                cover.sha256,
            )
            sealed = self._seal_somehow(job, stamp, cover)
            (folder / RESULT).replace(target)
        return sealed

    def seal_own(self, source: Path, target: Path, *, reason: str, at: datetime) -> Sealed:
        """Seal a PDF of our own, such as the acuse, invisibly; its attachments stay. Raises as `seal_document`."""
        self.ensure_usable(at)  # 1
        with _workplace(target) as folder:
            job = _Job(source.resolve(), folder, "Sello", reason, self._identity.organization, at, ())
            try:
                sealed = self._attempt(job, None)
            except _Unfit as fault:
                raise SealingFailed(fault.detail) from fault
            (folder / RESULT).replace(target)
        return sealed

    def _seal_somehow(self, job: _Job, stamp: StampContent, cover: CoverContent) -> Sealed:
        art = draw(stamp)
        try:
            job = replace(job, before=self._findings(job.source, job.at))  # 2
            return self._seal_itself(job, art)
        except _Unfit as fault:  # 6
            return self._seal_cover(job, art, cover, fault)

    def _seal_itself(self, job: _Job, art: Mapping[str, Any]) -> Sealed:
        try:
            return self._attempt(job, art)
        except _Unfit as fault:
            if fault.why == "no_extensible" and not fault.retry:
                raise
            return replace(self._attempt(job, None), detail=fault.detail)

    def _seal_cover(self, job: _Job, art: Mapping[str, Any], cover: CoverContent, fault: _Unfit) -> Sealed:
        _require_registered(job, sha256_of(job.source))
        page = job.folder / "caratula.pdf"
        make_cover(cover, fault.why, job.source, page, at=job.at)
        try:
            sealed = self._attempt(replace(job, source=page, before=(), sha256=""), art)
        except _Unfit as again:
            raise SealingFailed(again.detail) from again
        unchanged = tuple((finding, finding) for finding in job.before)
        return replace(sealed, strategy="caratula", detail=fault.detail, earlier=unchanged)

    def _attempt(self, job: _Job, art: Mapping[str, Any] | None) -> Sealed:
        """Steps 3 to 5, with or without a stamp; raises _Unfit."""
        for _ in range(TRIES):
            try:
                return self._attempt_once(job, art)
            except GapTooSmall:
                continue
        raise _Unfit("no_extensible", "the signature never fits its gap")

    def _attempt_once(self, job: _Job, art: Mapping[str, Any] | None) -> Sealed:
        prepared, peak = self._prepare(job, art)  # 3
        path = job.folder / RESULT
        signature, digest = self._sign(job, prepared, path)  # 4
        earlier = self._validate(job, path, str(prepared["field"]))  # 5
        return Sealed(
            strategy="visible" if prepared["visible"] else "invisible",
            level=signature.level,
            sha256=digest,
            size=path.stat().st_size,
            pages=int(prepared["pages"]),
            timestamp=signature.time,
            peak_mib=peak,
            earlier=earlier,
            detail="" if prepared["visible"] or art is None else "no room for the stamp",
        )

    def _prepare(self, job: _Job, art: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], float]:
        try:
            reply = self._sandbox.call(
                "signing.prepare:prepare",
                limits=PREPARING,
                reads=[job.source],
                writes=job.folder,
                source=str(job.source),
                basis=str(job.folder / "basis.pdf"),
                target=str(job.folder / "increment"),
                field=job.field,
                at=job.at.isoformat(),
                reason=job.reason,
                office=job.office,
                reserve=self._maker.size,
                art=art,
            )
        except SandboxFailure as fault:
            raise _Unfit("no_extensible", f"preparing: {fault.reason}", retry=art is not None) from fault
        if reply.value["outcome"] != "prepared":
            raise _Unfit("no_extensible", str(reply.value["detail"]))
        return reply.value, reply.peak_mib

    def _sign(self, job: _Job, prepared: Mapping[str, Any], path: Path) -> tuple[Signature, str]:
        basis = job.source if prepared["basis"] == "source" else job.folder / "basis.pdf"
        gap = Gap(int(prepared["gap_start"]), int(prepared["gap_end"]))
        try:
            grown = GrownFile.grow(basis, job.folder / "increment", path, gap)
        except NotAnIncrement as fault:
            raise _Unfit("no_extensible", str(fault)) from fault
        _require_registered(job, grown.basis_sha256 if basis == job.source else sha256_of(job.source))
        signature = self._maker.sign(grown.digest)
        return signature, grown.finish(signature.der)

    def _validate(self, job: _Job, path: Path, field: str) -> tuple[Pair, ...]:
        """Our seal is sound and nothing else got worse; gives each earlier signature before and after."""
        after = self._reopen(path, job.at)
        ours = [finding for finding in after if finding.field_name == field]
        others = tuple(finding for finding in after if finding.field_name != field)
        if len(ours) != 1 or not self._is_sound(ours[0]):
            raise _Unfit("no_validable", f"our seal: {ours[0].problem if ours else 'not found'}")
        if len(others) != len(job.before) or not not_worse(job.before, others):
            raise _Unfit("empeora_firmas", "an earlier signature got worse")
        later = {finding.field_name: finding for finding in others}
        return tuple((finding, later[finding.field_name]) for finding in job.before)

    def _is_sound(self, seal: SignatureFinding) -> bool:
        by_us = seal.certificate_sha256 == self._identity.sha256
        return by_us and seal.intact and seal.trusted and seal.covers_whole_file

    def _findings(self, path: Path, at: datetime) -> tuple[SignatureFinding, ...]:
        if not looks_signed(path):
            return ()
        try:
            return examine(self._sandbox, path, anchors=self._anchors, at=at)
        except SigningError as fault:
            raise _Unfit("no_validable", f"examining: {fault}") from fault

    def _reopen(self, path: Path, at: datetime) -> tuple[SignatureFinding, ...]:
        try:
            findings, foreign = reopen(self._sandbox, path, anchors=self._anchors, at=at)
        except SandboxFailure as fault:
            raise _Unfit("no_validable", f"reopening: {fault.reason}") from fault
        if foreign:
            raise _Unfit("no_extensible", f"the seal would touch more than its own: {', '.join(foreign[:5])}")
        return findings


def _require_registered(job: _Job, digest: str) -> None:
    if job.sha256 not in ("", digest):
        raise SealingFailed("the document is not the one that was registered")


def _trusted_until(identity: SealIdentity, anchors: TrustAnchors, at: datetime) -> datetime:
    """Until when the identity leads to the anchors: the first end of a certificate below them on its chain at `at`.

    Without a chain no seal would ever validate, and every document would end under a carátula.
    """
    chain = chain_of(identity.certificate, identity.chain, anchors, at)
    if not chain.in_force:
        raise IdentityUnusable("sin_confianza", chain.detail)
    below = chain.certificates[:-1] or chain.certificates  # the seal's own may be an anchor
    until: datetime = min(each.not_valid_after for each in below)
    return until


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A folder beside `target`, so that the result can be moved there in one step."""
    with tempfile.TemporaryDirectory(prefix=".sealing-", dir=target.resolve().parent) as folder:
        yield Path(folder)
