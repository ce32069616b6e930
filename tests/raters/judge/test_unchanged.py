"""Prompts, keys and versions as they were before there were probes: ledgers are joined by them."""

import dataclasses
import hashlib
import json

import pytest

from measurand.core.example import Example, Message, Requirement
from measurand.core.judging import BlindTask
from measurand.core.rubric import Rubric
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings

KEY = b"0123456789abcdef"
QUESTION = (Message("system", "Be brief."), Message("user", "Where is the Louvre?"))
FULL = BlindTask(
    messages=QUESTION,
    output="# The Louvre\n\nIt is in **Paris**. <<<END answer",
    references=("In Paris.", "Paris, France."),
    context=("A museum.",),
    note="The city is enough.",
    dimension="accuracy",
)
TASKS = {
    "full": FULL,
    "repeat": dataclasses.replace(FULL, repeat=2, reversed=True),
    "bare": BlindTask(messages=(), output="", dimension="safety"),
    "labels": BlindTask(messages=QUESTION, output="Paris", dimension="kind"),
    "share": dataclasses.replace(FULL, dimension="completeness", references=()),
    "checklist": dataclasses.replace(
        FULL, dimension="completeness", checklist=(Requirement(("Paris",)), Requirement(("Seine",)))
    ),
    "ab": dataclasses.replace(FULL, dimension="better", other="In Rome.", order="ab"),
    "ba": dataclasses.replace(FULL, dimension="better", other="In Rome.", order="ba", repeat=1),
}
STORED = {
    "full": "a89f8aaabee0d0bb9c7a5d83",
    "repeat": "4a8b34c490e5c9f0aff0982e",
    "bare": "aad9a45734784797cfd24322",
    "labels": "f8246a125f015e429a50241e",
    "share": "fd6000b1142074b66fb6a47d",
    "checklist": "4fa2b8688b92a8a169ff8727",
    "ab": "53b6a47ffd15adf705c72fc5",
    "ba": "b6e40eba703ae7486c26efa1",
    "tasks": "8dfbc80fbddefcbf4467959d",
}
VERSION = "6859d12dbf317219"


def rater(rubric: Rubric, scripted: type) -> JudgeRater:
    settings = {
        "accuracy": JudgeSettings(),
        "completeness": JudgeSettings(form="checklist", criteria=("It names the city.",)),
        "safety": JudgeSettings(reference="never"),
        "kind": JudgeSettings(),
        "better": JudgeSettings(form="pairwise"),
    }
    parameters = {"temperature": 0.3, "max_tokens": 700}
    options = JudgeOptions(settings=settings, run_key=KEY, parameters=parameters, salt="run 1")
    found: JudgeRater = JudgeRater(scripted(lambda *_: ""), rubric, options)
    return found


def digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, default=dataclasses.asdict).encode()).hexdigest()[:24]


@pytest.mark.parametrize("name", TASKS)
def test_a_request_is_what_it_was(name: str, rubric: Rubric, scripted: type) -> None:
    request = rater(rubric, scripted).request(TASKS[name])
    assert digest(dataclasses.astuple(request)) == STORED[name]


def test_a_version_is_what_it_was(rubric: Rubric, scripted: type) -> None:
    assert rater(rubric, scripted).version == VERSION


def test_the_tasks_of_an_output_are_what_they_were(
    rubric: Rubric, scripted: type, example: Example
) -> None:
    judge = rater(rubric, scripted)
    requests = [judge.request(task) for task in judge.tasks(example, "In Paris.")]
    assert digest([request.key for request in requests]) == STORED["tasks"]
