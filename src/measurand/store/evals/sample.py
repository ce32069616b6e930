"""One row of another tool's results, and the account of what was taken from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from measurand.core.example import Component, Example
from measurand.core.intake import Refusal
from measurand.core.output import Output
from measurand.core.rating import Kind
from measurand.core.record import Place
from measurand.core.scale import Scale

__all__ = ["GRADES", "NotTaken", "Sample", "Score", "Sheet"]

GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Correct, partly correct, incorrect and no answer, as Inspect grades and counts them."""


class NotTaken(Exception):  # noqa: N818 - what it says is a reason, no malfunction
    """A row cannot be taken; the message says why, in words that show nothing of the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a tool's scorer said of an output.

    Args:
        dimension: On what, in the tool's words.
        rater: By whom.
        kind: Which kind of rater that is, as far as the tool says.
        value: A number, a truth value or a text; None where there is none.
        reason: In words, or why there is no value.
        failure: The class of why there is no value, where it is known.
        scale: The scale, where the tool has one; inferred from all values otherwise.
        graded: Whether letters are `GRADES`.
        seconds: How long it took, where known.
        cost: US dollars, where known.
    """

    dimension: str
    rater: str
    kind: Kind
    value: float | str | bool | None
    reason: str = ""
    failure: str | None = None
    scale: Scale | None = None
    graded: bool = False
    seconds: float | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One row: what was asked, what was answered, what was said of it.

    Args:
        place: Where it stands.
        example: What was asked.
        outputs: What was answered; mostly one.
        scores: What was said of the first of the outputs.
    """

    place: Place
    example: Example
    outputs: tuple[Output, ...]
    scores: tuple[Score, ...] = ()


@dataclass(slots=True)
class Sheet:
    """A file that is being read: what was refused in it, and what is to be said of it.

    Args:
        path: The file.
        system: Whose answers they are, where the file does not say or is to be overruled.
        judges: Scorers that are judges, where the tool does not say so.
        people: Scorers that are people.
        component: The component of examples that do not name their own.
        name: What the file is called; no other file is called so.
    """

    path: Path
    system: str | None = None
    judges: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    component: Component = "core"
    name: str = ""
    samples: int = 0
    scores: int = 0
    refused: list[Refusal] = field(default_factory=list)
    refused_scores: list[Refusal] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def place(self, line: int, key: str = "") -> Place:
        """Where something stands in this file."""
        return Place(self.name or self.path.name, line, key)

    def refuse(self, place: Place, reason: str, *, scores: int = 0) -> None:
        """Leave a row out, and with it so many scores."""
        self.samples += 1
        self.refused.append(Refusal(reason, line=place.line, key=place.key or None))
        self.scores += scores
        why = "its sample was refused"
        whole = Refusal(why, line=place.line, key=place.key or None)
        self.refused_scores += [whole] * scores

    def refuse_score(self, place: Place, reason: str) -> None:
        """Leave one score out."""
        self.scores += 1
        self.refused_scores.append(Refusal(reason, line=place.line, key=place.key or None))

    def note(self, text: str) -> None:
        """Say something of the file; what is said again is counted."""
        self.told[text] += 1

    @property
    def notes(self) -> Iterator[str]:
        """What is to be said of the file."""
        for text, count in self.told.items():
            yield text if count == 1 else f"{text} ({count:,} times)"

    def kind_of(self, rater: str, assumed: Kind) -> Kind:
        """Which kind of rater this is."""
        if rater in self.people:
            return "people"
        return "judge" if rater in self.judges else assumed
