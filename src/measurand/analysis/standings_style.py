"""Strengths and win rates of systems that met in pairs, with the style of outputs taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.analysis.meetings import Meetings
from measurand.analysis.style import LENGTH, STYLES, StyleTable
from measurand.core.output import Output
from measurand.errors import InsufficientData
from measurand.stats.bradley_terry import Strengths, bradley_terry
from measurand.stats.estimate import Estimate
from measurand.stats.win_rate import scaled_feature, win_rate

__all__ = ["CONTROLLED", "Styled"]

CONTROLLED = "style controlled"
"""The design of a strength from which length and all other features of style are taken out."""


@dataclass(frozen=True, slots=True)
class Styled:
    """The models with length, and with every feature of style that varies.

    Args:
        length: With length; or why there is none.
        whole: With all features; or why there is none.
    """

    length: Strengths | str
    whole: Strengths | str

    @classmethod
    def of(cls, met: Meetings, outputs: Sequence[Output], slots: Mapping[str, Floats]) -> Styled:
        """Fit them to the votes on outputs that are known."""
        table = StyleTable.of(outputs, met.examples, met.names)
        rows = table.known(met.example, met.first, met.second)
        if not rows.size:
            why = "the outputs that were compared are not known"
            return cls(why, why)
        raw = table.differences(met.example[rows], met.first[rows], met.second[rows])
        features = {name: column[rows] for name, column in slots.items()}
        varying = {name: raw[name] for name in STYLES if np.any(raw[name])}
        styles = {name: scaled_feature(values) for name, values in varying.items()}
        if LENGTH not in styles:
            why = "the two outputs of every pair are equally long"
            return cls(why, why)

        def fit(wanted: Mapping[str, Floats]) -> Strengths | str:
            try:
                return bradley_terry(met.results({**features, **wanted}, rows))
            except InsufficientData as problem:
                return str(problem)

        return cls(fit({LENGTH: styles[LENGTH]}), fit(styles))

    def rate(self, place: int, against: int | None, *, level: float) -> Estimate:
        """The win rate at no difference in length.

        Raises:
            InsufficientData: There is no model.
        """
        if isinstance(self.length, str):
            raise InsufficientData(self.length)
        return win_rate(self.length, place, against=against, level=level)

    def strength(self, place: int, *, level: float) -> Estimate:
        """The strength at no difference in any feature of style.

        Raises:
            InsufficientData: There is no model.
        """
        if isinstance(self.whole, str):
            raise InsufficientData(self.whole)
        return self.whole.strength(place, level=level)
