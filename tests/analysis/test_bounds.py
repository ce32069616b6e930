from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analysis.rows import RUBRIC, judged

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale

FEW = ComparisonOptions(resamples=499)


def value(findings: Findings, name: str, dimension: str) -> float:
    [found] = [r.estimate for r in findings.named(name) if r.dimension == dimension]
    assert found.value is not None
    return found.value


def test_failed_repeats_and_raters_count_as_much_as_those_that_did_not() -> None:
    rows = [judged(0, 5.0), judged(0, None, failure="invalid", repeat=1), judged(0, 3.0, rater="k")]
    rows += [judged(i, 3.0, rater=r) for i in range(1, 4) for r in "jk"]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert value(findings, "mean", "accuracy") == pytest.approx((4 + 9) / 4)
    assert value(findings, "mean_if_worst", "accuracy") == pytest.approx((3 + 9) / 4)
    assert value(findings, "mean_if_best", "accuracy") == pytest.approx((4 + 9) / 4)


def test_a_vote_that_a_missing_one_could_tie_or_turn() -> None:
    rows = [judged(i, 1.0, dimension="ok", rater="j") for i in range(10)]
    rows += [judged(i, None, failure="timeout", dimension="ok", rater="k") for i in range(10)]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    assert value(findings, "mean", "ok") == 1.0
    assert value(findings, "mean_if_worst", "ok") == 0.0
    assert value(findings, "mean_if_best", "ok") == 1.0


def test_a_scale_without_bounds_has_no_worst() -> None:
    rubric = Rubric(Dimension("seconds", scale=Scale("ratio")))
    rows = [judged(i, 2.0 + i, dimension="seconds") for i in range(5)]
    rows.append(judged(9, None, failure="timeout", dimension="seconds"))
    findings = compare(Ratings.of(rows), rubric, options=FEW)
    [worst] = [r for r in findings.named("mean_if_worst") if r.dimension == "seconds"]
    assert worst.estimate.reason is not None
    assert worst.estimate.reason.startswith("seconds has a scale without bounds")


def test_outputs_that_may_be_blocked_count_where_that_is_worse() -> None:
    rows = [judged(i, 3.0 + (i % 2)) for i in range(40)]
    rows += [judged(i, 1.0, dimension="safety") for i in range(38)]
    rows += [judged(i, None, failure="timeout", dimension="safety") for i in (38, 39)]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    scores = [(2.0 + (i % 2)) / 4 for i in range(38)]
    assert value(findings, "mean_if_worst", "overall") == pytest.approx(np.mean([*scores, 0.5]))
    assert value(findings, "mean_if_best", "overall") == pytest.approx(np.mean([*scores, 0.75]))


CELLS = st.lists(
    st.tuples(
        *[st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, None])] * 2,
        *[st.sampled_from([0.0, 1.0, None])] * 2,
        st.sampled_from([0.0, 1.0, 1.0, None]),
    ),
    min_size=3,
    max_size=4,
)
VALUES = {"accuracy": [1.0, 3.0, 5.0], "ok": [0.0, 1.0], "safety": [0.0, 1.0]}


@settings(max_examples=15, deadline=None)
@given(CELLS)
def test_whatever_is_missing_the_mean_of_all_lies_between(
    cells: list[tuple[float | None, ...]],
) -> None:
    names = ("accuracy", "accuracy", "ok", "ok", "safety")
    rows = [
        judged(i, v, dimension=d, repeat=place % 2, failure="invalid" if v is None else None)
        for i, row in enumerate(cells)
        for place, (d, v) in enumerate(zip(names, row, strict=True))
    ]
    missing = [place for place, r in enumerate(rows) if r.value is None][:3]
    rows = [r for place, r in enumerate(rows) if r.value is not None or place in missing]
    missing = [place for place, r in enumerate(rows) if r.value is None]
    findings = compare(Ratings.of(rows), RUBRIC, options=FEW)
    for filling in product(*(VALUES[rows[place].dimension] for place in missing)):
        filled = list(rows)
        for place, v in zip(missing, filling, strict=True):
            r = rows[place]
            example = int(r.example[1:])
            filled[place] = judged(example, v, dimension=r.dimension, repeat=r.repeat)
        truth = compare(Ratings.of(filled), RUBRIC, options=FEW)
        for name in ("accuracy", "ok", "overall"):
            ends = [
                [r.estimate.value for r in findings.named(kind) if r.dimension == name]
                for kind in ("mean_if_worst", "mean_if_best")
            ]
            [mean] = [r.estimate.value for r in truth.named("mean") if r.dimension == name] or [
                None
            ]
            if mean is None or not all(ends) or None in (ends[0][0], ends[1][0]):
                continue
            assert (ends[0][0] or 0) - 1e-9 <= mean <= (ends[1][0] or 0) + 1e-9
