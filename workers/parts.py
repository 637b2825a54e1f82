"""What a worker's process works with, made once after the fork: the runtime, the seal identity and the sealing
engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from celery.utils.log import get_task_logger

from oficialia import runtime as runtimes
from oficialia.runtime import Runtime
from oficialia.services.certificates import SealCertificate
from oficialia.settings import WorkerSettings, load
from signing.errors import IdentityUnusable
from signing.identity import SealIdentity
from signing.protection import Protector
from signing.revocation import Responders, RevocationClient
from signing.seal import Sealed, SealEngine
from signing.timestamp import Timestamper
from signing.trust import load_anchors

log = get_task_logger("oficialia.trabajo")


@dataclass(frozen=True)
class Parts:
    """Runtime, identity and engine of one worker process."""

    settings: WorkerSettings
    runtime: Runtime
    identity: SealIdentity
    timestamper: Timestamper
    engine: SealEngine
    protector: Protector | None = None
    """None where nobody can be asked for revocation: seals then stay at B-T."""

    @property
    def certificate(self) -> SealCertificate:
        """The public part of the identity, as the register keeps it."""
        identity = self.identity
        return SealCertificate(
            identity.serial, identity.certificate.sha256.hex(), identity.subject, identity.certificate_pem
        )


@cache
def parts() -> Parts:
    """This process's parts. Raises SettingsError, IdentityUnusable."""
    settings = load(WorkerSettings)
    runtime = runtimes.build(settings)
    identity = _identity(settings)
    password = settings.tsa_password.get_secret_value() if settings.tsa_password else ""
    timestamper = Timestamper(
        settings.tsa_url, load_anchors(settings.tsa_anchors), username=settings.tsa_user, password=password
    )
    engine = SealEngine(runtime.sandbox, identity, timestamper=timestamper, anchors=runtime.anchors)
    return Parts(settings, runtime, identity, timestamper, engine, protector_of(settings, runtime, timestamper))


def protector_of(settings: WorkerSettings, runtime: Runtime, timestamper: Timestamper) -> Protector | None:
    """What gives seals their evidence for later years."""
    responders = Responders(tuple(settings.ocsp_urls.split()), tuple(settings.crl_urls.split()))
    if not responders:
        return None
    anchors = runtime.anchors
    return Protector(
        runtime.sandbox, anchors, revocation=RevocationClient(responders, anchors), timestamper=timestamper
    )


def _identity(settings: WorkerSettings) -> SealIdentity:
    password = settings.seal_password.get_secret_value() if settings.seal_password else ""
    if settings.seal_pkcs12:
        return SealIdentity.from_pkcs12(settings.seal_pkcs12, password)
    if settings.seal_certificate and settings.seal_key:
        return SealIdentity.from_pem(settings.seal_certificate, settings.seal_key, password)
    msg = "no seal was configured"
    raise IdentityUnusable(msg)


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
