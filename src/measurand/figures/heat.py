"""A matrix with its numbers: a confusion between levels, kappas between raters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from measurand.figures.style import COLOURS, FONT, SMALL, WIDTH, canvas, settings, width_of
from measurand.figures.text import shortened, typeset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Heat"]

_CELL = (64.0, 28.0)
_LABEL = 24
_LINE = 14.0
_ABOVE, _BELOW = 0.33, 0.71
"""Where the number and the line below it stand in a cell that has both."""
_STRONGEST = 0.55
"""The opacity of the highest cell: any text on it stays readable, on light and on dark."""


@dataclass(frozen=True, slots=True)
class Heat:
    """The matrix as data.

    Args:
        rows: Labels from top to bottom.
        columns: Labels from left to right.
        values: Row by row; None where there is no number.
        xlabel: What the columns are.
        ylabel: What the rows are.
        span: The values of no shade and of full shade; by default the least and the greatest.
        digits: Decimals of the numbers.
        below: A line below each number, as its interval; empty where there are none.

    Raises:
        ValueError: The values, or the lines below them, do not fill rows times columns.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    xlabel: str = ""
    ylabel: str = ""
    span: tuple[float, float] | None = None
    digits: int = 2
    below: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if [len(row) for row in self.values] != [len(self.columns)] * len(self.rows):
            raise ValueError("a matrix has one value for each row and column")
        if self.below and [len(row) for row in self.below] != [len(row) for row in self.values]:
            raise ValueError("a matrix has one line below each value, or none at all")

    def draw(self) -> Figure:
        """Draw it; the size follows the number of cells."""
        left = max([width_of(shortened(name, _LABEL)) for name in self.rows] or [0.0]) + 24
        wide = max([width_of(shortened(name, _LABEL), SMALL) for name in self.columns] or [0.0])
        lines = [width_of(line, SMALL) for row in self.below for line in row]
        cell, tall = max(_CELL[0], wide + 10, *(one + 12 for one in lines)), _CELL[1]
        tall += _LINE if self.below else 0.0
        top, bottom = 28.0, 12.0 + 18.0 * bool(self.xlabel or self.ylabel)
        across, down = max(len(self.columns), 1) * cell, max(len(self.rows), 1) * tall
        width, height = max(left + across + 8, WIDTH), top + down + bottom
        with settings():
            figure = canvas(width, height)
            axes = figure.add_axes((left / width, bottom / height, across / width, down / height))
            axes.set_xlim(0, max(len(self.columns), 1))
            axes.set_ylim(max(len(self.rows), 1), 0)
            axes.set_axis_off()
            self._cells(axes)
            self._names(axes)
        return figure

    def _cells(self, axes: Axes) -> None:
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - slow to import

        known = [value for row in self.values for value in row if value is not None]
        low, high = self.span or (min(known, default=0.0), max(known, default=1.0))
        for y, row in enumerate(self.values):
            for x, value in enumerate(row):
                share = 0.0 if value is None else (value - low) / ((high - low) or 1.0)
                shade = _STRONGEST * min(max(share, 0.0), 1.0)
                axes.add_patch(
                    Rectangle(
                        (x + 0.02, y + 0.04), 0.96, 0.92, color=COLOURS["accent"], alpha=shade
                    )
                )
                text = "·" if value is None else typeset(f"{value:.{self.digits}f}")
                line = "" if value is None or not self.below else self.below[y][x]
                middle = y + (_ABOVE if line else 0.5)
                axes.text(x + 0.5, middle, text, ha="center", va="center_baseline", fontsize=FONT)
                if line:
                    axes.text(
                        x + 0.5,
                        y + _BELOW,
                        typeset(line),
                        ha="center",
                        va="center_baseline",
                        fontsize=SMALL,
                    )

    def _names(self, axes: Axes) -> None:
        for y, name in enumerate(self.rows):
            axes.annotate(
                shortened(name, _LABEL),
                (0, y + 0.5),
                xytext=(-8, 0),
                textcoords="offset points",
                ha="right",
                va="center_baseline",
            )
        for x, name in enumerate(self.columns):
            axes.annotate(
                shortened(name, _LABEL),
                (x + 0.5, 0),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
                color=COLOURS["muted"],
            )
        caption = ", ".join(
            f"{what}: {shortened(name, 40)}"
            for what, name in (("rows", self.ylabel), ("columns", self.xlabel))
            if name
        )
        axes.annotate(
            caption,
            (0, len(self.rows)),
            xytext=(0, -16),
            textcoords="offset points",
            fontsize=SMALL,
            color=COLOURS["muted"],
        )
