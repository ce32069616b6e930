"""How often a locked test set was looked at, and by how many judges: counted, never forgotten.

Judges that are shown together are one look, and each of them counts among those that were shown.
The same judge on the same data again is no new look: it shows what was shown before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.analysis.calibration import Counts
from measurand.analysis.calibration_gate import MOST_LOOKS
from measurand.analysis.calibration_pool import Pool
from measurand.core.fingerprint import fingerprint
from measurand.jobs.calibrating.identity import Identity
from measurand.store.ledger_calibration import CalibrationEvent, CalibrationLog

__all__ = ["Show", "Tally", "tally"]

_MOSTLY = 0.5
"""A test set is the same as one before where more than this share of it was in that one."""
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Show:
    """A judge that is to be shown on the locked outputs of a dimension.

    Args:
        judge: Who.
        dimension: On which dimension.
        rubric: The fingerprint of the dimension, as people are asked.
        pool: The locked outputs.
    """

    judge: Identity
    dimension: str
    rubric: str
    pool: Pool

    @property
    def data(self) -> str:
        """The fingerprint of what judge and people said."""
        pool = self.pool
        said = np.round(np.stack([pool.judge, pool.people], axis=1), _DIGITS)
        known = [row.tolist() for row in np.where(np.isnan(said), -1e9, said)]
        return fingerprint(
            sorted([item, *row] for item, row in zip(pool.items, known, strict=True))
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of one dimension.

    Args:
        counts: By judge.
        news: The looks that are new, to be added to the ledger before anything is shown; and
            judges that were tried too late for one.
    """

    counts: Mapping[str, Counts]
    news: tuple[CalibrationEvent, ...]


def tally(log: CalibrationLog, shows: Sequence[Show], *, candidates: int = 1) -> Tally:
    """Count the looks at the locked outputs of one dimension, this one included.

    Args:
        log: Where they are kept; the split of the rated outputs is there already.
        shows: Who is to be shown; all on the same dimension.
        candidates: How many judges, or versions of one, were tried elsewhere.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    splits = log.events("split")
    test, rubric = splits[-1].test, shows[0].rubric
    alike = _alike(splits)
    earlier = [event for event in log.events("look", rubric=rubric) if event.test in alike]
    before = {(event.judge, event.body["data"]): int(event.body["opening"]) for event in earlier}
    last = max(before.values(), default=0)
    fresh = [show for show in shows if (show.judge.version, show.data) not in before]
    tried = log.events("candidate", "look", rubric=rubric)
    known = {event.judge for event in tried if event.judge}
    tried_now = max(len(known | {show.judge.version for show in shows}), candidates)
    counts: dict[str, Counts] = {}
    news: list[CalibrationEvent] = []
    for show in shows:
        opening = before.get((show.judge.version, show.data), last + 1)
        until = sum(one <= opening for one in before.values())
        new = show in fresh
        counts[show.judge.name] = Counts(
            looks=opening, shown=until + (len(fresh) if new else 0), candidates=tried_now
        )
        if new and opening <= MOST_LOOKS:
            news.append(_look(show, opening, test))
        elif show.judge.version not in known:
            news.append(_tried(show))
    return Tally(counts, tuple(news))


def _look(show: Show, opening: int, test: str) -> CalibrationEvent:
    return CalibrationEvent(
        kind="look",
        rubric=show.rubric,
        judge=show.judge.version,
        test=test,
        body={
            "opening": opening,
            "data": show.data,
            "name": show.judge.name,
            "dimension": show.dimension,
        },
    )


def _tried(show: Show) -> CalibrationEvent:
    body = {"name": show.judge.name, "dimension": show.dimension}
    return CalibrationEvent(
        kind="candidate", rubric=show.rubric, judge=show.judge.version, body=body
    )


def _alike(splits: Sequence[CalibrationEvent]) -> frozenset[str]:
    """The test sets that hold most of the outputs that are locked now."""
    now = frozenset(splits[-1].body["test"])
    return frozenset(
        event.test
        for event in splits
        if event.test == splits[-1].test
        or len(now.intersection(event.body["test"])) > _MOSTLY * len(now)
    )
