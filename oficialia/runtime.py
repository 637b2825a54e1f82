"""The real parts that the acts of a process work with, built once per process and handed to every service."""

from dataclasses import dataclass
from pathlib import Path

from oficialia.clock import Clock, now
from oficialia.db import Database
from oficialia.domain import coat_of_arms
from oficialia.domain.codes import Codes
from oficialia.domain.look import Look
from oficialia.drafts.store import DraftStore
from oficialia.ledger_settings import LedgerSettings
from oficialia.limits import MIB, Limits
from oficialia.setting_groups import BucketSettings, CommonSettings, FilingSettings, LookSettings
from oficialia.settings import WebSettings, WorkerSettings
from signing.revocation import Responders, RevocationClient
from signing.sandbox import Sandbox
from signing.tlog_policy import TlogPolicy
from signing.trust import TrustAnchors, load_anchors
from storage.bucket import Bucket

__all__ = ["Labels", "Limits", "Runtime", "build"]


@dataclass(frozen=True)
class Labels:
    """What the office calls itself, as pages and documents print it."""

    municipality: str
    state: str
    office: str
    contact: str
    public_url: str


@dataclass(frozen=True)
class Runtime:
    """Register, storage, sandbox and rules of one process."""

    database: Database
    bucket: Bucket
    sandbox: Sandbox
    anchors: TrustAnchors
    codes: Codes
    clock: Clock
    spool: Path
    limits: Limits
    labels: Labels
    revocation: RevocationClient | None = None
    """Who is asked whether a certificate was revoked; None where no responder is configured."""
    ledger_policy: TlogPolicy | None = None
    """Whose signatures make a checkpoint of the ledger good; None where it is not published."""
    drafts_dir: Path | None = None
    """Where the window keeps drafts; None in every other process, which has no business with them."""

    @property
    def drafts(self) -> DraftStore:
        """The drafts of the window. Raises LookupError in a process that has none."""
        if self.drafts_dir is None:
            raise LookupError("only the window keeps drafts")
        return DraftStore(self.drafts_dir, self.codes, self.clock, self.limits)


def build(settings: WebSettings | WorkerSettings, *, clock: Clock = now) -> Runtime:
    """The parts of one process from its settings. Opens nothing yet; call it after the fork.

    Outside the demo a machine without isolation for hostile files is refused (SandboxUnavailable, at the first file).
    """
    anchors = load_anchors(settings.trust_dir)
    return Runtime(
        database=Database(settings.database_url.get_secret_value()),
        bucket=bucket_of(settings),
        sandbox=Sandbox(require_isolation=settings.env != "demo"),
        anchors=anchors,
        codes=Codes(settings.hmac_secret.get_secret_value().encode()),
        clock=clock,
        spool=settings.spool_dir,
        limits=Limits(
            file_bytes=settings.max_file_mb * MIB,
            filing_bytes=settings.max_filing_mb * MIB,
            pages=settings.max_pages,
            anexos=settings.max_anexos,
        ),
        labels=labels_of(settings),
        revocation=revocation_of(settings, anchors),
        ledger_policy=policy_of(settings),
        drafts_dir=settings.drafts_dir if isinstance(settings, WebSettings) else None,
    )


def revocation_of(settings: FilingSettings, anchors: TrustAnchors) -> RevocationClient | None:
    """Who asks the authorities about revocation; None where none is configured."""
    responders = Responders.parse(settings.ocsp_urls, settings.crl_urls, settings.ocsp_signers)
    return RevocationClient(responders, anchors) if responders else None


def labels_of(settings: CommonSettings) -> Labels:
    """How any process that reads the register calls the office."""
    return Labels(
        municipality=settings.municipality,
        state=settings.state,
        office=settings.office,
        contact=settings.contact,
        public_url=settings.public_url,
    )


def look_of(settings: LookSettings) -> Look:
    """How any process that shows the town's look shows it."""
    arms = settings.coat_of_arms
    return Look(settings.colour, settings.accent, coat_of_arms.read(arms.read_bytes()) if arms else None)


def policy_of(settings: LedgerSettings) -> TlogPolicy | None:
    """The policy of any process that has one."""
    return TlogPolicy.parse(settings.ledger_policy.read_bytes()) if settings.ledger_policy else None


def bucket_of(settings: BucketSettings) -> Bucket:
    """The bucket of any process that has one."""
    return Bucket(
        settings.s3_endpoint,
        settings.s3_access_key,
        settings.s3_secret_key.get_secret_value(),
        bucket=settings.s3_bucket,
        region=settings.s3_region,
        ca_file=str(settings.s3_ca or ""),
    )
