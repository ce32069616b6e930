"""From what a person says to rows of the table of ratings, or to why it cannot be taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.core.example import Example
from measurand.core.people import (
    ADJUDICATION,
    CANNOT_JUDGE,
    WITHDRAWN,
    Answer,
    Assignment,
    Item,
    Mark,
)
from measurand.core.rating import Kind, Rating
from measurand.core.rubric import Dimension
from measurand.core.scale import Value

__all__ = ["Rated", "adjudicated", "faults_of", "held", "rows_of"]

_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What was rated, for the rows that come of it.

    Args:
        item: The item.
        example: Its example, for cluster, component and segment.
        wage: US dollars for an hour of the rater's time; None where it is not known.
    """

    item: Item
    example: Example
    wage: float | None = None


def faults_of(
    answer: Answer, dimensions: Mapping[str, Dimension], texts: Sequence[str]
) -> Iterator[str]:
    """What cannot be taken of an answer, with what is allowed.

    Args:
        answer: The answer.
        dimensions: Those that the item is rated on, by name.
        texts: The texts that passages are of: the output's, or the pair's own and the other's.
    """
    for name, mark in answer.marks.items():
        if name not in dimensions:
            yield f"{name}: it is not rated on this; allowed: {', '.join(dimensions)}"
            continue
        try:
            held(mark, dimensions[name])
        except ValueError as problem:
            yield f"{name}: {problem}"
    if answer.done and not answer.skipped:
        for name in dimensions:
            mark = answer.marks.get(name, Mark())
            if mark.value is None and not mark.cannot:
                yield f"{name}: it is not rated yet, and the item is said to be finished"
    for span in answer.spans:
        if span.side >= len(texts) or span.end > len(texts[span.side]):
            yield f"a passage from {span.start} to {span.end} does not lie in the text"


def held(mark: Mark, dimension: Dimension) -> Mark:
    """The mark with its values as the dimension's scale tells them.

    Raises:
        ValueError: A value is not on the scale, or stands beside "cannot judge".
    """
    if mark.cannot and mark.value is not None:
        raise ValueError("a rating and 'cannot judge' exclude each other")
    parse = dimension.scale.parse
    value = None if mark.value is None else parse(mark.value)
    also = tuple(dict.fromkeys(parse(one) for one in mark.also))
    return Mark(value=value, also=tuple(v for v in also if v != value), cannot=mark.cannot)


def rows_of(
    rated: Rated, assignment: Assignment, answer: Answer, *, before: Answer
) -> Iterator[Rating]:
    """The rows that an answer adds to what was said before; none for training.

    Args:
        rated: What was rated.
        assignment: Whose it is; a second visit is repeat 1.
        answer: What is said now, with values as the scales tell them.
        before: What was said before.
    """
    if assignment.stage == "training":
        return
    share = None
    if answer.seconds is not None:
        share = answer.seconds / max(len(rated.item.dimensions), 1)
    last_words = answer.done and not before.done
    for dimension in rated.item.dimensions:
        mark, was = answer.marks.get(dimension), before.marks.get(dimension)
        said, told = _said(mark), _said(was)
        if said == told and answer.comment == before.comment and not (last_words and said):
            continue
        if said is None and told is None:
            continue
        value, reason = said or (None, WITHDRAWN)
        yield _row(
            rated,
            dimension=dimension,
            rater=assignment.rater,
            kind="people",
            value=value,
            reason=_reason(reason, answer.comment) if said else WITHDRAWN,
            repeat=assignment.visit,
            order=assignment.order,
            seconds=share,
        )


def adjudicated(rated: Rated, dimension: str, *, value: Value, reason: str) -> Rating:
    """The row of an adjudicated vote: it counts as right, and its reason is kept."""
    return _row(
        rated,
        dimension=dimension,
        rater=ADJUDICATION,
        kind="reference",
        value=value,
        reason=_clean(reason),
    )


def _said(mark: Mark | None) -> tuple[Value | None, str] | None:
    """What a mark says: a value, or that there can be none; None where it says nothing."""
    if mark is None or (mark.value is None and not mark.cannot):
        return None
    if mark.cannot:
        return None, CANNOT_JUDGE
    also = ", ".join(
        f"{value:g}" if isinstance(value, float) else str(value) for value in mark.also
    )
    return mark.value, f"also reasonable: {also}" if also else ""


def _reason(said: str, comment: str) -> str | None:
    parts = (said, comment.strip())
    return _clean("; ".join(part for part in parts if part)) or None


def _clean(text: str) -> str:
    """Without NUL, which the tools that read a ledger take for the end of a text."""
    return text.replace("\0", "\ufffd").strip()


def _row(
    rated: Rated, *, dimension: str, rater: str, kind: Kind, value: Value | None, **cells: object
) -> Rating:
    item, example = rated.item, rated.example
    seconds = cells.get("seconds")
    cost = None
    if rated.wage is not None and isinstance(seconds, float):
        cost = seconds * rated.wage / _HOUR
    return Rating(
        example=item.example,
        system=item.system,
        against=item.against,
        dimension=dimension,
        rater=rater,
        kind=kind,
        value=value,
        probability=item.probability,
        cluster=example.cluster,
        component=example.component,
        segment=example.segments[0] if example.segments else None,
        cost=cost,
        **cells,  # type: ignore[arg-type]
    )
