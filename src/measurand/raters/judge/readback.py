"""Reading a judge's prompt back: what a simulated judge needs to answer it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from measurand.core.example import Message
from measurand.core.judging import FORMS, Form
from measurand.core.model import ModelRequest
from measurand.raters.judge.fence import Block, blocks, outside
from measurand.raters.judge.levels import Level
from measurand.raters.judge.words import ANSWER, CANARY, DIMENSION, FORM, LEVELS, REQUIREMENTS

__all__ = ["Asked", "read_back", "read_messages"]

_NUMBERED = re.compile(r"^\d+\. ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a judge was asked.

    Args:
        form: Pointwise, checklist or pairwise.
        outputs: The graded text, or both of a pair in the order shown, as they came.
        labels: Of a pair, the labels in the order shown; ``tie`` is the third level.
        dimension: The dimension asked for.
        levels: What may be answered, in the order shown, as it stands in JSON.
        canary: The check word.
        checklist: The requirements, in order.
        references: Acceptable answers.
        context: Passages that the answer may rely on.
        conversation: The conversation up to the answer.
        note: What the example adds to the definition.
    """

    form: Form
    outputs: tuple[str, ...]
    labels: tuple[str, ...] = ()
    dimension: str
    levels: tuple[Level, ...]
    canary: str
    checklist: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    note: str = ""


def read_back(request: ModelRequest) -> Asked | None:
    """What a request asks of a judge; None where it is not a judge's request."""
    return read_messages(request.messages)


def read_messages(messages: tuple[Message, ...]) -> Asked | None:
    """The same, from the messages; a repaired request asks what its first question did.

    In a conversation of several questions it is the last one.
    """
    for message in reversed(messages):
        asks = message.role == "user" and CANARY in message.content
        if asks and (asked := _asked(message.content)) is not None:
            return asked
    return None


def _asked(prompt: str) -> Asked | None:
    ours = outside(prompt)
    form, dimension, levels, canary = (
        _line(ours, start) for start in (FORM, DIMENSION, LEVELS, CANARY)
    )
    known = next((one for one in FORMS if one == form), None)
    if known is None or dimension is None or levels is None or canary is None:
        return None
    found = tuple(blocks(prompt))
    answers = _named(found, ANSWER)
    listed = "\n".join(block.text for block in _named(found, REQUIREMENTS))
    return Asked(
        form=known,
        outputs=_texts(answers),
        labels=tuple(block.what.split()[1] for block in answers if " " in block.what),
        dimension=dimension,
        levels=tuple(json.loads(levels)),
        canary=canary,
        checklist=tuple(_NUMBERED.sub("", line) for line in listed.splitlines()),
        references=_texts(_named(found, "reference")),
        context=_texts(_named(found, "context")),
        conversation=_texts(_named(found, "message")),
        note="\n".join(_texts(_named(found, "note"))),
    )


def _line(text: str, start: str) -> str | None:
    """The rest of the last line that starts so."""
    found = [line.removeprefix(start) for line in text.splitlines() if line.startswith(start)]
    return found[-1] if found else None


def _named(found: tuple[Block, ...], what: str) -> tuple[Block, ...]:
    return tuple(block for block in found if block.what.split()[0] == what)


def _texts(found: tuple[Block, ...]) -> tuple[str, ...]:
    return tuple(block.text for block in found)
