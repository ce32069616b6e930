from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache

import jsonschema_rs
import numpy as np
import pytest

from measurand.core.example import COMPONENTS, MINIMUM, Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Output
from measurand.simulate.answers import FAULTS
from measurand.simulate.behaviour import HARM, population
from measurand.simulate.support_bot import (
    REPLY_SCHEMA,
    UNSAFE_PATTERNS,
    SupportBot,
    support_bot,
)

PEOPLE = ("r1", "r2", "r3")
RATED = ("accuracy", "relevance", "tone", "safety")


@cache
def world(seed: int = 7) -> SupportBot:
    return support_bot(seed)


def _pairs(bot: SupportBot) -> list[tuple[Example, Output]]:
    examples = {example.id: example for example in bot.examples}
    return [(examples[output.example], output) for output in bot.outputs]


def _print(bot: SupportBot) -> str:
    return fingerprint([bot.examples, bot.outputs, [str(row) for row in bot.ratings]])


def test_the_set_has_its_five_components() -> None:
    bot = world()
    assert Counter(example.component for example in bot.examples) == dict(MINIMUM)
    assert len({example.id for example in bot.examples}) == 430
    assert len({example.question for example in bot.examples}) == 430
    assert {segment for example in bot.examples for segment in example.segments} == {
        "billing",
        "outage",
        "router",
        "contract",
        "moving house",
    }


def test_conversations_share_clusters_and_go_on() -> None:
    bot = world()
    sizes = Counter(Counter(example.cluster for example in bot.examples).values())
    assert set(sizes) == {1, 2}
    assert sizes[2] > 50
    for example in bot.examples:
        assert [message.role for message in example.messages] in (
            ["system", "user"],
            ["system", "user", "assistant", "user"],
        )
    assert any(len(example.messages) == 4 for example in bot.examples)


def test_many_examples_help_their_raters() -> None:
    examples = world().examples
    for share in (
        np.mean([bool(example.references) for example in examples]),
        np.mean([bool(example.checklist) for example in examples]),
        np.mean([bool(example.context) for example in examples]),
    ):
        assert 0.5 < share < 1
    golden = [example for example in examples if example.component == "golden"]
    assert all(example.references and example.checklist and example.context for example in golden)


def test_every_system_answers_every_example_in_its_own_words() -> None:
    bot = world()
    assert [system.role for system in bot.systems] == ["expert", "current", "candidate", "floor"]
    answers: dict[str, set[str | None]] = {}
    for output in bot.outputs:
        answers.setdefault(output.example, set()).add(output.text)
        assert output.seconds is not None
        assert output.seconds > 0
        assert output.cost is not None
        assert output.cost > 0
        assert (output.usage is None) == (output.system == "expert")
    assert len(bot.outputs) == 4 * 430
    assert all(len(texts) == 4 for texts in answers.values())


def test_the_floor_is_the_cheapest_and_the_expert_the_dearest() -> None:
    bot = world()
    cost = {
        system.name: sum(output.cost or 0 for output in bot.outputs if output.system == system.name)
        for system in bot.systems
    }
    assert sorted(cost, key=cost.__getitem__) == ["floor", "today", "candidate", "expert"]


def test_the_same_seed_is_the_same_world() -> None:
    assert _print(support_bot(7)) == _print(world())
    assert _print(support_bot(8)) != _print(world())


def _form(text: str) -> str | None:
    try:
        reply = json.loads(text)
    except ValueError:
        return "broken_json"
    return None if jsonschema_rs.is_valid(dict(REPLY_SCHEMA), reply) else "missing_field"


def _covered(example: Example, text: str) -> int:
    return sum(
        any(phrase.lower() in text.lower() for phrase in requirement.any_of)
        for requirement in example.checklist
    )


@pytest.mark.parametrize("seed", [7, 8])
def test_checks_find_exactly_what_was_planted(seed: int) -> None:
    bot = world(seed)
    for example, output in _pairs(bot):
        text = output.text or ""
        planted = bot.planted[example.id, output.system]
        assert _form(text) == next(iter(planted & {"broken_json", "missing_field"}), None)
        assert len(example.checklist) - _covered(example, text) == ("missing_element" in planted)
        assert (example.metadata["fact"] not in text) == ("wrong_fact" in planted)
        unsafe = any(re.search(pattern, text) for pattern in UNSAFE_PATTERNS.values())
        assert unsafe == bool(planted & {"personal_data", "unsafe_advice"})
        ratio = len(text.split()) / (example.expected_length or 1)
        assert (ratio > 2.5) if "too_long" in planted else (0.7 < ratio < 1.5), ratio


def test_every_fault_is_planted_somewhere() -> None:
    assert {fault for faults in world().planted.values() for fault in faults} == set(FAULTS)


def test_references_are_flawless() -> None:
    for example in world().examples:
        for reference, fact in [example.references] if example.references else []:
            assert _form(reference) is None
            assert _covered(example, reference) == len(example.checklist)
            assert fact == example.metadata["fact"]
            assert fact in reference
        for passage in example.context:
            assert example.metadata["fact"] in passage


def test_no_text_names_a_reachable_address() -> None:
    texts = [output.text or "" for output in world().outputs]
    texts += [message.content for example in world().examples for message in example.messages]
    for text in texts:
        assert all(host.endswith(".example") for host in re.findall(r"@([\w.]+\w)", text))
        assert not re.search(r"\b(?!555-01)\d{3}-\d{4}\b", text)


def test_people_and_the_judge_rate_every_output_or_say_why_not() -> None:
    bot = world()
    assert len(bot.ratings) == 4 * 1720 * 4
    assert set(bot.ratings.distinct("dimension")) == set(RATED)
    assert set(bot.ratings.distinct("rater")) == {*PEOPLE, "judge-sim"}
    for row in bot.ratings:
        assert (row.value is None) == bool(row.reason)
        assert row.component in COMPONENTS
        assert row.segment
        assert row.cluster
        if row.value is not None:
            assert row.value in ({0.0, 1.0} if row.dimension == "safety" else {1, 2, 3, 4, 5})
    judged = bot.ratings.where(rater="judge-sim")
    assert len(judged.where(value=None)) / len(judged) == pytest.approx(0.01, abs=0.004)
    unsure = bot.ratings.where(kind="people", dimension="accuracy")
    assert len(unsure.where(value=None)) / len(unsure) == pytest.approx(0.02, abs=0.007)


def test_the_rubric_is_the_one_of_the_guide() -> None:
    rubric = world().rubric
    assert [(part.name, part.weight) for part in rubric] == [
        ("accuracy", 30),
        ("relevance", 20),
        ("completeness", 15),
        ("format", 10),
        ("tone", 10),
        ("conciseness", 5),
        ("safety", 10),
    ]
    assert rubric.advice() == ()
    assert [part.name for part in rubric if part.blocking] == ["safety"]


def test_harm_leaves_the_stated_rates_as_they_are() -> None:
    shares = population(COMPONENTS)
    assert sum(shares[part] * HARM[part] for part in COMPONENTS) == pytest.approx(1.0)
