"""What a reviewer sees of an example: where it comes from, why it is there, what is like it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from measurand.analysis.set_check import CHECKS, set_check
from measurand.analysis.set_check_terms import SetState
from measurand.core.example import Component, Example
from measurand.core.lineage import Lineage
from measurand.figures.text import shortened
from measurand.jobs.reviewing.book import CANNOT, Book
from measurand.jobs.reviewing.editing import moves
from measurand.jobs.reviewing.telling import unanswered
from measurand.texts.encoder import hashed_encoder

__all__ = ["Concerns", "Neighbours", "Row", "Shown", "rows_of", "shown"]

_BRIEF = 140
_NEIGHBOURS = 3
_OUTSIDE = frozenset({"sizes", "coverage", "labels", "licences", "dates", "reviews", "kept"})
"""Checks of a set that say nothing of one example that its reviewer could mend here."""
_NOT_HERE = frozenset({"golden-unanswered", "no-truth", "unreviewed"})
"""Findings that are the very work of a review, and stand for every example."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One example in the list.

    Args:
        id: Its id.
        component: Its component.
        question: The beginning of what is asked.
        accepted_by: Who accepted it as it stands; empty while nobody has.
        edited: Whether it was edited.
        unanswered: Whether it waits for an expert's answer.
        cannot: Whether an expert could not answer it.
        reasons: Why it was chosen.
        rule: By what it came in.
        tags: Its segments.
        concerns: What a check of the set found in it.
    """

    id: str
    component: Component
    question: str
    accepted_by: str = ""
    edited: bool = False
    unanswered: bool = False
    cannot: bool = False
    reasons: tuple[str, ...] = ()
    rule: str = ""
    tags: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One example, as a reviewer sees it.

    Args:
        example: It.
        row: The same in the list.
        facts: Where it comes from and why it is there, by name.
        output: What production answered; empty where nobody knows.
        failure: What was wrong with it; empty without.
        cannot: Why an expert could not answer it; empty without.
        concerns: What a check of the set found in it, in words.
        neighbours: The examples of core whose questions are nearest in words.
        moves: The components that it may be of.
    """

    example: Example
    row: Row
    facts: tuple[tuple[str, str], ...]
    output: str = ""
    failure: str = ""
    cannot: str = ""
    concerns: tuple[str, ...] = ()
    neighbours: tuple[tuple[str, str], ...] = ()
    moves: tuple[Component, ...] = ()


@dataclass(slots=True)
class Concerns:
    """What checks of a set found in its examples, by fingerprint: the kind, and it in words.

    An example that was edited since has other content, and nothing is said of it.
    """

    found: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> Concerns:
        """Run the checks that need nothing but the set; the size and age of it are not of these."""
        state = SetState(
            examples=tuple(book.examples.values()), now=datetime.now(UTC), lineage=book.lineage
        )
        checks = [one for one in CHECKS if one.name not in _OUTSIDE]
        found: dict[str, list[tuple[str, str]]] = {}
        for concern in set_check(state, checks).concerns:
            if concern.kind.name in _NOT_HERE:
                continue
            for item in concern.items:
                told = f"{concern.kind.title}: {item.found}" if item.found else concern.kind.title
                for name in item.examples:
                    found.setdefault(name, []).append((concern.kind.name, told))
        return cls(
            {
                book.examples[name].fingerprint: tuple(every)
                for name, every in found.items()
                if name in book.examples
            }
        )


class Neighbours:
    """The questions of core, to find those that are nearest to one."""

    def __init__(self, book: Book) -> None:
        self._encode = hashed_encoder()
        core = [one for one in book.examples.values() if one.component == "core"]
        self._names = [one.id for one in core]
        self._texts = [one.question for one in core]
        self._rows = self._encode(self._texts) if core else np.zeros((0, 1))

    def near(self, example: Example) -> tuple[tuple[str, str], ...]:
        """The ids and questions of the nearest, the nearest first."""
        if not self._names:
            return ()
        likeness = self._rows @ self._encode([example.question])[0]
        order = np.argsort(-likeness, kind="stable")[: _NEIGHBOURS + 1].tolist()
        return tuple(
            (self._names[at], self._texts[at])
            for at in order
            if self._names[at] != example.id and likeness[at] > 0
        )[:_NEIGHBOURS]


def rows_of(book: Book, concerns: Concerns) -> Iterator[Row]:
    """Every example that stands in the set by now, in its order."""
    return (row_of(book, one, concerns) for one in book.examples.values())


def row_of(book: Book, example: Example, concerns: Concerns) -> Row:
    """One example in the list."""
    known = book.lineage.get(example.id)
    known_before = example.id in book.base.dataset
    return Row(
        id=example.id,
        component=example.component,
        question=shortened(example.question, _BRIEF),
        accepted_by=(known.accepted_by if known else None) or "",
        edited=known_before and book.base.dataset[example.id].fingerprint != example.fingerprint,
        unanswered=unanswered(example),
        cannot=CANNOT in example.metadata,
        reasons=_reasons(example, known),
        rule=known.rule if known else "",
        tags=example.segments,
        concerns=tuple(
            dict.fromkeys(kind for kind, _ in concerns.found.get(example.fingerprint, ()))
        ),
    )


def _reasons(example: Example, known: Lineage | None) -> tuple[str, ...]:
    """Why it was chosen: what the builder noted, else what follows the component in its rule."""
    noted = example.metadata.get("reasons")
    if isinstance(noted, list):
        return tuple(str(one) for one in noted)
    if example.component == "core" or known is None:
        return ()
    return (known.rule.removeprefix(f"{example.component}: "),)


def shown(book: Book, example: Example, *, concerns: Concerns, neighbours: Neighbours) -> Shown:
    """One example, as a reviewer sees it."""
    metadata = example.metadata
    return Shown(
        example=example,
        row=row_of(book, example, concerns),
        facts=tuple((name, text) for name, text in _facts(book, example) if text),
        output=_text(metadata.get("output")),
        failure=_text(_inside(metadata, "failure", "because")),
        cannot=_cannot(metadata),
        concerns=tuple(text for _, text in concerns.found.get(example.fingerprint, ())),
        neighbours=neighbours.near(example),
        moves=moves(example, drawn=book.drawn),
    )


def _facts(book: Book, example: Example) -> Iterator[tuple[str, str]]:
    known = book.lineage.get(example.id)
    yield "id", example.id
    if known is not None:
        yield "came in by", known.rule
        yield "because", known.because
        yield "source", known.source or example.source or ""
        yield "log", known.log[:16] if known.log else ""
    yield "stratum", example.stratum or ""
    if example.probability is not None:
        stands = 1 / example.probability
        yield "stands for", f"{stands:,.0f} interactions of production"
    yield "asked", _times(metadata_number(example, "asked"))
    yield "intent", _text(example.metadata.get("intent"))
    yield "created", example.created or ""
    yield "conversation", example.cluster or ""
    if known is not None:
        yield "was before", known.parent or ""
        at = (known.accepted or "")[:16].replace("T", " ")
        yield "accepted", f"by {known.accepted_by}, {at}" if known.accepted_by else ""


def metadata_number(example: Example, name: str) -> int | None:
    """A count that the builder noted."""
    found = example.metadata.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _times(count: int | None) -> str:
    return "" if count is None else "once in these logs" if count == 1 else f"{count:,} times"


def _cannot(metadata: Mapping[str, object]) -> str:
    by = _text(_inside(metadata, CANNOT, "by"))
    return f"{by}: {_text(_inside(metadata, CANNOT, 'because'))}" if by else ""


def _inside(metadata: Mapping[str, object], name: str, key: str) -> object:
    part = metadata.get(name)
    return part.get(key) if isinstance(part, Mapping) else None


def _text(found: object) -> str:
    if isinstance(found, str):
        return found
    if isinstance(found, Sequence):
        return "\n".join(str(one) for one in found)
    return "" if found is None else str(found)
