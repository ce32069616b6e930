"""Models that need no provider."""

import asyncio
import json
from pathlib import Path

import pytest

from measurand.core.example import Message, ToolCall
from measurand.core.model import Call, ModelReply, ModelRequest
from measurand.core.output import Failure, Usage
from measurand.core.protocols import ChatModel
from measurand.errors import DataError, UsageError
from measurand.models.replay import Recorder, Replay, ScriptedModel


def ask(model: ChatModel, text: str = "Is it?", key: str = "") -> Call:
    return asyncio.run(model.ask(ModelRequest(messages=(Message("user", text),), key=key)))


FULL = ModelReply(
    text="Write to a@b.example",
    finish="tool_calls",
    usage=Usage(10, 2, 3, 4),
    model="m-1",
    tool_calls=(ToolCall("mail", {"to": ["a@b.example"], "n": 1}),),
    sent={"temperature": 0},
    notes=("a note",),
)


def redact(text: str) -> str:
    return text.replace("a@b.example", "[email 1]")


def test_answers_of_a_function() -> None:
    model = ScriptedModel(lambda request: request.messages[0].content.upper(), cost=0.5)
    call = ask(model)
    assert call.reply == ModelReply(text="IS IT?")
    assert call.cost == 0.5
    assert [request.messages[0].content for request in model.requests] == ["Is it?"]


def test_answers_in_turn_and_then_a_loud_end() -> None:
    gone = Failure("timeout", "no answer")
    model = ScriptedModel(["a", gone, FULL], name="x/y")
    assert ask(model).reply == ModelReply(text="a")
    assert ask(model).failure == gone
    assert ask(model).reply == FULL
    with pytest.raises(UsageError, match=r"x/y has 3 answers and was asked 4 times.*'Is it\?'"):
        ask(model)


def test_what_was_recorded_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    gone = Failure("server_error", "500: for a@b.example")
    recorder = Recorder(ScriptedModel([FULL, gone, "b"], name="x/y"), path, redact=redact)
    calls = [ask(recorder), ask(recorder, "a@b.example?"), ask(recorder, key="2")]
    assert calls[0].reply == FULL
    replay = Replay(path)
    assert (replay.name, replay.version) == (recorder.name, recorder.version)
    again = ask(replay).reply
    assert again is not None
    assert again.text == "Write to [email 1]"
    assert again.tool_calls == (ToolCall("mail", {"to": ["[email 1]"], "n": 1}),)
    assert (again.finish, again.usage, again.model) == ("tool_calls", FULL.usage, "m-1")
    assert (dict(again.sent), again.notes) == ({"temperature": 0}, ("a note",))
    assert ask(replay, "a@b.example?").failure == Failure("server_error", "500: for [email 1]")
    assert ask(replay, key="2").reply == ModelReply(text="b")
    assert ask(replay).attempts == ()
    assert "a@b.example" not in path.read_text(encoding="utf-8")


def test_a_missing_reply_is_named(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    ask(Recorder(ScriptedModel(["a"]), path))
    for text, key in (("Was it?", ""), ("Is it?", "other")):
        with pytest.raises(
            UsageError, match=rf"no reply of scripted/model to request \w+, '{text[:2]}"
        ):
            ask(Replay(path), text, key)


def test_a_file_that_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    ask(Recorder(ScriptedModel(["a"]), path))
    good = path.read_text(encoding="utf-8")
    other = json.dumps({**json.loads(good), "model": "another/model"})
    for text, words in (
        (good + "nonsense\n" + '{"request": "x"}\n', "replies.jsonl:3"),
        (good + other + "\n", "another/model, scripted/model"),
        ("", "found none"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=words):
            Replay(path)
