"""Each kind of file that can be handed in: received with its flags, or refused with one of the closed list of codes."""

import csv
import io
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

from signing.errors import DocumentRefused, RefusalCode
from signing.inspect import Flag, Inspection, MediaType, inspect
from signing.inspection import MOST_PIXELS
from signing.sandbox import Limits, Sandbox

CORPUS_SECONDS = 30
CORPUS_MIB = 512


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    ready = Sandbox()
    yield ready
    ready.close()


Inspect = Callable[..., Inspection]


@pytest.fixture
def look(sandbox: Sandbox, tmp_path: Path) -> Inspect:
    """Inspect these bytes as if they had come under this name."""

    def run(content: bytes, filename: str = "escrito.pdf", *, max_pages: int = 2000) -> Inspection:
        path = tmp_path / "subido"
        path.write_bytes(content)
        return inspect(sandbox, path, max_pages=max_pages, filename=filename)

    return run


def refusal(look: Inspect, content: bytes, filename: str = "escrito.pdf", **options: int) -> RefusalCode:
    with pytest.raises(DocumentRefused) as caught:
        look(content, filename, **options)
    return caught.value.code


def pdf(change: Callable[[Pdf], object] | None = None, *, pages: int = 1, **options: object) -> bytes:
    """A small document, changed before it is written."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    if change:
        change(document)
    output = io.BytesIO()
    document.save(output, **options)  # type: ignore[arg-type]
    return output.getvalue()


def picture(kind: str, size: tuple[int, int] = (60, 40)) -> bytes:
    output = io.BytesIO()
    Image.effect_noise(size, 60).save(output, kind)
    return output.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces these dimensions and has a few bytes of data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10))) + chunk(b"IEND", b"")
    )


def test_an_ordinary_document_has_its_pages_and_no_flag(look: Inspect) -> None:
    found = look(pdf(pages=3))
    assert (found.media_type, found.pages, found.flags) == (MediaType.PDF, 3, ())
    assert (found.signature_count, found.encrypted, found.needs_repair) == (0, False, False)
    assert found.peak_mib > 0


def test_an_empty_file_is_refused(look: Inspect) -> None:
    assert refusal(look, b"") is RefusalCode.EMPTY


@pytest.mark.parametrize("content", [b"hola", b"PK\x03\x04", b"GIF89a", b"\x00" * 2000 + b"%PDF-1.7", b"<html>"])
def test_what_is_neither_pdf_nor_photograph_is_refused(look: Inspect, content: bytes) -> None:
    assert refusal(look, content) is RefusalCode.TYPE_NOT_ALLOWED


@pytest.mark.parametrize("content", [b"%PDF-", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.4\n" + os.urandom(4000)])
def test_what_no_parser_opens_is_refused(look: Inspect, content: bytes) -> None:
    assert refusal(look, content) is RefusalCode.UNREADABLE


def test_a_document_without_pages_is_refused(look: Inspect) -> None:
    assert refusal(look, pdf(pages=0)) is RefusalCode.UNREADABLE


def test_too_many_pages_are_refused_and_the_limit_itself_is_not(look: Inspect) -> None:
    assert refusal(look, pdf(pages=4), max_pages=3) is RefusalCode.TOO_MANY_PAGES
    assert look(pdf(pages=3), max_pages=3).pages == 3


def test_a_document_that_asks_for_a_password_is_refused(look: Inspect) -> None:
    locked = pdf(encryption=pikepdf.Encryption(user="secreto", owner="otro"))
    assert refusal(look, locked) is RefusalCode.PASSWORD_PROTECTED


@pytest.mark.parametrize("revision", [3, 4, 6])
def test_a_document_that_opens_without_password_is_received_although_encrypted(look: Inspect, revision: int) -> None:
    options = {} if revision == 6 else {"aes": revision == 4, "metadata": revision == 4}
    found = look(pdf(encryption=pikepdf.Encryption(user="", owner="otro", R=revision, **options)))  # type: ignore[arg-type]
    assert found.encrypted
    assert Flag.ENCRYPTED_EMPTY_PASSWORD in found.flags
    assert not found.needs_repair


def test_bytes_before_the_header_and_after_the_end_are_flagged(look: Inspect) -> None:
    assert Flag.LEADING_DATA in look(b"MIME-Version: 1.0\r\n\r\n" + pdf()).flags
    assert Flag.TRAILING_DATA in look(pdf() + b"<script>").flags
    assert look(pdf() + b"\r\n\x00 ").flags == ()


def test_a_wrong_extension_is_received_with_a_flag(look: Inspect) -> None:
    assert look(pdf(), "escrito.docx").flags == (Flag.EXTENSION_MISMATCH,)
    assert look(picture("PNG"), "foto.pdf").flags == (Flag.EXTENSION_MISMATCH,)
    assert look(pdf(), "ESCRITO.PDF").flags == ()


def test_a_document_whose_end_was_lost_is_received_for_repair(look: Inspect) -> None:
    whole = pdf(pages=2, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    found = look(whole[: whole.rindex(b"\nxref\n") + 20])
    assert found.pages == 2
    assert found.needs_repair
    assert Flag.DAMAGED_XREF in found.flags


def action(**entries: Any) -> Callable[[Pdf], None]:
    def put(document: Pdf) -> None:
        document.Root.Tryout = Array([1, Dictionary(A=Dictionary(**entries))])

    return put


def annotation(**entries: Any) -> Callable[[Pdf], None]:
    def put(document: Pdf) -> None:
        box = Array([0, 0, 9, 9])
        document.pages[0].Annots = Array([document.make_indirect(Dictionary(Type=Name.Annot, Rect=box, **entries))])

    return put


def root(**entries: object) -> Callable[[Pdf], None]:
    def put(document: Pdf) -> None:
        for key, value in entries.items():
            document.Root["/" + key] = value

    return put


def external_stream(document: Pdf) -> None:
    document.Root.Tryout = Stream(document, b"", F=String("/etc/passwd"))


ACTIVE = [
    (action(S=Name.JavaScript, JS=String("app.alert(1)")), Flag.JAVASCRIPT),
    (action(S=Name.Rendition, JS=String("app.alert(1)")), Flag.JAVASCRIPT),
    (root(Names=Dictionary(JavaScript=Dictionary(Names=Array([])))), Flag.JAVASCRIPT),
    (action(S=Name.Launch, F=String("cmd.exe")), Flag.LAUNCH),
    (action(S=Name.SubmitForm, F=String("http://127.0.0.1/")), Flag.SUBMIT_FORM),
    (action(S=Name.ImportData, F=String("a.fdf")), Flag.IMPORT_DATA),
    (action(S=Name.GoToR, F=String("otro.pdf")), Flag.GOTO_REMOTE),
    (action(S=Name.GoToE, F=String("otro.pdf")), Flag.GOTO_REMOTE),
    (annotation(Subtype=Name.RichMedia), Flag.RICH_MEDIA),
    (annotation(Subtype=Name("/3D")), Flag.RICH_MEDIA),
    (annotation(Subtype=Name.FileAttachment), Flag.EMBEDDED_FILES),
    (root(Names=Dictionary(EmbeddedFiles=Dictionary(Names=Array([])))), Flag.EMBEDDED_FILES),
    (root(OpenAction=Dictionary(S=Name.URI, URI=String("http://127.0.0.1/"))), Flag.AUTOMATIC_ACTION),
    (root(AA=Dictionary(WC=Dictionary(S=Name.URI))), Flag.AUTOMATIC_ACTION),
    (root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp/>"))), Flag.XFA),
    (root(AcroForm=Dictionary(Fields=Array([]), NeedAppearances=True)), Flag.NEED_APPEARANCES),
    (root(Perms=Dictionary(DocMDP=Dictionary(Type=Name.Sig))), Flag.CERTIFIED),
    (external_stream, Flag.EXTERNAL_CONTENT),
]


@pytest.mark.parametrize(("change", "flag"), ACTIVE, ids=lambda value: value.name if isinstance(value, Flag) else "")
@pytest.mark.parametrize("mode", [pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate])
def test_active_content_is_received_with_its_flag(
    look: Inspect, change: Callable[[Pdf], object], flag: Flag, mode: pikepdf.ObjectStreamMode
) -> None:
    found = look(pdf(change, object_stream_mode=mode))
    assert flag in found.flags
    assert found.pages == 1


def test_a_name_written_in_hexadecimal_hides_nothing(look: Inspect) -> None:
    content = pdf(action(S=Name.Launch, F=String("cmd.exe"))).replace(b"/Launch", b"/L#61unch")
    assert Flag.LAUNCH in look(content).flags


def test_a_destination_on_opening_is_no_automatic_action(look: Inspect) -> None:
    assert look(pdf(lambda document: root(OpenAction=Array([document.pages[0].obj, Name.Fit]))(document))).flags == ()


def test_containers_nested_without_end_are_received_as_partly_examined(look: Inspect) -> None:
    def nest(document: Pdf) -> None:
        inner: object = Array([])
        for _ in range(60):
            inner = Array([inner])
        document.Root.Tryout = inner

    assert look(pdf(nest)).flags == (Flag.PARTLY_EXAMINED,)


def test_signature_data_that_no_field_names_is_told(look: Inspect) -> None:
    hidden = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("x"))
    assert look(pdf(root(Tryout=Array([hidden])))).signature_count == 1


@pytest.mark.parametrize(("kind", "name", "media_type"), [
    ("JPEG", "foto.jpeg", MediaType.JPEG),
    ("JPEG", "foto.JPG", MediaType.JPEG),
    ("PNG", "captura.png", MediaType.PNG),
])  # fmt: skip
def test_a_photograph_is_one_page(look: Inspect, kind: str, name: str, media_type: MediaType) -> None:
    found = look(picture(kind), name)
    assert (found.media_type, found.pages, found.flags) == (media_type, 1, ())


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photograph_that_was_cut_off_is_refused(look: Inspect, kind: str) -> None:
    whole = picture(kind, (400, 300))
    assert refusal(look, whole[: len(whole) // 2], "foto.jpg") is RefusalCode.IMAGE_UNREADABLE


def test_only_the_decoder_of_the_announced_type_is_used(look: Inspect) -> None:
    assert refusal(look, b"\xff\xd8\xff" + picture("PNG"), "foto.jpg") is RefusalCode.IMAGE_UNREADABLE


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded(look: Inspect) -> None:
    assert refusal(look, png_header(65_000, 65_000), "foto.png") is RefusalCode.IMAGE_TOO_LARGE
    assert refusal(look, png_header(MOST_PIXELS // 1000, 1001), "foto.png") is RefusalCode.IMAGE_TOO_LARGE


def test_what_exceeds_the_time_of_the_sandbox_is_refused(tmp_path: Path) -> None:
    hurried = Sandbox(Limits(wall_seconds=0))
    (tmp_path / "a").write_bytes(pdf())
    try:
        with pytest.raises(DocumentRefused) as caught:
            inspect(hurried, tmp_path / "a", max_pages=9, filename="a.pdf")
    finally:
        hurried.close()
    assert caught.value.code is RefusalCode.TAKES_TOO_LONG


def rows(corpus: Path, *classes: str) -> list[dict[str, str]]:
    with corpus.joinpath("manifest.tsv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["class"] in classes]


def test_every_honest_file_of_the_corpus_is_received_with_its_pages(sandbox: Sandbox, corpus: Path) -> None:
    for row in rows(corpus, "accept", "accept-hard"):
        path = corpus / row["path"]
        try:
            found = inspect(sandbox, path, max_pages=2000, filename=path.name)
        except DocumentRefused as refused:
            assert row["expected"].startswith("accepted or refused"), (path, refused)
            continue
        assert found.pages == int(row["pages"] or found.pages), path
        assert found.needs_repair is False or row["class"] == "accept-hard", path


def test_no_hostile_file_of_the_corpus_does_more_than_be_refused(sandbox: Sandbox, corpus: Path) -> None:
    for row in rows(corpus, "hostile"):
        path = corpus / row["path"]
        code = None
        try:
            found = inspect(sandbox, path, max_pages=2000, filename=path.name)
            assert found.peak_mib < CORPUS_MIB, path
        except DocumentRefused as refused:
            code = refused.code
        assert (code is RefusalCode.PASSWORD_PROTECTED) == (row["kind"] == "encrypted"), path
