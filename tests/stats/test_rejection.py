"""What a test rejects, by recursion and by the distribution itself."""

import numpy as np
import pytest

from measurand.stats.quantiles import binomial_cdf
from measurand.stats.rejection import Rejection


@pytest.mark.parametrize("share", [0.0, 1e-6, 0.2, 0.5, 0.77, 1 - 1e-9, 1.0])
@pytest.mark.parametrize("first", [0, 1, 40, 900])
def test_the_recursion_is_the_distribution(share: float, first: int) -> None:
    discordant = np.arange(first, first + 200.0)
    critical = np.floor(discordant * 0.4) - 3
    critical = np.maximum(critical, -1)
    found = Rejection(discordant, critical).chance(share)
    assert found == pytest.approx(binomial_cdf(critical, discordant, share), abs=1e-12)


def test_a_critical_count_that_jumps_is_taken_as_it_is() -> None:
    discordant, critical = np.arange(10, 20.0), np.array([1, 1, 4, 4, 2, 2, 7, 7, 7, 8.0])
    found = Rejection(discordant, critical).chance(0.3)
    assert found == pytest.approx(binomial_cdf(critical, discordant, 0.3), abs=1e-15)
