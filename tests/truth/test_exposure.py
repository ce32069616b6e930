"""Size, power and coverage of the tests for contamination, on worlds with planted memory."""

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.exposure import ExposureOptions, held
from measurand.core.sampling import draw
from measurand.simulate.memory import memorising
from measurand.stats.auc import auc
from measurand.stats.detectable import detectable_proportion
from measurand.stats.exchangeability import order_test
from measurand.stats.paired import PairedTable, mcnemar, tango
from measurand.stats.unpaired import Groups, group_difference, newcombe_difference

OPTIONS = ExposureOptions()
N = 200


def asked(known: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whether a system with memory is right on each original, and on its twin.

    Where it has to think the twin is a fresh question: luck is its own.
    """
    names = [f"q{at}" for at in range(N)]
    answers = {name: f"answer to {name}" for name in names}
    bot = memorising(answers, known=frozenset(names[:known]), skill=0.6, seed=seed, ask_of=twin_of)
    original = [bot(name) == answers[name] for name in names]
    twin = [bot(f"{name}, in other words") == answers[name] for name in names]
    flips = np.array([draw(seed, "twin", name) < 0.08 for name in names])
    again = np.array([draw(seed, "again", name) < 0.6 for name in names])
    return np.array(original, dtype=float), np.where(flips, again, twin).astype(float)


def twin_of(text: str) -> str | None:
    return text.partition(",")[0]


def decided(known: int, seed: int) -> tuple[str, float, tuple[float, float]]:
    original, twin = asked(known, seed)
    table = PairedTable.of(original, twin)
    gap = tango(table)
    assert gap.low is not None
    assert gap.high is not None
    return (
        held(gap, mcnemar(table.first, table.second), OPTIONS),
        table.difference,
        (
            gap.low,
            gap.high,
        ),
    )


def test_without_memory_the_gap_seldom_fails_and_mostly_passes() -> None:
    outcomes = [decided(0, seed)[0] for seed in range(200)]
    assert outcomes.count("fail") <= 9  # 2.5 % of 200 is 5; the band is four standard errors wide
    assert outcomes.count("pass") >= 160


def test_planted_items_are_the_gap_and_it_is_found_as_the_power_says() -> None:
    """Of 60 items known by heart 24 would be wrong without memory: the gap is 24 / 200 and more."""
    found = [decided(60, seed) for seed in range(60)]
    gaps = [gap for _, gap, _ in found]
    assert np.mean(gaps) == pytest.approx(60 * 0.4 / N, abs=0.01)
    assert np.mean([low <= 0.12 <= high for _, _, (low, high) in found]) >= 0.9
    assert [outcome for outcome, _, _ in found].count("fail") >= 57
    seen = detectable_proportion(*asked(60, 1)).value
    assert seen is not None
    assert seen < 0.12


@pytest.mark.parametrize("known", [2, 5])
def test_so_few_items_are_mostly_open(known: int) -> None:
    """A gap below the margin passes or stays open, and hardly ever fails."""
    outcomes = [decided(known, seed)[0] for seed in range(60)]
    assert outcomes.count("fail") <= 6


def test_the_exact_order_test_keeps_its_size_and_finds_a_preferred_order() -> None:
    rng = np.random.default_rng(11)
    size = power = 0
    for _ in range(400):
        shuffled = rng.standard_t(3, (5, 39))
        size += order_test(rng.standard_t(3, 5), shuffled).exact_p <= 0.05
        power += order_test(rng.standard_t(3, 5) + 2.5, shuffled).exact_p <= 0.05
    assert 5 <= size <= 36  # 5 % of 400 is 20
    assert power >= 300


def test_the_area_covers_also_where_groups_hardly_overlap() -> None:
    rng = np.random.default_rng(12)
    for shift, truth in ((0.0, 0.5), (1.0, 0.7602), (2.5, 0.9615)):
        hits = 0
        for _ in range(300):
            found = auc(rng.normal(shift, 1, 25), rng.normal(0, 1, 40))
            assert found.low is not None
            assert found.high is not None
            hits += found.low <= truth <= found.high
        assert hits >= 274  # 95 % of 300 is 285


def test_differences_of_groups_cover() -> None:
    rng = np.random.default_rng(13)
    plain = strata = 0
    for _ in range(300):
        one, two = int(rng.binomial(60, 0.9)), int(rng.binomial(40, 0.75))
        found = newcombe_difference((one, 60), (two, 40))
        plain += (found.low or 0.0) <= 0.15 <= (found.high or 0.0)
        home = rng.integers(0, 3, 90)
        first = rng.random(90) < np.array([0.2, 0.5, 0.8])[home]
        values = home + 0.3 * first + rng.normal(0, 1 + 0.5 * first, 90)
        by = group_difference(Groups.of(values, first, strata=home))
        strata += (by.low or 0.0) <= 0.3 <= (by.high or 0.0)
    assert plain >= 274
    assert strata >= 274
