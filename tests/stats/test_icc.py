from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.icc import Form, icc, spearman_brown

FORMS: tuple[Form, ...] = ("1", "A", "C")


def simulated(seed: int, units: int = 30, raters: int = 3, between: float = 1.0) -> Floats:
    rng = np.random.default_rng(seed)
    return between * rng.normal(size=(units, 1)) + rng.normal(size=(units, raters))


@pytest.mark.parametrize("form", FORMS)
def test_only_consistency_ignores_a_severe_rater(form: Form) -> None:
    ratings = simulated(0)
    severe = ratings - np.array([0.0, 0.0, 3.0])
    before, after = icc(ratings, form=form).value, icc(severe, form=form).value
    assert before is not None
    assert after is not None
    assert after == pytest.approx(before) if form == "C" else after < before - 0.2


@pytest.mark.parametrize("form", FORMS)
def test_units_and_scale_do_not_matter(form: Form) -> None:
    ratings = simulated(1)
    plain, moved = icc(ratings, form=form), icc(ratings * 1e3 + 1e6, form=form)
    assert (moved.value, moved.low, moved.high) == pytest.approx(
        (plain.value, plain.low, plain.high)
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_mean_of_raters_is_spearman_and_browns(form: Form) -> None:
    ratings = simulated(2)
    single, mean = icc(ratings, form=form), icc(ratings, form=form, average=True)
    for one, many in zip(
        (single.value, single.low, single.high), (mean.value, mean.low, mean.high), strict=True
    ):
        assert one is not None
        assert many == pytest.approx(spearman_brown(one, 3))


def test_a_negative_value_is_one() -> None:
    ratings = np.array([[1.0, 5.0], [5.0, 1.2], [3.0, 3.1], [1.0, 5.0], [4.9, 1.0]])
    estimate = icc(ratings, form="1")
    assert estimate.value is not None
    assert estimate.value < -0.5


def test_missing_ratings_leave_form_1_only() -> None:
    ratings = simulated(3, units=200)
    whole = icc(ratings, form="1")
    ratings[:80, 0] = np.nan
    part = icc(ratings, form="1")
    assert part.value == pytest.approx(whole.value, abs=0.1)
    assert "n0 = 2.6" in part.method
    assert part.low is not None
    assert part.high is not None
    assert whole.low is not None
    assert whole.high is not None
    assert part.high - part.low > whole.high - whole.low
    for form in ("A", "C"):
        with pytest.raises(InsufficientData, match="every rater on every unit"):
            icc(ratings, form=form)


def test_unbalanced_form_1_by_hand() -> None:
    # Units (1, 3), (2, 2, 5), (8, 9): within 2 + 6 + .5 on 4 degrees of freedom.
    ratings = np.array([[1, 3, np.nan], [2, 2, 5], [8, 9, np.nan]])
    total, size = 30.0, 7.0
    between = (4**2 / 2 + 9**2 / 3 + 17**2 / 2 - total**2 / size) / 2
    within, n0 = 8.5 / 4, (7 - 17 / 7) / 2
    expected = (between - within) / (between + (n0 - 1) * within)
    assert icc(ratings, form="1").value == pytest.approx(expected)


@pytest.mark.parametrize("form", FORMS)
def test_perfect_agreement_has_an_honest_lower_end(form: Form) -> None:
    ratings = np.repeat(np.arange(20.0)[:, None], 3, axis=1)
    estimate = icc(ratings, form=form)
    assert (estimate.value, estimate.high) == pytest.approx((1, 1))
    assert estimate.low is not None
    assert 0.7 < estimate.low < 0.9


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        (np.ones((10, 3)), "all ratings are equal"),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), "at least 3 units"),
    ],
)
def test_refusals(form: Form, ratings: Floats, words: str) -> None:
    with pytest.raises(InsufficientData, match=words):
        icc(ratings, form=form)


def test_units_that_do_not_differ_are_refused() -> None:
    ratings = np.tile([1.0, 2.0, 3.0], (10, 1))
    with pytest.raises(InsufficientData, match="the units do not differ"):
        icc(ratings, form="C")
    for average in (False, True):
        with pytest.raises(InsufficientData, match="the units do not differ"):
            icc(ratings, form="1", average=average)


def test_unit_means_that_hardly_differ_have_no_correlation_of_means() -> None:
    ratings = np.tile([1.0, 2.0, 3.0], (10, 1))
    ratings[0] += 1e-5
    assert icc(ratings, form="1").value == pytest.approx(-0.5)
    with pytest.raises(InsufficientData, match="unbounded below"):
        icc(ratings, form="1", average=True)


@pytest.mark.parametrize(
    "ratings",
    [
        [[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]],
        [[2.0, 2.0], [2.0, 2.0], [1.0, 3.0]],
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
    ],
)
def test_units_with_equal_means_have_no_absolute_agreement(ratings: list[list[float]]) -> None:
    with pytest.raises(InsufficientData, match="the units do not differ"):
        icc(np.array(ratings), form="A")


@given(st.floats(-0.3, 1), st.floats(1, 9), st.floats(1, 3))
def test_spearman_brown_composes(reliability: float, first: float, second: float) -> None:
    if 1 + (first * second - 1) * reliability < 0.01 or 1 + (first - 1) * reliability < 0.01:
        return
    twice = spearman_brown(spearman_brown(reliability, first), second)
    assert twice == pytest.approx(spearman_brown(reliability, first * second), abs=1e-6, rel=1e-6)


def test_spearman_brown_refuses_the_impossible() -> None:
    with pytest.raises(ValueError, match=r"no reliability -0\.5 extends to the mean of 3"):
        spearman_brown(-0.5, 3)
