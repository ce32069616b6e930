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
_SHORT = 18
_KEY = 18
_NARROW = 340.0
_TOTAL = 70.0
_SHADES = (0.12, 0.55)
_APART = 0.3
_LINE = 16.0
_PADDING = 8.0
"""The least room around a count, without which it is not written into its bar."""


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

    def draw(self, *, narrow: bool = False) -> Figure:
        """Draw each row as shares of its own total.

        Args:
            narrow: For a phone.
        """
        width, label = (_NARROW, _SHORT) if narrow else (WIDTH, _LABEL)
        left = max([width_of(shortened(name, label)) for name in self.rows] or [0.0]) + 24
        room = width - left - _TOTAL
        legend = self._legend(left, width)
        lines = legend[-1][1] + 1 if legend else 1
        top, bottom, slots = 14.0 + lines * _LINE, 6.0, max(len(self.rows), 1)
        height = top + slots * _ROW + bottom
        with settings():
            figure = canvas(width, height)
            axes = figure.add_axes(
                (
                    left / width,
                    bottom / height,
                    room / width,
                    slots * _ROW / height,
                )
            )
            axes.set_xlim(0, 1)
            axes.set_ylim(slots - 0.5, -0.5)
            axes.set_axis_off()
            for place, (name, counts) in enumerate(zip(self.rows, self.counts, strict=True)):
                self._row(axes, place, name=shortened(name, label), counts=counts, room=room)
            for level, (across, line) in enumerate(legend):
                self._key(axes, level, (across - left, 8 + (lines - 1 - line) * _LINE))
        return figure

    def _shade(self, level: int) -> tuple[str, float]:
        """Colour and opacity of a level."""
        last = len(self.levels) - 1 - self.apart
        if level > last:
            return COLOURS["muted"], _APART
        return COLOURS["accent"], _SHADES[0] + (_SHADES[1] - _SHADES[0]) * level / max(last, 1)

    def _row(
        self, axes: Axes, place: int, *, name: str, counts: tuple[int, ...], room: float
    ) -> None:
        total, start = sum(counts), 0.0
        axes.annotate(
            name,
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
            if share * room >= width_of(str(count)) + _PADDING:
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

    def _legend(self, left: float, width: float) -> list[tuple[float, int]]:
        """Where each level's key starts, and on which line: they flow over the figure's width."""
        places: list[tuple[float, int]] = []
        start, line = left, 0
        for name in self.levels:
            needed = 30 + width_of(shortened(name, _KEY), SMALL)
            if places and start + needed > width:
                start, line = 4.0, line + 1
            if start + needed > width:
                start = 4.0
            places.append((start, line))
            start += needed
        return places

    def _key(self, axes: Axes, level: int, offset: tuple[float, float]) -> None:
        """A level's colour and its name above the bars."""
        colour, alpha = self._shade(level)
        across, up = offset
        for text, shift, style in (
            ("■", 0.0, {"color": colour, "alpha": alpha}),
            (shortened(self.levels[level], _KEY), 14.0, {"color": COLOURS["muted"]}),
        ):
            axes.annotate(
                text,
                (0, 1),
                xytext=(across + shift, up),
                xycoords="axes fraction",
                textcoords="offset points",
                fontsize=SMALL,
                **style,
            )
