"""The verdict on a document: what one signature, and the document as a whole, is worth, and every reason against it.

Values only, to JSON and back. Who judges stands in `signing.verify`, the closed lists of words in `signing.reason`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from signing.efirma import CertificateHolder
from signing.plain import instant, plain
from signing.reason import Change, Colour, Integrity, Reason, Revocation, worst

NOBODY = CertificateHolder("", "", "", "", "", "", "otro")


@dataclass(frozen=True)
class SignatureVerdict:
    """One signature or document time stamp, judged.

    - `revision_end`: the signed revision is the first so many bytes of the file; None where the coverage is not the
      standard one. `changes` is what came after; `covers_whole_file`: nothing did, but blanks.
    - `trusted`: it leads to an anchor. `in_force` is judged at the proven time, else at the time of examination; None
      where nothing can be said.
    - `revocation_from` is "documento", "autoridad" (it was asked), or empty; `revocation_at` is when the authority said
      it. A certificate that was revoked after `proven_time` is "revocado", and that is no reason.
    - `tsa` is who proves the time; empty where it is only claimed.
    - `ours`: the certificate is one of the office's own seals, and the signature is made with its key.
    - `indication` and `sub_indication` are those of ETSI EN 319 102-1; `detail` is for the log and for experts.
    """

    field_name: str
    is_timestamp: bool
    holder: CertificateHolder
    certificate_sha256: str
    ours: bool
    colour: Colour
    integrity: Integrity
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    revision_end: int | None
    covers_whole_file: bool
    trusted: bool
    valid_from: datetime | None
    valid_until: datetime | None
    in_force: bool | None
    revocation: Revocation
    revoked_at: datetime | None
    revocation_from: str
    revocation_at: datetime | None
    claimed_time: datetime | None
    proven_time: datetime | None
    tsa: str
    algorithms: str
    docmdp: int | None
    indication: str
    sub_indication: str
    detail: str

    def to_json(self) -> dict[str, Any]:
        """JSON values; instants as ISO 8601."""
        return {key: plain(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `to_json` made. Raises ValueError, KeyError or TypeError for anything else."""
        return cls(**{
            **value,
            "holder": CertificateHolder(**value["holder"]),
            "colour": Colour(value["colour"]),
            "integrity": Integrity(value["integrity"]),
            "reasons": tuple(Reason(word) for word in value["reasons"]),
            "changes": tuple(Change(word) for word in value["changes"]),
            "revocation": Revocation(value["revocation"]),
            **{key: instant(value[key]) for key in _INSTANTS},
        })  # fmt: skip


_INSTANTS = ("valid_from", "valid_until", "revoked_at", "revocation_at", "claimed_time", "proven_time")


@dataclass(frozen=True)
class AcuseCheck:
    """The proofs attached to an acuse, recomputed from the file itself (docs/formatos.md).

    `sello_fits`: it is over the cadena, with the key of one of the office's seals that signed this very file as the
    acuse of that folio, and the cadena names that seal. `token_fits` is None where no token is attached: it was pending
    when the acuse was issued.
    """

    cadena: str
    folio: str
    sello_fits: bool
    token_fits: bool | None
    token_time: datetime | None
    tsa: str

    def to_json(self) -> dict[str, Any]:
        """JSON values; instants as ISO 8601."""
        return {key: plain(value) for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `to_json` made."""
        return cls(**{**value, "token_time": instant(value["token_time"])})


@dataclass(frozen=True)
class DocumentVerdict:
    """A document, judged: its colour is the worst of its signatures', with the reasons of all.

    `integrity` is None where nobody signed. `signatures` are oldest first. `embedded` are the originals inside a
    carátula (`/AFRelationship /Source`), judged by themselves; the colour does not count them.
    """

    sha256: str
    size: int
    media_type: str
    colour: Colour
    integrity: Integrity | None
    reasons: tuple[Reason, ...]
    signatures: tuple[SignatureVerdict, ...]
    embedded: tuple["DocumentVerdict", ...]
    acuse: AcuseCheck | None

    @property
    def ours(self) -> bool:
        """Whether it carries one of the office's own seals."""
        return any(signature.ours for signature in self.signatures)

    @property
    def integrity_colour(self) -> Colour:
        """The colour with nothing said about who signed and when."""
        if self.colour is Colour.NONE:
            return Colour.NONE
        return worst(reason.colour for reason in self.reasons if reason.about_integrity)

    def to_json(self) -> dict[str, Any]:
        """JSON values; instants as ISO 8601."""
        return {
            "sha256": self.sha256,
            "size": self.size,
            "media_type": self.media_type,
            "colour": self.colour.value,
            "integrity": self.integrity.value if self.integrity else None,
            "reasons": [reason.value for reason in self.reasons],
            "signatures": [signature.to_json() for signature in self.signatures],
            "embedded": [document.to_json() for document in self.embedded],
            "acuse": self.acuse.to_json() if self.acuse else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `to_json` made. Raises ValueError, KeyError or TypeError for anything else."""
        return cls(**{
            **value,
            "colour": Colour(value["colour"]),
            "integrity": Integrity(value["integrity"]) if value["integrity"] else None,
            "reasons": tuple(Reason(word) for word in value["reasons"]),
            "signatures": tuple(SignatureVerdict.from_json(each) for each in value["signatures"]),
            "embedded": tuple(cls.from_json(each) for each in value["embedded"]),
            "acuse": AcuseCheck.from_json(value["acuse"]) if value["acuse"] else None,
        })  # fmt: skip
