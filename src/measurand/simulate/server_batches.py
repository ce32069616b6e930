"""Batches: many requests handed in at once, to be collected later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from measurand.simulate.faults import TRANSPORT
from measurand.simulate.provider import NoSuchModel, Provider
from measurand.simulate.provider_draws import name_of
from measurand.simulate.server_anthropic import MESSAGES
from measurand.simulate.server_faults import no_model, refusal
from measurand.simulate.server_openai import CHAT, RESPONSES
from measurand.simulate.server_wire import CREATED, Refused, Wire, dump

__all__ = ["Batches", "Line"]

_WIRES: Mapping[str, Wire] = {"/v1/chat/completions": CHAT, "/v1/responses": RESPONSES}
_DAY = 24 * 3600
_MADE = "2025-10-09T08:53:20Z"
_EXPIRES = "2025-10-10T08:53:20Z"
_EXPIRED = "This request could not be executed before the completion window expired."

Ended = Literal["succeeded", "errored", "expired"]


@dataclass(frozen=True, slots=True)
class Line:
    """One request of a batch.

    Args:
        name: Its ``custom_id``.
        body: What a call of its own would have sent.
    """

    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Result:
    line: Line
    ended: Ended
    status: int
    body: Mapping[str, Any]


@dataclass(slots=True)
class _Batch:
    name: str
    wire: Wire
    lines: Sequence[Line]
    ready: float
    details: Mapping[str, Any] = field(default_factory=dict)
    cancelled: bool = False
    errors: Sequence[Mapping[str, Any]] = ()
    results: list[_Result] | None = None


class Batches:
    """The batches and files of both providers, for as long as the server lives.

    Args:
        provider: Who answers.
        seconds: How long a batch takes.
        clock: The time.
    """

    def __init__(self, provider: Provider, seconds: float, clock: Callable[[], float]) -> None:
        self._provider, self._seconds, self._clock = provider, seconds, clock
        self._files: dict[str, tuple[str, bytes]] = {}
        self._batches: dict[str, _Batch] = {}

    def add_file(self, name: str, content: bytes) -> dict[str, Any]:
        """Keep a file."""
        key = f"file-{name_of(len(self._files), name, content.hex())}"
        self._files[key] = (name, content)
        return self.file(key)

    def file(self, key: str) -> dict[str, Any]:
        """What there is to say about a file."""
        name, content = self._held(key)
        return {
            "id": key,
            "object": "file",
            "bytes": len(content),
            "created_at": CREATED,
            "expires_at": None,
            "filename": name,
            "purpose": "batch_output" if name.startswith("batch_") else "batch",
            "status": "processed",
        }

    def content(self, key: str) -> bytes:
        """What a file holds."""
        return self._held(key)[1]

    def delete_file(self, key: str) -> dict[str, Any]:
        """Forget a file."""
        self._held(key)
        del self._files[key]
        return {"id": key, "object": "file", "deleted": True}

    def create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Hand in a file of requests in OpenAI's form."""
        endpoint = str(body.get("endpoint"))
        wire = _WIRES.get(endpoint)
        if wire is None:
            raise Refused(400, f"endpoint: found {endpoint!r}; allowed: {', '.join(_WIRES)}")
        lines, errors = _lines(self.content(str(body.get("input_file_id"))), endpoint)
        details = {
            "endpoint": endpoint,
            "input_file_id": body.get("input_file_id"),
            "completion_window": body.get("completion_window", "24h"),
            "metadata": body.get("metadata"),
        }
        batch = self._start("batch", wire, lines, details=details)
        batch.errors = errors
        return {**self._openai(batch), "status": "validating"}

    def openai(self, name: str, *, cancel: bool = False) -> dict[str, Any]:
        """How far one of OpenAI's form is."""
        return self._openai(self._looked_up(name, cancel=cancel))

    def openai_list(self) -> dict[str, Any]:
        """All of OpenAI's form."""
        data = [self._openai(b) for b in self._batches.values() if b.wire is not MESSAGES]
        return {"object": "list", "data": data, "has_more": False}

    def create_messages(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Hand in requests in Anthropic's form."""
        requests = body.get("requests")
        if not isinstance(requests, list) or not requests:
            raise Refused(400, "requests: Field required")
        lines = [Line(str(one.get("custom_id")), one.get("params") or {}) for one in requests]
        names = [line.name for line in lines]
        if len(set(names)) < len(names):
            raise Refused(400, "requests: custom_id must be unique in a batch")
        return self._anthropic(
            self._start("msgbatch", MESSAGES, lines, details={}), "", created=True
        )

    def messages(self, name: str, url: str, *, cancel: bool = False) -> dict[str, Any]:
        """How far one of Anthropic's form is."""
        return self._anthropic(self._looked_up(name, cancel=cancel), url)

    def messages_list(self, url: str) -> dict[str, Any]:
        """All of Anthropic's form."""
        data = [self._anthropic(b, url) for b in self._batches.values() if b.wire is MESSAGES]
        names = [batch["id"] for batch in data]
        first, last = (names[0], names[-1]) if names else (None, None)
        return {"data": data, "has_more": False, "first_id": first, "last_id": last}

    def messages_results(self, name: str) -> bytes:
        """The results in Anthropic's form, one a line."""
        batch = self._looked_up(name)
        if batch.cancelled:
            rows = [
                {"custom_id": line.name, "result": {"type": "canceled"}} for line in batch.lines
            ]
            return _jsonl(rows)
        if batch.results is None:
            raise Refused(404, "the batch has not ended yet")
        return _jsonl(map(_anthropic_row, batch.results))

    def _start(
        self, kind: str, wire: Wire, lines: Sequence[Line], *, details: Mapping[str, Any]
    ) -> _Batch:
        name = f"{kind}_{name_of(len(self._batches), *(line.name for line in lines))}"
        batch = _Batch(name, wire, lines, self._clock() + self._seconds, details)
        self._batches[name] = batch
        return batch

    def _held(self, key: str) -> tuple[str, bytes]:
        if key not in self._files:
            raise Refused(404, f"No such File object: {key}", parameter="id")
        return self._files[key]

    def _looked_up(self, name: str, *, cancel: bool = False) -> _Batch:
        batch = self._batches.get(name)
        if batch is None:
            raise Refused(404, f"No batch found with id '{name}'.")
        if cancel and batch.results is None:
            batch.cancelled = True
        over = batch.cancelled or batch.errors or batch.results is not None
        if not over and self._clock() >= batch.ready:
            batch.results = [self._run(batch.wire, line) for line in batch.lines][::-1]
            self._file_results(batch)
        return batch

    def _file_results(self, batch: _Batch) -> None:
        """Write the two files of a batch in OpenAI's form, in no particular order."""
        if batch.wire is MESSAGES or batch.results is None:
            return
        good = [_openai_row(one) for one in batch.results if one.ended == "succeeded"]
        bad = [_openai_row(one) for one in batch.results if one.ended != "succeeded"]
        files = {}
        for kind, rows in (("output_file_id", good), ("error_file_id", bad)):
            name = f"{batch.name}_{kind}.jsonl"
            files[kind] = self.add_file(name, _jsonl(rows))["id"] if rows else None
        batch.details = {**batch.details, **files}

    def _run(self, wire: Wire, line: Line) -> _Result:
        """Answer one request, as a call of its own would have been."""
        try:
            asked = wire.read(line.body, line.name)
            fault = self._provider.take(asked)
            counter = self._provider.counter
            if fault is not None:
                counter.fault(asked.model, asked.key, fault.fault)
            if fault is not None and fault.fault == "hang":
                return _Result(line, "expired", 0, {})
            if fault is not None and fault.fault in TRANSPORT:
                return _failed(line, wire, refusal(fault.fault))
            answered = self._provider.answer(asked, fault)
        except Refused as refused:
            return _failed(line, wire, refused)
        except NoSuchModel as unknown:
            return _failed(line, wire, no_model(str(unknown)))
        used = (answered.input_tokens, answered.output_tokens, answered.cached_tokens)
        counter.answered(asked.model, asked.key, used)
        return _Result(line, "succeeded", 200, wire.write(asked, answered))

    def _openai(self, batch: _Batch) -> dict[str, Any]:
        status = "completed" if batch.results is not None else "in_progress"
        status = "cancelled" if batch.cancelled else "failed" if batch.errors else status
        done = batch.results or ()
        good = sum(one.ended == "succeeded" for one in done)
        return {
            "id": batch.name,
            "object": "batch",
            **batch.details,
            "errors": {"object": "list", "data": list(batch.errors)} if batch.errors else None,
            "status": status,
            "created_at": CREATED,
            "in_progress_at": CREATED,
            "completed_at": CREATED if status == "completed" else None,
            "expires_at": CREATED + _DAY,
            "request_counts": {
                "total": len(batch.lines),
                "completed": good,
                "failed": len(done) - good,
            },
        }

    def _anthropic(self, batch: _Batch, url: str, *, created: bool = False) -> dict[str, Any]:
        ended = not created and (batch.cancelled or batch.results is not None)
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        for one in batch.results or ():
            counts[one.ended] += 1
        if batch.results is None:
            counts["canceled" if batch.cancelled else "processing"] = len(batch.lines)
        results = f"{url}/v1/messages/batches/{batch.name}/results" if ended else None
        return {
            "id": batch.name,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": counts,
            "created_at": _MADE,
            "expires_at": _EXPIRES,
            "ended_at": _MADE if ended else None,
            "cancel_initiated_at": _MADE if batch.cancelled else None,
            "archived_at": None,
            "results_url": results,
        }


def _failed(line: Line, wire: Wire, refused: Refused) -> _Result:
    written = wire.error(refused)
    return _Result(line, "errored", written.status, json.loads(written.body))


def _lines(content: bytes, endpoint: str) -> tuple[list[Line], list[dict[str, Any]]]:
    """The requests of a file, and what is wrong with it."""
    lines: list[Line] = []
    errors: list[dict[str, Any]] = []
    for number, row in enumerate(content.splitlines(), start=1):
        if not row.strip():
            continue
        try:
            found = json.loads(row)
            line = Line(str(found["custom_id"]), found["body"])
            wrong = None if found["url"] == endpoint else "mismatched_endpoint"
        except (ValueError, TypeError, KeyError):
            wrong = "invalid_json_line"
        else:
            lines.append(line)
        if wrong:
            message = f"{wrong}: this line is no request to {endpoint}"
            errors.append({"code": wrong, "message": message, "param": None, "line": number})
    names = [line.name for line in lines]
    if len(set(names)) < len(names):
        message = "custom_id must be unique in a batch"
        errors.append(
            {"code": "duplicate_custom_id", "message": message, "param": None, "line": None}
        )
    return lines, errors


def _openai_row(one: _Result) -> dict[str, Any]:
    row: dict[str, Any] = {"id": f"batch_req_{name_of(one.line.name)}", "custom_id": one.line.name}
    if one.ended == "expired":
        return {**row, "response": None, "error": {"code": "batch_expired", "message": _EXPIRED}}
    response = {"status_code": one.status, "request_id": "req_simulated", "body": one.body}
    return {**row, "response": response, "error": None}


def _anthropic_row(one: _Result) -> dict[str, Any]:
    said: Mapping[str, Any] = {}
    if one.ended == "succeeded":
        said = {"message": one.body}
    elif one.ended == "errored":
        said = {"error": one.body}
    return {"custom_id": one.line.name, "result": {"type": one.ended, **said}}


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(dump(row) + b"\n" for row in rows)
