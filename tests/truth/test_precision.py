"""Rounds of the planned size give intervals of the planned width."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest

from measurand.stats.arrays import Floats
from measurand.stats.ceiling import ceiling_correlation
from measurand.stats.estimate import Estimate
from measurand.stats.icc import icc
from measurand.stats.krippendorff import krippendorff_alpha
from measurand.stats.mean import mean_t
from measurand.stats.precision import (
    best_raters,
    ceiling_width,
    icc_units_above,
    icc_width,
    least_number,
    mean_width,
    rescaled_width,
    share_width,
    variance_parts,
)
from measurand.stats.proportion import wilson
from measurand.stats.totals import group_total

Metric = Literal["nominal", "ordinal"]


def normal(rng: np.random.Generator, units: int, raters: int, reliable: float) -> Floats:
    unit = math.sqrt(reliable) * rng.normal(size=(units, 1))
    noise = math.sqrt(1 - reliable) * rng.normal(size=(units, raters))
    return np.asarray(unit + noise, dtype=np.float64)


def graded(rng: np.random.Generator, units: int, raters: int) -> Floats:
    grades = np.digitize(normal(rng, units, raters, 0.5) * 1.4, [-2, -0.7, 0.7, 2])
    return grades.astype(np.float64)


def binary(rng: np.random.Generator, units: int, raters: int) -> Floats:
    return (rng.random((units, raters)) < rng.beta(0.6, 0.6, size=(units, 1))).astype(np.float64)


def wide(estimate: Estimate) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.high - estimate.low


@pytest.mark.parametrize(("reliable", "raters"), [(0.3, 3), (0.6, 5)])
def test_the_planned_units_give_the_wanted_width_of_icc(reliable: float, raters: int) -> None:
    rng = np.random.default_rng(61)
    units = least_number(lambda n: icc_width(reliable, n, raters), 0.2, least=3)
    assert units is not None
    found = [wide(icc(normal(rng, units, raters, reliable), form="1")) for _ in range(200)]
    assert np.mean(found) == pytest.approx(0.2, abs=0.004)


def test_the_planned_units_give_the_wanted_width_of_the_ceiling() -> None:
    """The ceiling's own interval is jackknife-t, a little wider than that of the F distribution."""
    rng = np.random.default_rng(62)
    units = least_number(lambda n: ceiling_width(0.5, n, 3), 0.1, least=3)
    assert units is not None
    tables = (normal(rng, units, 3, 0.5) for _ in range(150))
    found = [wide(ceiling_correlation(table, rng=rng)) for table in tables]
    assert np.mean(found) == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(("draw", "metric"), [(graded, "ordinal"), (binary, "nominal")])
@pytest.mark.parametrize(("units", "raters"), [(160, 3), (40, 5), (160, 5), (160, 2)])
def test_a_pilot_foretells_the_width_of_alpha(
    draw: Callable[[np.random.Generator, int, int], Floats],
    metric: Metric,
    units: int,
    raters: int,
) -> None:
    rng = np.random.default_rng(63)

    def alpha(n: int, k: int) -> Estimate:
        return krippendorff_alpha(draw(rng, n, k), metric=metric, rng=rng, interval="jackknife-t")

    pilots = [alpha(40, 3) for _ in range(80)]
    told = np.mean([rescaled_width(pilot, units, raters=(3, raters)) for pilot in pilots])
    real = np.mean([wide(alpha(units, raters)) for _ in range(80)])
    assert told == pytest.approx(real, rel=0.08)


def test_walters_units_clear_the_bound_as_often_as_they_should() -> None:
    rng, runs = np.random.default_rng(64), 1500
    units = math.ceil(icc_units_above(0.7, 0.5, 3))
    lows = [icc(normal(rng, units, 3, 0.7), form="1").low or -1.0 for _ in range(runs)]
    assert np.mean(np.asarray(lows) > 0.5) == pytest.approx(0.8, abs=0.04)


def test_the_planned_outputs_give_the_wanted_width_of_a_mean() -> None:
    rng = np.random.default_rng(65)
    pilot = normal(rng, 4000, 3, 0.4)
    between, within = variance_parts(pilot)
    assert (between, within) == pytest.approx((0.4, 0.6), abs=0.04)

    def width(n: int) -> float:
        return mean_width(between, within, units=n, raters=3)

    units = least_number(width, 0.4, least=3)
    assert units is not None
    found = [wide(mean_t(normal(rng, units, 3, 0.4).mean(axis=1))) for _ in range(400)]
    assert np.mean(found) == pytest.approx(0.4, abs=0.01)


def test_no_raters_bring_a_mean_below_what_its_outputs_allow() -> None:
    rng = np.random.default_rng(66)
    floor = mean_width(0.4, 0.6, units=30, raters=math.inf)
    found = [wide(mean_t(normal(rng, 30, 400, 0.4).mean(axis=1))) for _ in range(200)]
    assert np.mean(found) == pytest.approx(floor, rel=0.02)
    assert floor == pytest.approx(2 * 2.045229642 * math.sqrt(0.4 / 30), abs=1e-6)


def test_the_best_split_is_the_best() -> None:
    """Of all whole numbers of raters at one cost, the one that Cochran's rule names."""
    best = best_raters(0.2, 0.8, unit_cost=4, rating_cost=1)
    widths = {k: mean_width(0.2, 0.8, units=6000 / (4 + k), raters=k) for k in range(1, 15)}
    assert min(widths, key=widths.__getitem__) == round(math.sqrt(best**2 + 0.25))


def test_the_planned_outputs_give_the_wanted_width_of_a_share() -> None:
    rng = np.random.default_rng(67)
    units = least_number(lambda n: share_width(0.2, n), 0.1, least=3)
    assert units is not None
    found = [wide(wilson(int(rng.binomial(units, 0.2)), units)) for _ in range(2000)]
    assert np.mean(found) == pytest.approx(0.1, abs=0.002)


@pytest.mark.parametrize(("timed", "members", "covered"), [(3, 3, 0.94), (8, 4, 0.92)])
def test_hours_of_new_raters_hold(timed: int, members: int, covered: float) -> None:
    """Raters' paces differ by a third, and times of one rater are skewed."""
    rng, runs, each = np.random.default_rng(68), 1500, 50

    def seconds(count: int) -> Floats:
        return np.asarray(rng.lognormal(3.4, 0.3) * rng.lognormal(0, 0.5, count))

    held = 0
    for _ in range(runs):
        found = group_total([seconds(20) for _ in range(timed)], each * members, members=members)
        truth = sum(float(seconds(each).sum()) for _ in range(members))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert held / runs == pytest.approx(covered, abs=0.02)
