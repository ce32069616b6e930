import math
import time

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.paired import McNemarMethod, mcnemar
from measurand.stats.power import (
    mcnemar_power,
    minimum_detectable_difference,
    paired_n,
    paired_n_exact,
    questions_needed,
)
from measurand.stats.power_unpaired import unpaired_n, unpaired_power
from measurand.stats.quantiles import binomial_pmf


@pytest.mark.parametrize("method", ["mid-p", "exact", "chi2"])
@pytest.mark.parametrize("n", [1, 7, 30])
def test_paired_power_is_the_sum_over_all_tables(method: McNemarMethod, n: int) -> None:
    first, second = 0.3, 0.1
    total = 0.0
    for b in range(n + 1):
        for c in range(n + 1 - b):
            if mcnemar(b, c, method=method) <= 0.05:
                ways = math.comb(n, b) * math.comb(n - b, c)
                total += ways * first**b * second**c * (1 - first - second) ** (n - b - c)
    assert mcnemar_power(n, 0.4, 0.2, method=method) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize(
    ("n", "first", "second"), [(12, 0.3, 0.7), (50, 0.9, 0.98), (81, 0.5, 0.5)]
)
def test_unpaired_power_is_the_sum_over_all_tables(n: int, first: float, second: float) -> None:
    x, y = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    pooled = (x + y) * (2 * n - x - y) / (2 * n)
    rejected = (x - y) ** 2 > 1.959963984540054**2 * pooled * (1 + 1e-12)
    mass = np.outer(
        binomial_pmf(np.arange(n + 1), n, first), binomial_pmf(np.arange(n + 1), n, second)
    )
    assert unpaired_power(n, first, second) == pytest.approx(mass[rejected].sum(), abs=1e-12)


def test_power_does_not_depend_on_which_is_better() -> None:
    assert mcnemar_power(90, 0.2, -0.1) == pytest.approx(mcnemar_power(90, 0.2, 0.1))
    assert unpaired_power(90, 0.2, 0.4) == pytest.approx(unpaired_power(90, 0.4, 0.2))
    assert paired_n(0.2, -0.1) == paired_n(0.2, 0.1)


@pytest.mark.parametrize("method", ["mid-p", "exact", "chi2"])
def test_the_minimum_detectable_difference_has_the_power(method: McNemarMethod) -> None:
    found = minimum_detectable_difference(200, 0.2, power=0.9, method=method)
    assert mcnemar_power(200, 0.2, found, method=method) == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize(
    ("discordance", "difference"), [(0.14, 0.05), (0.3, 0.2), (1, 1), (0.05, 0.05)]
)
def test_the_exact_sample_has_the_power_and_one_less_has_not(
    discordance: float, difference: float
) -> None:
    n = paired_n_exact(discordance, difference)
    assert mcnemar_power(n, discordance, difference) >= 0.8
    assert mcnemar_power(n - 1, discordance, difference) < 0.8


def test_no_discordance_never_rejects() -> None:
    assert mcnemar_power(100, 0, 0) == 0.0


def test_a_difference_that_so_few_pairs_cannot_find_is_refused() -> None:
    with pytest.raises(InsufficientData, match="with 50 pairs"):
        minimum_detectable_difference(50, 0.05)


def test_repeats_help_only_against_the_noise_within_questions() -> None:
    once = questions_needed(0.05, between=0.1, within=(0.2, 0.1))
    often = questions_needed(0.05, between=0.1, within=(0.2, 0.1), repeats=(10**6, 10**6))
    assert once > often == questions_needed(0.05, between=0.1)


def test_the_impossible_is_refused() -> None:
    with pytest.raises(UsageError, match="at most the discordance"):
        mcnemar_power(50, 0.1, 0.2)
    with pytest.raises(UsageError, match="at least one unit"):
        mcnemar_power(0, 0.2, 0.1)
    with pytest.raises(UsageError, match="difference of 0"):
        paired_n(0.2, 0)
    with pytest.raises(UsageError, match="difference of 0"):
        unpaired_n(0.2, 0.2)
    with pytest.raises(UsageError, match="proportions"):
        unpaired_power(10, 1.2, 0.2)
    with pytest.raises(UsageError, match="power"):
        paired_n(0.2, 0.1, power=80)
    with pytest.raises(UsageError, match="variances"):
        questions_needed(0.1, between=-1)
    with pytest.raises(UsageError, match="variances"):
        questions_needed(0.1, between=1, repeats=(0, 1))


def test_a_thousand_pairs_take_well_under_a_second() -> None:
    start = time.perf_counter()
    minimum_detectable_difference(1000, 0.3)
    assert time.perf_counter() - start < 1
