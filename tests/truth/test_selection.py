"""How often a change to a judge is adopted that is worth nothing, and one that is worth much."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.selection import Development, SelectionOptions, Tried, select
from measurand.core.candidate import CURRENT

Floats = NDArray[np.float64]
OPTIONS = SelectionOptions(repetitions=3)


def adopted(seed: int, *, n: int, candidates: int, first: float = 0.8, lenient: float = 0.4) -> str:
    """What is adopted of judges with noise .8, the first candidate's being `first`.

    Half of the variance of their errors is common to all of them, and each is as lenient as the
    others and compresses the scale. Two outputs share a prompt.
    """
    rng = np.random.default_rng([seed, n, candidates])
    prompt = np.repeat(np.arange(n // 2), 2)
    quality = np.sqrt(0.5) * (rng.normal(size=n // 2)[prompt] + rng.normal(size=n))
    people = np.clip(np.round(3 + quality[:, None] + 0.8 * rng.normal(size=(n, 3))), 1, 5)
    common = rng.normal(size=n)

    def judge(noise: float) -> Floats:
        errors = np.sqrt(0.5) * (common + rng.normal(size=n))
        return np.asarray(np.clip(np.round(3 + lenient + 0.8 * (quality + noise * errors)), 1, 5))

    noises = [0.8, first, *[0.8] * (candidates - 1)]
    names = [CURRENT, *map(str, range(candidates))]
    tried = [
        Tried(name=name, scores=(judge(noise)[:, None] - 1) / 4, changes=name != CURRENT)
        for name, noise in zip(names, noises, strict=True)
    ]
    about = Development(
        people=(people.mean(axis=1)[:, None] - 1) / 4,
        groups=[str(one) for one in prompt],
        dimensions=("accuracy",),
        judge="sim/judge",
    )
    return select(tried, about, options=OPTIONS).adopted


def test_candidates_that_are_worth_nothing_are_hardly_ever_adopted() -> None:
    wrong = sum(adopted(seed, n=50, candidates=5) != CURRENT for seed in range(60))
    assert wrong <= 9  # at a rate of 5 %, 99.9 % of the time


def test_a_much_better_candidate_is_adopted_where_there_are_enough_outputs() -> None:
    found = [adopted(seed, n=150, candidates=3, first=0.2) for seed in range(20)]
    assert found.count("0") >= 15
    assert set(found) <= {"0", CURRENT}


@pytest.mark.long
@pytest.mark.parametrize("candidates", [1, 10])
def test_false_adoptions_stay_below_one_in_twenty(candidates: int) -> None:
    wrong = sum(adopted(seed, n=50, candidates=candidates) != CURRENT for seed in range(400))
    assert wrong / 400 <= 0.05
