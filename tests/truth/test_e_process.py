"""1,000 streams without any change: an alarm at any time in at most alpha of them."""

import numpy as np
import pytest

from measurand.stats.e_process import e_process, history_ranks
from measurand.stats.proportion import clopper_pearson

ALPHA = 0.05


def alarms(rng: np.random.Generator, runs: int, *, peeks: int, items: int) -> int:
    """Grades of a judge that stays as it is, of items unlike in level and in noise."""
    found = 0
    for _ in range(runs):
        level, noise = rng.uniform(1.5, 4.5, size=items), rng.uniform(0, 0.8, size=items)
        grades = np.round(level + noise * rng.normal(size=(peeks, items)))
        ranks = history_ranks(grades, rng=rng)
        found += e_process([row[~np.isnan(row)] for row in ranks]).alarm(ALPHA) is not None
    return found


def most(runs: int) -> int:
    """More than this many of them would contradict the guarantee."""
    high = clopper_pearson(round(ALPHA * runs), runs, level=0.999).high
    assert high is not None
    return int(high * runs)


def test_false_alarms_at_any_time() -> None:
    assert alarms(np.random.default_rng(1), 100, peeks=20, items=15) <= most(100)


@pytest.mark.long
def test_false_alarms_at_any_time_in_1000_streams() -> None:
    assert alarms(np.random.default_rng(7), 1000, peeks=60, items=50) <= ALPHA * 1000


def test_a_fair_mean_of_any_shape_is_no_alarm() -> None:
    rng, runs, found = np.random.default_rng(3), 100, 0
    for _ in range(runs):
        steps = [rng.beta(0.2, 0.8, size=20) for _ in range(40)]
        found += e_process(steps, null=0.2).alarm(ALPHA) is not None
    assert found <= most(runs)
