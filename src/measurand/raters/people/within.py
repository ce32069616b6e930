"""What of a returned answer the log can hold; the rest of it is refused, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from measurand.core.intake import Refusal
from measurand.core.judging import Order
from measurand.core.packet import PacketItem, Returned
from measurand.core.people import LONGEST_COMMENT, MOST_PARTS, MOST_SECONDS, Span

__all__ = ["part_refused", "short", "within"]

_SHOWN = 60
_LONG = f"allowed: up to {LONGEST_COMMENT:,} characters"


def short(text: str) -> str:
    """A text for a refusal's ``found``."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def part_refused(row: Returned, reason: str, *, key: str, found: str) -> Refusal:
    """A refusal of one part of a row."""
    return Refusal(
        reason, row.line, key, short(found), row.row or (("code", row.code), (key, found))
    )


def within(
    row: Returned, item: PacketItem, order: Order | None
) -> tuple[Returned, tuple[Refusal, ...]]:
    """The row without time, words and passages that cannot be, and why each of them cannot.

    Args:
        row: What a file says of the item.
        item: The item.
        order: Which of a pair stood on the left: passages come back told of the pair's first
            system (side 0), as the log has them.
    """
    answer, refused = row.answer, []
    seconds, comment = answer.seconds, answer.comment
    if seconds is not None and not 0 <= seconds <= MOST_SECONDS:  # nor NaN
        found = f"{seconds:.15g}"
        reason = f"found {found} seconds; allowed: 0 to {MOST_SECONDS:.0f}, empty where unknown"
        refused.append(part_refused(row, reason, key="seconds", found=found))
        seconds = None
    if len(comment) > LONGEST_COMMENT:
        reason = f"found {len(comment):,} characters; {_LONG}"
        refused.append(part_refused(row, reason, key="comment", found=comment))
        comment = ""
    spans = []
    for place, span in enumerate(answer.spans):
        if reason := next(_flaws(span, place, item), ""):
            found = f"{span.start} to {span.end}"
            refused.append(part_refused(row, reason, key=f"spans[{place}]", found=found))
        else:
            spans.append(replace(span, side=1 - span.side) if order == "ba" else span)
    answer = replace(answer, seconds=seconds, comment=comment, spans=tuple(spans))
    return replace(row, answer=answer), tuple(refused)


def _flaws(span: Span, place: int, item: PacketItem) -> Iterator[str]:
    texts = item.sheet.texts
    if place >= MOST_PARTS:
        yield f"found more passages; allowed: up to {MOST_PARTS:,}"
    elif not 0 <= span.side < len(texts):
        yield f"found the side {span.side}; allowed: 0 to {len(texts) - 1}"
    elif not 0 <= span.start < span.end <= len(texts[span.side]):
        size = len(texts[span.side])
        yield f"found a passage from {span.start} to {span.end}; allowed: within 0 to {size}"
    elif len(span.note) > LONGEST_COMMENT:
        yield f"found a note of {len(span.note):,} characters; {_LONG}"
