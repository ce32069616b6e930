"""How often locked outputs were looked at, and by how many judges: counted, never forgotten.

Looks are counted by output: what was looked at stays so when outputs are added to it, and a test
set was looked at as often as the one of its outputs that was so most often. Nor does it help to
call the dimension otherwise, or to tell another scale, while people's labels are what they were.

Judges that are shown together are one look, and each of them counts among those that were shown.
The same judge on the same data again is no new look: it shows what was shown before. But less may
not be asked of it than was at the first look; then only the bound counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.analysis.calibration import Counts
from measurand.analysis.calibration_gate import MOST_LOOKS
from measurand.analysis.calibration_pool import Pool
from measurand.core.fingerprint import fingerprint
from measurand.jobs.calibrating.identity import Identity
from measurand.stats.consensus import mean_vote
from measurand.store.ledger_calibration import CalibrationEvent, CalibrationLog

__all__ = ["Show", "Tally", "labels_of", "looked_at", "looks_at", "tally"]

_DIGITS = 9
_SAME = 0.98
"""People's labels that go together so well are the same labels, on whatever scale."""
_MOSTLY = 0.9
"""So are those of which a larger share is equal, where they are not what most outputs have."""


@dataclass(frozen=True, slots=True)
class Show:
    """A judge that is to be shown on the locked outputs of a dimension.

    Args:
        judge: Who.
        dimension: On which dimension.
        rubric: The fingerprint of the dimension, as people are asked.
        pool: The locked outputs.
        said: The fingerprint of all that the judge said on it, of whatever outputs; by it a judge
            of a file from elsewhere is known.
    """

    judge: Identity
    dimension: str
    rubric: str
    pool: Pool
    said: str = ""

    @property
    def data(self) -> str:
        """The fingerprint of what judge and people said."""
        pool = self.pool
        said = np.round(np.stack([pool.judge, pool.people], axis=1), _DIGITS)
        known = [row.tolist() for row in np.where(np.isnan(said), -1e9, said)]
        return fingerprint(
            sorted([item, *row] for item, row in zip(pool.items, known, strict=True))
        )

    @property
    def key(self) -> tuple[str, str]:
        """The judge on this data: shown once, it shows the same again."""
        return self.judge.version, self.data

    @property
    def tried(self) -> str:
        """The judge as one that was tried; of one without a version what it said tells."""
        return self.judge.version if self.judge.known else f"{self.judge.version} {self.said}"


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


def labels_of(pool: Pool) -> dict[str, float]:
    """The mean of people's labels by output: by it labels are known again."""
    means = np.round(mean_vote(pool.ratings), _DIGITS).tolist()
    return dict(zip(pool.items, means, strict=True))


def looked_at(log: CalibrationLog) -> frozenset[str]:
    """All outputs that were ever looked at.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    return frozenset(item for event in log.events("look") for item in _seen(event))


def looks_at(log: CalibrationLog, rubric: str, labels: Mapping[str, float]) -> int:
    """How often the outputs were looked at so far; of several, the one that was so most often.

    Args:
        log: Where looks are kept.
        rubric: The fingerprint of the dimension.
        labels: As `labels_of` gives them.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    return _most(_earlier(log, rubric, labels), labels, _opening)


def tally(
    log: CalibrationLog,
    shows: Sequence[Show],
    *,
    candidates: int = 1,
    target: float | None = None,
) -> Tally:
    """Count the looks at the locked outputs of one dimension, this one included.

    Args:
        log: Where they are kept; the split of the rated outputs is there already.
        shows: Who is to be shown; all on the same dimension.
        candidates: How many judges, or versions of one, were tried elsewhere.
        target: What is asked of them now.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    test, rubric = log.events("split")[-1].test, shows[0].rubric
    labels = {item: one for show in shows for item, one in labels_of(_asked(show.pool)).items()}
    earlier = _earlier(log, rubric, labels)
    before = {_key(event): event for event in reversed(earlier)}
    opening = _most(earlier, labels, _opening) + 1
    fresh = {show.key for show in shows} - before.keys()
    shown = _most(earlier, labels, _key) + len(fresh)
    there = (*log.events("candidate", "look", rubric=rubric), *earlier)
    tried = {_tried(event) for event in there if event.judge}
    tried_now = max(len(tried | {show.tried for show in shows}), candidates)
    asked = earlier[0].body.get("target") if earlier else None
    counts: dict[str, Counts] = {}
    news: list[CalibrationEvent] = []
    for show in shows:
        old = before.get(show.key)
        body = {"opening": opening, "shown": shown} if old is None else old.body
        counts[show.judge.name] = Counts(
            looks=body["opening"], shown=body["shown"], candidates=tried_now, asked=asked
        )
        if old is None and opening <= MOST_LOOKS:
            news.append(_look(show, test, {**body, "target": target}))
        elif show.tried not in tried:
            news.append(_late(show))
    return Tally(counts, tuple(news))


def _look(show: Show, test: str, body: Mapping[str, float | None]) -> CalibrationEvent:
    return CalibrationEvent(
        kind="look",
        rubric=show.rubric,
        judge=show.judge.version,
        test=test,
        body={**body, **_about(show), "seen": labels_of(_asked(show.pool))},
    )


def _late(show: Show) -> CalibrationEvent:
    return CalibrationEvent(
        kind="candidate", rubric=show.rubric, judge=show.judge.version, body=_about(show)
    )


def _about(show: Show) -> dict[str, str]:
    return {
        "data": show.data,
        "tried": show.tried,
        "name": show.judge.name,
        "dimension": show.dimension,
    }


def _asked(pool: Pool) -> Pool:
    """What is looked at: where the judge was not asked, nothing of it can be seen."""
    return pool.only(pool.asked)


def _earlier(
    log: CalibrationLog, rubric: str, labels: Mapping[str, float]
) -> tuple[CalibrationEvent, ...]:
    """The looks at any of these outputs on this dimension, whatever it was called, the first first.

    What is asked may have changed while labels have not; and labels of the same question may have
    changed, which does not make an output one that nobody has looked at.
    """
    return tuple(
        event
        for event in log.events("look")
        if not labels.keys().isdisjoint(_seen(event))
        and (event.rubric == rubric or _same(_seen(event), labels))
    )


def _same(before: Mapping[str, float], now: Mapping[str, float]) -> bool:
    """Whether people's labels of the outputs that are in both are the same, on whatever scale."""
    both = sorted(before.keys() & now.keys())
    old, new = (np.asarray([told[item] for item in both]) for told in (before, now))
    equal = old == new
    if equal.all():
        return True
    if min(old.std(), new.std()) > 0 and abs(np.corrcoef(old, new)[0, 1]) > _SAME:
        return True
    values, counts = np.unique(old, return_counts=True)
    common = values[counts.argmax()]
    telling = (old != common) | (new != common)
    return bool(equal[telling].mean() > _MOSTLY)


def _most(
    events: Sequence[CalibrationEvent],
    labels: Collection[str],
    what: Callable[[CalibrationEvent], object],
) -> int:
    """How many different ones there are of an output, of which there are most."""
    found: dict[str, set[object]] = defaultdict(set)
    for event in events:
        for item in _seen(event).keys() & labels:
            found[item].add(what(event))
    return max(map(len, found.values()), default=0)


def _seen(event: CalibrationEvent) -> Mapping[str, float]:
    seen: Mapping[str, float] = event.body.get("seen", {})
    return seen


def _opening(event: CalibrationEvent) -> tuple[str, int]:
    """A look: judges that were shown together have the same."""
    return event.test, int(event.body["opening"])


def _key(event: CalibrationEvent) -> tuple[str, str]:
    return event.judge, str(event.body["data"])


def _tried(event: CalibrationEvent) -> str:
    return str(event.body.get("tried", event.judge))
