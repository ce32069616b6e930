"""A row under the names and in the shapes that users have is the example they mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from measurand.core.example import COMPONENTS, Example, Message, Requirement, ToolCall
from measurand.errors import DataError, Fault
from measurand.store.codec import encode
from measurand.store.examples import ALIASES, read_example, unpacked, unpacked_row


def read(row: dict[str, Any]) -> Example:
    return read_example(row, file="set.jsonl", line=3)


def faults(row: dict[str, Any]) -> tuple[Fault, ...]:
    with pytest.raises(DataError) as caught:
        read(row)
    return caught.value.faults


# The names and shapes of a question.


@pytest.mark.parametrize("name", ["messages", *ALIASES["messages"]])
@pytest.mark.parametrize(
    "asked",
    [
        "Why?",
        [{"role": "user", "content": "Why?"}],
        [{"role": "human", "content": "Why?"}],
        [
            {
                "role": "user",
                "content": [{"type": "text", "text": "Why"}, {"type": "text", "text": "?"}],
            }
        ],
        {"question": "Why?", "lang": "en"},
        {"query": "Why?"},
        {"messages": [{"role": "user", "content": "Why?"}]},
    ],
)
def test_a_question_has_many_names_and_shapes(name: str, asked: object) -> None:
    assert read({name: asked}).messages == (Message("user", "Why?"),)


def test_what_a_message_says_beyond_its_text_is_kept() -> None:
    turns = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "Rain", "tool_call_id": "1"},
    ]
    example = read({"messages": turns})
    assert [message.role for message in example.messages] == ["user", "assistant", "tool"]
    assert example.messages[1].content == ""
    assert example.metadata == {"messages": turns}
    assert read({"inputs": {"question": "Why?", "lang": "en"}}).metadata == {
        "inputs": {"question": "Why?", "lang": "en"}
    }


@pytest.mark.parametrize("name", ["references", *ALIASES["references"]])
@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("Rain.", ("Rain.",)),
        (["Rain.", "Snow."], ("Rain.", "Snow.")),
        (42, ("42",)),
        ([0.5, True], ("0.5", "true")),
        ({"answer": "Rain."}, ("Rain.",)),
        ([], ()),
        (None, ()),
    ],
)
def test_references_are_text_or_a_list(name: str, answer: object, texts: tuple[str, ...]) -> None:
    assert read({"input": "Why?", name: answer}).references == texts


def test_every_part_of_an_example_is_read() -> None:
    example = read(
        {
            "id": 17,
            "question": "Why?",
            "component": "edge",
            "checklist": ["a", ["b", "c"], {"any_of": "d+", "regex": True, "name": "digits"}],
            "context": "One passage.",
            "tools": [
                "search",
                {"type": "function", "function": {"name": "book", "arguments": '{"seat": 3}'}},
            ],
            "expected_length": 12,
            "notes": {"tone": "Formal here."},
            "weights": {"tone": 20},
            "segment": "billing",
            "conversation_id": 5,
            "source": "chat log",
            "created": "2026-01-31T09:00:00Z",
            "language": "en",
            "metadata": {"level": 2},
        }
    )
    assert example == Example(
        id="17",
        messages=(Message("user", "Why?"),),
        component="edge",
        checklist=(
            Requirement(("a",)),
            Requirement(("b", "c")),
            Requirement(("d+",), regex=True, name="digits"),
        ),
        context=("One passage.",),
        tools=(ToolCall("search"), ToolCall("book", {"seat": 3})),
        expected_length=12,
        notes={"tone": "Formal here."},
        weights={"tone": 20.0},
        segments=("billing",),
        cluster="5",
        source="chat log",
        created="2026-01-31T09:00:00Z",
        metadata={"level": 2, "language": "en"},
    )


def test_a_fields_own_name_wins_and_nothing_is_lost() -> None:
    example = read({"messages": "Why?", "prompt": "You are kind.", "output": "Because."})
    assert example.question == "Why?"
    assert example.metadata == {"prompt": "You are kind.", "output": "Because."}


def test_an_id_is_derived_from_the_content() -> None:
    first, again, other = (
        read({"q": 1, "input": "a"}),
        read({"question": "a"}),
        read({"input": "b"}),
    )
    assert first.id == again.id == first.fingerprint
    assert other.id != first.id


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, ["set.jsonl:3: messages: is missing; allowed: under messages, input,"]),
        ({"input": None}, ["input: is missing"]),
        ({"input": 5}, ["input: is not a list; found 5; allowed: under messages, input"]),
        ({"input": []}, ["input: is empty"]),
        (
            {"input": "a", "question": "b"},
            ["'input' and 'question' both say what 'messages' is", "Keep one of them"],
        ),
        ({"messages": [{"content": "a"}]}, ["messages[0].role: is missing"]),
        (
            {"messages": [{"role": "usr", "content": "a"}]},
            ["messages[0].role", 'found "usr"', "Did you mean 'user'?"],
        ),
        ({"messages": [{"role": "user", "content": 5}]}, ["messages[0].content: is not text"]),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            ["messages[0].content: is not text"],
        ),
        (
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
            ["the conversation ends with an answer"],
        ),
        ({"input": "a", "id": ""}, ["id: is blank"]),
        ({"input": "a", "id": True}, ["id: is not text", "allowed: text or a whole number"]),
        ({"input": "a", "target": {"x": 1, "y": 2}}, ["target[0]: is not text"]),
        ({"input": "a", "component": "Core"}, ["component", "Did you mean 'core'?"]),
        ({"input": "a", "checklist": "b"}, ["checklist: is not a list"]),
        ({"input": "a", "checklist": [" "]}, ["checklist[0]: a required phrase is blank"]),
        ({"input": "a", "checklist": [[]]}, ["checklist[0].any_of: is empty"]),
        (
            {"input": "a", "checklist": [{"any_of": "(", "regex": True}]},
            ["checklist[0]: '(' is not a regular expression"],
        ),
        (
            {"input": "a", "checklist": [{"any_of": "b", "regx": True}]},
            ["checklist[0].regx: is not a known key; allowed: any_of, regex, name", "'regex'"],
        ),
        ({"input": "a", "tools": [{"arguments": {}}]}, ["tools[0].name: is missing"]),
        ({"input": "a", "expected_length": 0}, ["expected_length", "allowed: 1 or more"]),
        ({"input": "a", "expected_length": True}, ["expected_length: is not a whole number"]),
        (
            {"input": "a", "weights": {"tone": -1}},
            ["weights.tone: a weight is 0 or more"],
        ),
        ({"input": "a", "weights": {"tone": "x"}}, ["weights.tone: is not a number"]),
        ({"input": "a", "notes": {"tone": 1}}, ["notes.tone: is not text"]),
        ({"input": "a", "created": "soon"}, ["created: is not a date or time"]),
        ({"input": "a", "metadata": "b"}, ["metadata: is not a mapping"]),
        (
            {"input": "a", "lang": "en", "metadata": {"lang": "de"}},
            ["metadata.lang: is both beside metadata and in it"],
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(row: dict[str, Any], said: list[str]) -> None:
    text = "\n".join(map(str, faults(row)))
    assert [part for part in said if part not in text] == []


def test_every_fault_of_a_row_is_named() -> None:
    row = {"input": 5, "target": [{}], "created": "soon", "weights": {"a": "x"}, "id": " "}
    assert {fault.key for fault in faults(row)} == {
        "id",
        "input",
        "target[0]",
        "created",
        "weights.a",
    }


def test_the_file_knows_the_component() -> None:
    row = {"input": "a"}
    assert read_example(row, file="edge.jsonl", line=1, home="edge").component == "edge"
    with pytest.raises(DataError, match=r'component: contradicts .* found "golden"; allowed: edge'):
        read_example({**row, "component": "golden"}, file="edge.jsonl", line=1, home="edge")


def test_cells_of_a_table_hold_json_where_it_can_be_meant() -> None:
    row = unpacked_row(
        {
            "question": '["not", "unpacked"]',
            "references": '["a", "b"]',
            "context": "[1] A passage.",
            "expected_length": "12",
            "segment": "",
            "tags": "12.5",
        }
    )
    assert row == {
        "question": '["not", "unpacked"]',
        "references": ["a", "b"],
        "context": "[1] A passage.",
        "expected_length": 12,
        "tags": "12.5",
    }
    assert unpacked("NaN") == "NaN"
    assert unpacked("true") == "true"


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
WORD = TEXT.map(str.strip).filter(bool)
PLAIN: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
TURNS = st.builds(Message, st.sampled_from(["system", "user", "tool"]), TEXT)
EXAMPLES = st.builds(
    Example,
    id=WORD,
    messages=st.lists(TURNS, min_size=1, max_size=3).map(tuple),
    component=st.sampled_from(COMPONENTS),
    references=st.lists(TEXT, max_size=2).map(tuple),
    checklist=st.lists(
        st.builds(
            Requirement,
            st.lists(WORD, min_size=1, max_size=2).map(tuple),
            st.just(value=False),
            TEXT,
        ),
        max_size=2,
    ).map(tuple),
    context=st.lists(TEXT, max_size=2).map(tuple),
    tools=st.lists(
        st.builds(ToolCall, WORD, st.dictionaries(TEXT, PLAIN, max_size=2)), max_size=2
    ).map(tuple),
    expected_length=st.none() | st.integers(1, 999),
    notes=st.dictionaries(TEXT, TEXT, max_size=2),
    weights=st.dictionaries(TEXT, st.floats(0, 100), max_size=2),
    segments=st.lists(TEXT, max_size=2).map(tuple),
    cluster=st.none() | WORD,
    source=st.none() | TEXT,
    created=st.none() | st.datetimes().map(lambda moment: moment.isoformat()),
    metadata=st.dictionaries(TEXT, PLAIN, max_size=2),
)


@given(example=EXAMPLES)
def test_an_example_survives_being_written_and_read(example: Example) -> None:
    row = json.loads(json.dumps(encode(example), allow_nan=False))
    assert read(row) == example
    assert read(row).fingerprint == example.fingerprint


@given(row=st.dictionaries(st.sampled_from([*ALIASES, "input", "target"]), PLAIN, max_size=6))
def test_no_row_makes_a_traceback(row: dict[str, Any]) -> None:
    try:
        example = read(row)
    except DataError as problem:
        assert all(fault.line == 3 for fault in problem.faults)  # noqa: PT017 - most are refused
    else:
        assert example.messages
