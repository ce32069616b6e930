"""Has the judge changed, or the system? Frozen outputs that are judged again at every run.

The outputs and what people say of them stand still, so that only the judge can move what it says of
them. What it says of an output now is ranked among all that it has said of it before; while
nothing changes, these ranks are fair dice, whatever the judge's standing faults. Betting on them
may be looked at after every run, for ever: a false alarm comes with a probability of alpha at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal

from measurand.analysis.anchors_bets import Movement
from measurand.analysis.anchors_stream import Stream, StreamScore
from measurand.analysis.anchors_table import ItemKey, Part, Table, mover, tables_of
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.anchors import ALPHA, ANCHOR
from measurand.core.probe import ProbeRow
from measurand.core.scale import Scale, Value
from measurand.stats.estimate import LEVEL, Estimate, attempt

__all__ = ["ALPHA", "ANCHOR", "DRIFT", "AnchorOptions", "Source", "anchors", "odds"]

DRIFT = "drift"
"""The name of the verdict."""

Source = Literal["none", "system", "judge", "inconclusive"]
"""The verdict: what has changed; before a second run nothing can be said."""

_ROUNDS_SHOWN = 30
_TWO = 2
_MILLION = 1e6
_LARGEST = 700.0
"""The logarithm of about the largest float."""
_SURE = 0.998
"""Level at which the judge must not explain the movement: an alarm picks its moment, so that the
movement looks larger than it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorOptions:
    """How drift is looked for.

    Args:
        alpha: The probability of a false alarm, ever, for each judge.
        level: The confidence level of every interval.
        seed: Of the order of equal values.
    """

    alpha: float = ALPHA
    level: float = LEVEL
    seed: int = 0


def anchors(
    rows: Sequence[ProbeRow],
    labels: Mapping[ItemKey, Value],
    scales: Mapping[str, Scale],
    *,
    stream: Sequence[StreamScore] = (),
    clusters: Mapping[str, str] | None = None,
    options: AnchorOptions | None = None,
) -> Findings:
    """What changed since the anchors were frozen: nothing, the system or the judge.

    Args:
        rows: What judges said of anchors; ``repeat`` counts the runs.
        labels: What people say, by example, system and dimension.
        scales: Of every dimension.
        stream: What the same judges said of the system's own outputs in the same runs.
        clusters: What examples share, where known.
        options: Alpha, level, seed.

    Returns:
        For every judge a verdict named ``drift``: ``none``, ``system``, ``judge`` or, before there
        are two runs to compare, ``inconclusive``; with ``anchor_evidence``, ``anchor_gap`` by run,
        ``anchor_shift``, ``anchor_flips`` against the last run, and ``stream_shift``.
    """
    chosen = options or AnchorOptions()
    results: list[Result] = []
    verdicts: list[Verdict] = []
    limits: list[str] = []
    for judge in dict.fromkeys(row.rater for row in rows if row.probe == ANCHOR):
        own = [row for row in rows if row.rater == judge and row.probe == ANCHOR]
        watch = _Watch(
            judge=judge,
            tables=tables_of(own, labels, scales, clusters=clusters or {}),
            stream=Stream.of([one for one in stream if one.judge == judge], seed=chosen.seed),
            options=chosen,
        )
        results += watch.results()
        verdicts.append(watch.verdict())
        limits += watch.limits(own)
    return Findings(
        results=tuple(results), verdicts=tuple(verdicts), limits=tuple(dict.fromkeys(limits))
    )


@dataclass(frozen=True, kw_only=True)
class _Watch:
    """One judge, watched.

    Args:
        judge: Its name.
        tables: Its anchors by dimension.
        stream: What it said of the system's own outputs.
        options: Alpha, level, seed.
    """

    judge: str
    tables: tuple[Table, ...]
    stream: Stream
    options: AnchorOptions

    @property
    def rounds(self) -> tuple[int, ...]:
        """The runs in which any anchor was judged."""
        return self.tables[0].rounds if self.tables else ()

    @cached_property
    def movement(self) -> Movement:
        """The evidence that the judge has changed, either in level or in distance from people.

        Both are played on the same calls, so that no stake is moved between them: each must
        convince by itself at half of alpha.
        """
        parts: tuple[Part, ...] = ("level", "distance")
        made = (
            Table.bets(self.tables, part, seed=self.options.seed, share=1 / len(parts))
            for part in parts
        )
        return Movement.of((bet for bets in made for bet in bets), self.options.alpha)

    @cached_property
    def streamed(self) -> Movement:
        """The evidence that what it says of the system's own outputs has moved."""
        return self.stream.movement(self.options.alpha, rounds=self.rounds)

    def verdict(self) -> Verdict:
        """What has changed."""
        judged = self.movement
        if len(self.rounds) < _TWO:
            return self._told("inconclusive", f"{self.judge}: {self._early()}")
        if judged.alarm is not None:
            shift = self._shift(judged)
            return self._told("judge", self._changed(judged, shift), shift)
        moved = self.streamed
        if moved.alarm is not None:
            return self._of_system(moved)
        return self._told(
            "none",
            f"{self.judge}: no drift in {len(self.rounds)} runs; the evidence for one is "
            f"{_odds(judged.evidence)} (an alarm is {1 / self.options.alpha:g} to 1)",
            self._shift(judged),
        )

    def _early(self) -> str:
        if not self.rounds:
            return "no anchor that it judged has a label"
        return "anchors need two runs; this is the first"

    def _of_system(self, moved: Movement) -> Verdict:
        """The stream has moved and no alarm says that the judge has: is it the system for sure?"""
        since = self.rounds[moved.since]
        stream = self.stream.shift(since, level=self.options.level)
        own = Table.shift(self.tables, since, level=self.options.level)
        net = mover(
            self.stream.shift(since, level=_SURE), Table.shift(self.tables, since, level=_SURE)
        )
        told = (
            f"the evidence that what {self.judge} says of the system's outputs moved, since about "
            f"run {since + 1}, is {_odds(moved.evidence)}"
        )
        if self.stream.fresh:
            told += " if the examples of every run are drawn alike"
        if net.low is not None and net.high is not None and not net.low <= 0 <= net.high:
            return self._told(
                "system",
                f"{told}; it moved by {_points(stream)}, and on the anchors it did not move along "
                f"({_points(own)}): the system has changed, or what it is asked",
                net,
            )
        return self._told(
            "none",
            f"{told}; from before to after it is {_points(stream)}; whether the judge moved along "
            f"is open ({_points(own)} on the anchors): the next runs will tell",
            net,
        )

    def _changed(self, judged: Movement, shift: Estimate) -> str:
        since = self.rounds[judged.since]
        return (
            f"{self.judge} has changed since about run {since + 1}: it moved by {_points(shift)} "
            f"on outputs that did not change; the evidence is {_odds(judged.evidence)}. Do not "
            "join its ratings from before and after; calibrate it again, then freeze anchors anew"
        )

    def _told(self, source: Source, reason: str, estimate: Estimate | None = None) -> Verdict:
        return Verdict(
            name=DRIFT,
            outcome=source,
            reason=reason,
            estimate=estimate,
            bound=0.0 if estimate is not None else None,
            raters=(self.judge,),
        )

    def _shift(self, judged: Movement) -> Estimate:
        """Since the change; where there is no alarm, of the last run against all before."""
        if not self.rounds:
            return Estimate.absent("no anchor was judged")
        since = self.rounds[-1] if judged.alarm is None else self.rounds[judged.since]
        return Table.shift(self.tables, since, level=self.options.level)

    def results(self) -> Iterator[Result]:
        """Everything there is to say, by run and dimension."""
        stamp = partial(Result, raters=(self.judge,))
        judged = self.movement
        if judged.evidence is not None and len(self.rounds) >= _TWO:
            yield stamp(name="anchor_evidence", estimate=_exactly(judged, len(self.rounds)))
        for table in self.tables:
            for at in table.rounds[-_ROUNDS_SHOWN:]:
                gap = partial(table.gap, at, level=self.options.level)
                yield stamp(
                    name="anchor_gap",
                    dimension=table.dimension,
                    segment=f"run {at + 1}",
                    estimate=attempt(gap, n=0, method="anchor_gap", level=self.options.level),
                )
            if len(table.rounds) >= _TWO:
                flips = partial(table.flips, level=self.options.level, seed=self.options.seed)
                yield stamp(
                    name="anchor_flips",
                    dimension=table.dimension,
                    estimate=attempt(flips, n=0, method="anchor_flips", level=self.options.level),
                )
        if len(self.rounds) >= _TWO:
            yield stamp(name="anchor_shift", estimate=self._shift(judged))
            moved = self.streamed
            if moved.evidence is not None and self.stream.spans(2):
                since = self.rounds[moved.since if moved.alarm is not None else -1]
                shift = self.stream.shift(since, level=self.options.level)
                yield stamp(name="stream_shift", estimate=shift)

    def limits(self, rows: Sequence[ProbeRow]) -> Iterator[str]:
        """What this cannot see."""
        failed = sum(row.failure is not None for row in rows)
        if failed:
            yield (
                f"{self.judge}: {failed:,} of {len(rows):,} judgments of anchors failed and are "
                "left out; a judge that begins to fail is drift as well, and is counted with its "
                "failures."
            )
        items = {key[:2] for table in self.tables for key in table.items}
        yield (
            f"{self.judge}: {len(items):,} anchors in {len(self.rounds):,} "
            f"run{'' if len(self.rounds) == 1 else 's'}. A change that "
            "leaves the level and the distance from people as they were is not seen, nor one on "
            "outputs unlike the anchors."
        )


def _exactly(judged: Movement, runs: int) -> Estimate:
    """A stake is counted, not estimated: its interval is itself."""
    value = math.exp(min(judged.evidence or 0.0, _LARGEST))
    return Estimate(
        value=value,
        low=value,
        high=value,
        n=runs,
        method="betting on ranks within each anchor's history; a stake, known exactly",
    )


def odds(stake: float) -> str:
    """A stake in words, as in ``43 to 1``."""
    if stake < 1:
        return "less than 1 to 1"
    return f"{stake:,.0f} to 1" if stake < _MILLION else "more than a million to 1"


def _odds(log: float | None) -> str:
    return odds(math.exp(min(log or 0.0, _LARGEST)))


def _points(estimate: Estimate) -> str:
    """A shift in percent of the scale."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return f"not known: {estimate.reason}"
    return (
        f"{100 * estimate.value:+.1f} % of the scale "
        f"[{100 * estimate.low:+.1f}, {100 * estimate.high:+.1f}]"
    )
