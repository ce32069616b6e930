"""How many examples prove that failures are rare, and what labels are worth beside a judge."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from measurand.analysis.power_options import PowerOptions
from measurand.analysis.power_told import exact
from measurand.analysis.result import Findings, Result
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.power_rates import examples_for_rate, failures_allowed, rate_power
from measurand.stats.ppi import FEWEST_LABELS, effective_n, label_plan
from measurand.stats.proportion import clopper_pearson
from measurand.stats.quantiles import binomial_cdf

__all__ = ["NEGATIVE", "blocking_findings", "label_findings", "split_findings"]

NEGATIVE = (
    "The correlation is below 0: the line that measurand fits turns such a judge round, and gains "
    "as much; a weight held to 0 to 1, as of PPI++, gains nothing. Look first whether its scale is "
    "upside down."
)
"""What is said of a judge that runs against people."""
_METHOD = "Clopper-Pearson, one-sided"
_MORE_FAILURES = (0, 1, 2, 3)
_WORTH = "n (n + N) / (n + (1 - r^2) N)"
_SPLIT = "cost-optimal split, prediction-powered"


def blocking_findings(asked: PowerOptions) -> Findings:
    """The examples that prove a failure rate, or what so many examples prove.

    Returns:
        ``n`` for the failures that are expected, and ``n_if_failures`` for up to three of them;
        or with ``n`` given ``blocking_bound``, and with both ``failures`` that are allowed, and
        ``power`` where the true rate is told.
    """
    rate, n, failures = asked.blocking or 0.0, asked.size, round(asked.failures or 0)
    level = LEVEL if asked.level is None else asked.level
    if n is None:
        results = tuple(_examples(rate, failures, asked, level=level))
        needed = results[0].estimate
        limits = () if needed.value is None else (_rare(rate, needed.n, failures),)
        return Findings(results=results, limits=limits)
    bound = clopper_pearson(failures, n, level=level, side="upper")
    results = (Result(name="blocking_bound", estimate=bound),)
    if not rate:
        return Findings(results=results)
    return Findings(
        results=(*_allowed(rate, n, asked, level=level), *results),
        readings=() if asked.failures is None else (_proven(rate, bound, failures),),
    )


def _proven(rate: float, bound: Estimate, failures: int) -> str:
    """Whether what turned up proves the rate, in a sentence."""
    high = bound.high or 1.0
    word = "prove" if high <= rate else "do not prove"
    return (
        f"{failures:,} failures among {bound.n:,} {word} a rate below {100 * rate:.3g}%: the bound "
        f"is {high:.2%}."
    )


def _examples(rate: float, failures: int, asked: PowerOptions, *, level: float) -> Iterator[Result]:
    def needed(count: int) -> Estimate:
        n = examples_for_rate(rate, count, level=level)
        return exact(n, n, _METHOD, asked=asked)

    found = attempt(partial(needed, failures), n=0, method=_METHOD, level=level)
    yield Result(name="n", estimate=found)
    for count in _MORE_FAILURES:
        more = attempt(partial(needed, count), n=0, method=_METHOD, level=level)
        yield Result(name="n_if_failures", estimate=more, levels=(float(count),))


def _allowed(rate: float, n: int, asked: PowerOptions, *, level: float) -> Iterator[Result]:
    most = failures_allowed(rate, n, level=level)
    if asked.rates:
        power = rate_power(rate, n, asked.rates[0], level=level)
        yield Result(name="power", estimate=exact(power, n, f"{_METHOD}, exact power", asked=asked))
    if most is None:
        least = examples_for_rate(rate, level=level)
        reason = (
            f"{n:,} examples cannot prove a rate of {rate:g}, even if none fails; {least:,} can"
        )
        told = Estimate.absent(reason, n=n, method=_METHOD, level=level)
    else:
        told = exact(most, n, _METHOD, asked=asked)
    yield Result(name="failures", estimate=told)


def _rare(rate: float, n: int, failures: int) -> str:
    half = rate / 2
    chance = 1 - float(binomial_cdf(failures, n, half))
    more = f"more than {failures:,} failures" if failures else "at least one failure"
    return (
        f"A system that truly fails at a rate of {half:g} still shows {more} among {n:,} examples "
        f"in {chance:.0%} of all evaluations, and then proves nothing: plan for a few failures."
    )


def label_findings(asked: PowerOptions) -> Findings:
    """As how many labels without a judge: ``effective_n``, and ``label_worth`` of one.

    Without ``n`` it is the limit where the judge scores ever more outputs.
    """
    labels, r = round(asked.labels or 0), asked.judge_correlation or 0.0
    n = asked.size
    if n is None:
        worth, method = labels / (1 - r**2), f"limit of {_WORTH}"
    else:
        worth, method = effective_n(labels, n - labels, r), _WORTH
    results = (
        Result(name="effective_n", estimate=exact(worth, n or labels, method, asked=asked)),
        Result(
            name="label_worth", estimate=exact(worth / labels, n or labels, method, asked=asked)
        ),
    )
    limit = (
        "The formula takes the correlation as known; estimated from few labels, a judge gains only "
        f"if it correlates by more than {1 / max(labels - 2, 1) ** 0.5:.2f} with people "
        f"({labels:,} labels)."
    )
    limits = (limit, NEGATIVE) if r < 0 else (limit,)
    return Findings(results=results, limits=limits)


def split_findings(asked: PowerOptions) -> Findings:
    """The cheapest labels and judgments that are worth so many labels.

    Returns:
        ``labels``, ``unlabelled`` (outputs that only the judge scores), ``cost``, and
        ``cost_of_people_alone``.
    """
    r, effective = asked.judge_correlation or 0.0, asked.effective or 0.0
    human, machine = asked.label_cost or 0.0, asked.judge_cost or 0.0
    split = label_plan(effective, r, label_cost=human, judge_cost=machine)
    n = split.labels + split.unlabelled
    alone = label_plan(effective, 0.0, label_cost=human, judge_cost=machine)
    numbers = {
        "labels": split.labels,
        "unlabelled": split.unlabelled,
        "cost": split.cost,
        "cost_of_people_alone": alone.cost,
    }
    results = tuple(
        Result(name=name, estimate=exact(value, n, _SPLIT, asked=asked))
        for name, value in numbers.items()
    )
    limits = [NEGATIVE] if r < 0 else []
    if split.labels == FEWEST_LABELS:
        limits.append(
            f"{FEWEST_LABELS} labels are the fewest that are planned beside a judge: with fewer "
            "its weight is not known well enough for the formula."
        )
    return Findings(results=results, limits=tuple(limits))
