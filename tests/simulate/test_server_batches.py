"""Batches by the providers' own clients and by pydantic-ai."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from measurand.simulate.server import SimulatedProvider

openai = pytest.importorskip("openai")
anthropic = pytest.importorskip("anthropic")

CHAT = "/v1/chat/completions"


def gpt(server: SimulatedProvider) -> Any:
    return openai.OpenAI(base_url=server.base_url, api_key="x", max_retries=0)


def claude(server: SimulatedProvider) -> Any:
    return anthropic.Anthropic(base_url=server.url, api_key="x", max_retries=0)


def lines(count: int, url: str = CHAT) -> bytes:
    body = {"model": "any", "messages": [{"role": "user", "content": "Hi"}]}
    rows = [
        {"custom_id": f"k{number}", "method": "POST", "url": url, "body": body}
        for number in range(count)
    ]
    return "\n".join(map(json.dumps, rows)).encode()


def submitted(client: Any, content: bytes) -> Any:
    file = client.files.create(file=("batch.jsonl", content), purpose="batch")
    assert (file.bytes, file.filename, file.purpose) == (len(content), "batch.jsonl", "batch")
    return client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")


def rows(client: Any, file: str | None) -> dict[str, Any]:
    found = [] if file is None else client.files.content(file).text.splitlines()
    return {row["custom_id"]: row for row in map(json.loads, found)}


def test_an_openai_batch_from_file_to_results() -> None:
    faults = [{"fault": "hang", "count": 2}, {"fault": "429", "count": 3}]
    with SimulatedProvider("Hello.", faults=faults) as server, gpt(server) as client:
        batch = submitted(client, lines(20))
        assert batch.status == "validating"
        assert server.counts.total.received == 0
        done = client.batches.retrieve(batch.id)
        assert done.status == "completed"
        assert done.request_counts.model_dump() == {"total": 20, "completed": 15, "failed": 5}
        good, bad = rows(client, done.output_file_id), rows(client, done.error_file_id)
        assert set(good) | set(bad) == {f"k{number}" for number in range(20)}
        assert list(good) != sorted(good)  # in no order that a client could rely on
        reply = good["k19"]["response"]["body"]["choices"][0]
        assert (good["k19"]["response"]["status_code"], reply["finish_reason"]) == (200, "stop")
        kinds = Counter(
            "expired" if row["response"] is None else str(row["response"]["status_code"])
            for row in bad.values()
        )
        assert kinds == {"expired": 2, "429": 3}
        assert set(server.planted.passing) == set(bad)
        assert server.counts.total.answered == 15
        assert [one.id for one in client.batches.list()] == [batch.id]
        client.files.delete(done.output_file_id)
        with pytest.raises(openai.NotFoundError):
            client.files.retrieve(done.output_file_id)


def test_what_failed_is_answered_in_the_next_batch() -> None:
    with SimulatedProvider("Hello.", faults={"500": 0.5}) as server, gpt(server) as client:
        first = client.batches.retrieve(submitted(client, lines(40)).id)
        missing = rows(client, first.error_file_id)
        assert 5 < len(missing) < 35
        second = client.batches.retrieve(submitted(client, lines(40)).id)
        assert second.error_file_id is None
        assert set(missing) <= set(rows(client, second.output_file_id))


def test_a_batch_takes_its_time_and_can_be_cancelled() -> None:
    with SimulatedProvider("Hello.", batch_seconds=60.0) as server:
        with gpt(server) as client:
            batch = submitted(client, lines(3))
            assert client.batches.retrieve(batch.id).status == "in_progress"
            assert client.batches.cancel(batch.id).status == "cancelled"
        with claude(server) as other:
            params = {
                "model": "any",
                "max_tokens": 9,
                "messages": [{"role": "user", "content": "Hi"}],
            }
            batch = other.messages.batches.create(requests=[{"custom_id": "a", "params": params}])
            assert other.messages.batches.retrieve(batch.id).processing_status == "in_progress"
            cancelled = other.messages.batches.cancel(batch.id)
            assert (cancelled.processing_status, cancelled.request_counts.canceled) == ("ended", 1)
            (result,) = other.messages.batches.results(batch.id)
            assert result.result.type == "canceled"
        assert server.counts.total.received == 0


def test_a_file_that_is_no_batch_fails_with_its_lines() -> None:
    with SimulatedProvider("Hello.") as server, gpt(server) as client:
        content = lines(1) + b"\n{]\n" + lines(2, "/v1/embeddings")
        batch = client.batches.retrieve(submitted(client, content).id)
        assert batch.status == "failed"
        assert [(error.code, error.line) for error in batch.errors.data] == [
            ("invalid_json_line", 2),
            ("mismatched_endpoint", 3),
            ("mismatched_endpoint", 4),
            ("duplicate_custom_id", None),
        ]
        with pytest.raises(openai.BadRequestError, match="endpoint: found"):
            client.batches.create(
                input_file_id="file-x", endpoint="/v1/embeddings", completion_window="24h"
            )
        with pytest.raises(openai.NotFoundError, match="No batch found"):
            client.batches.retrieve("batch_x")


def test_an_anthropic_batch_from_requests_to_results() -> None:
    params = {"model": "any", "max_tokens": 90, "messages": [{"role": "user", "content": "Hi"}]}
    requests: list[dict[str, Any]] = [
        {"custom_id": f"k{number}", "params": params} for number in range(9)
    ]
    requests.append({"custom_id": "bad", "params": {"model": "any", "messages": []}})
    faults = [{"fault": "hang", "count": 1}, {"fault": "529", "count": 2}]
    with SimulatedProvider("Hello.", faults=faults) as server, claude(server) as client:
        batch = client.messages.batches.create(requests=requests)
        assert (batch.processing_status, batch.results_url) == ("in_progress", None)
        done = client.messages.batches.retrieve(batch.id)
        assert (done.processing_status, done.request_counts.succeeded) == ("ended", 6)
        found = {one.custom_id: one.result for one in client.messages.batches.results(batch.id)}
        assert Counter(result.type for result in found.values()) == {
            "succeeded": 6,
            "errored": 3,
            "expired": 1,
        }
        assert found["bad"].error.error.type == "invalid_request_error"
        assert found["k8"].message.content[0].text == "Hello."
        errors = {r.error.error.type for r in found.values() if r.type == "errored"}
        assert errors == {"invalid_request_error", "overloaded_error"}
        assert [one.id for one in client.messages.batches.list()] == [batch.id]
        with pytest.raises(anthropic.BadRequestError, match="custom_id must be unique"):
            client.messages.batches.create(requests=[requests[0], requests[0]])


def test_pydantic_ai_asks_and_batches_on_both_wires() -> None:
    pytest.importorskip("pydantic_ai")
    from pydantic_ai.messages import ModelRequest  # noqa: PLC0415 - seconds to import
    from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415
    from pydantic_ai.models.batch import BatchRequest  # noqa: PLC0415
    from pydantic_ai.models.openai import OpenAIResponsesModel  # noqa: PLC0415
    from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415

    said: list[Any] = [ModelRequest.user_text_prompt("Hi")]

    async def through(model: Any) -> None:
        live = await model.request(said, {"max_tokens": 50}, _parameters())
        assert live.parts[0].content == "Hello."
        assert (live.usage.input_tokens, live.usage.output_tokens) == (5, 2)
        requests = [
            BatchRequest(custom_id=f"k{n}", messages=said, model_settings={"max_tokens": 50})
            for n in range(5)
        ]
        batch = await model.batch_create([await model.batch_encode(one) for one in requests])
        batch = await model.batch_status(batch)
        assert batch.status == "ended"
        results = await model.batch_results(batch)
        assert {one.custom_id for one in results} == {f"k{n}" for n in range(5)}
        decoded = [model.batch_decode(one, requests[0]) for one in results]
        assert {one.parts[0].content for one in decoded} == {"Hello."}

    async def both(server: SimulatedProvider) -> None:
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key="x") as client:
            await through(
                OpenAIResponsesModel("any", provider=OpenAIProvider(openai_client=client))
            )
        async with anthropic.AsyncAnthropic(base_url=server.url, api_key="x") as client:
            provider = AnthropicProvider(anthropic_client=client)
            await through(AnthropicModel("any", provider=provider))

    with SimulatedProvider("Hello.") as server:
        asyncio.run(both(server))


def _parameters() -> Any:
    from pydantic_ai.models import ModelRequestParameters  # noqa: PLC0415 - seconds to import

    return ModelRequestParameters()
