"""The simulated provider against the providers' own clients, and against bare requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import pytest

from measurand.simulate.server import SimulatedProvider
from measurand.simulate.support_bot import SupportBot

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "level": {"type": "integer", "enum": [1, 2, 3]}},
    "required": ["name", "level"],
    "additionalProperties": False,
}
HELLO = [{"role": "user", "content": "Hello there"}]


@pytest.fixture(scope="module")
def server(world: SupportBot) -> Iterator[SimulatedProvider]:
    with SimulatedProvider(world, api_key="right", keep_requests=True, warm_cache=True) as running:
        yield running


@pytest.fixture(scope="module")
def gpt(server: SimulatedProvider) -> Iterator[Any]:
    with openai.OpenAI(base_url=server.base_url, api_key="right", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def claude(server: SimulatedProvider) -> Iterator[Any]:
    with anthropic.Anthropic(base_url=server.url, api_key="right", max_retries=0) as client:
        yield client


def post(
    server: SimulatedProvider, path: str, body: object, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    async def sent() -> tuple[int, Mapping[str, str], bytes]:
        async with aiohttp.ClientSession() as session:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            told = {"Authorization": "Bearer right", **(headers or {})}
            async with session.post(server.url + path, data=data, headers=told) as answer:
                return answer.status, dict(answer.headers), await answer.read()

    return asyncio.run(sent())


def test_chat_completions(gpt: Any) -> None:
    done = gpt.chat.completions.create(model="echo", messages=HELLO)
    assert done.choices[0].message.content == "Hello there"
    assert done.choices[0].finish_reason == "stop"
    assert (done.usage.prompt_tokens, done.usage.completion_tokens) == (3 + 4, 3)
    assert done.usage.total_tokens == 10
    assert done.usage.prompt_tokens_details.cached_tokens == 0
    short = gpt.chat.completions.create(model="echo", messages=HELLO, max_completion_tokens=1)
    assert (short.choices[0].message.content, short.choices[0].finish_reason) == ("Hell", "length")


def test_the_world_answers_and_the_cache_is_warm(gpt: Any, world: SupportBot) -> None:
    example = world.examples[10]
    told = [{"role": one.role, "content": one.content} for one in example.messages]
    done = gpt.chat.completions.create(model="today", messages=told)
    expected = {o.text for o in world.outputs if (o.example, o.system) == (example.id, "today")}
    assert {done.choices[0].message.content} == expected
    long = [{"role": "developer", "content": "x" * 8000}, *HELLO]
    usage = gpt.chat.completions.create(model="echo", messages=long).usage
    assert usage.prompt_tokens_details.cached_tokens == 2004
    assert usage.prompt_tokens == 2004 + 7


def test_structured_output_and_a_forced_tool(gpt: Any, claude: Any) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "r", "schema": SCHEMA, "strict": True}}
    done = gpt.chat.completions.create(model="echo", messages=HELLO, response_format=wanted)
    assert json.loads(done.choices[0].message.content)["level"] in {1, 2, 3}
    tool = {"type": "function", "function": {"name": "grade", "parameters": SCHEMA}}
    done = gpt.chat.completions.create(
        model="echo",
        messages=HELLO,
        tools=[tool],
        tool_choice={"type": "function", "function": {"name": "grade"}},
    )
    assert done.choices[0].finish_reason == "tool_calls"
    assert json.loads(done.choices[0].message.tool_calls[0].function.arguments)["name"]
    said = claude.messages.create(
        model="echo",
        max_tokens=100,
        messages=HELLO,
        tools=[{"name": "grade", "input_schema": SCHEMA}],
        tool_choice={"type": "tool", "name": "grade"},
    )
    assert said.stop_reason == "tool_use"
    assert said.content[0].input["level"] in {1, 2, 3}
    said = claude.messages.create(
        model="echo",
        max_tokens=100,
        messages=HELLO,
        output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
    )
    assert json.loads(said.content[0].text)["name"] == "Hello there"


def test_responses(gpt: Any) -> None:
    done = gpt.responses.create(model="echo", instructions="Be brief.", input="Hello there")
    assert (done.output_text, done.status) == ("Hello there", "completed")
    assert (done.usage.input_tokens, done.usage.output_tokens) == (3 + 3 + 8, 3)
    listed = gpt.responses.create(
        model="echo",
        input=[{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
        text={"format": {"type": "json_schema", "name": "r", "schema": SCHEMA}},
    )
    assert json.loads(listed.output_text)["name"] == "Hi"
    short = gpt.responses.create(model="echo", input="x" * 100, max_output_tokens=16)
    assert (short.status, short.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_messages(claude: Any) -> None:
    said = claude.messages.create(model="echo", max_tokens=100, system="Be brief.", messages=HELLO)
    assert (said.content[0].text, said.stop_reason) == ("Hello there", "end_turn")
    assert (said.usage.input_tokens, said.usage.output_tokens) == (3 + 3 + 8, 3)
    short = claude.messages.create(model="echo", max_tokens=1, messages=HELLO)
    assert (short.content[0].text, short.stop_reason) == ("Hell", "max_tokens")
    marked = [{"type": "text", "text": "x" * 8000, "cache_control": {"type": "ephemeral"}}]
    cached = claude.messages.create(model="echo", max_tokens=9, system=marked, messages=HELLO)
    assert cached.usage.cache_read_input_tokens == 2004
    assert cached.usage.input_tokens == 7


def test_models_are_listed(gpt: Any, claude: Any) -> None:
    names = [model.id for model in gpt.models.list()]
    judges = ["judge", "judge-b", "judge-fair", "judge-biased"]
    assert names == ["expert", "today", "candidate", "floor", "echo", *judges]
    assert [model.id for model in claude.models.list()] == names


def test_refusals_are_those_of_the_providers(
    server: SimulatedProvider, gpt: Any, claude: Any
) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        gpt.chat.completions.create(model="gpt-9", messages=HELLO)
    assert missing.value.code == "model_not_found"
    with pytest.raises(anthropic.NotFoundError, match="not_found_error"):
        claude.messages.create(model="gpt-9", max_tokens=5, messages=HELLO)
    with pytest.raises(openai.BadRequestError, match="does not stream"):
        gpt.chat.completions.create(model="echo", messages=HELLO, stream=True)
    with (
        openai.OpenAI(base_url=server.base_url, api_key="wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError, match="Incorrect API key provided"),
    ):
        stranger.models.list()
    with (
        anthropic.Anthropic(base_url=server.url, api_key="wrong", max_retries=0) as stranger,
        pytest.raises(anthropic.AuthenticationError, match="authentication_error"),
    ):
        stranger.messages.create(model="echo", max_tokens=5, messages=HELLO)


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/v1/chat/completions", b"{", "could not parse the JSON body"),
        ("/v1/chat/completions", [1], "expected an object"),
        ("/v1/chat/completions", {"messages": HELLO}, "must provide a model"),
        ("/v1/chat/completions", {"model": "echo"}, "messages: expected a list"),
        (
            "/v1/chat/completions",
            {"model": "echo", "messages": ["x"]},
            "expected an object for each",
        ),
        (
            "/v1/chat/completions",
            {"model": "echo", "messages": HELLO, "max_tokens": 0},
            "at least 1",
        ),
        ("/v1/responses", {"model": "echo", "input": 3}, "input: expected a list"),
        ("/v1/messages", {"model": "echo", "messages": HELLO}, "max_tokens: Field required"),
    ],
)
def test_what_is_no_request_is_refused(
    server: SimulatedProvider, path: str, body: object, told: str
) -> None:
    status, _, content = post(server, path, body)
    assert status == 400
    error = json.loads(content)["error"]
    assert told in error["message"]
    assert error["type"] == "invalid_request_error"


def test_an_unknown_address_is_404(server: SimulatedProvider) -> None:
    assert post(server, "/v1/embeddings", {})[0] == 404
    assert post(server, "/counts", {})[0] == 404


def test_the_same_request_has_the_same_bytes_whatever_came_before(world: SupportBot) -> None:
    bodies = [
        {"model": model, "messages": [{"role": "user", "content": f"Question {number}"}]}
        for number in range(6)
        for model in ("today", "echo", "judge")
    ]
    seen = []
    for order in (bodies, bodies[::-1]):
        with SimulatedProvider(world, latency=(0.0, 0.002)) as running:
            answers = {}
            for body in order:
                key = {"Idempotency-Key": json.dumps(body)[-40:]}
                path = "/v1/chat/completions"
                answers[json.dumps(body)] = post(running, path, body, key)[2]
            seen.append(answers)
    assert seen[0] == seen[1]


def test_requests_are_kept_without_keys(server: SimulatedProvider, gpt: Any) -> None:
    gpt.chat.completions.create(
        model="echo", messages=HELLO, extra_headers={"Idempotency-Key": "kept"}
    )
    kept = server.requests[-1]
    assert kept.path == "/v1/chat/completions"
    assert kept.headers["idempotency-key"] == "kept"
    assert json.loads(kept.body)["messages"] == HELLO
    assert not [one for one in server.requests if "right" in str(one) or "wrong" in str(one)]
    assert "right" not in repr(server)
