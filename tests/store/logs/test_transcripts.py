"""Conversations: who speaks, what is an answer, whose label is whose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.store.logs.samples import read, written

from measurand.core.example import Message, ToolCall
from measurand.core.record import Feedback
from measurand.store.logs.mapping import parse_log_mapping
from measurand.store.logs.reading import LogReading


def turns(*said: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"id": "d1", "turns": [{"role": who, "text": text} for who, text in said], **more}


def test_each_answer_is_a_record_with_the_turns_before_it(tmp_path: Path) -> None:
    row = turns(("USER", "a"), ("SYSTEM", "b"), ("USER", "c"), ("SYSTEM", "d"), ("USER", "e"))
    row["turns"][2] |= {"satisfaction": [3, 4], "action": "thank"}
    row["turns"][4] |= {"satisfaction": 1}
    row["turns"].append({"role": "USER", "text": "OVERALL", "satisfaction": [2]})
    (first, second), account = read(written(tmp_path / "log.jsonl", row))
    assert (account.read, account.kept, account.records) == (1, 1, 2)
    assert first.messages == (Message("user", "a"),)
    assert [one.content for one in second.messages] == ["a", "b", "c"]
    assert [one.role for one in second.messages] == ["user", "assistant", "user"]
    assert (first.output, second.output) == ("b", "d")
    assert first.feedback == (Feedback("satisfaction", 3.0), Feedback("satisfaction", 4.0))
    assert second.feedback == (
        Feedback("satisfaction", 1.0),
        Feedback("overall satisfaction", 2.0),
    )
    assert (first.id, first.conversation, first.place.key) == ("d1[1]", "d1", "turns[1]")
    assert second.metadata == {"asked": {"action": "thank"}}


@pytest.mark.parametrize(
    ("said", "outputs"),
    [
        ([("system", "be kind"), ("user", "a"), ("assistant", "b")], ["b"]),
        ([("System", "greet"), ("User", "a"), ("System", "b")], ["b"]),
        ([("user", "a"), ("Wizardbot 3", "b"), ("user", "c"), ("Wizardbot 3", "d")], ["b", "d"]),
        ([("user", "a"), ("assistant", "b"), ("assistant", "c")], ["b\n\nc"]),
        ([("assistant", "hello"), ("user", "a"), ("assistant", "b")], ["b"]),
        ([("user", "a"), ("user", "b")], [None]),
        ([("system", "be kind"), ("user", "a")], [None]),
    ],
)
def test_who_answers(said: list[tuple[str, str]], outputs: list[Any], tmp_path: Path) -> None:
    records, account = read(written(tmp_path / "log.jsonl", turns(*said)))
    assert [one.output for one in records] == outputs
    assert account.refused == 0
    if said[0] == ("system", "be kind"):
        assert records[0].messages[0] == Message("system", "be kind")


def test_three_speakers_of_whom_none_is_known_are_refused(tmp_path: Path) -> None:
    row = turns(("user", "a"), ("Ann", "b"), ("Ben", "c"))
    path = written(tmp_path / "log.jsonl", row)
    records, account = read(path)
    assert (records, account.refused) == ([], 1)
    how = LogReading(mapping=parse_log_mapping(["turns:turns", "assistant=Ann"]))
    records, account = read(path, how)
    assert account.refused == 1  # nobody knows who Ben is
    row = turns(("user", "a"), ("Ann", "b"), ("user", "c"))
    (record,), _ = read(written(tmp_path / "log.jsonl", row), how)
    assert record.output == "b"


def test_a_call_of_a_tool_is_part_of_the_answer_after_it(tmp_path: Path) -> None:
    call = {"type": "function", "function": {"name": "find", "arguments": '{"id": 7}'}}
    row = {
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "content": "found", "tool_call_id": "1"},
            {"role": "assistant", "content": "b"},
        ]
    }
    (record,), _ = read(written(tmp_path / "log.jsonl", row))
    assert record.output == "b"
    assert record.tools == (ToolCall("find", {"id": 7}),)
    assert [one.role for one in record.messages] == ["user", "tool"]


def test_a_line_that_is_a_list_of_turns(tmp_path: Path) -> None:
    row = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    records, _ = read(written(tmp_path / "log.jsonl", row, row))
    assert [one.output for one in records] == ["b", "b"]


def test_a_row_whose_answer_never_came_is_no_transcript(tmp_path: Path) -> None:
    """The earlier answer is that of an earlier row, and would count twice."""
    said = [("user", "a"), ("assistant", "b"), ("user", "c")]
    messages = [{"role": who, "content": text} for who, text in said]
    failed = {"id": "1", "messages": messages, "error": "timeout"}
    silent = {"id": "2", "messages": messages, "response": None}
    records, account = read(written(tmp_path / "log.jsonl", failed, silent))
    assert [one.output for one in records] == [None, None]
    assert [one.messages[-1].content for one in records] == ["c", "c"]
    assert [one.failure is not None for one in records] == [True, False]
    assert account.records == 2
    whole = {"id": "3", "messages": messages[:2], "response": None, "error": "late"}
    (talk,), _ = read(written(tmp_path / "talk.jsonl", whole))
    assert talk.output == "b"
