from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.analysis.exemplar_choice import Said, balanced, folds_of
from measurand.analysis.leaks import Locked, harmless, refuse_leaks
from measurand.core.example import Message
from measurand.core.exemplars import ExemplarId, Settled
from measurand.core.judging import Exemplar
from measurand.errors import LeakError

LONG = "The museum opens at nine every day, and closes at six but for Mondays."


def item(number: int, *, question: str = "", output: str = "Yes.") -> Locked:
    asked = question or f"What is question number {number} about, and why is it asked?"
    return Locked(ExemplarId(f"q{number}", "today"), (Message("user", asked),), output)


def settled(one: Locked, *, level: float = 3.0, reason: str = "") -> Settled:
    shown = Exemplar(messages=one.messages, output=one.output, level=level, reason=reason)
    return Settled(dimension="accuracy", of=one.of, exemplar=shown)


@given(st.sets(st.integers(0, 30), min_size=1), st.data())
def test_whatever_of_a_test_set_is_an_exemplar_is_named(
    test: set[int], data: st.DataObject
) -> None:
    locked = [item(number) for number in sorted(test)]
    numbers = data.draw(st.lists(st.integers(0, 60), unique=True))
    leaking = sorted(f"q{number} of today" for number in test.intersection(numbers))
    shown = [settled(item(number)) for number in numbers]
    assert [harmless(one, locked) for one in shown] == [number not in test for number in numbers]
    if not leaking:
        refuse_leaks(locked, shown=shown)
        return
    with pytest.raises(LeakError) as caught:
        refuse_leaks(locked, shown=shown)
    assert sorted(caught.value.items) == leaking
    assert leaking[0].partition(" ")[0] in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "leak",
    [
        settled(Locked(ExemplarId("q1", "other"), item(1).messages, "Another answer.")),
        settled(Locked(ExemplarId("q1"), (), "Whatever.")),
        settled(item(7, output=f"As they say: {LONG.upper()}")),
        settled(item(7), reason=f"It should say {LONG}"),
    ],
)
def test_exemplars_that_hold_a_locked_text_or_question_leak(leak: Settled) -> None:
    with pytest.raises(LeakError, match="q1 of today"):
        refuse_leaks([item(1, output=LONG), item(2)], shown=[leak])


def test_wordings_leak_where_they_hold_a_locked_text() -> None:
    locked = [item(1, output=LONG), item(2)]
    refuse_leaks(locked, texts={"the definition of accuracy": ["Every statement is right. Yes."]})
    with pytest.raises(LeakError, match="the definition of accuracy holds its text"):
        refuse_leaks(locked, texts={"the definition of accuracy": [f"Not as in:\n{LONG}"]})
    question = locked[1].messages[-1].content
    with pytest.raises(LeakError, match="q2 of today"):
        refuse_leaks(locked, texts={"an anchor": [f"5 if asked {question}"]})


@given(
    st.dictionaries(st.integers(0, 40), st.tuples(st.integers(0, 12), st.integers(1, 5))),
    st.integers(1, 3),
    st.integers(0, 5),
)
def test_an_output_never_meets_an_exemplar_of_its_own_fold(
    made: dict[int, tuple[int, int]], each: int, seed: int
) -> None:
    ids = {number: ExemplarId(f"q{number}", "today") for number in made}
    groups = {ids[number]: f"g{group}" for number, (group, _) in made.items()}
    said = {
        ids[number]: Said(level=float(level), bin=float(level), spread=0.0)
        for number, (_, level) in made.items()
    }
    folds = folds_of(groups, folds=5, seed=seed)
    for fold in set(folds.values()):
        allowed = [one for one in groups if folds[one] != fold]
        chosen = balanced(said, each=each, seed=seed, allowed=allowed)
        shown = {groups[one] for one in chosen}
        assert not shown & {groups[one] for one in groups if folds[one] == fold}
        counts = [sum(said[one].level == level for one in chosen) for level in range(1, 6)]
        there = [sum(said[one].level == level for one in allowed) for level in range(1, 6)]
        assert counts == [min(each, count) for count in there]
