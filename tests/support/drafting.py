"""A browser that works on a draft, and speaks tus as the programs of the pages do."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from uuid import UUID

from werkzeug.test import TestResponse

from oficialia.drafts.draft import Draft
from oficialia.runtime import Runtime
from tests.support.window import Visitor

FILES = "/presentar/archivos"


def words(**metadata: str) -> str:
    """``Upload-Metadata``."""
    return ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in metadata.items())


def sum_of(content: bytes, algorithm: str = "sha256") -> str:
    """``Upload-Checksum``."""
    return f"{algorithm} {b64encode(hashlib.new(algorithm, content).digest()).decode()}"


@dataclass
class Uploader:
    """One browser with a draft of its own."""

    visitor: Visitor
    runtime: Runtime
    draft_id: UUID = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        """Opens a new draft by its code."""
        self.draft_id = self.runtime.drafts.create().id
        opened = self.visitor.send("/borrador", {"codigo": self.runtime.drafts.code(self.draft_id)})
        assert opened.status_code == 303
        self.token = self.visitor.hidden("/borrador")["csrf_token"]

    @property
    def draft(self) -> Draft:
        """The draft as it stands."""
        return self.runtime.drafts.open(self.draft_id)

    def ask(self, method: str, path: str = FILES, body: bytes = b"", **headers: str) -> TestResponse:
        """One request; the names of ``headers`` are written with underscores, and an empty one is left out."""
        usual = {"Tus_Resumable": "1.0.0", "X_CSRFToken": self.token}
        sent = {name.replace("_", "-"): value for name, value in (usual | headers).items() if value}
        return self.visitor.client.open(path, method=method, data=body, headers=sent)

    def begin(self, size: int, slot: str = "principal", filename: str = "escrito.pdf", **metadata: str) -> TestResponse:
        """Announces a file."""
        told = words(slot=slot, filename=filename, **metadata)
        return self.ask("POST", Upload_Length=str(size), Upload_Metadata=told)

    def begun(self, size: int, **metadata: str) -> str:
        """Announces a file that must be taken; its address."""
        response = self.begin(size, **metadata)
        assert response.status_code == 201, response.text
        return str(response.headers["Location"])

    def piece(self, place: str, offset: int, content: bytes, *, method: str = "PATCH", **headers: str) -> TestResponse:
        """Sends a piece."""
        usual = {"Upload_Offset": str(offset), "Content_Type": "application/offset+octet-stream"}
        return self.ask(method, place, content, **(usual | headers))
