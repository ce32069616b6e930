"""Every figure on sizes, judges, costs and weights that the page of the usual figures has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from measurand.stats.correlation import fisher_z
from measurand.stats.dependent_correlations import williams_t
from measurand.stats.power import (
    mcnemar_power,
    minimum_detectable_difference,
    paired_n,
    paired_n_exact,
)
from measurand.stats.power_correlation import TwoCorrelations, two_correlations_n
from measurand.stats.power_discordance import largest_discordance
from measurand.stats.power_rates import examples_for_rate
from measurand.stats.power_unpaired import unpaired_n, unpaired_power
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import normal_quantile

PAGE = (Path(__file__).parents[2] / "docs" / "guide-figures.md").read_text(encoding="utf-8")
SIZES = (50, 200, 430)
JUDGES = {"GPT-4o": (0.72, 0.83), "Claude Opus 4": (0.76, 0.86)}
JUDGES |= {"Claude Sonnet 4": (0.71, 0.82), "Gemini 2.5 Pro": (0.69, 0.80)}
WEIGHTS = {
    "factual accuracy": (25, 40),
    "relevance": (15, 25),
    "completeness": (10, 20),
    "format": (5, 15),
    "tone": (5, 15),
    "conciseness": (5, 10),
    "safety": (10, 20),
}
JUDGMENT, HUMAN = (0.02, 0.15), (1, 5)


def short(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}".removeprefix("0")


def line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def interval(r: float, n: int) -> str:
    found = fisher_z(r, n)
    assert found.low is not None
    assert found.high is not None
    return f"{short(found.low, 2)} to {short(found.high, 2)}"


def dollars(low: float, high: float) -> str:
    return f"${low:,.2f} to {high:,.2f}"


def of(count: float, each: tuple[float, float]) -> str:
    return dollars(count * each[0], count * each[1])


def told() -> Iterator[str]:
    """What the page must say, line by line and phrase by phrase."""
    for first in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
        second = round(first + 0.05, 2)
        powers = (short(unpaired_power(n, first, second)) for n in SIZES)
        needed = (f"{unpaired_n(first, second, power=p):,}" for p in (0.8, 0.9))
        yield line(f"{short(first, 2)} against {short(second, 2)}", *needed, *powers)
    for share in (0.05, 0.08, 0.1, 0.12, 0.14, 0.15, 0.2, 0.3, 0.4):
        powers = (short(mcnemar_power(n, share, 0.05)) for n in SIZES)
        needed = (f"{paired_n(share, 0.05, power=p):,}" for p in (0.8, 0.9))
        yield line(f"{share:.0%}".replace("%", " %"), *needed, *powers)
    for n, shares in (
        (50, (0.15, 0.2, 0.3)),
        *((n, (0.1, 0.15, 0.2, 0.3)) for n in (200, 430, 1000)),
    ):
        found = [short(minimum_detectable_difference(n, share)) for share in shares]
        yield line(f"{n:,}", *(["none"] * (4 - len(found))), *found)
    yield f"at most {100 * largest_discordance(430, 0.05):.1f} %"
    yield f"{paired_n_exact(0.14, 0.05)} by the exact power"
    for n in (50, 100, 430):
        high = clopper_pearson(0, n, side="upper").high
        assert high is not None
        yield f"0 of {n} proves less than {100 * high:.3g} %"
    rates = (examples_for_rate(rate) for rate in (0.05, 0.02, 0.01, 0.005, 0.001))
    yield line("failure-free examples", *(f"{n:,}" for n in rates))


def of_judges() -> Iterator[str]:
    for name, (before, after) in JUDGES.items():
        yield line(
            name,
            short(before, 2),
            interval(before, 50),
            short(after, 2),
            interval(after, 50),
            f"+{short(after - before, 2)}",
        )
    best = TwoCorrelations(0.86, 0.80, 0.8)
    yield f"p = {short(williams_t(best.observed, 50).p, 2)}"
    yield f"it takes {two_correlations_n(best)} outputs"
    bounds = (
        math.tanh(math.atanh(0.8) + normal_quantile(0.95) / math.sqrt(n - 3))
        for n in (50, 100, 200)
    )
    yield "{} with 50, {} with 100, {} with 200".format(*map(short, bounds))


def of_costs() -> Iterator[str]:
    yield f"50 judgments are {of(50, JUDGMENT)} a day"
    yield f"${2.5 / 50:.2f} to {15 / 50:.2f} a judgment"
    yield f"35 in a week of seven days: {of(35, HUMAN)}"
    yield f"25 in one of five: {of(25, HUMAN)}"
    for n in (50, 250, 430):
        yield line(n, of(n, JUDGMENT))
    yield f"labels for all 430: {of(430, HUMAN)}"


def of_weights() -> Iterator[str]:
    low, high = (sum(ends) for ends in zip(*WEIGHTS.values(), strict=True))
    yield f"the lowest sum to {low} and the highest to {high}"
    for name, (least, most) in WEIGHTS.items():
        yield line(name, f"{least} to {most}")
    yield f"{200 + 100 + 50 + 50 + 30} in all"


def test_every_figure_on_sizes_is_recomputed() -> None:
    assert [text for text in told() if text not in PAGE] == []


def test_every_figure_on_judges_is_recomputed() -> None:
    assert [text for text in of_judges() if text not in PAGE] == []


def test_every_figure_on_costs_and_weights_is_recomputed() -> None:
    assert [text for text in (*of_costs(), *of_weights()) if text not in PAGE] == []
