from __future__ import annotations

from collections.abc import Sequence

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
    first = caught.value.items[0]  # of many only the first few are told
    assert first.partition(" ")[0] in str(caught.value)
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


WARRANTY = (
    "The warranty covers parts and labour for two years. It does not cover damage by water. "
    "Claims are made in the shop with the receipt."
)
ANSWER = Locked(
    ExemplarId("e1", "s"), (Message("user", "What does the warranty cover?"),), WARRANTY
)


def leaks(text: str, *, locked: Locked = ANSWER, known: Sequence[Locked] = ()) -> bool:
    named: tuple[str, ...] = ()
    try:
        refuse_leaks([locked], texts={"an anchor": [text]}, known=known)
    except LeakError as caught:
        named = caught.items
    assert set(named) <= {str(locked.of)}
    return bool(named)


@pytest.mark.parametrize(
    "text",
    [
        f"Level 5: {WARRANTY}",
        f"Level 5: {WARRANTY[:86]}",
        "Level 5: " + WARRANTY.replace("labour for", "labour, for"),
        "Level 5: " + WARRANTY.upper().replace(" ", "\n - "),
        "As in \u201cClaims are made in the shop, with the receipt\u201d",
        'For "What does the warranty cover?" give 5',
    ],
)
def test_quotations_leak_in_part_and_with_other_punctuation(text: str) -> None:
    assert leaks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Level 5: names what the warranty covers and for how long, and what damage it leaves out.",
        "It does not cover damage that is asked about.",
        "What does the answer cover?",
        "",
    ],
)
def test_words_in_common_are_no_leak(text: str) -> None:
    assert not leaks(text)


@given(st.lists(st.sampled_from("abcdefghijkl"), min_size=8, max_size=30), st.data())
def test_any_eight_words_in_a_row_leak_and_seven_never_do(
    words: list[str], data: st.DataObject
) -> None:
    locked = Locked(ExemplarId("e1", "s"), (), " ".join(words))
    start = data.draw(st.integers(0, len(words) - 8))
    mark = data.draw(st.sampled_from([" ", ", ", "\n", " - ", ". "]))
    assert leaks("z " + mark.join(words[start : start + 8]).upper() + " z", locked=locked)
    assert not leaks("z " + mark.join(words[start : start + 7]) + " z", locked=locked)


@pytest.mark.parametrize(
    ("output", "quoted", "leaking"),
    [
        (
            "保修期为两年\uff0c包括零件和人工\uff0c但不包括进水造成的损坏。",
            "两年包括零件和人工但不包括进水造成的",
            True,
        ),
        ("保修期为两年\uff0c包括零件和人工\uff0c但不包括进水造成的损坏。", "两年包括零件", False),
        ("保修期为两年\uff0c包括零件。", "例\uff1a保修期为两年包括零件", True),
        ("वारंटी दो साल तक पुर्ज़ों और मज़दूरी को कवर करती है।", "दो साल तक पुर्ज़ों और मज़दूरी को कवर", True),
        ("Don\u2019t pour water on it.", "Dont pour water on it", True),
    ],
)
def test_scripts_without_spaces_and_marks_inside_words(
    output: str,
    quoted: str,
    leaking: bool,  # noqa: FBT001
) -> None:
    assert leaks(quoted, locked=Locked(ExemplarId("e1", "s"), (), output)) == leaking


def test_what_three_examples_of_the_development_set_say_is_everybodys() -> None:
    told = "Begins with: the warranty covers parts and labour for two years."
    said = [Locked(ExemplarId(f"d{n}", "s"), (), f"Well, {WARRANTY[:51]}") for n in range(3)]
    assert not leaks(told, known=said)
    assert leaks(told, known=said[:2])
    assert leaks(told, known=[said[0]] * 3)
    asked = Message("system", WARRANTY[:51])
    assert not leaks(told, known=[Locked(one.of, (asked,), "Yes.") for one in said])
    assert leaks("Claims are made in the shop with the receipt", known=said)


def test_an_exemplar_may_share_a_sentence_with_a_locked_output_but_not_half_of_it() -> None:
    for kept, same in ((WARRANTY[:86], False), (WARRANTY[:51], True)):
        one = settled(item(7, output=f"{kept} That is all there is to say of it."))
        assert harmless(one, [ANSWER]) == same
    reason = settled(item(7), reason=f"It should say: {WARRANTY[:51]}")
    assert not harmless(reason, [ANSWER])


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
