"""What a round of rating by people will take, and how much it will tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from measurand.analysis.rating_pilot import widths_of
from measurand.analysis.rating_widths import (
    ASSUMED,
    Assumed,
    Three,
    Wanted,
    Width,
    best_number,
    width_results,
)
from measurand.analysis.result import Findings, Result
from measurand.core.plan import PeoplePlan
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.errors import InsufficientData
from measurand.stats.ceiling import majority_ceiling
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import mean_t
from measurand.stats.totals import group_total, mean_total, sum_of

__all__ = ["Pace", "Round", "assumed_pace", "forecast_findings"]

HOURS_A_DAY = 4.0
"""Of rating; longer days are rated worse."""

_HOUR = 3600.0
_LETTERS_A_WORD = 6.0
"""With the space behind it."""
_WORDS_A_MINUTE = (300.0, 238.0, 175.0)
"""Quick, usual, slow silent reading of English prose (Brysbaert 2019)."""
_DECISION = (3.0, 7.0, 20.0)
"""Seconds for a decision on a dimension; nobody's measurement."""
_TWO = 2
_LEAST_UNITS = 3
_IDENTIFIED_FROM = 5
_AGREEMENT = 0.85
"""Pairwise agreement at which it is told what the majority's ceiling leaves open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round of rating.

    Args:
        examples: In the random sample.
        outputs: Of each example, or pairs of outputs: one item each.
        people: Who share the work.
        raters: Who rate each item.
        subsample: The share of examples that more people rate.
        subsample_raters: How many.
        duplicates: The share of a rater's work that is shown once more, unmarked.
        golden: The share that has a known right rating, unmarked.
        training: Items that everyone rates first, with feedback.
        wage: US dollars an hour; None where it is not known.
        hours_a_day: That one person rates.
        item_seconds: Of work on an item before anybody rates it, as to collect and clean it.
        left: Items that each person still has in the queue, where the round is under way.

    Raises:
        ValueError: One of them is impossible.
    """

    examples: int
    outputs: int = 1
    people: int = 3
    raters: int = 3
    subsample: float = 0.0
    subsample_raters: int = 5
    duplicates: float = 0.05
    golden: float = 0.08
    training: int = 5
    wage: float | None = None
    hours_a_day: float = HOURS_A_DAY
    item_seconds: float = 0.0
    left: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        least = {"examples": 0, "outputs": 1, "people": 1, "raters": 1, "training": 0}
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise ValueError(f"{name} is {bound} or more; found {getattr(self, name)}")
        if not self.hours_a_day > 0:
            raise ValueError(f"hours a day are above 0; found {self.hours_a_day}")

    @classmethod
    def of(
        cls,
        plan: PeoplePlan,
        *,
        examples: int,
        outputs: int,
        people: int | None = None,
        left: Mapping[str, int] | None = None,
    ) -> Round:
        """The round that a plan asks for.

        Args:
            plan: How people rate.
            examples: In the evaluation set; the plan may sample of them.
            outputs: Systems whose outputs are rated, or pairs that are compared.
            people: Who will share the work; by default as many as rate each item.
            left: Items that each person still has in the queue.
        """
        most = plan.subsample_raters if plan.subsample else plan.raters
        return cls(
            examples=examples if plan.sample is None else min(plan.sample, examples),
            outputs=outputs,
            people=max(people or most, 1),
            raters=plan.raters,
            subsample=plan.subsample,
            subsample_raters=plan.subsample_raters,
            duplicates=plan.duplicates,
            golden=plan.golden,
            training=plan.training,
            wage=plan.wage,
            left=left or {},
        )

    @property
    def items(self) -> int:
        """Outputs, or pairs of them, that are to be rated."""
        return self.examples * self.outputs

    @property
    def raters_usual(self) -> float:
        """People who rate an item, on average."""
        return self.raters + self.subsample * max(self.subsample_raters - self.raters, 0)

    @property
    def visits(self) -> int:
        """How often an item is shown to somebody: what is left, or else the whole round."""
        if self.left:
            return sum(self.left.values())
        if not self.items:
            return 0
        sample = self.items * self.raters_usual
        return math.ceil(sample / (1 - self.duplicates - self.golden)) + self.people * self.training


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long an item takes.

    Args:
        seconds: Active seconds on each item, all its dimensions together, by rater.
        assumed: Low, usual, high; used where too little was measured.
    """

    seconds: Mapping[str, Sequence[float]] = field(default_factory=dict)
    assumed: Three | None = None


def assumed_pace(characters: float, dimensions: int) -> Three:
    """Seconds an item takes, low, usual, high, where nobody has been timed.

    Args:
        characters: That a person reads of an item, on average.
        dimensions: That are asked of it.

    References:
        Brysbaert (2019), Journal of Memory and Language 109, for reading; what a decision takes is
        an assumption of ours.
    """
    words = characters / _LETTERS_A_WORD
    quick, usual, slow = (
        60 * words / speed + dimensions * decision
        for speed, decision in zip(_WORDS_A_MINUTE, _DECISION, strict=True)
    )
    return quick, usual, slow


def forecast_findings(
    ahead: Round,
    pace: Pace,
    rubric: Rubric,
    *,
    ratings: Ratings | None = None,
    wanted: Wanted | None = None,
    assumed: Assumed | None = None,
) -> Findings:
    """Foretell hours, money and days of a round, and the widths of the intervals it will give.

    Args:
        ahead: The round, or what is left of it.
        pace: How long an item takes.
        rubric: The dimensions that people rate.
        ratings: People's ratings so far, those that feed estimates.
        wanted: How wide intervals may be.
        assumed: What is reckoned with where nobody has rated yet.

    Returns:
        ``rating_visits``, ``rating_seconds`` (of an item), ``rating_hours`` (of all),
        ``rating_cost`` and ``rating_days``; and by dimension ``alpha_width``,
        ``units_for_alpha``, ``raters_for_alpha`` and the same of ``ceiling``, ``mean`` and
        ``share``; and ``best_raters``, which give the most precise mean for the time. Units of
        alpha and the ceiling are items, those of a mean or a share outputs of each system.
    """
    want = wanted or Wanted()
    widths = [
        width
        for dimension in rubric
        for width in widths_of(dimension, ratings, wanted=want, assumed=assumed or Assumed())
    ]
    work = tuple(_work(ahead, pace, want.level))
    seconds = next(r.estimate.value for r in work if r.name == "rating_seconds")
    told = (result for width in widths for result in _told(width, ahead, seconds))
    results = (*work, *told)
    return Findings(
        results=results, limits=tuple(_limits(ahead, results, widths=widths, rubric=rubric))
    )


def _told(width: Width, ahead: Round, seconds: float | None) -> Iterator[Result]:
    units = ahead.examples if width.of in {"mean", "share"} else ahead.items
    for result in width_results(width, units=units, raters=ahead.raters_usual):
        if result is not None:
            yield result
    if width.of == "mean" and seconds:
        best = best_number(width, unit_cost=ahead.item_seconds, rating_cost=seconds)
        yield Result(name="best_raters", estimate=best, dimension=width.dimension)


def _work(ahead: Round, pace: Pace, level: float) -> Iterator[Result]:
    """Time and money of all that is to be shown."""
    visits, busy = ahead.visits, len(ahead.left) or ahead.people
    hours = _seconds(ahead, pace, level).scaled(1 / _HOUR)
    cost = Estimate.absent("what an hour costs is not known (people.wage)", level=level)
    if ahead.wage is not None:
        cost = hours.scaled(ahead.wage)
    exact = Estimate(
        value=visits, low=visits, high=visits, level=level, n=ahead.items, method="as planned"
    )
    yield Result(name="rating_visits", estimate=exact)
    yield Result(name="rating_seconds", estimate=_one(pace, level))
    yield Result(name="rating_hours", estimate=hours)
    yield Result(name="rating_cost", estimate=cost)
    yield Result(name="rating_days", estimate=hours.scaled(1 / (ahead.hours_a_day * busy)))


def _one(pace: Pace, level: float) -> Estimate:
    """Seconds of one item: raters are what is sampled, so theirs are the means."""
    groups = [seconds for seconds in pace.seconds.values() if len(seconds)]
    if not groups:
        return _reckoned(pace, 1, level)
    means = [math.fsum(seconds) / len(seconds) for seconds in groups]
    values = means if len(groups) > 1 else groups[0]
    found = attempt(partial(mean_t, values, level=level), n=len(values), method="t", level=level)
    return replace(found, n=sum(map(len, groups)), low=_above(found.low))


def _seconds(ahead: Round, pace: Pace, level: float) -> Estimate:
    """Seconds of all that is left: of those whose pace is known by their own."""
    known = {name: s for name, s in pace.seconds.items() if len(s) >= _TWO}
    own = {name: count for name, count in ahead.left.items() if name in known}
    parts = [mean_total(known[name], count, level=level) for name, count in own.items()]
    rest = ahead.visits - sum(own.values())
    if rest or not parts:
        others = len(ahead.left) - len(own) if ahead.left else ahead.people
        parts.append(_strangers(pace, rest, people=max(others, 1), level=level))
    if any(not part.present for part in parts):
        return next(part for part in parts if not part.present)
    if all(part.method != ASSUMED for part in parts):
        return parts[0] if len(parts) == 1 else sum_of(parts, level=level)
    low, value, high = (
        math.fsum(getattr(p, end) for p in parts) for end in ("low", "value", "high")
    )
    return _range((low, value, high), level)


def _strangers(pace: Pace, count: int, *, people: int, level: float) -> Estimate:
    """Of people who were not timed: as those who were, or as is assumed."""
    groups = [seconds for seconds in pace.seconds.values() if len(seconds)]
    try:
        if len(groups) == 1:
            found = mean_total(groups[0], count, level=level)
            return replace(found, reason="one person was timed; others may be quicker or slower")
        return group_total(groups, count, members=people, level=level)
    except InsufficientData:
        return _reckoned(pace, count, level)


def _reckoned(pace: Pace, count: int, level: float) -> Estimate:
    if pace.assumed is None:
        return Estimate.absent("nobody has been timed yet", method="none", level=level)
    low, usual, high = pace.assumed
    return _range((low * count, usual * count, high * count), level)


def _range(three: Three, level: float) -> Estimate:
    low, value, high = three
    return Estimate(value=value, low=low, high=high, level=level, n=0, method=ASSUMED)


def _above(end: float | None) -> float | None:
    return None if end is None else max(0.0, end)


def _limits(
    ahead: Round, results: Sequence[Result], *, widths: Sequence[Width], rubric: Rubric
) -> Iterator[str]:
    """What these numbers cannot say, and what no number of raters reaches."""
    if any(r.estimate.method == ASSUMED for r in results if r.name == "rating_hours"):
        yield "Nobody has been timed yet: hours, money and days go by assumptions."
    if assumed := sorted({width.dimension for width in widths if not width.n}):
        yield (
            f"Too little is rated yet on {', '.join(assumed)}: widths there go by assumptions "
            "about how far raters agree and outputs differ."
        )
    yield from _floors(ahead, widths)
    if any(dimension.scale.binary for dimension in rubric):
        yield from _identified(ahead)
    yield (
        "Widths are those to expect: half of all rounds give a wider interval. Outputs that share "
        "a cluster, and raters who are severe or lenient as a group, are not in them."
    )


def _floors(ahead: Round, widths: Sequence[Width]) -> Iterator[str]:
    """Means whose interval no number of raters brings to the wanted width."""
    stuck: dict[tuple[str, float], list[str]] = {}
    for width in widths:
        if width.of == "mean" and ahead.examples >= _LEAST_UNITS:
            left = width.at(ahead.examples, math.inf)[1]
            if left > width.wanted:
                stuck.setdefault((f"{left:.2g}", width.wanted), []).append(width.dimension)
    for (told, wanted), dimensions in stuck.items():
        yield (
            f"However many people rate, the interval of a mean of {', '.join(dimensions)} stays "
            f"about {told} wide with {ahead.examples:,} outputs of a system, and {wanted:g} is "
            "wanted: only more outputs narrow it."
        )


def _identified(ahead: Round) -> Iterator[str]:
    """What three votes on yes/no leave open, however many outputs there are."""
    if ahead.raters >= _IDENTIFIED_FROM or ahead.raters < _TWO or ahead.subsample:
        return
    found = majority_ceiling(_AGREEMENT, ahead.raters)
    gap = found.independent.majority - found.coin.majority
    yield (
        f"On yes/no, {ahead.raters} votes an output do not tell how high the ceiling of a majority "
        f"is, however many outputs: at {_AGREEMENT:.0%} agreement {gap:.0%} are left open. A "
        "subsample that five people rate tells more (people.subsample)."
    )
