"""Curves over a quantity: the power by the number of examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from measurand.figures.style import (
    COLOURS,
    SMALL,
    WIDTH,
    Colour,
    canvas,
    settings,
    width_of,
)
from measurand.figures.text import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Curve", "Line", "Mark"]

_NARROW = 340.0
_HEIGHTS = (300.0, 250.0)
_NAME = 40
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 14.0, 22.0, 46.0
_ROW = 15.0
_DASHES: tuple[tuple[float, ...], ...] = ((), (6, 3), (2, 2), (8, 3, 2, 3))
_SHADES: tuple[Colour, ...] = ("accent", "good", "unsure", "bad")
_FEW_TICKS, _TICKS = 4, 7


@dataclass(frozen=True, slots=True)
class Line:
    """One curve.

    Args:
        name: What it is of.
        points: From left to right.

    Raises:
        ValueError: There are no points, or they do not run to the right.
    """

    name: str
    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        xs = [x for x, _ in self.points]
        if not xs or xs != sorted(xs):
            raise ValueError("a curve has points that run from left to right")


@dataclass(frozen=True, slots=True)
class Mark:
    """A point that is told by name.

    Args:
        x: Where.
        y: How high.
        label: What is written beside it.
    """

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The picture as data.

    Args:
        lines: At most four; each has a colour and a dash of its own.
        xlabel: What goes to the right.
        ylabel: What goes up.
        level: A height that a dashed line marks, as the power wanted; None marks none.
        marks: Points told by name.
        span: The lowest and the highest value of the upright axis.

    Raises:
        ValueError: There are no lines, or too many to tell apart.
    """

    lines: tuple[Line, ...]
    xlabel: str
    ylabel: str
    level: float | None = None
    marks: tuple[Mark, ...] = ()
    span: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if not 0 < len(self.lines) <= len(_DASHES):
            raise ValueError(f"a picture has one to {len(_DASHES)} curves; found {len(self.lines)}")

    def draw(self, *, narrow: bool = False) -> Figure:
        """Draw it.

        Args:
            narrow: For a phone.
        """
        width, height = (_NARROW, _HEIGHTS[1]) if narrow else (WIDTH, _HEIGHTS[0])
        keys = len(self.lines) if len(self.lines) > 1 else 0
        top = _TOP + keys * _ROW
        height += keys * _ROW
        with settings():
            figure = canvas(width, height)
            room = (width - _LEFT - _RIGHT) / width, (height - top - _BOTTOM) / height
            axes = figure.add_axes((_LEFT / width, _BOTTOM / height, *room))
            self._frame(axes, narrow=narrow)
            for place, line in enumerate(self.lines):
                self._line(axes, place, line)
                if keys:
                    self._key(axes, place, line.name)
            for mark in self.marks:
                self._mark(axes, mark, width=width - _LEFT - _RIGHT)
        return figure

    def _frame(self, axes: Axes, *, narrow: bool) -> None:
        low, high = self.span
        axes.set_ylim(low, high)
        right = max(x for line in self.lines for x, _ in line.points)
        axes.set_xlim(0, right or 1)
        for side in ("right", "top"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=3, color=COLOURS["line"], labelsize=SMALL)
        axes.locator_params(axis="x", nbins=_FEW_TICKS if narrow else _TICKS)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        axes.grid(axis="y", color=COLOURS["line"], linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(shortened(self.xlabel, _NAME), fontsize=SMALL, labelpad=6)
        axes.set_ylabel(shortened(self.ylabel, _NAME), fontsize=SMALL, labelpad=6)
        if self.level is not None:
            dashes = (0, (4, 3))
            axes.axhline(self.level, color=COLOURS["muted"], linewidth=1, linestyle=dashes)

    def _line(self, axes: Axes, place: int, line: Line) -> None:
        xs, ys = zip(*line.points, strict=True)
        axes.plot(
            xs,
            ys,
            color=COLOURS[_SHADES[place]],
            linewidth=2.2,
            linestyle=(0, _DASHES[place]) if _DASHES[place] else "solid",
            solid_capstyle="round",
        )

    def _key(self, axes: Axes, place: int, name: str) -> None:
        """A line's dash and its name above the axes."""
        up = 8 + (len(self.lines) - 1 - place) * _ROW
        colour = COLOURS[_SHADES[place]]
        for text, shift, shade in (("━━", 0, colour), (shortened(name, _NAME), 30, None)):
            axes.annotate(
                text,
                (0, 1),
                xytext=(shift, up),
                xycoords="axes fraction",
                textcoords="offset points",
                fontsize=SMALL,
                color=shade or COLOURS["muted"],
            )

    def _mark(self, axes: Axes, mark: Mark, *, width: float) -> None:
        """A point, and its name on the side where there is room."""
        axes.plot([mark.x], [mark.y], "o", color=COLOURS["ink"], markersize=6, markeredgewidth=0)
        right = axes.get_xlim()[1] or 1.0
        text = shortened(mark.label, _NAME)
        fits = mark.x / right * width + width_of(text, SMALL) + 12 < width
        axes.annotate(
            text,
            (mark.x, mark.y),
            xytext=(8 if fits else -8, -12),
            textcoords="offset points",
            ha="left" if fits else "right",
            va="center_baseline",
            fontsize=SMALL,
        )
