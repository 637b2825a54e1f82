"""The colours of the pages, from the two that a town chooses: which go with it, and whether everybody can read them."""

from dataclasses import dataclass

READABLE = 4.5
"""The contrast that WCAG 2.2 asks of text (1.4.3, level AA)."""
WHITE, BLACK = "#ffffff", "#000000"
# How much white there is in each tone that follows from the town's colour; in those of the default look about as much.
_LIVELY, _SOFT, _LIGHT = 0.1, 0.9, 0.84


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (`#rrggbb`), from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lightened(colour: str, white: float) -> str:
    """The colour with that part of white in it, from 0 to 1."""
    return "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in _parts(colour))


@dataclass(frozen=True)
class Palette:
    """The tones of the pages that follow from one colour."""

    tone: str

    @property
    def lively(self) -> str:
        """Buttons and links."""
        return lightened(self.tone, _LIVELY)

    @property
    def soft(self) -> str:
        """Grounds."""
        return lightened(self.tone, _SOFT)

    @property
    def light(self) -> str:
        """Small text on the tone."""
        return lightened(self.tone, _LIGHT)

    @property
    def weakest(self) -> float:
        """The least contrast of all pairs of text and ground in which the pages use these tones."""
        pairs = [(self.tone, WHITE), (self.lively, WHITE), (self.lively, self.soft), (self.light, self.tone)]
        return min(contrast(*pair) for pair in pairs)

    def css(self, accent: str = "") -> str:
        """The style sheet that puts them in the place of the default look."""
        values = {"tono": self.tone, "tono-vivo": self.lively, "tono-suave": self.soft, "tono-claro": self.light}
        values |= {"acento": accent} if accent else {}
        return ":root{" + ";".join(f"--{name}:{value}" for name, value in values.items()) + "}\n"


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
