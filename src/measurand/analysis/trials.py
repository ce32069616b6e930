"""Which of several outputs of one example a rating is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from measurand.analysis.matrix import Codes, codes_of
from measurand.core.rating import Cell, Ratings
from measurand.core.running import FlagRule
from measurand.errors import UsageError

__all__ = ["Rounds", "Voting", "first_trial", "trials_of"]

Rounds = Mapping[str, int]
"""How many ratings of each trial a rater gives, by its name; one where it is not said."""


@dataclass(frozen=True, slots=True)
class Voting:
    """How votes on whether an output is blocked are taken.

    Args:
        flags: When judges block; see `measurand.analysis.blocked.blocked_on`.
        rounds: Which rows are of one output; None where all of an example's are.
    """

    flags: FlagRule = "any"
    rounds: Rounds | None = None


def trials_of(ratings: Ratings, rounds: Rounds | None) -> Codes:
    """The trial that each row is about, shape (rows,).

    A row's ``repeat`` counts on over the trials: it is trial x rounds + repeat. People have seen
    one output of each example, the first, however often they rated it.

    Args:
        ratings: The table.
        rounds: By rater; None where nothing is known of trials, and all rows are of one.

    Raises:
        UsageError: A rater is said to give less than one rating of each trial.
    """
    if rounds is None or not len(ratings):
        return np.zeros(len(ratings), dtype=np.int64)
    low = sorted(f"{rater} {count}" for rater, count in rounds.items() if count < 1)
    if low:
        raise UsageError(
            f"a rater gives at least one judgment of each trial; found {', '.join(low)}"
        )
    repeats = np.asarray([_number(cell) for cell in ratings["repeat"].levels], dtype=np.int64)
    each = np.asarray([rounds.get(str(cell), 1) for cell in ratings["rater"].levels])
    people = np.frombuffer(ratings["kind"].mask("people".__eq__), dtype=np.uint8) > 0
    trials = repeats[codes_of(ratings["repeat"])] // each[codes_of(ratings["rater"])]
    return np.where(people, 0, trials)


def first_trial(ratings: Ratings, rounds: Rounds | None) -> Ratings:
    """The ratings of the first output of each example."""
    return ratings.filtered((trials_of(ratings, rounds) == 0).astype(np.uint8).tobytes())


def _number(cell: Cell) -> int:
    return int(cell) if isinstance(cell, int | float) else 0
