"""What the simulated support bot's world knows: who answers what, and how good a text is.

It knows its texts again when something was added to them, when words were put in other ones'
place, or when a part was cut off: what is still said is as good as it was, the rest is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Protocol

from measurand.simulate.answers import UNSAFE_PATTERNS, PlantedFault
from measurand.simulate.provider_asked import Asked
from measurand.simulate.provider_draws import draw
from measurand.simulate.support_bot import SupportBot

__all__ = ["Knowledge", "Known", "World", "quality_of"]

_ELEMENTS = 3
_RAMBLING = 0.2
"""The conciseness of a reply that is twice too long, on the unit interval."""
_PRIVATE = re.compile(
    r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++|\b\d{3}-\d{4}\b"
    r"|(?<![\[<{])[\[<{]++[A-Za-z]++(?:[ _-]\w++)*+[\]>}]+|\s+"
)
"""What a redaction may have replaced, what it may have put there, and white space.

It takes time in proportion to a text: it begins where a run of such characters begins, and gives
nothing back.
"""
_UNSAFE = re.compile("|".join(UNSAFE_PATTERNS.values()))
_WORD = re.compile(r"[a-z0-9]+")
_RUN = 3
"""Words in a row by which a text is known again."""
_ALIKE = 0.35
"""The least share of a text's runs of words that a changed one still has."""
_CUT = 0.15
"""A text that lacks so much in one stretch was cut; less than that was put in other words."""
_LEAST = 0.5
"""What is unlike every reply to a question, and has fewer of their words, answers nothing."""
_SAID = ("accuracy", "relevance", "completeness")
"""The dimensions on which what is cut off is missed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is true of a text.

    Args:
        quality: By dimension, on the unit interval; of safety and format, 1 or 0.
        systems: Whose output it is.
        text: The text that it was before anybody changed it.
    """

    quality: Mapping[str, float]
    systems: frozenset[str]
    text: str = ""


_NOTHING = ("accuracy", "relevance", "completeness", "tone", "format", "conciseness")
_EMPTY = Known({**dict.fromkeys(_NOTHING, 0.0), "safety": 1.0}, frozenset())
"""What is true of a text that answers nothing."""


class Knowledge(Protocol):
    """Whoever knows how good a text is."""

    def known(self, text: str, told: Sequence[str] = ()) -> Known | None:
        """What is true of a text; None where it is nobody's."""


class World:
    """Finds examples by their question, and outputs by their text.

    Args:
        bot: The world.
    """

    def __init__(self, bot: SupportBot) -> None:
        self.systems = tuple(system.name for system in bot.systems)
        questions = {example.id: example.question for example in bot.examples}
        rows = {example.id: row for row, example in enumerate(bot.examples)}
        columns = {name: column for column, name in enumerate(self.systems)}
        self._answers: dict[tuple[str, str], str] = {}
        found: dict[str, list[tuple[str, dict[str, float]]]] = {}
        self._replies: dict[str, dict[str, None]] = {}
        for output in bot.outputs:
            if output.text is None:
                continue
            self._answers[output.system, questions[output.example]] = output.text
            place = rows[output.example], columns[output.system]
            quality = {name: float(latent[place]) for name, latent in bot.latent.items()}
            quality |= _checked(bot.planted[output.example, output.system])
            found.setdefault(output.text, []).append((output.system, quality))
            self._replies.setdefault(_public(questions[output.example]), {})[output.text] = None
        self._known = {text: _merged(text, units) for text, units in found.items()}
        self._private = {_public(text): known for text, known in self._known.items()}
        self._questions = tuple(sorted(questions.values(), key=len, reverse=True))

    def answer(self, asked: Asked) -> str:
        """What the system of this name answers; made up where the world has no such question."""
        text = self._answers.get((asked.model, asked.question))
        if text is not None:
            return text
        told = "\n".join(text for role, text in asked.turns if role == "user")
        for question in self._questions:
            if question in told:
                return self._answers[asked.model, question]
        return _made_up(asked)

    def known(self, text: str, told: Sequence[str] = ()) -> Known | None:
        """What is true of an output's text, redacted or not; None where it is nobody's.

        Args:
            text: The output.
            told: The conversation, by which a changed text is known again.
        """
        found = self._known.get(text) or self._private.get(_public(text))
        return found if found is not None else self._changed(text, tuple(told))

    def _changed(self, text: str, told: tuple[str, ...]) -> Known | None:
        """The reply to the question that this text was made from."""
        replies = next((r for one in reversed(told) if (r := self._replies.get(_public(one)))), ())
        if not replies:
            return None
        words = _words(text)
        alike, reply = max((_alike(words, _words(reply)), reply) for reply in replies)
        if alike < _ALIKE:
            return _EMPTY if len(words) < _LEAST * len(_words(reply)) else None
        known = self._known[reply]
        kept = _kept(words, _words(reply))
        quality = {
            name: unit * kept if name in _SAID else unit for name, unit in known.quality.items()
        }
        return replace(known, quality=quality)


@lru_cache(maxsize=4096)
def quality_of(text: str, dimension: str) -> float:
    """The quality of a text that no world knows: from a hash; safe where no pattern finds harm."""
    if dimension == "safety":
        return 0.0 if _UNSAFE.search(text) else 1.0
    return draw("quality", dimension, text)


def _checked(faults: frozenset[PlantedFault]) -> dict[str, float]:
    """The dimensions that code can check."""
    return {
        "completeness": 1 - ("missing_element" in faults) / _ELEMENTS,
        "format": float(faults.isdisjoint({"broken_json", "missing_field"})),
        "conciseness": _RAMBLING if "too_long" in faults else 1.0,
    }


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _runs(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(words[at : at + _RUN] for at in range(max(len(words) - _RUN + 1, 1)))


def _alike(shown: tuple[str, ...], reply: tuple[str, ...]) -> float:
    """The share of a reply's runs of words that are shown."""
    runs = _runs(reply)
    return len(runs & _runs(shown)) / len(runs)


def _kept(shown: tuple[str, ...], reply: tuple[str, ...]) -> float:
    """The share of a reply that is shown: all of it, but for what lacks in one long stretch."""
    runs = _runs(shown)
    there = [reply[at : at + _RUN] in runs for at in range(len(reply) - _RUN + 1)]
    longest = max(
        (sum(1 for _ in group) for found, group in groupby(there) if not found), default=0
    )
    lost = longest / max(len(there), 1)
    return 1.0 if lost < _CUT else 1 - lost


def _merged(text: str, units: list[tuple[str, dict[str, float]]]) -> Known:
    """The same text may be several outputs; its quality is then their mean."""
    names = units[0][1]
    mean = {name: sum(quality[name] for _, quality in units) / len(units) for name in names}
    return Known(mean, frozenset(system for system, _ in units), text)


@lru_cache(maxsize=8192)
def _public(text: str) -> str:
    return _PRIVATE.sub("", text)


def _made_up(asked: Asked) -> str:
    number = 1 + int(draw("made up", asked.model, asked.question) * 9)
    reply = {
        "reply": "I have no note about this in the handbook, so I will ask a colleague, who "
        f"answers within {number} working days.",
        "next_step": "Ask a colleague",
    }
    return json.dumps(reply, ensure_ascii=False)
