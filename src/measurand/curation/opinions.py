"""What was said of answers in production, as one word: bad, disputed, or nothing of the kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from measurand.curation.traffic import Bools, Said
from measurand.stats.arrays import Floats

__all__ = ["WORSE", "Low", "Opinions", "low_at", "number_of", "opinions"]

WORSE = re.compile(
    r"error|latenc|duration|seconds|toxic|hallucinat|refus|risk|fail|violat|unsafe|harm|bias|spam",
    re.IGNORECASE,
)
"""Names of which more is worse; of all others more is better."""

_LOWEST = 0.15
"""The share of values, at most, that are taken as low where there are more than two."""
_HALF = 0.5
_WHO = {"reference": "people"}
_YES = frozenset({"yes", "true", "up", "thumbs_up", "thumbs up", "positive", "good", "like"})
_NO = frozenset({"no", "false", "down", "thumbs_down", "thumbs down", "negative", "bad", "dislike"})
_MARKS = {"\N{THUMBS UP SIGN}": 1.0, "\N{THUMBS DOWN SIGN}": 0.0, "+1": 1.0}


@dataclass(frozen=True, slots=True)
class Low:
    """From where on values of a name are bad.

    Args:
        name: Of what.
        kind: Who said it.
        at: The value, itself among the bad ones.
        above: Whether values from there upwards are bad, and not downwards.
        answers: How many answers have a value.
        bad: How many of them are bad: at least half of their values are.
    """

    name: str
    kind: str
    at: float
    above: bool
    answers: int
    bad: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What was said of each answer, shapes (records,).

    Args:
        low: Whether people found it bad.
        judged: Whether a judge did.
        failed: Whether a check failed.
        disputed: Whether people's values lie half of their range apart, or more.
        worst: How bad, from 0 (the worst) to 1; 1 where nothing was said.
        bounds: What was taken as bad.
    """

    low: Bools
    judged: Bools
    failed: Bools
    disputed: Bools
    worst: Floats
    bounds: tuple[Low, ...]


def number_of(value: float | str) -> float:
    """A value of feedback as a number; NaN where it is none."""
    if not isinstance(value, str):
        return float(value)
    word = value.strip().casefold()
    if word in _YES or word in _NO:
        return float(word in _YES)
    if word in _MARKS:
        return _MARKS[word]
    try:
        found = float(word)
    except ValueError:
        return float("nan")
    return found if np.isfinite(found) else float("nan")


def low_at(values: Floats) -> float | None:
    """The largest value that is low; None where all are alike.

    Of two different values it is the lower one; of more, the largest that at most 15 % of the
    values do not exceed, or the lowest where less than half are that.
    """
    levels, counts = np.unique(values, return_counts=True)
    if levels.size < 2:  # noqa: PLR2004 - one level says nothing
        return None
    if levels.size == 2:  # noqa: PLR2004 - as thumbs up and down
        return float(levels[0])
    below = np.cumsum(counts) / counts.sum()
    fits = np.flatnonzero(below <= _LOWEST)
    if fits.size:
        return float(levels[fits[-1]])
    return float(levels[0]) if below[0] < _HALF else None


def opinions(said: Said, n: int) -> Opinions:
    """Which of n answers something bad was said of."""
    flags = {kind: np.zeros(n, dtype=bool) for kind in ("people", "judge", "check")}
    disputed, worst = np.zeros(n, dtype=bool), np.ones(n)
    bounds: list[Low] = []
    for code, (name, kind) in enumerate(said.kinds):
        mine = (said.names == code) & np.isfinite(said.values)
        rows, values = said.rows[mine], said.values[mine].astype(np.float64)
        above = WORSE.search(name) is not None
        goodness = -values if above else values
        if not rows.size or (bound := low_at(goodness)) is None:
            continue
        given = np.bincount(rows, minlength=n)
        share = np.bincount(rows, goodness <= bound, minlength=n) / np.maximum(given, 1)
        bad = share >= _HALF
        flags[_WHO.get(kind, kind)] |= bad
        span = float(np.ptp(goodness))
        if kind in {"people", "reference"}:
            disputed |= _spread(rows, goodness, n) >= _HALF * span
        means = np.bincount(rows, goodness, minlength=n) / np.maximum(given, 1)
        unit = np.where(given > 0, (means - goodness.min()) / span, 1.0)
        worst = np.minimum(worst, unit)
        at = -bound if above else bound
        bounds.append(Low(name, kind, at, above, int((given > 0).sum()), int(bad.sum())))
    return Opinions(
        low=flags["people"],
        judged=flags["judge"],
        failed=flags["check"],
        disputed=disputed,
        worst=worst,
        bounds=tuple(bounds),
    )


def _spread(rows: np.ndarray, values: Floats, n: int) -> Floats:
    """The largest value of each row less its least; 0 where it has fewer than two."""
    most, least = np.full(n, -np.inf), np.full(n, np.inf)
    np.maximum.at(most, rows, values)
    np.minimum.at(least, rows, values)
    return np.where(np.isfinite(most), most - least, 0.0)
