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
from measurand.analysis.power_shares import Paired
from measurand.analysis.power_told import exact
from measurand.analysis.result import Findings, Result
from measurand.errors import InsufficientData
from measurand.stats.power_discordance import largest_discordance
from measurand.stats.power_parts import percent
from measurand.stats.power_unpaired import unpaired_n, unpaired_n_exact

__all__ = ["FIVE_POINTS", "guide_findings", "guide_sentences"]

FIVE_POINTS = 0.05
_SHARE = 0.14
_SIZES = (50, 100, 200, 430, 1000)
_POWERS = (50, 100, 200, 300, 430, 600, 800, 1000)


def guide_findings(asked: PowerOptions) -> Findings:
    """What 50 to 1,000 examples, the guide's 430 among them, detect and prove; or what ``n`` do.

    Returns:
        ``power`` of 430 examples, or of ``n``, to find five points where two systems differ on
        14 %; ``detectable`` by design and size; ``blocking_bound`` of each component of the guide,
        or of ``n``; ``power_at`` for a curve of the first.
    """
    sought = Sought(power=asked.wanted, level=asked.error_level, side=asked.side)
    total, one = asked.size or sum(GUIDE_SIZES.values()), asked.size is not None
    question = Paired(discordance=_SHARE, level=sought.level, side=sought.side)

    def power(n: int, name: str) -> Result:
        value = question.power_at(n, FIVE_POINTS)
        return Result(name=name, estimate=exact(value, n, question.method_at(n), asked=asked))

    results = [power(total, "power")]
    for case in (*assumed_pairs(sought), *assumed_unpaired(sought), *assumed_scores(sought)):
        results += [detectable(case, n, sought=sought) for n in ((total,) if one else _SIZES)]
    results += [] if one else [held_below(n, name, sought) for name, n in GUIDE_SIZES.items()]
    results.append(held_below(total, None, sought))
    points = sorted({*_POWERS, total})
    results += [power(n, "power_at") for n in points]
    reading = (
        f"{total:,} examples that both systems answer find 5 points in "
        f"{results[0].estimate.value or 0.0:.1%} of all studies, where the two differ on "
        f"{_SHARE:.0%} of them; the curve shows other sizes."
    )
    limits = tuple(_of_size(total, sought) if one else guide_sentences(sought))
    return Findings(results=tuple(results), limits=limits, readings=(reading,))


def guide_sentences(sought: Sought) -> Iterator[str]:
    """Where "430 examples detect five points, and 50 do not" holds."""
    total, core = sum(GUIDE_SIZES.values()), GUIDE_SIZES["core"]
    yield from _of_size(total, sought)
    yield (
        f"Only the {core} of core are a sample of production; what the pool of all {total} shows "
        "holds for this evaluation set and not for production."
    )
    low = Paired(discordance=0.10, level=sought.level, side=sought.side).power_at(50, FIVE_POINTS)
    yield f"50 examples find 5 points in {low:.0%} of all studies, where the two differ on 10%."


def _of_size(n: int, sought: Sought) -> Iterator[str]:
    """Where so many examples detect five points, and what it takes on examples of their own."""
    power, level, side = sought.power, sought.level, sought.side
    try:
        most = largest_discordance(n, FIVE_POINTS, power=power, level=level, side=side)
    except InsufficientData:
        found = (
            f"do not detect 5 points with a power of {percent(power)} however seldom two systems "
            "differ"
        )
    else:
        found = (
            f"detect 5 points with a power of {percent(power)} only where both systems answer "
            f"the same examples and differ on at most {most:.1%} of them"
        )
    each = unpaired_n_exact(0.80, 0.85, power=power, level=level, side=side)
    formula = unpaired_n(0.80, 0.85, power=power, level=level, side=side)
    yield (
        f"{n:,} examples {found}; with examples of their own, 80% against 85% takes {each:,} of "
        f"each system ({formula:,} of each system by the formula of the pooled z test)."
    )
