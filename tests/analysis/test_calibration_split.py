"""A pool is split by groups, alike in each stratum, the same whatever the order of the file."""

from __future__ import annotations

from collections import Counter

import pytest

from measurand.analysis.calibration_split import split_pool
from measurand.errors import UsageError

ITEMS = [f"item {i}" for i in range(150)]
PROMPTS = [f"prompt {i // 3}" for i in range(150)]


def test_150_outputs_are_50_for_development_and_100_locked() -> None:
    split = split_pool(ITEMS)

    assert (len(split.development), len(split.test), split.screening) == (50, 100, False)
    assert not split.rest
    assert split.development.isdisjoint(split.test)


def test_whole_groups_go_to_one_side() -> None:
    split = split_pool(ITEMS, PROMPTS)

    sides = {(group, item in split.test) for item, group in zip(ITEMS, PROMPTS, strict=True)}
    assert len(sides) == len(set(PROMPTS))
    assert 50 <= len(split.development) <= 52


def test_the_order_of_the_file_means_nothing_and_the_seed_does() -> None:
    backwards = split_pool(ITEMS[::-1], PROMPTS[::-1])

    assert backwards == split_pool(ITEMS, PROMPTS)
    assert split_pool(ITEMS, PROMPTS, seed=1) != split_pool(ITEMS, PROMPTS)


def test_every_stratum_is_split_in_the_same_proportion() -> None:
    strata = ["low" if i < 30 else "middle" if i < 60 else "high" for i in range(150)]

    split = split_pool(ITEMS, strata=strata)

    counts = Counter(s for item, s in zip(ITEMS, strata, strict=True) if item in split.development)
    assert counts == {"low": 10, "middle": 10, "high": 30}


def test_a_small_pool_is_split_in_thirds_and_only_screens() -> None:
    split = split_pool(ITEMS[:50])

    assert (len(split.development), len(split.test), split.screening) == (16, 34, True)
    assert len(split_pool(ITEMS[:129]).development) == 43
    assert len(split_pool(ITEMS[:130]).test) == 80


def test_what_is_beyond_the_test_set_is_kept_for_the_next() -> None:
    split = split_pool(ITEMS, development=30, test=80)

    assert (len(split.development), len(split.test), len(split.rest)) == (30, 80, 40)


def test_a_judge_that_was_never_adjusted_is_tested_on_everything() -> None:
    assert split_pool(ITEMS, development=0).test == frozenset(ITEMS)


def test_what_had_a_side_keeps_it_when_more_come() -> None:
    first = split_pool(ITEMS[:140])
    known = dict.fromkeys(first.development, "development") | dict.fromkeys(first.test, "test")

    grown = split_pool([*ITEMS, *(f"new {i}" for i in range(50))], known=known)  # type: ignore[arg-type]

    assert first.development == grown.development
    assert first.test < grown.test


def test_more_outputs_of_a_known_group_follow_it() -> None:
    split = split_pool(ITEMS, PROMPTS, known={"item 0": "test"})

    assert {"item 0", "item 1", "item 2"} <= split.test


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"groups": PROMPTS[:-1]}, "one group"),
        ({"development": -1}, "0 outputs or more"),
        ({"test": -1}, "0 outputs or more"),
        (
            {"groups": PROMPTS, "known": {"item 0": "test", "item 1": "development"}},
            "prompt 0",
        ),
    ],
)
def test_what_cannot_be_split_is_refused(change: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        split_pool(ITEMS, **change)  # type: ignore[arg-type]


def test_a_name_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="item 0"):
        split_pool([*ITEMS, "item 0"])
