"""What a person is held against: how long outputs take, and what raters together hold true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.analysis.rater_tables import DimensionTable, PeopleTable
from measurand.errors import InsufficientData
from measurand.stats.dawid_skene import one_coin_accuracy
from measurand.stats.estimate import Estimate
from measurand.stats.severity import Severity, rater_severity

__all__ = ["FAST", "WORDS_A_SECOND", "RaterContext", "rater_context"]

FAST = 1 / 3
"""In less than a third of what an output usually takes it cannot have been read."""
WORDS_A_SECOND = 238 / 60
"""How fast adults read prose in silence on average (Brysbaert 2019, J. Mem. Lang. 109)."""

_SAME = "the same value every time: whether that is right depends on the outputs alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterContext:
    """What is computed once, for all raters.

    Args:
        fast: Shape (outputs, raters): 1 where an output was rated fast; NaN where unknown.
        accuracies: By dimension, every rater's one-coin accuracy; or why there is none.
        severities: By dimension, every rater's severity; or why there is none.
    """

    fast: Floats
    accuracies: Mapping[str, Sequence[Estimate] | str]
    severities: Mapping[str, Sequence[Severity] | str]


def rater_context(
    table: PeopleTable, words: Mapping[tuple[str, str], int], *, level: float
) -> RaterContext:
    """Compute it.

    Args:
        table: What people said, with their times.
        words: How many words there are to read, by example and system.
        level: The confidence level.
    """
    return RaterContext(
        fast=_fast_outputs(table, words),
        accuracies=_accuracies(table, level),
        severities={d.name: _severities(table, d, level) for d in table.dimensions},
    )


def _severities(
    table: PeopleTable, dimension: DimensionTable, level: float
) -> Sequence[Severity] | str:
    if not dimension.scale.numeric:
        return "not defined on labels that have no order"
    low, high = dimension.scale.low, dimension.scale.high
    span = None if low is None or high is None else high - low
    try:
        return rater_severity(dimension.first, table.clusters, span=span, level=level)
    except InsufficientData as problem:
        return str(problem)


def _fast_outputs(table: PeopleTable, words: Mapping[tuple[str, str], int]) -> Floats:
    """Shape (outputs, raters): 1 where an output was rated fast, 0 where not, NaN where unknown.

    Where the length of the text is known, fast is three times the speed at which adults read, as
    nobody can have read it then. Elsewhere fast is a third of the median time of the others who
    rated the same output, where there are two of them, else of the median of the others' medians.
    """
    seconds, known = table.seconds, ~np.isnan(table.seconds)
    bars = np.full(seconds.shape, np.nan)
    usual = np.asarray([_middle(column) for column in seconds.T])
    for rater in range(seconds.shape[1]):
        others = np.delete(seconds, rater, axis=1)
        bars[:, rater] = _middle(np.delete(usual, rater)) * FAST
        several = (~np.isnan(others)).sum(axis=1) > 1
        if several.any():
            bars[several, rater] = np.nanmedian(others[several], axis=1) * FAST
    for place, (example, system, against) in enumerate(table.outputs):
        lengths = [words.get((example, name)) for name in (system, against) if name is not None]
        counted = [length for length in lengths if length is not None]
        if len(counted) == len(lengths):
            bars[place] = sum(counted) / WORDS_A_SECOND * FAST
    return np.where(known & ~np.isnan(bars), seconds < bars, np.nan)


def _middle(values: Floats) -> float:
    given = values[~np.isnan(values)]
    return float(np.median(given)) if given.size else float("nan")


def _accuracies(table: PeopleTable, level: float) -> dict[str, Sequence[Estimate] | str]:
    """By dimension, every rater's one-coin accuracy; or why there is none.

    Grades are taken as labels: one level too high is as wrong as three. A rater who gives the same
    value every time is left out of the model: of one class alone it could make such a rater right
    throughout, and everybody else wrong.
    """
    found: dict[str, Sequence[Estimate] | str] = {}
    for dimension in table.dimensions:
        if not dimension.exact:
            found[dimension.name] = "on a continuous scale no rating is exactly right"
            continue
        constant = [_constant(column) for column in dimension.first.T]
        try:
            each = one_coin_accuracy(np.where(constant, np.nan, dimension.first), level=level)
        except InsufficientData as problem:
            found[dimension.name] = str(problem)
            continue
        found[dimension.name] = tuple(
            Estimate.absent(_SAME, method=estimate.method, level=level)
            if same
            else _as_labels(estimate, dimension)
            for estimate, same in zip(each, constant, strict=True)
        )
    return found


def _constant(values: Floats) -> bool:
    given = values[~np.isnan(values)]
    return given.size > 1 and float(np.ptp(given)) == 0


def _as_labels(estimate: Estimate, dimension: DimensionTable) -> Estimate:
    if not dimension.graded:
        return estimate
    return replace(estimate, method=f"{estimate.method}, grades as labels")
