"""Who leaves, who takes which place, and what those that are left then stand for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from measurand.core.example import Component, Example, Message
from measurand.curation.rotation import Reserve, Rotation, rotate


def example(
    name: str, stratum: str | None = "s", *, component: Component = "core", p: float | None = 0.1
) -> Example:
    return Example(
        id=name,
        messages=(Message("user", name),),
        component=component,
        stratum=stratum,
        probability=p,
    )


def named(*names: str) -> Callable[[Example], str | None]:
    return lambda one: "named" if one.id in names else None


def rotated(
    examples: list[Example], reserve: list[Example], *names: str, rule: str = "r"
) -> Rotation:
    rules = {one.id: rule for one in examples}
    return rotate(examples, (Reserve(one, rule) for one in reserve), named(*names), rules=rules)


def test_the_next_of_the_same_stratum_takes_the_place_and_the_weight() -> None:
    found = rotated(
        [example("a"), example("b"), example("c", "t", p=0.2)],
        [example("x", "t", p=0.2), example("y"), example("z")],
        "b",
    )
    assert [one.id for one in found.examples] == ["a", "y", "c"]
    assert [one.probability for one in found.examples] == [0.1, 0.1, 0.2]
    assert found.used == {"y"}
    assert not found.shrunk
    assert [one.factor for one in found.strata] == [1.0]


def stands(found: Rotation, stratum: str = "s") -> float:
    return sum(1 / (one.probability or 1) for one in found.examples if one.stratum == stratum)


def test_a_stratum_whose_questions_were_asked_differently_keeps_its_weight() -> None:
    often, seldom = example("often", p=1 / 400), example("seldom", p=1 / 60)
    for leaves in ("often", "seldom"):
        found = rotated([often, seldom, example("c", "t", p=0.2)], [], leaves)
        assert stands(found) == pytest.approx(460)
        assert stands(found, "t") == 5
    # Nothing shrank, and what came was asked twice as often as what left.
    found = rotated([example("a"), example("b")], [example("x", p=0.05), example("y")], "a")
    assert stands(found) == pytest.approx(20)
    assert [one.probability for one in found.examples] == pytest.approx([0.075, 0.15])
    assert found.weighed(example("y")).probability == pytest.approx(0.15)
    assert not found.shrunk


def test_no_probability_becomes_more_than_one() -> None:
    before = [example(name, p=0.9) for name in "abc"]
    found = rotated(before, [example("x", p=0.1)], "a")
    assert max(one.probability or 0 for one in found.examples) <= 1
    assert stands(found) == pytest.approx(3 / 0.9)


def test_a_candidate_that_is_stale_itself_is_passed_over() -> None:
    found = rotated([example("a")], [example("x"), example("y")], "a", "x")
    assert [one.id for one in found.examples] == ["y"]
    assert [one.id for one in found.passed] == ["x"]


def test_where_the_reserve_does_not_suffice_the_others_stand_for_more() -> None:
    before = [example(name) for name in "abcd"]
    found = rotated(before, [example("x")], "a", "b")
    assert [one.id for one in found.examples] == ["x", "c", "d"]
    assert [one.probability for one in found.examples] == pytest.approx([0.075] * 3)
    # What stands stands for as many records as before.
    assert sum(1 / (one.probability or 1) for one in found.examples) == pytest.approx(40)
    assert [(one.name, one.before, one.after) for one in found.shrunk] == [("s", 4, 3)]
    assert found.lost == ()


def test_a_stratum_of_which_nothing_is_left_is_told() -> None:
    found = rotated([example("a"), example("b", "t")], [example("x", "t")], "a")
    assert [one.name for one in found.lost] == ["s"]
    assert found.retired[0].heir is None


def test_core_takes_no_heir_of_another_stratum_and_the_others_do() -> None:
    found = rotated(
        [example("a"), example("e", None, component="edge", p=None)],
        [example("x", "t"), example("y", None, component="edge", p=None)],
        "a",
        "e",
        rule="edge: length",
    )
    assert [one.id for one in found.examples] == ["y"]
    other = rotate(
        [example("e", None, component="edge", p=None)],
        [
            Reserve(example("x", None, component="edge", p=None), "edge: complaint"),
            Reserve(example("y", None, component="edge", p=None), "edge: length"),
        ],
        named("e"),
        rules={"e": "edge: length"},
    )
    assert [one.id for one in other.examples] == ["y"]  # the same rule goes first


def test_nothing_stale_changes_nothing() -> None:
    before = [example("a"), example("b")]
    found = rotated(before, [example("x")])
    assert found.examples == tuple(before)
    assert not found.retired
