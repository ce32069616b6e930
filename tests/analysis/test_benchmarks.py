"""Benchmarks against an outcome: what is found, decided, said, and left unsaid."""

from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.benchmarks import correlate
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Findings, Result, Verdict
from measurand.errors import UsageError
from measurand.stats.correlation import pearson


def table(n: int = 40, seed: int = 1) -> BenchmarkTable:
    """One benchmark that predicts, one that hardly does, and one that is missing for half."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n)
    scores = np.stack([quality + scale * rng.normal(size=n) for scale in (0.2, 2.0, 0.6)], axis=1)
    scores[n // 2 :, 2] = np.nan
    return BenchmarkTable(
        systems=tuple(f"s{place}" for place in range(n)),
        benchmarks=("good", "poor", "half"),
        scores=scores,
        errors=None,
        outcome="quality",
        values=quality,
        value_errors=None,
        families=None,
    )


def one(findings: Findings, name: str, *systems: str) -> Result:
    (found,) = (r for r in findings.named(name) if r.systems == systems)
    return found


def decided(findings: Findings, *systems: str) -> Verdict:
    (found,) = (v for v in findings.verdicts if v.systems == systems)
    return found


def test_every_benchmark_has_every_number_with_its_own_n() -> None:
    findings = correlate(table())
    for name in ("pearson", "spearman", "kendall", "explained_variance", "regret"):
        counts = {r.systems: r.estimate.n for r in findings.named(name)}
        assert counts == {
            ("good", "quality"): 40,
            ("poor", "quality"): 40,
            ("half", "quality"): 20,
        }
    good = one(findings, "pearson", "good", "quality").estimate
    assert good == pearson(table().column("good"), table().values)
    r2 = one(findings, "explained_variance", "good", "quality").estimate
    assert good.value is not None
    assert r2.value == pytest.approx(good.value**2)
    assert not list(findings.named("pearson_disattenuated"))


def test_the_better_benchmark_is_found_and_a_draw_is_no_equality() -> None:
    findings = correlate(table())
    won = decided(findings, "good", "poor")
    assert (won.outcome, won.dimension) == ("a better predictor", "quality")
    assert won.reason.startswith("good predicts quality better than poor")
    few = replace(table(12, seed=3), benchmarks=("good", "half", "poor"))
    rng = np.random.default_rng(4)
    few = replace(few, scores=few.values[:, None] + rng.normal(size=(12, 3)))
    open_ = decided(correlate(few), "good", "half")
    assert open_.outcome == "cannot be told apart"
    assert "cannot be told" in open_.reason
    assert open_.n_needed is None or open_.n_needed > 12


def test_pairs_are_compared_on_the_systems_that_have_both() -> None:
    assert one(correlate(table()), "pearson_difference", "good", "half").estimate.n == 20


def test_families_make_every_interval_theirs() -> None:
    plain = table()
    families = tuple(f"f{place % 8}" for place in range(40))
    findings = correlate(replace(plain, families=families))
    found = one(findings, "pearson", "poor", "quality").estimate
    assert found == pearson(plain.column("poor"), plain.values, clusters=np.arange(40) % 8)
    assert any("8 families" in limit for limit in findings.limits)
    assert not any("families are not known" in limit for limit in findings.limits)
    alone = correlate(replace(plain, families=plain.systems))
    assert one(alone, "pearson", "poor", "quality").estimate.method == (
        one(correlate(plain), "pearson", "poor", "quality").estimate.method
    )


def test_limits_come_from_the_table() -> None:
    values = table().values.copy()
    values[:3] = np.nan
    limits = correlate(replace(table(), values=values)).limits
    assert any(limit.startswith("3 of 40 systems have no quality") for limit in limits)
    assert any("17 (half) to 37 systems" in limit for limit in limits)
    assert any("families are not known" in limit for limit in limits)
    assert any("Standard errors of quality are not known" in limit for limit in limits)


def test_known_noise_is_taken_out_and_bounds_the_regret() -> None:
    plain = table()
    noisy = replace(plain, errors=np.full((40, 3), 0.3), value_errors=np.full(40, 0.3))
    findings = correlate(noisy)
    raw = one(findings, "pearson", "half", "quality").estimate
    true = one(findings, "pearson_disattenuated", "half", "quality").estimate
    assert raw.value is not None
    assert true.value is not None
    assert true.value > raw.value
    assert "of the scores and the outcome" in true.method
    assert "Dunnett" in one(findings, "regret", "half", "quality").estimate.method
    assert "Dunnett" not in one(correlate(plain), "regret", "half", "quality").estimate.method


def test_several_outcomes_have_their_mean() -> None:
    second = replace(table(), outcome="tone", values=table().values + 0.5)
    findings = correlate([table(), second])
    mean = one(findings, "pearson_mean", "good").estimate
    assert mean.value == pytest.approx(one(findings, "pearson", "good", "tone").estimate.value)
    assert {v.dimension for v in findings.verdicts} == {"quality", "tone"}
    with pytest.raises(UsageError, match="same systems and benchmarks"):
        correlate([table(), table(20)])
    with pytest.raises(UsageError, match="there is no table"):
        correlate([])


@pytest.mark.parametrize(
    ("n", "absent"),
    [
        (3, {"pearson", "spearman", "kendall", "regret", "pearson_difference"}),
        (4, {"kendall", "pearson_difference"}),
    ],
)
def test_too_few_systems_are_refused_in_words_and_never_guessed(n: int, absent: set[str]) -> None:
    findings = correlate(table(n))
    found = {r.name: r.estimate for r in findings.results if r.systems[:1] == ("good",)}
    assert {name for name in absent if found[name].present} == set()
    assert all(found[name].reason for name in absent)
    assert found["pearson"].present == (n == 4)
    assert {v.outcome for v in findings.verdicts} == {"cannot be told apart"}


def test_readings_say_what_the_intervals_bear() -> None:
    readings = " ".join(correlate(table()).readings)
    assert "Shown to correlate above .75 with quality: good" in readings
    assert "good has the highest r with quality" in readings
    assert "of the variance" in readings
    assert "Choosing by good alone picks the best of 40 such systems" in readings
    strict = " ".join(correlate(table(), CorrelateOptions(threshold=0.999)).readings)
    assert "No benchmark is shown to correlate above 1.00" in strict


def test_order_of_systems_and_scale_do_not_matter() -> None:
    plain, mixed = table(), np.random.default_rng(5).permutation(40)
    other = replace(
        plain,
        systems=tuple(plain.systems[place] for place in mixed),
        scores=5 * plain.scores[mixed] - 2,
        values=plain.values[mixed],
    )
    for first, second in zip(correlate(plain).results, correlate(other).results, strict=True):
        assert first.systems == second.systems
        assert first.estimate.value == pytest.approx(second.estimate.value, abs=1e-9)
        assert first.estimate.low == pytest.approx(second.estimate.low, abs=1e-9)


def test_a_constant_benchmark_has_no_number() -> None:
    plain = table()
    scores = plain.scores.copy()
    scores[:, 1] = 7.0
    findings = correlate(replace(plain, scores=scores))
    found = one(findings, "pearson", "poor", "quality").estimate
    assert not found.present
    assert "equal" in str(found.reason)
    (told,) = (limit for limit in findings.limits if "no correlation" in limit)
    assert told.startswith("1 of 3 benchmarks has no correlation with quality: poor (all values")
