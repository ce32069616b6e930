"""Files that the tools themselves wrote: the same counts, texts and scores come out of them.

They were made as docs/other-tools.md says; what is expected here was read from the tools' own
readers or from the files by hand, not from this package.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from measurand.core.example import Requirement, ToolCall
from measurand.core.rating import Rating
from measurand.core.scale import UNIT, YES_NO
from measurand.store.evals.gather import Evaluation
from measurand.store.evals.tools import Taking, read_evaluation

HERE = Path(__file__).parent / "recorded"
LM = HERE / "lm_eval"


def read(*names: str, taking: Taking | None = None) -> Evaluation:
    return read_evaluation([HERE / name for name in names], taking)


def only(evaluation: Evaluation, **cells: object) -> list[Rating]:
    return [
        rating
        for rating in evaluation.ratings
        if all(getattr(rating, name) == cell for name, cell in cells.items())
    ]


def values(evaluation: Evaluation, **cells: object) -> Counter[object]:
    return Counter(rating.value for rating in only(evaluation, **cells))


@pytest.mark.parametrize("name", ["inspect.eval", "inspect.json"])
def test_a_log_of_inspect(name: str) -> None:
    log = read(name)
    (taken,) = log.taken
    assert (taken.tool, taken.samples.read, taken.samples.kept) == ("Inspect", 10, 10)
    # 8 samples were scored by includes, model_graded_qa, form (two values) and share.
    assert (taken.scores.read, taken.scores.kept) == (40, 40)
    assert set(log.dataset._by_id) == {"core-001", "core-002", "core-003", "breaks", "7"}
    assert log.systems == ("openai/today",)
    assert {output.trial for output in log.outputs} == {0, 1}

    conversation = log.dataset["core-002"]
    assert [turn.role for turn in conversation.messages] == [
        *("system", "user", "assistant", "user")
    ]
    assert log.dataset["7"].references == ("line", "Line")
    assert log.dataset["core-001"].metadata == {"segment": "moving house", "fact": "3 weeks"}

    called = next(one for one in log.outputs if one.example == "7")
    assert [call.name for call in called.tool_calls] == ["lookup"]
    assert called.usage is not None
    assert called.usage.output_tokens > 0


@pytest.mark.parametrize("name", ["inspect.eval", "inspect.json"])
def test_scores_of_inspect_have_scales_and_errors_have_no_value(name: str) -> None:
    log = read(name)
    assert log.scales["includes"] == YES_NO
    assert log.scales["json"] == YES_NO
    # includes: core-002 and core-003 are correct in both epochs, core-001 and 7 are not.
    scored = {True: {"core-002", "core-003"}, False: {"core-001", "7"}}
    for right, names in scored.items():
        found = {one.example for one in only(log, dimension="includes", value=float(right))}
        assert found == names
    graded = only(log, dimension="model_graded_qa")
    assert {(one.rater, one.kind) for one in graded} == {("openai/judge", "judge")}
    assert {one.value for one in graded} == {None}
    assert {one.failure for one in graded} == {"invalid", "no_output"}
    unscored = only(log, dimension="share", example="core-003")
    assert {(one.value, one.failure) for one in unscored} == {(None, "exception")}
    failed = [one for one in log.outputs if one.failure is not None]
    assert [(one.example, one.text) for one in failed] == [("breaks", None)] * 2
    assert {one.failure for one in only(log, example="breaks")} == {"no_output"}
    assert 0.0 not in values(log, example="breaks")


def test_both_files_of_inspect_say_the_same() -> None:
    first, second = read("inspect.eval"), read("inspect.json")
    assert first.dataset.fingerprint == second.dataset.fingerprint
    told = [
        {(one.example, one.dimension, one.repeat, str(one.value)) for one in log.ratings}
        for log in (first, second)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize(("name", "tests"), [("promptfoo.json", 2), ("promptfoo.jsonl", 1)])
def test_results_of_promptfoo(name: str, tests: int) -> None:
    results = read(name)
    (taken,) = results.taken
    assert (taken.tool, taken.samples.read) == ("promptfoo", 4 * tests)
    assert results.systems == ("openai:chat:today / chat", "candidate / {{question}}")
    assert len(results.dataset) == tests
    assert Counter(one.trial for one in results.outputs) == {0: 2 * tests, 1: 2 * tests}
    components = 0
    raw = (HERE / name).read_text(encoding="utf-8")
    rows = [json.loads(line) for line in raw.splitlines()] if tests == 1 else []
    for row in rows or json.loads(raw)["results"]["results"]:
        components += len(row["gradingResult"]["componentResults"])
    assert (taken.scores.read, taken.scores.kept) == (components, components)


def test_asserts_of_promptfoo_are_what_a_right_answer_holds() -> None:
    results = read("promptfoo.json")
    example = results.dataset["core-001"]
    assert example.question == "How early must I announce my move in April? Regards, Femi"
    assert example.checklist == (
        Requirement(("same price", "costs no more")),
        Requirement(("technician", "engineer")),
        Requirement(("3 weeks",)),
    )
    assert example.notes == {"tone": "the answer is polite"}
    assert example.metadata["vars"] == {"segment": "moving house"}
    kinds = {one["type"] for one in example.metadata["assert"]}
    assert kinds == {"is-json", "latency", "levenshtein", "rouge-n", "javascript"}
    # promptfoo gives 0 where its grader failed; nobody graded, so there is no value.
    tone = only(results, dimension="tone")
    assert {(one.value, one.failure) for one in tone} == {(None, "invalid")}
    assert {(one.rater, one.kind) for one in tone} == {("openai:chat:judge", "judge")}
    assert results.scales["rouge-n"] == UNIT
    assert results.scales["icontains"] == YES_NO


def test_a_run_of_deepeval() -> None:
    run = read("deepeval.json")
    (taken,) = run.taken
    assert (taken.tool, taken.samples.kept, taken.scores.kept) == ("DeepEval", 3, 15)
    assert run.systems == ("today",)
    assert set(run.scales.values()) == {UNIT}
    judged = {one.dimension: one.rater for one in run.ratings if one.kind == "judge"}
    assert judged == dict.fromkeys(
        ("Politeness [GEval]", "Tool Correctness", "Answer Relevancy"), "sim/judge"
    )
    polite = only(run, dimension="Politeness [GEval]", example="core-001")
    assert [one.value for one in polite] == [0.4]
    # core-002 has no expected output, and the metric failed for it.
    failed = only(run, dimension="Exact Match", example="core-002")
    assert [(one.value, one.failure) for one in failed] == [(None, "exception")]
    example = run.dataset["core-001"]
    assert example.tools == (ToolCall("lookup"),)
    assert example.references == ("3 weeks",)
    assert len(example.context) == 1
    answer = next(one for one in run.outputs if one.example == "core-001")
    assert answer.tool_calls == (ToolCall("lookup", {"street": "Elm"}),)
    assert answer.seconds == 0.5


def test_samples_of_lm_eval() -> None:
    samples = read_evaluation(sorted(LM.glob("samples_support_gen*")))
    (taken,) = samples.taken
    assert (taken.samples.kept, taken.scores.kept) == (6, 6)  # three documents, two filters
    assert samples.systems == ("today",)  # from the results beside it
    assert len(samples.dataset) == 3
    assert Counter(one.trial for one in samples.outputs) == {0: 3, 1: 3}  # repeats: 2
    assert set(samples.scales) == {"exact_match (plain)", "exact_match (number)"}
    assert values(samples, dimension="exact_match (plain)") == {0.0: 3}
    right = only(samples, dimension="exact_match (number)", value=1.0)
    assert {one.example for one in right} == {"support_gen/2"}
    example = samples.dataset["support_gen/0"]
    assert example.references[-1] == "3 weeks"
    assert example.messages[0].content.startswith("How early must I announce")
    assert example.metadata["doc"]["segment"] == "moving house"


def test_choices_of_lm_eval_and_what_is_no_single_value() -> None:
    choices = read_evaluation(sorted(LM.glob("samples_support_choice*")), Taking(system="dummy"))
    answers = {one.example: one.text for one in choices.outputs}
    accurate = {one.example for one in only(choices, dimension="acc", value=1.0)}
    for example in choices.dataset:
        assert example.metadata["choices"] == ["3 weeks", "60 seconds", "8 weeks"]
        assert (answers[example.id] in example.references) == (example.id in accurate)
    rolling = read_evaluation(sorted(LM.glob("samples_support_rolling*")))
    (taken,) = rolling.taken
    assert (taken.samples.kept, taken.scores.read, taken.scores.kept) == (4, 4, 0)
    assert {one.text for one in rolling.outputs} == {None}


def test_logs_of_openai_evals() -> None:
    log = read("oaieval_includes.jsonl")
    assert (log.taken[0].samples.kept, log.taken[0].scores.kept) == (3, 3)
    assert log.systems == ("sim/today",)
    assert log.scales == {"match": YES_NO}
    assert all(example.references for example in log.dataset)
    graded = read("oaieval_graded.jsonl")
    # The grader's reply named no choice, which oaieval counts as 0.
    told = {(one.value, one.failure, one.kind, one.rater) for one in graded.ratings}
    assert told == {(None, "invalid", "judge", "sim/judge")}


def test_several_files_are_one_evaluation() -> None:
    both = read("inspect.json", "promptfoo.json", "deepeval.json")
    assert len(both.taken) == 3
    asked = [example for example in both.dataset if example.id.startswith("core-001")]
    # The same id with other contents is told apart, in whatever file it comes first.
    assert len(asked) == 3
    assert len({example.fingerprint for example in asked}) == 3
    assert len({one.id for one in both.dataset}) == len(both.dataset)
    again = read("inspect.json", "inspect.json")
    assert again.taken[1].scores.refused
    assert again.dataset.fingerprint == read("inspect.json").dataset.fingerprint


def test_what_the_user_says_goes_before() -> None:
    taking = Taking(
        component="edge",
        system="mine",
        judges=frozenset({"share"}),
        people=frozenset({"form"}),
        scales={"share": UNIT},
    )
    log = read("inspect.json", taking=taking)
    assert log.systems == ("mine",)
    assert {example.component for example in log.dataset} == {"edge"}
    kinds = {one.dimension: one.kind for one in log.ratings}
    assert (kinds["share"], kinds["words"], kinds["includes"]) == ("judge", "people", "check")
    assert log.scales["share"] == UNIT
