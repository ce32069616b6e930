"""What a simulated judge reads out of a judge's prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from measurand.core.example import Message, Role
from measurand.core.judging import Form
from measurand.raters.judge.prompt import CANARY, TIE, read_messages
from measurand.simulate.provider_asked import Asked

__all__ = ["Item", "Requirement", "Seen", "item_of", "seen"]

_AS_IN = re.compile(r"(?P<name>.*) \(as in: (?P<phrases>.*)\)", re.DOTALL)
_BETWEEN = "; "


@dataclass(frozen=True, slots=True)
class Requirement:
    """One element of a checklist, as the prompt words it."""

    phrases: tuple[str, ...]

    @classmethod
    def of(cls, line: str) -> Requirement:
        """Read it from its line."""
        found = _AS_IN.fullmatch(line)
        listed = found["phrases"] if found is not None else line
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
    """

    form: Form
    items: tuple[Item, ...]
    dimension: str
    levels: tuple[float | str, ...]
    canary: str
    checklist: tuple[Requirement, ...]
    conversation: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[float, ...]:
        """The levels where they are numbers, worst first; else empty."""
        numbers = tuple(level for level in self.levels if not isinstance(level, str))
        return tuple(sorted(numbers)) if len(numbers) == len(self.levels) else ()

    @property
    def best_first(self) -> bool:
        """Whether levels that are numbers are listed from best to worst."""
        first, last = self.levels[0], self.levels[-1]
        return not isinstance(first, str) and not isinstance(last, str) and first > last

    @property
    def tie(self) -> str:
        """The level of a pair of which neither is better."""
        return TIE


def seen(asked: Asked) -> Seen | None:
    """The question of a request; None where it is not a judge's prompt."""
    messages = tuple(Message(cast("Role", role), text) for role, text in asked.turns)
    found = read_messages(messages)
    if found is None or not found.outputs or not found.levels:
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
    )


def item_of(asked: Asked) -> str | None:
    """What every try at the same judgment has in common, whatever its key: the check word."""
    for role, text in asked.turns:
        at = text.rfind(CANARY) if role == "user" else -1
        if at >= 0:
            return text[at + len(CANARY) :].partition("\n")[0].strip()
    return None
