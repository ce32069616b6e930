from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.severity import rater_severity


def additive(severity: tuple[float, ...], *, each: int | None = None, units: int = 60) -> Floats:
    rng = np.random.default_rng(3)
    table = rng.normal(5, 1, (units, 1)) - np.array(severity)
    if each is not None:
        rank = rng.random(table.shape).argsort(axis=1).argsort(axis=1)
        table[rank >= each] = np.nan
    return np.asarray(table, dtype=np.float64)


def test_an_additive_world_is_recovered_exactly_whoever_rated_what() -> None:
    found = rater_severity(additive((0.0, 1.0, -2.0, 0.5, -0.25), each=2))
    values = [severity.estimate.value for severity in found]
    assert values == pytest.approx([0.0, 1.0, -2.0, 0.5, -0.25])


def test_one_extreme_rater_does_not_make_the_others_look_strict() -> None:
    table = additive((0.0, 0.0, 0.0, -3.0), each=3, units=200)
    found = rater_severity(table + np.random.default_rng(1).normal(0, 0.5, table.shape), span=8)
    assert all(abs(s.estimate.value or 0) < 0.2 for s in found[:3])
    assert found[3].estimate.value == pytest.approx(-3, abs=0.2)


def test_two_raters_share_their_difference() -> None:
    found = rater_severity(additive((0.0, 1.0)))
    assert [s.estimate.value for s in found] == pytest.approx([-0.5, 0.5])


def test_the_same_difference_throughout_has_the_exact_bound() -> None:
    found = rater_severity(additive((0.0, 0.0, 1.0), units=30), span=4)[2]
    assert found.error == 0
    assert found.estimate.value == pytest.approx(1)
    assert found.estimate.low is not None
    assert found.estimate.low < 1
    assert found.p_beyond(0.5) == pytest.approx((4.5 / 5) ** 30)
    assert found.p_beyond(1.0) == 1.0


def test_clusters_count_and_not_units() -> None:
    rng = np.random.default_rng(4)
    shift = np.repeat(rng.normal(0, 1, (20, 3)), 10, axis=0)
    table = shift + rng.normal(0, 0.1, (200, 3))
    alone = rater_severity(table, span=8)[0]
    together = rater_severity(table, np.repeat(np.arange(20), 10), span=8)[0]
    assert together.error > 2 * alone.error
    assert together.clusters == 20


def test_groups_that_never_met_are_refused() -> None:
    table = np.full((20, 4), np.nan)
    table[:10, :2] = np.random.default_rng(0).normal(size=(10, 2))
    table[10:, 2:] = np.random.default_rng(1).normal(size=(10, 2))
    with pytest.raises(InsufficientData, match="fall into groups"):
        rater_severity(table)


def test_nobody_beside_anybody_is_refused() -> None:
    table = np.full((10, 2), np.nan)
    table[:5, 0] = table[5:, 1] = 1.0
    with pytest.raises(InsufficientData, match="no unit has two ratings"):
        rater_severity(table)
    with pytest.raises(UsageError):
        rater_severity(np.ones((3, 2)), span=-1.0)


def test_who_rated_nothing_with_others_is_absent() -> None:
    table = additive((0.0, 0.5, 1.0))
    table = np.vstack([table, [[np.nan] * 3]])
    alone = np.append(np.full(60, np.nan), 3.0)
    found = rater_severity(np.column_stack([table, alone]))[3]
    assert not found.estimate.present
    assert found.p_beyond(0.5) is None
