from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.chance import ChanceCorrected, Model, Weighting, agreement_weights
from measurand.stats.gwet import brennan_prediger, gwet_ac1, gwet_ac2
from measurand.stats.kappa import randolph_kappa

RARE = np.ones((100, 2))
RARE[:5, 0] = RARE[5:10, 1] = 0
"""Ninety per cent agreement of which nearly all is on one value."""


def test_ac1_survives_high_prevalence_where_kappa_does_not() -> None:
    estimate = gwet_ac1(RARE)
    fleiss = ChanceCorrected.of(RARE, "fleiss").value
    assert fleiss < 0
    assert estimate.value is not None
    assert estimate.value > 0.85


@pytest.mark.parametrize("model", ["gwet", "fleiss", "uniform"])
def test_the_linearised_error_is_near_the_jackknifes(model: Model) -> None:
    rng = np.random.default_rng(0)
    ratings = np.where(rng.random((300, 3)) < 0.7, rng.integers(0, 3, (300, 1)), 1.0)
    ratings[rng.random(ratings.shape) < 0.1] = np.nan
    found = ChanceCorrected.of(ratings, model)
    units = found.patterns.units
    values = found.statistic(units - np.eye(len(units)))
    n = units.sum()
    spread = values - units @ values / n
    jackknife = np.sqrt((n - 1) / n * (units @ spread**2))
    assert found.standard_error() == pytest.approx(jackknife, rel=0.02)


@pytest.mark.parametrize("weighting", ["none", "linear", "quadratic", "ordinal"])
def test_weights_run_from_one_to_zero(weighting: Weighting) -> None:
    weights = agreement_weights(np.array([1.0, 2.0, 5.0]), weighting)
    assert np.diag(weights).tolist() == [1, 1, 1]
    assert weights[0, 2] == weights[2, 0] == 0
    assert weights == pytest.approx(weights.T)


def test_gwets_ordinal_weights_by_hand() -> None:
    # Gwet (2014), section 3.5: 1 - C(span, 2) / C(4, 2) for four ranks.
    weights = agreement_weights(np.array([1.0, 2.0, 3.0, 4.0]), "ordinal")
    assert weights[0].tolist() == pytest.approx([1, 1 - 1 / 6, 1 - 3 / 6, 0])


def test_unweighted_brennan_prediger_is_randolphs_kappa() -> None:
    randolph = randolph_kappa(RARE, rng=np.random.default_rng(0))
    assert brennan_prediger(RARE).value == pytest.approx(randolph.value)


def test_one_value_is_refused_unless_others_were_possible() -> None:
    with pytest.raises(InsufficientData, match="all ratings are equal"):
        gwet_ac1(np.ones((30, 3)))
    estimate = gwet_ac1(np.ones((30, 3)), categories=[0, 1])
    assert estimate.value == 1
    assert estimate.low == pytest.approx(0.025 ** (1 / 30))


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        (np.array([[1, np.nan], [np.nan, 2]]), "no unit has two ratings"),
        (np.array([[1.0, 2.0], [1.0, 1.0]]), "at least 3 units"),
        (np.tile([1.0, 2.0, 2.0], (9, 1)), "every unit says the same"),
    ],
)
def test_refusals(ratings: Floats, words: str) -> None:
    with pytest.raises(InsufficientData, match=words):
        gwet_ac2(ratings, weights="linear")
