"""The verb ``vote``: what do people's ratings of each output come to?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.analysis.vote import OUTCOMES, Vote, VoteOptions
from measurand.analysis.vote import vote as analyse
from measurand.core.intake import Intake
from measurand.core.people import ADJUDICATION
from measurand.core.rating import Ratings
from measurand.jobs.source import Reading, Source, from_file
from measurand.report.document import Document
from measurand.report.vote_page import vote_document
from measurand.store.listing import write_listing

__all__ = ["Voted", "vote"]

_COLUMNS = (
    *("example", "system", "against", "dimension", "outcome", "value", "mean", "median"),
    *("n", "cannot", "needed", "confidence", "counts"),
)
_TOO_LITTLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted:
    """The votes on every output that people rated.

    Args:
        votes: One for each output (or pair) and dimension.
        rule: By which grades were decided.
        intakes: The files read, with what was refused.
        limits: What was refused or assumed on the way in.
    """

    votes: tuple[Vote, ...]
    rule: str
    intakes: tuple[Intake, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def document(self) -> Document:
        """The summary as a document that any renderer can show."""
        return vote_document(self.votes, rule=self.rule, intakes=self.intakes, limits=self.limits)

    @property
    def queue(self) -> tuple[Vote, ...]:
        """Those to be adjudicated."""
        return tuple(vote for vote in self.votes if vote.queued)

    @property
    def exit_code(self) -> int:
        """0 where there are votes, 3 where nobody voted."""
        return 0 if any(vote.n for vote in self.votes) else _TOO_LITTLE

    def write(self, path: Path | str) -> None:
        """Write one row a vote: CSV when the name ends in ``.csv``, else JSON Lines.

        In CSV text that a spreadsheet would take for a formula gets an apostrophe before it.
        """
        write_listing(_COLUMNS, (_row(vote) for vote in self.votes), path)

    def to_json(self) -> Mapping[str, Any]:
        """How the votes fell by dimension, and all of them."""
        by = Counter((vote.dimension, vote.outcome) for vote in self.votes)
        return {
            "measurand": __version__,
            "verb": "vote",
            "rule": self.rule,
            "dimensions": [
                {
                    "dimension": name,
                    **{o.replace(" ", "_"): by[name, o] for o in OUTCOMES},
                }
                for name in dict.fromkeys(vote.dimension for vote in self.votes)
            ],
            "votes": [dict(zip(_COLUMNS, _row(vote), strict=True)) for vote in self.votes],
            "limits": list(self.limits),
        }


def vote(
    source: Source | str | Path,
    *,
    reading: Reading | None = None,
    options: VoteOptions | None = None,
) -> Voted:
    """The vote on every output that people rated; raw votes stay where they are.

    Outputs that were routed to people are voted on too, though they feed no estimate.

    Args:
        source: Ratings already read, or a ratings file.
        reading: How the file is to be read.
        options: The rule, and how many votes are needed; by default what the plan's ``people``
            say.

    Raises:
        DataError: The file cannot be read as ratings.
    """
    read = source if isinstance(source, Source) else from_file(Path(source), reading or Reading())
    chosen = options or VoteOptions()
    if options is None and read.plan is not None:
        chosen = VoteOptions(rule=read.plan.people.vote, raters=read.plan.people.raters)
    chosen = replace(chosen, wanted=chosen.wanted or read.wanted)
    votes = analyse(read.ratings + _routed(read), read.scales, options=chosen)
    limits = (*read.limits, *_nobody(read, votes))
    return Voted(votes=votes, rule=chosen.rule, intakes=read.intakes, limits=limits)


def _routed(read: Source) -> Ratings:
    """People's ratings of outputs that were chosen for them: no estimate, but votes.

    Those whose right rating an expert has given are there to measure the raters.
    """
    rows = read.aside.filtered(read.aside["dimension"].mask(read.scales.__contains__))
    known = {
        (row.example, row.system, row.dimension, row.against)
        for row in (*read.ratings.where(kind="reference"), *rows.where(kind="reference"))
        if row.rater != ADJUDICATION
    }
    if not known:
        return rows
    keys = ((row.example, row.system, row.dimension, row.against) for row in rows)
    return rows.filtered(bytes(key not in known for key in keys))


def _nobody(read: Source, votes: tuple[Vote, ...]) -> Iterator[str]:
    """On what nobody voted, and how much rests on few votes."""
    voted = {vote.dimension for vote in votes}
    missing = [str(name) for name in read.ratings.distinct("dimension") if name not in voted]
    if missing:
        yield f"No person rated {', '.join(missing)}: there is no vote."
    short = sum(vote.outcome == "too few" for vote in votes)
    if short:
        yield (
            f"{short:,} of {len(votes):,} votes have too few ratings and are not decided; their "
            "mean and median are those of the few."
        )


def _row(vote: Vote) -> tuple[Any, ...]:
    counts = {f"{v:g}" if isinstance(v, float) else str(v): count for v, count in vote.counts}
    cells = (getattr(vote, name) for name in _COLUMNS[:-1])
    return (*cells, counts)
