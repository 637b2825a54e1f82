"""No address that a document or a certificate names is ever asked, by none of our ways nor by the tools that we run."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from socketserver import BaseRequestHandler, TCPServer

import pytest

from oficialia.embedded.corpus.pdfsig import limited, pdfsig
from signing.attached import attached
from signing.examine import examine, reopen
from signing.inspect import inspect
from signing.reason import Colour
from signing.revocation import Responders, RevocationClient
from signing.sandbox import Sandbox
from signing.trust import TrustAnchors
from signing.verify import verify
from tests.support.citizens import Flaw, flawed, sign_as, stamped, stamper_of
from tests.support.hostile import PAGES, pdf_of, stream
from tests.support.sealing import Office

CATALOGUE = (
    b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/URI/URI(%s/action)>>/URI<</Base(%s/base)>>"
    b"/AcroForm<</Fields[]/XFA 9 0 R>>/Names<</EmbeddedFiles<</Names[(a)8 0 R]>>>>/AF[8 0 R]"
    b"/Legal<</Attestation(x)>>/AA<</WC<</S/SubmitForm/F<</FS/URL/F(%s/submit)>>/Fields[]>>>>>>"
)
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents[4 0 R 5 0 R]"
    b"/Resources<</XObject<</X 6 0 R/Y 7 0 R>>/Font<</F<</Type/Font/Subtype/TrueType/BaseFont/X"
    b"/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4/FontFile2 5 0 R>>>>>>>>"
    b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F<</FS/URL/F(%s/remote)>>/D[0/Fit]>>>>"
    b"<</Type/Annot/Subtype/Movie/Rect[9 9 18 18]/Movie<</F<</FS/URL/F(%s/movie)>>>>>>]>>"
)
EXTERNAL = b"/F<</FS/URL/F(%s/external)>>"
IMAGE = b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
PROXY = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Ref<</F<</FS/URL/F(%s/reference)>>/Page 0>>"


def reaching_out(base: bytes) -> bytes:
    """A document that names an address in every way that the standard has, and some that it does not."""
    away = EXTERNAL % base
    return pdf_of([
        CATALOGUE.replace(b"%s", base), PAGES, PAGE.replace(b"%s", base),
        stream(b"/X Do /Y Do BT /F 9 Tf (x) Tj ET"), stream(b"", away), stream(b"", IMAGE + away),
        stream(b"", PROXY % base), b"<</Type/Filespec/FS/URL/F(%s/spec)/UF(%s/spec)>>" % (base, base),
        stream(b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "%s/dtd"><xdp xmlns="%s/ns"/>' % (base, base)),
    ])  # fmt: skip


@dataclass
class Trap:
    """What asked at an address of this machine."""

    port: int = 0
    hits: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        """As documents name it."""
        return f"http://127.0.0.1:{self.port}"

    def others(self) -> int:
        """How many asked, besides us now: whoever came before us has been noted once we are."""
        with socket.create_connection(("127.0.0.1", self.port)) as ours:
            own = ours.getsockname()[1]
            while own not in self.hits:
                time.sleep(0.01)
        self.hits.remove(own)
        return len(self.hits)


@pytest.fixture
def trap() -> Iterator[Trap]:
    found = Trap()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            found.hits.append(self.client_address[1])

    with TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.port = server.server_address[1]
        yield found
        server.shutdown()


@pytest.fixture
def baited(trap: Trap, development_pki: Path, now: datetime, tmp_path: Path) -> Path:
    """Such a document, signed with a certificate of the trusted authority that names the address too, and stamped."""
    signer = flawed(development_pki, now, Flaw(address=trap.address))
    content = stamped(sign_as(reaching_out(trap.address.encode()), signer), stamper_of(development_pki, now))
    (tmp_path / "cebo.pdf").write_bytes(content)
    return tmp_path / "cebo.pdf"


def test_the_trap_works(trap: Trap) -> None:
    assert trap.others() == 0
    with socket.create_connection(("127.0.0.1", trap.port)):
        assert trap.others() == 1


def test_verifying_asks_nobody_but_the_configured(
    trap: Trap, baited: Path, seal_sandbox: Sandbox, anchors: TrustAnchors, now: datetime
) -> None:
    elsewhere = RevocationClient(Responders(ocsp=("http://127.0.0.1:9/ocsp",)), anchors)
    for trusting in (TrustAnchors(), anchors):
        for client in (None, elsewhere):
            found = verify(seal_sandbox, baited, anchors=trusting, at=now, revocation=client)
            assert [each.trusted for each in found.signatures] == [bool(trusting.pem)] * 2
            assert found.integrity_colour is not Colour.RED
    assert trap.others() == 0


def test_receiving_and_sealing_ask_nobody(trap: Trap, baited: Path, office: Office) -> None:
    found = inspect(office.sandbox, baited, max_pages=10, anchors=office.anchors, at=office.now, filename="cebo.pdf")
    assert found.signature_count == 2
    _sealed, target = office.seal(baited)
    assert examine(office.sandbox, target, anchors=office.anchors, at=office.now)[0].intact
    reopen(office.sandbox, target, anchors=office.anchors, at=office.now)
    attached(office.sandbox, baited)
    assert trap.others() == 0


def test_the_tools_that_we_run_ask_nobody(trap: Trap, baited: Path, tool: Callable[[str], str]) -> None:
    assert pdfsig(baited, "Firma1") == "acepta"
    limited(tool("pdftotext"), str(baited), "-")
    limited(tool("pdftoppm"), "-r", "20", str(baited), str(baited.with_suffix("")))
    limited(tool("pdfdetach"), "-list", str(baited))
    limited(tool("qpdf"), "--check", str(baited))
    assert trap.others() == 0
