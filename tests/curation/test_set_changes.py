"""What differs between two states of a set, and on which examples they agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import Component, Example, Message, Requirement
from measurand.curation.set_changes import changed_words, set_changes


def example(name: str, text: str = "What?", component: Component = "core") -> Example:
    return Example(id=name, messages=(Message("user", text),), component=component)


def test_every_kind_of_change_is_told_apart() -> None:
    before = [example(name) for name in "abcdef"]
    after = [
        example("a"),
        example("b", "Why?"),
        replace(example("c"), segments=("x",)),
        example("d", component="edge"),
        replace(example("e"), checklist=(Requirement(("yes",)),), probability=0.5),
        example("g", "New?"),
    ]
    found = set_changes(before, after)
    assert [one.id for one in found.added] == ["g"]
    assert [one.id for one in found.removed] == ["f"]
    assert [one.example for one in found.content] == ["b", "e"]
    assert [one.example for one in found.tags] == ["c"]
    assert found.moved == (("d", "core", "edge"),)
    assert [part.field for part in found.content[1].fields] == ["checklist", "probability"]
    assert found.content[0].fields[0].before == "user: What?"
    # a, c and d say the same and count the same way as before.
    assert found.common == 3
    assert found.told == (
        "1 added, 1 removed, 2 changed in content, 1 changed in tags alone, "
        "1 moved to another component"
    )


def test_the_same_content_under_another_id_is_told() -> None:
    found = set_changes([example("a", "One?"), example("b")], [example("z", "One?"), example("b")])
    assert found.renamed == (("a", "z"),)
    assert found.common == 1


NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(NAMES, NAMES)
def test_turned_round_what_was_added_is_removed(first: list[str], second: list[str]) -> None:
    one, other = [example(n) for n in first], [example(n, n) for n in second]
    there, back = set_changes(one, other), set_changes(other, one)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert there.common == back.common
    assert set_changes(one, one).none
    assert set_changes(one, reversed(one)).none


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("one two three", "one 2 three", "one [-two-]{+2+} three"),
        ("", "all", "{+all+}"),
        ("all", "", "[-all-]"),
        ("same", "same", "same"),
    ],
)
def test_words_are_shown_where_they_change(before: str, after: str, shown: str) -> None:
    assert changed_words(before, after) == shown


def test_long_stretches_that_are_the_same_are_left_out() -> None:
    same = " ".join(f"w{number}" for number in range(200))
    shown = changed_words(f"{same} old {same}", f"{same} new {same}")
    assert "[-old-]{+new+}" in shown
    assert len(shown) < 150
    assert "words" not in changed_words("x " * 3000, "y " * 3000)
    assert changed_words("x " * 3000, "y " * 3000) == "[-6,000 characters-]{+6,000 characters+}"
