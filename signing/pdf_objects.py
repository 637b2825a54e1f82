"""Objects of a PDF as pyHanko gives them, read carefully: in the sandbox, of documents that somebody else made."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, Reference, StreamObject

MOST_LEVELS = 50
Key = tuple[int, int]


def got(holder: Any, key: str) -> Any:
    """What stands under `key`, followed to the object itself (`dict.get` does not follow); None for nothing."""
    return holder[key] if isinstance(holder, DictionaryObject) and key in holder else None


def listed(holder: Any, key: str) -> list[Any]:
    """The objects in the array under `key`, each followed; empty where there is none."""
    array = got(holder, key)
    return [entry.get_object() for entry in array] if isinstance(array, ArrayObject) else []


def key_of(reference: Reference) -> Key:
    """Number and generation."""
    return reference.idnum, reference.generation


def written(value: Any) -> bytes:
    """A value as it stands in a file; what it refers to counts as its number."""
    out = BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()


def form_of(value: Any) -> Any:
    """What an object says, whatever the order of its keys; what it refers to counts as its number."""
    if isinstance(value, DictionaryObject):
        entries = tuple(sorted((str(key), form_of(value.raw_get(key))) for key in value if key != "/Length"))
        return ("dictionary", entries, value.encoded_data if isinstance(value, StreamObject) else b"")
    if isinstance(value, ArrayObject):
        return ("array", tuple(form_of(value.raw_get(index)) for index in range(len(value))))
    return ("value", written(value))


def pages(node: Any, levels: int = MOST_LEVELS) -> Iterator[Any]:
    """The leaves of a page tree."""
    if not isinstance(node, DictionaryObject) or levels == 0:
        return
    if "/Kids" not in node:
        yield node
    for kid in listed(node, "/Kids"):
        yield from pages(kid, levels - 1)


def references(value: Any, levels: int = MOST_LEVELS) -> Iterator[Reference]:
    """Those in one object."""
    if isinstance(value, IndirectObject):
        yield value.reference
    elif levels == 0:
        raise ValueError("too deep to compare")
    elif isinstance(value, DictionaryObject):
        for key in value:
            yield from references(value.raw_get(key), levels - 1)
    elif isinstance(value, ArrayObject):
        for index in range(len(value)):
            yield from references(value.raw_get(index), levels - 1)
