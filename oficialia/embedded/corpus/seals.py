"""The sealed copy of one file, examined by ours and by a third party, and compared with the original."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import pikepdf

from oficialia.embedded.corpus.pdfsig import Word, pdfsig
from oficialia.embedded.corpus.seeing import Words, reads_the_stamp, words_kept
from signing.examine import examine
from signing.finding import SignatureFinding, not_worse
from signing.increment import looks_signed
from signing.sandbox import Sandbox
from signing.seal import Strategy
from signing.trust import TrustAnchors
from signing.verdict import DocumentVerdict
from signing.verify import verify

FIELD = "Sello-"
# "al-frente": the sealed copy begins with the original, byte for byte; "adjunto": the carátula has it attached so;
# "reescrito": it was repaired first; "perdido": a carátula without it.
Original = Literal["al-frente", "adjunto", "reescrito", "perdido"]


@dataclass(frozen=True)
class SealCheck:
    """What was seen of the seal on one sealed copy.

    `signatures`: each of its author's, before and after (None: gone). `stamp_read`: the QR of a visible seal was read.
    `words`: of the original, in a copy that is no carátula.
    """

    ours: bool
    pdfsig: Word
    original: Original
    signatures: tuple[tuple[SignatureFinding, SignatureFinding | None], ...]
    signatures_kept: bool
    stamp_read: bool | None
    words: Words | None


@dataclass(frozen=True)
class Examiner:
    """What sealed copies are examined with."""

    sandbox: Sandbox
    anchors: TrustAnchors
    at: datetime

    def check(self, original: Path, sealed: Path, folio: str, strategy: Strategy, *, hostile: bool) -> SealCheck:
        """Examine `sealed`, made of `original` under `folio`. The words of what is `hostile` are not read: bombs have
        none, and cost poppler its whole time."""
        wrapped = strategy == "caratula"
        before, after = self._findings(original), self._findings(sealed)
        field = f"{FIELD}{folio}"
        seals = [finding for finding in after if finding.field_name.startswith(field)]
        theirs = [finding for finding in after if not finding.field_name.startswith(field)]
        kept = _attached(original, sealed) if wrapped else _kept(original, sealed)
        return SealCheck(
            ours=len(seals) == 1 and _sound(seals[0]),
            pdfsig=pdfsig(sealed, field),
            original=kept,
            signatures=_pairs(before, before if kept == "adjunto" else theirs),
            # Under a carátula the original is attached as it came, and its signatures with it.
            signatures_kept=kept == "adjunto" or (len(theirs) == len(before) and not_worse(before, theirs)),
            stamp_read=reads_the_stamp(self.sandbox, sealed) if strategy == "visible" else None,
            words=None if wrapped or hostile else words_kept(original, sealed),
        )

    def verdict(self, original: Path) -> tuple[DocumentVerdict, float]:
        """What the signatures of `original` are worth, nobody being asked about revocation; and the seconds it took."""
        began = time.monotonic()
        found = verify(self.sandbox, original, anchors=self.anchors, at=self.at)
        return found, time.monotonic() - began

    def _findings(self, file: Path) -> Sequence[SignatureFinding]:
        return examine(self.sandbox, file, anchors=self.anchors, at=self.at) if looks_signed(file) else ()


def _pairs(
    before: Sequence[SignatureFinding], after: Sequence[SignatureFinding]
) -> tuple[tuple[SignatureFinding, SignatureFinding | None], ...]:
    later = {finding.field_name: finding for finding in after}
    return tuple((finding, later.get(finding.field_name)) for finding in before)


def _sound(seal: SignatureFinding) -> bool:
    return seal.intact and seal.trusted and seal.covers_whole_file and not seal.problem


def _kept(original: Path, sealed: Path) -> Original:
    data = original.read_bytes()
    with sealed.open("rb") as file:
        return "al-frente" if file.read(len(data)) == data else "reescrito"


def _attached(original: Path, sealed: Path) -> Original:
    """Only a carátula is opened here: it is a document of ours, and what is attached to it is not parsed."""
    data = original.read_bytes()
    with pikepdf.open(sealed) as pdf:
        found = any(each.get_file().read_bytes() == data for each in pdf.attachments.values())
    return "adjunto" if found else "perdido"
