"""What the readers of several tools have in common: messages, texts, numbers, examples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from measurand.core.example import Example, ToolCall
from measurand.core.output import Failure, Output, Usage
from measurand.core.record import Place
from measurand.core.sound import MOST_TOKENS
from measurand.errors import DataError
from measurand.store.evals.documents import decoded, plain
from measurand.store.evals.sample import NotTaken, Sheet
from measurand.store.examples import read_example

__all__ = [
    "OWN",
    "WORD",
    "amount",
    "call_of",
    "example_of",
    "listed",
    "mapping_of",
    "output_of",
    "text_of",
    "turns_of",
    "usage_of",
]

OWN = "measurand"
"""The key of metadata under which this package's own fields go to another tool and come back."""

WORD = "example "
"""What an example begins with where it is one text."""

_ROLES = {"human": "user", "ai": "assistant", "bot": "assistant", "developer": "system"} | {
    "model": "assistant",
    "function": "tool",
}
_KNOWN = frozenset({"system", "user", "assistant", "tool"})
_INPUT = ("input_tokens", "prompt_tokens", "prompt", "input")
_OUTPUT = ("output_tokens", "completion_tokens", "completion", "output")
_CACHED = ("input_tokens_cache_read", "cached_tokens", "cached")
_WRITTEN = ("input_tokens_cache_write", "written_tokens")


def mapping_of(raw: object) -> Mapping[str, Any]:
    """The mapping that this is, or an empty one."""
    return raw if isinstance(raw, Mapping) else {}


def listed(raw: object) -> Sequence[Any]:
    """The list that this is, or an empty one."""
    return raw if isinstance(raw, list) else ()


def amount(raw: object) -> float | None:
    """A finite number of 0 or more; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return float(raw) if math.isfinite(raw) and raw >= 0 else None


def text_of(content: object, sheet: Sheet, *, between: str = "\n") -> str:
    """The text of a message, also where it comes in parts; what is no text is named in brackets."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        texts = (_part(part, sheet) for part in content)
        return between.join(text for text in texts if text is not None)
    if isinstance(content, Mapping) and isinstance(content.get("text"), str):
        return str(content["text"])
    raise NotTaken("a message has no text")


def _part(part: object, sheet: Sheet) -> str | None:
    if isinstance(part, str):
        return part
    kind = mapping_of(part).get("type")
    if not isinstance(kind, str):
        raise NotTaken("a message has a part of no type")
    told = mapping_of(part).get("text")
    if kind in {"text", "input_text", "output_text"} and isinstance(told, str):
        return told
    if kind == "reasoning":
        sheet.note("reasoning was left out of a message")
        return None
    sheet.note("a message holds a part that is no text; its kind stands there in brackets")
    return f"[{kind}]"


def turns_of(raw: object, sheet: Sheet) -> list[dict[str, str]]:
    """A conversation as an example has it.

    Args:
        raw: A text, which the user says, or roles with contents.
        sheet: Receives what is to be said of it.

    Raises:
        NotTaken: It is neither.
    """
    if isinstance(raw, str):
        return [{"role": "user", "content": raw}]
    if not isinstance(raw, list) or not raw:
        raise NotTaken("what was asked is neither a text nor a conversation")
    turns = []
    for turn in raw:
        role = mapping_of(turn).get("role")
        role = _ROLES.get(role, role) if isinstance(role, str) else None
        if role not in _KNOWN:
            raise NotTaken("a turn of the conversation has no role that is known")
        turns.append({"role": role, "content": text_of(turn.get("content"), sheet)})
    return turns


def example_of(
    cells: Mapping[str, Any], place: Place, sheet: Sheet, *, own: object = None
) -> Example:
    """The example of these cells, read as a row of this package's own files is.

    Args:
        cells: By the names of an example's fields.
        place: Where they stand.
        sheet: Receives what is to be said of it.
        own: What this package wrote into the file, when it came from here; it goes before.

    Raises:
        NotTaken: They are no example.
    """
    row = {name: plain(cell) for name, cell in cells.items() if cell not in (None, [], {}, "")}
    row["component"] = sheet.component
    told: tuple[Mapping[str, Any], ...] = (plain(mapping_of(own)), {})
    for kept in told:
        # What was written whole goes in place of the rest: that is made of the same example.
        cells = kept if "messages" in kept else {**row, **kept}
        try:
            return read_example(cells, file=place.file, line=place.line)
        except DataError as problem:
            if kept:
                sheet.note(f"what stands under {OWN} in the metadata is not as it was written")
                continue
            first = problem.faults[0]
            where = f"{first.key}: " if first.key else ""
            raise NotTaken(f"{where}{first.problem}") from None
    raise AssertionError  # pragma: no cover - the second reading returns or raises


def output_of(
    example: str, system: str, *, text: str | None, failure: Failure | None, **more: Any
) -> Output:
    """An output that is an answer, or else a failure; nothing at all is one too."""
    if text is None and failure is None:
        failure = Failure("no_output", "the file has no answer")
    told = None if text is not None else failure
    return Output(example=example, system=system, text=text, failure=told, **more)


def call_of(raw: object) -> ToolCall | None:
    """A call of a tool, in the shapes that tools write; None where it has no name."""
    cells = mapping_of(raw)
    inner = mapping_of(cells.get("function")) or cells
    name = inner.get("name") or inner.get("function") or inner.get("tool_name")
    if not isinstance(name, str) or not name.strip():
        return None
    told = inner.get("arguments", inner.get("input_parameters", inner.get("inputParameters")))
    if isinstance(told, str):
        try:
            told = decoded(told)
        except NotTaken:
            told = {"text": told}
    return ToolCall(name.strip(), mapping_of(plain(told)))


def usage_of(raw: object) -> Usage | None:
    """Tokens under any vocabulary; None where neither input nor output is told."""
    cells = mapping_of(raw)
    given, made = _tokens(cells, _INPUT), _tokens(cells, _OUTPUT)
    if given is None and made is None:
        return None
    cached, written = _tokens(cells, _CACHED) or 0, _tokens(cells, _WRITTEN) or 0
    return Usage(given or 0, made or 0, cached, written)


def _tokens(cells: Mapping[str, Any], names: Sequence[str]) -> int | None:
    for name in names:
        told = cells.get(name)
        if isinstance(told, int) and not isinstance(told, bool) and 0 <= told <= MOST_TOKENS:
            return told
    return None
