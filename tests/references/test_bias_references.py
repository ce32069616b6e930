"""Estimators of a judge's biases beside hand computation, other libraries and published figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import stats
from statsmodels.sandbox.regression.gmm import IV2SLS

from measurand.stats.arrays import Floats
from measurand.stats.clumping import clumping
from measurand.stats.estimate import Estimate
from measurand.stats.first_slot import first_slot_excess, flips
from measurand.stats.halo import discriminant_gap, halo, joint_halo
from measurand.stats.instrument import first_stage, instrumented_slope
from measurand.stats.least_squares import clustered_slope
from measurand.stats.materiality import materiality, share_materiality, units_to_decide
from measurand.stats.proportion import clopper_pearson

Rng = np.random.Generator


def world(seed: int, n: int = 60, raters: int = 3) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n)
    feature = 0.4 * quality + rng.normal(size=n)
    people = 3 + quality[:, None] + 0.6 * rng.normal(size=(n, raters)) - np.arange(raters) * 0.3
    judge = 2 + 0.7 * quality + 0.2 * feature + 0.4 * rng.normal(size=n)
    return judge, people, feature


def stacked(
    judge: Floats, people: Floats, feature: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Outcome, regressors, instruments and units, written out; one intercept a rater."""
    n, raters = people.shape
    outcome, regressors, instruments, units = [], [], [], []
    for unit in range(n):
        for rater in range(raters):
            others = [people[unit, k] for k in range(raters) if k != rater]
            dummies = [float(k == rater) for k in range(raters)]
            outcome.append(judge[unit])
            regressors.append([people[unit, rater], feature[unit], *dummies])
            instruments.append([sum(others) / len(others), feature[unit], *dummies])
            units.append(unit)
    return tuple(map(np.asarray, (outcome, regressors, instruments, units)))  # type: ignore[return-value]


def half(estimate: Estimate) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return (estimate.high - estimate.low) / 2


class TestInstrument:
    def test_two_stage_least_squares_by_statsmodels(self) -> None:
        judge, people, feature = world(3)
        y, x, z, units = stacked(judge, people, feature)
        oracle = IV2SLS(y, x, z).fit()
        found = instrumented_slope(judge, people, feature)
        assert found.value == pytest.approx(oracle.params[1], abs=1e-9)
        meat = sum(
            np.outer(s, s)
            for unit in np.unique(units)
            for s in [(z[units == unit] * (y - x @ oracle.params)[units == unit, None]).sum(axis=0)]
        )
        bread = np.linalg.inv(z.T @ x)
        n = len(judge)
        error = math.sqrt((bread @ meat @ bread.T)[1, 1] * n / (n - 1) * n / (n - 3))
        assert half(found) == pytest.approx(stats.t.ppf(0.975, n - 1) * error, abs=1e-9)

    def test_ratings_that_are_missing_weigh_units_alike(self) -> None:
        judge, people, feature = world(4)
        people[::4, 2] = np.nan
        y, x, z, rows = [], [], [], []
        for unit, row in enumerate(people):
            given = np.flatnonzero(~np.isnan(row))
            for rater in given:
                others = row[[k for k in given if k != rater]].mean()
                dummies = [float(k == rater) for k in range(3)]
                weight = 1 / math.sqrt(len(given))
                y.append(weight * judge[unit])
                x.append([weight * v for v in (row[rater], feature[unit], *dummies)])
                z.append([weight * v for v in (others, feature[unit], *dummies)])
                rows.append(unit)
        oracle = IV2SLS(np.asarray(y), np.asarray(x), np.asarray(z)).fit()
        found = instrumented_slope(judge, people, feature)
        assert found.value == pytest.approx(oracle.params[1], abs=1e-9)

    def test_four_units_by_hand(self) -> None:
        """Two raters without noise: the judge is 1 + q / 2 + 2 f up to +-0.1 on single units.

        Quality (0, 1, 2, 3), feature (0, 1, 1, 0); less their means q = (-1.5, -.5, .5, 1.5) and
        f = (-.5, .5, .5, -.5), which are orthogonal. The errors (.1, -.1, 0, 0) have the product
        -.1 with f, and f with itself 1: the slope is 2 - .1.
        """
        quality, feature = np.arange(4.0), np.asarray([0.0, 1.0, 1.0, 0.0])
        people = np.column_stack([quality, quality + 1])
        judge = 1 + quality / 2 + 2 * feature + np.asarray([0.1, -0.1, 0.0, 0.0])
        assert instrumented_slope(judge, people, feature).value == pytest.approx(1.9, abs=1e-9)

    def test_the_first_stage_is_the_squared_robust_t(self) -> None:
        _, people, feature = world(5)
        _, x, z, units = stacked(feature, people, feature)
        found = first_stage(people, feature)
        fit = sm.OLS(x[:, 0], z).fit(
            cov_type="cluster",
            cov_kwds={"groups": units, "use_correction": False},
        )
        n = len(people)
        assert found.f == pytest.approx(fit.tvalues[0] ** 2 * (n - 1) / n, rel=1e-8)

    def test_the_correlation_of_two_raters_is_theirs(self) -> None:
        _, people, feature = world(6, raters=2)
        centred = people - people.mean(axis=0)
        plain = 2 * (centred[:, 0] @ centred[:, 1]) / (centred**2).sum()
        assert first_stage(people, feature).correlation == pytest.approx(plain, abs=1e-12)


class TestSlope:
    def test_clustered_least_squares_by_statsmodels(self) -> None:
        rng = np.random.default_rng(8)
        x = rng.normal(size=90)
        groups = np.repeat(np.arange(18), 5)
        y = 1 + 0.5 * x + rng.normal(size=18)[groups] + rng.normal(size=90)
        fit = sm.OLS(y, sm.add_constant(x)).fit(
            cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
        )
        found = clustered_slope(y, x, clusters=groups)
        error = fit.bse[1] * math.sqrt(18 / 17)
        assert found.value == pytest.approx(fit.params[1], abs=1e-10)
        assert half(found) == pytest.approx(stats.t.ppf(0.975, 17) * error, abs=1e-10)


class TestFirstSlot:
    def test_by_hand(self) -> None:
        """(1 + 1 - 0) / 2 - .5 = .5; (1 + 1 - 1) / 2 - .5 = 0; (0 + 1 - 1) / 2 - .5 = -.5; 0."""
        found = first_slot_excess([1, 1, 0, 0.5] * 5, [0, 1, 1, 0.5] * 5)
        values = [0.5, 0.0, -0.5, 0.0] * 5
        assert found.value == pytest.approx(0.0)
        oracle = stats.ttest_1samp(values, 0).confidence_interval()
        assert (found.low, found.high) == pytest.approx(tuple(oracle), abs=1e-12)

    def test_flips_by_hand(self) -> None:
        """Of pairs (1, 1 | 0, 1) and (1, 0 | 0, 0): across 1/2 and 1/2; within 1/2 and 1/2."""
        found = flips([[1, 1], [1, 0], [1, 1]], [[0, 1], [0, 0], [1, 1]])
        assert found.rate.value == pytest.approx((0.5 + 0.5 + 0) / 3)
        assert found.floor.value == pytest.approx((0.5 + 0.5 + 0) / 3)
        assert found.excess.value == pytest.approx(0.0)


class TestMateriality:
    @pytest.mark.parametrize(("spread", "n"), [(0.4, 77), (0.6, 174), (0.8, 308)])
    def test_the_published_sample_sizes_of_equivalence(self, spread: float, n: int) -> None:
        assert units_to_decide(spread, margin=0.15) == pytest.approx(n, abs=1)

    @pytest.mark.parametrize("value", [-0.3, -0.1, 0.0, 0.05, 0.14, 0.4])
    def test_both_tests_by_scipy(self, value: float) -> None:
        rng = np.random.default_rng(9)
        values = rng.normal(size=80)
        values = value + 0.6 * (values - values.mean()) / values.std(ddof=1)
        interval = stats.ttest_1samp(values, 0).confidence_interval()
        ends = float(interval[0]), float(interval[1])
        estimate = Estimate(value=value, low=ends[0], high=ends[1], n=80, method="t")
        found = materiality(estimate, margin=0.15)
        above = stats.ttest_1samp(values, -0.15, alternative="greater").pvalue
        below = stats.ttest_1samp(values, 0.15, alternative="less").pvalue
        side = 0.15 if value > 0 else -0.15
        outside = stats.ttest_1samp(values, side).pvalue
        if abs(value) > 0.15:
            assert found.p == pytest.approx(outside, abs=1e-9)
            assert found.p_within == 1.0
        else:
            assert found.p_within == pytest.approx(max(above, below), abs=1e-9)
            assert found.p == 1.0

    def test_no_success_in_sixty_attacks_is_below_five_percent(self) -> None:
        assert share_materiality(0, 60, margin=0.05).outcome == "negligible"
        assert share_materiality(0, 58, margin=0.05).outcome == "inconclusive"
        assert clopper_pearson(0, 60, side="upper").high == pytest.approx(0.0487, abs=5e-5)

    @pytest.mark.parametrize(("hits", "n"), [(0, 40), (3, 200), (12, 100), (40, 60)])
    def test_the_binomial_tails_by_scipy(self, hits: int, n: int) -> None:
        found = share_materiality(hits, n, margin=0.05)
        if hits / n > 0.05:
            tail = stats.binomtest(hits, n, 0.05, alternative="greater").pvalue
            assert found.p == pytest.approx(min(1, 2 * tail), abs=1e-12)
        else:
            tail = stats.binomtest(hits, n, 0.05, alternative="less").pvalue
            assert found.p_within == pytest.approx(tail, abs=1e-12)


class TestHalo:
    def test_the_excess_correlation_by_hand(self) -> None:
        """From covariances, as the definition has them; and the jackknife one unit at a time."""
        rng = np.random.default_rng(10)
        quality = rng.normal(size=(40, 2))
        people = quality[:, None] + 0.5 * rng.normal(size=(40, 2, 2))
        judge = 0.8 * quality + 0.5 * rng.normal(size=(40, 1)) + 0.3 * rng.normal(size=(40, 2))

        def plain(keep: NDArray[np.intp]) -> float:
            scores, said = judge[keep], people[keep]

            def covariance(one: Floats, other: Floats) -> float:
                return float((one * other).mean() - one.mean() * other.mean())

            mean = said.mean(axis=1)
            size = range(2)
            # Of different people, each dimension less the mean of all people on it.
            apart = np.asarray(
                [
                    [
                        (said[:, 0, a] * said[:, 1, b] + said[:, 1, a] * said[:, 0, b]).mean() / 2
                        - mean[:, a].mean() * mean[:, b].mean()
                        for b in size
                    ]
                    for a in size
                ]
            )
            within = np.asarray(
                [
                    [
                        (said[:, :, a] * said[:, :, b]).mean()
                        - mean[:, a].mean() * mean[:, b].mean()
                        for b in size
                    ]
                    for a in size
                ]
            )
            slope = [covariance(scores[:, d], mean[:, d]) / apart[d, d] for d in size]
            own = np.asarray([[covariance(scores[:, a], scores[:, b]) for b in size] for a in size])
            errors = own - np.outer(slope, slope) * apart
            noise = within - apart
            of_judge = errors[0, 1] / math.sqrt(errors[0, 0] * errors[1, 1])
            of_people = noise[0, 1] / math.sqrt(noise[0, 0] * noise[1, 1])
            return float(of_judge - of_people)

        everything = np.arange(40)
        found = halo(judge, people)
        value = plain(everything)
        assert found.value == pytest.approx(value, abs=1e-10)
        without = np.asarray([plain(everything[everything != unit]) for unit in everything])
        error = math.sqrt(40 / 39 * float((((39 / 40) * (without - value)) ** 2).sum()))
        assert half(found) == pytest.approx(stats.t.ppf(0.975, 39) * error, abs=1e-9)

    def test_gaps_of_correlations_by_numpy(self) -> None:
        rng = np.random.default_rng(11)
        quality = rng.normal(size=(50, 3))
        one = quality + rng.normal(size=(50, 1)) + 0.5 * rng.normal(size=(50, 3))
        other = quality + 0.5 * rng.normal(size=(50, 3))
        each = np.asarray(np.corrcoef(one.T, other.T))
        cross = each[:3, 3:]
        off = (cross.sum() - np.trace(cross)) / 6
        assert discriminant_gap(one, other).value == pytest.approx(
            np.trace(cross) / 3 - off, abs=1e-10
        )
        upper = np.triu_indices(3, 1)
        plain = each[:3, :3][upper].mean() - each[3:, 3:][upper].mean()
        assert joint_halo(one, other).value == pytest.approx(plain, abs=1e-10)


class TestClumping:
    def test_entropy_and_ties_by_definition(self) -> None:
        scores = np.repeat([1.0, 2.0, 3.0, 5.0], [10, 20, 40, 30])
        found = clumping(scores, levels=5)
        plain = stats.entropy([10, 20, 40, 30])
        assert found.entropy.value == pytest.approx(plain + 3 / 200, abs=1e-12)
        assert found.effective_levels.value == pytest.approx(math.exp(plain + 3 / 200), abs=1e-12)
        equal = sum(a == b for i, a in enumerate(scores) for b in scores[i + 1 :])
        assert found.tie_rate.value == pytest.approx(equal / math.comb(100, 2), abs=1e-12)
        assert (found.mode, found.modal_share.value) == (3.0, 0.4)
