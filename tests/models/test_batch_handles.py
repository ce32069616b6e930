"""Handles of batches, and what cannot be done with them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from aiohttp import web

from measurand.core.example import Message
from measurand.core.model import Call, ModelRequest
from measurand.core.running import Endpoint
from measurand.errors import UsageError
from measurand.models.batch import Handle, open_batch
from measurand.models.batch_handle import Went
from measurand.models.environment import Environment
from measurand.models.wire import CallFailed

pytest.importorskip("pydantic_ai", reason="needs the extra 'providers'")

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from measurand.models.batch_model import BatchModel, BatchTerms
from measurand.models.providers_build import Built

KEY = "sk-a-very-secret-key"
ASK = {"a": ModelRequest(messages=(Message("user", "Call 0123 456."),))}
HANDLE = Handle(
    model="m/x",
    id="b",
    status="in_progress",
    keys=("k", "é"),
    names=("k", "request-1"),
    went=(Went(sent={"max_tokens": 5, "deep": {"x": [1]}}, notes=("n",)), Went(sent={})),
    ways=(0, 1),
    refused={"z": "why"},
    job={"id": "b", "group": "g"},
)

Answer = Callable[[list[ModelMessage], AgentInfo], ModelResponse]


async def _nothing() -> None:
    return None


def local(answer: Answer, **terms: object) -> BatchModel:
    """A model of pydantic-ai's that answers batches in this process."""
    made = BatchTerms(**{"hide": str, **terms})  # type: ignore[arg-type]  # any of its fields
    return BatchModel("own/model", Built(FunctionModel(answer), {}, _nothing, recorded=False), made)


def taken(handler: Callable[[web.Request], Awaitable[web.Response]]) -> tuple[CallFailed, int]:
    """Submit one request to a server that fails; what it came to, and how often it was asked."""
    count = 0

    async def counted(asked: web.Request) -> web.Response:
        nonlocal count
        count += 1
        return await handler(asked)

    async def go() -> CallFailed:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", counted)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        model = open_batch(
            "anthropic",
            "claude-x",
            environment=Environment({"A_KEY": KEY}),
            endpoint=Endpoint(base_url=f"http://{host}:{port}", key="A_KEY"),
        )
        assert KEY not in repr(model) + repr(vars(model))
        try:
            with pytest.raises(CallFailed) as caught:
                _ = [handle async for handle in model.submit(ASK)]
        finally:
            await model.close()
            await runner.cleanup()
        return caught.value

    return asyncio.run(go()), count


@pytest.mark.parametrize(
    ("status", "kind", "again"),
    [
        (429, "rate_limited", True),
        (500, "server_error", False),
        (529, "server_error", False),
        (401, "authentication", False),
    ],
)
def test_a_batch_that_may_have_been_taken_is_not_asked_for_again(
    status: int, kind: str, *, again: bool
) -> None:
    async def handler(_: web.Request) -> web.Response:
        said = {"type": "error", "error": {"type": "x", "message": f"no, {KEY}"}}
        return web.json_response(said, status=status, headers={"Retry-After": "3"})

    failed, count = taken(handler)
    assert (failed.failure.kind, failed.again, count) == (kind, again, 1)
    assert KEY not in str(failed)


def test_a_handle_is_the_same_after_it_was_stored(tmp_path: Path) -> None:
    stored = tmp_path / "handle.json"
    stored.write_text(HANDLE.to_json(), encoding="utf-8")
    assert Handle.from_json(stored.read_text(encoding="utf-8")) == HANDLE
    assert HANDLE.updated("ended", {"id": "b"}).ended
    assert not HANDLE.updated("paused", {}).ended


@pytest.mark.parametrize("text", ["[]", "{}", '{"version": 2}'])
def test_what_is_no_handle_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no handle of a batch, version 1"):
        Handle.from_json(text)


def test_a_handle_of_another_model_or_one_that_has_not_ended_is_refused() -> None:
    model = local(lambda *_: ModelResponse(parts=[TextPart("x")]))
    with pytest.raises(UsageError, match="has not ended"):
        asyncio.run(model.results(HANDLE))
    for verb in (model.status, model.cancel):
        with pytest.raises(UsageError, match="a batch of m/x was given to own/model"):
            asyncio.run(verb(HANDLE))


def test_texts_are_redacted_before_they_go_and_failures_stay_with_their_request() -> None:
    seen: list[str] = []

    def answer(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
        text = str(getattr(messages[0].parts[0], "content", ""))
        seen.append(text)
        if "broken" in text:
            raise RuntimeError(text)
        return ModelResponse(parts=[TextPart(text.upper())])

    async def go() -> Mapping[str, Call]:
        model = local(answer, redact=lambda text: text.replace("0123 456", "[PHONE]"))
        asked = ASK | {"b": ModelRequest(messages=(Message("user", "broken"),))}
        handles = [handle async for handle in model.submit(asked)]
        handle = await model.status(handles[0])
        return await model.results(handle)

    calls = asyncio.run(go())
    assert seen == ["Call [PHONE].", "broken"]
    assert calls["a"].reply is not None
    assert calls["a"].reply.text == "CALL [PHONE]."
    assert calls["b"].failure is not None
    assert calls["b"].failure.kind == "malformed_response"


def test_where_nothing_can_be_sent_there_is_still_a_handle_that_says_why() -> None:
    async def go() -> tuple[list[Handle], Mapping[str, Call]]:
        model = open_batch("anthropic", "claude-x", environment=Environment(_keys()))
        asked = {
            key: ModelRequest(
                messages=(Message("user", "x"),), parameters={"anthropic_speed": "fast"}
            )
            for key in "ab"
        }
        handles = [handle async for handle in model.submit(asked)]
        calls = await model.results(await model.status(handles[0]))
        await model.close()
        return handles, calls

    handles, calls = asyncio.run(go())
    assert [(handle.id, handle.ended) for handle in handles] == [("", True)]
    assert [call.failure and call.failure.kind for call in calls.values()] == ["bad_request"] * 2


def test_a_handle_holds_nothing_made_of_the_key() -> None:
    async def go() -> str:
        app = web.Application()

        async def create(_: web.Request) -> web.Response:
            counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
            return web.json_response(
                {
                    "id": "b",
                    "type": "message_batch",
                    "processing_status": "in_progress",
                    "request_counts": counts,
                    "created_at": "2026-11-01T10:00:00Z",
                    "expires_at": "2026-11-02T10:00:00Z",
                }
            )

        app.router.add_post("/v1/messages/batches", create)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        stored = set()
        for key in ("one-secret-key", "another-secret-key"):
            model = open_batch(
                "anthropic",
                "claude-x",
                environment=Environment({"A_KEY": key}),
                endpoint=Endpoint(base_url=f"http://{host}:{port}", key="A_KEY"),
            )
            stored |= {handle.to_json() async for handle in model.submit(ASK)}
            await model.close()
        await runner.cleanup()
        assert len(stored) == 1
        return stored.pop()

    text = asyncio.run(go())
    assert json.loads(json.loads(text)["job"]["group"])["credential"] == ""


def test_a_request_is_known_by_its_own_key_where_that_can_be() -> None:
    names = ["0a1b", "0a1b", "", "é", "request-0", "x" * 65, "x" * 64]
    turns = (Message("user", "x"),)

    async def go() -> tuple[Handle, Mapping[str, Call]]:
        model = local(lambda *_: ModelResponse(parts=[TextPart("x")]))
        asked = {f"k{at}": ModelRequest(messages=turns, key=key) for at, key in enumerate(names)}
        handles = [handle async for handle in model.submit(asked)]
        return handles[0], await model.results(handles[0])

    handle, calls = asyncio.run(go())
    made = tuple(f"request-{at}" for at in range(1, 6))
    assert handle.names == ("0a1b", *made, "x" * 64)
    assert all(call.reply is not None for call in calls.values())
    assert list(calls) == list(handle.keys)


def test_an_endpoint_of_ones_own_has_batches_as_openai_has() -> None:
    endpoint = Endpoint(base_url="http://127.0.0.1:9/v1")
    for name, given in (("house", endpoint), ("sim", None)):
        model = open_batch(name, "m", environment=Environment({}), endpoint=given)
        assert repr(model) == f"BatchModel('{name}/m')"
        asyncio.run(model.close())


@pytest.mark.parametrize("provider", ["ollama", "vllm"])
def test_a_provider_without_batches_says_so(provider: str) -> None:
    endpoint = Endpoint(base_url="http://127.0.0.1:9")
    with pytest.raises(UsageError, match="has no batches that are known here"):
        open_batch(provider, "m", environment=Environment({}), endpoint=endpoint)


def test_google_and_openai_have_batches() -> None:
    for name, key in (("google", "GEMINI_API_KEY"), ("openai", "OPENAI_API_KEY")):
        model = open_batch(name, "m", environment=Environment({key: KEY}))
        assert model.name == f"{name}/m"
        asyncio.run(model.close())
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        open_batch("openai", "m", environment=Environment({}))


def _keys() -> dict[str, str]:
    return {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
