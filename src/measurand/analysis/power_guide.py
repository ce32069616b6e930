"""The table for who asks nothing in particular: what the guide's sizes detect and prove."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.analysis.detect import (
    GUIDE_SIZES,
    Sought,
    assumed_pairs,
    assumed_scores,
    assumed_unpaired,
    detectable,
    held_below,
)
from measurand.analysis.power_options import PowerOptions
from measurand.analysis.power_questions import Paired
from measurand.analysis.power_told import exact
from measurand.analysis.result import Findings, Result
from measurand.stats.power import unpaired_n
from measurand.stats.power_discordance import largest_discordance

__all__ = ["FIVE_POINTS", "guide_findings", "guide_sentences"]

FIVE_POINTS = 0.05
_SHARE = 0.14
_SIZES = (50, 100, 200, 430, 1000)
_POWERS = (50, 100, 200, 300, 430, 600, 800, 1000)


def guide_findings(asked: PowerOptions) -> Findings:
    """What 50 to 1,000 examples, the guide's 430 among them, detect and prove.

    Returns:
        ``power`` of 430 examples to find five points where two systems differ on 14 %;
        ``detectable`` by design and size; ``blocking_bound`` of each component of the guide;
        ``power_at`` for a curve of the first.
    """
    sought = Sought(power=asked.wanted, level=asked.error_level, side=asked.side)
    total = sum(GUIDE_SIZES.values())
    question = Paired(discordance=_SHARE, level=sought.level, side=sought.side)
    value = question.power_at(total, FIVE_POINTS)
    results = [Result(name="power", estimate=exact(value, total, question.method, asked=asked))]
    for case in (*assumed_pairs(sought), *assumed_unpaired(sought), *assumed_scores(sought)):
        results += [detectable(case, n, sought=sought) for n in _SIZES]
    results += [held_below(n, name, sought) for name, n in GUIDE_SIZES.items()]
    results.append(held_below(total, None, sought))
    for n in _POWERS:
        estimate = exact(question.power_at(n, FIVE_POINTS), n, question.method, asked=asked)
        results.append(Result(name="power_at", estimate=estimate))
    reading = (
        f"{total} examples that both systems answer find 5 points in {value:.1%} of all studies, "
        f"where the two differ on {_SHARE:.0%} of them; the curve shows other sizes."
    )
    limits = tuple(guide_sentences(sought))
    return Findings(results=tuple(results), limits=limits, readings=(reading,))


def guide_sentences(sought: Sought) -> Iterator[str]:
    """Where "430 examples detect five points, and 50 do not" holds."""
    total, core = sum(GUIDE_SIZES.values()), GUIDE_SIZES["core"]
    most = largest_discordance(
        total, FIVE_POINTS, power=sought.power, level=sought.level, side=sought.side
    )
    each = unpaired_n(0.80, 0.85, power=sought.power, level=sought.level, side=sought.side)
    yield (
        f"{total} examples detect 5 points with a power of {sought.power:.0%} only where both "
        f"systems answer the same examples and differ on at most {most:.1%} of them; with examples "
        f"of their own, 80% against 85% takes {each:,} of each system."
    )
    yield (
        f"Only the {core} of core are a sample of production; what the pool of all {total} shows "
        "holds for this evaluation set and not for production."
    )
    low = Paired(discordance=0.10, level=sought.level, side=sought.side).power_at(50, FIVE_POINTS)
    yield f"50 examples find 5 points in {low:.0%} of all studies, where the two differ on 10%."
