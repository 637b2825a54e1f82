"""The real parts that the acts of a process work with, built once per process and handed to every service."""

from dataclasses import dataclass
from pathlib import Path

from oficialia.clock import Clock
from oficialia.db import Database
from oficialia.domain.codes import Codes
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from storage.bucket import Bucket


@dataclass(frozen=True)
class Limits:
    """Published limits of a filing: bytes, pages and anexos."""

    file_bytes: int = 25_000_000
    filing_bytes: int = 100_000_000
    pages: int = 2_000
    anexos: int = 20


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
