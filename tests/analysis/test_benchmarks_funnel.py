"""The funnel on a table: what keeping a few loses, from a planted correlation."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.benchmarks_funnel import MEAN, funnel
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result
from measurand.stats.correlation import pearson
from measurand.stats.proportion import clopper_pearson
from measurand.stats.screening import screening_loss, screening_regret

OPTIONS = CorrelateOptions()


def table(
    *,
    n: int = 20,
    r: float = 0.7,
    seed: int = 1,
    benchmarks: int = 2,
    noise: float | None = None,
) -> BenchmarkTable:
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n)
    scores = r * quality[:, None] + np.sqrt(1 - r**2) * rng.normal(size=(n, benchmarks))
    values = quality if noise is None else quality + noise * rng.normal(size=n)
    return BenchmarkTable(
        systems=tuple(f"s{place}" for place in range(n)),
        benchmarks=tuple(f"b{place}" for place in range(benchmarks)),
        scores=scores,
        errors=None,
        outcome="quality",
        values=values,
        value_errors=None if noise is None else np.full(n, noise),
        families=None,
    )


def named(results: tuple[Result, ...], name: str, benchmark: str) -> dict[str, Result]:
    return {
        str(r.design): r for r in results if r.name == name and r.systems == (benchmark, "quality")
    }


def test_a_benchmark_loses_what_its_correlation_says() -> None:
    whole = table()
    results, limits = funnel(whole, options=OPTIONS)
    r = pearson(whole.column("b0"), whole.values)
    assert r.value is not None
    assert r.low is not None
    assert r.high is not None
    losses = named(results, "screening_loss", "b0")
    assert list(losses) == [f"keep {kept}" for kept in (1, 2, 3, 5, 8, 10, 12)]
    found = losses["keep 5"].estimate
    ends = [screening_loss(end, 20, 5) for end in (r.value, r.high, r.low)]
    assert (found.value, found.low, found.high) == pytest.approx(ends)
    assert "5 of 20 kept" in found.method
    cost = named(results, "screening_regret", "b0")["keep 5"].estimate
    spread = float(whole.values.std(ddof=1))
    assert cost.value == pytest.approx(spread * screening_regret(r.value, 20, 5))
    assert any("both" in one.estimate.method for one in losses.values())
    best = int(np.argmax(whole.values))
    place = 1 + int((whole.column("b0") > whole.column("b0")[best]).sum())
    assert any(f"(s{best}) stands at place {place}." in limit for limit in limits)


def test_the_mean_of_several_benchmarks_screens_better_than_one() -> None:
    results, _ = funnel(table(n=200, benchmarks=4), options=OPTIONS)
    alone = named(results, "screening_loss", "b0")["keep 5"].estimate.value
    joined = named(results, "screening_loss", MEAN)["keep 5"].estimate.value
    assert alone is not None
    assert joined is not None
    assert joined < alone


def test_the_noise_of_the_outcome_is_taken_out_where_it_is_known() -> None:
    whole = table(n=300, noise=0.8, benchmarks=1)
    (results, _), (raw, _) = (
        funnel(one, options=OPTIONS)
        for one in (
            whole,
            BenchmarkTable(
                systems=whole.systems,
                benchmarks=whole.benchmarks,
                scores=whole.scores,
                errors=None,
                outcome="quality",
                values=whole.values,
                value_errors=None,
                families=None,
            ),
        )
    )
    true = screening_loss(0.7, 300, 12)
    corrected = named(results, "screening_loss", "b0")["keep 12"].estimate
    plain = named(raw, "screening_loss", "b0")["keep 12"].estimate
    assert corrected.low is not None
    assert corrected.high is not None
    assert corrected.low < true < corrected.high
    assert (plain.value or 0.0) > (corrected.value or 0.0)


def test_how_many_are_kept_is_asked_for() -> None:
    results, _ = funnel(table(), options=CorrelateOptions(screen=7))
    assert "keep 7" in named(results, "screening_loss", "b1")


def test_too_few_systems_or_benchmarks_that_do_not_vary_give_no_number() -> None:
    assert funnel(table(n=3), options=OPTIONS) == ((), ())
    whole = table(n=12)
    flat = BenchmarkTable(
        systems=whole.systems,
        benchmarks=whole.benchmarks,
        scores=np.column_stack([np.ones(12), whole.scores[:, 1]]),
        errors=None,
        outcome="quality",
        values=whole.values,
        value_errors=None,
        families=None,
    )
    results, _ = funnel(flat, options=OPTIONS)
    assert not any(r.estimate.present for r in named(results, "screening_loss", "b0").values())
    assert not named(results, "screening_loss", MEAN)


@pytest.mark.parametrize("runs", [30, pytest.param(500, marks=pytest.mark.long)])
def test_the_interval_holds_the_planted_loss_as_often_as_it_says(runs: int) -> None:
    hits = 0
    true = screening_loss(0.7, 20, 3)
    for seed in range(runs):
        results, _ = funnel(table(seed=seed, benchmarks=1), options=OPTIONS)
        found = named(results, "screening_loss", "b0")["keep 3"].estimate
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= true <= found.high
    low = clopper_pearson(round(0.95 * runs), runs, level=0.999).low
    assert low is not None
    assert hits / runs >= low
