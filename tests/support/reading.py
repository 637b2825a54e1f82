"""Pages as somebody reads them: their sentences, and which field belongs to which label."""

import re
from html import unescape
from html.parser import HTMLParser

BLOCKS = {"p", "li", "h1", "h2", "label", "legend", "summary", "dt", "dd", "span"}


class Fields(HTMLParser):
    """Collects the fields and labels of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[str] = []
        self.labels: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element."""
        known = dict(attrs)
        if tag in {"input", "select", "textarea"} and known.get("type") != "hidden":
            self.fields.append(known.get("id") or f"sin id: {known.get('name')}")
        if tag == "label":
            self.labels.add(known.get("for") or "")
        if known.get("id"):
            self.ids.append(str(known["id"]))


def long_sentences(page: str) -> list[str]:
    """The sentences of more than twenty words."""
    main = re.sub(r"<(select|script).*?</\1>", "", page.split("<main", 1)[1], flags=re.DOTALL)
    pieces = re.split(rf"</?(?:{'|'.join(BLOCKS)})\b[^>]*>", main)
    words = [unescape(re.sub(r"<[^>]+>", "", piece)) for piece in pieces]
    sentences = [sentence for piece in words for sentence in re.split(r"(?<=[.:;?!])\s", piece)]
    return [sentence.strip() for sentence in sentences if len(sentence.split()) > 20]
