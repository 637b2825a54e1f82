"""Makes a document ready to be sealed: everything that reads it, nothing that holds a key. Runs in the sandbox.

1. Try the document as it came, strictly; leniently only for hybrid cross-references (ISO 32000-1, 7.5.8.4).
2. An unsigned document that pyHanko cannot extend, or whose form relies on the reader to draw its text, is rewritten
   first (`signing.rewrite`) and compared with what it was (`signing.likeness`); the seal is then an increment over that
   copy. A signed one is never rewritten.
3. The increment: our signature field, its appearance when there is room for it, and a signature dictionary with a gap.
   It alone is written, not the document before it: who holds the key copies that.
4. Whatever does not work ends as `wrap`: the caller makes a carátula.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import SEEK_SET, BytesIO
from pathlib import Path
from typing import IO, Any, cast

from pyhanko.pdf_utils.generic import BooleanObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import ExternalSigner
from pyhanko.sign.signers.pdf_byterange import SignatureObject

import signing.efirma
import signing.xref  # noqa: F401  (pyHanko then reads cross-references when they are asked for)
from signing.appearance import DrawnStamp
from signing.errors import NO_ROOM
from signing.increment import looks_signed
from signing.likeness import require_alike
from signing.page_box import annotations_are_shared, entry, first_page_box
from signing.place import Place, find_place
from signing.rewrite import rewrite

JSON = dict[str, Any]


@dataclass(frozen=True)
class _Wish:
    """What the caller wants written: `art` is a drawn stamp (`signing.stamp.draw`) or None for an invisible seal."""

    field: str
    at: datetime
    reason: str
    office: str
    reserve: int
    art: Mapping[str, Any] | None


class _NeedsAppearances(Exception):
    """The form leaves its text to the reader to draw, which a seal would forbid."""


def prepare(
    source: str,
    basis: str,
    target: str,
    *,
    field: str,
    at: str,
    reason: str,
    office: str,
    reserve: int,
    art: JSON | None,
) -> JSON:
    """Write to `target` what is to be added to the document, with room for a signature of `reserve` bytes of DER.

    Gives `outcome` "prepared" with `basis` ("source", or "rewritten" when the increment stands on the copy written to
    the path `basis`), `visible`, `field`, `pages`, `gap_start` and `gap_end` (from `<` to after `>`, counted from the
    beginning of the document); or `outcome` "wrap" with a `detail` for the log.
    """
    wish = _Wish(field, datetime.fromisoformat(at), reason, office, reserve, art)
    original, copy, result = Path(source), Path(basis), Path(target)
    attempt = _attempt(lambda: _extend(original, result, wish))
    if attempt["outcome"] == "prepared" or looks_signed(original):
        return {**attempt, "basis": "source"}
    if (obstacle := _attempt(lambda: _rewritten(original, copy)))["outcome"] == "wrap":
        return obstacle
    return {**_attempt(lambda: _extend(copy, result, wish)), "basis": "rewritten"}


def _rewritten(original: Path, copy: Path) -> JSON:
    rewrite(original, copy)
    require_alike(original, copy)
    return {"outcome": "rewritten"}


def _attempt(work: Callable[[], JSON]) -> JSON:
    try:
        return work()
    except Exception as fault:  # a hostile file raises anything: 118 of 4,267 no error of pyHanko's own
        if getattr(fault, "errno", None) in NO_ROOM:
            raise
        return {"outcome": "wrap", "detail": f"{type(fault).__name__}: {fault}"[:300]}


def _extend(basis: Path, target: Path, wish: _Wish) -> JSON:
    with basis.open("rb") as file:
        writer = open_writer(file)
        asks = reader_draws_the_form(writer)
        if asks and has_fields(writer) and not looks_signed(basis):
            raise _NeedsAppearances
        place = _place(basis, writer, wish.art)
        increment = _Tail(basis.stat().st_size)
        prepared = _write(writer, increment, wish, place, keep_need_appearances=asks)
    target.write_bytes(increment.getbuffer())
    return {"outcome": "prepared", **prepared}


class _Tail(BytesIO):
    """What is written behind the end of a document of `offset` bytes; positions count from its beginning."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self._offset = offset

    def tell(self) -> int:
        return super().tell() + self._offset

    def seek(self, position: int, whence: int = SEEK_SET) -> int:
        return super().seek(position - self._offset if whence == SEEK_SET else position, whence) + self._offset


class _Increment(IncrementalPdfFileWriter):
    """Leaves the document's metadata alone: pyHanko would name itself the producer and date the citizen's work anew."""

    def _update_meta(self) -> None:
        return


def _write_increment(writer: IncrementalPdfFileWriter, tail: _Tail, signature: SignatureObject) -> tuple[int, int]:
    """Write to `tail` what was added, and into `signature` which bytes it covers; gives where its gap is.

    As `PdfByteRangeDigest.fill`, but for the digest: whoever signs computes it.
    """
    writer._prep_dom_for_writing()
    writer._write_updated_section(tail)
    start, end = signature.contents.offsets
    signature.byte_range.fill_offsets(tail, start, end, tail.tell())
    return start, end


def open_writer(file: IO[bytes]) -> IncrementalPdfFileWriter:
    """A writer that adds to the document in `file`; step 1. Raises PdfError, and whatever a hostile file brings out."""
    writer: IncrementalPdfFileWriter = _Increment(file, strict=True)
    if writer.prev.xrefs.hybrid_xrefs_present:
        writer = _Increment(file, strict=False)
    if writer.prev.encrypted:
        writer.encrypt("")
    if writer.security_handler is not None and writer.security_handler.pdf_mac_enabled:
        raise PdfError("the document is authenticated with a password (ISO 32004)")
    return writer


def reader_draws_the_form(handler: PdfHandler) -> bool:
    """Whether the form leaves the drawing of its text to the reader."""
    return bool(entry(entry(handler.root, "/AcroForm", {}), "/NeedAppearances", False))


def has_fields(handler: PdfHandler) -> bool:
    """Whether the form has any: one that was flattened keeps asking for the drawing of nothing."""
    return bool(entry(entry(handler.root, "/AcroForm", {}), "/Fields", ()))


def _place(basis: Path, writer: IncrementalPdfFileWriter, art: Mapping[str, Any] | None) -> Place | None:
    """Where the stamp goes: nowhere on a page that cannot be rendered, that two readers see differently, or whose
    annotations are another page's too."""
    page = first_page_box(writer)
    if art is None:
        return None
    sizes = [(drawing["width"], drawing["height"]) for drawing in art["drawings"]]
    with suppress(Exception):
        place = find_place(basis, sizes, art["smallest"], page.unit)
        if place is not None and page.holds(place.box, place.rotation) and not annotations_are_shared(writer):
            return place
    return None


def _write(
    writer: IncrementalPdfFileWriter, tail: _Tail, wish: _Wish, place: Place | None, *, keep_need_appearances: bool
) -> JSON:
    name = unused_name(writer, wish.field)
    session = _signer(wish, name, place).init_signing_session(writer)
    if keep_need_appearances:
        # pyHanko deletes it; in a signed document nobody may draw the appearances instead.
        writer.root["/AcroForm"][pdf_name("/NeedAppearances")] = BooleanObject(True)
    session.system_time = wish.at
    session.prepare_tbs_document(None, bytes_reserved=2 * wish.reserve)
    start, end = _write_increment(writer, tail, session.sig_field["/V"])
    return {
        "visible": place is not None,
        "field": name,
        "pages": int(writer.prev.root["/Pages"]["/Count"]),
        "gap_start": start,
        "gap_end": end,
    }


def _signer(wish: _Wish, name: str, place: Place | None) -> PdfSigner:
    metadata = PdfSignatureMetadata(
        field_name=name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=wish.reason,
        name=wish.office,
    )
    signer = ExternalSigner(signing_cert=None, cert_registry=None, signature_value=b"")
    if place is None or wish.art is None:
        spec = SigFieldSpec(name, readable_field_name=wish.reason)
        return PdfSigner(metadata, signer, new_field_spec=spec)
    # pyHanko's annotation says whole points; it takes any number.
    spec = SigFieldSpec(name, box=cast(tuple[int, int, int, int], place.box), readable_field_name=wish.art["summary"])
    style = DrawnStamp(drawing=wish.art["drawings"][place.drawing], faces=wish.art["faces"], rotation=place.rotation)
    return PdfSigner(metadata, signer, new_field_spec=spec, stamp_style=style)


def unused_name(handler: PdfHandler, wanted: str) -> str:
    """`wanted`, numbered when the form has such a field: an existing one is somebody else's."""
    form = entry(handler.root, "/AcroForm", {})
    taken = {entry(field.get_object(), "/T", "") for field in entry(form, "/Fields", ())}
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
