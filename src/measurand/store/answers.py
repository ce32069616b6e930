"""What a person said of one item, as JSON: strict on the way in, complete on the way out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict

from measurand.core.people import (
    LONGEST_COMMENT,
    MOST_NUMBER,
    MOST_PARTS,
    MOST_SECONDS,
    Answer,
    Mark,
    Span,
)
from measurand.store.codec import Flag, Form, Number, Origin, Text, Whole, decode

__all__ = ["answer_of", "plain_answer"]

_Words = Annotated[Text, Field(max_length=LONGEST_COMMENT)]
_Said = Annotated[float, Strict()] | _Words
_Place = Annotated[Whole, Field(ge=0, le=MOST_NUMBER)]


class _MarkForm(Form):
    """What is said on one dimension."""

    value: _Said | None = None
    also: Annotated[list[_Said], Field(max_length=MOST_PARTS)] = Field(default_factory=list)
    cannot: Flag = False

    def build(self) -> Mark:
        """The mark."""
        return Mark(value=self.value, also=tuple(self.also), cannot=self.cannot)


class _SpanForm(Form):
    """A passage that was flagged."""

    start: _Place
    end: _Place
    side: Annotated[Whole, Field(ge=0, le=1)] = 0
    note: _Words = ""

    def build(self) -> Span:
        """The passage."""
        if self.start >= self.end:
            raise ValueError("a passage begins before it ends")
        return Span(start=self.start, end=self.end, side=self.side, note=self.note)


class _AnswerForm(Form):
    """All that was said of one item."""

    marks: Annotated[dict[_Words, _MarkForm], Field(max_length=MOST_PARTS)] = Field(
        default_factory=dict
    )
    comment: _Words = ""
    spans: Annotated[list[_SpanForm], Field(max_length=MOST_PARTS)] = Field(default_factory=list)
    seconds: Annotated[Number, Field(ge=0, le=MOST_SECONDS)] | None = None
    done: Flag = False
    skipped: Flag = False
    number: _Place = 0

    def build(self) -> Answer:
        """The answer."""
        return Answer(
            marks={name: mark.build() for name, mark in self.marks.items()},
            comment=self.comment,
            spans=tuple(span.build() for span in self.spans),
            seconds=self.seconds,
            done=self.done,
            skipped=self.skipped,
            number=self.number,
        )


def plain_answer(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values; `answer_of` gives it back."""
    return {
        "marks": {
            name: {"value": mark.value, "also": list(mark.also), "cannot": mark.cannot}
            for name, mark in answer.marks.items()
        },
        "comment": answer.comment,
        "spans": [
            {"start": span.start, "end": span.end, "side": span.side, "note": span.note}
            for span in answer.spans
        ],
        "seconds": answer.seconds,
        "done": answer.done,
        "skipped": answer.skipped,
        "number": answer.number,
    }


def answer_of(raw: object, origin: Origin | None = None) -> Answer:
    """Read an answer from JSON values; keys that are not there have their defaults.

    Values are not held against a scale here: whoever knows the dimensions does that.

    Args:
        raw: What the JSON text held.
        origin: Where it came from, for messages.

    Raises:
        DataError: Something is not what it should be; the message says what, where, and all of it.
    """
    return decode(_AnswerForm, raw, origin or Origin("the answer")).build()
