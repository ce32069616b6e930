"""Points with intervals in both directions, as quality against cost, each with its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from measurand.figures.style import COLOURS, FONT, SMALL, WIDTH, Colour, canvas, settings, width_of
from measurand.figures.text import shortened
from measurand.stats.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Point", "Scatter"]

_HEIGHT = 330.0
_NARROW = 340.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 54.0, 14.0, 14.0, 44.0
_LABEL = 24
_LINE = 14.0
_MARK = 7.0
_DECADES = 20.0
"""Where the largest of the values is so many times the least, the axis is logarithmic."""
_ROOM = 0.06
_COVERED, _FAR = 10.0, 2.0
"""What covering a name or a point costs, and a point of distance, where crossing a line costs 1."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point.

    Args:
        label: Its name.
        x: Along the axis from left to right, with its interval.
        y: Upwards.
        colour: What it means.
        marker: Its shape, so that colour is not alone in saying it: ``o``, ``D`` or ``X``.
    """

    label: str
    x: Estimate
    y: Estimate
    colour: Colour = "accent"
    marker: str = "o"


class _Box(NamedTuple):
    """A rectangle in points."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: _Box) -> float:
        across = min(self.right, other.right) - max(self.left, other.left)
        up = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(across, 0.0) * max(up, 0.0)


@dataclass(frozen=True, slots=True)
class Scatter:
    """The plot as data; points without an estimate in either direction are not drawn.

    Args:
        points: In order of importance: the first find room for their names first.
        xlabel: What lies along, with its unit.
        ylabel: What lies upwards.
    """

    points: tuple[Point, ...]
    xlabel: str
    ylabel: str

    def draw(self, *, narrow: bool = False) -> Figure:
        """Draw it.

        Args:
            narrow: For a phone.
        """
        width = _NARROW if narrow else WIDTH
        across, up = width - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        with settings():
            figure = canvas(width, _HEIGHT)
            place = (_LEFT / width, _BOTTOM / _HEIGHT, across / width, up / _HEIGHT)
            axes = figure.add_axes(place)
            shown = [point for point in self.points if point.x.present and point.y.present]
            self._frame(axes, shown)
            for point in shown:
                _draw(axes, point)
            _name(axes, shown, (across, up))
        return figure

    def _frame(self, axes: Axes, shown: Sequence[Point]) -> None:
        for side in ("right", "top"):
            axes.spines[side].set_visible(False)
        axes.grid(color=COLOURS["line"], linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(length=3, color=COLOURS["line"], labelsize=SMALL)
        axes.set_xlabel(self.xlabel, fontsize=SMALL, labelpad=6)
        axes.set_ylabel(self.ylabel, fontsize=SMALL, labelpad=6)
        low, high = _ends([point.x for point in shown])
        values = [point.x.value or 0.0 for point in shown]
        if low > 0 and values and max(values) > _DECADES * min(values):
            axes.set_xscale("log")
            room = (high / low) ** _ROOM
            axes.set_xlim(low / room, high * room)
            axes.xaxis.set_major_formatter("{x:g}")
            axes.xaxis.set_minor_formatter("")
        else:
            axes.set_xlim(*_roomy(low, high))
            axes.locator_params(axis="x", nbins=5)
        axes.set_ylim(*_roomy(*_ends([point.y for point in shown])))
        axes.locator_params(axis="y", nbins=6)


def _ends(estimates: Sequence[Estimate]) -> tuple[float, float]:
    ends = [end for one in estimates for end in (one.low, one.high, one.value) if end is not None]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)


def _roomy(low: float, high: float) -> tuple[float, float]:
    room = (high - low or abs(high) or 1.0) * _ROOM
    return low - room, high + room


def _draw(axes: Axes, point: Point) -> None:
    colour = COLOURS[point.colour]
    (left, x, right), (bottom, y, top) = _numbers(point.x), _numbers(point.y)
    for across, up in (([left, right], [y, y]), ([x, x], [bottom, top])):
        axes.plot(across, up, color=colour, linewidth=1.4, alpha=0.6)
    axes.plot([x], [y], point.marker, color=colour, markersize=_MARK, markeredgewidth=0)


def _numbers(estimate: Estimate) -> tuple[float, float, float]:
    """The low end, the value and the high end of an estimate that is present."""
    return estimate.low or 0.0, estimate.value or 0.0, estimate.high or 0.0


def _name(axes: Axes, shown: Sequence[Point], size: tuple[float, float]) -> None:
    """Write each name beside its point, where it covers no other name, point or interval."""
    where = [_at(axes, p.x.value or 0.0, p.y.value or 0.0, size=size) for p in shown]
    lines = [box for point in shown for box in _bars(axes, point, size)]
    marks = [_Box(x - 5, y - 5, x + 5, y + 5) for x, y in where]
    taken: list[_Box] = list(marks)
    for point, (x, y) in zip(shown, where, strict=True):
        text = shortened(point.label, _LABEL)
        box = _best(x, y, wide=width_of(text, FONT), size=size, taken=taken, lines=lines)
        taken.append(box)
        axes.annotate(
            text,
            (point.x.value or 0.0, point.y.value or 0.0),
            xytext=(box.left - x, (box.bottom + box.top) / 2 - y),
            textcoords="offset points",
            va="center_baseline",
            fontsize=FONT,
            color=COLOURS[point.colour],
        )


def _best(
    x: float,
    y: float,
    *,
    wide: float,
    size: tuple[float, float],
    taken: Sequence[_Box],
    lines: Sequence[_Box],
) -> _Box:
    """The place around a point where a name covers least, the nearest first."""
    found: list[tuple[float, int, _Box]] = []
    for far in (8.0, 16.0, 26.0, 38.0):
        for right, up in ((1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1)):
            left = (
                x + far * 0.8 if right > 0 else x - wide - far * 0.8 if right < 0 else x - wide / 2
            )
            middle = y + up * (far * 0.7 + 4)
            box = _Box(left, middle - _LINE / 2, left + wide, middle + _LINE / 2)
            inside = _Box(0.0, 0.0, *size)
            outside = wide * _LINE - box.overlap(inside)
            covered = sum(box.overlap(other) for other in taken)
            crossed = sum(box.overlap(other) for other in lines)
            worse = _COVERED * (outside + covered) + crossed + _FAR * far
            found.append((worse, len(found), box))
    return min(found)[2]


def _at(axes: Axes, x: float, y: float, *, size: tuple[float, float]) -> tuple[float, float]:
    """A place in points from the corner of the axes."""
    share = axes.transAxes.inverted().transform(axes.transData.transform((x, y)))
    return float(share[0]) * size[0], float(share[1]) * size[1]


def _bars(axes: Axes, point: Point, size: tuple[float, float]) -> tuple[_Box, _Box]:
    x, y = point.x, point.y
    left, middle = _at(axes, x.low or 0.0, y.value or 0.0, size=size)
    right, _ = _at(axes, x.high or 0.0, y.value or 0.0, size=size)
    centre, bottom = _at(axes, x.value or 0.0, y.low or 0.0, size=size)
    _, top = _at(axes, x.value or 0.0, y.high or 0.0, size=size)
    return (
        _Box(left, middle - 1, right, middle + 1),
        _Box(centre - 1, bottom, centre + 1, top),
    )
