"""What a check of an evaluation set looks at, and the terms in which it tells what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from measurand.analysis.mismatch_gaps import Gap
from measurand.core.example import MINIMUM, Component, Example
from measurand.core.lineage import Lineage
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric

__all__ = [
    "WEIGHTS",
    "Concern",
    "Find",
    "Item",
    "Kind",
    "LockSide",
    "Said",
    "SetState",
    "Shown",
    "Weight",
]

Weight = Literal["wrong", "doubtful", "note"]
WEIGHTS: tuple[Weight, ...] = get_args(Weight)
"""The worst first."""

LockSide = Literal["development", "test"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A text that a system or a judge is shown whatever it is asked.

    Args:
        name: What it is, as in ``the prompt of bot (prompts/bot.md)``.
        text: The text.
        judge: Whether a judge is shown it, and not a system.
        example: The example that it was made of; empty where it was made of none.
    """

    name: str
    text: str
    judge: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What raters said of answers to the examples."""

    ratings: Ratings
    rubric: Rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class SetState:
    """An evaluation set and what is known around it; None is what nobody told.

    Args:
        examples: The examples.
        now: The time.
        places: Where each stands, by id.
        minimum: The smallest size of each component.
        lineage: Where each comes from; None where no lineage is kept.
        spare: Candidates in reserve by stratum.
        rubric: What the plan rates.
        fingerprint: Of the set.
        locked: The fingerprint that is locked.
        canary: Whether a canary was planted.
        allow: Texts that are no personal data, as the company's own address.
        shown: What systems and judges are shown.
        sides: By example and system on which side of a calibration an answer is.
        gaps: Kinds of questions in production and in the set.
        said: Ratings.
        untold: Why nobody could tell what a check needs, by its name.
        undecided: Why checks cannot decide, by their names, where that is known before.
    """

    examples: tuple[Example, ...]
    now: datetime
    places: Mapping[str, str] = field(default_factory=dict)
    minimum: Mapping[Component, int] = field(default_factory=lambda: dict(MINIMUM))
    lineage: Mapping[str, Lineage] | None = None
    spare: Mapping[str, int] | None = None
    rubric: Rubric | None = None
    fingerprint: str = ""
    locked: str | None = None
    canary: bool | None = None
    allow: frozenset[str] = frozenset()
    shown: tuple[Shown, ...] | None = None
    sides: Mapping[tuple[str, str], LockSide] | None = None
    gaps: tuple[Gap, ...] | None = None
    said: Said | None = None
    untold: Mapping[str, str] = field(default_factory=dict)
    undecided: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Find:
    """One thing found: of which kind, in which examples, and what it is in a few words."""

    kind: str
    examples: tuple[str, ...]
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of things that can be wrong with a set.

    Args:
        name: Its published name.
        weight: How bad it is: ``wrong`` makes results wrong, ``doubtful`` may, a ``note`` does not.
        title: What is the matter.
        why: Why it matters.
        do: What to do about it.
        lacking: Whether something is not there yet, rather than there and wrong.
    """

    name: str
    weight: Weight
    title: str
    why: str
    do: str
    lacking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Where something was found: the examples with their components and places, and what it is."""

    examples: tuple[str, ...]
    components: tuple[Component, ...]
    places: tuple[str, ...]
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """All that was found of one kind.

    Args:
        kind: Which.
        check: By which check.
        items: Where, the worst first.
    """

    kind: Kind
    check: str
    items: tuple[Item, ...]

    @property
    def weight(self) -> Weight:
        """How bad it is."""
        return self.kind.weight

    @property
    def examples(self) -> tuple[str, ...]:
        """The examples, each once."""
        return tuple(dict.fromkeys(name for item in self.items for name in item.examples))

    def told(self, words: Callable[[str], str]) -> Concern:
        """The same, what to do about it put in such words: its commands, of the set it is about."""
        return replace(self, kind=replace(self.kind, do=words(self.kind.do)))

    def redacted(self, redact: Callable[[str], str]) -> Concern:
        """The same as it may be shown: what was found, and names, without personal data."""
        return replace(
            self,
            items=tuple(
                replace(item, examples=tuple(map(redact, item.examples)), found=redact(item.found))
                for item in self.items
            ),
        )
