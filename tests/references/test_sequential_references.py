"""Intervals for any number of looks: printed values, closed forms, small cases by hand."""

import math
from itertools import product

import numpy as np
import pytest
from scipy import special

from measurand.stats.sequential import Alternative, sequential_mean, sequential_p
from measurand.stats.sequential_price import asymptotic_mean, sequential_n

SIGNED = (-1.0, 1.0)


def robbins(successes: int, n: int, *, side: float) -> float:
    """An end of the confidence sequence of a proportion: uniform mixture, by bisection."""
    inside, outside = successes / n, side
    for _ in range(200):
        middle = (inside + outside) / 2
        log = special.betaln(successes + 1, n - successes + 1)
        log -= special.xlogy(successes, middle) + special.xlog1py(n - successes, -middle)
        inside, outside = (inside, middle) if log >= math.log(20) else (middle, outside)
    return outside


def test_forty_five_of_fifty_as_printed() -> None:
    found = sequential_mean([1] * 45 + [0] * 5, bounds=(0, 1))
    assert found.low == pytest.approx(0.712340, abs=5e-7)
    assert found.high == pytest.approx(0.984341, abs=5e-7)


@pytest.mark.parametrize(("successes", "n"), [(0, 20), (3, 7), (45, 50), (120, 200), (500, 500)])
def test_yes_no_is_the_mixture_of_robbins(successes: int, n: int) -> None:
    found = sequential_mean([1] * successes + [0] * (n - successes), bounds=(0, 1))
    assert found.low == pytest.approx(robbins(successes, n, side=0.0), abs=1e-9)
    assert found.high == pytest.approx(robbins(successes, n, side=1.0), abs=1e-9)


@pytest.mark.parametrize(("first", "second", "both"), [(12, 2, 36), (0, 9, 3), (60, 40, 300)])
def test_pairs_rest_on_the_discordant_ones_alone(first: int, second: int, both: int) -> None:
    """1 / p = 2^m times the integral of b^first (1 - b)^second over 0 to 1."""
    values = [1] * first + [-1] * second + [0] * both
    m = first + second
    by_hand = 2.0**-m * (m + 1) * math.comb(m, first)
    assert sequential_p(values, bounds=SIGNED) == pytest.approx(min(by_hand, 1), rel=1e-9)


def test_one_of_each_by_hand() -> None:
    """The stake is 1 / (6 m (1 - m)), which is 20 where m (1 - m) = 1 / 120."""
    found = sequential_mean([1, 0], bounds=(0, 1))
    end = (1 - math.sqrt(1 - 4 / 120)) / 2
    assert (found.low, found.high) == pytest.approx((end, 1 - end), abs=1e-9)


def test_a_grade_between_the_ends_by_hand() -> None:
    """Twice a quarter, on 0 to 1: the bet b is multiplied by b / 4m + (1 - b) 3 / 4(1 - m)."""
    p = sequential_p([0.25, 0.25], bounds=(0, 1), null=0.9)
    low, high = 0.25 / 0.9, 0.75 / 0.1
    assert 1 / p == pytest.approx((low**2 + low * high + high**2) / 3, rel=1e-12)


def test_one_side_by_hand() -> None:
    """Two successes against one half: bets on more only, 8 (1 - 1/8) / 3."""
    assert sequential_p([1, 1], bounds=SIGNED, alternative="greater") == pytest.approx(3 / 7)
    assert sequential_p([-1, -1], bounds=SIGNED, alternative="greater") == 1.0
    assert sequential_p([-1, -1], bounds=SIGNED, alternative="less") == pytest.approx(3 / 7)


def test_clusters_by_hand() -> None:
    """A cluster of two with mean 1 and one of one with mean 1: weights 1 and 1/2.

    Against 1/2 the bet b is multiplied by 2b and by 1/2 + b.
    """
    named = ["a", "a", "b"]
    p = sequential_p([1, 1, 1], bounds=(0, 1), clusters=named, largest=2, null=0.5)
    assert 1 / p == pytest.approx(1 / 2 + 2 / 3, rel=1e-12)


def test_the_largest_cluster_by_hand() -> None:
    """Weights 1/2 and 1/4 of a largest of 4: the bet b is multiplied by 1/2 + b and 3/4 + b/2.

    Not fixed beforehand, a largest of 5 to 8 is the fourth of the sizes 1, 2, 4, 8: of the error
    rate it has 1/20. Six successes at once weigh 3/4; twelve times b multiplies them by
    1/4 + 3b/2.
    """
    fixed = sequential_p([1, 1, 1], bounds=(0, 1), clusters=["a", "a", "b"], largest=4, null=0.5)
    assert 1 / fixed == pytest.approx(3 / 8 + 1 / 2 + 1 / 6, rel=1e-12)
    values, clusters = [1] * 72, np.repeat(np.arange(12), 6)
    open_ = sequential_p(values, bounds=(0, 1), clusters=clusters, null=0.5)
    expected = ((7 / 4) ** 13 - (1 / 4) ** 13) / 13 / (3 / 2)
    assert 1 / open_ == pytest.approx(expected / 20, rel=1e-9)


def test_clusters_of_one_size_are_their_means() -> None:
    values = [0.0, 1.0, 0.5, 0.5, 1.0, 1.0, 0.0, 0.5]
    whole = sequential_mean(values, bounds=(0, 1), clusters=[1, 1, 2, 2, 3, 3, 4, 4], largest=2)
    means = sequential_mean([0.5, 0.5, 1.0, 0.25], bounds=(0, 1))
    assert (whole.low, whole.high) == pytest.approx((means.low, means.high), abs=1e-12)
    assert whole.n == 8


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_the_stake_is_expected_to_stay_what_it_was(alternative: Alternative) -> None:
    """Over all samples of five from a distribution with mean .1 it is at most 1."""
    worth, chance = (-0.8, 0.0, 0.6), (0.125, 13 / 24, 1 / 3)
    expected = 0.0
    for drawn in product(range(3), repeat=5):
        weight = math.prod(chance[at] for at in drawn)
        values = [worth[at] for at in drawn]
        p = sequential_p(values, bounds=SIGNED, null=0.1, alternative=alternative)
        expected += weight * (1 / p if p < 1 else 0.0)
    assert expected < 1


def test_asymptotic_as_printed() -> None:
    """Standard deviation .3, 1,000 units, narrowest there; 1.549 times the usual."""
    values = np.tile([-1.0, 1.0], 500)
    values *= 0.3 / values.std(ddof=1)
    found = asymptotic_mean(values)
    assert found.high is not None
    assert found.high == pytest.approx(0.028794, abs=5e-7)
    assert found.high / (1.959964 * 0.3 / math.sqrt(1000)) == pytest.approx(1.549, abs=5e-4)


def test_how_soon_by_all_paths() -> None:
    """Every path of six pairs that are for, against or alike, at the level 3/5."""
    chance = {1: 0.5, -1: 0.1, 0: 0.4}
    units = decided = right = 0.0
    for path in product(chance, repeat=6):
        weight = math.prod(chance[step] for step in path)
        stopped = 6
        for n in range(2, 7):
            if sequential_p(path[:n], bounds=SIGNED) <= 0.4:
                stopped = n
                decided += weight
                right += weight * (sum(path[:n]) > 0)
                break
        units += weight * stopped
    found = sequential_n(0.4, 0.6, most=6, level=0.6)
    assert found.units.value == pytest.approx(units, abs=1e-12)
    assert found.decided.value == pytest.approx(decided, abs=1e-12)
    assert found.right.value == pytest.approx(right, abs=1e-12)
