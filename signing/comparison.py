"""What later revisions changed of a signed one: its objects that read differently at the end, each by what it is.

Runs in the sandbox. New objects count through what refers to them; so one that the signed revision already referred to,
before it was there, counts as a change of the page.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, Reference, StreamObject
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from signing.pdf_objects import MOST_LEVELS, Key, form_of, got, key_of, listed, pages, references
from signing.reason import Change

# Beyond these nobody looks; what changed there is called a change of the page, or not compared.
MOST_PAGES, MOST_OBJECTS = 2000, 100_000

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
    "/PieceInfo": Change.METADATA,
    "/Extensions": None,
    "/Version": None,
    **dict.fromkeys(
        ("/StructTreeRoot", "/MarkInfo", "/Lang", "/Outlines", "/Dests", "/PageLabels", "/PageLayout", "/PageMode",
         "/ViewerPreferences", "/Threads"),
        Change.STRUCTURE,
    ),
}  # fmt: skip
NAMES = {"/EmbeddedFiles": Change.ATTACHMENTS, "/JavaScript": Change.ACTIONS, "/Dests": Change.STRUCTURE}
PAGE = {
    "/AA": Change.ACTIONS,
    "/AF": Change.ATTACHMENTS,
    "/Metadata": Change.METADATA,
    **dict.fromkeys(("/StructParents", "/Tabs", "/PieceInfo", "/LastModified", "/Dur"), Change.STRUCTURE),
}
DRAWN_BY_THE_READER = frozenset({"/DR", "/DA", "/Q"})
TYPES: dict[str, Change | None] = {
    "/Metadata": Change.METADATA,
    "/Filespec": Change.ATTACHMENTS,
    "/EmbeddedFile": Change.ATTACHMENTS,
    "/Action": Change.ACTIONS,
    "/Outlines": Change.STRUCTURE,
    "/StructTreeRoot": Change.STRUCTURE,
    "/StructElem": Change.STRUCTURE,
    "/ObjStm": None,
    "/XRef": None,
    **dict.fromkeys(("/Pages", "/XObject", "/Font", "/FontDescriptor", "/ExtGState", "/Pattern", "/OCG"), Change.PAGES),
}
ACTIONS = frozenset({"/JavaScript", "/URI", "/Launch", "/GoTo", "/GoToR", "/GoToE", "/SubmitForm", "/Named"})
WRITTEN_BY_EVERY_PROGRAM = frozenset({"/ModDate", "/Producer"})

Judge = Callable[[Any, Any], Iterable[Change | None]]


class Comparison:
    """The signed revision beside the last one."""

    def __init__(self, reader: PdfFileReader, signed: int) -> None:
        self._xrefs, self._signed = reader.xrefs, signed
        self._last = reader.xrefs.total_revisions - 1
        self._old: HistoricalResolver = reader.get_historical_resolver(signed)
        self._new: HistoricalResolver = reader.get_historical_resolver(self._last)

    def parts(self) -> Iterator[Change | None]:
        """What changed, with repetitions; None for what means nothing. Raises what parsers raise."""
        yield from self._trailer()
        owners = self._owners()
        defined = set()
        for reference in self._written_later():
            if self._xrefs.get_historical_ref(reference, self._signed) is None:
                defined.add(key_of(reference))
                continue
            old, new = self._old.get_object(reference), self._new.get_object(reference)
            if form_of(old) != form_of(new):
                yield from owners.get(key_of(reference), self._by_itself)(old, new)
        if defined & self._referred_to():
            yield Change.PAGES

    def _trailer(self) -> Iterator[Change]:
        if key_of(self._old.root_ref) != key_of(self._new.root_ref):
            yield Change.PAGES
        if _raw(self._old.trailer_view, "/Encrypt") != _raw(self._new.trailer_view, "/Encrypt"):
            yield Change.OTHER
        yield from _info(_details(self._old), _details(self._new))  # also where there were none before

    def _written_later(self) -> set[Reference]:
        """What was written or freed after it was signed."""
        later = range(self._signed + 1, self._last + 1)
        touched = {ref for number in later for ref in self._xrefs.explicit_refs_in_revision(number)}
        return touched.union(*(self._xrefs.refs_freed_in_revision(number) for number in later))

    def _referred_to(self) -> set[Key]:
        """All references from the signed revision's catalogue on."""
        seen: set[Key] = set()
        waiting: list[Any] = [self._old.root]
        while waiting:
            for reference in references(waiting.pop()):
                key = key_of(reference)
                if key in seen:
                    continue
                seen.add(key)
                if len(seen) > MOST_OBJECTS:
                    raise ValueError("too many objects to compare")
                if self._xrefs.get_historical_ref(reference, self._signed) is not None:
                    waiting.append(self._old.get_object(reference))
        return seen

    def _owners(self) -> dict[Key, Judge]:
        """Who judges the objects that do not say themselves what they are."""
        root = self._old.root
        owners: dict[Key, Judge] = {key_of(self._old.root_ref): self._catalogue}
        for holder, key, judge in [
            (self._old.trailer_view, "/Info", _info),
            (root, "/DSS", _always(Change.VALIDATION_DATA)),
            *(
                (got(root, "/DSS"), key, _always(Change.VALIDATION_DATA))
                for key in ("/Certs", "/OCSPs", "/CRLs", "/VRI")
            ),
            (root, "/Names", _names),
            (root, "/AF", _always(Change.ATTACHMENTS)),
            (root, "/AcroForm", self._form),
            (got(root, "/AcroForm"), "/Fields", self._list),
            (got(root, "/AcroForm"), "/DR", _always(None)),
        ]:
            _own(owners, holder, key, judge)
        for page in islice(pages(got(root, "/Pages")), MOST_PAGES):
            _own(owners, page, "/Annots", self._list)
            for shown in listed(page, "/Annots"):
                _own(owners, got(shown, "/AP"), "/N", _always(Change.OTHER if _is_signed(shown) else _kind(shown)))
        return owners

    def _catalogue(self, old: Any, new: Any) -> Iterator[Change | None]:
        for key in _differing(old, new):
            if key == "/AcroForm":
                yield from self._form(got(old, key), got(new, key))
            elif key == "/Names":
                yield from _names(got(old, key), got(new, key))
            else:
                yield CATALOGUE.get(key, Change.OTHER)

    def _form(self, old: Any, new: Any) -> Iterator[Change | None]:
        drawn = bool(got(new, "/NeedAppearances"))
        for key in _differing(old, new):
            if key == "/Fields":
                yield from self._list(got(old, key), got(new, key))
            elif key == "/NeedAppearances" or key in DRAWN_BY_THE_READER:
                yield Change.FIELDS if drawn else None
            else:
                yield None if key == "/SigFlags" else Change.FIELDS

    def _list(self, old: Any, new: Any) -> Iterator[Change]:
        """Annotations or fields that came or went."""
        was, became = _entries(old), _entries(new)
        for entry in (became[form].get_object() for form in became if form not in was):
            yield Change.SIGNATURES if _is_signed(entry) else _kind(entry)
        for entry in (was[form].get_object() for form in was if form not in became):
            yield Change.OTHER if _is_signed(entry) else _kind(entry)
        if list(was) != list(became) and set(was) == set(became):
            yield Change.ANNOTATIONS  # in another order another one lies on top

    def _page(self, old: Any, new: Any) -> Iterator[Change | None]:
        for key in _differing(old, new):
            if key == "/Annots":
                yield from self._list(got(old, key), got(new, key))
            else:
                yield PAGE.get(key, Change.PAGES)

    def _by_itself(self, old: Any, new: Any) -> Iterator[Change | None]:
        if not isinstance(old, DictionaryObject):
            yield Change.OTHER
            return
        kind = got(old, "/Type")
        if kind == "/Page":
            yield from self._page(old, new)
        elif kind in TYPES:
            yield TYPES[kind]
        elif "/FT" in old or "/Rect" in old or kind == "/Annot" or ("/T" in old and "/Kids" in old):
            yield _of_field(old, new)
        elif got(old, "/S") in ACTIONS:
            yield Change.ACTIONS
        elif isinstance(old, StreamObject):
            yield Change.PAGES
        else:
            yield Change.STRUCTURE if "/Title" in old and "/Parent" in old else Change.OTHER


def _of_field(old: Any, new: Any) -> Change:
    """A field that was there: what was signed may not change, what was empty may be signed."""
    if _is_signed(old):
        return Change.OTHER
    return Change.SIGNATURES if _is_signed(new) else _kind(old)


def _is_signed(field: Any) -> bool:
    """Whether it is a signature field with a signature in it."""
    value = got(field, "/V") if got(field, "/FT") == "/Sig" else None
    return isinstance(value, DictionaryObject) and "/ByteRange" in value and "/Contents" in value


def _kind(thing: Any) -> Change:
    """Whether it is a field of a form or an annotation."""
    for _ in range(MOST_LEVELS):
        if not isinstance(thing, DictionaryObject):
            break
        if "/FT" in thing or "/T" in thing or got(thing, "/Subtype") == "/Widget":
            return Change.FIELDS
        thing = got(thing, "/Parent")
    return Change.ANNOTATIONS


def _always(part: Change | None) -> Judge:
    return lambda _old, _new: [part]


def _own(owners: dict[Key, Judge], holder: Any, key: str, judge: Judge) -> None:
    value = holder.raw_get(key) if isinstance(holder, DictionaryObject) and key in holder else None
    if isinstance(value, IndirectObject):
        owners.setdefault(key_of(value.reference), judge)


def _details(revision: HistoricalResolver) -> Any:
    """The document information of a revision; None where it has none."""
    trailer = revision.trailer_view
    value = trailer.raw_get("/Info") if "/Info" in trailer else None
    return revision.get_object(value.reference) if isinstance(value, IndirectObject) else value


def _info(old: Any, new: Any) -> Iterable[Change]:
    return [Change.METADATA] if set(_differing(old, new)) - WRITTEN_BY_EVERY_PROGRAM else []


def _names(old: Any, new: Any) -> Iterator[Change]:
    for key in _differing(old, new):
        yield NAMES.get(key, Change.OTHER)


def _differing(old: Any, new: Any) -> list[str]:
    """The keys under which two dictionaries read differently; what is no dictionary has none."""
    was = old if isinstance(old, DictionaryObject) else {}
    became = new if isinstance(new, DictionaryObject) else {}
    return [str(key) for key in {*was, *became} if not _same(was, became, key)]


def _same(was: Any, became: Any, key: str) -> bool:
    """Whether it reads the same: also where it was moved to another object that says the same."""
    if _raw(was, key) == _raw(became, key):
        return True
    if key not in was or key not in became:
        return False
    return bool(form_of(was[key]) == form_of(became[key]))


def _entries(array: Any) -> dict[Any, Any]:
    """The entries of an array, references as such, by what they read."""
    if not isinstance(array, ArrayObject):
        return {}
    raw = [array.raw_get(index) for index in range(len(array))]
    return {form_of(entry): entry for entry in raw}


def _raw(holder: Any, key: str) -> Any:
    return form_of(holder.raw_get(key)) if key in holder else None
