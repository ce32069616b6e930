"""One question about sizes, answered: the power, or what was left out, and a curve over n."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from measurand.analysis.power_faults import power_faults
from measurand.analysis.power_guide import guide_findings
from measurand.analysis.power_margins import margin_findings
from measurand.analysis.power_options import JUDGED, PowerOptions, kind_of, settled
from measurand.analysis.power_questions import Labelled, Question, question_of
from measurand.analysis.power_rare import (
    NEGATIVE,
    blocking_findings,
    label_findings,
    split_findings,
)
from measurand.analysis.power_shares import Paired, Unpaired
from measurand.analysis.power_told import curve, exact
from measurand.analysis.result import Findings, Result
from measurand.errors import InsufficientData, UsageError
from measurand.stats.correlation import fisher_z
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.power import paired_n
from measurand.stats.power_correlation import TwoCorrelations, significant_n
from measurand.stats.power_discordance import largest_discordance
from measurand.stats.power_parts import percent
from measurand.stats.power_unpaired import unpaired_n

__all__ = ["power_findings"]

_NOTED = 0.95
"""The power beyond which it is no news that more would be found."""
_WIDER = 1.5
"""How much more often two systems may differ than was assumed, for what is told of it."""


def power_findings(asked: PowerOptions) -> Findings:
    """Answer a question about sizes and power.

    Args:
        asked: The question; what is left out of difference, discordance and n is found.

    Returns:
        ``power`` first, at the answer; then ``n``, ``difference`` or ``discordance``, whichever
        was left out; ``power_at`` for a curve over n; and what else belongs to the question.

    Raises:
        UsageError: It is impossible or contradicts itself; every fault is named.
    """
    asked = settled(asked)
    if faults := power_faults(asked):
        raise UsageError("\n".join(faults) if len(faults) == 1 else _listed(faults))
    kind = kind_of(asked)
    if kind == "table":
        return guide_findings(asked)
    if kind == "blocking":
        return blocking_findings(asked)
    if kind in {"labels", "split"}:
        return label_findings(asked) if kind == "labels" else split_findings(asked)
    return margin_findings(asked) if asked.margin is not None else _comparison(asked)


def _listed(faults: tuple[str, ...]) -> str:
    lines = (f"  - {fault}" for fault in faults)
    return f"{len(faults)} things are wrong:\n" + "\n".join(lines)


def _comparison(asked: PowerOptions) -> Findings:
    """Two systems, or a correlation: whatever was left out."""
    question, power = question_of(asked), asked.wanted
    d, n = _difference(asked), asked.size
    made: list[Result] = []
    try:
        if isinstance(question, Paired) and asked.discordance is None:
            made, question = _discordance(asked)
        if n is None and d is not None:
            n = question.needed(d, power)
            made = [Result(name="n", estimate=exact(n, n, question.method_at(n), asked=asked))]
            made += _by_formula(asked, question, d)
        elif d is None and n is not None:
            d = question.detectable(n, power)
            made = [
                Result(name="difference", estimate=exact(d, n, question.method_at(n), asked=asked))
            ]
    except InsufficientData as problem:
        return _unreached(asked, str(problem), question)
    if d is None or n is None:  # pragma: no cover - `power_faults` has refused it
        raise UsageError("two of difference, discordance and n are needed")
    value = question.power_at(n, d)
    first = Result(name="power", estimate=exact(value, n, question.method_at(n), asked=asked))
    results = (first, *made, *_beside(asked, question, n), *curve(question, d, n, asked=asked))
    return Findings(
        results=results,
        readings=tuple(_readings(asked, question, difference=d, n=n)),
        limits=tuple(_limits(asked, question, difference=d, n=n)),
    )


def _difference(asked: PowerOptions) -> float | None:
    """The difference that is looked for, as far as it is given."""
    if asked.correlation is not None:
        return asked.correlation - (asked.against or 0.0)
    if len(asked.rates) > 1:
        return asked.rates[1] - asked.rates[0]
    return asked.difference


def _discordance(asked: PowerOptions) -> tuple[list[Result], Question]:
    d, n = asked.difference or 0.0, asked.size or 0
    share = largest_discordance(n, d, power=asked.wanted, level=asked.error_level, side=asked.side)
    solved = Paired(discordance=share, level=asked.error_level, side=asked.side)
    found = exact(share, n, solved.method_at(n), asked=asked)
    return [Result(name="discordance", estimate=found)], solved


def _by_formula(asked: PowerOptions, question: Question, difference: float) -> Iterator[Result]:
    """The number by the formula that tables have, beside the exact one."""
    how = {"power": asked.wanted, "level": asked.error_level}
    if isinstance(question, Paired):
        n = paired_n(question.discordance, difference, side=asked.side, **how)
        yield Result(name="n_by_formula", estimate=exact(n, n, "Connor 1987", asked=asked))
    if isinstance(question, Unpaired):
        rate, source = question.rate, "pooled z; Fleiss, Levin and Paik 2003"
        n = unpaired_n(rate, rate + difference, side=asked.side, **how)
        yield Result(name="n_by_formula", estimate=exact(n, n, source, asked=asked))


def _unreached(asked: PowerOptions, reason: str, question: Question) -> Findings:
    """What was asked for does not exist."""
    left = next(n for n in ("n", "difference", "discordance") if n not in asked.given)
    absent = Estimate.absent(
        reason,
        n=asked.size or 0,
        method=question.method_at(asked.size or 0),
        level=asked.error_level,
    )
    return Findings(
        results=(Result(name="power", estimate=absent), Result(name=left, estimate=absent))
    )


def _beside(asked: PowerOptions, question: Question, n: int) -> Iterator[Result]:
    """What else belongs to a question of its kind."""
    if isinstance(question, Labelled):
        worth = exact(question.worth(n), n, "n (n + N) / (n + (1 - r^2) N)", asked=asked)
        yield Result(name="effective_n", estimate=worth)
    if asked.correlation is None:
        return
    made = partial(fisher_z, asked.correlation, n, level=asked.error_level)
    found = attempt(made, n=n, method="Fisher z", level=asked.error_level)
    yield Result(name="correlation", estimate=found)
    if asked.against is not None and asked.between_them is not None:
        two = TwoCorrelations(asked.correlation, asked.against, asked.between_them)
        least = significant_n(two, level=asked.error_level, side=asked.side)
        told = exact(least, least, "Williams' t of just these correlations", asked=asked)
        yield Result(name="n_if_observed", estimate=told)


def _readings(
    asked: PowerOptions, question: Question, *, difference: float, n: int
) -> Iterator[str]:
    """What it means, in sentences."""
    power = question.power_at(n, difference)
    what = f"a difference of {abs(difference):.3g}"
    if asked.correlation is not None and asked.against is None:
        what = f"a correlation of {difference:.3g}"
    each = " of each system" if asked.unpaired or asked.rates else ""
    units = "units" if asked.correlation is not None else "examples"
    yield f"{n:,} {units}{each} find {what} in {power:.1%} of all studies."
    if asked.size is None or power >= asked.wanted:
        return
    try:
        needed = question.needed(difference, asked.wanted)
        wanted = percent(asked.wanted)
        yield f"It takes {needed:,} {units}{each} to find it with a power of {wanted}."
        least = question.detectable(n, asked.wanted)
        yield f"The smallest difference that {n:,} find so often is {abs(least):.3g}."
    except InsufficientData as problem:
        yield f"{str(problem)[:1].upper()}{str(problem)[1:]}."


def _limits(asked: PowerOptions, question: Question, *, difference: float, n: int) -> Iterator[str]:
    """What the numbers rest on."""
    if isinstance(question, Paired) and question.discordance < 1:
        more = min(1.0, question.discordance * _WIDER)
        wider = Paired(discordance=more, level=question.level, side=question.side)
        power = wider.power_at(n, difference)
        yield (
            f"The power rests on how often the two differ: were it {more:.1%} of the examples "
            f"instead of {question.discordance:.1%}, it would be {power:.1%}."
        )
        yield (
            "Examples are taken as independent; where they share documents or conversations, "
            "give --icc and --cluster-size."
        )
    if asked.given & JUDGED:
        yield (
            "The correlation is that of the judge's differences with people's, example by example; "
            "that of single scores is usually higher."
        )
        if (asked.judge_correlation or 0.0) < 0:
            yield NEGATIVE
    if asked.against is not None:
        yield (
            "Plan a study with the number that has the power; from n_if_observed on just these "
            "correlations, once observed, are significant, which about half of such studies see."
        )
    if asked.comparisons and asked.comparisons > 1:
        yield (
            f"Each of {asked.comparisons:g} comparisons is tested at {1 - asked.error_level:.2g}: "
            "Bonferroni, and the first step of Holm, whose later steps find more."
        )
