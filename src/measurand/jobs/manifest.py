"""What a run was: written down at its start, so that readers know which rows belong together."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension
from measurand.core.running import JudgeModel, JudgePlan
from measurand.jobs.engine.parts import tried_version
from measurand.store.ledger import Ledger
from measurand.store.ledger_now import RatingKey
from measurand.store.ledger_work import Event

__all__ = [
    "ENDED",
    "IMPROVING",
    "STARTED",
    "Current",
    "current",
    "repeats_of",
    "version_of",
    "without",
]

STARTED, ENDED = "started", "ended"
IMPROVING = "improving"
"""What the ledger calls the start of trying changes to judges, which is no run."""
_KEY = ("example", "system", "dimension", "rater", "repeat", "against", "order")
IMPORTED = ""
"""The version of rows that no run has made: imported files, and `measurand check`."""
_PEOPLE = "people:"


def version_of(dimension: Dimension) -> str:
    """The version of what people say on a dimension: another definition is another question."""
    return _PEOPLE + dimension.fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """Which rows of a ledger count now.

    Args:
        run: The newest run; None where there was none.
        changed: Dimensions that have another definition than that run asked about.
        people: The versions of what people said; `measurand.jobs.people_rows` knows which count.
        repeats: Judgments of each output that the plan has a judge give.
    """

    run: Event | None = None
    changed: frozenset[str] = field(default_factory=frozenset)
    people: frozenset[str] = field(default_factory=frozenset)
    repeats: int = 1

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the newest run was; empty where there was none."""
        return self.run.manifest if self.run else {}

    @property
    def versions(self) -> frozenset[str] | None:
        """The versions whose rows count; None means all."""
        if self.run is None:
            return None
        counted = self.manifest["versions"]
        repeats = range(1, min(self.repeats, repeats_of(self.manifest)))
        tried = (tried_version(version, repeat) for version in counted for repeat in repeats)
        return frozenset((IMPORTED, *counted, *tried, *self.people))

    def ratings(self, ledger: Ledger) -> Ratings:
        """The ratings that count: a changed rubric is not joined with what was said of the old."""
        every = ledger.ratings(version=self.versions)
        if self.changed:
            kept = every["dimension"].mask(lambda name: name not in self.changed)
            others = frozenset((IMPORTED, *self.people))
            every = every.filtered(kept) + ledger.ratings(version=others, dimension=self.changed)
        if self.run is None:
            return every
        strangers = ledger.work.strangers(self.versions or frozenset())
        return without(every, strangers, self.manifest["raters"])

    def notes(self) -> tuple[str, ...]:
        """What does not count, in sentences."""
        notes = []
        if self.changed:
            names = ", ".join(sorted(self.changed))
            notes.append(
                f"The definition of {names} has changed since the last run; what checks and judges "
                "said under the old one does not count. Run again: measurand run."
            )
        return tuple(notes)


def current(ledger: Ledger, plan: Plan) -> Current:
    """Which rows count under a plan: those of the newest run, and what was imported."""
    runs = ledger.work.events(STARTED)
    people = frozenset(version for version in ledger.versions() if version.startswith(_PEOPLE))
    if not runs:
        return Current(people=people)
    asked = runs[-1].manifest["dimensions"]
    changed = {d.name for d in plan.rubric if asked.get(d.name, d.fingerprint) != d.fingerprint}
    return Current(
        run=runs[-1],
        changed=frozenset(changed),
        people=people,
        repeats=plan.judge.repeats if plan.judge else 1,
    )


def repeats_of(manifest: Mapping[str, Any]) -> int:
    """Judgments of each output in a run: what `improve` tried beyond them is no part of it."""
    judge = manifest.get("judge") or {}
    usual = JudgePlan(models=(JudgeModel("any"),)).repeats
    return int(judge.get("repeats", usual))


def without(
    ratings: Ratings, strangers: Container[RatingKey], raters: Container[object]
) -> Ratings:
    """The table without imported ratings of texts that are no longer there.

    Args:
        ratings: The table.
        strangers: The keys of imported ratings that are about other texts.
        raters: Whoever rated in the run itself, and knows what it rated.
    """
    columns = (ratings[name] for name in _KEY)
    keys = zip(*columns, strict=True)
    kept = bytes(key[3] in raters or key not in strangers for key in keys)
    return ratings.filtered(kept)
