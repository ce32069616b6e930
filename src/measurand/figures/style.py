"""What all figures share: colours with a meaning, sizes, and matplotlib's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "FONT",
    "SMALL",
    "WIDTH",
    "Colour",
    "Drawable",
    "canvas",
    "settings",
    "width_of",
]

Colour = Literal["ink", "muted", "line", "accent", "good", "bad", "unsure"]

COLOURS: Mapping[Colour, str] = MappingProxyType(
    {
        "ink": "#1c2128",
        "muted": "#59636e",
        "line": "#d8dce1",
        "accent": "#2b5fb4",
        "good": "#1a7544",
        "bad": "#b3312c",
        "unsure": "#875600",
    }
)
"""Each meaning's colour on white; `to_svg` also marks it with a class that a page can recolour."""

FONT = 11.0
SMALL = 9.5
WIDTH = 680.0
"""The least width of a figure, in points: in one width, all show their text in one size."""
_PER_INCH = 72.0
_ADVANCE = 0.56
"""The mean advance of a character of a system font, in em, on the wide side."""


class Drawable(Protocol):
    """A figure as data."""

    def draw(self) -> Figure:
        """Draw it, without a window and without global state."""


def width_of(text: str, size: float = FONT) -> float:
    """About how wide a text is, in points; the reader's font is not known here."""
    return len(text) * size * _ADVANCE


@contextmanager
def settings() -> Iterator[None]:
    """Draw by our settings alone, whatever the user's matplotlibrc says."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and few runs draw

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "axes.edgecolor": COLOURS["line"],
                "axes.facecolor": "none",
                "axes.labelcolor": COLOURS["muted"],
                "axes.unicode_minus": True,
                "font.size": FONT,
                "svg.fonttype": "none",
                "svg.hashsalt": "measurand",
                "text.color": COLOURS["ink"],
                "text.parse_math": False,
                "xtick.color": COLOURS["muted"],
                "xtick.labelsize": SMALL,
                "ytick.color": COLOURS["muted"],
            }
        )
        yield


def canvas(width: float, height: float) -> Figure:
    """An empty figure of this size in points."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, and few runs draw

    return Figure(figsize=(width / _PER_INCH, height / _PER_INCH))
