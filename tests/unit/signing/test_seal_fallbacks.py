"""Sealing what resists: signed, locked, broken, encrypted documents, and forms that leave their text to the reader."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pyhanko.sign.fields import MDPPerm

from signing.errors import SandboxUnavailable
from signing.finding import not_worse
from tests.support.hostile import page_bomb
from tests.support.papers import LOCK_ALL, Signing, ask_for_appearances, need_appearances, text_field, write_pdf
from tests.support.sealing import STAMP, Office
from tests.support.small_disk import fill, make_room, small_disk

# 2, 5 and 6. Earlier signatures

SIGNED = {
    "plain": (Signing(),),
    "three": (Signing("Uno"), Signing("Dos"), Signing("Tres")),
    "certified, filling allowed": (Signing(certify=MDPPerm.FILL_FORMS),),
    "certified, comments allowed": (Signing(certify=MDPPerm.ANNOTATE),),
    "certified, nothing allowed": (Signing(certify=MDPPerm.NO_CHANGES),),
    "all fields locked": (Signing(lock=LOCK_ALL),),
    "locked against changes": (Signing(lock=LOCK_ALL, lock_permission=MDPPerm.NO_CHANGES),),
}


@pytest.mark.parametrize("name", SIGNED)
def test_step_5_no_earlier_signature_gets_worse(office: Office, name: str, judged: Callable[[Path], None]) -> None:
    source = office.signed(write_pdf(office.folder / "a.pdf"), *SIGNED[name])
    before = office.examine(source)
    sealed, target = office.seal(source)
    assert len(sealed.earlier) == len(before) == len(SIGNED[name])
    judged(target)
    kept = target if sealed.strategy != "caratula" else office.original_of(target)
    after = office.examine(kept)
    assert not_worse(before, after)
    assert all(finding.intact and finding.trusted for finding in after)


def test_step_5_a_certification_with_a_digest_of_old_is_not_broken_either(office: Office) -> None:
    old = Signing(certify=MDPPerm.FILL_FORMS, digest="sha1")
    sealed, target = office.seal(office.signed(write_pdf(office.folder / "a.pdf"), old))
    assert sealed.strategy == "invisible"
    [before], [after, _] = [before for before, _ in sealed.earlier], office.examine(target)
    assert before.problem == after.problem != ""
    assert (before.modified_after, after.modified_after) == ("nada", "solo_firmas")


def test_step_6_what_forbids_every_change_goes_under_a_caratula(office: Office) -> None:
    source = office.signed(write_pdf(office.folder / "a.pdf"), *SIGNED["certified, nothing allowed"])
    sealed, target = office.seal(source)
    assert (sealed.strategy, sealed.pages) == ("caratula", 1)
    assert office.original_of(target).read_bytes() == source.read_bytes()


def test_an_empty_signature_field_is_left_to_its_owner(office: Office, judged: Callable[[Path], None]) -> None:
    source = office.signed(write_pdf(office.folder / "a.pdf"), Signing("Firma1"))
    with pikepdf.open(source) as document:
        field = document.Root.AcroForm.Fields[0]
        del field["/V"]
        field.T = pikepdf.String(f"Sello-{STAMP.folio}")
        document.save(office.folder / "b.pdf")
    _, target = office.seal(office.folder / "b.pdf")
    with pikepdf.open(target) as document:
        fields = {str(field.T): "/V" in field for field in document.Root.AcroForm.Fields}
    assert fields == {f"Sello-{STAMP.folio}": False, f"Sello-{STAMP.folio}-2": True}
    judged(target)


# 3. What must be repaired, or cannot be


def broken(path: Path) -> Path:
    """Its cross-reference table points nowhere."""
    path.write_bytes(path.read_bytes().replace(b"startxref\n", b"startxref\n9"))
    return path


def test_step_3_an_unsigned_broken_file_is_repaired(office: Office, judged: Callable[[Path], None]) -> None:
    source = broken(write_pdf(office.folder / "a.pdf"))
    sealed, target = office.seal(source)
    assert sealed.strategy == "visible"
    judged(target)


def test_step_3_a_signed_broken_file_is_never_rewritten(office: Office, judged: Callable[[Path], None]) -> None:
    source = broken(office.signed(write_pdf(office.folder / "a.pdf"), Signing()))
    sealed, target = office.seal(source)
    assert sealed.strategy == "caratula"
    assert office.original_of(target).read_bytes() == source.read_bytes()
    judged(target)


@pytest.mark.parametrize("garbage", [b"", b"%PDF-1.7\n", b"\x00" * 5000, b"%PDF-1.4\n/ByteRange %%EOF"])
def test_step_6_the_caratula_carries_anything(office: Office, garbage: bytes, judged: Callable[[Path], None]) -> None:
    source = office.folder / "basura.pdf"
    source.write_bytes(garbage)
    sealed, target = office.seal(source)
    assert sealed.strategy == "caratula"
    assert office.original_of(target).read_bytes() == garbage
    judged(target)


def encrypted(source: Path, password: str) -> Path:
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        document.save(source, encryption=pikepdf.Encryption(owner="dueño", user=password))
    return source


def test_step_3_encrypted_without_a_password_is_sealed(office: Office, judged: Callable[[Path], None]) -> None:
    sealed, target = office.seal(encrypted(write_pdf(office.folder / "a.pdf"), ""))
    assert sealed.strategy == "visible"
    with pikepdf.open(target) as document:
        assert document.is_encrypted
    judged(target)


def test_step_6_encrypted_with_a_password_goes_under_a_caratula(office: Office) -> None:
    assert office.seal(encrypted(write_pdf(office.folder / "a.pdf"), "secreta"))[0].strategy == "caratula"


# 3. Forms whose text the reader is asked to draw

FIELD = (100.0, 400.0, 400.0, 430.0)


def test_step_3_the_text_of_a_form_is_drawn_before_sealing(
    office: Office, judged: Callable[[Path], None], tool: Callable[[str], str]
) -> None:
    form = need_appearances(text_field("nombre", "María Peña", FIELD))
    sealed, target = office.seal(write_pdf(office.folder / "a.pdf", form=form))
    assert sealed.strategy == "visible"
    shown = subprocess.run([tool("pdftotext"), str(target), "-"], capture_output=True, check=True).stdout
    assert "María Peña" in shown.decode()
    judged(target)


@pytest.mark.parametrize("value", ["π = 3.14", "línea uno\nlínea dos"])
def test_step_6_text_that_cannot_be_drawn_is_not_lost(office: Office, value: str) -> None:
    form = need_appearances(text_field("nombre", value, FIELD))
    source = write_pdf(office.folder / "a.pdf", form=form)
    sealed, target = office.seal(source)
    assert sealed.strategy == "caratula"
    assert office.original_of(target).read_bytes() == source.read_bytes()


def test_a_flattened_form_that_still_asks_for_appearances_is_sealed_as_it_is(office: Office) -> None:
    source = write_pdf(office.folder / "a.pdf", form=need_appearances())
    sealed, target = office.seal(source)
    assert sealed.strategy == "visible"
    assert target.read_bytes().startswith(source.read_bytes())


def test_step_3_a_signed_form_keeps_asking_its_reader(office: Office, judged: Callable[[Path], None]) -> None:
    asking = ask_for_appearances(office.signed(write_pdf(office.folder / "a.pdf"), Signing()))
    sealed, target = office.seal(asking)
    assert sealed.strategy == "visible"
    with pikepdf.open(target) as document:
        assert bool(document.Root.AcroForm.NeedAppearances)
    judged(target)


# What is no fault of the document, and what is


@pytest.mark.parametrize("kibibytes_free", [0, 40, 110])
def test_a_full_disk_wraps_nothing_and_heals(office: Office, tmp_path: Path, kibibytes_free: int) -> None:
    source = write_pdf(tmp_path / "a.pdf")
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        document.Root.Relleno = document.make_stream(bytes(range(256)) * 400)
        document.save(source, compress_streams=False)
    with small_disk(tmp_path / "disco", 4096) as disk:
        fill(disk, leaving=kibibytes_free << 10)
        with pytest.raises((SandboxUnavailable, OSError)):
            replace(office, folder=disk).seal(source)
        make_room(disk)
        assert list(disk.iterdir()) == []
        sealed, _ = replace(office, folder=disk).seal(source)
        assert sealed.strategy == "visible"


def test_a_page_that_inflates_to_gigabytes_is_sealed_all_the_same(office: Office) -> None:
    source = office.folder / "a.pdf"
    source.write_bytes(page_bomb())
    sealed, target = office.seal(source)
    assert sealed.strategy == "invisible"
    assert sealed.peak_mib < 512
    assert [finding.covers_whole_file for finding in office.examine(target)] == [True]
