"""As much of a browser as our pages need: reads forms and links, fills, sends, follows. No JavaScript, on purpose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin

import requests

TIMEOUT_SECONDS = 60.0
Attributes = dict[str, str | None]


@dataclass
class Form:
    """A form as the page gives it: what would be sent if nothing were touched, and where files may be chosen."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # of each list: value, words
    file_fields: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


@dataclass
class Page:
    """What was shown. `answer` and `request_id` are of the first answer, before any redirection was followed."""

    url: str
    status: int
    text: str
    forms: list[Form]
    links: list[tuple[str, str]]  # absolute address, words
    answer: int = 200
    request_id: str = ""

    def form_with(self, name: str) -> Form:
        """The form that has a field of this name. Raises LookupError."""
        for form in self.forms:
            if name in form.names:
                return form
        raise LookupError(f"la página {self.url} no tiene un formulario con «{name}»")


class Browser:
    """One window, with its cookies."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def open(self, url: str) -> Page:
        """Go to a page, following redirections."""
        return _page(self._session.get(url, timeout=TIMEOUT_SECONDS))

    def send(self, page: Page, form: Form, values: Mapping[str, str], files: Mapping[str, Path]) -> Page:
        """Fill the form and send it; a file field without a file is sent empty, as browsers do."""
        fields = [(name, value) for name, value in form.fields if name not in values] + list(values.items())
        url = urljoin(page.url, form.action)
        if not form.file_fields:
            return _page(self._session.request(form.method, url, data=fields, timeout=TIMEOUT_SECONDS))
        parts = [
            (name, (files[name].name, files[name].read_bytes(), "application/pdf") if name in files
             else ("", b"", "application/octet-stream"))
            for name in form.file_fields
        ]  # fmt: skip
        return _page(self._session.request(form.method, url, data=fields, files=parts, timeout=TIMEOUT_SECONDS))

    def download(self, url: str, folder: Path, fallback: str) -> Path:
        """Save what a link gives under the name it gives itself. Raises requests.HTTPError."""
        with self._session.get(url, timeout=TIMEOUT_SECONDS, stream=True) as response:
            response.raise_for_status()
            disposition = unquote(response.headers.get("Content-Disposition", ""))
            name = Path(disposition.rpartition("filename=")[2].partition(";")[0].strip('" ')).name or fallback
            target = folder / name
            with target.open("wb") as file:
                for block in response.iter_content(65536):
                    file.write(block)
        return target


def _page(response: requests.Response) -> Page:
    reader = _Reader()
    reader.feed(response.text)
    links = [(urljoin(response.url, address), " ".join(words.split())) for address, words in reader.links]
    text = " ".join("".join(reader.words).split())
    first = (response.history or [response])[0]
    named = first.headers.get("X-Request-ID", "")
    return Page(response.url, response.status_code, text, reader.forms, links, first.status_code, named)


class _Reader(HTMLParser):
    """Collects forms, links and words."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._open: list[tuple[str, Attributes, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what opens."""
        attributes = dict(attrs)
        if tag == "form":
            self._form = Form(attributes.get("action") or "", (attributes.get("method") or "get").upper())
            self.forms.append(self._form)
        elif tag == "input" and self._form:
            _note_input(self._form, attributes)
        elif tag in {"a", "option", "select", "textarea"}:
            if tag == "select" and self._form:
                self._form.options[attributes.get("name") or ""] = []
            self._open.append((tag, attributes, len(self.words)))

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.words.append(data + " ")

    def handle_endtag(self, tag: str) -> None:
        """Note what closes, with the words in it."""
        if tag == "form":
            self._form = None
        if not self._open or self._open[-1][0] != tag:
            return
        _, attributes, since = self._open.pop()
        words = "".join(self.words[since:]).strip()
        if tag == "a":
            self.links.append((attributes.get("href") or "", words))
        elif self._form:
            self._note_control(self._form, tag, attributes, words)

    def _note_control(self, form: Form, tag: str, attributes: Attributes, words: str) -> None:
        name = attributes.get("name") or ""
        if tag == "option":
            name = next((opened.get("name") or "" for kind, opened, _ in reversed(self._open) if kind == "select"), "")
            value = attributes.get("value")
            form.options[name].append((words if value is None else value, words))
            if "selected" in attributes or not any(known == name for known, _ in form.fields):
                form.fields = [(known, kept) for known, kept in form.fields if known != name]
                form.fields.append((name, words if value is None else value))
        elif tag == "textarea":
            form.fields.append((name, words))
        form.names.add(name)


def _note_input(form: Form, attributes: Attributes) -> None:
    name, kind = attributes.get("name") or "", (attributes.get("type") or "text").lower()
    if not name or kind in {"submit", "button", "reset", "image"}:
        return
    form.names.add(name)
    if kind == "file":
        form.file_fields.append(name)
    elif kind not in {"checkbox", "radio"} or "checked" in attributes:
        form.fields.append((name, attributes.get("value") or ("on" if kind == "checkbox" else "")))
