"""Tables of power and sample size, each figure to the digits given.

Sizes are closed forms (Connor 1987; Fleiss, Levin and Paik 2003); powers are exact sums over all
tables, of which `tests/stats/test_power.py` checks small cases one by one.
"""

import pytest

from measurand.stats.paired import McNemarMethod
from measurand.stats.power import (
    mcnemar_power,
    minimum_detectable_difference,
    paired_n,
    questions_needed,
)
from measurand.stats.power_unpaired import unpaired_n, unpaired_power

SIZES = (50, 200, 430)
PAIRED = [
    (0.05, 155, 206, (0.104, 0.974, 1.000)),
    (0.08, 249, 333, (0.125, 0.734, 0.970)),
    (0.10, 312, 417, (0.127, 0.617, 0.922)),
    (0.12, 375, 501, (0.125, 0.526, 0.863)),
    (0.14, 438, 585, (0.121, 0.460, 0.802)),
    (0.15, 469, 627, (0.118, 0.435, 0.772)),
    (0.20, 626, 837, (0.105, 0.349, 0.641)),
    (0.30, 940, 1257, (0.091, 0.250, 0.473)),
    (0.40, 1254, 1678, (0.079, 0.196, 0.373)),
]
UNPAIRED = [
    (0.50, 1565, 2095, (0.088, 0.172, 0.317)),
    (0.60, 1471, 1969, (0.082, 0.178, 0.331)),
    (0.70, 1251, 1674, (0.087, 0.202, 0.376)),
    (0.75, 1094, 1464, (0.093, 0.224, 0.419)),
    (0.80, 906, 1212, (0.106, 0.263, 0.488)),
    (0.85, 686, 918, (0.123, 0.326, 0.605)),
    (0.90, 435, 582, (0.145, 0.472, 0.806)),
]
DETECTABLE = [
    (50, (0.15, 0.2, 0.3), (0.140, 0.164, 0.205)),
    (200, (0.1, 0.15, 0.2, 0.3), (0.060, 0.076, 0.087, 0.107)),
    (430, (0.1, 0.15, 0.2, 0.3), (0.042, 0.052, 0.060, 0.074)),
    (1000, (0.1, 0.15, 0.2, 0.3), (0.028, 0.034, 0.039, 0.048)),
]


@pytest.mark.parametrize("row", PAIRED, ids=lambda row: f"discordance {row[0]}")
def test_five_points_paired(row: tuple[float, int, int, tuple[float, ...]]) -> None:
    discordance, n80, n90, powers = row
    assert paired_n(discordance, 0.05) == n80
    assert paired_n(discordance, 0.05, power=0.9) == n90
    found = tuple(round(mcnemar_power(n, discordance, 0.05), 3) for n in SIZES)
    assert found == powers


@pytest.mark.parametrize("row", UNPAIRED, ids=lambda row: f"from {row[0]}")
def test_five_points_unpaired(row: tuple[float, int, int, tuple[float, ...]]) -> None:
    first, n80, n90, powers = row
    second = round(first + 0.05, 2)
    assert unpaired_n(first, second) == n80
    assert unpaired_n(first, second, power=0.9) == n90
    found = tuple(round(unpaired_power(n, first, second), 3) for n in SIZES)
    assert found == powers


@pytest.mark.parametrize(("n", "discordances", "differences"), DETECTABLE)
def test_minimum_detectable_differences(
    n: int, discordances: tuple[float, ...], differences: tuple[float, ...]
) -> None:
    found = tuple(round(minimum_detectable_difference(n, share), 3) for share in discordances)
    assert found == pytest.approx(differences, abs=5e-4)


@pytest.mark.parametrize(
    ("method", "levels"),
    [
        ("exact", (0.009, 0.029, 0.035)),
        ("mid-p", (0.025, 0.046, 0.049)),
        ("chi2", (0.047, 0.052, 0.049)),
    ],
)
def test_actual_levels_of_mcnemar(method: McNemarMethod, levels: tuple[float, ...]) -> None:
    """Without a difference and with a discordance of 10 %: chi-square can exceed its 5 %."""
    assert tuple(round(mcnemar_power(n, 0.1, 0, method=method), 3) for n in SIZES) == levels


def test_miller_2024() -> None:
    """arXiv:2411.00640, section 5: three points at a variance of 1/9 need 969 questions."""
    assert questions_needed(0.03, between=1 / 9) == 969
    assert questions_needed(0.03, between=1 / 9, within=(1 / 6, 1 / 6)) == 3876
    assert questions_needed(0.03, between=1 / 9, within=(1 / 6, 1 / 6), repeats=(10, 10)) == 1260


@pytest.mark.parametrize(("first", "second"), [(0.5, 0.55), (0.1, 0.3), (0.9, 0.95)])
def test_agrees_with_statsmodels(first: float, second: float) -> None:
    oracle = pytest.importorskip("statsmodels.stats.proportion")
    n = oracle.samplesize_proportions_2indep_onetail(first - second, second, 0.8)
    assert unpaired_n(first, second) == pytest.approx(n, abs=1)
