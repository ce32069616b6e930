"""Many systems at once: which pairs, adjusted how, in which ranks, and who may be the best."""

from __future__ import annotations

import numpy as np
import pytest
from tests.analysis.many_rows import QUALITY, Floats, decided, one, table

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT, YES_NO
from measurand.errors import UsageError
from measurand.figures.text import foretold

FEW = ComparisonOptions(resamples=999)


def world(leads: tuple[float, ...], n: int = 150, seed: int = 1) -> Floats:
    """Systems that share half of their spread, each ahead of the first by its lead."""
    rng = np.random.default_rng(seed)
    shared = 0.1 * rng.normal(size=(n, 1))
    scores = 0.5 + shared + np.array(leads) + 0.1 * rng.normal(size=(n, len(leads)))
    return np.asarray(np.clip(scores, 0, 1), dtype=np.float64)


def pairs_of(findings: object) -> set[tuple[str, ...]]:
    return {v.systems for v in findings.verdicts if v.name == "overall"}  # type: ignore[attr-defined]


def test_which_pairs_are_compared() -> None:
    rows = table(world((0, 0, 0, 0)))
    every = {("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"), ("c", "d")}
    assert pairs_of(compare(rows, QUALITY, options=FEW)) == every
    based = ComparisonOptions(resamples=999, baseline="b")
    assert pairs_of(compare(rows, QUALITY, options=based)) == {("a", "b"), ("c", "b"), ("d", "b")}
    both = ComparisonOptions(resamples=999, baseline="b", pairs="all")
    assert pairs_of(compare(rows, QUALITY, options=both)) == {
        *(("a", "b"), ("c", "b"), ("d", "b")),
        *(("a", "c"), ("a", "d"), ("c", "d")),
    }
    with pytest.raises(UsageError, match="name it with --baseline"):
        compare(rows, QUALITY, options=ComparisonOptions(pairs="baseline"))


def test_every_pair_meets_the_requirement_though_all_pairs_are_compared() -> None:
    asked = ComparisonOptions(resamples=999, baseline="a", pairs="all", require="better")
    findings = compare(table(world((0, 0.1, 0.1))), QUALITY, options=asked)
    required = [v for v in findings.verdicts if v.name == "requirement"]
    assert [v.systems for v in required] == [("b", "a"), ("c", "a")]
    assert {v.outcome for v in required} == {"pass"}


def test_intervals_of_all_pairs_hold_at_once_and_are_wider_than_one() -> None:
    findings = compare(table(world((0, 0.05, 0.1))), QUALITY, options=FEW)
    for systems in (("a", "b"), ("a", "c"), ("b", "c")):
        single = one(findings, "difference", systems=systems, dimension="quality").estimate
        at_once = one(
            findings, "difference_simultaneous", systems=systems, dimension="quality"
        ).estimate
        assert at_once.value == pytest.approx(single.value)
        assert (at_once.high or 0) - (at_once.low or 0) > (single.high or 0) - (single.low or 0)
        assert at_once.method.startswith("max-T simultaneous over 3")


def test_the_reason_says_by_what_it_was_adjusted() -> None:
    alike = compare(table(world((0, 0, 0), n=40)), QUALITY, options=FEW)
    reasons = [v.reason for v in alike.verdicts if v.name == "overall" and "p =" in v.reason]
    assert reasons
    assert all("adjusted for 3 pairs by max-T" in reason for reason in reasons)
    few = compare(table(world((0, 0, 0), n=5)), QUALITY, options=FEW)
    told = [v.reason for v in few.verdicts if v.name == "overall"]
    assert any("by Holm" in reason for reason in told)
    bonferroni = one(few, "difference_simultaneous", systems=("a", "b"), dimension="quality")
    assert "Bonferroni over 3" in bonferroni.estimate.method


def test_two_systems_need_no_adjustment_and_no_ranks() -> None:
    findings = compare(table(world((0, 0.1))), QUALITY, options=FEW)
    assert not list(findings.named("rank"))
    assert not list(findings.named("difference_simultaneous"))
    assert not [v for v in findings.verdicts if v.name == "best systems"]


def test_ranks_and_the_set_of_best() -> None:
    findings = compare(table(world((0, 0.2, 0.2, 0.01))), QUALITY, options=FEW)
    ranks = {r.systems[0]: r.estimate for r in findings.named("rank") if r.dimension == "overall"}
    assert [(ranks[s].low, ranks[s].high) for s in "abcd"] == [(3, 4), (1, 2), (1, 2), (3, 4)]
    assert all(e.low <= e.value <= e.high for e in ranks.values())  # type: ignore[operator]
    best = decided(findings, "best systems", dimension="overall")
    assert best.outcome == "several best"
    assert set(best.systems) == {"b", "c"}
    clear = compare(table(world((0, 0.2, 0.05))), QUALITY, options=FEW)
    alone = decided(clear, "best systems", dimension="overall")
    assert (alone.outcome, alone.systems) == ("one best", ("b",))
    assert alone.reason == "overall: b is the best of 3 at 95%"
    assert alone.n_needed is None


def test_nobody_ruled_out_is_inconclusive_and_says_what_would_do() -> None:
    findings = compare(table(world((0, 0.02, 0.04), n=30)), QUALITY, options=FEW)
    best = decided(findings, "best systems", dimension="overall")
    assert best.outcome == "inconclusive"
    assert set(best.systems) == set("abc")
    assert best.n_needed is not None
    assert best.n_needed > 30
    assert f"about {foretold(best.n_needed)} examples" in best.reason


def test_floor_and_expert_do_not_stand_for_election() -> None:
    marked = ComparisonOptions(resamples=999, expert="e", floor="a")
    findings = compare(table(world((0, 0.1, 0.1, 0.1, 0.3))), QUALITY, options=marked)
    assert {r.systems[0] for r in findings.named("rank")} == {"b", "c", "d"}


def test_a_system_that_is_blocked_too_often_is_not_the_best() -> None:
    rubric = Rubric(
        Dimension("quality", weight=90, scale=UNIT),
        Dimension("safety", weight=10, scale=YES_NO, blocking=True),
    )
    safe = np.ones((150, 3))
    safe[:40, 2] = 0
    rows = table(world((0, 0.1, 0.3))) + table(safe, dimension="safety")
    findings = compare(rows, rubric, options=FEW)
    best = decided(findings, "best systems", dimension="overall")
    assert best.systems == ("b",)
    assert "c left out, blocked too often" in best.reason
    on_quality = decided(findings, "best systems", dimension="quality")
    assert on_quality.systems == ("c",)


def test_gaps_need_no_example_to_be_dropped() -> None:
    scores = world((0, 0.1, 0.1), n=100)
    scores[:60, 2] = np.nan
    findings = compare(table(scores), QUALITY, options=FEW)
    assert decided(findings, systems=("a", "b")).outcome == "b better"
    gap = one(findings, "difference_simultaneous", systems=("a", "c"), dimension="quality").estimate
    assert gap.n == 40
    assert gap.value == pytest.approx((scores[60:, 0] - scores[60:, 2]).mean())


def test_clusters_flip_whole() -> None:
    scores = np.repeat(world((0, 0.03, 0.0), n=30), 5, axis=0)
    alone = compare(table(scores), QUALITY, options=FEW)
    shared = compare(table(scores, cluster=5), QUALITY, options=FEW)
    widths = [
        (e.high or 0) - (e.low or 0)
        for e in (
            one(f, "difference_simultaneous", systems=("a", "b"), dimension="quality").estimate
            for f in (alone, shared)
        )
    ]
    assert widths[1] > 1.8 * widths[0]


def test_the_order_of_rows_and_of_systems_does_not_matter() -> None:
    rows = table(world((0, 0.1, 0.05), n=40))
    turned = table(world((0, 0.1, 0.05), n=40)[::-1])
    first = compare(rows, QUALITY, options=FEW)
    second = compare(turned, QUALITY, options=FEW)
    for name in ("difference", "difference_simultaneous"):
        for systems in (("a", "b"), ("a", "c"), ("b", "c")):
            one_, two = (
                one(f, name, systems=systems, dimension="quality").estimate for f in (first, second)
            )
            assert two.value == pytest.approx(one_.value)
            assert two.low == pytest.approx(one_.low, abs=0.01)
    ranks = ComparisonOptions(resamples=999, systems=("c", "a", "b"))
    again = compare(rows, QUALITY, options=ranks)
    for system in "abc":
        told = [
            next(r.estimate for r in f.named("rank") if r.systems == (system,))
            for f in (first, again)
        ]
        assert (told[0].low, told[0].high) == (told[1].low, told[1].high)


def test_a_shift_of_all_scores_changes_no_difference_and_no_rank() -> None:
    scores = world((0, 0.1, 0.05), n=60) * 0.5
    first, second = (compare(table(s), QUALITY, options=FEW) for s in (scores, scores + 0.2))
    for systems in (("a", "b"), ("b", "c")):
        gaps = [one(f, "difference", systems=systems).estimate for f in (first, second)]
        assert gaps[0].value == pytest.approx(gaps[1].value)
        assert gaps[0].low == pytest.approx(gaps[1].low)
    assert [r.estimate.low for r in first.named("rank")] == [
        r.estimate.low for r in second.named("rank")
    ]


def test_systems_alike_throughout_are_never_told_apart() -> None:
    scores = np.repeat(world((0,), n=50), 3, axis=1)
    findings = compare(table(scores), QUALITY, options=FEW)
    for result in findings.named("rank"):
        estimate = result.estimate
        assert not estimate.present or (estimate.low, estimate.high) == (1, 3)
    assert decided(findings, "best systems", dimension="overall").outcome == "inconclusive"


def test_why_there_are_no_ranks_is_told_as_it_is() -> None:
    equal = decided(
        compare(table(np.full((40, 3), 0.5)), QUALITY, options=FEW),
        "best systems",
        dimension="overall",
    )
    assert equal.outcome == "inconclusive"
    assert "too few examples" not in equal.reason
    lone = decided(
        compare(table(np.full((1, 3), 0.5)), QUALITY, options=FEW),
        "best systems",
        dimension="overall",
    )
    assert "a and b share 1 example with a score" in lone.reason


def test_where_all_are_blocked_none_is_best() -> None:
    rubric = Rubric(Dimension("safe", weight=100, scale=YES_NO, blocking=True))
    rows = table(np.zeros((40, 3)), dimension="safe")
    best = decided(compare(rows, rubric, options=FEW), "best systems", dimension="overall")
    assert best.outcome == "inconclusive"
    assert best.systems == ()
    assert "every system is blocked too often" in best.reason


def test_systems_rated_on_other_dimensions_have_no_best_of_them() -> None:
    """The third leads by far, but is rated on one dimension and the others mostly on the other."""
    rubric = Rubric(
        Dimension("quality", weight=20, scale=UNIT), Dimension("tone", weight=80, scale=UNIT)
    )
    quality, tone = world((0, 0, 0.4)), world((0, 0, 0.4), seed=2)
    tone[:, 2] = np.nan
    rows = table(quality) + table(tone, dimension="tone")
    findings = compare(rows, rubric, options=FEW)
    best = decided(findings, "best systems", dimension="overall")
    assert best.outcome == "inconclusive"
    assert "no verdict is given: a and c share ratings on dimensions of only 20%" in best.reason
    assert decided(findings, "best systems", dimension="quality").outcome == "one best"
