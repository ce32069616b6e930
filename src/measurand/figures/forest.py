"""A forest plot: one estimate a row with its interval, and the marks it is read against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from measurand.figures.style import COLOURS, FONT, SMALL, WIDTH, Colour, canvas, settings, width_of
from measurand.figures.text import interval, number, shortened, typeset
from measurand.stats.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Band", "Forest", "ForestRow", "Line"]

_NUMBERS = 158.0
_GAP = 12.0
_TOP, _BOTTOM, _MARKS = 6.0, 38.0, 20.0


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
    """

    label: str
    estimate: Estimate
    group: str = ""
    colour: Colour = "accent"
    emphasis: bool = False


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
        marks = _MARKS * any([*(m.label for m in self.lines), *(m.label for m in self.bands)])
        height = _TOP + marks + slots * layout.row + _BOTTOM
        left, right = (_GAP, _GAP) if narrow else (self._left(), _NUMBERS)
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
            self._frame(axes, layout)
            for row, place in zip(self.rows, places, strict=True):
                _draw_row(axes, row, place, layout=layout)
            self._headings(axes, places, layout)
        return figure

    def _left(self) -> float:
        """The room that the longest label takes."""
        widths = [width_of(shortened(row.label, _WIDE.label)) for row in self.rows]
        return max(widths, default=0.0) + 2 * _GAP

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

    def _frame(self, axes: Axes, layout: _Layout) -> None:
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.set_yticks([])
        axes.tick_params(axis="x", length=3, color=COLOURS["line"])
        axes.grid(axis="x", color=COLOURS["line"], linewidth=0.6)
        axes.set_axisbelow(True)
        axes.locator_params(axis="x", nbins=6)
        axes.set_xlabel(shortened(self.xlabel, layout.heading), fontsize=SMALL, labelpad=6)
        for band in self.bands:
            axes.axvspan(band.low, band.high, color=COLOURS["muted"], alpha=0.13, linewidth=0)
            _mark(axes, (band.low + band.high) / 2, band.label, colour="muted")
        for line in self.lines:
            axes.axvline(line.at, color=COLOURS[line.colour], linewidth=1, linestyle=(0, (4, 3)))
            _mark(axes, line.at, line.label, colour=line.colour)

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
        numbers, shade = "none", COLOURS["muted"]
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
        numbers, shade = typeset(f"{number(estimate.value)} {interval(estimate)}"), COLOURS["ink"]
        axes.plot(
            [estimate.low, estimate.high],
            [line, line],
            color=colour,
            linewidth=2.6 if row.emphasis else 2,
            solid_capstyle="round",
        )
        axes.plot([estimate.value], [line], "o", color=colour, markersize=7, markeredgewidth=0)
    axes.annotate(
        numbers,
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


def _mark(axes: Axes, at: float, label: str, *, colour: Colour) -> None:
    if label:
        axes.annotate(
            shortened(label, 24),
            (at, 1),
            xytext=(0, 5),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
            color=COLOURS[colour],
        )
