"""Stacked bars: how the ratings of each group fall over the levels of a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from measurand.figures.style import COLOURS, FONT, SMALL, WIDTH, canvas, settings, width_of
from measurand.figures.text import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Bars"]

_ROW = 30.0
_LABEL = 32
_TOTAL = 70.0
_SHADES = (0.12, 0.55)
_APART = 0.3
_READABLE = 0.07
"""The least share whose count fits into its bar."""


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars as data.

    Args:
        rows: Labels from top to bottom.
        levels: The scale's levels, worst first.
        counts: Row by row, one count a level.
        apart: Whether the last level is none of the scale's, as ties; it is grey.

    Raises:
        ValueError: The counts do not fill rows times levels.
    """

    rows: tuple[str, ...]
    levels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    apart: bool = False

    def __post_init__(self) -> None:
        if [len(row) for row in self.counts] != [len(self.levels)] * len(self.rows):
            raise ValueError("bars have one count for each row and level")

    def draw(self) -> Figure:
        """Draw each row as shares of its own total."""
        left = max([width_of(shortened(name, _LABEL)) for name in self.rows] or [0.0]) + 24
        legend, bottom, slots = 30.0, 6.0, max(len(self.rows), 1)
        height = legend + slots * _ROW + bottom
        with settings():
            figure = canvas(WIDTH, height)
            axes = figure.add_axes(
                (
                    left / WIDTH,
                    bottom / height,
                    (WIDTH - left - _TOTAL) / WIDTH,
                    slots * _ROW / height,
                )
            )
            axes.set_xlim(0, 1)
            axes.set_ylim(slots - 0.5, -0.5)
            axes.set_axis_off()
            for place, (name, counts) in enumerate(zip(self.rows, self.counts, strict=True)):
                self._row(axes, place, name=name, counts=counts)
            self._legend(axes, (WIDTH - left - _TOTAL))
        return figure

    def _shade(self, level: int) -> tuple[str, float]:
        """Colour and opacity of a level."""
        last = len(self.levels) - 1 - self.apart
        if level > last:
            return COLOURS["muted"], _APART
        return COLOURS["accent"], _SHADES[0] + (_SHADES[1] - _SHADES[0]) * level / max(last, 1)

    def _row(self, axes: Axes, place: int, *, name: str, counts: tuple[int, ...]) -> None:
        total, start = sum(counts), 0.0
        axes.annotate(
            shortened(name, _LABEL),
            (0, place),
            xytext=(-8, 0),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
        )
        for level, count in enumerate(counts):
            share = count / total if total else 0.0
            if share:
                colour, alpha = self._shade(level)
                axes.barh(place, share, left=start, height=0.72, color=colour, alpha=alpha)
            if share >= _READABLE:
                axes.text(
                    start + share / 2,
                    place,
                    str(count),
                    ha="center",
                    va="center_baseline",
                    fontsize=FONT,
                )
            start += share
        axes.annotate(
            f"n={total}",
            (1, place),
            xytext=(_TOTAL - 4, 0),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            color=COLOURS["muted"],
        )

    def _legend(self, axes: Axes, room: float) -> None:
        """The levels above the bars, in their order."""
        start = 0.0
        for level, name in enumerate(self.levels):
            text = shortened(name, 18)
            colour, alpha = self._shade(level)
            axes.annotate(
                "■",
                (0, 1),
                xytext=(start, 8),
                xycoords="axes fraction",
                textcoords="offset points",
                color=colour,
                alpha=alpha,
            )
            axes.annotate(
                text,
                (0, 1),
                xytext=(start + 14, 8),
                xycoords="axes fraction",
                textcoords="offset points",
                fontsize=SMALL,
                color=COLOURS["muted"],
            )
            start += 30 + width_of(text, SMALL)
            if start > room:
                break
