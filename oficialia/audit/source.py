"""Where a published ledger is read: an address, or a folder with a copy of it."""

import re
import time
from pathlib import Path
from typing import Protocol

from oficialia.domain.tiles import ENTRIES, MOST_ENTRY_BYTES, WIDTH, Tile
from signing.bounded_http import Bounds, FetchFailed, ask, open_session

SECONDS, TRIES, PAUSE = 30.0, 3, 1.0
MOST_TEXT_BYTES = 64 * 1024
_PLAIN = re.compile(r"[a-z0-9./-]+")


class SourceUnreadable(Exception):
    """What is published could not be read; the text says why, for a person."""


class Source(Protocol):
    """What is published, by the paths that it has below the ledger's address."""

    def read(self, path: str, most: int) -> bytes | None:
        """The bytes; None where there is nothing by that name. Raises SourceUnreadable."""

    def folder(self, path: str) -> list[str]:
        """The names in a folder of ours; none over HTTP, which has no folders."""


class Published:
    """At an address: only below it, without following anybody elsewhere."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session = open_session()

    def read(self, path: str, most: int) -> bytes | None:
        """Asks up to three times: an audit is long, and a network stumbles."""
        for attempt in range(TRIES):
            try:
                answer = ask(self._session, "GET", f"{self._url}/{path}", Bounds(SECONDS, most), headers={})
            except FetchFailed as fault:
                why = str(fault)
            else:
                if answer.status in {200, 404}:
                    return answer.body if answer.status == 200 else None
                why = f"HTTP {answer.status}"
            if attempt + 1 < TRIES:
                time.sleep(PAUSE * (attempt + 1))
        raise SourceUnreadable(f"{self._url}/{path} no responde como debe ({why}).")

    def folder(self, path: str) -> list[str]:
        """None."""
        return []


class Copied:
    """In a folder, as `copiar` and any mirror of tiles lay it out."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: str, most: int) -> bytes | None:
        """A file of the folder."""
        if not _PLAIN.fullmatch(path) or ".." in path:
            return None
        try:
            with (self._root / path).open("rb") as file:
                return file.read(most + 1)[:most]
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as fault:
            raise SourceUnreadable(f"No se puede leer {self._root / path} ({type(fault).__name__}).") from fault

    def folder(self, path: str) -> list[str]:
        """Its files, in order."""
        place = self._root / path
        return sorted(each.name for each in place.iterdir() if each.is_file()) if place.is_dir() else []


def open_source(where: str) -> Source:
    """An address or a folder, by its form."""
    return Published(where) if where.startswith(("http://", "https://")) else Copied(Path(where))


def read_tile(source: Source, tile: Tile) -> bytes | None:
    """A tile or a bundle; of a partial one that is not kept any more, the same beginning of a fuller one.

    Raises SourceUnreadable.
    """
    most = WIDTH * (MOST_ENTRY_BYTES + 2) if tile.level == ENTRIES else WIDTH * 32
    content = source.read(tile.path, most)
    if content is None and not tile.is_full:
        content = source.read(Tile(tile.level, tile.index).path, most)
    return content
