"""How long an output is and how it is set: what raters like besides what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from measurand.analysis.matrix import Codes, Floats
from measurand.core.output import Output
from measurand.stats.win_rate import density_difference, length_difference

__all__ = ["LENGTH", "STYLES", "Style", "StyleTable", "style_of"]

LENGTH = "length"
STYLES = (LENGTH, "headers", "lists", "bold")
"""The features of style, in this order."""

_WORD = 5
"""Densities are by so many characters, about a word, as the features were made for words."""
_FENCED = re.compile(r"^[ \t]*```.*?(?:^[ \t]*```[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_MARKS = MappingProxyType(
    {
        "headers": re.compile(r"^#{1,6}[ \t]", re.MULTILINE),
        "lists": re.compile(r"^[ \t]*(?:\d+\.|[-*+])[ \t]", re.MULTILINE),
        "bold": re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"),
    }
)


@dataclass(frozen=True, slots=True)
class Style:
    """Counts of one output.

    Args:
        letters: All characters but white space, so that languages without spaces have lengths too.
        headers: Lines that are Markdown headers, code aside.
        lists: Lines that are items of lists, code aside.
        bold: Passages in bold, code aside.
    """

    letters: int
    headers: int
    lists: int
    bold: int


def style_of(text: str) -> Style:
    """Count the characters of a text, and its Markdown outside of code."""
    prose = _FENCED.sub("", text)
    marks = {name: sum(1 for _ in mark.finditer(prose)) for name, mark in _MARKS.items()}
    return Style(sum(map(len, text.split())), **marks)


@dataclass(frozen=True, slots=True)
class StyleTable:
    """The style of every output: its length, and headers, list items and bold passages by it.

    Args:
        values: (examples, systems, features), NaN where an output is not known; the mean over
            repeated outputs.
    """

    values: Floats

    @classmethod
    def of(
        cls, outputs: Iterable[Output], examples: tuple[str, ...], systems: tuple[str, ...]
    ) -> StyleTable:
        """The styles of the outputs of these systems to these examples."""
        row = {name: place for place, name in enumerate(examples)}
        column = {name: place for place, name in enumerate(systems)}
        sums = np.zeros((len(examples), len(systems), len(STYLES)))
        counts = np.zeros((len(examples), len(systems)))
        for one in outputs:
            if one.text is None or one.example not in row or one.system not in column:
                continue
            style = style_of(one.text)
            size = max(style.letters, 1) / _WORD
            told = (style.letters, style.headers / size, style.lists / size, style.bold / size)
            sums[row[one.example], column[one.system]] += told
            counts[row[one.example], column[one.system]] += 1
        known = counts > 0
        means = np.full(sums.shape, np.nan)
        means[known] = sums[known] / counts[known][:, None]
        return cls(means)

    def known(self, examples: Codes, first: Codes, second: Codes) -> Codes:
        """Which meetings are of two outputs that are known."""
        told = ~np.isnan(self.values[:, :, 0])
        return np.flatnonzero(told[examples, first] & told[examples, second])

    def differences(self, examples: Codes, first: Codes, second: Codes) -> dict[str, Floats]:
        """What the first has more of than the second, by feature; both must be known."""
        one, other = self.values[examples, first], self.values[examples, second]
        found = {LENGTH: length_difference(one[:, 0], other[:, 0])}
        for place, name in enumerate(STYLES[1:], 1):
            found[name] = density_difference(one[:, place], other[:, place])
        return found
