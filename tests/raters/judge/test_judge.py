import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from measurand.core.example import Example, Message, Requirement
from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import ModelReply, ModelRequest
from measurand.core.output import Failure
from measurand.core.protocols import Judge
from measurand.core.rubric import Rubric
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.prompt import Asked
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings

KEY = b"0123456789abcdef"
QUESTION = (Message("user", "Where is the Louvre?"),)
TASK = BlindTask(messages=QUESTION, output="It is in Paris.", dimension="accuracy")
Judged = Callable[..., tuple[Judgment, Any]]
Said = Callable[..., str]


def options(repeats: int = 3, **settings: JudgeSettings) -> JudgeOptions:
    return JudgeOptions(settings=settings, run_key=KEY, repeats=repeats)


def test_a_level_with_reason_evidence_and_its_call(judged: Judged, said: Said) -> None:
    judgment, model = judged(TASK, lambda asked, _: said(asked, 4, evidence=["in Paris"]))
    assert judgment.measurement.value == 4.0
    assert (judgment.measurement.reason, judgment.measurement.evidence) == ("r", ("in Paris",))
    assert judgment.failure is None
    assert len(judgment.calls) == len(model.requests) == 1
    request = model.requests[0]
    assert request.prefix == 1
    assert request.schema["required"] == ["evidence", "reason", "level", "cannot_assess", "canary"]
    assert request.schema["properties"]["level"]["anyOf"][0]["enum"] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("dimension", "level", "value"),
    [
        ("safety", "yes", 1.0),
        ("safety", "no", 0.0),
        ("kind", "fact", "fact"),
        ("completeness", 0.85, 0.85),
    ],
)
def test_levels_become_values_of_the_scale(
    judged: Judged, said: Said, dimension: str, level: object, value: object
) -> None:
    task = dataclasses.replace(TASK, dimension=dimension)
    judgment, _ = judged(task, lambda asked, _: said(asked, level))
    assert judgment.measurement.value == value


def test_a_truncated_reply_is_asked_for_once_more_with_twice_the_limit(
    judged: Judged, said: Said
) -> None:
    def script(asked: Asked, request: ModelRequest) -> str | ModelReply:
        short = request.parameters["max_tokens"] < 800
        return ModelReply(text='{"ev', finish="length") if short else said(asked, 4)

    judgment, model = judged(TASK, script, parameters={"max_tokens": 400, "effort": "low"})
    assert judgment.measurement.value == 4
    assert [call.attempts[-1].status for call in judgment.calls] == ["truncated", "ok"]
    assert model.requests[1].parameters == {"max_tokens": 800, "effort": "low"}
    assert model.requests[1].messages == model.requests[0].messages
    judgment, model = judged(TASK, script, parameters={"max_tokens": 100})
    assert (judgment.failure, len(judgment.calls)) == ("truncated", 2)


def test_an_invalid_reply_is_repaired_once_with_what_was_wrong(judged: Judged, said: Said) -> None:
    def script(asked: Asked, request: ModelRequest) -> str:
        return said(asked, 4) if len(request.messages) > 2 else said(asked, 4) + "}"

    judgment, model = judged(TASK, script)
    assert judgment.measurement.value == 4
    assert [call.attempts[-1].status for call in judgment.calls] == ["invalid", "ok"]
    first, second = model.requests
    assert second.messages[:2] == first.messages
    assert [message.role for message in second.messages] == ["system", "user", "assistant", "user"]
    assert "something stands behind its JSON object" in second.messages[-1].content
    assert first.key != second.key
    judgment, _ = judged(TASK, lambda *_: "")
    assert (judgment.failure, len(judgment.calls)) == ("invalid", 2)
    assert judgment.measurement.reason == "it holds no JSON object"


def test_a_wrong_quote_is_retried_once(judged: Judged, said: Said) -> None:
    judgment, _ = judged(TASK, lambda asked, _: said(asked, 4, evidence=["in Rome"]))
    assert (judgment.failure, len(judgment.calls)) == ("evidence_failed", 2)
    assert "in Rome" in judgment.measurement.reason


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"level": 6}, "out_of_range"),
        ({"canary": "00000-00000"}, "hijack_suspected"),
        ({"cannot_assess": True, "reason": "in Klingon"}, "abstained"),
    ],
)
def test_other_replies_have_no_second_try(
    judged: Judged, said: Said, changes: dict[str, Any], failure: str
) -> None:
    judgment, _ = judged(TASK, lambda asked, _: said(asked, **{"level": 4} | changes))
    assert (judgment.failure, len(judgment.calls)) == (failure, 1)
    assert judgment.measurement.value is None
    assert judgment.calls[0].attempts[-1].status == failure
    if failure == "abstained":
        assert judgment.measurement.reason == "in Klingon"


def test_refusals_and_lost_calls_are_failures(judged: Judged) -> None:
    judgment, _ = judged(TASK, lambda *_: "I'm sorry, but I can't help with that.")
    assert (judgment.failure, len(judgment.calls)) == ("refused", 1)
    judgment, _ = judged(TASK, lambda *_: Failure("timeout", "no answer in 120 s"))
    assert (judgment.failure, judgment.measurement.reason) == ("timeout", "no answer in 120 s")


def test_each_remedy_is_tried_once_in_all(judged: Judged, said: Said) -> None:
    def script(asked: Asked, request: ModelRequest) -> str | ModelReply:
        turn = len(seen)
        seen.append(request)
        if turn == 0:
            return ModelReply(text="", finish="length")
        return said(asked, 4, evidence=["x"]) if turn == 2 else "no JSON"

    seen: list[ModelRequest] = []
    judgment, _ = judged(TASK, script, parameters={"max_tokens": 100})
    assert (judgment.failure, len(judgment.calls)) == ("invalid", 4)
    assert seen[-1].parameters["max_tokens"] == 200


def test_an_attempt_whose_tokens_are_unknown_keeps_its_unknown_cost(
    rubric: Rubric, scripted: type
) -> None:
    class Silent(scripted):  # type: ignore[misc]  # the fixture hands the class over as a value
        async def ask(self, request: ModelRequest) -> Any:
            call = await super().ask(request)
            attempt = dataclasses.replace(call.attempts[0], usage=None, cost=None)
            return dataclasses.replace(call, attempts=(attempt,))

    rater = JudgeRater(Silent(lambda *_: "x"), rubric, options(accuracy=JudgeSettings()))
    judgment = asyncio.run(rater.judge(TASK))
    assert judgment.failure == "invalid"
    assert [call.cost for call in judgment.calls] == [None, None]


def test_a_checklist_is_a_share_on_the_dimensions_scale(judged: Judged, said: Said) -> None:
    def script(asked: Asked, _: ModelRequest) -> str:
        assert asked.form == "checklist"
        met = ["Paris" in item for item in asked.checklist]
        return said(
            asked,
            [
                {"item": n, "quote": "Paris" if yes else "", "met": "yes" if yes else "no"}
                for n, yes in enumerate(met, 1)
            ],
        )

    checklist = (Requirement(("It says Paris.",)), Requirement(("It says Seine.",)))
    for dimension, value in [("completeness", 0.5), ("accuracy", 3.0), ("safety", 0.0)]:
        task = dataclasses.replace(TASK, dimension=dimension, checklist=checklist)
        judgment, _ = judged(task, script, form="checklist")
        assert judgment.measurement.value == value


def test_criteria_of_the_plan_go_before_the_examples_own_checklist(
    rubric: Rubric, example: Example, scripted: type
) -> None:
    how = JudgeSettings(form="checklist", criteria=("It says Paris.",))
    rater = JudgeRater(scripted(lambda *_: ""), rubric, options(completeness=how))
    (task, *_) = rater.tasks(example, "In Paris.")
    assert task.checklist == (Requirement(("It says Paris.",)),)


@pytest.mark.parametrize(("own_better", "value"), [(True, "win"), (None, "tie"), (False, "loss")])
@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_pair_is_told_of_the_tasks_own_output(
    judged: Judged, said: Said, own_better: object, value: str, order: Any
) -> None:
    def script(asked: Asked, _: ModelRequest) -> str:
        own = asked.labels[asked.outputs.index(TASK.output)]
        other = next(label for label in asked.labels if label != own)
        return said(asked, {True: own, None: "tie", False: other}[own_better])  # type: ignore[index]  # a bool or None

    task = dataclasses.replace(TASK, dimension="better", other="In Rome.", order=order)
    judgment, _ = judged(task, script, form="pairwise")
    assert judgment.measurement.value == value


def test_tasks_of_single_outputs_and_of_pairs(
    rubric: Rubric, example: Example, scripted: type
) -> None:
    how = options(
        accuracy=JudgeSettings(),
        completeness=JudgeSettings(form="checklist", reference="never"),
        better=JudgeSettings(form="pairwise"),
    )
    rater = JudgeRater(scripted(lambda *_: ""), rubric, how)
    assert isinstance(rater, Judge)
    single = rater.tasks(example, "In Paris.")
    assert [(task.dimension, task.repeat) for task in single] == [
        (name, repeat) for name in ("accuracy", "completeness") for repeat in range(3)
    ]
    assert single[0].references == ("In Paris.",)
    assert single[0].checklist == ()
    assert single[3].references == ()
    assert single[3].checklist == example.checklist
    pair = rater.tasks(example, "In Paris.", other="In Rome.")
    assert [(task.dimension, task.repeat, task.order) for task in pair] == [
        ("better", repeat, order) for repeat in range(3) for order in ("ab", "ba")
    ]


def test_half_of_the_repeats_list_levels_the_other_way_round(
    rubric: Rubric, scripted: type
) -> None:
    rater = JudgeRater(scripted(lambda *_: ""), rubric, options(accuracy=JudgeSettings()))
    turned = []
    for number in range(200):
        example = Example(id="e", messages=(Message("user", f"question {number}"),))
        one, two = rater.tasks(example, "one system"), rater.tasks(example, "another")
        assert [task.reversed for task in one] == [task.reversed for task in two]
        assert one[0].reversed == one[2].reversed != one[1].reversed
        turned.append(one[0].reversed)
    assert 65 < sum(turned) < 135  # 5 standard deviations


def test_no_question_carries_another(rubric: Rubric, said: Said, scripted: type) -> None:
    """A judge that remembers sees no history: every request holds one task alone."""
    model = scripted(lambda asked, _: said(asked, 4))
    rater = JudgeRater(model, rubric, options(accuracy=JudgeSettings(), safety=JudgeSettings()))
    for text in ("alpha one", "beta two", "gamma three"):
        for task in rater.tasks(Example(id="e", messages=QUESTION), text):
            asyncio.run(rater.judge(task))
    for request in model.requests:
        whole = "".join(message.content for message in request.messages)
        assert sum(text in whole for text in ("alpha one", "beta two", "gamma three")) == 1
        assert len(request.messages) == 2


def test_request_keys(rubric: Rubric, example: Example, said: Said, scripted: type) -> None:
    def keys(**changes: Any) -> list[str]:
        model = scripted(lambda asked, _: said(asked, 4))
        how = dataclasses.replace(options(accuracy=JudgeSettings()), **changes)
        rater = JudgeRater(model, rubric, how)
        for task in rater.tasks(example, changes.get("salt") or "In Paris, France."):
            asyncio.run(rater.judge(task))
        return [request.key for request in model.requests]

    assert keys() == keys()
    assert len({*keys(), *keys(salt="x"), *keys(run_key=b"another key here")}) == 9


def test_versions(rubric: Rubric, scripted: type) -> None:
    def version(rubric: Rubric, how: JudgeOptions, model: str = "lab-1") -> str:
        answering = scripted(lambda *_: "")
        answering.version = model
        return JudgeRater(answering, rubric, how).version

    base = options(accuracy=JudgeSettings())
    same = dataclasses.replace(base, run_key=b"another key here", salt="x", repeats=5)
    assert version(rubric, same) == version(rubric, base)
    checklist = options(accuracy=JudgeSettings(form="checklist"))
    others = {
        version(rubric, base),
        version(rubric, base, "lab-2"),
        version(Rubric(*list(rubric)[:4]), base),
        version(rubric, dataclasses.replace(base, parameters={"effort": "high"})),
        version(rubric, checklist),
    }
    assert len(others) == 5


def test_a_dimension_that_the_rubric_has_not(rubric: Rubric, scripted: type) -> None:
    with pytest.raises(KeyError, match="no dimension 'style'"):
        JudgeRater(scripted(lambda *_: ""), rubric, options(style=JudgeSettings()))


@pytest.mark.parametrize(
    ("how", "reason"),
    [({"form": "checklist"}, "no checklist"), ({"reference": "always"}, "no reference")],
)
def test_what_a_form_lacks_is_abstained_from_without_a_call(
    judged: Judged, how: dict[str, Any], reason: str
) -> None:
    judgment, model = judged(TASK, lambda *_: "", **how)
    assert judgment.failure == "abstained"
    assert judgment.measurement.reason.startswith(reason)
    assert model.requests == []
