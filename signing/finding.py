"""What the examination of a document's signatures found: facts, no verdict. JSON to and fro, out of the sandbox.

The verdict is made of them by `signing.judgement`; the sealing engine compares them before and after its own work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

from signing.efirma import CertificateHolder
from signing.plain import instant, plain
from signing.reason import Change, Reason, Revocation
from signing.verdict import NOBODY

Modification = Literal["nada", "solo_firmas", "cambios_permitidos", "cambios_invisibles", "cambios", "desconocido"]

# From harmless to unknown: what came after a signature.
MODIFICATIONS: tuple[Modification, ...] = (
    "nada", "solo_firmas", "cambios_permitidos", "cambios_invisibles", "cambios", "desconocido",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What the authority says of a chain: of its first certificate, and of the authorities below the anchor.

    `said_at` is when the oldest word of those that count was said; None where nobody said anything. `by`: "documento"
    brought it, or the "autoridad" was asked.
    """

    revocation: Revocation = Revocation.UNKNOWN
    revoked_at: datetime | None = None
    said_at: datetime | None = None
    by: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `asdict` and JSON made."""
        revoked_at, said_at = instant(value["revoked_at"]), instant(value["said_at"])
        return cls(Revocation(value["revocation"]), revoked_at, said_at, value["by"])


@dataclass(frozen=True)
class SignatureFinding:
    """One signature or document time stamp, as examined.

    - `problem`: why it could not be examined at all; then the rest grants nothing.
    - `covers`: it covers all from the first byte to the end of its revision, at `revision_end`, but itself.
      `covers_whole_file`: that is the end of the file too.
    - `digest_fits`, `value_fits`: the signed digest is that of the bytes, and the signature value that of the key.
    - `modified_after` is what came later, `changes` in which parts; `docmdp` what a certification permits (1, 2, 3).
    - `chain`: certificates (DER, hexadecimal) from the signer's to the anchor; empty where there is none. `usage`: it
      may sign documents. `weak`: an algorithm of the signature or of its chain is not on the allow-list.
    - `in_force`: the whole chain was in force at `proven_time`, else at the time of examination.
    - `stated` is why it was signed, in the signer's words (`/Reason`, which the signature covers).
    - `claimed_time` is the signer's word. `proven_time` is that of a time stamp of the trusted authority `tsa`, over
      the signature or over the document with it. `timestamp_broken`: it brings one that is not over it;
      `timestamp_untrusted`: one whose authority is not believed.
    - `told`: what the document itself brings about revocation.
    """

    field_name: str
    problem: Reason | None = None
    holder: CertificateHolder = NOBODY
    certificate_sha256: str = ""
    is_timestamp: bool = False
    covers: bool = False
    covers_whole_file: bool = False
    revision_end: int | None = None
    digest_fits: bool = False
    value_fits: bool = False
    modified_after: Modification = "desconocido"
    changes: tuple[Change, ...] = ()
    docmdp: int | None = None
    chain: tuple[str, ...] = ()
    usage: bool = False
    weak: bool = False
    algorithms: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    in_force: bool = False
    stated: str = ""
    claimed_time: datetime | None = None
    proven_time: datetime | None = None
    tsa: str = ""
    timestamp_broken: bool = False
    timestamp_untrusted: bool = False
    told: Told = Told()
    detail: str = ""

    @property
    def intact(self) -> bool:
        """Whether the signed bytes are those that were signed, with the key of this certificate."""
        return self.covers and self.digest_fits and self.value_fits

    @property
    def trusted(self) -> bool:
        """Whether it is intact, of somebody we believe, who could sign then, with means that hold."""
        able = bool(self.chain) and self.in_force and self.usage and not self.weak
        return self.intact and able and not self.revoked

    @property
    def revoked(self) -> bool:
        """Whether the document tells of a revocation, and does not prove that it was signed before."""
        revoked_at = self.told.revoked_at
        return revoked_at is not None and (self.proven_time is None or revoked_at <= self.proven_time)

    def to_json(self) -> dict[str, Any]:
        """JSON values; instants as ISO 8601."""
        return {key: plain(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `to_json` made."""
        return cls(**{
            **value,
            "problem": Reason(value["problem"]) if value["problem"] else None,
            "holder": CertificateHolder(**value["holder"]),
            "changes": tuple(Change(word) for word in value["changes"]),
            "chain": tuple(value["chain"]),
            "told": Told.from_json(value["told"]),
            **{key: instant(value[key]) for key in _INSTANTS},
        })  # fmt: skip


_INSTANTS = ("valid_from", "valid_until", "claimed_time", "proven_time")


@dataclass(frozen=True)
class AcuseFinding:
    """The proofs attached to an acuse. `sello_of`: the SHA-256 of those certificates that signed this document as the
    acuse of that folio, whose key made the sello, and whom the cadena names. The token is checked against the anchors:
    `token_time` is None where it is not believed, `token_fits` where there is none."""

    cadena: str
    sello_of: tuple[str, ...]
    token_fits: bool | None
    token_time: datetime | None
    tsa: str

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `asdict` and JSON made."""
        return cls(**{**value, "sello_of": tuple(value["sello_of"]), "token_time": instant(value["token_time"])})


@dataclass(frozen=True)
class DocumentFinding:
    """A document: its signatures, oldest first; the originals that it carries; what is attached to an acuse.

    `problem`: why its signatures could not be looked for, or not all of them.
    """

    sha256: str
    size: int
    problem: Reason | None
    signatures: tuple[SignatureFinding, ...]
    embedded: tuple["DocumentFinding", ...] = ()
    acuse: AcuseFinding | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            **{key: plain(value) for key, value in asdict(replace(self, signatures=(), embedded=())).items()},
            "signatures": [signature.to_json() for signature in self.signatures],
            "embedded": [document.to_json() for document in self.embedded],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `to_json` made."""
        acuse = value["acuse"]
        return cls(
            sha256=value["sha256"],
            size=value["size"],
            problem=Reason(value["problem"]) if value["problem"] else None,
            signatures=tuple(SignatureFinding.from_json(each) for each in value["signatures"]),
            embedded=tuple(cls.from_json(each) for each in value["embedded"]),
            acuse=AcuseFinding.from_json(acuse) if acuse else None,
        )


def not_worse(before: Sequence[SignatureFinding], after: Sequence[SignatureFinding]) -> bool:
    """Whether every signature of `before` is in `after`, at least as good as it was.

    Later additions of ours are allowed to show: a signature that covered the whole file no longer does, and "nada"
    becomes "solo_firmas". A signature that was unreadable cannot be made worse, but must not vanish. One that could not
    be examined to its end, such as one of an algorithm of old, still counts for what was found out.
    """
    later = {finding.field_name: finding for finding in after}
    return all(finding.field_name in later and _as_good(finding, later[finding.field_name]) for finding in before)


def _as_good(before: SignatureFinding, after: SignatureFinding) -> bool:
    return (
        after.problem in {None, before.problem}
        and after.certificate_sha256 == before.certificate_sha256
        and after.intact >= before.intact
        and after.trusted >= before.trusted
        and (after.proven_time is not None) >= (before.proven_time is not None)
        and _severity(after) <= max(_severity(before), MODIFICATIONS.index("solo_firmas"))
    )


def _severity(finding: SignatureFinding) -> int:
    return MODIFICATIONS.index(finding.modified_after)
