"""Batches of Gemini, against a server that speaks its JSON on 127.0.0.1."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web

from measurand.core.example import Message
from measurand.core.model import Call, ModelRequest
from measurand.core.output import Usage
from measurand.core.running import Endpoint
from measurand.models.batch import Handle, open_batch
from measurand.models.environment import Environment

pytest.importorskip("pydantic_ai", reason="needs the extra 'providers'")

KEY = "google-very-secret-key"


class Gemini:
    """Files and one batch; ``ended`` is the state that the batch ends in."""

    def __init__(self, ended: str = "BATCH_STATE_SUCCEEDED") -> None:
        self.ended = ended
        self.lines: list[dict[str, Any]] = []
        self.heard: list[str] = []

    async def answer(self, asked: web.Request) -> web.Response:
        self.heard.append(f"{asked.method} {asked.path}")
        if asked.path.endswith("/files") and "upload" in asked.path:
            place = f"{asked.url.origin()}/put"
            return web.json_response({}, headers={"X-Goog-Upload-URL": place})
        if asked.path == "/put":
            self.lines = [json.loads(line) for line in (await asked.text()).splitlines()]
            return web.json_response(
                {"file": {"name": "files/in"}}, headers={"X-Goog-Upload-Status": "final"}
            )
        if asked.path.endswith(":download"):
            return web.Response(text="\n".join(self.results()))
        if asked.method == "DELETE":
            return web.json_response({})
        return web.json_response(self.job(done=asked.method == "GET"))

    def job(self, *, done: bool) -> dict[str, Any]:
        state = self.ended if done else "BATCH_STATE_PENDING"
        job: dict[str, Any] = {
            "name": "batches/b",
            "metadata": {"name": "batches/b", "state": state, "createTime": "2026-11-01T10:00:00Z"},
        }
        if done and self.ended == "BATCH_STATE_SUCCEEDED":
            job["metadata"]["output"] = {"responsesFile": "files/out"}
        return job

    def results(self) -> list[str]:
        found = []
        for line in reversed(self.lines):
            text = line["request"]["contents"][0]["parts"][0]["text"]
            if "broken" in text:
                error = {"code": 14, "message": f"overloaded {KEY}"}
                found.append(json.dumps({"key": line["key"], "error": error}))
            elif "missing" not in text:
                said = {
                    "candidates": [
                        {
                            "content": {"role": "model", "parts": [{"text": text.upper()}]},
                            "finishReason": "STOP",
                        }
                    ],
                    "modelVersion": "gemini-2.5-flash",
                    "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 100},
                }
                found.append(json.dumps({"key": line["key"], "response": said}))
        return found


def collected(server: Gemini, *keys: str) -> Mapping[str, Call]:
    """Submit, forget everything but the handle, and collect."""

    async def go() -> Mapping[str, Call]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", server.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]

        def model() -> Any:
            return open_batch(
                "google",
                "gemini-2.5-flash",
                environment=Environment({"A_KEY": KEY}),
                endpoint=Endpoint(base_url=f"http://{host}:{port}", key="A_KEY"),
            )

        try:
            first, second = model(), model()
            asked = {
                key: ModelRequest(
                    messages=(Message("user", f"judge {key}"),), parameters={"temperature": 0.5}
                )
                for key in keys
            }
            stored = [handle.to_json() async for handle in first.submit(asked)]
            await first.close()
            assert KEY not in stored[0]
            handle = await second.status(Handle.from_json(stored[0]))
            calls: Mapping[str, Call] = await second.results(handle)
            await second.close()
            return calls
        finally:
            await runner.cleanup()

    return asyncio.run(go())


def test_a_batch_of_gemini_is_collected_by_another_process() -> None:
    server = Gemini()
    calls = collected(server, "good", "broken", "missing")
    good, broken, missing = (calls[key] for key in ("good", "broken", "missing"))
    assert good.reply is not None
    assert (good.reply.text, good.reply.usage) == ("JUDGE GOOD", Usage(1000, 100))
    assert good.reply.sent["generationConfig"]["temperature"] == 0.5
    # 0.15 and 1.25 US dollars a million tokens in batches
    assert good.cost == pytest.approx((1000 * 0.15 + 100 * 1.25) / 1e6)
    assert broken.failure is not None
    assert (broken.failure.kind, KEY in broken.failure.message) == ("server_error", False)
    assert missing.failure is not None
    assert missing.failure.kind == "malformed_response"


@pytest.mark.parametrize("state", ["EXPIRED", "CANCELLED", "FAILED"])
def test_a_batch_that_ends_without_results_fails_each_of_its_requests(state: str) -> None:
    calls = collected(Gemini(f"BATCH_STATE_{state}"), "a", "b")
    assert list(calls) == ["a", "b"]
    assert all(call.failure is not None for call in calls.values())
