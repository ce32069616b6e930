"""Outputs are drawn alike over predicted levels, with probabilities that are known."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from measurand.analysis.calibration_draw import Candidate, draw_pool
from measurand.errors import UsageError

COMPONENTS = ("core", "edge", "golden")


def pool(n: int = 900) -> list[Candidate]:
    """Most outputs are good, as judges see them."""
    scores = np.random.default_rng(0).beta(6, 1.5, n)
    return [
        Candidate(
            item=f"i{at}",
            score=float(score),
            component=COMPONENTS[at % 3],
            system=f"s{at % 2}",
        )
        for at, score in enumerate(scores)
    ]


def test_every_level_that_judges_gave_is_drawn_about_alike() -> None:
    every = pool()
    found = draw_pool(every, 150)

    there, drawn = (
        Counter(one.level for one in every if one.item in names)
        for names in (frozenset(found.probabilities), found.chosen)
    )
    assert len(found.chosen) == 150
    assert there[4] > 3 * there[2]
    full = [level for level, count in there.items() if count > 45]
    assert max(drawn[level] for level in full) - min(drawn[level] for level in full) <= 6
    assert all(drawn[level] == there[level] for level in there if there[level] < 20)


def test_all_systems_and_components_are_there() -> None:
    every = {one.item: one for one in pool()}
    chosen = [every[name] for name in draw_pool(list(every.values()), 150).chosen]

    assert {(one.system, one.component) for one in chosen if one.level == 4} == {
        (f"s{at % 2}", COMPONENTS[at % 3]) for at in range(6)
    }


def test_probabilities_are_those_with_which_outputs_are_drawn() -> None:
    """Over 300 seeds each output is drawn as often as is said, and weights give the mean back."""
    every = pool(300)
    times: Counter[str] = Counter()
    means = []
    for seed in range(300):
        found = draw_pool(every, 60, seed=seed)
        times.update(found.chosen)
        inside = [one for one in every if one.item in found.chosen]
        weights = [1 / found.probabilities[one.item] for one in inside]
        means.append(np.average([one.score for one in inside], weights=weights))

    told = draw_pool(every, 60).probabilities
    assert sum(told.values()) == pytest.approx(60)
    apart = [times[name] / 300 - p for name, p in told.items()]
    assert max(map(abs, apart)) < 0.12
    assert np.mean(means) == pytest.approx(np.mean([one.score for one in every]), abs=0.004)


def test_every_output_can_be_drawn_however_few_are_wanted() -> None:
    for size in (1, 3, 7, 20):
        found = draw_pool(pool(), size)
        assert min(found.probabilities.values()) > 0
        assert size <= len(found.chosen) <= max(size, 5)


def test_all_are_drawn_where_there_are_not_more() -> None:
    found = draw_pool(pool(40), 150)

    assert len(found.chosen) == 40
    assert set(found.probabilities.values()) == {1.0}


def test_a_second_draw_takes_others_and_tells_the_chance_of_all() -> None:
    every = pool(300)
    first = draw_pool(every, 60)
    second = draw_pool(every, 60, seed=1, taken=first.chosen)

    assert len(second.chosen) == 60
    assert first.chosen.isdisjoint(second.chosen)
    assert set(second.probabilities) == {one.item for one in every}
    rest = draw_pool(every, 500, seed=2, taken=first.chosen | second.chosen)
    assert len(rest.chosen) == 180
    assert set(rest.probabilities.values()) == {1.0}


def test_the_order_means_nothing_and_none_is_refused() -> None:
    assert draw_pool(pool()[::-1], 150).chosen == draw_pool(pool(), 150).chosen
    with pytest.raises(UsageError, match="at least one"):
        draw_pool(pool(), 0)
