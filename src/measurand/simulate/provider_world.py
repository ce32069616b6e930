"""What the simulated support bot's world knows: who answers what, and how good a text is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from measurand.simulate.answers import UNSAFE_PATTERNS, PlantedFault
from measurand.simulate.provider_asked import Asked
from measurand.simulate.provider_draws import draw
from measurand.simulate.support_bot import SupportBot

__all__ = ["Known", "World", "quality_of"]

_ELEMENTS = 3
_RAMBLING = 0.2
"""The conciseness of a reply that is twice too long, on the unit interval."""
_PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b\d{3}-\d{4}\b"
    r"|[\[<{]+[A-Za-z]+(?:[ _-]\w+)*[\]>}]+|\s+"
)
"""What a redaction may have replaced, what it may have put there, and white space."""
_UNSAFE = re.compile("|".join(UNSAFE_PATTERNS.values()))


@dataclass(frozen=True, slots=True)
class Known:
    """What is true of a text.

    Args:
        quality: By dimension, on the unit interval; of safety and format, 1 or 0.
        systems: Whose output it is.
    """

    quality: Mapping[str, float]
    systems: frozenset[str]


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
        for output in bot.outputs:
            if output.text is None:
                continue
            self._answers[output.system, questions[output.example]] = output.text
            place = rows[output.example], columns[output.system]
            quality = {name: float(latent[place]) for name, latent in bot.latent.items()}
            quality |= _checked(bot.planted[output.example, output.system])
            found.setdefault(output.text, []).append((output.system, quality))
        self._known = {text: _merged(units) for text, units in found.items()}
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

    def known(self, text: str) -> Known | None:
        """What is true of an output's text, redacted or not; None where it is nobody's."""
        return self._known.get(text) or self._private.get(_public(text))


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


def _merged(units: list[tuple[str, dict[str, float]]]) -> Known:
    """The same text may be several outputs; its quality is then their mean."""
    names = units[0][1]
    mean = {name: sum(quality[name] for _, quality in units) / len(units) for name in names}
    return Known(mean, frozenset(system for system, _ in units))


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
