from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.precision import (
    best_raters,
    icc_units,
    icc_units_above,
    icc_width,
    least_number,
    mean_width,
    rescaled_width,
    variance_parts,
)

MEASURED = Estimate(value=0.6, low=0.4, high=0.75, n=50, method="alpha")


def test_nothing_changes_where_nothing_changes() -> None:
    assert rescaled_width(MEASURED, 50) == pytest.approx(0.35, abs=1e-12)
    assert rescaled_width(MEASURED, 50, raters=(3, 3)) == pytest.approx(0.35, abs=1e-12)


def test_more_units_and_more_raters_narrow() -> None:
    assert rescaled_width(MEASURED, 200) < 0.35 / 1.9
    widths = [rescaled_width(MEASURED, 50, raters=(3, k)) for k in (2, 3, 5, 50, math.inf)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] > 0.15


def test_an_end_that_was_cut_at_1_is_made_up_for_by_the_other() -> None:
    cut = Estimate(value=0.9, low=0.6, high=1.0, n=50, method="alpha")
    assert rescaled_width(cut, 50) == pytest.approx(0.3 + 0.1 - 0.1 / 4)


@pytest.mark.parametrize(
    ("measured", "says"),
    [
        (Estimate.absent("all ratings are equal"), "all ratings are equal"),
        (Estimate(value=1.0, low=0.8, high=1.0, n=9, method="alpha"), "disputed"),
    ],
)
def test_what_has_no_scale_is_refused(measured: Estimate, says: str) -> None:
    with pytest.raises(InsufficientData, match=says):
        rescaled_width(measured, 100)


def test_one_rater_has_no_agreement() -> None:
    with pytest.raises(InsufficientData, match="two raters"):
        rescaled_width(MEASURED, 100, raters=(3, 1))


IMPOSSIBLE: dict[str, Callable[[], float]] = {
    "perfect": lambda: icc_width(1.0, 30, 3),
    "alone": lambda: icc_width(0.5, 30, 1),
    "worse than they can": lambda: icc_width(-0.6, 30, 3),
    "two units": lambda: icc_width(0.5, 2, 3),
    "no width": lambda: icc_units(0.5, 3, 0),
    "bound not below": lambda: icc_units_above(0.5, 0.5, 3),
    "negative": lambda: mean_width(-1, 1, units=10, raters=3),
    "one unit": lambda: mean_width(1, 1, units=1, raters=3),
    "no spread": lambda: best_raters(0, 1, unit_cost=1, rating_cost=1),
}


@pytest.mark.parametrize("wrong", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_the_impossible_is_refused(wrong: Callable[[], float]) -> None:
    with pytest.raises(UsageError):
        wrong()


@pytest.mark.parametrize(("wanted", "found"), [(40.0, 3), (0.5, 200), (0.0999, None)])
def test_the_least_number(wanted: float, found: int | None) -> None:
    assert least_number(lambda n: 100 / n, wanted, least=3, most=1000) == found


def test_variance_parts_with_gaps() -> None:
    table = np.array([[1, 1, np.nan], [3, np.nan, 3], [5, 5, 5], [np.nan] * 3])
    between, within = variance_parts(table)
    assert within == 0
    assert between == pytest.approx(4.25)


@pytest.mark.parametrize("table", [[[1.0, 2.0], [1.0, 2.0]], [[1.0], [2.0], [3.0]]])
def test_too_little_has_no_parts(table: list[list[float]]) -> None:
    with pytest.raises(InsufficientData, match="three units"):
        variance_parts(table)
