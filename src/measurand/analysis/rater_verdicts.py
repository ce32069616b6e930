"""Decisions about people who rate: qualified? attentive? Each is a reason to look, not to remove.

Within each kind of decision the p-values of all raters are adjusted together (Holm), so that the
chance that anybody is failed who truly is at the bound, or better, is at most ``alpha``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from measurand.analysis.rater_measures import Deviations, RaterMeasures
from measurand.analysis.rater_tables import DimensionTable, Output
from measurand.analysis.result import Verdict
from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import mean_p
from measurand.stats.multiple import holm
from measurand.stats.quantiles import binomial_cdf
from measurand.stats.rater_rest import RaterRest
from measurand.stats.sprt import Sprt

__all__ = ["QUALIFICATION", "RaterQualityOptions", "rater_verdicts"]

QUALIFICATION: Mapping[str, str] = MappingProxyType(
    {"pass": "qualified", "inconclusive": "not yet", "fail": "failed"}
)
"""How the outcome of a qualification is told."""
_OUTCOMES = {word: outcome for outcome, word in QUALIFICATION.items()}
_ROUNDING = 1e-9
_SHARES = (
    "level",
    "alpha",
    "least_agreement",
    "least_variety",
    "most_same",
    "most_fast",
    "most_severity",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterQualityOptions:
    """How the quality of raters is computed and decided.

    Args:
        level: The confidence level of every interval.
        alpha: Of each kind of decision, the chance that anybody at its bound is failed.
        test: The sequential test on golden items.
        golden_correlation: How far golden ratings of one output on several dimensions are taken
            to go right and wrong together; the test's errors hold where they do so no more.
        least_agreement: What share of the agreement among the others an attentive rater has.
        least_variety: What share of the variety of the others' values a rater has at least.
        most_same: By how much more often than others a rater may give all dimensions one value.
        most_fast: The share of outputs that may be rated faster than they can be read.
        most_severity: How far from the median rater one may be on average, as a share of the scale.
        words: How many words there are to read, by example and system; where it is not known,
            the others' times say how long an output takes.
        order: The outputs of each rater in the order rated, at their first visit if there are two;
            by default, and for those that are not in it, the table's.

    Raises:
        UsageError: A level or a share does not lie strictly between 0 and 1.
    """

    level: float = LEVEL
    alpha: float = 0.05
    test: Sprt = field(default_factory=Sprt)
    golden_correlation: float = 0.3
    least_agreement: float = 2 / 3
    least_variety: float = 0.25
    most_same: float = 0.5
    most_fast: float = 0.25
    most_severity: float = 0.125
    words: Mapping[tuple[str, str], int] = field(default_factory=dict)
    order: Mapping[str, Sequence[Output]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.golden_correlation <= 1:
            raise UsageError(
                f"golden_correlation lies between 0 and 1; found {self.golden_correlation}"
            )
        for name in _SHARES:
            if not 0 < getattr(self, name) < 1:
                raise UsageError(
                    f"{name} lies strictly between 0 and 1; found {getattr(self, name)}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One rater before one kind of decision.

    Args:
        rater: Who.
        words: What is said if it fails, passes, or stays open.
        estimate: What it rests on.
        bound: What that is held against.
        p: Of being no worse than the bound; None where nothing can be said.
        good: Whether the interval lies wholly on the good side of the bound.
        dimension: On which dimension.
    """

    rater: str
    words: tuple[str, str, str]
    estimate: Estimate | None = None
    bound: float | None = None
    p: float | None = None
    good: bool = False
    dimension: str | None = None


def rater_verdicts(
    raters: Sequence[RaterMeasures], options: RaterQualityOptions
) -> tuple[Verdict, ...]:
    """Every decision about every rater: qualification, attention, variety, pace, severity."""
    kinds = {
        "attention": [_attention(rater, options) for rater in raters],
        "variety": [_variety(rater, options) for rater in raters],
        "pace": [_pace(rater, options) for rater in raters],
        "severity": [_severity(rater, options) for rater in raters],
    }
    qualified = [_qualification(rater, options) for rater in raters]
    return (
        *qualified,
        *(verdict for name, cases in kinds.items() for verdict in _decided(name, cases, options)),
    )


def _decided(name: str, cases: Sequence[_Case], options: RaterQualityOptions) -> Iterator[Verdict]:
    tested = [case for case in cases if case.p is not None]
    adjusted = holm([case.p for case in tested if case.p is not None])
    failed = {case.rater for case, p in zip(tested, adjusted, strict=True) if p <= options.alpha}
    for case in cases:
        outcome = "pass" if case.good else "inconclusive"
        outcome = "fail" if case.rater in failed else outcome
        told = dict(zip(("fail", "pass", "inconclusive"), case.words, strict=True))[outcome]
        yield Verdict(
            name=name,
            outcome=outcome,
            reason=f"{case.rater}: {told}",
            estimate=case.estimate,
            bound=case.bound,
            dimension=case.dimension,
            raters=(case.rater,),
        )


def _qualification(rater: RaterMeasures, options: RaterQualityOptions) -> Verdict:
    test = options.test
    trials = _golden_in_order(rater, options.order.get(rater.name, ()))
    each = len(trials) / max(len({output for output, _ in trials}), 1)
    effect = 1 + max(each - 1, 0.0) * options.golden_correlation
    course = test.follow([right for _, right in trials], effect=effect)
    told = f"{course.successes} of {course.trials} golden ratings right"
    if not course.trials:
        told = "no golden rating yet"
    if course.decision == "not yet":
        told += f"; {test.further(course)} further in a row would do"
    return Verdict(
        name="qualification",
        outcome=_OUTCOMES[course.decision],
        reason=(
            f"{rater.name}: {course.decision}: {told} (sequential test of {test.low:.0%} against "
            f"{test.high:.0%} right)"
        ),
        estimate=rater.golden,
        bound=test.high,
        raters=(rater.name,),
    )


def _golden_in_order(rater: RaterMeasures, order: Sequence[Output]) -> list[tuple[int, bool]]:
    """Outputs, and whether their golden ratings pass, in the order rated."""
    place: dict[Output, int] = {}
    for visit, seen in enumerate(order):
        place.setdefault(seen, visit)  # a second visit does not move the first
    trials: list[tuple[int, int, int, bool]] = []
    for dimension in rater.table.dimensions:
        right = rater.passes_of(dimension)
        for output in map(int, np.flatnonzero(~np.isnan(right))):
            at = place.get(rater.table.outputs[output], len(order))
            row = int(dimension.row[output, rater.rater])
            trials.append((at, row, output, bool(right[output])))
    return [(output, passed) for _, _, output, passed in sorted(trials)]


def _attention(rater: RaterMeasures, options: RaterQualityOptions) -> _Case:
    found = rater.rest
    if isinstance(found, str):
        return _Case(rater=rater.name, words=_unknown(found))
    unrelated = not found.own.present or (found.own.low or 0.0) <= 0
    share = _share(options.least_agreement)
    failed = (
        "looks random: nothing shows that these ratings have to do with the outputs, while "
        "others agree"
        if unrelated
        else f"looks careless: agrees with others less than {share} as far as they do among "
        "themselves"
    )
    unsure = f"not clear yet whether agreement with others reaches {share} of that among them"
    if (found.rest.low or 0.0) <= 0:
        unsure = "the others do not agree among themselves, so nobody can be held against them"
    return _Case(
        rater=rater.name,
        words=(failed, f"agrees with others at least {share} as far as they do", unsure),
        estimate=found.own,
        bound=_bound(found),
        p=found.p,
        good=_above(found.gap) and _above(found.rest),
    )


def _variety(rater: RaterMeasures, options: RaterQualityOptions) -> _Case:
    """Both signs of straight-lining: over outputs, and over the dimensions of one."""
    cases = (_over_outputs(rater), _over_dimensions(rater, options))
    tested = [case for case in cases if case.p is not None]
    if not tested:
        return cases[0]
    worst = min(tested, key=lambda case: case.p or 0.0)
    p = min(1.0, len(tested) * (worst.p or 0.0))
    return replace(worst, p=p, good=all(case.good for case in tested))


def _over_outputs(rater: RaterMeasures) -> _Case:
    found = rater.variety
    if isinstance(found, str):
        return _Case(rater=rater.name, words=_unknown(found))
    return _Case(
        rater=rater.name,
        words=(
            "looks like straight-lining: nearly the same value whatever the output",
            "values vary as others' do",
            "not clear yet whether values vary enough",
        ),
        estimate=found.own,
        bound=_bound(found),
        p=found.p,
        good=_above(found.gap),
    )


def _over_dimensions(rater: RaterMeasures, options: RaterQualityOptions) -> _Case:
    same, most = rater.same_on_all, options.most_same
    return _Case(
        rater=rater.name,
        words=(
            "looks like straight-lining: the same value on all dimensions of an output",
            "dimensions are told apart as others do",
            "not clear yet whether dimensions are told apart",
        ),
        estimate=same,
        bound=most,
        p=_p_beyond(rater.same_gaps, most),
        good=same.high is not None and same.high < most,
    )


def _pace(rater: RaterMeasures, options: RaterQualityOptions) -> _Case:
    share, most = rater.fast_share, options.most_fast
    if share.value is None:
        return _Case(rater=rater.name, words=_unknown(share.reason or ""), estimate=share)
    count = round(share.value * share.n)
    return _Case(
        rater=rater.name,
        words=(
            f"too fast: more than {most:.0%} of the outputs in less than a third of the usual time",
            "takes about the time that the outputs take",
            f"not clear yet whether more than {most:.0%} of the outputs were rated too fast",
        ),
        estimate=share,
        bound=most,
        p=1 - float(binomial_cdf(count - 1, share.n, most)),
        good=share.high is not None and share.high < most,
    )


def _severity(rater: RaterMeasures, options: RaterQualityOptions) -> _Case:
    """The dimension on which the rater is furthest from the others, all dimensions counted."""
    cases = [case for d in rater.table.dimensions if (case := _severe(rater, d, options))]
    tested = [case for case in cases if case.p is not None]
    if not tested:
        why = "nobody else rated the same outputs on a scale that has an order"
        return _Case(rater=rater.name, words=_unknown(why))
    worst = min(tested, key=lambda case: case.p or 0.0)
    p = min(1.0, len(tested) * (worst.p or 0.0))
    return replace(worst, p=p, good=all(case.good for case in cases))


def _severe(
    rater: RaterMeasures, dimension: DimensionTable, options: RaterQualityOptions
) -> _Case | None:
    found = rater.severity(dimension)
    if isinstance(found, str) or found.estimate.value is None:
        return None
    severity, bound = found.estimate, options.most_severity * found.span
    value, low, high = severity.value or 0.0, severity.low or 0.0, severity.high or 0.0
    word, side = ("severe", "below") if value > 0 else ("lenient", "above")
    far = f"{abs(value):.2g} points {side} the median rater"
    return _Case(
        rater=rater.name,
        words=(
            f"very {word} on {dimension.name}: {far}",
            "about as strict as the others",
            f"not clear yet whether very {word} on {dimension.name}: {far}",
        ),
        estimate=severity,
        bound=bound if value > 0 else -bound,
        p=found.p_beyond(bound),
        good=-bound < low and high < bound,
        dimension=dimension.name,
    )


def _p_beyond(found: Deviations | None, bound: float) -> float | None:
    """One-sided: how likely so large a mean is, were it truly at the bound; None if unknown.

    Values that are all equal have no t statistic. They lie in [-1, 1], so by Markov's inequality
    such a value comes up in one cluster no more often than (bound + 1) / (value + 1), in all of
    them to their number's power.
    """
    if found is None or not len(found.values):
        return None
    value = float(found.values.mean())
    try:
        both = mean_p(found.values, clusters=found.clusters, null=bound)
    except InsufficientData:
        if value <= bound or np.ptp(found.values) > 0:
            return None
        share = (bound + 1) / (value + 1)
        return float(share ** len(np.unique(found.clusters)))
    return both / 2 if value > bound else 1 - both / 2


def _unknown(reason: str) -> tuple[str, str, str]:
    return reason, reason, reason


def _bound(found: RaterRest) -> float | None:
    return None if found.rest.value is None else found.share * found.rest.value


def _above(estimate: Estimate) -> bool:
    return estimate.low is not None and estimate.low > 0


def _share(share: float) -> str:
    return "two thirds" if abs(share - 2 / 3) < _ROUNDING else f"{share:.0%}"
