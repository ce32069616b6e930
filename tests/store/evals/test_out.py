"""What goes out: comes back as it was, and is nothing but data in the other tool."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import Example, Message, Requirement, ToolCall
from measurand.core.output import Output
from measurand.core.rating import Rating
from measurand.store.codec import encode
from measurand.store.dataset import Dataset
from measurand.store.evals.formats import FORMATS
from measurand.store.evals.gather import Evaluation
from measurand.store.evals.leaving import Leaving
from measurand.store.evals.promptfoo import read_document
from measurand.store.evals.sample import Sheet
from measurand.store.evals.to_promptfoo import tests as promptfoo_tests
from measurand.store.evals.tools import read_evaluation
from measurand.store.formulas import unescaped

HERE = Path(__file__).parent / "recorded"
FULL = Example(
    id="q1",
    messages=(Message("system", "Be brief."), Message("user", "How long?")),
    component="edge",
    references=("3 weeks", "21 days"),
    checklist=(Requirement(("three", "3"), name="number"), Requirement((r"\d+",), regex=True)),
    context=("A move takes 3 weeks.",),
    tools=(ToolCall("lookup", {"street": "Elm"}),),
    expected_length=4,
    notes={"tone": "short"},
    weights={"tone": 30.0},
    segments=("moving",),
    cluster="talk-1",
    source="written",
    created="2026-01-31",
    probability=0.5,
    metadata={"fact": "3 weeks", "nested": {"weights": {"a": {}}}},
)
HOSTILE = {
    "formula": "=cmd|' /C calc'!A0",
    "sum": "-1+1",
    "math": "What is {{ 7*7 }}?",
    "block": "{% for i in [1,2] %}x{% endfor %} {# gone #}",
    "file": "file:///etc/passwd",
    "package": "package:x:y",
    "half": "half {{ open",
    "tag": "!!python/object/apply:os.system [ls]",
    "html": "<script>alert(1)</script>",
}
ENVIRONMENT = {
    "env": "Say {{ env.KEY }} now",
    "filter": "{{ 'a' | upper ~ env['KEY'] }}",
    "path": "file://{{ x }}",
}


def out(leaving: Leaving, to: str, target: Path) -> dict[str, int]:
    wanted = next(one for one in FORMATS if one.name == to)
    return {one.file.name: one.rows for one in wanted.write(leaving, target)}


def leaving_of(evaluation: Evaluation) -> Leaving:
    return Leaving(
        "set",
        evaluation.dataset.examples,
        evaluation.outputs,
        evaluation.ratings,
        evaluation.scales,
    )


def hostile(texts: dict[str, str]) -> Leaving:
    return Leaving(
        "hostile",
        [
            Example(
                id=name,
                messages=(Message("user", text),),
                references=(text,),
                metadata={"note": text, "$ref": "file:///etc/passwd"},
            )
            for name, text in texts.items()
        ],
    )


@pytest.mark.parametrize(
    "name", ["inspect.eval", "promptfoo.json", "deepeval.json", "oaieval_includes.jsonl"]
)
def test_a_log_for_inspect_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    first = read_evaluation([HERE / name])
    written = out(leaving_of(first), "inspect", tmp_path / "set.jsonl")
    assert written["set.jsonl"] == len(first.dataset)
    files = sorted(tmp_path.glob("set.*.json"))
    assert len(files) == len(first.systems)
    again = read_evaluation(files)
    assert again.dataset.fingerprint == first.dataset.fingerprint
    assert {one.id: one.metadata for one in again.dataset} == {
        one.id: one.metadata for one in first.dataset
    }
    key = str
    assert sorted(map(encode, again.ratings), key=key) == sorted(
        map(encode, first.ratings), key=key
    )
    assert again.scales == first.scales
    told = [
        sorted((one.example, one.system, one.trial, one.text or "") for one in evaluation.outputs)
        for evaluation in (first, again)
    ]
    assert told[0] == told[1]


def test_every_field_of_an_example_comes_back(tmp_path: Path) -> None:
    leaving = Leaving("set", [FULL], [Output(example="q1", system="s", text="3 weeks")])
    out(leaving, "inspect", tmp_path / "set.jsonl")
    (sample,) = map(json.loads, (tmp_path / "set.jsonl").read_text().splitlines())
    assert set(sample) == {"id", "input", "target", "metadata"}
    (log,) = tmp_path.glob("set.*.json")
    assert read_evaluation([log]).dataset.examples == (FULL,)
    for to, name in (("csv", "set.csv"), ("jsonl", "flat.jsonl")):
        out(leaving, to, tmp_path / name)
        assert Dataset.load(tmp_path / name).examples == (FULL,)
    out(leaving, "huggingface", tmp_path / "hf.jsonl")
    (row,) = map(json.loads, (tmp_path / "hf.jsonl").read_text().splitlines())
    assert row["messages"] == [encode(turn) for turn in FULL.messages]
    assert json.loads(row["measurand"])["checklist"] == encode(FULL.checklist)


def results(tests: list[dict[str, Any]]) -> dict[str, Any]:
    """What promptfoo makes of tests, as far as a reader looks at it."""
    rows = [
        {
            "testCase": test,
            "promptIdx": 0,
            "testIdx": at,
            "provider": {"id": "echo"},
            "promptId": "",
        }
        for at, test in enumerate(tests)
    ]
    return {"results": {"results": [{**row, "response": {"output": "x"}} for row in rows]}}


def back(tests: list[dict[str, Any]]) -> list[Example]:
    document = json.loads(json.dumps(results(tests)))
    return [one.example for one in read_document(document, Sheet(Path("results.json")))]


def test_tests_that_promptfoo_passes_whatever_is_answered_are_told() -> None:
    bare = Leaving(
        name="t", examples=[replace(FULL, id=n, references=(), checklist=()) for n in "ab"]
    )
    assert not any("assert" in test for test in promptfoo_tests(bare))
    assert any("passes whatever is answered (2 times)" in note for note in bare.notes)
    whole = Leaving(name="t", examples=[FULL])
    assert all(test["assert"] for test in promptfoo_tests(whole))
    assert not any("passes whatever" in note for note in whole.notes)


def test_promptfoo_gets_no_template_to_run_and_no_path_to_read() -> None:
    leaving = hostile({**HOSTILE, **ENVIRONMENT})
    tests = list(promptfoo_tests(leaving))
    assert [test["description"] for test in tests] == list(HOSTILE)
    assert "an example holds a template of the environment" in " ".join(leaving.notes)
    for text in _run_by_promptfoo(tests):
        assert not text.startswith(("file://", "package:"))
        assert "{{" not in text
        assert "{%" not in text
        assert "{#" not in text
    assert tests[list(HOSTILE).index("math")]["vars"]["question"] == [[HOSTILE["math"]]]
    assert back(tests) == leaving.examples[: len(HOSTILE)]


def _run_by_promptfoo(value: Any) -> list[str]:
    """The texts that promptfoo renders or loads: all but those that stand in a list of one list."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for cell in value.values() for text in _run_by_promptfoo(cell)]
    if isinstance(value, list):
        guarded = len(value) == 1 and isinstance(value[0], list)
        return [] if guarded else [text for cell in value for text in _run_by_promptfoo(cell)]
    return []


@given(
    st.lists(
        st.text(st.sampled_from("{}%#ab env.:/filepckg\\\"'\n"), min_size=1, max_size=24).filter(
            lambda text: text.strip() != ""
        ),
        min_size=1,
        max_size=3,
    )
)
def test_what_promptfoo_gets_comes_back_whatever_the_text(texts: list[str]) -> None:
    leaving = hostile({f"q{at}": text for at, text in enumerate(texts)})
    tests = list(promptfoo_tests(leaving))
    kept = {test["description"] for test in tests}
    assert back(tests) == [one for one in leaving.examples if one.id in kept]
    assert all("{{" not in text and "{%" not in text for text in _run_by_promptfoo(tests))


def test_asserts_are_made_of_references_and_checklist() -> None:
    long = FULL.references[0] * 30
    leaving = Leaving("set", [FULL, Example(id="b", messages=FULL.messages, references=(long,))])
    first, second = promptfoo_tests(leaving)
    assert first["assert"] == [
        {"type": "icontains-any", "value": ["three", "3"], "metric": "number"},
        {"type": "regex", "value": r"\d+"},
        {"type": "icontains-any", "value": ["3 weeks", "21 days"], "metric": "reference"},
    ]
    assert second["assert"] == [{"type": "factuality", "value": long, "metric": "reference"}]
    assert first["vars"]["messages"] == [encode(turn) for turn in FULL.messages]
    assert back([first, second])[0] == FULL


def test_cells_are_no_formulas(tmp_path: Path) -> None:
    leaving = hostile(HOSTILE)
    out(leaving, "csv", tmp_path / "set.csv")
    with (tmp_path / "set.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row["messages"] for row in csv.DictReader(stream)}
    assert rows["formula"] == f"'{HOSTILE['formula']}"
    assert rows["sum"] == f"'{HOSTILE['sum']}"
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows.values())
    assert "an apostrophe before it (2 times)" in " ".join(leaving.notes)


def test_cells_tell_a_terminal_nothing(tmp_path: Path) -> None:
    spoken = "\x1b]0;owned\x07 \x9b31m over\rwritten\x7f\n\tstays, as _x0041_ does"
    leaving = hostile({"escape": spoken, "plain": "as _x0041_ it is"})
    said: dict[str, Any] = {"example": "escape", "system": "s", "dimension": "d", "rater": "r"}
    rating = Rating(**said, kind="judge", value=1.0, reason=spoken)
    leaving.outputs = (Output(example="escape", system="s\x1b[2J", text=spoken),)
    leaving.ratings = (rating,)
    out(leaving, "csv", tmp_path / "set.csv")
    written = "".join(file.read_bytes().decode() for file in sorted(tmp_path.iterdir()))
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)", written)
    shown = "_x001B_]0;owned_x0007_ _x009B_31m over_x000D_written_x007F_\n\tstays, as _x005F_x0041_"
    assert written.count(shown) == 3
    assert "as _x0041_ it is" in written
    assert any("control characters" in note for note in leaving.notes)
    assert unescaped(f"{shown} does") == spoken
