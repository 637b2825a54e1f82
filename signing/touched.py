"""What the last revision of a document did to what was there before: the proof that sealing touches nothing else.

An increment of ours may add objects, hang our field into the form and on page 1, and nothing more: no content, no
resource, no other page, no earlier field may read differently afterwards. Runs in the sandbox, on the finished file.
"""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, Reference
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from signing.pdf_objects import written

ROOT_KEYS = frozenset({"/AcroForm", "/Extensions", "/Version", "/DSS"})
FORM_KEYS = frozenset({"/Fields", "/SigFlags", "/NeedAppearances"})
PAGE_KEYS = frozenset({"/Annots"})
DSS_KEYS = frozenset({"/Certs", "/OCSPs", "/CRLs", "/VRI"})
"""Evidence beside the signatures; whether it may change, the examination of each of them says."""
GROWING = frozenset({"/Fields", "/Annots"})
"""Arrays that may only grow at their end."""


def foreign_changes(reader: PdfFileReader) -> list[str]:
    """What the last revision changed beyond our field: a phrase for the log each, none when all is well."""
    last = reader.xrefs.total_revisions - 1
    if last < 1:
        return ["there is no earlier revision"]
    before = reader.get_historical_resolver(last - 1)
    if before.root_ref != reader.root_ref or _bytes(before.trailer_view, "/Encrypt") != _bytes(
        reader.trailer_view, "/Encrypt"
    ):
        return ["the trailer"]
    if reader.xrefs.refs_freed_in_revision(last):
        return ["an object was freed"]
    return list(_changes(reader, before, last))


def _changes(reader: PdfFileReader, before: HistoricalResolver, last: int) -> Iterator[str]:
    allowed = _allowed(before)
    for reference in reader.xrefs.explicit_refs_in_revision(last):
        if reader.xrefs.get_historical_ref(reference, last - 1) is None:
            continue  # a new object; who refers to it must be allowed to
        key = (reference.idnum, reference.generation)
        old, new = before.get_object(reference), reader.get_object(reference)
        if key not in allowed or not _only(old, new, allowed[key]):
            yield f"object {reference.idnum}"


def _allowed(before: HistoricalResolver) -> dict[tuple[int, int], frozenset[str]]:
    """The objects that hold our field, each with the keys of it that may change; an array has none, and grows."""
    root = before.root
    page, _ = before.find_page_for_modification(0)
    places = [(before.root_ref, ROOT_KEYS), (page, PAGE_KEYS)]
    places += _reference(root, "/AcroForm", FORM_KEYS)
    places += _reference(root, "/DSS", DSS_KEYS)
    places += _reference(page.get_object(), "/Annots", frozenset())
    if "/AcroForm" in root:
        places += _reference(root["/AcroForm"], "/Fields", frozenset())
    return {(place.idnum, place.generation): keys for place, keys in places}


def _reference(holder: Any, key: str, keys: frozenset[str]) -> list[tuple[Reference, frozenset[str]]]:
    value = holder.raw_get(key) if key in holder else None
    return [(value.reference, keys)] if isinstance(value, IndirectObject) else []


def _only(old: Any, new: Any, keys: frozenset[str]) -> bool:
    """Whether `new` is `old` but for `keys`."""
    if isinstance(old, ArrayObject):
        return isinstance(new, ArrayObject) and _grew(old, new)
    if not (type(old) is type(new) is DictionaryObject):
        return False
    changed = {key for key in {*old, *new} if _bytes(old, key) != _bytes(new, key)}
    return changed <= keys and all(_harmless(old, new, key) for key in changed)


def _harmless(old: Any, new: Any, key: str) -> bool:
    """A change of a key that may change: lists grow, a form in the clear is looked into."""
    if key not in old:
        return True
    was = old.raw_get(key)
    if key not in new:
        # pyHanko drops it; where it asked for appearances, that would blank the fields.
        return key == "/NeedAppearances" and written(was) == b"false"
    became = new.raw_get(key)
    if isinstance(was, IndirectObject):
        return False
    if key in GROWING:
        return _grew(was, became)
    if key in DSS_KEYS:
        return True
    return key != "/AcroForm" or _only(was, became, FORM_KEYS)


def _grew(old: ArrayObject, new: ArrayObject) -> bool:
    return len(new) >= len(old) and all(written(a) == written(b) for a, b in zip(old, new, strict=False))


def _bytes(holder: Any, key: str) -> bytes:
    return written(holder.raw_get(key)) if key in holder else b""
