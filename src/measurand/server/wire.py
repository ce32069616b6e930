"""What the browser and the desk say to each other, as JSON."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from measurand.core.judging import Order
from measurand.core.people import MOST_NUMBER, MOST_SECONDS, Answer, Assignment, Mark, Span
from measurand.core.rubric import Dimension
from measurand.core.scale import Value
from measurand.core.sound import sound
from measurand.errors import UsageError
from measurand.figures.text import visible
from measurand.jobs.desk_views import Feedback, Progress, Shown
from measurand.server.choices import SIDES, choices_of, kind_of, seen, told
from measurand.server.prose import prose

__all__ = ["answer_document", "decoded", "feedback_document", "item_document", "progress_document"]
__all__ += ["read_answer", "tag_of"]

_Kind = TypeVar("_Kind")

MOST_COMMENT = 5_000
MOST_SPANS = 40
MOST_NOTE = 200
_MOST_DIGITS = 20
"""Digits of a whole number; more of them are no count of anything."""


def tag_of(assignment: Assignment) -> str:
    """A word that changes when another item takes this place in the queue, and says nothing else.

    A browser that kept saves while it was offline sends them with the tag of the item they are
    about, so that they can never land on another one.
    """
    told = (assignment.rater, str(assignment.position), assignment.item, str(assignment.visit))
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]


def item_document(shown: Shown) -> dict[str, Any]:
    """All that a browser is told of an item: no id, no system, no judge, no rating of others."""
    assignment, sheet = shown.assignment, shown.sheet
    return {
        "position": assignment.position,
        "tag": tag_of(assignment),
        "stage": assignment.stage,
        "messages": [
            {"role": visible(message.role), **_prose(message.content)} for message in sheet.messages
        ],
        "context": [_prose(text) for text in sheet.context],
        "references": [_prose(text) for text in sheet.references],
        "texts": [_prose(text) for text in sheet.texts],
        "dimensions": [
            _dimension(dimension, sheet.notes.get(dimension.name, ""))
            for dimension in shown.dimensions
        ],
        "answer": answer_document(shown.answer, assignment.order),
    }


def _prose(text: str) -> dict[str, Any]:
    made = prose(text)
    return {"plain": made.plain, "tree": made.tree}


def _dimension(dimension: Dimension, note: str) -> dict[str, Any]:
    scale = dimension.scale
    return {
        "name": dimension.name,
        "title": visible(dimension.name).replace("_", " "),
        "definition": visible(dimension.definition),
        "note": visible(note),
        "kind": kind_of(scale),
        "scale": visible(str(scale)),
        "low": scale.low,
        "high": scale.high,
        "choices": [
            {"value": one.value, "key": one.key, "label": one.label, "anchor": one.anchor}
            for one in choices_of(dimension)
        ],
        "levels": [[visible(name), visible(text)] for name, text in dimension.levels.items()],
    }


def answer_document(answer: Answer, order: Order | None) -> dict[str, Any]:
    """What a person has said so far, by sides where there are two."""
    return {
        "marks": {name: seen(mark, order) for name, mark in answer.marks.items()},
        "comment": answer.comment,
        "spans": [
            {
                "start": span.start,
                "end": span.end,
                "side": _side(span.side, order),
                "note": span.note,
            }
            for span in answer.spans
        ],
        "seconds": answer.seconds,
        "done": answer.done,
        "skipped": answer.skipped,
        "number": answer.number,
    }


def _side(side: int, order: Order | None) -> int:
    """From the place on the screen to the pair's own order, and back."""
    return 1 - side if order == "ba" else side


def feedback_document(feedback: Feedback, order: Order | None) -> dict[str, Any]:
    """The right ratings of a training item."""
    return {
        name: {**seen(mark, order), "reason": visible(feedback.reasons.get(name, ""))}
        for name, mark in feedback.marks.items()
    }


def progress_document(progress: Progress, skipped: tuple[int, ...]) -> dict[str, Any]:
    """How far the rater is."""
    return {
        "done": progress.done,
        "left": progress.left,
        "training_left": progress.training_left,
        "skipped": list(skipped),
    }


def decoded(body: bytes) -> Mapping[str, Any]:
    """A JSON object.

    Raises:
        UsageError: It is none, or a number in it is larger than a number may be.
    """
    try:
        found = json.loads(body, parse_constant=_refuse, parse_int=_integer, parse_float=_fraction)
    except (ValueError, RecursionError) as error:
        raise UsageError("the body is not JSON") from error
    if not isinstance(found, dict):
        raise UsageError("the body is not a JSON object")
    return found


def _refuse(word: str) -> None:
    raise ValueError(word)


def _integer(word: str) -> int:
    if len(word) > _MOST_DIGITS:
        raise UsageError(f"a number of {len(word)} characters is too large")
    return int(word)


def _fraction(word: str) -> float:
    found = float(word)
    if not math.isfinite(found):
        raise UsageError("a number is too large")
    return found


def read_answer(body: Mapping[str, Any], shown: Shown) -> Answer:
    """What a person said, as the browser tells it.

    Raises:
        UsageError: A part of it is not what it should be; the message says which.
    """
    order = shown.assignment.order
    return Answer(
        marks=_marks(_part(body, "marks", dict), shown),
        comment=_text(body, "comment", MOST_COMMENT),
        spans=tuple(_span(one, shown, order) for one in _few(body, "spans")),
        seconds=_seconds(body.get("seconds")),
        done=_part(body, "done", bool),
        skipped=_part(body, "skipped", bool),
        number=_whole(body.get("number"), "number", low=1, high=MOST_NUMBER),
    )


def _marks(found: Mapping[str, Any], shown: Shown) -> dict[str, Mark]:
    known = {dimension.name for dimension in shown.dimensions}
    if unknown := sorted(set(found) - known):
        raise UsageError(f"no dimension {visible(unknown[0])[:40]!r} is asked about here")
    return {name: _mark(name, mark, shown.assignment.order) for name, mark in found.items()}


def _mark(name: str, found: Any, order: Order | None) -> Mark:
    if not isinstance(found, dict):
        raise UsageError(f"{name}: a mark is an object")
    value, also = found.get("value"), found.get("also", [])
    if not isinstance(also, list) or len(also) > 20:  # noqa: PLR2004 - more than any scale offers
        raise UsageError(f"{name}: also is a short list")
    return Mark(
        value=None if value is None else _value(name, value, order),
        also=tuple(_value(name, one, order) for one in also),
        cannot=_part(found, "cannot", bool),
    )


def _value(name: str, found: Any, order: Order | None) -> Value:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        raise UsageError(f"{name}: a value is a number or a label")
    if order is not None and found not in SIDES:
        raise UsageError(f"{name}: allowed: {', '.join(SIDES)}")
    return told(sound(found) if isinstance(found, str) else float(found), order)


def _span(found: Any, shown: Shown, order: Order | None) -> Span:
    if not isinstance(found, dict):
        raise UsageError("spans: a span is an object")
    texts = shown.sheet.texts
    side = _whole(found.get("side", 0), "spans: side", low=0, high=len(texts) - 1)
    end = _whole(found.get("end"), "spans: end", low=1, high=len(texts[side]))
    start = _whole(found.get("start"), "spans: start", low=0, high=end - 1)
    note = _text(found, "note", MOST_NOTE)
    return Span(start=start, end=end, side=_side(side, order), note=note)


def _few(body: Mapping[str, Any], name: str) -> list[Any]:
    found: list[Any] = _part(body, name, list)
    if len(found) > MOST_SPANS:
        raise UsageError(f"{name}: at most {MOST_SPANS}; found {len(found)}")
    return found


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    found: str = sound(_part(body, name, str))
    if len(found) > most:
        raise UsageError(f"{name}: at most {most} characters; found {len(found)}")
    return found


def _part(body: Mapping[str, Any], name: str, kind: type[_Kind]) -> _Kind:
    found = body.get(name, kind())
    if not isinstance(found, kind):
        raise UsageError(f"{name}: expected {kind.__name__}")
    return found


def _whole(found: Any, name: str, *, low: int, high: int) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
        raise UsageError(f"{name}: a whole number from {low} to {high}")
    return found


def _seconds(found: Any) -> float | None:
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise UsageError("seconds: a number, or null where the time is not known")
    if not 0 <= found <= MOST_SECONDS:
        raise UsageError(f"seconds: from 0 to {MOST_SECONDS:g}")
    return float(found)
