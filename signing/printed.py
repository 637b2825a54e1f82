"""The text that a PDF of ours shows, read in the sandbox: what storage gives back is ours only once that is proven."""

from contextlib import closing
from pathlib import Path

import pypdfium2

from signing.errors import SandboxFailure
from signing.sandbox import Sandbox

# An acuse with twenty anexos has some 30,000 characters. More than this is none of ours.
MOST_CHARACTERS = 1 << 20


def printed(sandbox: Sandbox, path: Path) -> str | None:
    """The text of all pages; None when the document cannot be read within the limits, or shows too much.

    Raises SandboxUnavailable.
    """
    try:
        return str(
            sandbox.call("signing.printed:printed_in_child", reads=[path], path=str(path.resolve())).value["text"]
        )
    except SandboxFailure:
        return None


def printed_in_child(path: str) -> dict[str, str]:
    """The text; any fault of the document ends the child."""
    pages: list[str] = []
    with closing(pypdfium2.PdfDocument(path)) as document:
        for page in document:
            with closing(page), closing(page.get_textpage()) as text:
                pages.append(str(text.get_text_range()))
            if sum(map(len, pages)) > MOST_CHARACTERS:
                raise ValueError("more is printed than an acuse has")
    return {"text": "\n".join(pages)}
