"""What a simulated judge reads out of a judge's prompt, and of what was said before it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from measurand.core.example import Message, Role
from measurand.core.judging import LABEL_SETS, Form, LabelSet
from measurand.core.model import ModelRequest
from measurand.raters.judge import Asked as Question
from measurand.raters.judge.fence import outside
from measurand.raters.judge.labels import labels_for
from measurand.raters.judge.prompt import CANARY, TIE, read_messages
from measurand.raters.judge.together import read_together
from measurand.simulate.provider_asked import Asked

__all__ = ["Before", "Item", "Requirement", "Seen", "item_of", "seen", "seen_together"]

_AS_IN = " (as in: "
_BETWEEN = "; "
_MOST_LABELS = 21
_EXAMPLE = re.compile(r"^The examiner's level of example \d+: (\S+)$", re.MULTILINE)
_SCORED = re.compile(r" An examiner gave them the level (\S+)\.$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One element of a checklist, as the prompt words it."""

    phrases: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> Requirement:
        """Read it from its line."""
        _, named, phrases = line[:-1].rpartition(_AS_IN)
        listed = phrases if named and line.endswith(")") else line
        return cls(tuple(phrase for phrase in listed.split(_BETWEEN) if phrase))

    def passage(self, text: str) -> str | None:
        """The first of its phrases as the text writes it; None where the text lacks them all."""
        low = text.lower()
        for phrase in self.phrases:
            at = low.find(phrase.lower())
            if at >= 0 and len(low) == len(text):
                return text[at : at + len(phrase)]
        return None


@dataclass(frozen=True, slots=True)
class Item:
    """An output to be judged, and in a pair its label."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """A level that was given earlier in the same conversation.

    Args:
        dimension: On which dimension.
        text: To which output.
        share: How good it is, from 0 to 1.
    """

    dimension: str
    text: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One question to a judge.

    Args:
        form: Pointwise, checklist or pairwise.
        items: The output, or both of a pair in the order shown.
        dimension: The dimension asked for.
        levels: What may be answered, in the order listed.
        canary: The check word.
        checklist: The requirements, in order.
        conversation: The conversation up to the answer.
        before: What was judged before in the same conversation, in order.
        exemplars: How good the examples are that are shown, in order, from 0 to 1.
        scored: How good the references are said to be; None where nobody says it.
    """

    form: Form
    items: tuple[Item, ...]
    dimension: str
    levels: tuple[float | str, ...]
    canary: str
    checklist: tuple[Requirement, ...]
    conversation: tuple[str, ...] = ()
    before: tuple[Before, ...] = ()
    exemplars: tuple[float, ...] = ()
    scored: float | None = None

    @property
    def label_set(self) -> LabelSet | None:
        """How the levels are written that stand for numbers; None where they stand for none."""
        return _meaning(self.levels)[0]

    @property
    def numbers(self) -> tuple[float, ...]:
        """What the levels stand for where that is numbers, worst first; else empty."""
        return tuple(sorted(_meaning(self.levels)[1]))

    @property
    def best_first(self) -> bool:
        """Whether levels that stand for numbers are listed from best to worst."""
        numbers = _meaning(self.levels)[1]
        return bool(numbers) and numbers[0] > numbers[-1]

    @property
    def tie(self) -> str:
        """The level of a pair of which neither is better."""
        return TIE

    def level(self, number: float) -> float | str:
        """The level that stands for a number."""
        return self.levels[_meaning(self.levels)[1].index(number)]

    def share(self, level: object) -> float | None:
        """How good a level is, from 0 to 1; None where it is none, or stands for no number."""
        numbers = _meaning(self.levels)[1]
        named = next(
            (n for one, n in zip(self.levels, numbers, strict=False) if one == level), None
        )
        if named is None or min(numbers) == max(numbers):
            return None
        return (named - min(numbers)) / (max(numbers) - min(numbers))


def seen(asked: Asked) -> Seen | None:
    """The question of a request; None where it is not a judge's prompt."""
    questions = [*_questions(asked)]
    if not questions:
        return None
    before: list[Before] = []
    for question, reply in questions[:-1]:
        task = _seen(question)
        share = None if task is None else task.share(_level(reply))
        if task is not None and share is not None:
            before.append(Before(task.dimension, task.items[0].text, share))
    task = _seen(questions[-1][0], tuple(before))
    return None if task is None else _beside(task, asked)


def _beside(task: Seen, asked: Asked) -> Seen:
    """The question with what the prompt says of examples and references."""
    shown, scored = _told(asked, _EXAMPLE), _told(asked, _SCORED)
    if not shown and not scored:
        return task
    shares = [share for level in shown if (share := task.share(_as_level(level))) is not None]
    level = task.share(_as_level(scored[-1])) if scored else None
    return replace(task, exemplars=tuple(shares), scored=level)


def _told(asked: Asked, words: re.Pattern[str]) -> list[str]:
    """What stands behind these words, outside of all fences."""
    texts = [text for role, text in asked.turns if role != "assistant" and words.search(text)]
    return [found[1] for text in texts for found in words.finditer(outside(text))]


def _as_level(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def seen_together(asked: Asked) -> tuple[str, tuple[Seen, ...]] | None:
    """The check word, and a question for each dimension; None where several are not asked for."""
    messages = tuple(Message(cast("Role", role), text) for role, text in asked.turns)
    found = read_together(ModelRequest(messages=messages))
    if found is None:
        return None
    return found.canary, tuple(
        Seen(
            form="pointwise",
            items=(Item(found.output),),
            dimension=dimension,
            levels=levels,
            canary=f"{found.canary} {number}",
            checklist=(),
        )
        for number, (dimension, levels) in enumerate(
            zip(found.dimensions, found.levels, strict=True), start=1
        )
    )


def item_of(asked: Asked) -> str | None:
    """What every try at the same judgment has in common, whatever its key: the check word."""
    for role, text in reversed(asked.turns):
        at = text.rfind(CANARY) if role == "user" else -1
        if at >= 0:
            return text[at + len(CANARY) :].partition("\n")[0].strip()
    return None


def _questions(asked: Asked) -> Iterator[tuple[Question, str]]:
    """The questions to the judge in a conversation, each with what was last said to it."""
    question: Question | None = None
    reply = ""
    for role, text in asked.turns:
        if role == "user" and CANARY in text:
            if question is not None:
                yield question, reply
            question, reply = read_messages((Message(cast("Role", role), text),)), ""
        elif role == "assistant":
            reply = text
    if question is not None:
        yield question, reply


def _seen(found: Question, before: tuple[Before, ...] = ()) -> Seen | None:
    if not found.outputs or not found.levels:
        return None
    labels = found.labels or ("",) * len(found.outputs)
    return Seen(
        form=found.form,
        items=tuple(Item(text, label) for text, label in zip(found.outputs, labels, strict=True)),
        dimension=found.dimension,
        levels=found.levels,
        canary=found.canary,
        checklist=tuple(map(Requirement.of, found.checklist)),
        conversation=found.conversation,
        before=before,
    )


def _level(reply: str) -> object:
    try:
        said = json.loads(reply)
    except ValueError:
        return None
    return said.get("level") if isinstance(said, Mapping) else None


@lru_cache(maxsize=256)
def _meaning(levels: tuple[float | str, ...]) -> tuple[LabelSet | None, tuple[float, ...]]:
    """How levels are written, and what numbers they stand for; none where they stand for none."""
    numbers = tuple(level for level in levels if not isinstance(level, str))
    if len(numbers) == len(levels):
        return "digits", numbers
    for name in LABEL_SETS:
        if name != "digits" and (found := _inverse(name, len(levels), levels)):
            return name, found
    return None, ()


def _inverse(name: LabelSet, count: int, levels: tuple[float | str, ...]) -> tuple[float, ...]:
    """The numbers that these labels of a set stand for; empty where they are none of it."""
    for low in range(_MOST_LABELS - count + 1):
        numbers = tuple(range(low, low + count))
        try:
            known: dict[float | str, int] = dict(
                zip(labels_for(numbers, name), numbers, strict=True)
            )
        except ValueError:
            continue
        if set(known) == set(levels):
            return tuple(float(known[level]) for level in levels)
    return ()
