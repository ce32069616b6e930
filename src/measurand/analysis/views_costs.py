"""Quality against cost and against time: who is on the front, who is not, and who may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.frame import averages
from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.measure import OVERALL, Measure
from measurand.analysis.result import Result, Verdict
from measurand.analysis.spent import mean_spent
from measurand.core.output import Output
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import mean_of, mean_p
from measurand.stats.median import median
from measurand.stats.multiple import holm

if TYPE_CHECKING:
    from measurand.analysis.views import Scene

__all__ = ["PARETO", "cost_findings"]

PARETO = "pareto"
"""The name of the verdicts."""

Against = Literal["cost", "seconds"]

_RESULT: dict[Against, str] = {"cost": "cost_per_output", "seconds": "seconds_per_output"}
_UNKNOWN: dict[Against, str] = {
    "cost": "what it cost is not known",
    "seconds": "how long it took is not known",
}
_DEARER: dict[Against, str] = {"cost": "dearer", "seconds": "slower"}
_CHEAPER: dict[Against, str] = {"cost": "cheaper", "seconds": "faster"}
_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Gap:
    """The difference between two systems, first minus second.

    Args:
        estimate: The mean difference.
        above: The one-sided p-value of "the first is not above the second".
        below: That of "it is not below".
    """

    estimate: Estimate
    above: float
    below: float


def cost_findings(measure: Measure, scene: Scene) -> tuple[tuple[Result, ...], tuple[Verdict, ...]]:
    """What an output of each system takes, and which systems another one surely beats at that.

    A system is dominated where another is surely better and surely cheaper (or faster), by paired
    tests on the examples that both have: the larger of the two one-sided p-values, by Holm over all
    ordered pairs. It is on the front where against each other system it is surely better or surely
    cheaper: twice the smaller p-value, the largest over the others, by Holm over the systems.
    Neither being shown, it is undecided.

    Returns:
        ``cost_per_output``, ``seconds_per_output`` and ``seconds_median`` by system, and a verdict
        ``pareto`` a system, whose ``design`` is ``cost`` or ``seconds``.
    """
    results: list[Result] = []
    verdicts: list[Verdict] = []
    against: tuple[Against, ...] = ("cost", "seconds")
    for what in against:
        taken = _taken(measure, scene.outputs, what)
        if np.isnan(taken).all():
            continue
        results += _spent(measure, taken, what=what)
        if len(measure.head.systems) > 1:
            verdicts += _front(measure, taken, what=what)
    return tuple(results), tuple(verdicts)


def _taken(measure: Measure, outputs: Sequence[Output], what: Against) -> Floats:
    """What an output of each example took, the mean over trials, shape (examples, systems)."""
    scores = measure.head
    examples = {name: place for place, name in enumerate(scores.examples)}
    systems = {name: place for place, name in enumerate(scores.systems)}
    places, numbers = [], []
    for output in outputs:
        taken = output.cost if what == "cost" else output.seconds
        row, column = examples.get(output.example), systems.get(output.system)
        if taken is not None and row is not None and column is not None:
            places.append(row * len(systems) + column)
            numbers.append(taken)
    size = len(examples) * len(systems)
    means = averages(
        np.asarray(places, dtype=np.int64), np.asarray(numbers, dtype=np.float64), size=size
    )
    return means.reshape(len(examples), len(systems))


def _spent(measure: Measure, taken: Floats, *, what: Against) -> Iterator[Result]:
    """The mean of each system on the examples of the headline; of time, the median as well."""
    scores, level = measure.head, measure.level
    for place, system in enumerate(scores.systems):
        column = taken[:, place]
        compute = partial(mean_spent, column, scores.clusters, unknown=_UNKNOWN[what], level=level)
        estimate = attempt(compute, n=0, method="mean of outputs", level=level)
        yield Result(name=_RESULT[what], estimate=estimate, systems=(system,))
        known = column[~np.isnan(column)]
        if what == "seconds" and not measure.clustered and len(known):
            compute = partial(median, known, level=level)
            middle = attempt(compute, n=len(known), method="median", level=level)
            yield Result(name="seconds_median", estimate=middle, systems=(system,))


def _front(measure: Measure, taken: Floats, *, what: Against) -> Iterator[Verdict]:
    scores = measure.head
    count = len(scores.systems)
    quality: dict[tuple[int, int], _Gap] = {}
    price: dict[tuple[int, int], _Gap] = {}
    for i in range(count):
        for j in range(i + 1, count):
            better = scores.paired(i, j)
            dearer = taken[:, i] - taken[:, j]
            for gaps, values in ((quality, better), (price, dearer)):
                gaps[i, j] = gap = _gap(measure, values, scores.clusters)
                gaps[j, i] = _Gap(gap.estimate.scaled(-1.0), gap.below, gap.above)
    beaten = _beaten(quality, price)
    ahead = _ahead(quality, price, count)
    for place in range(count):
        yield _verdict(measure, place, gaps=(quality, price), shown=(beaten, ahead), what=what)


_Gaps = dict[tuple[int, int], _Gap]


def _gap(measure: Measure, values: Floats, codes: Codes) -> _Gap:
    given = ~np.isnan(values)
    kept = values[given]
    clusters = codes[given] if measure.clustered else None
    compute = partial(mean_of, kept, clusters, level=measure.level)
    estimate = attempt(compute, n=len(kept), method="paired difference", level=measure.level)
    try:
        both = mean_p(kept, clusters=clusters)
    except InsufficientData:
        both = _all_alike(kept, clusters)
    upwards = len(kept) > 0 and float(kept.mean()) > 0
    above, below = (both / 2, 1 - both / 2) if upwards else (1 - both / 2, both / 2)
    return _Gap(estimate, above, below)


def _all_alike(values: Floats, clusters: Codes | None) -> float:
    """Where all differ alike, the exact p-value of the sign-flip test; 1 where none differs.

    What examples share flips together.
    """
    if not len(values) or np.ptp(values) > 0 or not values[0]:
        return 1.0
    units = len(values) if clusters is None else len(np.unique(clusters))
    return float(2.0 ** (1 - units))


def _beaten(quality: _Gaps, price: _Gaps) -> dict[tuple[int, int], float]:
    """By the one beaten and the one that beats it: worse and dearer, Holm over all."""
    keys = list(quality)
    p = [max(quality[key].below, price[key].above) for key in keys]
    return dict(zip(keys, holm(np.asarray(p)).tolist(), strict=True))


def _ahead(quality: _Gaps, price: _Gaps, count: int) -> list[float]:
    """By system: better or cheaper against every other one, Holm over the systems."""
    p = [
        max(
            min(1.0, 2 * min(quality[key].above, price[key].below))
            for key in quality
            if key[0] == place
        )
        for place in range(count)
    ]
    return [float(one) for one in holm(np.asarray(p))]


def _verdict(
    measure: Measure,
    place: int,
    *,
    gaps: tuple[_Gaps, _Gaps],
    shown: tuple[dict[tuple[int, int], float], list[float]],
    what: Against,
) -> Verdict:
    systems, alpha = measure.head.systems, 1 - measure.level
    beaten, ahead = shown
    rivals = [key[1] for key in beaten if key[0] == place]
    over = sorted((r for r in rivals if beaten[place, r] < alpha), key=lambda r: beaten[place, r])
    estimate = None
    if over:
        outcome, rival = "dominated", over[0]
        reason = _dominated(systems, (place, rival), gaps, what=what)
        estimate = gaps[0][place, rival].estimate
        if measure.head.overall_judged[[place, rival]].any():
            estimate = as_opinion(estimate)
    elif ahead[place] < alpha:
        outcome = "on the front"
        reason = (
            f"{systems[place]} is surely better or surely {_CHEAPER[what]} than each other system"
        )
    else:
        outcome = "undecided"
        open_ = [r for r in rivals if not _clear(gaps, (place, r), alpha)]
        names = ", ".join(systems[r] for r in open_[:_NAMED])
        more = f" and {len(open_) - _NAMED} more" if len(open_) > _NAMED else ""
        reason = (
            f"{systems[place]} is not shown to be dominated; it may be, by {names}{more}"
            if open_
            else f"{systems[place]} may be on the front; over all systems that is not shown"
        )
    return Verdict(
        name=PARETO,
        outcome=outcome,
        reason=reason,
        estimate=estimate,
        dimension=OVERALL,
        systems=(systems[place],),
        design=what,
    )


def _clear(gaps: tuple[_Gaps, _Gaps], key: tuple[int, int], alpha: float) -> bool:
    """Whether one is surely better or cheaper than the other, of these two alone."""
    return 2 * min(gaps[0][key].above, gaps[1][key].below) < alpha


def _dominated(
    systems: Sequence[str],
    key: tuple[int, int],
    gaps: tuple[_Gaps, _Gaps],
    *,
    what: Against,
) -> str:
    worse, dearer = gaps[0][key].estimate, gaps[1][key].estimate
    unit = "$" if what == "cost" else ""
    after = "" if what == "cost" else " seconds"
    return (
        f"{systems[key[0]]} is dominated by {systems[key[1]]}: worse by {_told(worse, -1.0)} and "
        f"{_DEARER[what]} by {_told(dearer, 1.0, unit)}{after}"
    )


def _told(estimate: Estimate, sign: float, unit: str = "") -> str:
    turned = estimate.scaled(sign)
    if turned.value is None:
        return "the same amount on every example"
    return f"{unit}{turned.value:.3g} ({turned.low:.3g} to {turned.high:.3g})"
