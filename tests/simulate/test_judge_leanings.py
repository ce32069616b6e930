"""What sways a simulated judge beside the text: labels, examples, references, earlier levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurand.core.example import Message
from measurand.core.judging import BlindTask, Exemplar, Probing
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.raters.judge.prompt import render
from measurand.simulate.judge_model import Before, Item, Seen, seen
from measurand.simulate.judge_model_sim import SimJudge
from measurand.simulate.provider_asked import Asked

KEY = b"0123456789abcdef"
RUBRIC = Rubric(Dimension("clarity", "Clear."), Dimension("depth", "Deep.", scale=Scale.of("1-9")))


def question(number: int, **more: object) -> Seen:
    task = Seen(
        form="pointwise",
        items=(Item(f"Answer {number}."),),
        dimension="clarity",
        levels=tuple(range(1, 10)),
        canary=f"w{number}",
        checklist=(),
    )
    return replace(task, **more)  # type: ignore[arg-type]


def mean(judge: SimJudge, **more: object) -> float:
    """The mean level of questions, on nine levels."""
    said = [judge.say(question(number, **more))["level"] for number in range(400)]
    return float(np.mean(said))


def read(task: BlindTask) -> Seen:
    """The question as a prompt carries it."""
    prompt = render(task, RUBRIC, run_key=KEY)
    turns = tuple((message.role, message.content) for message in prompt.messages)
    found = seen(Asked(model="judge", turns=turns, key="k"))
    assert found is not None
    return found


def asked(**more: object) -> BlindTask:
    task = BlindTask(
        messages=(Message("user", "Why?"),),
        output="Because.",
        dimension="clarity",
        references=("So.",),
    )
    return replace(task, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("label_set", "best"), [("letters", "A"), ("roman", "V"), ("words", "five")]
)
def test_labels_are_read_as_the_numbers_that_they_stand_for(label_set: str, best: str) -> None:
    found = read(asked(probing=Probing(label_set=label_set)))  # type: ignore[arg-type]
    assert found.label_set == label_set
    assert found.share(best) == 1.0
    assert found.level(found.numbers[-1]) == best
    assert not found.best_first
    turned = read(asked(probing=Probing(label_set=label_set), reversed=True))
    assert turned.best_first
    assert SimJudge(noise=0.0, severity=-9.0).say(found)["level"] == best


def test_examples_and_scored_references_are_seen_and_pull() -> None:
    shown = tuple(
        Exemplar(messages=(Message("user", "How?"),), output=f"Thus {n}.", level=float(level))
        for n, level in enumerate((5, 2))
    )
    assert read(asked(exemplars=shown)).exemplars == (1.0, 0.25)
    assert read(asked(probing=Probing(reference_level=5.0))).scored == 1.0
    assert read(asked()).exemplars == ()
    assert read(asked()).scored is None
    judge = SimJudge(noise=0.3, exemplar=0.4, reference=0.4)
    plain = mean(judge)
    assert mean(judge, exemplars=(0.0, 1.0)) - plain == pytest.approx(0.2 * 8, abs=0.5)
    assert mean(judge, scored=0.0) - plain == pytest.approx(-0.2 * 8, abs=0.5)


def test_the_level_before_pulls_and_only_that_of_another_output() -> None:
    judge = SimJudge(noise=0.3, anchor=0.3)
    high = (Before("clarity", "Another.", 1.0),)
    assert mean(judge, before=high) - mean(judge) == pytest.approx(0.15 * 8, abs=0.4)
    own = [
        judge.say(question(n, before=(Before("depth", f"Answer {n}.", 1.0),))) for n in range(200)
    ]
    assert [one["level"] for one in own] == [judge.say(question(n))["level"] for n in range(200)]


def test_halo_goes_towards_what_was_said_of_the_same_output() -> None:
    judge = SimJudge(noise=0.0, halo=1.0)
    for share, level in ((0.0, 1), (0.5, 5), (1.0, 9)):
        before = (Before("depth", "Answer 3.", share),)
        assert judge.say(question(3, before=before))["level"] == level


def test_a_judge_may_use_few_of_its_levels() -> None:
    judge = SimJudge(noise=0.5, uses=(0.0, 0.5, 1.0))
    assert {judge.say(question(n))["level"] for n in range(100)} == {1, 5, 9}


def test_replies_fail_as_often_as_planted_where_the_level_is_low() -> None:
    rates = {}
    for severity in (9.0, -9.0):
        judge = SimJudge(noise=0.0, severity=severity, fails=(0.25, 0.03))
        failed = 0
        for number in range(600):
            task = asked(output=f"Answer number {number}, as it is.")
            prompt = render(task, RUBRIC, run_key=KEY)
            turns = tuple((message.role, message.content) for message in prompt.messages)
            failed += not judge.reply(Asked(model="judge", turns=turns, key="k")).startswith("{")
        rates[severity] = failed / 600
    assert rates[9.0] == pytest.approx(0.25, abs=0.059)
    assert rates[-9.0] == pytest.approx(0.03, abs=0.024)


def test_without_a_leaning_nothing_of_it_matters() -> None:
    judge = SimJudge(noise=0.3)
    beside = {"exemplars": (1.0,), "scored": 1.0, "before": (Before("clarity", "x", 1.0),)}
    assert mean(judge, **beside) == mean(judge)
