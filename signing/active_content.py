"""What in a PDF acts by itself or reaches out of it, found by walking its parsed objects. Runs in the sandbox.

Not by searching the bytes: names can be written in many ways, and most objects of today's files are compressed.
Nothing found here stops a filing; a clerk is told, and no tool of ours runs or fetches any of it.
"""

from collections.abc import Iterator
from typing import Any

import pikepdf

from signing.inspect import Flag

# Walking is a few microseconds an object; honest files of a thousand pages stay below this.
MOST_OBJECTS = 400_000
MOST_LEVELS = 40

# Action types (ISO 32000-2, 12.6.4) and annotation types (12.5.6).
ACTIONS = {
    "/JavaScript": Flag.JAVASCRIPT,
    "/Launch": Flag.LAUNCH,
    "/SubmitForm": Flag.SUBMIT_FORM,
    "/ImportData": Flag.IMPORT_DATA,
    "/GoToR": Flag.GOTO_REMOTE,
    "/GoToE": Flag.GOTO_REMOTE,
    "/Thread": Flag.GOTO_REMOTE,
    "/Rendition": Flag.RICH_MEDIA,
    "/Movie": Flag.RICH_MEDIA,
    "/Sound": Flag.RICH_MEDIA,
    "/RichMediaExecute": Flag.RICH_MEDIA,
    "/GoTo3DView": Flag.RICH_MEDIA,
}
ANNOTATIONS = {
    "/RichMedia": Flag.RICH_MEDIA,
    "/3D": Flag.RICH_MEDIA,
    "/Movie": Flag.RICH_MEDIA,
    "/Sound": Flag.RICH_MEDIA,
    "/Screen": Flag.RICH_MEDIA,
    "/FileAttachment": Flag.EMBEDDED_FILES,
}
SIGNATURE_TYPES = frozenset({"/Sig", "/DocTimeStamp"})
# Keys that say enough by being there.
KEYS = {
    "/JS": Flag.JAVASCRIPT,
    "/JavaScript": Flag.JAVASCRIPT,
    "/EF": Flag.EMBEDDED_FILES,
    "/EmbeddedFiles": Flag.EMBEDDED_FILES,
    "/XFA": Flag.XFA,
    "/AA": Flag.AUTOMATIC_ACTION,
}


class Walk:
    """Sees every object of a document once; `flags` and `signatures` (dictionaries of signatures) are its result."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self.flags: set[Flag] = set()
        self.signatures = 0
        self._left = MOST_OBJECTS
        for thing in document.objects:
            self._see(thing, 0)
            if self._left <= 0:
                self.flags.add(Flag.PARTLY_EXAMINED)
                break

    def _see(self, thing: Any, level: int) -> None:
        """A container and the containers directly in it; what is indirect comes in its own turn."""
        self._left -= 1
        if self._left <= 0 or level > MOST_LEVELS:
            self.flags.add(Flag.PARTLY_EXAMINED)
            return
        if isinstance(thing, pikepdf.Stream):
            self._judge_stream(thing)
            thing = thing.stream_dict
        if isinstance(thing, pikepdf.Dictionary):
            self._judge(thing)
        for inner in _contained(thing):
            if not inner.is_indirect:
                self._see(inner, level + 1)

    def _judge(self, entries: pikepdf.Dictionary) -> None:
        for key in entries.keys():  # noqa: SIM118  (a pikepdf dictionary iterates over values)
            if key in KEYS:
                self.flags.add(KEYS[key])
        self._add(ACTIONS.get(_name(entries.get("/S"))))
        self._add(ANNOTATIONS.get(_name(entries.get("/Subtype"))))
        if isinstance(entries.get("/OpenAction"), pikepdf.Dictionary):
            self.flags.add(Flag.AUTOMATIC_ACTION)
        if "/Contents" in entries and ("/ByteRange" in entries or _name(entries.get("/Type")) in SIGNATURE_TYPES):
            self.signatures += 1

    def _judge_stream(self, stream: pikepdf.Stream) -> None:
        # A stream whose bytes are in another file (ISO 32000-2, 7.3.8.2).
        if "/F" in stream.stream_dict and _name(stream.stream_dict.get("/Type")) != "/EmbeddedFile":
            self.flags.add(Flag.EXTERNAL_CONTENT)

    def _add(self, flag: Flag | None) -> None:
        if flag is not None:
            self.flags.add(flag)


def _contained(thing: Any) -> Iterator[Any]:
    """The arrays and dictionaries directly in one."""
    if isinstance(thing, pikepdf.Dictionary):
        found = [thing.get(key) for key in thing.keys()]  # noqa: SIM118
    elif isinstance(thing, pikepdf.Array):
        found = list(thing)
    else:
        return
    yield from (inner for inner in found if isinstance(inner, pikepdf.Dictionary | pikepdf.Array))


def _name(thing: object) -> str:
    return str(thing) if isinstance(thing, pikepdf.Name) else ""
