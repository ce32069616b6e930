"""The OpenAI-compatible wire against a scripted server on 127.0.0.1."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from measurand.core.example import Message, ToolCall
from measurand.core.model import ModelReply, ModelRequest
from measurand.core.output import Usage
from measurand.models.openai_wire import Address, OpenAIWire, new_session
from measurand.models.wire import CallFailed

if TYPE_CHECKING:
    from tests.models.conftest import Answer, Say, Serve, Server

KEY = "sk-a-very-secret-key"
SCHEMA = {"type": "object", "properties": {"level": {"type": "integer"}}}
ASK = ModelRequest(
    messages=(Message("system", "Be brief."), Message("user", "Is it \ud800 é 🙂 </x>?")),
    parameters={"temperature": 0, "max_tokens": 9, "effort": "low", "stop": None},
    key="k1",
)


async def sent(
    serve: Serve,
    script: Sequence[Answer],
    *requests: ModelRequest,
    model: str = "openai/gpt-4o-mini",
    seconds: float = 10.0,
) -> tuple[list[ModelReply | CallFailed], Server]:
    """Send requests one after the other; what came of each, and what was heard."""
    came: list[ModelReply | CallFailed] = []
    async with serve(script) as server, new_session() as session:
        address = Address(url=f"{server.url}/chat/completions", key=KEY)
        wire = OpenAIWire(model, address, session)
        for request in requests or (ASK,):
            try:
                came.append(await wire.send(request, timeout=seconds))
            except CallFailed as error:
                came.append(error)
        return came, server


def test_a_reply_and_what_was_sent(serve: Serve, say: Say) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 64},
    }
    (reply,), server = asyncio.run(sent(serve, [say.text("Yes, é.", usage=usage)]))
    assert reply == ModelReply(
        text="Yes, é.",
        finish="stop",
        usage=Usage(100, 50, 64),
        model="gpt-4o-mini-2024-07-18",
        sent={"temperature": 0, "max_tokens": 9, "reasoning_effort": "low"},
    )
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert server.headers[0]["Idempotency-Key"] == "k1"
    assert server.bodies[0] == {
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Is it \ud800 é 🙂 </x>?"},
        ],
        "temperature": 0,
        "max_tokens": 9,
        "reasoning_effort": "low",
    }


def test_nothing_of_one_request_stays_in_the_next(serve: Serve, say: Say) -> None:
    other = ModelRequest(messages=(Message("user", "B"),), schema=SCHEMA)
    replies, server = asyncio.run(sent(serve, [say.text()], ASK, other, ASK))
    assert server.bodies[0] == server.bodies[2]
    assert set(server.bodies[1]) == {"model", "messages", "response_format"}
    assert server.bodies[1]["response_format"]["json_schema"]["schema"] == SCHEMA
    assert "Idempotency-Key" not in server.headers[1]
    assert isinstance(replies[1], ModelReply)
    assert replies[1].sent == {"response_format": "json_schema"}


def test_a_message_of_a_tool_goes_as_the_users_with_a_note(serve: Serve, say: Say) -> None:
    request = ModelRequest(messages=(Message("tool", "42"),))
    (reply,), server = asyncio.run(sent(serve, [say.text()], request))
    assert server.bodies[0]["messages"] == [{"role": "user", "content": "42"}]
    assert isinstance(reply, ModelReply)
    assert "messages of tools" in reply.notes[0]


@pytest.mark.parametrize(
    ("message", "finish", "expected"),
    [
        ({"content": "a"}, "length", ("a", "length")),
        ({"content": ""}, "stop", ("", "stop")),
        ({"content": None}, "content_filter", ("", "refused")),
        ({"content": None, "refusal": "I cannot."}, "stop", ("I cannot.", "refused")),
        ({"content": [{"type": "refusal", "refusal": "No."}]}, "stop", ("No.", "refused")),
        ({"content": "a"}, "content_filter: SAFETY", ("a", "refused")),
        ({"content": "a"}, "eos", ("a", "stop")),
        ({"content": "a"}, "whatever", ("a", "other")),
        ({"content": "a"}, None, ("a", "other")),
        (
            {
                "content": [
                    {"type": "text", "text": "a"},
                    {"type": "x"},
                    {"type": "text", "text": "b"},
                ]
            },
            "stop",
            ("ab", "stop"),
        ),
    ],
)
def test_why_a_reply_ended(
    message: object, finish: str, expected: tuple[str, str], serve: Serve, say: Say
) -> None:
    (reply,), _ = asyncio.run(sent(serve, [say.choice(message, finish)]))
    assert isinstance(reply, ModelReply)
    assert (reply.text, reply.finish) == expected


def test_calls_of_tools(serve: Serve, say: Say) -> None:
    message = {
        "content": None,
        "tool_calls": [
            {"function": {"name": "look_up", "arguments": '{"id": 7}'}},
            {"function": {"name": "stop", "arguments": "{"}},
            {"function": {"name": "go", "arguments": ""}},
        ],
    }
    (reply,), _ = asyncio.run(sent(serve, [say.choice(message, "tool_calls")]))
    assert isinstance(reply, ModelReply)
    assert reply.finish == "tool_calls"
    assert reply.tool_calls == (
        ToolCall("look_up", {"id": 7}),
        ToolCall("stop", {"unparsed": "{"}),
        ToolCall("go", {}),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        '{"choices": [',
        "[" * 5000,
        "7",
        "null",
        "[]",
        "{}",
        '{"choices": []}',
        '{"choices": {}}',
        '{"choices": ["a"]}',
        '{"choices": [{}]}',
        '{"choices": [{"message": "a"}]}',
        '{"choices": [{"message": {"content": 7}}]}',
    ],
)
def test_a_response_of_another_shape_is_malformed(text: str, serve: Serve, say: Say) -> None:
    (failed,), _ = asyncio.run(sent(serve, [say.raw(text)]))
    assert isinstance(failed, CallFailed)
    assert failed.failure.kind == "malformed_response"
    assert failed.again
    assert len(failed.failure.message) < 400


def test_bytes_that_are_no_text_are_malformed(serve: Serve, say: Say) -> None:
    (failed,), _ = asyncio.run(
        sent(serve, [say.raw("\u00ff", headers={"Content-Type": "text/plain; charset=latin-1"})])
    )
    assert isinstance(failed, CallFailed)
    assert failed.failure.kind == "malformed_response"


def test_usage_of_a_malformed_response_still_counts(serve: Serve, say: Say) -> None:
    body = {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}}
    (failed,), _ = asyncio.run(sent(serve, [say.json(body)]))
    assert isinstance(failed, CallFailed)
    assert failed.usage == Usage(5, 1)


@pytest.mark.parametrize(
    "usage", [None, 7, {}, {"prompt_tokens": -1}, {"prompt_tokens": True}, {"prompt_tokens": "9"}]
)
def test_usage_that_is_not_told_is_none(usage: object, serve: Serve, say: Say) -> None:
    (reply,), _ = asyncio.run(sent(serve, [say.text(usage=usage)]))
    assert isinstance(reply, ModelReply)
    assert reply.usage is None


def test_an_error_in_a_good_response(serve: Serve, say: Say) -> None:
    script = [say.json({"error": {"message": "upstream", "code": 502}})]
    (failed,), _ = asyncio.run(sent(serve, script))
    assert isinstance(failed, CallFailed)
    assert (failed.failure.kind, failed.failure.message) == ("server_error", "502: upstream")


def test_a_body_that_breaks_off_is_malformed(serve: Serve, say: Say) -> None:
    (failed,), _ = asyncio.run(sent(serve, [say.half()]))
    assert isinstance(failed, CallFailed)
    assert failed.failure.kind == "malformed_response"


def test_a_hang_is_a_timeout(serve: Serve, say: Say) -> None:
    (failed,), _ = asyncio.run(sent(serve, [say.hang()], seconds=0.05))
    assert isinstance(failed, CallFailed)
    assert failed.failure.kind == "timeout"
    assert failed.failure.message == "no answer within 0.05 seconds"
    assert failed.charged


def test_a_refusal_waits_as_told(serve: Serve, say: Say) -> None:
    script = [say.json({"error": {"message": "slow"}}, 429, {"Retry-After": "7"})]
    (failed,), _ = asyncio.run(sent(serve, script))
    assert isinstance(failed, CallFailed)
    assert (failed.failure.kind, failed.retry_after, failed.again) == ("rate_limited", 7.0, True)


def test_a_redirect_is_not_followed(serve: Serve, say: Say) -> None:
    script = [say.raw("", 307, {"Location": "http://elsewhere.invalid/"})]
    (failed,), server = asyncio.run(sent(serve, script))
    assert isinstance(failed, CallFailed)
    assert failed.failure.kind == "bad_request"
    assert len(server.bodies) == 1


def test_a_response_beyond_all_bounds_is_not_read(serve: Serve, say: Say) -> None:
    (failed,), _ = asyncio.run(sent(serve, [say.raw("x" * (32 * 2**20 + 1))]))
    assert isinstance(failed, CallFailed)
    assert failed.failure.kind == "malformed_response"
    assert "are read at the most" in failed.failure.message


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    async def main() -> None:
        async with new_session() as session:
            wire = OpenAIWire("a/b", Address(url=f"http://127.0.0.1:{port}/v1"), session)
            await wire.send(ASK, timeout=5)

    with pytest.raises(CallFailed) as failed:
        asyncio.run(main())
    assert failed.value.failure.kind == "connection"
    assert failed.value.again
    assert not failed.value.charged


def test_a_server_without_a_certificate_is_not_asked(serve: Serve, say: Say) -> None:
    async def main() -> None:
        async with serve([say.text()]) as server, new_session() as session:
            url = server.url.replace("http://", "https://")
            await OpenAIWire("a/b", Address(url=url), session).send(ASK, timeout=5)

    with pytest.raises(CallFailed) as failed:
        asyncio.run(main())
    assert failed.value.failure.kind == "connection"


def test_a_proxy_in_the_environment_is_not_used(
    serve: Serve, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    (reply,), _ = asyncio.run(sent(serve, [say.text()]))
    assert isinstance(reply, ModelReply)


def test_the_key_shows_nowhere() -> None:
    async def main() -> list[str]:
        async with new_session() as session:
            address = Address(url="https://user:pass@host/v1", key=KEY)
            wire = OpenAIWire("a/b", address, session)
            other = OpenAIWire("a/b", Address(url="https://host/v1", key="another"), session)
            assert wire.version == other.version
            return [repr(address.key is None), repr(wire), wire.version, str(wire), address.place]

    assert not any(word in text for text in asyncio.run(main()) for word in (KEY, "pass"))
    assert KEY not in repr(Address(url="https://host/v1", key=KEY))


@pytest.mark.parametrize(
    ("any_port", "host", "alike"),
    [(True, "127.0.0.1", True), (False, "127.0.0.1", False), (True, "host", False)],
)
def test_a_port_is_part_of_a_place_unless_it_is_anybodys(
    *, any_port: bool, host: str, alike: bool
) -> None:
    def place(port: int) -> str:
        return Address(url=f"http://{host}:{port}/v1", any_port=any_port).place

    assert (place(1234) == place(5678)) is alike


def test_a_parameter_that_is_no_json_is_a_bad_request(serve: Serve, say: Say) -> None:
    request = ModelRequest(messages=ASK.messages, parameters={"seed": object()})
    (failed,), server = asyncio.run(sent(serve, [say.text()], request))
    assert isinstance(failed, CallFailed)
    assert failed.failure.kind == "bad_request"
    assert "seed" in failed.failure.message
    assert server.bodies == []
