"""Colours: contrast as WCAG reckons it, and tones that everybody can read."""

import pytest

from oficialia.domain.colours import READABLE, Palette, contrast, lightened
from oficialia.domain.look import NEUTRAL_TONE, Look


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ff0000", 1),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, known: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(known, abs=0.005)


def test_a_colour_grows_lighter_up_to_white() -> None:
    assert [lightened("#123c4a", part) for part in (0, 0.1, 1)] == ["#123c4a", "#2a505c", "#ffffff"]


def test_dark_colours_give_readable_tones_and_light_ones_do_not() -> None:
    assert all(Palette(tone).weakest >= READABLE for tone in (NEUTRAL_TONE, "#6e1a34", "#00594f", "#0b3d91"))
    assert all(Palette(tone).weakest < READABLE for tone in ("#e3b23c", "#777777", "#00a0dc", "#ffffff"))


def test_the_neutral_look_needs_no_sheet_of_its_own_and_any_other_has_each_tone_once() -> None:
    assert Look().css == ""
    assert Look("#6e1a34", "#c9a227").css == (
        ":root{--tono:#6e1a34;--tono-vivo:#7c3148;--tono-suave:#f0e8eb;--tono-claro:#e8dadf;--acento:#c9a227}\n"
    )


def test_without_a_coat_of_arms_the_emblem_takes_the_colours_of_the_town() -> None:
    neutral = '<svg><circle fill="#123c4a"/><path stroke="#e3b23c"/></svg>'
    assert Look("#6e1a34", "#c9a227").emblem(neutral).content == (
        b'<svg><circle fill="#6e1a34"/><path stroke="#c9a227"/></svg>'
    )
    assert Look().emblem(neutral).content == neutral.encode()
