"""Planned sizes against published ones, and widths against numerical integration."""

import math

import numpy as np
import pytest

from measurand.stats.precision import (
    best_raters,
    ceiling_width,
    icc_units,
    icc_units_above,
    icc_width,
    mean_width,
    share_width,
    variance_parts,
)
from measurand.stats.totals import group_total


@pytest.mark.parametrize(
    ("icc", "raters", "width", "units"),
    [
        # Bonett (2002) prints 19.2; presize 0.3.11 gives 20.
        (0.85, 4, 0.2, 19.154494),
        # presize 0.3.11 gives 79, with the correction for two raters.
        (0.75, 2, 0.2, 78.277923),
    ],
)
def test_bonett_2002(icc: float, raters: int, width: float, units: float) -> None:
    assert icc_units(icc, raters, width) == pytest.approx(units, abs=1e-6)


def test_presize_icc_width() -> None:
    """The tests of presize 0.3.11: an ICC of .5 with three raters and 50 units, 0.3233102 wide."""
    assert icc_units(0.5, 3, 0.3233102) == pytest.approx(50, abs=2e-5)


@pytest.mark.parametrize(("raters", "units"), [(3, 24), (2, 36)])
def test_walter_eliasziw_donner_1998(raters: int, units: int) -> None:
    """R package ICC.Sample.Size 1.1: .75 against .50, one-sided 5 %, power 80 %."""
    assert math.ceil(icc_units_above(0.75, 0.5, raters, level=0.9)) == units


@pytest.mark.parametrize(
    ("icc", "units", "raters"), [(0.5, 50, 3), (0.3, 10, 5), (0.8, 200, 2), (0.0, 20, 3)]
)
def test_widths_of_the_f_interval(icc: float, units: int, raters: int) -> None:
    integrate = pytest.importorskip("scipy.integrate")
    f = pytest.importorskip("scipy.stats").f
    free = units - 1, units * (raters - 1)
    expected = (1 + (raters - 1) * icc) / (1 - icc)
    lower, upper = f.ppf(0.975, *free), f.ppf(0.975, *free[::-1])

    def single(ratio: float) -> float:
        return (ratio - 1) / (ratio + raters - 1)

    def ceiling(ratio: float) -> float:
        reliable = max(single(ratio), 0.0)
        return math.sqrt(raters * reliable / (1 + (raters - 1) * reliable))

    def mean(end: object) -> float:
        def weighed(x: float) -> float:
            high, low = (end(expected * y) for y in (x * upper, x / lower))  # type: ignore[operator]
            return float((high - low) * f.pdf(x, *free))

        return float(integrate.quad(weighed, 0, np.inf, epsabs=1e-11, limit=500)[0])

    assert icc_width(icc, units, raters) == pytest.approx(mean(single), abs=1e-7)
    assert ceiling_width(icc, units, raters) == pytest.approx(mean(ceiling), abs=3e-3)


def test_a_mean_by_hand() -> None:
    """Variance (0.04 + 0.06 / 3) / 25, t(24) = 2.0638986."""
    found = mean_width(0.04, 0.06, units=25, raters=3)
    assert found == pytest.approx(2 * 2.063898561628021 * math.sqrt(0.06 / 25), abs=1e-9)


def test_cochran_1977() -> None:
    """Section 10.6: the root of (cost ratio) times (variance ratio)."""
    assert best_raters(0.04, 0.36, unit_cost=4, rating_cost=1) == pytest.approx(6)


def test_a_share_by_hand() -> None:
    """Newcombe 1998, table I: 81 of 263 gives Wilson [.2553, .3662]."""
    assert share_width(81 / 263, 263) == pytest.approx(0.3662 - 0.2553, abs=1e-4)


def test_variance_parts_of_shrout_and_fleiss() -> None:
    """Table 2: mean squares 11.24 between targets and 6.26 within, four judges."""
    targets = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    between, within = variance_parts(targets)
    assert within == pytest.approx(6.263889, abs=1e-6)
    assert between == pytest.approx((11.241667 - 6.263889) / 4, abs=1e-6)


def test_a_group_by_hand() -> None:
    """Means 2 and 4; within 2 on 2 degrees; across 2, of which 1 is noise; t(1) = 12.7062047."""
    found = group_total([[1, 3], [3, 5]], 100, members=4)
    assert found.value == pytest.approx(300)
    spread = 12.706204736432095 * math.sqrt(100**2 * (2 / 2 + 1 / 4) + 100 * 2)
    assert found.high == pytest.approx(300 + spread, abs=1e-6)
    assert found.low == 0
