"""Answers under the names that users have; a failure is never an answer, nor nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import ToolCall
from measurand.core.output import Failure, Output, Usage
from measurand.errors import DataError
from measurand.store.outputs import ALIASES, read_outputs, write_outputs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all the examples of a property; each overwrites the one before."""
    return tmp_path_factory.mktemp("drawn")


def lines(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "outputs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("example", ["example", *ALIASES["example"]])
@pytest.mark.parametrize("text", ["text", *ALIASES["text"]])
def test_names_that_users_have(tmp_path: Path, example: str, text: str) -> None:
    path = lines(tmp_path, {example: 7, "system": "s", text: "Rain."})
    assert read_outputs(path) == (Output(example="7", system="s", text="Rain."),)


def test_every_part_of_an_output_is_read(tmp_path: Path) -> None:
    row = {
        "example_id": "a",
        "id": "an id of its own",
        "response": "Rain.",
        "trial": 2,
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13},
        "latency_ms": 1500,
        "cost_usd": 0.01,
        "error": None,
        "model": "passed over",
    }
    assert read_outputs(lines(tmp_path, row), system="s") == (
        Output(
            example="a",
            system="s",
            text="Rain.",
            trial=2,
            tool_calls=(ToolCall("f"),),
            usage=Usage(10, 3),
            seconds=1.5,
            cost=0.01,
        ),
    )


def test_a_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "outputs.csv"
    path.write_text(
        "id,system,output,latency,cost,usage,error\n"
        'a,s,"[1, 2]",0.5,,"{""input_tokens"": 4}",\n'
        "b,s,,2,0,,timed out\n",
        encoding="utf-8",
    )
    assert read_outputs(path) == (
        Output(example="a", system="s", text="[1, 2]", seconds=0.5, usage=Usage(4, 0)),
        Output(
            example="b",
            system="s",
            text=None,
            seconds=2.0,
            cost=0.0,
            failure=Failure("error", "timed out"),
        ),
    )


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ("timed out", Failure("error", "timed out")),
        ({"kind": "timeout", "message": "m"}, Failure("timeout", "m")),
        ({"type": "timeout", "message": "m", "details": "d"}, Failure("timeout", "m", "d")),
    ],
)
@pytest.mark.parametrize("answer", [{}, {"text": None}, {"text": ""}])
def test_an_error_is_a_failure(
    tmp_path: Path, answer: dict[str, Any], error: object, failure: Failure
) -> None:
    path = lines(tmp_path, {"example": "a", "error": error, **answer})
    (output,) = read_outputs(path, system="s")
    assert (output.text, output.failure) == (None, failure)


def test_an_empty_answer_is_an_answer(tmp_path: Path) -> None:
    (output,) = read_outputs(lines(tmp_path, {"example": "a", "text": "", "error": ""}), system="s")
    assert (output.text, output.failure) == ("", None)


def test_a_list_of_answers_is_trials(tmp_path: Path) -> None:
    outputs = read_outputs(lines(tmp_path, {"example": "a", "outputs": ["x", "y"]}), system="s")
    assert [(output.text, output.trial) for output in outputs] == [("x", 0), ("y", 1)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"text": "x"}, "example: is missing; allowed: under example, example_id or id"),
        ({"example": "b"}, "there is neither an answer nor an error"),
        ({"example": "b", "text": "x", "error": "y"}, "there is both an answer and an error"),
        ({"example": "b", "text": 5}, "text: is not text; found 5"),
        ({"example": "b", "outputs": []}, "outputs: is empty"),
        ({"example": "b", "outputs": ["x"], "trial": 1}, "numbers its trials itself"),
        ({"example": "b", "output": "x", "response": "y"}, "'output' and 'response' both say"),
        ({"example": "b", "text": "x", "trial": -1}, "trial: is too small; found -1"),
        ({"example": "b", "text": "x", "cost": -1}, "cost: is too small; found -1"),
        ({"example": "b", "text": "x", "cost": "free"}, 'cost: is not a number; found "free"'),
        ({"example": "b", "text": "x", "latency": True}, "latency: is not a number; found true"),
        ({"example": "b", "text": "x", "usage": {"input_tokens": 1.5}}, "usage.input_tokens"),
        ({"example": "b", "text": "x", "latency": 1, "latency_ms": 2}, "the time is given twice"),
        ({"example": "b", "text": "x", "system": "t"}, "system: is another system than the one"),
        ({"example": "a", "text": "x"}, "'s' answers this example in trial 0 on line 1 too"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    path = lines(tmp_path, {"example": "a", "text": "x"}, row)
    with pytest.raises(DataError) as caught:
        read_outputs(path, system="s")
    assert said in str(caught.value)
    assert {fault.line for fault in caught.value.faults} == {2}


def test_a_system_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="system: is missing"):
        read_outputs(lines(tmp_path, {"example": "a", "text": "x"}))


@pytest.mark.parametrize("cell", ["nan", "inf", "1_000", "1,5"])
def test_a_cell_that_is_no_number_is_refused(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "outputs.csv"
    path.write_text(f'id,system,text,cost\na,s,x,"{cell}"\n', encoding="utf-8")
    with pytest.raises(DataError, match="cost: is not a number"):
        read_outputs(path)


def test_every_fault_of_the_file_is_named(tmp_path: Path) -> None:
    path = lines(tmp_path, {"text": 5}, {"example": "a", "text": "x", "cost": "y"})
    with path.open("a", encoding="utf-8") as stream:
        stream.write('{"example": "b", "cost": Infinity}\n')
    with pytest.raises(DataError) as caught:
        read_outputs(path, system="s")
    found = [(fault.line, fault.key) for fault in caught.value.faults]
    assert found == [(1, "example"), (1, "text"), (2, "cost"), (3, None)]


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
WORD = TEXT.map(str.strip).filter(bool)
AMOUNT = st.none() | st.floats(0, 1e6)
FAILURES = st.builds(Failure, WORD, TEXT, TEXT)
CALLS = st.lists(st.builds(ToolCall, WORD, st.dictionaries(TEXT, TEXT, max_size=2)), max_size=2)
OUTPUTS = st.builds(
    lambda answer, **more: Output(
        text=answer if isinstance(answer, str) else None,
        failure=answer if isinstance(answer, Failure) else None,
        **more,
    ),
    answer=TEXT | FAILURES,
    example=WORD,
    system=WORD,
    trial=st.integers(0, 3),
    tool_calls=CALLS.map(tuple),
    usage=st.none() | st.builds(Usage, st.integers(0, 99), st.integers(0, 99)),
    seconds=AMOUNT,
    cost=AMOUNT,
)


@given(
    outputs=st.lists(
        OUTPUTS, min_size=1, max_size=4, unique_by=lambda o: (o.example, o.system, o.trial)
    )
)
@pytest.mark.parametrize("name", ["outputs.jsonl", "outputs.jsonl.gz"])
def test_what_is_written_is_read(folder: Path, outputs: list[Output], name: str) -> None:
    path = folder / name
    write_outputs(path, outputs)
    assert read_outputs(path) == tuple(outputs)
