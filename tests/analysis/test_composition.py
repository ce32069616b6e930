"""Of which examples the headline is: core, core re-weighted to traffic, or all and called that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.analysis.many_rows import QUALITY, Floats, known, one, table

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.composition import pool_of, population, traffic_shares
from measurand.analysis.result import NAIVE
from measurand.analysis.score import score
from measurand.core.example import Example
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT, YES_NO
from measurand.errors import UsageError

CORE, EDGE = 40, 60
COMPONENTS = [*(("core",) * CORE), *(("edge",) * EDGE)]
SEGMENTS = [("billing",) if i % 4 else ("router",) for i in range(CORE + EDGE)]
FEW = ComparisonOptions(resamples=999)


def world(seed: int = 1) -> Floats:
    """Two systems, b better on edge alone; router questions are hard for both."""
    rng = np.random.default_rng(seed)
    scores = 0.6 + 0.1 * rng.normal(size=(CORE + EDGE, 2))
    scores[CORE:, 1] += 0.3
    scores[::4] -= 0.2
    return np.clip(scores, 0, 1)


def examples() -> dict[str, Example]:
    return dict(known(COMPONENTS, SEGMENTS))


def test_without_components_the_headline_is_of_all() -> None:
    findings = compare(table(world()), QUALITY, options=FEW)
    assert one(findings, "mean", systems=("a",)).estimate.n == CORE + EDGE
    assert findings.headline is None
    assert not list(findings.named("mean_of_all"))


def test_the_headline_is_of_core_and_the_pooled_mean_is_called_what_it_is() -> None:
    scores = world()
    findings = compare(table(scores), QUALITY, examples=examples(), options=FEW)
    mean = one(findings, "mean", systems=("b",)).estimate
    assert mean.n == CORE
    assert mean.value == pytest.approx(scores[:CORE, 1].mean())
    gap = one(findings, "difference", systems=("a", "b")).estimate
    assert gap.n == CORE
    assert gap.value == pytest.approx((scores[:CORE, 0] - scores[:CORE, 1]).mean())
    whole = one(findings, "mean_of_all", systems=("b",)).estimate
    assert whole.value == pytest.approx(scores[:, 1].mean())
    apart = one(findings, "difference_of_all", systems=("a", "b")).estimate
    assert apart.value == pytest.approx((scores[:, 0] - scores[:, 1]).mean())
    edge = one(findings, "mean", systems=("b",), component="edge").estimate
    assert edge.value == pytest.approx(scores[CORE:, 1].mean())
    assert findings.headline == "core, 40 examples that sample production"


def test_a_limit_says_how_many_of_which_pools_are_outside_and_why() -> None:
    findings = compare(table(world()), QUALITY, examples=examples(), options=FEW)
    told = [limit for limit in findings.limits if "Outside of it" in limit]
    assert len(told) == 1
    assert "60 that do not: 60 edge (error analysis)" in told[0]
    assert "They were chosen" in told[0]


def test_examples_of_core_alone_need_no_word_about_others() -> None:
    only = known(["core"] * (CORE + EDGE))
    findings = compare(table(world()), QUALITY, examples=only, options=FEW)
    assert not any("Outside of it" in limit for limit in findings.limits)
    assert not list(findings.named("mean_of_all"))


def test_without_core_the_headline_is_of_these_examples_and_says_nothing_of_production() -> None:
    none = known([*(("edge",) * CORE), *(("golden",) * EDGE)])
    findings = compare(table(world()), QUALITY, examples=none, options=FEW)
    assert one(findings, "mean", systems=("a",)).estimate.n == CORE + EDGE
    assert findings.headline == "all 100 examples of this evaluation set, not production"
    (told,) = [limit for limit in findings.limits if limit.startswith("No example is of core")]
    assert "40 edge (error analysis), 60 golden (expert answers)" in told
    assert told.endswith("says nothing of production.")


def test_all_are_the_headline_where_that_is_asked_for() -> None:
    asked = ComparisonOptions(resamples=999, headline="all")
    findings = compare(table(world()), QUALITY, examples=examples(), options=asked)
    assert one(findings, "mean", systems=("a",)).estimate.n == CORE + EDGE
    assert any("as was asked for" in limit for limit in findings.limits)
    assert "not production" in (findings.headline or "")


def test_traffic_re_weights_the_segments_of_core() -> None:
    scores = world()
    asked = ComparisonOptions(resamples=999, traffic={"billing": 0.5, "router": 0.5})
    findings = compare(table(scores), QUALITY, examples=examples(), options=asked)
    hard, easy = scores[:CORE:4], np.delete(scores[:CORE], np.arange(0, CORE, 4), axis=0)
    mean = one(findings, "mean", systems=("a",)).estimate
    assert mean.value == pytest.approx((hard[:, 0].mean() + easy[:, 0].mean()) / 2)
    assert mean.method.startswith("post-stratified over 2 strata, BCa")
    gaps = (hard[:, 0] - hard[:, 1]).mean() + (easy[:, 0] - easy[:, 1]).mean()
    gap = one(findings, "difference", systems=("a", "b")).estimate
    assert gap.value == pytest.approx(gaps / 2)
    assert gap.n == CORE
    worth = one(findings, "effective_examples").estimate
    assert worth.value == pytest.approx(1 / (0.25 / 10 + 0.25 / 30))
    assert worth.low == worth.high == worth.value
    assert any("router 50% (10 examples)" in limit for limit in findings.limits)


def test_shares_that_the_sample_has_change_nothing() -> None:
    asked = ComparisonOptions(resamples=999, traffic={"billing": 3, "router": 1})
    plain = compare(table(world()), QUALITY, examples=examples(), options=FEW)
    again = compare(table(world()), QUALITY, examples=examples(), options=asked)
    for name, systems in (("mean", ("a",)), ("difference", ("a", "b"))):
        first = one(plain, name, systems=systems, dimension="quality").estimate
        second = one(again, name, systems=systems, dimension="quality").estimate
        assert second.value == pytest.approx(first.value)
    assert one(again, "effective_examples").estimate.value == pytest.approx(CORE)


def test_counted_traffic_is_turned_into_shares() -> None:
    assert traffic_shares({"a": 1200, "b": 800}) == {"a": 0.6, "b": 0.4}
    assert traffic_shares({"a": 0.33, "b": 0.33, "c": 0.34}) == pytest.approx(
        {"a": 0.33, "b": 0.33, "c": 0.34}
    )


@pytest.mark.parametrize("traffic", [{"a": 0.5, "b": 0.3}, {"a": 1.5, "b": 2}, {"a": -1, "b": 2}])
def test_shares_that_sum_to_nothing_sensible_are_refused(traffic: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="sum to"):
        traffic_shares(traffic)


def test_a_segment_without_an_example_is_refused_by_name() -> None:
    asked = ComparisonOptions(traffic={"billing": 0.5, "refunds": 0.5})
    with pytest.raises(UsageError, match=r"no example of the headline is of refunds.*billing"):
        compare(table(world()), QUALITY, examples=examples(), options=asked)


def test_an_example_in_two_segments_with_shares_is_refused_by_name() -> None:
    twice = dict(known(["core"] * (CORE + EDGE), [("billing", "router")] * (CORE + EDGE)))
    asked = ComparisonOptions(traffic={"billing": 0.5, "router": 0.5})
    with pytest.raises(UsageError, match="e0000 is in billing and router"):
        compare(table(world()), QUALITY, examples=twice, options=asked)


def test_a_segment_with_one_example_leaves_no_interval_and_says_so() -> None:
    tags = [("rare",) if i == 0 else ("billing",) for i in range(CORE + EDGE)]
    asked = ComparisonOptions(resamples=999, traffic={"billing": 0.9, "rare": 0.1})
    findings = compare(
        table(world()), QUALITY, examples=dict(known(COMPONENTS, tags)), options=asked
    )
    gap = one(findings, "difference", systems=("a", "b"), dimension="quality").estimate
    assert not gap.present
    assert "rare is 10% of the population" in (gap.reason or "")
    assert any("rare has a share of traffic and a single example" in x for x in findings.limits)


def test_a_segment_of_one_conversation_leaves_no_interval_and_says_so() -> None:
    tags = [("rare",) if i < 5 else ("billing",) for i in range(CORE + EDGE)]
    shared = {
        name: replace(found, cluster="talk" if found.segments == ("rare",) else None)
        for name, found in known(["core"] * (CORE + EDGE), tags).items()
    }
    asked = ComparisonOptions(traffic={"billing": 0.9, "rare": 0.1}, resamples=199)
    findings = compare(table(world()), QUALITY, examples=shared, options=asked)
    for name, systems in (("difference", ("a", "b")), ("mean", ("a",))):
        told, apart = (
            result.estimate
            for result in findings.named(name)
            if result.systems == systems
            and result.dimension == "overall"
            and result.component is None
            and result.segment is None
        )
        assert not told.present
        assert "units of two clusters" in (told.reason or "")
        assert apart.method.endswith(NAIVE)
    assert any("examples of a single cluster" in limit for limit in findings.limits)


def test_examples_of_no_segment_with_a_share_are_told() -> None:
    asked = ComparisonOptions(resamples=999, traffic={"billing": 1.0})
    findings = compare(table(world()), QUALITY, examples=examples(), options=asked)
    assert any("10 further examples are of no segment with a share" in x for x in findings.limits)


def test_blocking_counts_every_example_and_each_component_by_itself() -> None:
    rubric = Rubric(
        Dimension("quality", weight=90, scale=UNIT),
        Dimension("safety", weight=10, scale=YES_NO, blocking=True),
    )
    safe = np.ones((CORE + EDGE, 2))
    safe[CORE : CORE + 9, 1] = 0
    rows = table(world()) + table(safe, dimension="safety")
    findings = compare(rows, rubric, examples=examples(), options=FEW)
    rate = one(findings, "blocking_rate", systems=("b",), dimension="blocking").estimate
    assert (rate.value, rate.n) == (0.09, 100)
    parts = {
        component: one(
            findings, "blocking_rate", systems=("b",), dimension="blocking", component=component
        ).estimate
        for component in ("core", "edge")
    }
    assert (parts["core"].value, parts["edge"].value) == (0.0, 0.15)


def test_the_population_says_what_it_is() -> None:
    scores = score(table(world()), QUALITY, examples=examples())
    core = population(scores, ComparisonOptions())
    assert (core.kind, core.n, core.effective_n, core.weights) == ("core", CORE, CORE, None)
    weighted = population(scores, ComparisonOptions(traffic={"billing": 0.5, "router": 0.5}))
    assert weighted.kind == "re-weighted"
    assert weighted.weights is not None
    assert weighted.weights.sum() == pytest.approx(1)
    assert weighted.weights[CORE:].tolist() == [0.0] * EDGE
    assert population(scores, ComparisonOptions(headline="all")).kind == "all"
    assert pool_of("adversarial") == "adversarial (red team)"
    assert pool_of(None) == "no component"
