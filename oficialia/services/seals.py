"""The seals of this office: the current one and, for a rotation, the next; which one seals, what is wrong with each.

**The newest that may be used seals**: of those that are in force, not revoked, trusted and within reach, the one whose
certificate began last. So a new certificate takes over when its time comes, the other one stands in when it cannot be
used, and nobody restarts anything. One that may not be used is opened anew after a while, so that a file that was put
right or a token that came back is found; only a PIN that was refused is not tried again by the same process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from oficialia.seal_settings import NEXT, SealSettings
from oficialia.services.certificates import SealCertificate
from signing.errors import IdentityFault, IdentityUnusable, RevocationUnavailable
from signing.identity import SealIdentity
from signing.revocation import RevocationClient
from signing.revocation_list import Lists
from signing.seal import SealEngine
from signing.token import open_token
from signing.token_name import TokenKeyName
from signing.trust import TrustAnchors

# Before a job that was postponed comes back (outbox.POSTPONED); opening a key takes up to half a second, so that an old
# one left in its place costs little.
OPEN_AGAIN = timedelta(seconds=15)
# How soon a revocation is noticed; what an authority answered is kept for as long as it holds (signing.revocation).
ASK_AGAIN = timedelta(minutes=1)
NEVER = datetime.max.replace(tzinfo=UTC)
PIN_FAULTS = frozenset({IdentityFault.WRONG_PIN, IdentityFault.PIN_NEARLY_LOCKED})
MakeEngine = Callable[[SealIdentity], SealEngine]


@dataclass(frozen=True)
class Source:
    """Where a seal comes from: its name for people, and how to open it, which raises IdentityUnusable."""

    name: str
    open: Callable[[], SealIdentity]


@dataclass(frozen=True)
class Seen:
    """How one of the seals is: ``identity`` None when it could not be opened, ``fault`` None when it may be used."""

    name: str
    identity: SealIdentity | None
    fault: IdentityUnusable | None
    list_until: datetime | None  # when the list of what its issuer revoked ends; None without one


class Seals:
    """The seals of one process; makes nothing before it is asked. Not for several threads at once."""

    def __init__(
        self,
        sources: Sequence[Source],
        make_engine: MakeEngine,
        *,
        anchors: TrustAnchors,
        crl: Path | None = None,
        revocation: RevocationClient | None = None,
    ) -> None:
        """`crl` is a file or folder of lists that somebody keeps; `revocation` asks the authorities."""
        self._anchors = anchors
        self._crl = crl
        self._revocation = revocation
        self._ask_again: dict[str, datetime] = {}
        self._seals = [_Seal(source, make_engine) for source in sources]

    def choose(self, at: datetime) -> SealEngine:
        """The engine that seals at ``at``. Raises IdentityUnusable, of the first seal, when there is none."""
        engines, faults = [], []
        for seal in self._seals:
            try:
                engines.append(seal.usable(at, self._ensure_not_revoked))
            except IdentityUnusable as fault:
                faults.append(fault)
        if not engines:
            raise faults[0]
        return max(engines, key=lambda engine: engine.identity.valid_from)

    def look(self, at: datetime) -> tuple[Seen, ...]:
        """How each of them is."""
        return tuple(self._seen(seal, at) for seal in self._seals)

    def _seen(self, seal: "_Seal", at: datetime) -> Seen:
        fault = None
        try:
            seal.usable(at, self._ensure_not_revoked)
        except IdentityUnusable as found:
            fault = found
        identity = seal.engine.identity if seal.engine else None
        return Seen(seal.name, identity, fault, self._list_until(identity) if identity else None)

    def _ensure_not_revoked(self, identity: SealIdentity, at: datetime) -> None:
        if self._crl:
            Lists.read(self._crl).ensure_not_revoked(identity, self._anchors.certificates())
        if self._revocation and at >= self._ask_again.get(identity.sha256, at):
            self._ask_again[identity.sha256] = at + ASK_AGAIN
            self._ask(self._revocation, identity, at)

    def _ask(self, client: RevocationClient, identity: SealIdentity, at: datetime) -> None:
        try:
            answers = client.answers(identity.certificate, identity.chain, in_force=at, at=at)
        except RevocationUnavailable:
            return  # an authority that is away says nothing against the seal
        if answers and answers[0].revoked_at:
            del self._ask_again[identity.sha256]
            raise IdentityUnusable("revocado", answers[0].revoked_at.isoformat())

    def _list_until(self, identity: SealIdentity) -> datetime | None:
        try:
            return Lists.read(self._crl).fresh_until(identity, self._anchors.certificates()) if self._crl else None
        except IdentityUnusable:
            return None  # its own fault says so


class _Seal:
    """One of them, open or not, with its last fault."""

    def __init__(self, source: Source, make_engine: MakeEngine) -> None:
        self.name = source.name
        self.engine: SealEngine | None = None
        self._source = source
        self._make_engine = make_engine
        self._fault: IdentityUnusable | None = None
        self._again = NEVER

    def usable(self, at: datetime, ensure_more: Callable[[SealIdentity, datetime], None]) -> SealEngine:
        """Its engine. Raises IdentityUnusable."""
        if self._fault and at < self._again:
            raise IdentityUnusable(self._fault.code, self._fault.detail)
        try:
            if self.engine is None or self._fault:
                self.engine = self._make_engine(self._source.open())
            self.engine.ensure_usable(at)
            ensure_more(self.engine.identity, at)
        except IdentityUnusable as fault:
            self._fault = fault
            self._again = NEVER if fault.code in PIN_FAULTS else at + OPEN_AGAIN
            raise
        self._fault = None
        return self.engine


def sources(settings: SealSettings) -> tuple[Source, ...]:
    """The configured seals, the current one first."""
    given = settings.model_dump()
    found = [Source("sello", partial(_open, given, "seal_"))]
    if any(value for name, value in given.items() if name.startswith(NEXT)):
        found.append(Source("otro sello", partial(_open, given, NEXT)))
    return tuple(found)


def _open(given: dict[str, Any], prefix: str) -> SealIdentity:
    way = {name.removeprefix(prefix): value for name, value in given.items() if name.startswith(prefix)}
    password = way["password"].get_secret_value() if way["password"] else ""
    if way["pkcs12"]:
        return SealIdentity.from_pkcs12(way["pkcs12"], password)
    if way["pkcs11"]:
        return open_token(TokenKeyName.parse(way["pkcs11"]), way["certificate"], password)
    return SealIdentity.from_pem(way["certificate"], way["key"], password)


def certificate_of(identity: SealIdentity) -> SealCertificate:
    """The public part of an identity, as the register keeps it."""
    return SealCertificate(identity.serial, identity.sha256, identity.subject, identity.certificate_pem)
