"""The order in which examples are asked where a run may end early."""

from __future__ import annotations

from collections import Counter

from measurand.core.example import Component, Example, Message
from measurand.jobs.stopping.order import arranged


def example(
    name: str, *segments: str, component: Component = "core", cluster: str | None = None
) -> Example:
    return Example(
        id=name,
        messages=(Message("user", name),),
        component=component,
        segments=segments,
        cluster=cluster,
    )


EVERY = [example(f"e{at}", "rare" if at % 10 == 0 else "usual") for at in range(200)]


def test_core_decides_and_the_others_keep_their_order() -> None:
    others = [example(f"r{at}", component="regression") for at in range(5)]
    found = arranged([*others, *EVERY], seed=1)
    assert {one.id for one in found.deciding} == {one.id for one in EVERY}
    assert found.others == tuple(others)


def test_without_core_all_decide() -> None:
    found = arranged([example("a", component="edge"), example("b", component="golden")], seed=1)
    assert {one.id for one in found.deciding} == {"a", "b"}
    assert found.others == ()


def test_the_order_hangs_on_the_seed_and_the_names_alone() -> None:
    names = [one.id for one in arranged(EVERY, seed=1).deciding]
    assert names == [one.id for one in arranged(EVERY[::-1], seed=1).deciding]
    assert names != [one.id for one in arranged(EVERY, seed=2).deciding]
    assert names != [one.id for one in EVERY]


def test_segments_keep_their_shares_all_along() -> None:
    ordered = arranged(EVERY, seed=3).deciding
    for count in range(20, 201, 20):
        shares = Counter(one.segments for one in ordered[:count])
        assert abs(shares["rare",] - count / 10) <= 1


def test_every_example_is_as_likely_to_come_first() -> None:
    first = Counter(arranged(EVERY[:20], seed=seed).deciding[0].id for seed in range(400))
    assert len(first) == 20
    assert max(first.values()) < 45


def test_clusters_come_as_wholes() -> None:
    talks = [example(f"e{at}", cluster=f"c{at % 7}") for at in range(70)]
    blocks = list(arranged(talks, seed=1).blocks(15))
    for block in blocks:
        assert all(count == 10 for count in Counter(one.cluster for one in block).values())
    assert [len(block) for block in blocks] == [20, 20, 20, 10]


def test_looks_are_as_far_apart_as_asked_and_farther_once_there_is_much() -> None:
    sizes = [len(block) for block in arranged(EVERY, seed=1).blocks(5)]
    assert sum(sizes) == 200
    assert sizes[:10] == [5] * 10
    assert sizes[-2] == 17
