"""How many examples show that a system is not worse, or equivalent, within a margin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from measurand.analysis.power_options import PowerOptions
from measurand.analysis.power_questions import design_of
from measurand.analysis.power_told import exact, sizes_around
from measurand.analysis.result import Findings, Result
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.power_margin import (
    Margin,
    MarginTest,
    margin_error,
    margin_mean_power,
    margin_n,
    margin_power,
)
from measurand.stats.precision import least_number

__all__ = ["margin_findings"]

_MOST = 10_000_000
_FEWEST = 4
_TANGO = "Tango's score test against the margin, exact unconditional power"
_MEANS = "t against the margin, noncentral"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What is to be shown: its name, its power by n, and the examples it takes."""

    power_name: str
    n_name: str
    power_at: Callable[[int], float]
    needed: Callable[[], int]


def margin_findings(asked: PowerOptions) -> Findings:
    """The power to show no worse, and equivalent, or the examples that take it.

    Returns:
        ``power`` and ``equivalence_power``; where ``n`` was left out also ``n`` and
        ``equivalence_n``, each with the power there; ``power_at`` for a curve of the first.
    """
    method = _TANGO if _shares(asked) else _MEANS
    results: list[Result] = []
    whole = [_one(asked, equivalent=equivalent) for equivalent in (False, True)]
    for shown in whole:
        results += _answers(asked, shown, method)
    first = next((r.estimate for r in results if r.estimate.present), None)
    if first is not None:
        results += _curve(asked, whole[0], first.n, method=method)
    gap, margin = asked.difference or 0.0, asked.margin or 0.0
    limits = [_if_worse(gap, margin)] if margin + gap > margin / 3 else []
    if first is not None and _shares(asked):
        limits.append(_own_error(asked, first.n))
    return Findings(results=tuple(results), limits=tuple(limits))


def _own_error(asked: PowerOptions, n: int) -> str:
    """What the score test itself gets wrong at the margin."""
    margin = asked.margin or 0.0
    test = MarginTest(
        discordance=asked.discordance or 0.0, difference=0.0, margin=Margin(width=margin)
    )
    error = margin_error(n, test, level=asked.error_level)
    return (
        f"The power is exact, the test is not quite: with {n:,} examples a system that is worse by "
        f"just {margin:g} is said to be no worse in {error:.1%} of all studies, where "
        f"{1 - asked.error_level:.1%} is meant."
    )


def _if_worse(gap: float, margin: float) -> str:
    times = ((margin + gap) / (margin + gap - margin / 3)) ** 2
    return (
        f"The true difference is taken to be {gap:g}; were the system worse by a third of the "
        f"margin ({margin / 3:.2g}), showing that it is no worse would take about {times:.1f} "
        "times as many examples."
    )


def _answers(asked: PowerOptions, shown: _Shown, method: str) -> Iterator[Result]:
    def answer(compute: Callable[[], float], n: int) -> Estimate:
        made = lambda: exact(compute(), n, method, asked=asked)  # noqa: E731 - an estimator of no data
        return attempt(made, n=n, method=method, level=asked.error_level)

    if (n := asked.size) is not None:
        yield Result(name=shown.power_name, estimate=answer(lambda: shown.power_at(n), n))
        return
    found = answer(shown.needed, 0)
    if found.value is None:
        yield Result(name=shown.power_name, estimate=found)
        yield Result(name=shown.n_name, estimate=found)
        return
    needed = round(found.value)
    power = answer(lambda: shown.power_at(needed), needed)
    yield Result(name=shown.power_name, estimate=power)
    yield Result(name=shown.n_name, estimate=exact(needed, needed, method, asked=asked))


def _one(asked: PowerOptions, *, equivalent: bool) -> _Shown:
    names = ("equivalence_power", "equivalence_n") if equivalent else ("power", "n")
    margin, gap = asked.margin or 0.0, asked.difference or 0.0
    if _shares(asked):
        test = MarginTest(
            discordance=asked.discordance or 0.0,
            difference=gap,
            margin=Margin(width=margin, equivalent=equivalent),
        )
        level, power = asked.error_level, asked.wanted
        return _Shown(
            power_name=names[0],
            n_name=names[1],
            power_at=lambda n: margin_power(n, test, level=level),
            needed=lambda: margin_n(test, power=power, level=level),
        )
    return _of_means(asked, names, equivalent=equivalent)


def _of_means(asked: PowerOptions, names: tuple[str, str], *, equivalent: bool) -> _Shown:
    margin, gap, design = asked.margin or 0.0, asked.difference or 0.0, design_of(asked)
    room = margin - abs(gap) if equivalent else margin + gap

    def power_at(n: int) -> float:
        error, free = design.error(n), design.free(n)
        found = margin_mean_power(gap / error, margin / error, free, level=asked.error_level)
        return found[equivalent]

    def needed() -> int:
        if room <= 0:
            raise InsufficientData(
                f"a true difference of {gap:g} is not within the margin of {margin:g}; no number "
                "of examples shows that it is"
            )
        least = design.clusters or round(2 * (design.size or 1))
        found = least_number(lambda n: -power_at(n), -asked.wanted, least=least, most=_MOST)
        if found is None:
            raise InsufficientData("no number of examples in these clusters shows it")
        return found

    return _Shown(power_name=names[0], n_name=names[1], power_at=power_at, needed=needed)


def _shares(asked: PowerOptions) -> bool:
    """Whether it is about yes/no on independent examples."""
    return not (asked.graded or asked.given & {"sd", "between", "icc"})


def _curve(asked: PowerOptions, shown: _Shown, n: int, *, method: str) -> Iterator[Result]:
    for size in sizes_around(n, n, least=_FEWEST):
        try:
            value = shown.power_at(size)
        except InsufficientData:  # too many to be summed up
            continue
        yield Result(name="power_at", estimate=exact(value, size, method, asked=asked))
