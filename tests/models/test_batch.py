"""Batches of Anthropic and OpenAI, against servers that speak their JSON on 127.0.0.1."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from measurand.core.example import Message
from measurand.core.model import Call, ModelRequest
from measurand.core.output import Usage
from measurand.core.running import Endpoint, Price
from measurand.models.batch import Handle, open_batch
from measurand.models.environment import Environment

pytest.importorskip("pydantic_ai", reason="needs the extra 'providers'")

from measurand.models.batch_model import BatchModel, BatchTerms
from measurand.models.providers_access import Access
from measurand.models.providers_build import build

KEY = "sk-a-very-secret-key"
PRICES = {name: Price(input=2, output=10) for name in ("anthropic/claude-x", "openai/gpt-x")}


def requests(*keys: str, **parameters: object) -> dict[str, ModelRequest]:
    return {
        key: ModelRequest(messages=(Message("user", f"Judge {key}."),), parameters=parameters)
        for key in keys
    }


class Provider:
    """A provider of batches: what each request becomes stands in its text, as ``Judge expired``."""

    def __init__(self) -> None:
        self.created: list[list[dict[str, Any]]] = []
        self.files: dict[str, str] = {}
        self.polls = 0
        self.cancelled = False

    @property
    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/messages/batches", self.claude_create)
        app.router.add_get("/v1/messages/batches/{id}", self.claude_status)
        app.router.add_post("/v1/messages/batches/{id}/cancel", self.claude_cancel)
        app.router.add_get("/v1/messages/batches/{id}/results", self.claude_results)
        app.router.add_post("/v1/files", self.upload)
        app.router.add_get("/v1/files/{id}/content", self.download)
        app.router.add_delete("/v1/files/{id}", self.delete)
        app.router.add_post("/v1/batches", self.openai_create)
        app.router.add_get("/v1/batches/{id}", self.openai_status)
        app.router.add_post("/v1/batches/{id}/cancel", self.openai_cancel)
        return app

    def done(self) -> bool:
        self.polls += 1
        return self.polls > 1 or self.cancelled

    # Anthropic

    def claude_batch(self, number: int, status: str, asked: web.Request) -> web.Response:
        size = len(self.created[number])
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        return web.json_response(
            {
                "id": f"b{number}",
                "type": "message_batch",
                "processing_status": status,
                "request_counts": {**counts, "processing": size},
                "created_at": "2026-11-01T10:00:00Z",
                "expires_at": "2026-11-02T10:00:00Z",
                "archived_at": None,
                "cancel_initiated_at": None,
                "ended_at": None,
                "results_url": f"{asked.url.origin()}/v1/messages/batches/b{number}/results",
            }
        )

    async def claude_create(self, asked: web.Request) -> web.Response:
        self.created.append((await asked.json())["requests"])
        return self.claude_batch(len(self.created) - 1, "in_progress", asked)

    async def claude_status(self, asked: web.Request) -> web.Response:
        status = "ended" if self.done() else "in_progress"
        return self.claude_batch(int(asked.match_info["id"][1:]), status, asked)

    async def claude_cancel(self, asked: web.Request) -> web.Response:
        self.cancelled = True
        return self.claude_batch(int(asked.match_info["id"][1:]), "canceling", asked)

    async def claude_results(self, asked: web.Request) -> web.Response:
        lines = []
        for one in reversed(self.created[int(asked.match_info["id"][1:])]):
            text = one["params"]["messages"][0]["content"][0]["text"]
            if "missing" not in text:
                result = claude_result(text, one["params"])
                lines.append(json.dumps({"custom_id": one["custom_id"], "result": result}))
        return web.Response(text="\n".join(lines) + "\n", content_type="application/x-jsonl")

    # OpenAI

    async def upload(self, asked: web.Request) -> web.Response:
        form = await asked.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        name = f"f{len(self.files)}"
        self.files[name] = file.file.read().decode()
        return web.json_response(
            {
                "id": name,
                "object": "file",
                "bytes": 1,
                "created_at": 1,
                "filename": "batch.jsonl",
                "purpose": "batch",
                "status": "processed",
            }
        )

    async def download(self, asked: web.Request) -> web.Response:
        return web.Response(text=self.files[asked.match_info["id"]])

    async def delete(self, asked: web.Request) -> web.Response:
        name = asked.match_info["id"]
        return web.json_response({"id": name, "object": "file", "deleted": True})

    def openai_batch(self, number: int, status: str) -> web.Response:
        return web.json_response(
            {
                "id": f"b{number}",
                "object": "batch",
                "endpoint": "/v1/responses",
                "input_file_id": f"f{number}",
                "output_file_id": f"out{number}" if status == "completed" else None,
                "completion_window": "24h",
                "status": status,
                "created_at": 1_793_000_000,
            }
        )

    async def openai_create(self, asked: web.Request) -> web.Response:
        body = await asked.json()
        lines = self.files[body["input_file_id"]].splitlines()
        self.created.append([json.loads(line) for line in lines])
        return self.openai_batch(len(self.created) - 1, "validating")

    async def openai_status(self, asked: web.Request) -> web.Response:
        number = int(asked.match_info["id"][1:])
        if self.cancelled:
            return self.openai_batch(number, "cancelled")
        if not self.done():
            return self.openai_batch(number, "in_progress")
        lines = [
            json.dumps({"custom_id": one["custom_id"], **openai_result(one["body"])})
            for one in reversed(self.created[number])
            if "missing" not in json.dumps(one["body"]["input"])
        ]
        self.files[f"out{number}"] = "\n".join(lines)
        return self.openai_batch(number, "completed")

    async def openai_cancel(self, asked: web.Request) -> web.Response:
        self.cancelled = True
        return self.openai_batch(int(asked.match_info["id"][1:]), "cancelling")


def claude_result(text: str, params: Mapping[str, Any]) -> dict[str, Any]:
    if "expired" in text:
        return {"type": "expired"}
    if "overloaded" in text:
        error = {"type": "overloaded_error", "message": f"Overloaded {KEY}"}
        return {"type": "errored", "error": {"type": "error", "error": error}}
    message = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": params["model"],
        "content": [{"type": "text", "text": f"answer to {text}"}],
        "stop_reason": "refusal" if "refused" in text else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1000, "output_tokens": 100},
    }
    return {"type": "succeeded", "message": message}


def openai_result(body: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(body["input"])
    if "expired" in text:
        return {"response": None, "error": {"code": "batch_expired", "message": "too late"}}
    if "overloaded" in text:
        said = {"error": {"message": f"Overloaded {KEY}", "type": "server_error"}}
        return {"response": {"status_code": 503, "body": said}, "error": None}
    reply: dict[str, Any] = {
        "id": "r",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": body["model"],
        "output": [
            {
                "type": "message",
                "id": "m",
                "role": "assistant",
                "status": "completed",
                "content": [
                    {
                        "type": "refusal" if "refused" in text else "output_text",
                        "text": "answer",
                        "refusal": "No.",
                        "annotations": [],
                    }
                ],
            }
        ],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 1000,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 100,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 1100,
        },
    }
    return {"response": {"status_code": 200, "body": reply}, "error": None}


@asynccontextmanager
async def running(provider: Provider) -> AsyncIterator[str]:
    runner = web.AppRunner(provider.app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/v1"
    finally:
        await runner.cleanup()


def opened(name: str, url: str, **terms: Any) -> BatchModel:
    provider, _, model = name.partition("/")
    return open_batch(
        provider,
        model,
        environment=Environment({"A_KEY": KEY}),
        endpoint=Endpoint(base_url=url, key="A_KEY"),
        prices=PRICES,
        **terms,
    )


async def fetched(model: BatchModel, handle: Handle) -> Mapping[str, Call]:
    while not handle.ended:
        handle = await model.status(handle)
    return await model.results(handle)


@pytest.mark.parametrize("name", ["anthropic/claude-x", "openai/gpt-x"])
def test_a_batch_survives_a_restart_and_tells_what_became_of_each(name: str) -> None:
    provider = Provider()

    async def go() -> Mapping[str, Call]:
        async with running(provider) as url:
            first = opened(name, url)
            asked = requests("good", "expired", "missing", "overloaded", "refused", max_tokens=50)
            stored = [handle.to_json() async for handle in first.submit(asked)]
            await first.close()
            assert len(stored) == 1
            assert KEY not in stored[0]
            second = opened(name, url)
            calls = await fetched(second, Handle.from_json(stored[0]))
            await second.close()
            return calls

    calls = asyncio.run(go())
    kinds = {key: call.failure and call.failure.kind for key, call in calls.items()}
    assert kinds == {
        "good": None,
        "expired": "timeout",
        "missing": "malformed_response",
        "overloaded": "server_error",
        "refused": None,
    }
    good, refused = calls["good"].reply, calls["refused"].reply
    assert good is not None
    assert refused is not None
    assert refused.finish == "refused"
    assert good.text.startswith("answer")
    assert (good.finish, good.usage) == ("stop", Usage(1000, 100))
    assert 50 in good.sent.values()
    # 1,000 tokens at 2 and 100 at 10 dollars a million, halved
    assert calls["good"].cost == pytest.approx(0.0015)
    assert "half the plan's price" in good.notes[-1]
    assert calls["expired"].cost == 0
    assert KEY not in repr(calls)


@pytest.mark.parametrize("name", ["anthropic/claude-x", "openai/gpt-x"])
def test_a_cancelled_batch_ends_without_its_requests(name: str) -> None:
    provider = Provider()

    async def go() -> tuple[Handle, list[Handle]]:
        async with running(provider) as url:
            model = opened(name, url)
            handles = [handle async for handle in model.submit(requests("a", "b"))]
            stopped = await model.cancel(handles[0])
            assert not stopped.ended
            ended = await model.status(stopped)
            if name.startswith("openai"):
                calls = await model.results(ended)
                assert [c.failure and c.failure.kind for c in calls.values()] == ["timeout"] * 2
            await model.close()
            return ended, handles

    ended, handles = asyncio.run(go())
    assert ended.ended
    assert ended.keys == handles[0].keys == ("a", "b")


def test_chunks_keep_to_the_limit_and_each_is_handed_over_before_the_next() -> None:
    provider = Provider()

    async def go() -> tuple[list[int], Mapping[str, Call]]:
        async with running(provider) as url:
            access = Access(kind="anthropic", key=KEY, base_url=url)
            terms = BatchTerms(hide=str, most=3)
            model = BatchModel("anthropic/claude-x", build("claude-x", access), terms)
            taken: list[int] = []
            calls: dict[str, Call] = {}
            async for handle in model.submit(requests(*(f"k{at}" for at in range(8)))):
                taken.append(len(provider.created))
                calls |= await fetched(model, handle)
            await model.close()
            return taken, calls

    taken, calls = asyncio.run(go())
    assert taken == [1, 2, 3]
    assert [len(one) for one in provider.created] == [3, 3, 2]
    assert list(calls) == [f"k{at}" for at in range(8)]
    for key, call in calls.items():
        assert call.reply is not None
        assert call.reply.text == f"answer to Judge {key}."
        assert call.cost is None
        assert call.reply.notes[-1].startswith("cost unknown")


def test_what_a_batch_cannot_carry_is_refused_alone() -> None:
    provider = Provider()
    asked = requests("good") | requests("bad", anthropic_speed="fast")

    async def go() -> Mapping[str, Call]:
        async with running(provider) as url:
            model = opened("anthropic/claude-x", url)
            handles = [handle async for handle in model.submit(asked)]
            calls = await fetched(model, Handle.from_json(handles[0].to_json()))
            await model.close()
            return calls

    calls = asyncio.run(go())
    assert calls["good"].reply is not None
    assert calls["bad"].failure is not None
    assert calls["bad"].failure.kind == "bad_request"
    assert len(provider.created[0]) == 1
