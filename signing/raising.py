"""Raising a seal from B-B to B-T, after an outage of the time-stamping authority. Needs no key.

1. Find the signature that covers the file to its end: a document that we sealed ends with our seal.
2. Have its value time-stamped, and add the token to its unsigned attributes (RFC 3161, appendix A).
3. Fill the gap of a copy anew; every byte that a signature covers stays as it was.
4. Examine the copy in the sandbox: the last signature has its proven time, and none is worse than before.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from signing.cms import add_token
from signing.digest import sha256_of
from signing.errors import SealingFailed
from signing.examine import examine
from signing.finding import not_worse
from signing.increment import GapTooSmall, NotAnIncrement, fill_gap, last_gap
from signing.sandbox import Sandbox
from signing.timestamp import Timestamper
from signing.trust import TrustAnchors


@dataclass(frozen=True)
class Raised:
    """The copy that has its time: digest (SHA-256, hex), size in bytes, and the time that the authority saw."""

    sha256: str
    size: int
    timestamp: datetime


def raise_level(
    sandbox: Sandbox, source: Path, target: Path, *, timestamper: Timestamper, anchors: TrustAnchors, at: datetime
) -> Raised:
    """Write to `target` the sealed document at `source` with the time stamp that its last signature lacks.

    `at` (aware) is when signatures without a proven time are judged. Raises TimestampUnavailable when the authority
    gives none, SealingFailed when this document cannot be raised; either leaves no target.
    """
    before = examine(sandbox, source, anchors=anchors, at=at)
    shutil.copyfile(source, target)
    try:
        gap = last_gap(target)  # 1
        signature = add_token(_contents(target, gap.start + 1, gap.end - 1), timestamper)  # 2
        fill_gap(target, gap, signature.der)  # 3
        after = examine(sandbox, target, anchors=anchors, at=at)  # 4
        if not after or after[-1].proven_time is None or not not_worse(before, after):
            raise SealingFailed("the time stamp did not do the document good")
    except (NotAnIncrement, GapTooSmall, ValueError) as fault:
        target.unlink()
        raise SealingFailed(str(fault)) from fault
    except BaseException:
        target.unlink()
        raise
    return Raised(sha256_of(target), target.stat().st_size, after[-1].proven_time)


def _contents(path: Path, start: int, end: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return bytes.fromhex(file.read(end - start).decode("ascii"))
