"""What a worker's process works with, made once after the fork: the runtime, the seals and the authority of time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from celery.utils.log import get_task_logger

from oficialia import runtime as runtimes
from oficialia.runtime import Runtime
from oficialia.seal_settings import SealSettings
from oficialia.services.certificates import SealCertificate
from oficialia.services.seals import Seals, certificate_of, sources
from oficialia.settings import WorkerSettings, load
from signing.identity import SealIdentity
from signing.protection import Protector
from signing.revocation import RevocationClient
from signing.seal import Sealed, SealEngine
from signing.timestamp import Timestamper
from signing.trust import load_anchors

log = get_task_logger("oficialia.trabajo")


@dataclass(frozen=True)
class Parts:
    """Runtime, seals and authority of time of one worker process, as one job uses them."""

    settings: WorkerSettings
    runtime: Runtime
    seals: Seals
    timestamper: Timestamper
    protector: Protector | None = None
    """None where nobody can be asked for revocation: seals then stay at B-T."""

    @cached_property
    def engine(self) -> SealEngine:
        """What seals, the same for the whole of the job. Raises IdentityUnusable."""
        return self.seals.choose(self.runtime.clock())

    @property
    def identity(self) -> SealIdentity:
        """What the engine seals with. Raises IdentityUnusable."""
        return self.engine.identity

    @property
    def ledger_wait(self) -> timedelta:
        """How long an acuse waits for the proofs of its leaves."""
        return timedelta(seconds=self.settings.ledger_wait_seconds)

    @property
    def certificate(self) -> SealCertificate:
        """The public part of the identity, as the register keeps it. Raises IdentityUnusable."""
        return certificate_of(self.identity)


def parts() -> Parts:
    """This process's parts, for one job: the next one chooses its seal anew. Raises SettingsError."""
    return replace(_parts())


@cache
def _parts() -> Parts:
    settings = load(WorkerSettings)
    runtime = runtimes.build(settings)
    password = settings.tsa_password.get_secret_value() if settings.tsa_password else ""
    timestamper = Timestamper(
        settings.tsa_url, load_anchors(settings.tsa_anchors), username=settings.tsa_user, password=password
    )
    seals = make_seals(settings, runtime, timestamper, runtime.revocation)
    return Parts(settings, runtime, seals, timestamper, protector_of(runtime, timestamper, runtime.revocation))


def protector_of(runtime: Runtime, timestamper: Timestamper, revocation: RevocationClient | None) -> Protector | None:
    """What gives seals their evidence for later years."""
    if revocation is None:
        return None
    return Protector(runtime.sandbox, runtime.anchors, revocation=revocation, timestamper=timestamper)


def make_seals(
    settings: SealSettings, runtime: Runtime, timestamper: Timestamper, revocation: RevocationClient | None = None
) -> Seals:
    """The configured seals. Opens none of them: a seal that cannot be opened must not keep mail and upkeep from their
    work."""
    make_engine = partial(SealEngine, runtime.sandbox, timestamper=timestamper, anchors=runtime.anchors)
    return Seals(sources(settings), make_engine, anchors=runtime.anchors, crl=settings.seal_crl, revocation=revocation)


@contextmanager
def folder(runtime: Runtime) -> Iterator[Path]:
    """A working folder in the spool, gone afterwards."""
    with TemporaryDirectory(dir=runtime.spool, prefix="trabajo-") as name:
        yield Path(name)


def measured(sealed: Sealed) -> dict[str, dict[str, str | float]]:
    """What the log keeps of a seal: how it was made, why no better, and the memory that its sandbox took (MiB)."""
    why = {"detail": sealed.detail} if sealed.detail else {}
    return {
        "fields": {
            "strategy": sealed.strategy,
            "seal_level": sealed.level,
            "peak_mib": round(sealed.peak_mib, 1),
            **why,
        }
    }
