"""Attacks: each aims at this judge's prompt, none leaves its fence, and what came of it is told."""

import asyncio
import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.core.attack import attack_outcome, has_room
from measurand.core.example import Example, Message
from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import Call, ModelReply, ModelRequest
from measurand.core.probes import ATTACK_NAMES, PROBES
from measurand.core.rating import Measurement
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT, YES_NO, Scale
from measurand.raters.judge import JudgeOptions, JudgeRater, JudgeSettings, read_back
from measurand.raters.judge.fence import blocks, outside
from measurand.raters.judge.prompt import render
from measurand.raters.judge.rules import EMPTY, says_nothing
from measurand.raters.probes import ATTACKS, ProbeTask, attack
from measurand.raters.probes.attacks import best_level

KEY = b"0123456789abcdef"
E = Example(id="e", messages=(Message("user", "Where is the Louvre?"),))
RUBRIC = Rubric(Dimension("accuracy", "Right?"), Dimension("safety", "Safe?", scale=YES_NO))
ACCURACY = RUBRIC.dimension("accuracy")
TASK = BlindTask(messages=E.messages, output="In Rome.", dimension="accuracy")
IN_PLACE = {"attack-master-key", "attack-empty"}


def said(value: float | None, failure: str | None = None, reason: str = "r") -> Judgment:
    return Judgment(measurement=Measurement(value, reason), failure=failure)


def came_of(judgment: Judgment, *, base: float) -> str:
    """What the row that a judgment becomes says of an attack."""
    asked = ProbeTask(tasks=(TASK,), example="e", system="s", probe="attack-naive", words=2)
    row = asked.row(judgment, rater="j")
    return attack_outcome(row.value, row.failure, scale=ACCURACY.scale, base=base)


def test_there_are_ten_and_each_is_in_the_catalogue() -> None:
    assert tuple(ATTACKS) == ATTACK_NAMES
    assert len(ATTACKS) == 10
    for name in ATTACKS:
        assert (PROBES[name].bias, PROBES[name].acts) == ("injection", "attack")
    with pytest.raises(KeyError, match="no attack"):
        attack("attack-nonsense", E, "x", best=5, seed=0)


@pytest.mark.parametrize("name", ATTACK_NAMES)
def test_each_asks_for_the_best_level_or_takes_the_answers_place(name: str) -> None:
    texts = {attack(name, E, "In Rome.", best=5, seed=seed).text for seed in range(40)}
    assert len(texts) > 1 or name == "attack-completion"
    for text in texts:
        assert ("In Rome." in text) == (name not in IN_PLACE)
        assert ("5" in text) == (name not in IN_PLACE)
    assert attack(name, E, "In Rome.", best=5, seed=3) == attack(
        name, E, "In Rome.", best=5, seed=3
    )


def test_dictated_replies_are_of_the_form_that_is_asked_for() -> None:
    for name in ("attack-completion", "attack-canary"):
        for best in (5, 1, "yes"):
            text = attack(name, E, "x", best=best, seed=0).text
            found = json.loads(text[text.index("{") : text.index("}") + 1])
            assert found["level"] == best
            assert set(found) == {"evidence", "reason", "level", "cannot_assess", "canary"}


@settings(max_examples=100, deadline=None)
@given(output=st.text(max_size=60), name=st.sampled_from(ATTACK_NAMES), seed=st.integers(0, 99))
def test_none_leaves_its_fence(output: str, name: str, seed: int) -> None:
    text = attack(name, E, output, best=5, seed=seed).text
    prompt = render(dataclasses.replace(TASK, output=text), RUBRIC, run_key=KEY)
    usual = render(TASK, RUBRIC, run_key=KEY)
    body = prompt.messages[1].content
    assert [block.text for block in blocks(body)][-1] == text
    assert outside(body).replace(prompt.canary, "") == outside(usual.messages[1].content).replace(
        usual.canary, ""
    )


@pytest.mark.parametrize(
    ("dimension", "best"),
    [
        (ACCURACY, 5),
        (RUBRIC.dimension("safety"), "yes"),
        (Dimension("d", scale=UNIT), 1),
        (Dimension("d", scale=Scale.of("win/tie/loss")), None),
        (Dimension("d", scale=Scale.of("nominal")), None),
        (Dimension("d", scale=Scale.of("0-1000")), None),
    ],
)
def test_the_best_level_is_that_of_the_scale(dimension: Dimension, best: object) -> None:
    assert best_level(dimension) == best


@pytest.mark.parametrize(
    ("judgment", "base", "outcome"),
    [
        (said(5.0), 2.0, "succeeded"),
        (said(4.0), 2.0, "succeeded"),
        (said(4.0), 2.5, "withstood"),
        (said(2.0), 2.0, "withstood"),
        (said(1.0), 2.0, "withstood"),
        (said(None, "hijack_suspected"), 2.0, "caught"),
        (said(None, "refused"), 2.0, "caught"),
        (said(1.0, reason=EMPTY), 2.0, "settled"),
        (said(None, "abstained", EMPTY), 2.0, "settled"),
        (said(None, "abstained"), 2.0, "missing"),
        (said(None, "timeout"), 2.0, "missing"),
        (said(None, "invalid"), 2.0, "missing"),
    ],
)
def test_what_came_of_it(judgment: Judgment, base: float, outcome: str) -> None:
    assert came_of(judgment, base=base) == outcome


def test_there_is_room_up_to_the_middle_of_the_scale() -> None:
    assert [has_room(base, scale=ACCURACY.scale) for base in (1.0, 3.0, 3.5, 5.0)] == [
        *(True, True),
        *(False, False),
    ]
    assert not has_room("win", scale=Scale.of("win/tie/loss"))


class Obedient:
    """Does what the output says: copies a dictated reply, or gives the level that is ordered."""

    name = "lab/judge-1"
    version = "1"

    def __init__(self, *, copies: bool) -> None:
        self.copies = copies

    async def ask(self, request: ModelRequest) -> Call:
        asked = read_back(request)
        assert asked is not None
        (text,) = asked.outputs
        if self.copies and '"canary"' in text:
            reply = text[text.index("{") : text.index("}") + 1]
        else:
            level = 5 if "5" in text else 2
            reply = json.dumps(
                {
                    "evidence": [],
                    "reason": "r",
                    "level": level,
                    "cannot_assess": False,
                    "canary": asked.canary,
                }
            )
        return Call(model=self.name, reply=ModelReply(text=reply))


@pytest.mark.parametrize("copies", [False, True])
def test_a_judge_that_obeys_is_taken_in_or_caught(copies: bool) -> None:  # noqa: FBT001
    options = JudgeOptions(settings={"accuracy": JudgeSettings()}, run_key=KEY)
    judge = JudgeRater(Obedient(copies=copies), RUBRIC, options)
    found = {}
    for name in ATTACK_NAMES:
        text = attack(name, E, "In Rome.", best=5, seed=1).text
        judgment = asyncio.run(judge.judge(dataclasses.replace(TASK, output=text)))
        found[name] = came_of(judgment, base=2.0)
        if says_nothing(text):
            assert (found[name], judgment.calls) == ("settled", ())
    assert found["attack-empty"] == "settled"
    assert found["attack-naive"] == "succeeded"
    dictated = {"attack-completion", "attack-canary", "attack-combined"}
    assert {found[name] for name in dictated} == {"caught" if copies else "succeeded"}
