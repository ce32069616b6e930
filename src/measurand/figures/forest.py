"""A forest plot: one estimate a row with its interval, and the marks it is read against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from measurand.figures.style import COLOURS, FONT, SMALL, WIDTH, Colour, canvas, settings, width_of
from measurand.figures.text import numbers, one_sided, shortened, typeset
from measurand.stats.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Band", "Forest", "ForestRow", "Line"]

_NUMBERS = 158.0
_GAP = 12.0
_TOP, _BOTTOM, _MARKS, _LEVEL = 6.0, 38.0, 20.0, 13.0
_MARK = 24


@dataclass(frozen=True, slots=True)
class _Layout:
    """Sizes in points; the interval is drawn so far below its label, and texts end so early."""

    width: float
    row: float
    drop: float
    label: int
    reason: int
    heading: int


_WIDE = _Layout(WIDTH, 24.0, 0.0, 32, 62, 80)
_NARROW = _Layout(340.0, 40.0, 17.0, 26, 48, 44)


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One row: what is estimated, and the estimate, which may be absent.

    Args:
        label: At the left.
        estimate: Drawn as a dot and its interval; if absent, the reason is written instead.
        group: Rows of one group stand together below its name.
        colour: What the row means, as in ``good`` for a difference that is decided.
        emphasis: Set in bold, as the row that matters most.
        text: Written in place of the numbers, as ``1 to 3`` of ranks.
    """

    label: str
    estimate: Estimate
    group: str = ""
    colour: Colour = "accent"
    emphasis: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A value that all rows are read against, as the floor, the expert or the ceiling."""

    at: float
    label: str = ""
    colour: Colour = "muted"


@dataclass(frozen=True, slots=True)
class Band:
    """A range that all rows are read against, as the margin around no difference."""

    low: float
    high: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Forest:
    """The plot as data.

    Args:
        rows: From top to bottom.
        xlabel: What the axis shows, with its unit.
        lines: Values to read the rows against.
        bands: Ranges to read the rows against.
        span: The axis; by default all that is drawn, and a little more.
    """

    rows: tuple[ForestRow, ...]
    xlabel: str = ""
    lines: tuple[Line, ...] = ()
    bands: tuple[Band, ...] = ()
    span: tuple[float, float] | None = None

    def draw(self, *, narrow: bool = False) -> Figure:
        """Draw it; the height follows the number of rows.

        Args:
            narrow: For a phone: each label and its numbers stand above the interval.
        """
        layout = _NARROW if narrow else _WIDE
        places, slots = self._places()
        levels = self._levels(layout)
        marks = _MARKS + _LEVEL * max(levels) if levels else 0.0
        height = _TOP + marks + slots * layout.row + _BOTTOM
        left, right = self._margins(layout)
        with settings():
            figure = canvas(layout.width, height)
            axes = figure.add_axes(
                (
                    left / layout.width,
                    _BOTTOM / height,
                    (layout.width - left - right) / layout.width,
                    slots * layout.row / height,
                )
            )
            axes.set_ylim(slots - 0.5, -0.5)
            axes.set_xlim(*self._limits())
            self._frame(axes, layout, places)
            for row, place in zip(self.rows, places, strict=True):
                _draw_row(axes, row, place, layout=layout)
            self._headings(axes, places, layout)
        return figure

    def _margins(self, layout: _Layout) -> tuple[float, float]:
        """The room beside the axes: that of the longest label, and that of the numbers."""
        if layout.drop:
            return _GAP, _GAP
        widths = [width_of(shortened(row.label, layout.label)) for row in self.rows]
        return max(widths, default=0.0) + 2 * _GAP, _NUMBERS

    def _places(self) -> tuple[list[int], int]:
        """The vertical slot of every row; a new group takes one for its name."""
        places, slot, group = [], 0, ""
        for row in self.rows:
            slot += row.group not in {group, ""}
            group = row.group
            places.append(slot)
            slot += 1
        return places, max(slot, 1)

    def _limits(self) -> tuple[float, float]:
        if self.span is not None:
            return self.span
        ends = [line.at for line in self.lines]
        ends += [end for band in self.bands for end in (band.low, band.high)]
        for row in self.rows:
            ends += [end for end in (row.estimate.low, row.estimate.high) if end is not None]
        low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
        room = (high - low or abs(high) or 1.0) * 0.05
        return low - room, high + room

    def _frame(self, axes: Axes, layout: _Layout, places: list[int]) -> None:
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.set_yticks([])
        axes.tick_params(axis="x", length=3, color=COLOURS["line"])
        if not layout.drop:
            axes.grid(axis="x", color=COLOURS["line"], linewidth=0.6)
        axes.set_axisbelow(True)
        axes.locator_params(axis="x", nbins=6)
        axes.set_xlabel(shortened(self.xlabel, layout.heading), fontsize=SMALL, labelpad=6)
        for band in self.bands:
            axes.axvspan(band.low, band.high, color=COLOURS["muted"], alpha=0.13, linewidth=0)
        top, end = (-0.02, 0.42) if layout.drop else (-0.5, 0.5)
        for line in self.lines:
            for row, place in zip(self.rows, places, strict=True):
                if row.estimate.present:
                    axes.plot(
                        [line.at, line.at],
                        [place + top, place + end],
                        color=COLOURS[line.colour],
                        linewidth=1,
                        linestyle=(0, (4, 3)),
                    )
        self._label_marks(axes, layout)

    def _marks(self) -> list[tuple[float, str, Colour]]:
        """What is written above the axes, from left to right."""
        marks: list[tuple[float, str, Colour]] = [
            ((band.low + band.high) / 2, band.label, "muted") for band in self.bands
        ]
        marks += [(line.at, line.label, line.colour) for line in self.lines]
        return sorted(mark for mark in marks if mark[1])

    def _levels(self, layout: _Layout) -> list[int]:
        """On which line above the axes each mark stands, so that none covers another."""
        low, high = self._limits()
        left, right = self._margins(layout)
        scale = (layout.width - left - right) / ((high - low) or 1.0)
        ends: list[float] = []
        levels = []
        for at, label, _ in self._marks():
            half = width_of(shortened(label, _MARK), SMALL) / 2
            middle = (at - low) * scale
            level = next((i for i, end in enumerate(ends) if end < middle - half), len(ends))
            ends[level : level + 1] = [middle + half + _GAP / 2]
            levels.append(level)
        return levels

    def _label_marks(self, axes: Axes, layout: _Layout) -> None:
        for (at, label, colour), level in zip(self._marks(), self._levels(layout), strict=True):
            axes.annotate(
                shortened(label, _MARK),
                (at, 1),
                xytext=(0, 5 + level * _LEVEL),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
                color=COLOURS[colour],
            )

    def _headings(self, axes: Axes, places: list[int], layout: _Layout) -> None:
        group = ""
        for row, place in zip(self.rows, places, strict=True):
            if row.group not in {group, ""}:
                _beside(axes, place - 1, shortened(row.group, layout.heading), weight="bold")
            group = row.group


def _draw_row(axes: Axes, row: ForestRow, place: int, *, layout: _Layout) -> None:
    estimate, colour = row.estimate, COLOURS[row.colour]
    weight = "bold" if row.emphasis else "normal"
    text = place - layout.drop / layout.row / 2
    line = place + layout.drop / layout.row / 2
    _beside(axes, text, shortened(row.label, layout.label), weight=weight)
    if estimate.value is None or estimate.low is None or estimate.high is None:
        shown, shade = "none", COLOURS["muted"]
        axes.text(
            0.01,
            line,
            shortened(estimate.reason or "", layout.reason),
            transform=axes.get_yaxis_transform(),
            color=COLOURS["muted"],
            fontsize=SMALL,
            va="center",
        )
    else:
        shown, shade = row.text or typeset(numbers(estimate)), COLOURS["ink"]
        low = estimate.value if one_sided(estimate) else estimate.low
        axes.plot(
            [low, estimate.high],
            [line, line],
            color=colour,
            linewidth=2.6 if row.emphasis else 2,
            solid_capstyle="round",
        )
        axes.plot([estimate.value], [line], "o", color=colour, markersize=7, markeredgewidth=0)
    axes.annotate(
        shown,
        (1, text),
        xytext=(-4, 0),
        xycoords=("figure fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center_baseline",
        fontsize=FONT,
        weight=weight,
        color=shade,
    )


def _beside(axes: Axes, place: float, text: str, *, weight: str) -> None:
    """Write at the left edge of the figure, whatever the width of the axes."""
    axes.annotate(
        text,
        (0, place),
        xytext=(4, 0),
        xycoords=("figure fraction", "data"),
        textcoords="offset points",
        va="center_baseline",
        fontsize=FONT,
        weight=weight,
    )
