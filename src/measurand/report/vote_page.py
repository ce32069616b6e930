"""The page about votes: what people's ratings came to, and what has to be adjudicated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from measurand.analysis.vote import OUTCOMES, Vote
from measurand.core.intake import Intake
from measurand.report.document import Cell, Column, Document, Section, Table
from measurand.report.sections import FOOTER, data_sections, limits_section
from measurand.report.shelf import distinct
from measurand.report.words import rating

__all__ = ["vote_document"]

_SHOWN = 20
_TITLES = {
    "decided": "Decided",
    "adjudicated": "Adjudicated",
    "tie": "Tied",
    "split": "Split",
    "too few": "Too few votes",
}


def vote_document(
    votes: Sequence[Vote], *, rule: str, intakes: Sequence[Intake] = (), limits: Sequence[str] = ()
) -> Document:
    """How many votes are decided, tied or split, and the first of those to be adjudicated.

    Args:
        votes: All votes.
        rule: By which grades are decided.
        intakes: The account of every file read.
        limits: What these votes cannot say.
    """
    summary = (
        f"Labels go by the majority, grades by the {'mean' if rule == 'mean' else 'median'}. A tie "
        "is never given to either side: tied and split votes are to be adjudicated. Split: at "
        "least three votes, no two alike."
    )
    return Document(
        title="What do people's votes come to?",
        sections=(
            Section("Votes", (_counts(votes),), summary),
            *_queue(votes),
            *data_sections(intakes, None),
            *limits_section(limits),
        ),
        footer=FOOTER,
    )


def _counts(votes: Sequence[Vote]) -> Table:
    by = Counter((vote.dimension, vote.outcome) for vote in votes)
    needed: Counter[str] = Counter()
    for vote in votes:
        needed[vote.dimension] += vote.needed
    names = ("Votes", *_TITLES.values(), "Votes needed")
    columns = (Column("Dimension"), *(Column(name, right=True) for name in names))
    rows: list[tuple[Cell, ...]] = []
    for dimension in distinct(vote.dimension for vote in votes):
        counts = [by[dimension, outcome] for outcome in OUTCOMES]
        rows.append((dimension, sum(counts), *counts, needed[dimension]))
    return Table("Votes by dimension", columns, tuple(rows))


def _queue(votes: Sequence[Vote]) -> list[Section]:
    queued = [vote for vote in votes if vote.queued]
    if not queued:
        return []
    names = ("Example", "System", "Against", "Dimension", "Votes", "Outcome")
    rows: list[tuple[Cell, ...]] = [
        (
            vote.example,
            vote.system,
            vote.against,
            vote.dimension,
            ", ".join(f"{count} x {rating(value)}" for value, count in vote.counts),
            vote.outcome,
        )
        for vote in queued[:_SHOWN]
    ]
    kept = [i for i in range(len(names)) if any(row[i] not in {None, ""} for row in rows)]
    more = len(queued) - len(rows)
    table = Table(
        "Votes to be adjudicated",
        tuple(Column(names[i]) for i in kept),
        tuple(tuple(row[i] for i in kept) for row in rows),
        f"and {more:,} more." if more else "",
    )
    return [Section("To be adjudicated", (table,))]
