"""Published and independently computed values of agreement among raters."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from scipy.special import ndtri

from measurand.stats.agreement import percent_agreement
from measurand.stats.arrays import Floats
from measurand.stats.chance import ChanceCorrected, Model, Weighting
from measurand.stats.gwet import brennan_prediger, gwet_ac1, gwet_ac2
from measurand.stats.kappa import cohen_kappa, fleiss_kappa, randolph_kappa
from measurand.stats.krippendorff import Metric, alpha_point, krippendorff_alpha

RNG = np.random.default_rng


def table(*raters: str) -> Floats:
    """One string a rater, one character a unit; a star is a missing rating."""
    cells = [[np.nan if cell == "*" else float(cell) for cell in rater] for rater in raters]
    return np.array(cells).T


# Krippendorff (2011), Computing Krippendorff's alpha-reliability: 4 observers, 12 units.
KRIPPENDORFF = table("123321412***", "1233224125*3", "*3332342251*", "12332441251*")
# https://en.wikipedia.org/wiki/Krippendorff%27s_alpha: 3 coders, 15 units.
WIKIPEDIA = table("*****34121133*3", "1*213343*******", "**21344*21133*4")
# https://en.wikipedia.org/wiki/Fleiss%27_kappa: 10 subjects, 14 raters, 5 categories.
FLEISS = np.array(
    [
        np.repeat(np.arange(5.0), counts)
        for counts in (
            (0, 0, 0, 0, 14),
            (0, 2, 6, 4, 2),
            (0, 0, 3, 5, 6),
            (0, 3, 9, 2, 0),
            (2, 2, 8, 1, 1),
            (7, 7, 0, 0, 0),
            (3, 2, 6, 3, 0),
            (2, 5, 3, 2, 2),
            (6, 5, 2, 1, 0),
            (0, 2, 2, 3, 7),
        )
    ]
)
# A made-up table of twenty pairs; values by statsmodels 0.15.0 and krippendorff 0.9.0.
PAIRS = table("12345324512334551243", "12245334412344542253")


@pytest.mark.parametrize(
    ("data", "metric", "alpha"),
    [
        # Krippendorff (2011) prints .743, .815, .849, .797; further digits: krippendorff 0.9.0.
        (KRIPPENDORFF, "nominal", 904 / 1216),
        (KRIPPENDORFF, "ordinal", 0.815388),
        (KRIPPENDORFF, "interval", 0.849107),
        (KRIPPENDORFF, "ratio", 0.797403),
        # Wikipedia prints .691 (nominal) and .811 (interval); further digits: krippendorff 0.9.0.
        (WIKIPEDIA, "nominal", 0.691358),
        (WIKIPEDIA, "ordinal", 0.806721),
        (WIKIPEDIA, "interval", 0.810845),
        (WIKIPEDIA, "ratio", 0.808944),
        (PAIRS, "nominal", 0.568038),
        (PAIRS, "ordinal", 0.900766),
        (PAIRS, "interval", 0.897175),
    ],
)
def test_krippendorff_alpha(data: Floats, metric: Metric, alpha: float) -> None:
    assert alpha_point(data, metric=metric) == pytest.approx(alpha, abs=1e-6)
    estimate = krippendorff_alpha(data, metric=metric, rng=RNG(0), resamples=200)
    assert estimate.value == pytest.approx(alpha, abs=1e-6)


@pytest.mark.parametrize(
    ("model", "weighting", "value", "error"),
    [
        # irrCAC 0.4.4 on Krippendorff's data: coefficient and standard error.
        ("gwet", "none", 0.77544, 0.14295),
        ("fleiss", "none", 0.76117, 0.15302),
        ("uniform", "none", 0.77273, 0.14472),
        ("gwet", "quadratic", 0.91400, 0.10396),
        ("fleiss", "quadratic", 0.86494, None),
        ("uniform", "quadratic", 0.90152, None),
        ("gwet", "linear", 0.85874, None),
    ],
)
def test_gwets_family(model: Model, weighting: Weighting, value: float, error: float) -> None:
    found = ChanceCorrected.of(KRIPPENDORFF, model, weighting=weighting)
    assert found.value == pytest.approx(value, abs=6e-6)
    if error is not None:
        assert found.standard_error() == pytest.approx(error, abs=6e-6)


def test_gwets_public_functions() -> None:
    # irrCAC 0.4.4 on Krippendorff's data; it rounds the interval to five digits.
    first = gwet_ac1(KRIPPENDORFF)
    assert (first.value, first.low, first.high) == pytest.approx((0.77544, 0.46081, 1), abs=6e-6)
    assert first.n == 11
    second = gwet_ac2(KRIPPENDORFF, weights="quadratic")
    assert second.value == pytest.approx(0.91400, abs=6e-6)
    assert brennan_prediger(KRIPPENDORFF).value == pytest.approx(0.77273, abs=6e-6)
    fleiss = fleiss_kappa(KRIPPENDORFF, rng=RNG(0), resamples=200)
    assert fleiss.value == pytest.approx(0.76117, abs=6e-6)
    assert "varying number of raters" in fleiss.method


def test_percent_agreement() -> None:
    # irrCAC 0.4.4 on Krippendorff's data.
    estimate = percent_agreement(KRIPPENDORFF, rng=RNG(0), resamples=200)
    assert estimate.value == pytest.approx(0.81818, abs=6e-6)


def test_fleiss_and_randolph() -> None:
    # Wikipedia prints Fleiss' kappa .210; further digits and Randolph's: statsmodels 0.15.0.
    fleiss = fleiss_kappa(FLEISS, rng=RNG(0), resamples=200)
    randolph = randolph_kappa(FLEISS, rng=RNG(0), resamples=200)
    assert fleiss.value == pytest.approx(0.209931, abs=1e-6)
    assert randolph.value == pytest.approx(0.222527, abs=1e-6)


def test_cohens_kappa_of_a_two_by_two_table() -> None:
    # https://en.wikipedia.org/wiki/Cohen%27s_kappa, [[20, 5], [10, 15]]; error: statsmodels.
    first = np.repeat([1.0, 1.0, 0.0, 0.0], [20, 5, 10, 15])
    second = np.repeat([1.0, 0.0, 1.0, 0.0], [20, 5, 10, 15])
    estimate = cohen_kappa(first, second)
    assert estimate.value == pytest.approx(0.4)
    assert estimate.low is not None
    assert estimate.high is not None
    assert (estimate.low, estimate.high) == pytest.approx((0.151, 0.649), abs=5e-4)
    error = (estimate.high - estimate.low) / (2 * float(ndtri(0.975)))
    assert error == pytest.approx(0.126996, abs=1e-6)


@pytest.mark.parametrize(
    ("weights", "kappa"), [("none", 0.559748), ("linear", 0.759450), ("quadratic", 0.894578)]
)
def test_weighted_kappa(weights: Literal["none", "linear", "quadratic"], kappa: float) -> None:
    estimate = cohen_kappa(PAIRS[:, 0], PAIRS[:, 1], weights=weights)
    assert estimate.value == pytest.approx(kappa, abs=1e-6)
