"""Models that need no provider: scripted answers, and replies recorded once and given again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from measurand.core.example import ToolCall
from measurand.core.fingerprint import fingerprint
from measurand.core.model import OK, Attempt, Call, ModelReply, ModelRequest
from measurand.core.output import Failure, Usage
from measurand.core.protocols import ChatModel
from measurand.errors import DataError, Fault, UsageError

__all__ = ["Answer", "Recorder", "Replay", "ScriptedModel"]

Answer = str | ModelReply | Failure
"""What a scripted model may say."""

_SHOWN = 80


class ScriptedModel:
    """A model that says what it is told to, and remembers what it was asked.

    Args:
        answer: What it says to a request; or what it says in turn, to one request after another.
        name: Its name.
        cost: US dollars that each answered request costs.
    """

    def __init__(
        self,
        answer: Callable[[ModelRequest], Answer] | Sequence[Answer],
        *,
        name: str = "scripted/model",
        cost: float | None = None,
    ) -> None:
        self.name = name
        self.version = fingerprint(["scripted", name])
        self.requests: list[ModelRequest] = []
        self._answer = answer
        self._cost = cost

    async def ask(self, request: ModelRequest) -> Call:
        """Answer.

        Raises:
            UsageError: There are no more answers in the list.
        """
        self.requests.append(request)
        said = self._next(request)
        if isinstance(said, Failure):
            attempt = Attempt(status=said.kind, seconds=0.0, message=said.message)
            return Call(model=self.name, attempts=(attempt,), failure=said)
        reply = ModelReply(text=said) if isinstance(said, str) else said
        attempt = Attempt(status=OK, seconds=0.0, usage=reply.usage, cost=self._cost)
        return Call(model=self.name, attempts=(attempt,), reply=reply)

    def _next(self, request: ModelRequest) -> Answer:
        if callable(self._answer):
            return self._answer(request)
        count = len(self.requests)
        if count > len(self._answer):
            raise UsageError(
                f"{self.name} has {len(self._answer)} answers and was asked {count} times, "
                f"the last time {_asked(request)}"
            )
        return self._answer[count - 1]


class Recorder:
    """Asks a model, and writes each reply down for `Replay`.

    Args:
        model: The model.
        path: A file of JSON lines; what it holds already stays.
        redact: Applied to all text before it is written.
    """

    def __init__(
        self, model: ChatModel, path: str | Path, *, redact: Callable[[str], str] | None = None
    ) -> None:
        self.name = model.name
        self.version = model.version
        self._model = model
        self._path = Path(path)
        self._redact = redact

    async def ask(self, request: ModelRequest) -> Call:
        """Ask, and write down what came; failures are written down, too."""
        call = await self._model.ask(request)
        row: dict[str, Any] = {
            "request": _name(self.name, request),
            "model": self.name,
            "version": self.version,
            "asked": self._clean(_asked(request)),
        }
        if call.reply is not None:
            row["reply"] = self._reply(call.reply)
        elif call.failure is not None:
            said = self._clean(call.failure.message)
            row["failure"] = {"kind": call.failure.kind, "message": said}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        return call

    def _reply(self, reply: ModelReply) -> dict[str, Any]:
        usage = reply.usage
        calls = [{"name": c.name, "arguments": dict(c.arguments)} for c in reply.tool_calls]
        return {
            "text": self._clean(reply.text),
            "finish": reply.finish,
            "usage": usage and {name: getattr(usage, name) for name in Usage.__slots__},
            "model": reply.model,
            "tool_calls": self._clean_all(calls),
            "sent": dict(reply.sent),
            "notes": list(reply.notes),
        }

    def _clean(self, text: str) -> str:
        return text if self._redact is None else self._redact(text)

    def _clean_all(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._clean(value)
        if isinstance(value, dict):
            return {key: self._clean_all(one) for key, one in value.items()}
        return [self._clean_all(one) for one in value] if isinstance(value, list) else value


class Replay:
    """Gives recorded replies again; asks nobody.

    The same request has the same reply, the last one recorded; requests that differ in their
    ``key`` alone are different ones. A recording holds one model, whose name and version are kept.

    Args:
        path: What a `Recorder` wrote.

    Raises:
        DataError: A line is no recording, or two models are in it.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._calls: dict[str, Call] = {}
        models: set[tuple[str, str]] = set()
        faults: list[Fault] = []
        text = self._path.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            try:
                row = json.loads(line)
                models.add((row["model"], row["version"]))
                self._calls[row["request"]] = _call(row)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                problem = f"no recorded reply ({type(error).__name__}: {error})"
                faults.append(Fault(problem, file=str(path), line=number))
        if not faults and len(models) != 1:
            found = ", ".join(sorted(name for name, _ in models)) or "none"
            faults.append(
                Fault(
                    "a recording holds the replies of one model, asked at one address",
                    file=str(path),
                    found=found,
                    remedy="record each model in a file of its own",
                )
            )
        if faults:
            raise DataError(faults)
        ((self.name, self.version),) = models

    async def ask(self, request: ModelRequest) -> Call:
        """Find the reply.

        Raises:
            UsageError: None is recorded for this request.
        """
        name = _name(self.name, request)
        if name not in self._calls:
            raise UsageError(
                f"{self._path} holds no reply of {self.name} to request {name}, {_asked(request)}; "
                "messages, parameters, schema and key must be those recorded. Record it anew"
            )
        return self._calls[name]


def _name(model: str, request: ModelRequest) -> str:
    """A request's own name; which of its messages are worth caching changes no reply."""
    return fingerprint([model, replace(request, prefix=0)])


def _asked(request: ModelRequest) -> str:
    last = request.messages[-1].content if request.messages else ""
    line = " ".join(last.split())
    return repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}...")


def _call(row: dict[str, Any]) -> Call:
    if "failure" in row:
        said = row["failure"]
        return Call(model=row["model"], failure=Failure(said["kind"], said["message"]))
    told = row["reply"]
    reply = ModelReply(
        text=told["text"],
        finish=told["finish"],
        usage=Usage(**told["usage"]) if told["usage"] else None,
        model=told["model"],
        tool_calls=tuple(ToolCall(c["name"], c["arguments"]) for c in told["tool_calls"]),
        sent=told["sent"],
        notes=tuple(told["notes"]),
    )
    return Call(model=row["model"], reply=reply)
