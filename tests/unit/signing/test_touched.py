"""An increment that touches more than our own field is found out, whatever it touches."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NumberObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from signing.touched import foreign_changes
from tests.support.papers import Signing, need_appearances, text_field, write_pdf
from tests.support.sealing import Office

BOX = (72, 20, 200, 60)
FIELD = (100.0, 400.0, 400.0, 430.0)
Change = Callable[[IncrementalPdfFileWriter], None]


def incremented(source: Path, change: Change) -> list[str]:
    """What is found in an increment that adds a signature field, and makes `change` besides."""
    writer = IncrementalPdfFileWriter(BytesIO(source.read_bytes()))
    if writer.prev.encrypted:
        writer.encrypt("")
    append_signature_field(writer, SigFieldSpec("Sello", box=BOX))
    change(writer)
    out = BytesIO()
    writer.write(out)
    reader = PdfFileReader(out)
    if reader.encrypted:
        reader.decrypt(b"")
    return foreign_changes(reader)


def nothing(writer: IncrementalPdfFileWriter) -> None:
    """Our field alone."""


def page_of(writer: IncrementalPdfFileWriter) -> Any:
    reference, _ = writer.find_page_for_modification(0)
    writer.mark_update(reference)
    return reference.get_object()


def other_content(writer: IncrementalPdfFileWriter) -> None:
    page_of(writer)[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=b"0 0 9 9 re f"))


def content_overwritten(writer: IncrementalPdfFileWriter) -> None:
    stream = page_of(writer)["/Contents"]
    stream._data = b"0 0 9 9 re f"
    stream._encoded_data = None
    writer.update_container(stream)


def turned(writer: IncrementalPdfFileWriter) -> None:
    page_of(writer)[pdf_name("/Rotate")] = NumberObject(90)


def other_pages(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages[pdf_name("/Count")] = NumberObject(0)
    writer.update_container(pages)


def opens_with_a_script(writer: IncrementalPdfFileWriter) -> None:
    script = DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")})
    writer.root[pdf_name("/OpenAction")] = script
    writer.update_root()


def annotations_dropped(writer: IncrementalPdfFileWriter) -> None:
    page_of(writer)[pdf_name("/Annots")] = ArrayObject()


def value_changed(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[pdf_name("/V")] = pdf_string("Otra persona")
    writer.update_container(field)


def fields_reordered(writer: IncrementalPdfFileWriter) -> None:
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.reverse()
    writer.update_container(fields)


def left_blank(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    del form["/NeedAppearances"]
    writer.update_container(form)


def default_appearance(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/DA")] = pdf_string("/Helv 0 Tf 1 g")
    writer.update_container(form)


PLAIN = (other_content, content_overwritten, turned, other_pages, opens_with_a_script)
IN_A_FORM = (annotations_dropped, value_changed, fields_reordered, left_blank, default_appearance)


@pytest.mark.parametrize("change", PLAIN)
def test_a_change_of_page_or_catalogue_is_found(tmp_path: Path, change: Change) -> None:
    assert incremented(write_pdf(tmp_path / "a.pdf"), change)


@pytest.mark.parametrize("change", (*PLAIN, *IN_A_FORM))
def test_a_change_of_a_form_is_found(tmp_path: Path, change: Change) -> None:
    assert incremented(form(tmp_path), change)


def form(folder: Path) -> Path:
    return write_pdf(folder / "a.pdf", form=need_appearances(text_field("nombre", "María", FIELD)))


def as_it_is(path: Path) -> Path:
    return path


def in_streams(path: Path) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return path


def encrypted(path: Path) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.save(path, encryption=pikepdf.Encryption(owner="dueño", user=""))
    return path


def written_out(path: Path) -> Path:
    """Every list and the form stand in the clear inside their owners."""
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        if "/AcroForm" in document.Root:
            fields = pikepdf.Array(list(document.Root.AcroForm.Fields))
            document.Root.AcroForm = pikepdf.Dictionary(Fields=fields, DR=document.Root.AcroForm.DR)
            document.pages[0].Annots = pikepdf.Array(list(fields))
        document.save(path)
    return path


@pytest.mark.parametrize("shape", [as_it_is, in_streams, encrypted, written_out])
@pytest.mark.parametrize("with_form", [False, True])
def test_our_field_alone_is_no_foreign_change(tmp_path: Path, shape: Callable[[Path], Path], with_form: bool) -> None:
    source = shape(form(tmp_path) if with_form else write_pdf(tmp_path / "a.pdf"))
    assert incremented(source, nothing) == []
    assert incremented(source, turned)


def test_the_seal_is_an_increment_that_touches_its_own(office: Office) -> None:
    for source in (write_pdf(office.folder / "a.pdf"), office.signed(write_pdf(office.folder / "b.pdf"), Signing())):
        sealed, target = office.seal(source)
        assert sealed.strategy == "visible"
        with target.open("rb") as file:
            assert foreign_changes(PdfFileReader(file)) == []


def test_a_document_of_one_revision_was_not_extended(tmp_path: Path) -> None:
    with write_pdf(tmp_path / "a.pdf").open("rb") as file:
        assert foreign_changes(PdfFileReader(file))
