"""What every statistic of agreement keeps, whatever the ratings."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from measurand.errors import InsufficientData
from measurand.stats.agreement import percent_agreement
from measurand.stats.arrays import Floats
from measurand.stats.ceiling import ceiling_correlation, ceiling_majority
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.gwet import brennan_prediger, gwet_ac1, gwet_ac2
from measurand.stats.icc import icc
from measurand.stats.kappa import cohen_kappa, fleiss_kappa, randolph_kappa
from measurand.stats.krippendorff import krippendorff_alpha
from measurand.stats.leave_one_out import leave_one_out


class Agreement(NamedTuple):
    """A statistic, and which of the general properties it has."""

    name: str
    compute: Callable[[Floats], Estimate]
    nominal: bool = False
    """Labels can be renamed."""
    incomplete: bool = True
    """Ratings may be missing."""
    constant: bool = False
    """Defined where all ratings are equal."""


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


FEW = 60
STATISTICS = (
    Agreement(
        "percent agreement",
        lambda x: percent_agreement(x, rng=rng(), resamples=FEW),
        nominal=True,
        constant=True,
    ),
    Agreement(
        "Cohen's kappa",
        lambda x: cohen_kappa(x[:, 0], x[:, 1]),
        nominal=True,
    ),
    Agreement(
        "Cohen's kappa, quadratic", lambda x: cohen_kappa(x[:, 0], x[:, 1], weights="quadratic")
    ),
    Agreement("Fleiss' kappa", lambda x: fleiss_kappa(x, rng=rng(), resamples=FEW), nominal=True),
    Agreement(
        "Randolph's kappa", lambda x: randolph_kappa(x, rng=rng(), resamples=FEW), nominal=True
    ),
    Agreement("AC1", gwet_ac1, nominal=True),
    Agreement("AC2, quadratic", lambda x: gwet_ac2(x, weights="quadratic")),
    Agreement("AC2, ordinal", lambda x: gwet_ac2(x, weights="ordinal")),
    Agreement("Brennan-Prediger", brennan_prediger, nominal=True),
    Agreement(
        "nominal alpha",
        lambda x: krippendorff_alpha(x, metric="nominal", rng=rng(), resamples=FEW),
        nominal=True,
    ),
    Agreement(
        "ordinal alpha", lambda x: krippendorff_alpha(x, metric="ordinal", rng=rng(), resamples=FEW)
    ),
    Agreement(
        "interval alpha",
        lambda x: krippendorff_alpha(x, metric="interval", rng=rng(), resamples=FEW),
    ),
    Agreement(
        "ratio alpha, jackknife-t",
        lambda x: krippendorff_alpha(x, metric="ratio", rng=rng(), interval="jackknife-t"),
    ),
    Agreement("ICC(1,1)", lambda x: icc(x, form="1")),
    Agreement("ICC(A,1)", lambda x: icc(x, form="A"), incomplete=False),
    Agreement("ICC(C,k)", lambda x: icc(x, form="C", average=True), incomplete=False),
    Agreement(
        "ceiling of a correlation", lambda x: ceiling_correlation(x, rng=rng(), resamples=FEW)
    ),
    Agreement(
        "ceiling of a correlation, jackknife-t",
        lambda x: ceiling_correlation(x, rng=rng(), interval="jackknife-t"),
    ),
    Agreement("leave one out", lambda x: leave_one_out(x, rng=rng(), resamples=FEW)),
)
TWO = {"Cohen's kappa", "Cohen's kappa, quadratic"}
every = pytest.mark.parametrize("statistic", STATISTICS, ids=lambda s: s.name)


def example(*, missing: float = 0.0) -> Floats:
    source = np.random.default_rng(11)
    truth = source.integers(1, 5, (40, 1))
    ratings = np.where(source.random((40, 3)) < 0.7, truth, source.integers(1, 5, (40, 3))) * 1.0
    ratings[source.random(ratings.shape) < missing] = np.nan
    return ratings


def for_one(statistic: Agreement) -> Floats:
    return example(missing=0.15 if statistic.incomplete else 0.0)


def value(statistic: Agreement, ratings: Floats) -> float:
    found = statistic.compute(ratings).value
    assert found is not None
    return found


@every
def test_the_order_of_raters_does_not_matter(statistic: Agreement) -> None:
    ratings = for_one(statistic)
    order = [1, 0] if statistic.name in TWO else [2, 0, 1]
    assert value(statistic, ratings[:, order]) == pytest.approx(
        value(statistic, ratings[:, : len(order)])
    )


@every
def test_the_order_of_units_does_not_matter(statistic: Agreement) -> None:
    ratings = for_one(statistic)
    shuffled = np.random.default_rng(1).permutation(ratings)
    assert value(statistic, shuffled) == pytest.approx(value(statistic, ratings))


@every
def test_labels_can_be_renamed_where_they_have_no_order(statistic: Agreement) -> None:
    ratings = for_one(statistic)
    renamed = np.select([ratings == 1, ratings == 2, ratings == 3], [7, 3, 9], ratings)
    same = value(statistic, renamed) == pytest.approx(value(statistic, ratings))
    assert same or not statistic.nominal


@every
def test_a_rater_who_never_rated_changes_nothing(statistic: Agreement) -> None:
    if not statistic.incomplete:
        pytest.skip("needs every rater on every unit")
    ratings = for_one(statistic)
    wider = np.column_stack([ratings, np.full(len(ratings), np.nan)])
    assert statistic.compute(wider) == statistic.compute(ratings)


@every
def test_a_unit_that_nobody_rated_changes_nothing(statistic: Agreement) -> None:
    ratings = for_one(statistic)
    longer = np.vstack([ratings, np.full((2, 3), np.nan)])
    assert statistic.compute(longer) == statistic.compute(ratings)


@every
def test_equal_ratings_say_nothing_about_the_raters(statistic: Agreement) -> None:
    ratings = np.full((20, 3), 4.0)
    if statistic.constant:
        assert value(statistic, ratings) == 1
        return
    with pytest.raises(InsufficientData):
        statistic.compute(ratings)


@every
def test_the_same_seed_gives_the_same_interval(statistic: Agreement) -> None:
    ratings = for_one(statistic)
    assert statistic.compute(ratings) == statistic.compute(ratings)


@every
@settings(max_examples=25, deadline=None)
@given(
    ratings=arrays(
        np.float64,
        st.tuples(st.integers(0, 12), st.integers(2, 4)),
        elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, np.nan]),
    )
)
def test_an_answer_is_finite_or_a_refusal(statistic: Agreement, ratings: Floats) -> None:
    found = attempt(lambda: statistic.compute(ratings), n=len(ratings), method="any")
    if found.value is None:
        assert found.reason
        return
    assert found.low is not None
    assert found.high is not None
    assert all(math.isfinite(part) for part in (found.value, found.low, found.high))
    assert found.low <= found.value + 1e-9
    assert found.value <= found.high + 1e-9
    assert found.high <= 1 + 1e-9


@settings(max_examples=25, deadline=None)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(0, 12), st.integers(2, 4)),
        elements=st.sampled_from([0.0, 1.0, np.nan]),
    )
)
def test_the_majority_ceiling_is_a_share_or_a_refusal(ratings: Floats) -> None:
    found = attempt(
        lambda: ceiling_majority(ratings, rng=rng(), resamples=FEW), n=len(ratings), method="any"
    )
    if found.value is None:
        assert found.reason
        return
    assert found.low is not None
    assert found.high is not None
    assert 0.5 <= found.low <= found.value <= found.high <= 1
