"""The signatures that a document bears: who, when, whether they still fit it, and what could not be checked.

Nothing here says that a signature is valid in law; it says what was examined. The examination itself runs in the
sandbox (`signing.examination`, with its numbered steps), fetches nothing, and trusts the anchors it is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from signing.efirma import CertificateHolder
from signing.errors import SandboxFailure
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors

Modification = Literal["nada", "solo_firmas", "cambios_permitidos", "cambios", "desconocido"]

# From harmless to unknown: what came after a signature.
MODIFICATIONS: tuple[Modification, ...] = ("nada", "solo_firmas", "cambios_permitidos", "cambios", "desconocido")
NOBODY = CertificateHolder("", "", "", "", "", "", "otro")
TOO_HEAVY = "examinar las firmas de este archivo excede los límites"


@dataclass(frozen=True)
class SignatureFinding:
    """One signature or document timestamp, as examined.

    `intact`: digest and signature value fit the bytes it covers. `trusted`: its certificate leads to an anchor, was in
    force at the proven time (else at the time of examination), is not known to be revoked, and may sign.
    `claimed_time` is the signer's word; `proven_time` is that of a trusted time-stamping authority.
    `modified_after` is what was added to the file later. `docmdp` is the permission (1, 2, 3) a certification leaves.
    `unchecked` and `problem` are words for people, es-MX; `problem` is empty unless the examination itself failed.
    """

    field_name: str
    holder: CertificateHolder
    is_timestamp: bool
    claimed_time: datetime | None
    proven_time: datetime | None
    intact: bool
    trusted: bool
    covers_whole_file: bool
    modified_after: Modification
    docmdp: int | None
    unchecked: tuple[str, ...]
    problem: str
    certificate_sha256: str


def examine(sandbox: Sandbox, path: Path, *, anchors: TrustAnchors, at: datetime) -> tuple[SignatureFinding, ...]:
    """Every signature in the PDF at `path`, oldest first, judged as of `at` (aware). None gives an empty tuple.

    Never raises for what the document holds: a signature that cannot be examined, or a document whose signatures
    cannot, gives a finding that says so. Raises `SandboxUnavailable`.
    """
    try:
        reply = sandbox.call(
            "signing.examination:examine_in_child",
            reads=[path],
            path=str(path.resolve()),
            anchors=list(anchors.pem),
            at=at.isoformat(),
        )
    except SandboxFailure:
        return (unexamined("", TOO_HEAVY),)
    return tuple(finding_from(value) for value in reply.value)


def reopen(
    sandbox: Sandbox, path: Path, *, anchors: TrustAnchors, at: datetime
) -> tuple[tuple[SignatureFinding, ...], tuple[str, ...]]:
    """The findings of a file that was just sealed, and what the seal's increment changed beyond its own field.

    Raises SandboxFailure and SandboxUnavailable: what cannot be examined is not fit to be recorded.
    """
    reply = sandbox.call(
        "signing.examination:reopen_in_child",
        reads=[path],
        path=str(path.resolve()),
        anchors=list(anchors.pem),
        at=at.isoformat(),
    )
    return tuple(finding_from(value) for value in reply.value["findings"]), tuple(reply.value["foreign"])


def not_worse(before: Sequence[SignatureFinding], after: Sequence[SignatureFinding]) -> bool:
    """Whether every signature of `before` is in `after`, at least as good as it was.

    Later additions of ours are allowed to show: a signature that covered the whole file no longer does, and "nada"
    becomes "solo_firmas". A signature that was already broken or unreadable cannot be made worse, but must not vanish.
    """
    later = {finding.field_name: finding for finding in after}
    return all(finding.field_name in later and _as_good(finding, later[finding.field_name]) for finding in before)


def _as_good(before: SignatureFinding, after: SignatureFinding) -> bool:
    if before.problem:
        return True
    return (
        not after.problem
        and after.certificate_sha256 == before.certificate_sha256
        and after.intact >= before.intact
        and after.trusted >= before.trusted
        and (after.proven_time is not None) >= (before.proven_time is not None)
        and _severity(after) <= max(_severity(before), MODIFICATIONS.index("solo_firmas"))
    )


def _severity(finding: SignatureFinding) -> int:
    return MODIFICATIONS.index(finding.modified_after)


def unexamined(field_name: str, problem: str) -> SignatureFinding:
    """The finding for what could not be examined: it grants nothing."""
    return SignatureFinding(
        field_name=field_name,
        holder=NOBODY,
        is_timestamp=False,
        claimed_time=None,
        proven_time=None,
        intact=False,
        trusted=False,
        covers_whole_file=False,
        modified_after="desconocido",
        docmdp=None,
        unchecked=(),
        problem=problem,
        certificate_sha256="",
    )


def finding_from(value: Mapping[str, Any]) -> SignatureFinding:
    """The finding that `dataclasses.asdict` and JSON made of one, with instants as ISO 8601."""
    return SignatureFinding(**{
        **value,
        "holder": CertificateHolder(**value["holder"]),
        "claimed_time": _instant(value["claimed_time"]),
        "proven_time": _instant(value["proven_time"]),
        "unchecked": tuple(value["unchecked"]),
    })  # fmt: skip


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
