"""What came after a signature: how bad it is, and in which parts of the document. Runs in the sandbox.

How bad says pyHanko's difference analysis, revision by revision, which passes only what it can explain. Which parts is
our own look at the objects: those of the signed revision that read differently at the end, each by what it is.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, Reference, StreamObject
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.coverage import Coverage
from signing.finding import Modification
from signing.reason import Change
from signing.touched import written

# What an owner is looked for in: an array says nothing of itself. Longer documents keep theirs in the page.
MOST_PAGES = 2000

CATALOGUE: dict[str, Change | None] = {
    "/Pages": Change.PAGES,
    "/OCProperties": Change.PAGES,
    "/DSS": Change.VALIDATION_DATA,
    "/Perms": Change.SIGNATURES,
    "/AF": Change.ATTACHMENTS,
    "/Collection": Change.ATTACHMENTS,
    "/OpenAction": Change.ACTIONS,
    "/AA": Change.ACTIONS,
    "/URI": Change.ACTIONS,
    "/Metadata": Change.METADATA,
    "/Extensions": None,
    "/Version": None,
}
"""Keys of the catalogue; those that are not here are for navigation and readers: structure."""
NAMES = {"/EmbeddedFiles": Change.ATTACHMENTS, "/JavaScript": Change.ACTIONS}
PAGE = {"/AA": Change.ACTIONS, "/AF": Change.ATTACHMENTS, "/Metadata": Change.METADATA}
UNSEEN_ON_PAGE = frozenset({"/StructParents", "/Tabs", "/PieceInfo", "/LastModified", "/Dur"})
FORM: dict[str, Change | None] = {"/SigFlags": None, "/XFA": Change.FIELDS}
TYPES: dict[str, Change | None] = {
    "/Pages": Change.PAGES,
    "/Metadata": Change.METADATA,
    "/Filespec": Change.ATTACHMENTS,
    "/EmbeddedFile": Change.ATTACHMENTS,
    "/Action": Change.ACTIONS,
    "/Outlines": Change.STRUCTURE,
    "/StructTreeRoot": Change.STRUCTURE,
    "/StructElem": Change.STRUCTURE,
    "/ObjStm": None,
    "/XRef": None,
    **dict.fromkeys(("/XObject", "/Font", "/FontDescriptor", "/ExtGState", "/Pattern", "/OCG"), Change.PAGES),
}
WRITTEN_BY_EVERY_PROGRAM = frozenset({"/ModDate", "/Producer"})

Key = tuple[int, int]


def later(signature: EmbeddedPdfSignature, covered: Coverage | None) -> tuple[Modification, tuple[Change, ...]]:
    """How bad is what came after the signature, and the parts that it changed."""
    if covered is None:
        return "desconocido", (Change.UNKNOWN,)
    if covered.blank:
        return "nada", ()
    signature.compute_integrity_info()
    found, allowed = signature.diff_result, signature.summarise_integrity_info()["docmdp_ok"]
    reader = signature.reader
    if isinstance(found, DiffResult) and found.modification_level == ModificationLevel.NONE:
        return "desconocido", (Change.TRAILING_DATA if covered.inert else Change.UNKNOWN,)
    parts = _parts(reader, signature.signed_revision)
    if not isinstance(found, DiffResult) or not allowed:
        return "cambios", parts or (Change.OTHER,)
    fields = {str(name) for name, _, _ in enumerate_sig_fields(reader)}
    return ("solo_firmas" if found.changed_form_fields <= fields else "cambios_permitidos"), parts


def _parts(reader: PdfFileReader, signed: int) -> tuple[Change, ...]:
    """Each part once, in the order of the list of words."""
    try:
        found = set(_Comparison(reader, signed).parts())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (parsers raise anything on broken input)
        found = {Change.UNKNOWN}
    return tuple(part for part in Change if part in found)


class _Comparison:
    """The signed revision beside the last one."""

    def __init__(self, reader: PdfFileReader, signed: int) -> None:
        self._reader, self._signed = reader, signed
        self._last = reader.xrefs.total_revisions - 1
        self._old: HistoricalResolver = reader.get_historical_resolver(signed)
        self._new: HistoricalResolver = reader.get_historical_resolver(self._last)

    def parts(self) -> Iterator[Change | None]:
        """What changed, with repetitions; None for what means nothing."""
        yield from self._trailer()
        owners: dict[Key, Callable[[Any, Any], Iterable[Change | None]]] = {}
        for reference in self._changed():
            old, new = self._old.get_object(reference), self._new.get_object(reference)
            if written(old) == written(new):
                continue
            owners = owners or self._owners()
            judge = owners.get(_key(reference))
            yield from judge(old, new) if judge else self._by_itself(old, new)

    def _trailer(self) -> Iterator[Change]:
        if _key(self._old.root_ref) != _key(self._new.root_ref):
            yield Change.PAGES
        for key, part in (("/Info", Change.METADATA), ("/Encrypt", Change.OTHER)):
            if _raw(self._old.trailer_view, key) != _raw(self._new.trailer_view, key):
                yield part

    def _changed(self) -> Iterator[Reference]:
        """What was there when it was signed, and was written or freed later."""
        xrefs = self._reader.xrefs
        later = range(self._signed + 1, self._last + 1)
        touched = {ref for number in later for ref in xrefs.explicit_refs_in_revision(number)}
        touched |= {ref for number in later for ref in xrefs.refs_freed_in_revision(number)}
        return (ref for ref in touched if xrefs.get_historical_ref(ref, self._signed) is not None)

    def _owners(self) -> dict[Key, Callable[[Any, Any], Iterable[Change | None]]]:
        """Who judges the objects that do not say themselves what they are."""
        root, owners = self._old.root, {_key(self._old.root_ref): self._catalogue}
        info = self._old.trailer_view
        _own(owners, info, "/Info", _info)
        _own(owners, root, "/DSS", lambda _old, _new: [Change.VALIDATION_DATA])
        if isinstance(dss := root.get("/DSS"), DictionaryObject):
            for key in dss:
                _own(owners, dss, key, lambda _old, _new: [Change.VALIDATION_DATA])
        _own(owners, root, "/Names", _names)
        _own(owners, root, "/AF", lambda _old, _new: [Change.ATTACHMENTS])
        _own(owners, root, "/AcroForm", self._form)
        if isinstance(form := root.get("/AcroForm"), DictionaryObject):
            _own(owners, form, "/Fields", self._list)
            _own(owners, form, "/DR", lambda _old, _new: [Change.FIELDS])
        for page in islice(_pages(root.get("/Pages")), MOST_PAGES):
            _own(owners, page, "/Annots", self._list)
        return owners

    def _catalogue(self, old: Any, new: Any) -> Iterator[Change | None]:
        for key in _differing(old, new):
            if key == "/AcroForm":
                yield from self._form(old.get(key), new.get(key))
            elif key == "/Names":
                yield from _names(old.get(key), new.get(key))
            else:
                yield CATALOGUE.get(key, Change.STRUCTURE)

    def _form(self, old: Any, new: Any) -> Iterator[Change | None]:
        for key in _differing(old, new):
            if key == "/Fields":
                yield from self._list(_got(old, key), _got(new, key))
            elif key == "/NeedAppearances" and not (_got(old, key) or _got(new, key)):
                yield None
            else:
                yield FORM.get(key, Change.FIELDS)

    def _list(self, old: Any, new: Any) -> Iterator[Change]:
        """Annotations or fields that came or went."""
        was, became = _entries(old), _entries(new)
        for entry in [
            *(became[key] for key in became if key not in was),
            *(was[key] for key in was if key not in became),
        ]:
            yield _what(entry.get_object())
        if list(was) != list(became) and set(was) == set(became):
            yield Change.ANNOTATIONS  # another order: another one lies on top

    def _page(self, old: Any, new: Any) -> Iterator[Change | None]:
        for key in _differing(old, new):
            if key == "/Annots":
                yield from self._list(_got(old, key), _got(new, key))
            else:
                yield PAGE.get(key, Change.STRUCTURE if key in UNSEEN_ON_PAGE else Change.PAGES)

    def _by_itself(self, old: Any, new: Any) -> Iterator[Change | None]:
        if not isinstance(old, DictionaryObject):
            yield Change.OTHER
            return
        kind = old.get("/Type")
        if kind == "/Page":
            yield from self._page(old, new)
        elif kind in TYPES:
            yield TYPES[kind]
        elif "/FT" in old or "/Rect" in old or kind == "/Annot" or ("/T" in old and "/Kids" in old):
            yield _what(old)
        elif old.get("/S") in {"/JavaScript", "/URI", "/Launch", "/GoTo", "/GoToR", "/SubmitForm", "/Named"}:
            yield Change.ACTIONS
        elif isinstance(old, StreamObject):
            yield Change.PAGES
        else:
            yield Change.STRUCTURE if "/Title" in old and "/Parent" in old else Change.OTHER


def _own(owners: dict[Key, Any], holder: Any, key: str, judge: Any) -> None:
    value = holder.raw_get(key) if key in holder else None
    if isinstance(value, IndirectObject):
        owners.setdefault(_key(value.reference), judge)


def _pages(node: Any, depth: int = 0) -> Iterator[Any]:
    """The leaves of a page tree."""
    if not isinstance(node, DictionaryObject) or depth > 50:
        return
    if "/Kids" not in node:
        yield node
        return
    for kid in node["/Kids"]:
        yield from _pages(kid.get_object(), depth + 1)


def _info(old: Any, new: Any) -> Iterable[Change]:
    return [Change.METADATA] if set(_differing(old, new)) - WRITTEN_BY_EVERY_PROGRAM else []


def _names(old: Any, new: Any) -> Iterator[Change]:
    for key in _differing(old, new):
        yield NAMES.get(key, Change.STRUCTURE)


def _what(thing: Any) -> Change:
    """What an annotation or a field is: a signature, another field, or an annotation."""
    for _ in range(10):
        if not isinstance(thing, DictionaryObject):
            break
        if "/FT" in thing:
            return Change.SIGNATURES if thing["/FT"] == "/Sig" else Change.FIELDS
        if "/Parent" not in thing:
            return Change.FIELDS if thing.get("/Subtype") == "/Widget" or "/T" in thing else Change.ANNOTATIONS
        thing = thing["/Parent"]
    return Change.ANNOTATIONS


def _differing(old: Any, new: Any) -> list[str]:
    """The keys under which two dictionaries read differently; what is no dictionary has none."""
    was = old if isinstance(old, DictionaryObject) else {}
    became = new if isinstance(new, DictionaryObject) else {}
    return [str(key) for key in {*was, *became} if _raw(was, key) != _raw(became, key)]


def _entries(array: Any) -> dict[bytes, Any]:
    return {written(entry): entry for entry in array} if isinstance(array, ArrayObject) else {}


def _got(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, DictionaryObject) else None


def _raw(holder: Any, key: str) -> bytes:
    return written(holder.raw_get(key)) if key in holder else b""


def _key(reference: Reference) -> Key:
    return reference.idnum, reference.generation
