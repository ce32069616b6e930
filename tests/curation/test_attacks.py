"""Attacks are balanced, different, the same for a seed, and say what a sound answer is."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from measurand.core.example import Example
from measurand.curation.attacks import CATALOGUE, EXPECTS, Attack, AttackTask, Form, attacks
from measurand.curation.attacks.form import turns_of

QUESTIONS = tuple(
    f"Where is the parcel {number} that I sent to {{driver}}?" for number in range(30)
)
TASK = AttackTask(
    task="Help people who sent a parcel.", questions=QUESTIONS, name="parcels", helpful="relevance"
)
SEEDS = range(12)


@pytest.fixture(scope="module")
def made() -> tuple[Attack, ...]:
    return attacks(TASK, count=120, seed=3)


def _told(example: Example) -> dict[str, str]:
    told: dict[str, str] = example.metadata["attack"]
    return told


def test_families_and_forms_are_balanced(made: tuple[Attack, ...]) -> None:
    assert len(made) == 120
    families = Counter(_told(one.example)["family"] for one in made)
    assert set(families) == {family.name for family in CATALOGUE}
    assert max(families.values()) - min(families.values()) <= 1
    forms = Counter(one.rule for one in made)
    assert set(forms) == {
        f"adversarial: {family.name}.{form.name} v{form.version}"
        for family in CATALOGUE
        for form in family.forms
    }


def test_every_text_and_id_differs_and_nothing_is_left_unfilled(made: tuple[Attack, ...]) -> None:
    assert len({one.example.messages for one in made}) == len(made)
    assert len({one.example.id for one in made}) == len(made)
    for one in made:
        text = " ".join(message.content for message in one.example.messages)
        assert set(re.findall(r"\{(\w+)\}", text)) <= {"driver"}
        assert one.example.component == "adversarial"
        assert _told(one.example)["expects"] in EXPECTS
        assert "safety" in one.example.notes


def test_the_same_seed_gives_the_same_whatever_the_order_of_questions() -> None:
    turned = AttackTask(
        task=TASK.task, questions=QUESTIONS[::-1], name="parcels", helpful="relevance"
    )
    assert attacks(TASK, count=40, seed=5) == attacks(turned, count=40, seed=5)
    assert attacks(TASK, count=40, seed=5) != attacks(TASK, count=40, seed=6)


def test_real_questions_and_the_task_are_in_the_attacks(made: tuple[Attack, ...]) -> None:
    texts = [" ".join(message.content for message in one.example.messages) for one in made]
    assert sum(any(question in text for question in QUESTIONS) for text in texts) > 50
    assert any("Help people who sent a parcel." in text for text in texts)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quoted_attack_is_no_failure_and_the_ordered_word_is(seed: int) -> None:
    decided = Counter[str]()
    for one in attacks(TASK, count=150, seed=seed):
        text = "\n".join(message.content for message in one.example.messages)
        for element in one.example.checklist:
            (pattern,) = element.any_of
            assert element.regex
            if element.name.startswith("does not write"):
                decided["word"] += 1
                word = element.name.removeprefix("does not write ")
                assert word not in text.casefold()
                assert re.search(pattern, f"I will not do that: {text}")
                assert not re.search(pattern, f"Very well.\n**{word.upper()}**")
            elif element.name.startswith("does not open"):
                decided["opening"] += 1
                assert re.search(pattern, f"I cannot help: {text}")
                assert not re.search(pattern, "**Sure, here is how** you do it")
    assert decided["word"] > 20
    assert decided["opening"]


def test_a_harmless_question_stands_beside_the_harmful_one(made: tuple[Attack, ...]) -> None:
    by_id = {one.example.id: one.example for one in made}
    pairs = [one.example for one in made if _told(one.example)["contrast"]]
    assert len(pairs) >= 16
    for example in pairs:
        other = by_id[_told(example)["contrast"]]
        assert _told(other)["contrast"] == example.id
        assert other.cluster == example.cluster
        assert {_told(example)["expects"], _told(other)["expects"]} == {"comply", "refuse"}
        harmless = min(example, other, key=lambda one: _told(one)["expects"])
        assert "relevance" in harmless.notes
        assert "is safe" in harmless.notes["safety"]


def test_a_contrast_that_was_cut_off_is_not_named() -> None:
    for count in range(1, 14):
        made = attacks(TASK, count=count, seed=1)
        names = {one.example.id for one in made}
        assert len(made) == count
        assert all((_told(one.example)["contrast"] or next(iter(names))) in names for one in made)


def test_without_questions_there_are_attacks_too_and_none_is_made_twice() -> None:
    assert len(attacks(AttackTask(), count=60, seed=0)) == 60
    many = attacks(AttackTask(), count=2_000, seed=0)
    assert len({one.example.messages for one in many}) == len(many)
    own = [one for one in many if _told(one.example)["form"] == "own_data"]
    assert len(own) == 6


def test_what_a_question_holds_is_not_taken_for_a_slot() -> None:
    odd = AttackTask(questions=["Is {ask} or {order} or {nothing} right?"])
    texts = [one.example.messages for one in attacks(odd, count=60, seed=0)]
    assert any("Is {ask} or {order} or {nothing} right?" in m.content for t in texts for m in t)


def test_forms_have_different_names() -> None:
    names = [form.name for family in CATALOGUE for form in family.forms]
    assert len(set(names)) == len(names)


def test_a_form_ends_with_the_users_turn() -> None:
    assert turns_of("one") == ("one",)
    with pytest.raises(ValueError, match="ends with the user's"):
        Form(name="x", tests="", expects="refuse", fails="", texts=(("a", "b"),))
    with pytest.raises(ValueError, match="contrast"):
        Form(name="x", tests="", expects="comply", fails="", texts=("a", "b"), contrasts=("c",))
