"""A model whose requests are answered in batches."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_ai.exceptions import UserError
from pydantic_ai.models.batch import Batch, BatchRequest, BatchResult, EncodedBatchRequest

from measurand.core.model import OK, Attempt, Call, ModelRequest
from measurand.core.output import Failure, Usage
from measurand.core.running import Price
from measurand.errors import UsageError
from measurand.models.batch_handle import Handle, Went
from measurand.models.batch_prices import batch_cost
from measurand.models.providers_build import Built
from measurand.models.providers_quiet import Heard, heard
from measurand.models.providers_reply import failure_of, reply_of
from measurand.models.providers_request import translate
from measurand.models.providers_sent import parameters_sent
from measurand.models.providers_wire import what_went
from measurand.models.wire import CallFailed

__all__ = ["BatchModel", "BatchTerms"]

T = TypeVar("T")

_JOB = TypeAdapter(Batch)
_MOST = 10_000
"""Requests in one batch; providers allow more, but all of them are in memory at once."""
_BYTES = 100_000_000
"""Bytes of one batch, for the same reason."""
_NAME = re.compile(r"(?!request-)[A-Za-z0-9_-]{1,64}")
"""Names that every provider takes for a request; those with a prefix are made here."""
_MAY_HAVE_BEEN_TAKEN = frozenset({"timeout", "connection", "server_error", "malformed_response"})
"""Failures after which nobody knows whether the provider took the batch."""
_WHOLE_JOB = "BatchJobError"
"""What pydantic-ai calls the failure of a job that names none of its requests."""
_NOT_RUN: Mapping[str, str] = {
    "expired": "the batch expired before this request was run",
    "canceled": "the batch was cancelled before this request was run",
}


@dataclass(slots=True)
class _Chunk:
    """Requests that will be one batch."""

    requests: dict[str, EncodedBatchRequest] = field(default_factory=dict)
    size: int = 0
    keys: list[str] = field(default_factory=list)
    went: list[Went] = field(default_factory=list)
    ways: list[int] = field(default_factory=list)

    def add(self, key: str, encoded: EncodedBatchRequest, went: Went, *, size: int) -> None:
        name = encoded.custom_id
        if name in self.requests or not _NAME.fullmatch(name):
            name = f"request-{len(self.keys)}"
        if went not in self.went:
            self.went.append(went)
        self.requests[name] = replace(encoded, custom_id=name)
        self.keys.append(key)
        self.ways.append(self.went.index(went))
        self.size += size


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTerms:
    """How batches are made.

    Args:
        hide: Takes secrets out of what a provider says.
        price: The plan's own price of the model.
        redact: Applied to the text of each message before it goes out.
        most: Requests in one batch, at the most.
    """

    hide: Callable[[str], str]
    price: Price | None = None
    redact: Callable[[str], str] | None = None
    most: int = _MOST


class BatchModel:
    """A model behind its provider's batch interface.

    Args:
        name: The model's name, as in ``openai/gpt-4o-mini``.
        built: The model of pydantic-ai.
        terms: How batches are made.

    Raises:
        UsageError: The provider has no batches.
    """

    def __init__(self, name: str, built: Built, terms: BatchTerms) -> None:
        allowed = built.model.batch_max_requests
        if allowed is None:
            raise UsageError(
                f"{name} has no batches that are known here; allowed: openai, anthropic and "
                "google; leave `batch` out to ask it live"
            )
        self.name = name
        self._built = built
        self._hide = terms.hide
        self._terms = terms
        self._most = max(1, min(terms.most, allowed))
        self._bytes = min(_BYTES, built.model.batch_max_bytes or _BYTES)

    def __repr__(self) -> str:
        return f"BatchModel({self.name!r})"

    async def submit(self, requests: Mapping[str, ModelRequest]) -> AsyncIterator[Handle]:
        """Hand in requests, as few batches as the provider's limits allow.

        Each handle comes as soon as its batch has been taken, and is to be stored before the next
        is asked for: without it, what the batch answers cannot be found again.

        Args:
            requests: Requests by keys of the caller's.

        Raises:
            CallFailed: A batch was not taken, or nobody knows whether it was; the ones before it
                were. It is not tried again here, so that none is paid for twice.
        """
        open_chunks: dict[str, _Chunk] = {}
        refused: dict[str, str] = {}
        for key, request in requests.items():
            try:
                encoded, went = await self._encode(request)
            except CallFailed as error:
                refused[key] = error.failure.message
                continue
            size = self._built.model.batch_request_size(encoded)
            chunk = open_chunks.setdefault(encoded.group, _Chunk())
            if chunk.requests and self._full(chunk, size):
                yield await self._create(chunk, refused)
                refused = {}
                chunk = open_chunks[encoded.group] = _Chunk()
            chunk.add(key, encoded, went, size=size)
        for chunk in open_chunks.values():
            yield await self._create(chunk, refused)
            refused = {}
        if refused:
            yield Handle(model=self.name, id="", status="ended", refused=refused)

    async def status(self, handle: Handle) -> Handle:
        """How far a batch is.

        Raises:
            CallFailed: The provider did not say.
            UsageError: The handle is not one of this model's.
        """
        job = self._job(handle)
        if job is None:
            return handle
        found = await self._do(self._built.model.batch_status(job))
        return handle.updated(found.status, _plain(found))

    async def cancel(self, handle: Handle) -> Handle:
        """Ask the provider to stop; what has been answered by then is paid for all the same.

        Raises:
            CallFailed: The provider did not say.
            UsageError: The handle is not one of this model's.
        """
        job = self._job(handle)
        if job is None:
            return handle
        found = await self._do(self._built.model.batch_cancel(job))
        return handle.updated(found.status, _plain(found))

    async def results(self, handle: Handle) -> Mapping[str, Call]:
        """What became of every request of a batch that has ended.

        Whatever has no answer is a failure: it expired, was cancelled, failed, or is missing.
        The seconds of an attempt are 0: nobody tells how long a request of a batch took.

        Raises:
            CallFailed: The provider did not give the results; they can be asked for again.
            UsageError: The batch has not ended, or the handle is not one of this model's.
        """
        if not handle.ended:
            raise UsageError(f"batch {handle.id} has not ended; found {handle.status}")
        calls = {
            key: _failed(self.name, Failure("bad_request", why))
            for key, why in handle.refused.items()
        }
        job = self._job(handle)
        if job is None:
            return calls
        try:
            listed = await Heard(self._built.model.batch_results(job), [])
        except Exception as error:  # noqa: BLE001 - whatever a client raises is a failed call
            failed = failure_of(error, left=True, hide=self._hide)
            if type(error).__name__ != _WHOLE_JOB:
                raise failed from None
            return calls | {key: _failed(self.name, failed.failure) for key in handle.keys}
        found = {one.custom_id: one for one in listed}
        for key, name, way in zip(handle.keys, handle.names, handle.ways, strict=True):
            calls[key] = self._call(found.get(name), handle.went[way])
        return calls

    async def close(self) -> None:
        """Let go of the connections."""
        await self._built.close()

    async def _encode(self, request: ModelRequest) -> tuple[EncodedBatchRequest, Went]:
        model = self._built.model
        words: list[str] = []
        if (redact := self._terms.redact) is not None:
            messages = tuple(replace(m, content=redact(m.content)) for m in request.messages)
            request = replace(request, messages=messages)
        try:
            asked = heard(lambda: translate(request, model), words)
            encoded = await Heard(
                model.batch_encode(
                    BatchRequest(
                        custom_id=request.key,
                        messages=asked.messages,
                        model_settings=asked.settings,
                        model_request_parameters=asked.parameters,
                    )
                ),
                words,
            )
        except Exception as error:  # noqa: BLE001 - whatever a client raises is a refusal
            raise failure_of(error, left=False, hide=self._hide) from None
        sent, notes = what_went(
            asked, parameters_sent(encoded.body), model=model.model_name, words=words
        )
        return encoded, Went(sent=sent, notes=notes)

    def _full(self, chunk: _Chunk, size: int) -> bool:
        return len(chunk.requests) >= self._most or chunk.size + size > self._bytes

    async def _create(self, chunk: _Chunk, refused: Mapping[str, str]) -> Handle:
        try:
            job = await self._do(self._built.model.batch_create(list(chunk.requests.values())))
        except CallFailed as error:
            if error.failure.kind not in _MAY_HAVE_BEEN_TAKEN:
                raise
            raise CallFailed(error.failure, again=False) from None
        return Handle(
            model=self.name,
            id=job.id,
            status=job.status,
            keys=tuple(chunk.keys),
            names=tuple(chunk.requests),
            went=tuple(chunk.went),
            ways=tuple(chunk.ways),
            refused=dict(refused),
            job=_plain(job),
        )

    def _job(self, handle: Handle) -> Batch | None:
        if handle.model != self.name:
            raise UsageError(f"a batch of {handle.model} was given to {self.name}")
        return _JOB.validate_python(dict(handle.job)) if handle.id else None

    async def _do(self, asking: Coroutine[Any, Any, T]) -> T:
        try:
            return await Heard(asking, [])
        except UserError as error:
            raise UsageError(self._hide(f"{self.name}: {error}")) from None
        except Exception as error:  # noqa: BLE001 - whatever a client raises is a failed call
            raise failure_of(error, left=True, hide=self._hide) from None

    def _call(self, result: BatchResult | None, went: Went) -> Call:
        if result is None:
            missing = "the batch ended without a result for this request"
            return _failed(self.name, Failure("malformed_response", missing))
        if result.status in _NOT_RUN:
            return _failed(self.name, Failure("timeout", _NOT_RUN[result.status]))
        request = BatchRequest(custom_id=result.custom_id, messages=[])
        try:
            response = heard(lambda: self._built.model.batch_decode(result, request), [])
        except Exception as error:  # noqa: BLE001 - whatever a client raises is a failed call
            failed = failure_of(error, left=True, hide=self._hide)
            # One that was answered was charged for, though nobody can read by how much.
            usage = Usage() if result.status == "succeeded" else None
            return _failed(self.name, failed.failure, usage)
        reply = reply_of(response, sent=went.sent, notes=went.notes)
        cost, note = batch_cost(self.name, reply.usage, reply.model, own=self._terms.price)
        reply = reply_of(response, sent=went.sent, notes=(*went.notes, note))
        attempt = Attempt(status=OK, seconds=0.0, usage=reply.usage, cost=cost)
        return Call(model=self.name, attempts=(attempt,), reply=reply)


def _failed(model: str, failure: Failure, usage: Usage | None = None) -> Call:
    attempt = Attempt(status=failure.kind, seconds=0.0, usage=usage, message=failure.message)
    return Call(model=model, attempts=(attempt,), failure=failure)


def _plain(job: Batch) -> dict[str, Any]:
    """The library's record as JSON, without the hash that it takes of the key."""
    found: dict[str, Any] = json.loads(_JOB.dump_json(job))
    try:
        group = json.loads(job.group)
    except ValueError:
        return found
    if isinstance(group, dict) and "credential" in group:
        found["group"] = json.dumps({**group, "credential": ""}, sort_keys=True)
    return found
