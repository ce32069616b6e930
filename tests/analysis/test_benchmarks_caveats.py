"""Benchmarks that look better than they are, go the other way, are the outcome, or lack errors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.benchmarks import correlate
from measurand.analysis.benchmarks_funnel import MEAN, funnel
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_pairs import compared
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Findings
from measurand.errors import UsageError
from measurand.stats.correlation import pearson
from measurand.stats.dependent_correlations import Overlapping, overlapping_n
from measurand.stats.estimate import Estimate

Floats = NDArray[np.float64]
RNG = np.random.default_rng


def table(
    scores: Floats,
    values: Floats,
    *,
    errors: Floats | None = None,
    value_errors: Floats | None = None,
    families: Sequence[str] | None = None,
) -> BenchmarkTable:
    return BenchmarkTable(
        systems=tuple(f"m{place}" for place in range(len(values))),
        benchmarks=tuple(f"b{place}" for place in range(scores.shape[1])),
        scores=scores,
        errors=errors,
        outcome="q",
        values=values,
        value_errors=value_errors,
        families=None if families is None else tuple(families),
    )


def one(findings: Findings, name: str, *systems: str) -> Estimate:
    (found,) = (r.estimate for r in findings.named(name) if r.systems == systems)
    return found


@pytest.mark.parametrize("seed", [0, 1, 2, 5])
def test_an_outcome_that_is_made_of_benchmarks_is_compared(seed: int) -> None:
    """The column of averages of a leaderboard: three correlations at the edge of what can be."""
    parts = np.round(RNG(seed).normal(50, 10, size=(12, 2)), 1)
    findings = correlate(table(parts, parts.mean(axis=1)))
    assert {v.outcome for v in findings.verdicts} <= {"cannot be told apart", "b better predictor"}
    apart = correlate(table(parts, parts[:, 0] - parts[:, 1]))
    assert len(apart.verdicts) == 1


def test_what_is_said_of_the_first_of_many_holds_for_all_of_them() -> None:
    noise = RNG(8).normal(size=(12, 9))
    findings = correlate(table(noise[:, :8], noise[:, 8]))
    by = {r.systems[0]: r.estimate for r in findings.named("pearson")}
    first = max(by, key=lambda name: by[name].value or -1.0)
    apart = pearson(noise[:, int(first[1:])], noise[:, 8], level=1 - 0.05 / 8)
    (missed,) = (told for told in findings.readings if "misses" in told)
    low, high = ((f"{end or 0.0:.2f}".replace("0.", ".", 1)) for end in (apart.low, apart.high))
    assert f"({low} to {high})" in missed
    (choice,) = (told for told in findings.readings if told.startswith("Choosing by"))
    chance = one(findings, "probability_best", first, "q")
    assert f"({chance.low:.0%}" not in choice
    assert "if scores are normal" in choice
    assert any("it was chosen on these systems" in told for told in findings.readings)
    alone = correlate(table(noise[:, :1], noise[:, 8]))
    assert not any("chosen on these systems" in told for told in alone.readings)
    r = one(alone, "pearson", "b0", "q")
    assert any(f"to {r.high:.2f})".replace("0.", ".") in told for told in alone.readings)


def test_a_benchmark_that_goes_the_other_way_is_told_and_left_out_of_the_mean() -> None:
    quality = np.arange(8.0)
    falls = -quality + 0.2 * RNG(1).normal(size=8)
    rises = quality[:, None] + RNG(2).normal(size=(8, 2))
    findings = correlate(table(np.column_stack([rises, falls]), quality))
    (told,) = (limit for limit in findings.limits if "falls where q rises" in limit)
    assert told.startswith("b2 falls")
    assert "--lower-is-better b2" in told
    without = funnel(table(rises, quality), options=CorrelateOptions(level=1 - 0.05 * 2 / 3))[1]
    same = [limit for limit in without if limit.startswith(f"Screening by {MEAN}: the best")]
    place = same[0].split(". To lose")[0]
    assert any(told.startswith(place) for told in findings.readings)
    assert not any("falls where" in limit for limit in correlate(table(rises, quality)).limits)


def test_the_outcome_itself_is_no_benchmark() -> None:
    values = RNG(4).normal(size=14)
    scores = np.column_stack([values + RNG(5).normal(size=14), 3 * values - 2])
    findings = correlate(table(scores, values))
    (told,) = (limit for limit in findings.limits if "straight line" in limit)
    assert told.startswith("b1 and q lie on one straight line")
    assert not any("b1" in reading for reading in findings.readings)
    (verdict,) = findings.verdicts
    assert "rater" not in verdict.reason
    assert "the very thing that both are held against" in verdict.reason
    twins = correlate(table(scores[:, [0, 0]], values)).verdicts[0]
    assert "both say the same" in twins.reason


def test_families_need_as_many_more_systems_as_their_error_is_larger() -> None:
    codes = np.repeat(np.arange(8), 6)

    def drawn() -> Floats:
        shared = math.sqrt(0.8) * rng.normal(size=8)[codes]
        return np.asarray(shared + math.sqrt(0.2) * rng.normal(size=48))

    counted = 0
    for seed in range(12):
        rng = RNG(seed)
        values = drawn()
        scores = np.column_stack([values + 0.8 * drawn(), values + 1.2 * drawn()])
        by_family = table(scores, values, families=[str(code) for code in codes])
        (verdict,) = compared(by_family, level=0.95)[1]
        assert "no number of systems" not in verdict.reason
        if verdict.n_needed is None:
            continue
        sides = ((0, None), (1, None), (0, 1))
        r = Overlapping(
            *(
                float(np.corrcoef(scores[:, a], values if b is None else scores[:, b]).item(1))
                for a, b in sides
            )
        )
        assert verdict.n_needed >= overlapping_n(r)
        assert "families as large as these" in verdict.reason
        counted += verdict.n_needed > 1.5 * overlapping_n(r)
    assert counted >= 4


def test_enough_by_the_textbook_and_not_shown_is_no_never() -> None:
    """Six families of six: the textbook would call it decided, and the families do not."""
    codes = np.repeat(np.arange(6), 6)
    for seed in range(60):
        rng = RNG(seed)
        drawn = [
            math.sqrt(0.8) * rng.normal(size=6)[codes] + math.sqrt(0.2) * rng.normal(size=36)
            for _ in range(3)
        ]
        values = drawn[0]
        scores = np.column_stack([0.85 * values + 0.5 * drawn[1], 0.2 * values + drawn[2]])
        by_family = table(scores, values, families=[str(code) for code in codes])
        (verdict,) = compared(by_family, level=0.95)[1]
        assert "no number of systems can be named" not in verdict.reason


def test_the_best_stands_where_those_that_share_its_score_do() -> None:
    scores = np.array([[5.0], [5], [5], [5], [5], [5], [3], [2]])
    values = np.arange(8.0)[::-1] + np.array([0, 0.5, 0, 0.3, 0, 0, 0, 0])
    _, limits = funnel(table(scores, values), options=CorrelateOptions())
    assert "(m0) stands at place 1 to 6, which systems share." in limits[0]
    equal = values.copy()
    equal[[6, 7]] = equal.max()
    _, limits = funnel(
        table(scores[::-1] + np.arange(8.0)[:, None], equal), options=CorrelateOptions()
    )
    assert "equally good" in limits[0]


def test_an_error_of_nought_is_an_error_and_one_that_is_missing_is_told() -> None:
    values = RNG(3).normal(size=12)
    scores = (values + RNG(4).normal(size=12))[:, None]
    errors = np.full(12, 0.1)
    errors[0] = 0.0
    regret = one(correlate(table(scores, values, value_errors=errors)), "regret", "b0", "q")
    whole = one(
        correlate(table(scores, values, value_errors=np.full(12, 0.1))), "regret", "b0", "q"
    )
    assert "Dunnett" in regret.method
    assert regret.high == pytest.approx(whole.high, abs=0.1)
    errors[1] = np.nan
    limits = correlate(table(scores, values, value_errors=errors)).limits
    assert any("are not known for 1 of 12 systems, so that none is used" in told for told in limits)
    own = np.full((12, 1), 0.1)
    own[5] = np.nan
    limits = correlate(table(scores, values, errors=own)).limits
    assert any("have no standard error on b0" in told for told in limits)


def test_what_has_no_correlation_is_told_with_its_own_reason() -> None:
    values = RNG(1).normal(size=8)
    scores = RNG(2).normal(size=(8, 2))
    limits = correlate(table(scores, values, families=["x"] * 8)).limits
    assert any("8 systems are of one family:" in told for told in limits)
    (told,) = (limit for limit in limits if "no correlation" in limit)
    assert "2 of 2 benchmarks have no correlation with q: b0, b1 (a correlation needs" in told
    assert "found 1" in told


def test_more_than_there_are_cannot_go_on() -> None:
    values = RNG(1).normal(size=8)
    scores = RNG(2).normal(size=(8, 2))
    with pytest.raises(UsageError, match="50 systems cannot go on where 8 have"):
        correlate(table(scores, values), CorrelateOptions(screen=50))
    scores[:3, 1] = np.nan
    limits = correlate(table(scores, values), CorrelateOptions(screen=6)).limits
    assert any("That 6 systems go on is not told for b1" in told for told in limits)


def test_pairs_of_very_many_benchmarks_are_for_whoever_asks() -> None:
    values = RNG(1).normal(size=3)
    many = table(RNG(2).normal(size=(3, 61)), values)
    plain = correlate(many, CorrelateOptions(pairs=False))
    guessed = correlate(many)
    assert not guessed.verdicts
    assert not any("--pairs" in told for told in plain.limits)
    assert any("open among 61; --pairs compares them" in told for told in guessed.limits)
    few = table(RNG(2).normal(size=(3, 3)), values)
    assert len(correlate(few).verdicts) == 3
    assert not correlate(few, CorrelateOptions(pairs=False)).verdicts


def test_numbers_that_have_no_square_are_refused() -> None:
    scores = RNG(2).normal(size=(8, 1))
    with pytest.raises(UsageError, match="more is no score"):
        table(1e201 * scores, RNG(1).normal(size=8))
    large = correlate(table(1e99 * scores, 1e99 * RNG(1).normal(size=8)))
    assert one(large, "pearson", "b0", "q").present
