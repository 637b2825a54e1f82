"""How the pages look in one town: its colours and its coat of arms, in the place of the neutral look."""

from dataclasses import dataclass

from oficialia.domain.coat_of_arms import CoatOfArms
from oficialia.domain.colours import Palette

NEUTRAL_TONE, NEUTRAL_ACCENT = "#123c4a", "#e3b23c"
"""Those of site.css and emblema.svg: of no party and of no government."""


@dataclass(frozen=True)
class Look:
    """What a town chose; nothing chosen is the neutral look."""

    colour: str = ""
    accent: str = ""
    coat_of_arms: CoatOfArms | None = None

    @property
    def tone(self) -> str:
        """The colour of the header."""
        return self.colour or NEUTRAL_TONE

    @property
    def css(self) -> str:
        """The style sheet on top of site.css; empty where that is enough."""
        if not self.colour and not self.accent:
            return ""
        return Palette(self.tone).css(self.accent)

    def emblem(self, neutral: str) -> CoatOfArms:
        """The coat of arms; without one, the ``neutral`` emblem (an SVG) in the colours of the town."""
        drawn = neutral.replace(NEUTRAL_TONE, self.tone).replace(NEUTRAL_ACCENT, self.accent or NEUTRAL_ACCENT)
        return self.coat_of_arms or CoatOfArms(drawn.encode(), "image/svg+xml")
