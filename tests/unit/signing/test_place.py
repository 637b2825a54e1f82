"""Where the stamp goes: inside what is shown, over nothing, the larger the better, the same place every time."""

from pathlib import Path

import pytest
from pikepdf import Array

from signing.place import EDGE, Place, find_place
from signing.stamp import SMALLEST, TALL, WIDE
from tests.support.papers import Box, Paper, need_appearances, text_field, write_pdf

SIZES = [WIDE, TALL]


def place(path: Path, paper: Paper) -> Place | None:
    return find_place(write_pdf(path / "a.pdf", paper), SIZES, SMALLEST, paper.unit)


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def within(inner: Box, outer: Box) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


PAGES = {
    "letter": Paper(),
    "landscape": Paper(box=(0, 0, 792, 612)),
    "origin elsewhere": Paper(box=(-200, 1000, 412, 1792)),
    "cropped": Paper(box=(0, 0, 1000, 1000), crop=(150, 100, 762, 892)),
}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("name", PAGES)
def test_lies_on_what_is_shown_and_covers_nothing(tmp_path: Path, name: str, rotate: int) -> None:
    paper = Paper(box=PAGES[name].box, crop=PAGES[name].crop, rotate=rotate)
    found = place(tmp_path, paper)
    assert found is not None
    assert found.rotation == rotate
    assert within(found.box, paper.shown)
    assert not any(overlap(found.box, ink) for ink in paper.ink())


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_an_empty_page_is_stamped_at_the_top_right_as_shown(tmp_path: Path, rotate: int) -> None:
    found = place(tmp_path, Paper(rotate=rotate, filled=()))
    assert found is not None
    width, height = WIDE
    expected = {
        0: (612 - EDGE - width, 792 - EDGE - height, 612 - EDGE, 792 - EDGE),
        90: (EDGE, 792 - EDGE - width, EDGE + height, 792 - EDGE),
        180: (EDGE, EDGE, EDGE + width, EDGE + height),
        270: (612 - EDGE - height, EDGE, 612 - EDGE, EDGE + width),
    }
    assert found.box == pytest.approx(expected[rotate])


def test_a_narrow_margin_gets_a_smaller_stamp(tmp_path: Path) -> None:
    found = place(tmp_path, Paper(filled=((0, 0, 612, 792 - 68),)))
    assert found is not None
    width = found.box[2] - found.box[0]
    assert WIDE[0] * SMALLEST <= width < WIDE[0]


def test_a_side_margin_gets_the_tall_stamp(tmp_path: Path) -> None:
    found = place(tmp_path, Paper(filled=((0, 0, 612 - 90, 792),)))
    assert found is not None
    assert found.drawing == SIZES.index(TALL)
    assert found.box[0] > 612 - 90


@pytest.mark.parametrize(
    "paper",
    [
        Paper(filled=((20, 20, 592, 772),)),
        Paper(box=(0, 0, 3.8, 3.8), filled=()),
        Paper(box=(0, 0, 140, 60), filled=()),
    ],
    ids=["full page", "speck", "too small"],
)
def test_no_room_no_stamp(tmp_path: Path, paper: Paper) -> None:
    assert place(tmp_path, paper) is None


def test_a_coloured_sheet_is_a_ground_and_pale_ink_is_ink(tmp_path: Path) -> None:
    yellow, paler = ((1.0, 1.0, 0.8), (0, 0, 612, 792)), ((1.0, 0.93, 0.7), (20, 20, 592, 772))
    sheet = write_pdf(tmp_path / "sheet.pdf", Paper(filled=(), colored=(yellow,)))
    assert find_place(sheet, SIZES, SMALLEST) is not None
    written = write_pdf(tmp_path / "written.pdf", Paper(filled=((0, 0, 1, 1),), colored=(yellow, paler)))
    found = find_place(written, SIZES, SMALLEST)
    assert found is None or within(found.box, paler[1]), "on one colour or the other, never across the edge"


def test_pale_text_on_white_is_not_covered_where_there_is_room_elsewhere(tmp_path: Path) -> None:
    pale: Box = (0, 600, 612, 792)
    found = place(tmp_path, Paper(filled=(), colored=(((0.97, 0.97, 0.97), pale),)))
    assert found is not None
    assert not overlap(found.box, pale)


@pytest.mark.parametrize("at", [6, 20])
def test_a_page_with_a_frame_is_stamped_inside_the_frame(tmp_path: Path, at: float) -> None:
    lines: tuple[Box, ...] = (
        (at, at, 612 - at, at + 1), (at, 791 - at, 612 - at, 792 - at), (at, at, at + 1, 792 - at),
        (611 - at, at, 612 - at, 792 - at),
    )  # fmt: skip
    found = place(tmp_path, Paper(filled=lines))
    assert found is not None
    assert found.box[2] - found.box[0] == pytest.approx(WIDE[0])
    assert not any(overlap(found.box, line) for line in lines)


def test_a_dark_picture_is_no_ground(tmp_path: Path) -> None:
    assert place(tmp_path, Paper(filled=((0, 0, 612, 792),))) is None


def test_an_empty_form_field_is_not_covered(tmp_path: Path) -> None:
    field: Box = (380, 700, 612, 792)
    form = need_appearances(text_field("nombre", "", field))
    found = find_place(write_pdf(tmp_path / "a.pdf", Paper(filled=()), form=form), SIZES, SMALLEST)
    assert found is not None
    assert not overlap(found.box, field)


def test_the_same_document_has_the_same_place(tmp_path: Path) -> None:
    assert place(tmp_path, Paper()) == place(tmp_path, Paper())


def test_user_unit_scales_the_stamp(tmp_path: Path) -> None:
    found = place(tmp_path, Paper(box=(0, 0, 306, 396), filled=(), unit=2))
    assert found is not None
    assert found.box[2] - found.box[0] == pytest.approx(WIDE[0] / 2)


def test_a_thousand_annotations_are_no_obstacle(tmp_path: Path) -> None:
    fields = [text_field(f"f{number}", "", (72, 100, 90, 110)) for number in range(1000)]
    form = need_appearances(*fields)
    assert isinstance(form.Fields, Array)
    assert find_place(write_pdf(tmp_path / "a.pdf", Paper(), form=form), SIZES, SMALLEST) is not None
