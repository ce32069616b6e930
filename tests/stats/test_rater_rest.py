from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.rater_rest import Panel, rater_rest, rater_variety


def panel(table: Floats, *, nominal: bool = False) -> Panel:
    return Panel(np.asarray(table, dtype=float), np.arange(len(table)), nominal)


def grades(seed: int, *, units: int = 120, raters: int = 4) -> Floats:
    rng = np.random.default_rng(seed)
    latent = rng.normal(3, 1, (units, 1)) + rng.normal(0, 0.7, (units, raters))
    return np.clip(np.rint(latent), 1, 5)


def test_two_raters_worked_by_hand() -> None:
    table = np.array([[1, 1], [2, 1], [3, 3]])
    with pytest.raises(InsufficientData, match="two other raters"):
        rater_rest([panel(table)], 0)
    third = np.column_stack([table, [1, 2, 3]])
    found = rater_rest([panel(third)], 1)
    # Against either of the others: covariance sum 2, squares 8/3 and 2: 2 x 2 / (8/3 + 2).
    assert found.own.value == pytest.approx(4 / (8 / 3 + 2))


def test_a_strict_rater_still_moves_with_the_others() -> None:
    table = grades(1)
    strict = table.copy()
    strict[:, 0] -= 2
    before, after = (rater_rest([panel(t), panel(grades(9))], 0).own for t in (table, strict))
    assert after.value == pytest.approx(before.value)
    assert after.low == pytest.approx(before.low)


def test_labels_of_yes_and_no_are_numbers() -> None:
    table = (grades(2) > 3).astype(float)
    numbers, labels = (rater_rest([panel(table, nominal=n)], 0) for n in (False, True))
    assert labels.own.value == pytest.approx(numbers.own.value)
    assert labels.own.low == pytest.approx(numbers.own.low)
    assert labels.p == pytest.approx(numbers.p)


def test_a_bad_rater_does_not_lower_their_own_bar() -> None:
    table = grades(3)
    table[:, 3] = np.random.default_rng(0).integers(1, 6, len(table))
    found = rater_rest([panel(table)], 3)
    assert found.p < 1e-4
    assert (found.rest.value or 0) > 0.5
    good = rater_rest([panel(table)], 0)
    assert good.p > 0.5


def test_a_constant_rater_has_no_agreement_and_no_variety() -> None:
    table = grades(4)
    table[:, 2] = 5
    found, varied = rater_rest([panel(table)], 2), rater_variety([panel(table)], 2)
    assert not found.own.present
    assert "same value every time" in str(found.own.reason)
    assert found.p < 1e-6
    assert (varied.own.value, varied.own.low) == (0.0, 0.0)
    assert varied.p < 1e-6


def test_variety_is_simpsons_index() -> None:
    """Simpson (1949): counts 3 2 1 of six; two of them differ with 1 - (6 + 2 + 0) / 30."""
    table = np.array([[1, 1], [1, 2], [1, 3], [2, 4], [2, 5], [3, 6]])
    found = rater_variety([panel(table)], 0)
    assert found.own.value == pytest.approx(1 - 8 / 30)
    assert not found.rest.present


def test_raters_who_never_differ_have_the_exact_bound() -> None:
    table = np.tile(np.arange(40.0)[:, None] % 5, (1, 3))
    found = rater_rest([panel(table)], 0)
    assert found.own.value == 1.0
    assert found.own.low is not None
    assert 0.5 < found.own.low < 1


def test_dimensions_count_alike_whatever_their_scale() -> None:
    table = grades(5)
    once = rater_rest([panel(table), panel(grades(6))], 0)
    wide = rater_rest([panel(table * 20), panel(grades(6))], 0)
    assert wide.own.value == pytest.approx(once.own.value)
    assert wide.own.n == 240


def test_refusals() -> None:
    with pytest.raises(UsageError):
        rater_rest([panel(grades(7))], 4)
    with pytest.raises(UsageError):
        rater_variety([panel(grades(7)), panel(grades(7, raters=3))], 0)
    with pytest.raises(InsufficientData, match="at least three"):
        rater_rest([panel(grades(7, units=2))], 0)
    with pytest.raises(InsufficientData):
        rater_rest([panel(np.ones((30, 3)))], 0)
    with pytest.raises(InsufficientData):
        rater_variety([panel(np.full((5, 3), np.nan))], 0)
