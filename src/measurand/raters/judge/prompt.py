"""What a judge is asked: rendered from a `BlindTask`, the rubric and a secret key alone.

The order serves caches and isolation: the rules and the whole rubric first, the same in every
request; then the material, fenced, the same for every dimension; then the one short question.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from measurand.core.example import Message, Requirement
from measurand.core.judging import BlindTask, Form
from measurand.core.rubric import Dimension, Rubric
from measurand.raters.judge.fence import Fence, keyed, letters
from measurand.raters.judge.levels import Level, Levels, labelled, levels_of, written
from measurand.raters.judge.material import fence_of, material
from measurand.raters.judge.prefix import line, prefix_for, prefix_of
from measurand.raters.judge.readback import Asked, read_back, read_messages
from measurand.raters.judge.schema import schema_of
from measurand.raters.judge.words import (
    ANSWER,
    CANARY,
    DIMENSION,
    FORM,
    LEVELS,
    REPLIES,
    REQUIREMENTS,
    REVISION,
    TIE,
    WORDINGS,
)

__all__ = [
    "ANSWER",
    "CANARY",
    "DIMENSION",
    "FORM",
    "LEVELS",
    "REQUIREMENTS",
    "REVISION",
    "TIE",
    "Asked",
    "Prompt",
    "canary_of",
    "choice",
    "form_of",
    "offered",
    "prefix_of",
    "read_back",
    "read_messages",
    "render",
    "requirement_text",
]

_LETTERS = "BCDFGHJKLMNPQRTVWXZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A rendered task.

    Args:
        messages: Rules and rubric in a system message, material and question in the user's.
        prefix: How many of the messages are the same for every task of this rubric.
        schema: The JSON Schema of the reply.
        canary: The check word that the reply must repeat.
        levels: The levels that the reply may name, in the order shown.
        labels: Of a pair, the labels of the task's own output and of the other.
        content: The fingerprint of the task.
    """

    messages: tuple[Message, ...]
    prefix: int
    schema: Mapping[str, Any]
    canary: str
    levels: Levels
    labels: tuple[str, str] | None = None
    content: str


def form_of(task: BlindTask) -> Form:
    """The form of a task, by what it holds."""
    if task.other is not None:
        return "pairwise"
    return "checklist" if task.checklist else "pointwise"


def render(
    task: BlindTask, rubric: Rubric, *, run_key: bytes, prefix: Message | None = None
) -> Prompt:
    """The prompt of a task: the same for the same task, key and rubric, byte for byte.

    Args:
        task: What is to be judged.
        rubric: Every dimension, also those that this judge is not asked for.
        run_key: From which boundary, check word and labels follow.
        prefix: The rubric's `prefix_of`, where it is at hand.

    Raises:
        KeyError: The rubric lacks the task's dimension.
        ValueError: The dimension's scale offers no levels to choose from, or none under the labels
            asked for; or an exemplar is not one.
    """
    dimension = rubric.dimension(task.dimension)
    form = form_of(task)
    fence = fence_of(task, run_key)
    labels = _labels(task, run_key) if form == "pairwise" else None
    levels = offered(task, dimension, labels)
    canary = canary_of(task, run_key)
    shown = material(task, fence, labels=labels, scored=_scored(task, dimension, levels))
    question = _question(task, fence, levels=levels, canary=canary)
    return Prompt(
        messages=(
            prefix_for(task, rubric, run_key=run_key, usual=prefix),
            *_turns(task, rubric, run_key),
            Message("user", "\n\n".join((*shown, *question))),
        ),
        prefix=1,
        schema=schema_of(form, levels, len(task.checklist)),
        canary=canary,
        levels=levels,
        labels=labels,
        content=task.fingerprint,
    )


def requirement_text(item: Requirement) -> str:
    """An element of a checklist in one line, as a judge reads it."""
    phrases = "; ".join(item.any_of)
    if item.regex:
        text = item.name or f"text that matches the regular expression {phrases}"
    elif item.name and item.any_of not in {(), (item.name,)}:
        text = f"{item.name} (as in: {phrases})"
    else:
        text = item.name or phrases
    return " ".join(text.split())


def _turns(task: BlindTask, rubric: Rubric, run_key: bytes) -> Iterator[Message]:
    """What was asked and said before in the same conversation."""
    for turn in () if task.probing is None else task.probing.session:
        yield render(turn.task, rubric, run_key=run_key).messages[-1]
        yield Message("assistant", turn.reply)


def _scored(task: BlindTask, dimension: Dimension, levels: Levels) -> str:
    """The level of the references, where a probe says that they have one."""
    if task.probing is None or task.probing.reference_level is None:
        return ""
    return written(levels.named_for(task.probing.reference_level, dimension.scale))


def _question(task: BlindTask, fence: Fence, *, levels: Levels, canary: str) -> Iterator[str]:
    form = form_of(task)
    ask = WORDINGS[0 if task.probing is None else task.probing.wording][form]
    yield f"QUESTION\n{ask}\n{FORM}{form}\n{DIMENSION}{line(task.dimension)}"
    if task.note:
        yield "What this example adds to the definition:"
        yield fence.around("note", task.note)
    if form == "checklist":
        yield "The requirements, by number:"
        items = enumerate(task.checklist, 1)
        text = "\n".join(f"{number}. {requirement_text(item)}" for number, item in items)
        yield fence.around(REQUIREMENTS, text)
    yield choice(levels, form, reverse=task.reversed)
    yield f"{REPLIES[form]}\n{CANARY}{canary}"


def choice(levels: Levels, form: Form, *, reverse: bool) -> str:
    """The levels that may be named, and what the rubric says of them."""
    lines = [LEVELS + json.dumps(levels.named, ensure_ascii=False)]
    if form == "pointwise" and levels.ordered:
        lines.append(f"Listed from {'best to worst' if reverse else 'worst to best'}.")
    if levels.continuous:
        lines.append("Numbers between these are levels too.")
    pairs = zip(levels.named, levels.anchors, strict=True)
    lines += [f"- {written(level)}: {anchor}" for level, anchor in pairs if anchor]
    return "\n".join(lines)


def offered(task: BlindTask, dimension: Dimension, labels: tuple[str, str] | None = None) -> Levels:
    """The levels in the task's order."""
    if labels is not None:
        first, second = labels if task.order != "ba" else reversed(labels)
        named: tuple[Level, ...] = (first, TIE, second)
        levels = Levels(named, ("", "neither is better on this dimension", ""))
    elif task.checklist:
        levels = Levels(("no", "yes"), ("", ""))
    else:
        levels = levels_of(dimension)
        if task.probing is not None:
            levels = labelled(levels, task.probing.label_set)
    return levels.reversed() if task.reversed else levels


def _labels(task: BlindTask, run_key: bytes) -> tuple[str, str]:
    """Two words without meaning, drawn anew for each repeat and order."""
    content = (task.messages, task.output, task.other, task.repeat, task.order)
    digits = keyed(run_key, "labels", *content)
    first = _label(digits[:8])
    second = next(
        label for at in range(8, 56) if (label := _label(digits[at : at + 8]))[0] != first[0]
    )
    return first, second


def _label(digits: str) -> str:
    number = int(digits, 16)
    letters = []
    for _ in range(3):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return f"{letters[0]}{number % 8 + 2}{letters[1]}{letters[2]}"


def canary_of(task: BlindTask, run_key: bytes) -> str:
    """A check word of 40 bits that differs for each task, its repeat among what it differs by.

    What was judged before has no part in it, so that a question reads the same in later turns.
    """
    word = letters(run_key, "canary", task.alone.fingerprint)
    return f"{word[:5]}-{word[5:10]}"
