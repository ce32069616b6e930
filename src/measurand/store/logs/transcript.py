"""Conversations as lists of turns: each answer of the assistant is a record of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from measurand.core.example import Message, Role, ToolCall
from measurand.core.record import Feedback
from measurand.store.logs.account import Unfit
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, said, word, words
from measurand.store.logs.turns import Turn, decoded, is_turn, turns_of

__all__ = ["TRANSCRIPT", "answers", "talk"]

_LISTS = (
    "turns", "messages", "conversation", "conversations", "dialogue", "dialog", "utterances",
    "transcript", "chat", "log", "history",
)  # fmt: skip
_IDS = (
    "dialogue_id", "conversation_id", "dialog_id", "session_id", "thread_id", "chat_id", "id",
    "conversation_hash",
)  # fmt: skip
_LABELS = frozenset(
    {
        *("satisfaction", "rating", "ratings", "score", "scores", "feedback", "thumbs", "stars"),
        *("csat", "quality", "label", "labels", "annotation", "annotations", "user_rating"),
    }
)
_MOST_TURNS = 4_000
_STARTS = ("timestamp", "created_at", "time", "start_time", "date", "create_time", "ts", "at")
_WHOLE = frozenset({"overall"})
"""Texts of rows that speak of the whole conversation and are no turns of it."""
_ENDED = ("output", "outputs", "response", "answer", "completion", "choices", "actual_output")

_FAILED = ("error", "error_message", "exception")


def listed(row: Cells) -> str | None:
    """The key of the turns; None where there are none."""
    for name in _LISTS:
        value = row.get(name)
        if isinstance(value, str) and value[:1] == "[":
            value = decoded(value)
        if isinstance(value, list) and value and is_turn(value[0]):
            return name
    return None


def fits(row: Cells) -> bool:
    """A list of turns, and no answer beside it, nor a place for one that never came."""
    name = listed(row)
    if name is None or any(row.get(ended) is not None for ended in _ENDED):
        return False
    unanswered = any(ended in row for ended in _ENDED) or any(map(row.get, _FAILED))
    return not unanswered or turns_of(decoded(row[name]), name)[-1].role != "user"


def drafts(row: Cells) -> Iterator[Draft]:
    """Each answer, with the turns before it."""
    name = listed(row)
    if name is None:
        raise Unfit("there is no list of turns")
    yield from talk(row, turns_of(decoded(row[name]), name), name)


def talk(
    row: Cells, turns: Sequence[Turn], key: str, *, assistant: str | None = None
) -> Iterator[Draft]:
    """Each answer of a conversation.

    Args:
        row: What stands beside the turns.
        turns: The turns.
        key: Under which key they stand.
        assistant: Who answers, where that is known.

    Raises:
        Unfit: Nobody knows who speaks in a turn.
    """
    name = _first(row, _IDS)
    told = word(name)
    whole = [turn for turn in turns if turn.text.strip().lower() in _WHOLE and _labelled(turn)]
    spoken = [turn for turn in turns if turn not in whole] if whole else turns
    made = list(answers(spoken, _roles(spoken, key, assistant), key))
    if made and (closing := [*_of_row(row), *_overall(whole)]):
        made[-1].feedback = (*made[-1].feedback, *closing)
    own = _beside(row, key)
    for draft in made:
        at = draft.key.removeprefix(key)
        draft.id = None if told is None else f"{told}{at}"
        draft.conversation = told
        draft.start = draft.start if draft.start is not None else _first(row, _STARTS)
        draft.system = row.get("model") or row.get("system_name")
        draft.segments = words(row.get("tags") or row.get("segments") or row.get("segment"))
        draft.metadata = {**own, **draft.metadata}
    return iter(made)


def answers(turns: Sequence[Turn], roles: Sequence[Role], key: str) -> Iterator[Draft]:
    """Each answer, with the turns before it; of a conversation without any, its last question.

    Answers that follow one another are one; a call of a tool is part of the answer after it.
    What is said before any question, as a greeting, is no answer.

    Raises:
        Unfit: There are too many turns: each answer holds all that were before it.
    """
    if len(turns) > _MOST_TURNS:
        raise Unfit(f"a conversation has more than {_MOST_TURNS:,} turns", key)
    before: list[Message] = []
    calls: tuple[ToolCall, ...] = ()
    at, any_answer, asked = 0, False, False
    while at < len(turns):
        turn, role = turns[at], roles[at]
        if role != "assistant":
            asked = asked or role == "user"
            before.append(Message(role, turn.text))
            at += 1
            continue
        end = at
        while end < len(turns) and roles[end] == "assistant":
            end += 1
        run = turns[at:end]
        text = "\n\n".join(one.text for one in run if one.text.strip())
        calls += tuple(call for one in run for call in one.tools)
        if text and asked:
            any_answer = True
            question = next((t for t in reversed(turns[:at]) if t.text), None)
            yield Draft(
                messages=tuple(before),
                output=text,
                key=f"{key}[{run[0].at}]",
                start=_first(run[0].rest, _STARTS),
                tools=calls,
                feedback=tuple(_feedback(run, turns[end : end + 1], roles[end : end + 1])),
                metadata=_turn_metadata(question, run[0]),
            )
        calls = () if text else calls
        before += [Message("assistant", one.text) for one in run if one.text.strip()]
        at = end
    if not any_answer and asked:
        yield Draft(messages=tuple(before), key=key, start=_first(turns[-1].rest, _STARTS))


def _roles(turns: Sequence[Turn], key: str, assistant: str | None) -> list[Role]:
    """Who speaks in each turn.

    Where nobody else answers, a ``system`` that speaks after a user is the assistant, as in
    transcripts of dialogue systems; so is the only other speaker, where one is the user.
    """
    known: list[Role | None] = [turn.role for turn in turns]
    if assistant is not None:
        own = assistant.lower()
        known = [
            "assistant" if t.speaker == own else ("system" if r == "assistant" else r)
            for t, r in zip(turns, known, strict=True)
        ]
    elif "assistant" not in known and "user" in known:
        first = known.index("user")
        after = {turn.speaker for turn, role in zip(turns, known, strict=True) if role != "user"}
        if "system" in known[first:] and len(after) == 1:
            known = ["assistant" if role == "system" else role for role in known]
        elif None in known and len(after - {"system"}) == 1:
            known = ["assistant" if role is None else role for role in known]
    for turn, role in zip(turns, known, strict=True):
        if role is None:
            raise Unfit("nobody knows who speaks in a turn", f"{key}[{turn.at}]")
    return [role for role in known if role is not None]


def _feedback(
    run: Sequence[Turn], after: Sequence[Turn], roles: Sequence[Role]
) -> Iterator[Feedback]:
    """What was said of an answer: on its own turns, or on the user's turn that follows it."""
    for turn in run:
        yield from _labels(turn)
    if after and roles[0] == "user":
        yield from _labels(after[0])


def _labels(turn: Turn, prefix: str = "") -> Iterator[Feedback]:
    for name, value in turn.rest.items():
        if name.lower() in _LABELS:
            yield from said(f"{prefix}{name}", value)


def _labelled(turn: Turn) -> bool:
    return any(name.lower() in _LABELS for name in turn.rest)


def _overall(whole: Iterable[Turn]) -> Iterator[Feedback]:
    for turn in whole:
        yield from _labels(turn, "overall ")


def _of_row(row: Cells) -> Iterator[Feedback]:
    for name, value in row.items():
        if name.lower() in _LABELS:
            yield from said(f"overall {name}", value)


def _turn_metadata(question: Turn | None, answer: Turn) -> dict[str, Any]:
    told = {
        "asked": {} if question is None else _plain(question.rest),
        "answered": _plain(answer.rest),
    }
    return {name: cells for name, cells in told.items() if cells}


def _plain(rest: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in rest.items()
        if value not in (None, "", [], {}) and name.lower() not in _LABELS
    }


def _beside(row: Cells, key: str) -> dict[str, Any]:
    used = {key, *_IDS, *_STARTS, "model", "tags", "segments", "segment"}
    return {
        name: value
        for name, value in row.items()
        if name not in used and name.lower() not in _LABELS and value not in (None, "", [], {})
    }


def _first(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


TRANSCRIPT = Dialect(
    name="transcript",
    title="conversations as lists of turns",
    marks=frozenset(_LISTS),
    fits=fits,
    drafts=drafts,
)
