"""Turns of conversations and the texts in them, in the shapes that logs have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from measurand.core.example import Message, Role, ToolCall
from measurand.store.logs.account import Unfit
from measurand.store.logs.source import overfull

__all__ = [
    "ROLES",
    "TEXT_KEYS",
    "Turn",
    "calls_in",
    "conversation",
    "decoded",
    "is_turn",
    "last_answer",
    "text_of",
    "turns_of",
]

ROLES: Mapping[str, Role] = MappingProxyType(
    {
        **dict.fromkeys(("user", "human", "customer", "client", "visitor", "caller"), "user"),
        **dict.fromkeys(("guest", "seeker", "patient", "usr", "humanmessage"), "user"),
        **dict.fromkeys(("assistant", "ai", "bot", "chatbot", "agent", "model"), "assistant"),
        **dict.fromkeys(("gpt", "chatgpt", "advisor", "operator", "wizard"), "assistant"),
        **dict.fromkeys(("representative", "sys", "aimessage", "llm"), "assistant"),
        **dict.fromkeys(("system", "developer", "systemmessage", "instructions"), "system"),
        **dict.fromkeys(("tool", "function", "observation", "toolmessage", "ipython"), "tool"),
        **dict.fromkeys(("function_call_output", "tool_result", "environment"), "tool"),
    }
)
"""Who speaks, by how logs call him, whatever the case."""
ROLE_KEYS = ("role", "from", "speaker", "author", "sender", "type", "name")
TEXT_KEYS = ("content", "text", "value", "message", "utterance", "body", "parts", "response")
_TEXT_TYPES = frozenset({"text", "input_text", "output_text", "refusal"})
_CALL_TYPES = frozenset({"tool_call", "tool_use", "function_call", "tool-call"})
_RESULT_TYPES = frozenset({"tool_result", "tool_call_response", "tool-result"})
_SILENT = frozenset({"thinking", "redacted_thinking", "reasoning"})
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, before it is known who is the assistant.

    Args:
        speaker: As the log calls him, in small letters.
        text: What he said.
        tools: Tools that he called.
        rest: What else the turn has.
        at: Its place among the turns, from 0.
    """

    speaker: str
    text: str
    tools: tuple[ToolCall, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)
    at: int = 0

    @property
    def role(self) -> Role | None:
        """Who he is; None where nobody knows."""
        return ROLES.get(self.speaker)


def decoded(value: Any) -> Any:
    """What a text that is the JSON of a list or a mapping holds; any other value as it is."""
    if not isinstance(value, str) or not value.lstrip()[:1] in {"[", "{"}:  # noqa: E713
        return value
    if overfull(value):
        return value
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, list | dict) else value


def text_of(value: Any, depth: int = 0) -> str:
    """The text of a message's content, also when it comes in parts.

    Thoughts, and calls of tools, are no text; an image or a sound is named in brackets.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if depth > _DEEPEST:
        raise Unfit("a text is nested too deeply")
    if isinstance(value, list):
        return "".join(text_of(part, depth + 1) for part in value)
    if isinstance(value, dict):
        return _part(value, depth)
    return json.dumps(value)


def _part(part: Mapping[str, Any], depth: int) -> str:
    kind = part.get("type")
    if kind in _CALL_TYPES or kind in _SILENT:
        return ""
    if kind in _RESULT_TYPES:
        for key in ("content", "response", "result", "output"):
            if key in part:
                return text_of(part[key], depth + 1)
    for key in ("text", "content", "value", "refusal", "output_text", "parts"):
        if part.get(key) is not None:
            return text_of(part[key], depth + 1)
    if isinstance(kind, str) and kind.isprintable() and kind.replace("_", "").isalnum():
        return "" if kind in _TEXT_TYPES else f"[{kind[:20]}]"
    return json.dumps(part, ensure_ascii=False)


def calls_in(raw: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The calls of tools that a message makes, in any of their shapes."""
    found: list[ToolCall] = []
    listed = raw.get("tool_calls")
    for call in listed if isinstance(listed, list) else ():
        found += _call(call)
    if isinstance(raw.get("function_call"), dict):
        found += _call(raw["function_call"])
    for key in ("content", "parts"):
        parts = raw.get(key)
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and part.get("type") in _CALL_TYPES:
                found += _call(part)
    return tuple(found)


def _call(raw: Any) -> Iterator[ToolCall]:
    if not isinstance(raw, dict):
        return
    for key in ("function", "tool_call"):
        if isinstance(raw.get(key), dict):
            raw = raw[key]
    name = raw.get("name") or raw.get("toolName")
    if not isinstance(name, str):
        return
    arguments: Any = None
    for key in ("arguments", "args", "input"):
        if raw.get(key) is not None:
            arguments = decoded(raw[key])
            break
    if arguments is None or arguments == "":
        arguments = {}
    yield ToolCall(name, arguments if isinstance(arguments, dict) else {"arguments": arguments})


def is_turn(raw: object) -> bool:
    """Whether something is a turn: a speaker and a text."""
    if not isinstance(raw, dict):
        return False
    inner = _opened(raw)
    return _speaker(inner) is not None and (
        any(key in inner for key in TEXT_KEYS) or "tool_calls" in inner
    )


def turns_of(raw: Sequence[Any], key: str = "") -> list[Turn]:
    """Read a list of turns.

    Raises:
        Unfit: One of them is none.
    """
    turns = []
    for at, one in enumerate(raw):
        place = f"{key}[{at}]"
        if isinstance(one, str) and len(raw) == 1:
            turns.append(Turn("user", one))
            continue
        if not isinstance(one, dict):
            raise Unfit("a turn has no speaker and no text", place)
        inner = _opened(one)
        speaker = _speaker(inner)
        if speaker is None:
            raise Unfit("a turn has no speaker", place)
        turns.append(_turn(speaker, inner, at))
    return turns


def _turn(speaker: str, raw: Mapping[str, Any], at: int) -> Turn:
    told = next((name for name in TEXT_KEYS if raw.get(name) is not None), None)
    if told is None and raw.get("type") in {"function_call", "function_call_output"}:
        text = "" if raw["type"] == "function_call" else text_of(raw.get("output"))
        return Turn(speaker, text, tuple(_call(raw) if not text else ()), {}, at)
    text = text_of(raw[told]) if told else ""
    held = {told, "tool_calls", "function_call", "id", "type", "name", "additional_kwargs"}
    rest = {name: cell for name, cell in raw.items() if name not in held and name not in ROLE_KEYS}
    return Turn(speaker, text, calls_in(raw), rest, at)


def _opened(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The turn itself, where LangChain or OpenInference has wrapped it."""
    if isinstance(raw.get("kwargs"), dict) and isinstance(raw.get("id"), list) and raw["id"]:
        return {"role": str(raw["id"][-1]).removesuffix("Chunk"), **raw["kwargs"], "type": None}
    if isinstance(raw.get("data"), dict) and isinstance(raw.get("type"), str):
        return {**raw["data"], "role": raw["type"]}
    if isinstance(raw.get("message"), dict) and "role" not in raw:
        return _opened(raw["message"])
    return raw


def _speaker(raw: Mapping[str, Any]) -> str | None:
    for key in ROLE_KEYS:
        told = raw.get(key)
        if isinstance(told, dict):
            told = told.get("role") or told.get("name")
        if isinstance(told, str) and (key not in {"type", "name"} or told.lower() in ROLES):
            return told.strip().lower()
    if raw.get("type") == "function_call":
        return "assistant"
    return None


def conversation(raw: Any, key: str = "") -> tuple[Message, ...]:
    """The messages that a value holds: a text is a question; a list, its turns.

    Raises:
        Unfit: It holds none, or a turn of which nobody knows who speaks.
    """
    value = decoded(raw)
    if isinstance(value, dict):
        for name in ("messages", "input", "question", "prompt", "query", "inputs", "contents"):
            if value.get(name) is not None:
                return conversation(value[name], key)
        if is_turn(value):
            value = [value]
        elif len(value) == 1:
            return conversation(next(iter(value.values())), key)
    while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, list) and value and (is_turn(value[0]) or len(value) == 1):
        return tuple(_messages(turns_of(value, key), key))
    if isinstance(value, list) and not all(isinstance(one, str | dict) for one in value):
        raise Unfit("a list of numbers is no conversation", key)
    text = text_of(value)
    return (Message("user", text),) if text.strip() else ()


def _messages(turns: Iterable[Turn], key: str) -> Iterator[Message]:
    for turn in turns:
        if turn.role is None:
            raise Unfit("nobody knows who speaks in a turn", f"{key}[{turn.at}]")
        yield Message(turn.role, turn.text)


def last_answer(raw: Any) -> tuple[str | None, tuple[ToolCall, ...]]:
    """What an output says: a text, a message, or the last of several; and the tools it called."""
    value = decoded(raw)
    for _ in range(_DEEPEST):
        inner = _opened_answer(value)
        if inner is value:
            break
        value = decoded(inner)
    if value is None:
        return None, ()
    last = value[-1] if isinstance(value, list) and value else value
    if is_turn(last):
        turn = turns_of([last])[0]
        return turn.text, turn.tools
    return text_of(value), calls_in(value) if isinstance(value, dict) else ()


_ANSWERS = ("messages", "output", "answer", "response", "result", "generations", "outputs")


def _opened_answer(value: Any) -> Any:
    """What is in an output that only wraps it; the output itself where it does not."""
    if isinstance(value, dict):
        choices = value.get("choices")
        if isinstance(choices, list) and choices:
            return choices[0]
        for name in _ANSWERS:
            if value.get(name) is not None:
                return value[name]
        if len(value) == 1 and not calls_in(value):
            return next(iter(value.values()))
    elif isinstance(value, list) and len(value) == 1 and not is_turn(value[0]):
        return value[0]
    return value
