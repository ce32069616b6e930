"""Can a judge be trusted? Held against people on outputs that were locked until it was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.calibration_effective import effective_number
from measurand.analysis.calibration_gate import MOST_LOOKS, Evidence, bound_level, gate
from measurand.analysis.calibration_limits import calibration_limits, calibration_readings
from measurand.analysis.calibration_lost import failures_in, judge_failures, withheld
from measurand.analysis.calibration_measures import How, highest_ceiling, measures, part_measures
from measurand.analysis.calibration_options import CalibrationOptions, Counts
from measurand.analysis.calibration_pool import (
    Groups,
    Pool,
    people_levels,
    pool_of,
    weighted_together,
)
from measurand.analysis.calibration_split import Split, split_pool
from measurand.analysis.calibration_systems import system_correlation
from measurand.analysis.matrix import known_scales
from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Findings, Result, TestSet, Verdict
from measurand.analysis.trials import first_trial
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.scale import Scale
from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate

__all__ = [
    "CALIBRATION",
    "CalibrationOptions",
    "Counts",
    "Locked",
    "calibration",
    "concluded",
    "locked",
    "rated_split",
]

CALIBRATION = "calibration"
"""The name of the verdict on a judge."""
_CORRELATION = "correlation_with_people"
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One judge's ratings and people's, split, before anything is computed from them.

    Args:
        judge: The judge's name.
        rows: The ratings of one output each.
        split: Which outputs are for development and which locked; the same for every judge.
        pools: By dimension, the locked outputs.
        developed: By dimension, the outputs for development.
        missing: Dimensions that the judge rated and of which nothing can be said, and why.
        alike: Examples that are held to be the prompt of another one, as they say the same.
    """

    judge: str
    rows: Ratings
    split: Split
    pools: Mapping[str, Pool]
    developed: Mapping[str, Pool]
    missing: Mapping[str, str]
    alike: int = 0


def calibration(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    judge: str,
    rubric: Rubric | None = None,
    examples: Mapping[str, Example] | None = None,
    options: CalibrationOptions | None = None,
) -> Findings:
    """Hold one judge against people on locked outputs.

    The outputs that people rated are split by what they share; a part is for development and
    gives no number. On the rest the mean of the judge's repeats is held against the mean of
    people's grades, or on yes/no against their majority.

    Args:
        ratings: The table.
        scales: The scale of every dimension in it.
        judge: The judge's name; a check, or one person against the others, will do too.
        rubric: Weights of the dimensions.
        examples: Components and clusters of the examples, where known.
        options: Target, sizes, counts.

    Raises:
        UsageError: The judge rated nothing.
    """
    chosen = options or CalibrationOptions()
    held = locked(ratings, scales, judge=judge, examples=examples, options=chosen)
    return concluded(held, rubric=rubric, options=chosen)


def locked(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    judge: str,
    examples: Mapping[str, Example] | None = None,
    options: CalibrationOptions | None = None,
    split: Split | None = None,
) -> Locked:
    """Split what people rated, and set the judge beside them; nothing is looked at yet.

    Args:
        ratings: As for `calibration`.
        scales: As for `calibration`.
        judge: As for `calibration`.
        examples: As for `calibration`.
        options: As for `calibration`.
        split: As `rated_split` gives it, which is the same for every judge.

    Raises:
        UsageError: The judge rated nothing.
    """
    chosen, known = options or CalibrationOptions(), examples or {}
    rows = first_trial(ratings.where(against=None), chosen.rounds)
    if judge not in rows.distinct("rater"):
        raise UsageError(_nobody(judge, rows))
    groups = Groups.of(rows, known)
    pools, missing = _pools(rows, known_scales(rows, scales), judge, groups=groups)
    if split is None:
        person = judge in rows.where(kind="people").distinct("rater")
        # A person who is held against the others stays one of those whom the split rests on.
        split = (
            rated_split(ratings, scales, examples=examples, options=chosen)
            if person
            else _split(tuple(pools.values()), chosen)
        )
    judged = {name: pool for name, pool in pools.items() if pool.asked.any()}
    return Locked(
        judge=judge,
        rows=rows,
        split=split,
        pools={name: pool.among(split.test) for name, pool in judged.items()},
        developed={name: pool.among(split.development) for name, pool in judged.items()},
        missing=missing,
        alike=groups.alike,
    )


def concluded(
    held: Locked, *, rubric: Rubric | None = None, options: CalibrationOptions | None = None
) -> Findings:
    """Look at the locked outputs, and decide.

    A test set that was looked at too often shows no number any more.

    Args:
        held: What is looked at.
        rubric: Weights of the dimensions.
        options: Target and counts.
    """
    chosen = options or CalibrationOptions()
    found = _Calibration(held, chosen)
    results = [
        *found.results(rubric),
        *judge_failures(found.open, held.judge, level=chosen.level),
    ]
    return Findings(
        results=tuple(results),
        verdicts=(*found.verdicts(results), *found.undecided()),
        limits=calibration_limits(
            found.open, held.split, missing=held.missing, alike=held.alike, options=chosen
        ),
        failures=failures_in(held.rows, found.open, held.judge),
        readings=calibration_readings(results, held.judge),
    )


def rated_split(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    examples: Mapping[str, Example] | None = None,
    options: CalibrationOptions | None = None,
) -> Split:
    """The split of all outputs that people rated on any dimension; no judge has a part in it.

    Levels that people gave, and components, are on both sides in the same proportion.

    Args:
        ratings: The table.
        scales: The scale of every dimension in it.
        examples: Components and clusters of the examples, where known.
        options: Sizes, and the sides that outputs had before.
    """
    chosen = options or CalibrationOptions()
    rows = first_trial(ratings.where(against=None), chosen.rounds)
    groups = Groups.of(rows, examples or {})
    pools, _ = _pools(rows, known_scales(rows, scales), "", groups=groups)
    return _split(tuple(pools.values()), chosen)


def _split(pools: Sequence[Pool], options: CalibrationOptions) -> Split:
    levels = people_levels(pools)
    places = {
        item: (pool.groups[at], f"{levels.get(item, '')} {pool.components[at] or ''}")
        for pool in pools
        for at, item in enumerate(pool.items)
    }
    settled = {places[item][0] for item in options.known if item in places}
    seen = {item for item in options.seen if item in places and places[item][0] not in settled}
    return split_pool(
        tuple(places),
        tuple(group for group, _ in places.values()),
        tuple(component for _, component in places.values()),
        development=options.development,
        test=options.test,
        seed=options.split_seed,
        known={**options.known, **dict.fromkeys(seen, "development")},
    )


class _Calibration:
    """One judge on the locked outputs of every dimension that may still be looked at."""

    def __init__(self, held: Locked, options: CalibrationOptions) -> None:
        self.held, self.judge, self.options = held, held.judge, options
        self.open = {
            name: pool
            for name, pool in held.pools.items()
            if options.counted(name).looks <= MOST_LOOKS
        }

    def how(self, dimension: str) -> How:
        """Levels and seed for a dimension; its one-sided bound pays for all that was shown."""
        options = self.options
        return How(
            level=options.level,
            bound_level=bound_level(options.counted(dimension).shown),
            resamples=options.resamples,
            seed=options.seed,
        )

    def results(self, rubric: Rubric | None) -> Iterator[Result]:
        """Every number, of each dimension and of all together."""
        pools = dict(self.open)
        whole = self._overall(rubric)
        if whole is not None:
            pools[OVERALL] = whole
        for name, pool in pools.items():
            how = self.how(name)
            yield from self._stamped(measures(pool, how))
            if (systems := system_correlation(pool, level=how.level)) is not None:
                yield replace(systems, raters=(self.judge,))
            if "component" in self.options.by:
                yield from self._components(pool, how)

    def _components(self, pool: Pool, how: How) -> Iterator[Result]:
        names = tuple(dict.fromkeys(name for name in pool.components if name is not None))
        for name in names if len(names) > 1 else ():
            inside = np.asarray([own == name for own in pool.components], np.bool_)
            for result in self._stamped(part_measures(pool.only(inside), how)):
                yield replace(result, component=name)

    def _stamped(self, results: Iterable[Result]) -> Iterator[Result]:
        return (replace(result, raters=(self.judge,)) for result in results)

    def _overall(self, rubric: Rubric | None) -> Pool | None:
        """The weighted score, where there are several dimensions that have bounds."""
        bounded = {name: pool for name, pool in self.open.items() if pool.scale.bounded}
        if len(bounded) < 2:  # noqa: PLR2004 - one is itself
            return None
        known = rubric is not None and all(name in rubric for name in bounded)
        weights = (
            rubric.weights(frozenset(bounded))
            if rubric is not None and known
            else dict.fromkeys(bounded, 1 / len(bounded))
        )
        try:
            return weighted_together(bounded.values(), weights, OVERALL)
        except InsufficientData:
            return None

    def verdicts(self, results: Sequence[Result]) -> Iterator[Verdict]:
        """Of each dimension; none of all together, which would hide one that fails."""
        named = {(r.name, r.dimension): r.estimate for r in results if r.component is None}
        for name, pool in self.open.items():
            counts = self.options.counted(name)
            evidence = Evidence(
                correlation=named[_CORRELATION, name],
                bound=named["correlation_bound", name],
                ceiling=highest_ceiling(pool, self.how(name)),
                n_test=int(pool.both.sum()),
                target=self.options.target,
                looks=counts.looks,
                shown=counts.shown,
                withheld=withheld(
                    pool, self.options.max_failures, allow_missing=self.options.allow_missing
                ),
                statistic="phi" if pool.scale.binary else "r",
                person=named.get(("leave_one_out", name)),
                effective=effective_number(pool),
                asked=counts.asked,
            )
            yield self._verdict(evidence, name, counts)

    def _verdict(self, evidence: Evidence, name: str, counts: Counts) -> Verdict:
        found = gate(evidence)
        return Verdict(
            name=CALIBRATION,
            outcome=found.outcome,
            reason=found.reason,
            estimate=evidence.correlation,
            bound=self.options.target,
            dimension=name,
            raters=(self.judge,),
            n_needed=found.n_needed,
            tested=TestSet(
                n_test=evidence.n_test,
                looks=counts.looks,
                candidates=counts.candidates,
                screening=evidence.screening,
            ),
        )

    def undecided(self) -> Iterator[Verdict]:
        """Of dimensions that the judge rated, and of which nothing can, or may, be said."""
        closed = dict.fromkeys(self.held.pools.keys() - self.open.keys(), "")
        for name, why in {**self.held.missing, **dict(sorted(closed.items()))}.items():
            counts, level = self.options.counted(name), self.options.level
            none = Estimate.absent(
                why or "the test set was looked at too often", method=_CORRELATION, level=level
            )
            evidence = Evidence(
                correlation=none,
                bound=none,
                ceiling=none,
                n_test=0,
                target=self.options.target,
                looks=counts.looks,
                shown=counts.shown,
                withheld=f"{why[:1].upper()}{why[1:]}." if why else None,
            )
            yield self._verdict(evidence, name, counts)


def _pools(
    rows: Ratings, scales: Mapping[str, Scale], judge: str, *, groups: Groups
) -> tuple[dict[str, Pool], dict[str, str]]:
    """The outputs that people rated by dimension, and why there are none where the judge rated."""
    judged = frozenset(rows.where(rater=judge).distinct("dimension"))
    pools: dict[str, Pool] = {}
    missing: dict[str, str] = {}
    for name, scale in scales.items():
        try:
            pools[name] = pool_of(rows, scale, dimension=name, judge=judge, groups=groups)
        except InsufficientData as problem:
            if name in judged:
                missing[name] = str(problem)
    return pools, missing


def _nobody(judge: str, rows: Ratings) -> str:
    kinds = ("judge", "check")
    others = [str(r) for kind in kinds for r in rows.where(kind=kind).distinct("rater")]
    listed = ", ".join(others[:_SHOWN]) or "none"
    return f"no single output was rated by {judge}; the judges and checks are: {listed}"
