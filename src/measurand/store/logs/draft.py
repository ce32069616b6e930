"""A record while it is read: raw times and labels, which become what a record holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from measurand.core.example import Message, ToolCall
from measurand.core.output import Failure, Usage
from measurand.core.rating import Kind
from measurand.core.record import Feedback, Place, Record
from measurand.core.sound import countable
from measurand.store.logs.account import LogAccount, Unfit
from measurand.store.logs.moments import moment

__all__ = ["TEXT_LIMIT", "Draft", "finished", "number", "said", "usage_of", "word", "words"]

TEXT_LIMIT = 2**20
"""Characters that one text of a record may have; all its texts, `ALL_LIMIT`."""
ALL_LIMIT = 8 * TEXT_LIMIT
_WORD_LIMIT = 500
_LONGEST_SECONDS = 10**7
_LARGEST = 1e100
_COMMENT_KEYS = ("comment", "explanation", "reason", "reasoning", "rationale", "value_text")
_VALUE_KEYS = ("value", "score", "label", "rating", "result", "stringValue", "feedback")

NO_QUESTION = "there is no question and no conversation in it"
TOO_LONG = f"a text is longer than {TEXT_LIMIT:,} characters"
TOO_LONG_IN_ALL = f"its texts are longer than {ALL_LIMIT:,} characters in all"
_NO_ZONE = "a time without a zone was read as UTC"
_NO_TIME = "a time cannot be read; it is unknown"
_BACKWARDS = "it ended before it began; how long it took is unknown"


@dataclass(slots=True, kw_only=True)
class Draft:
    """What a dialect found, before times, labels and counts are judged.

    Args:
        id: The log's own name of it.
        names: Other names by which remarks speak of it.
        messages: The conversation up to the answer.
        output: The answer.
        failure: Why there is none.
        start: When it began, as the log has it.
        end: When it ended.
        seconds: How long it took, where the log says it itself.
        conversation: As the log has it.
        system: Who answered.
        segments: Tags.
        context: Passages.
        tools: Tools that the answer called.
        feedback: What was said of it.
        usage: Tokens.
        metadata: The rest.
        key: Where in the row.
    """

    id: Any = None
    names: tuple[str, ...] = ()
    messages: Sequence[Message] = ()
    output: str | None = None
    failure: Failure | None = None
    start: Any = None
    end: Any = None
    seconds: Any = None
    conversation: Any = None
    system: Any = None
    segments: Iterable[str] = ()
    context: Iterable[str] = ()
    tools: tuple[ToolCall, ...] = ()
    feedback: Iterable[Feedback] = ()
    usage: Usage | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""


def finished(draft: Draft, place: Place, account: LogAccount) -> Record:
    """The record that a draft is.

    Raises:
        Unfit: There is no question in it, or a text is too long.
    """
    messages = tuple(draft.messages)
    if not any(message.content.strip() for message in messages):
        raise Unfit(NO_QUESTION)
    draft.segments, draft.context = tuple(draft.segments), tuple(draft.context)
    draft.feedback = tuple(draft.feedback)
    sizes = [len(text) for text in _texts(draft)]
    if max(sizes) > TEXT_LIMIT:
        raise Unfit(TOO_LONG)
    if sum(sizes) > ALL_LIMIT:
        raise Unfit(TOO_LONG_IN_ALL)
    own = Place(place.file, place.line, draft.key) if draft.key else place
    began = _time(draft.start, account)
    usage = draft.usage if countable(draft.usage) else None
    return Record(
        id=word(draft.id) or str(own),
        place=own,
        messages=messages,
        output=draft.output,
        failure=draft.failure,
        at=None if began is None else began.isoformat(),
        conversation=word(draft.conversation),
        system=word(draft.system),
        segments=tuple(draft.segments),
        context=tuple(part for part in draft.context if part.strip()),
        tools=draft.tools,
        feedback=tuple(draft.feedback),
        seconds=_took(draft, began, account),
        usage=usage,
        metadata=draft.metadata,
    )


def _texts(draft: Draft) -> Iterator[str]:
    """Every text that the record will hold; names and times are bounded by themselves."""
    for message in draft.messages:
        yield message.content
    yield draft.output or ""
    yield from draft.segments
    yield from draft.context
    for one in draft.feedback:
        yield from (one.name, one.comment, str(one.value))
    if draft.failure is not None:
        yield from (draft.failure.kind, draft.failure.message, draft.failure.details)
    for call in draft.tools:
        yield call.name
        yield from _inside(call.arguments)
    yield from _inside(draft.metadata)


def _inside(value: Any) -> Iterator[str]:
    """The texts of a JSON value, and the names of its keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield str(name)
            yield from _inside(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _inside(one)


def _time(raw: Any, account: LogAccount) -> datetime | None:
    if raw is None or raw == "":
        return None
    found = moment(raw)
    if found is None:
        account.note(_NO_TIME)
        return None
    if not found.zoned:
        account.note(_NO_ZONE)
    return found.at


def _took(draft: Draft, began: datetime | None, account: LogAccount) -> float | None:
    told = number(draft.seconds)
    if told is not None and told >= 0:
        return told if told < _LONGEST_SECONDS else None
    if began is None or draft.end is None:
        return None
    ended = moment(draft.end)
    if ended is None:
        return None
    took = (ended.at - began).total_seconds()
    if took < 0:
        account.note(_BACKWARDS)
        return None
    return took


def word(raw: Any) -> str | None:
    """A name, as of a model or a conversation; None where there is none, or it is no name."""
    if isinstance(raw, str):
        text = raw.strip()
        return text if 0 < len(text) <= _WORD_LIMIT else None
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return f"{raw:g}" if isinstance(raw, float) and abs(raw) < 2**53 else str(raw)
    return None


def words(raw: Any) -> tuple[str, ...]:
    """Names out of a list, a mapping (``key=value``) or a text."""
    if isinstance(raw, dict):
        pairs = ((name, word(value)) for name, value in raw.items())
        return tuple(f"{name}={value}" for name, value in pairs if value is not None)
    listed = raw if isinstance(raw, list | tuple) else [raw]
    return tuple(name for one in listed if (name := word(one)) is not None)


def number(raw: Any) -> float | None:
    """A finite number, also when a table holds it as text."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        value = float(raw)
    except (ValueError, OverflowError):
        return None
    return value if abs(value) <= _LARGEST else None


def said(name: str, raw: Any, *, kind: Kind = "people", comment: str = "") -> Iterator[Feedback]:
    """What was said of an answer: a value, a list of them, or values by name.

    Numbers stay numbers, true is 1 and false 0, words stay words; what is absent is left out.
    """
    if raw is None or raw == "":
        return
    if isinstance(raw, bool):
        yield Feedback(name, float(raw), kind, comment)
    elif isinstance(raw, int | float):
        if (value := number(raw)) is not None:
            yield Feedback(name, value, kind, comment)
    elif isinstance(raw, str):
        value = number(raw)
        text = raw if len(raw) <= _WORD_LIMIT else ""
        if value is not None or text:
            yield Feedback(name, text if value is None else value, kind, comment)
    elif isinstance(raw, list | tuple):
        for one in raw:
            yield from said(name, one, kind=kind, comment=comment)
    elif isinstance(raw, dict):
        yield from _told(name, raw, kind)


def _told(name: str, raw: Mapping[str, Any], kind: Kind) -> Iterator[Feedback]:
    own = next((raw[key] for key in ("name", "key", "metric") if isinstance(raw.get(key), str)), "")
    why = next((raw[key] for key in _COMMENT_KEYS if isinstance(raw.get(key), str)), "")
    value = next((raw[key] for key in _VALUE_KEYS if raw.get(key) is not None), None)
    if value is not None and not isinstance(value, list | dict):
        yield from said(own or name, value, kind=_kind(raw, kind), comment=why)
        return
    for key, one in raw.items():
        if not isinstance(one, str) or len(one) <= _WORD_LIMIT:
            yield from said(f"{name}.{key}" if name else key, one, kind=kind)


_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("HUMAN", "ANNOTATION", "USER", "API"), "people"),
    **dict.fromkeys(("LLM", "LLM_JUDGE", "EVAL", "MODEL", "AI"), "judge"),
    **dict.fromkeys(("CODE", "HEURISTIC", "AUTO_EVAL"), "check"),
}


def _kind(raw: Mapping[str, Any], kind: Kind) -> Kind:
    for key in ("source", "annotator_kind", "annotatorKind", "source_type", "type"):
        told = raw.get(key)
        if isinstance(told, dict):
            told = told.get("source_type") or told.get("type")
        if isinstance(told, str) and told.upper() in _KINDS:
            return _KINDS[told.upper()]
    return kind


def usage_of(raw: Any) -> Usage | None:
    """Tokens, as OpenAI, Anthropic and those who follow them count them; None where unknown."""
    if not isinstance(raw, dict):
        return None
    into = _count(raw, "prompt_tokens", "input_tokens", "input", "promptTokens")
    out = _count(raw, "completion_tokens", "output_tokens", "output", "completionTokens")
    if into is None and out is None:
        return None
    cached = 0
    for key in ("prompt_tokens_details", "input_tokens_details"):
        if isinstance(raw.get(key), dict):
            cached = _count(raw[key], "cached_tokens") or 0
    return Usage(into or 0, out or 0, cached)


def _count(raw: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = number(raw.get(name))
        if value is not None and value >= 0 and value == int(value):
            return int(value)
    return None
