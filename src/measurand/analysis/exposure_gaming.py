"""Does what is optimised rise from version to version while what is held out does not?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from measurand.analysis.exposure import (
    Claim,
    Exposure,
    ExposureOptions,
    Outcome,
    not_run,
    surely,
    worst_of,
)
from measurand.analysis.exposure_arms import lost_told
from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.result import Findings, Result, Verdict
from measurand.analysis.score import score
from measurand.analysis.trials import Voting
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.sparse import sparse_mean

__all__ = ["FEWEST_VERSIONS", "SystemVersion", "gaming", "refuse_dimensions"]

FEWEST_VERSIONS = 3
"""Of fewer versions no trend is decided on: any one change may favour one dimension."""

_CHANGES = ("optimised_change", "held_out_change", "gaming_divergence")


@dataclass(frozen=True, slots=True)
class SystemVersion:
    """What one version of a system was rated.

    Args:
        system: The system.
        name: The version, as a run's date.
        ratings: Of its outputs.
    """

    system: str
    name: str
    ratings: Ratings


class _Table(NamedTuple):
    """Mean scores of two groups of dimensions, shape (versions, examples)."""

    optimised: Floats
    held_out: Floats
    clusters: Codes | None
    examples: tuple[str, ...]


def gaming(
    versions: Sequence[SystemVersion],
    rubric: Rubric,
    *,
    held_out: Sequence[str],
    examples: Mapping[str, Example] | None = None,
    options: ExposureOptions | None = None,
    voting: Voting | None = None,
) -> Exposure:
    """Hold the rise of the optimised dimensions against that of the held-out ones.

    Of each example the fitted change from the first version to the last, by least squares over
    the versions, on the mean of the optimised dimensions, of the held-out ones, and the one less
    the other; then the mean over the examples that every version was rated on.

    It fails where the optimised surely rise, surely more than the held-out ones, and those rise by
    surely less than the margin. It passes where the optimised rise by surely less than the margin,
    or by surely not so much more than the held-out ones.

    Args:
        versions: In the order in which they were made.
        rubric: Dimensions and scales; all that are not held out are optimised.
        held_out: The dimensions that nobody tunes to.
        examples: Clusters of the examples, where known.
        options: Level and margin.
        voting: When judges block an output, and which rows are of one output.
    """
    chosen = options or ExposureOptions()
    by_system: dict[str, list[SystemVersion]] = {}
    for version in versions:
        by_system.setdefault(version.system, []).append(version)
    several = {name: own for name, own in by_system.items() if len(own) > 1}
    if not several:
        return not_run("gaming", "No system has been run in two versions or more.")
    tables = {
        name: _table(own, rubric, held_out=held_out, examples=examples or {}, voting=voting)
        for name, own in several.items()
    }
    error = 1 - chosen.level
    enough = [len(own) >= FEWEST_VERSIONS for own in several.values()]
    able = zip(tables.values(), enough, strict=True)
    claims = surely([_claim(table, chosen) if yes else None for table, yes in able], error)
    results: list[Result] = []
    verdicts: list[Verdict] = []
    for (name, own), claim in zip(several.items(), claims, strict=True):
        changes = _changes(tables[name], chosen.level)
        results += (
            Result(name=key, estimate=estimate, systems=(name,))
            for key, estimate in changes.items()
        )
        verdicts.append(_verdict(name, own, changes, claim=claim, options=chosen))
    told = " ".join(verdict.reason for verdict in verdicts)
    limits = tuple(_limits(several, rubric, held_out))
    return Exposure(
        test="gaming",
        outcome=worst_of(verdicts),
        told=told,
        error=error / 2 if any(enough) else 0.0,
        findings=Findings(results=tuple(results), verdicts=tuple(verdicts), limits=limits),
    )


def _table(
    versions: Sequence[SystemVersion],
    rubric: Rubric,
    *,
    held_out: Sequence[str],
    examples: Mapping[str, Example],
    voting: Voting | None,
) -> _Table:
    """The scores of all versions; each is a column, as if it were a system of its own."""
    rows = (
        replace(row, system=f"{place}")
        for place, version in enumerate(versions)
        for row in version.ratings
    )
    columns = tuple(map(str, range(len(versions))))
    table = Ratings.of(rows)
    scores = score(table, rubric, examples=examples, systems=columns, voting=voting)
    bounded = [d.scale.bounded for d in scores.dimensions]
    out = np.array([d.name in held_out for d in scores.dimensions], dtype=bool)
    inside = np.array(bounded, dtype=bool)
    values = np.moveaxis(scores.values, 1, 0)
    means = [_mean(values[:, :, chosen & inside]) for chosen in (~out, out)]
    return _Table(
        means[0], means[1], scores.clusters if scores.clustered else None, scores.examples
    )


def _mean(values: Floats) -> Floats:
    """Over dimensions; NaN where any of them, or all, have no score."""
    if not values.shape[2]:
        return np.full(values.shape[:2], np.nan)
    return np.asarray(values.mean(axis=2))


def _changes(table: _Table, level: float) -> dict[str, Estimate]:
    return {key: _change(table, key, level) for key in _CHANGES}


def _claim(table: _Table, options: ExposureOptions) -> Callable[[float], bool]:
    """That what is optimised rises and what is held out does not, at an error rate."""
    whole = _changes(table, options.level)["gaming_divergence"]
    matters = (whole.high or 0.0) >= options.margin

    def claim(error: float) -> bool:
        rise, other, apart = _changes(table, 1 - error).values()
        if not matters or rise.low is None or other.high is None or apart.low is None:
            return False
        return rise.low > 0 and apart.low > 0 and other.high < options.margin

    return claim


def _change(table: _Table, key: str, level: float) -> Estimate:
    """The fitted change from the first version to the last."""
    values = {
        "optimised_change": table.optimised,
        "held_out_change": table.held_out,
        "gaming_divergence": table.optimised - table.held_out,
    }[key]
    whole = ~np.isnan(table.optimised + table.held_out).any(axis=0)
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    slope = steps / float(steps @ steps) * (len(values) - 1)
    reach = float(np.abs(slope).sum()) / 2  # from all 0 to all 1 at its middle: may exceed 1
    reach *= 2 if key == "gaming_divergence" else 1
    clusters = None if table.clusters is None else table.clusters[whole]
    if not whole.any():
        why = "no example has a score on every dimension in every version"
        return Estimate.absent(why, method="fitted change", level=level)
    change = np.clip(slope @ values[:, whole], -reach, reach)
    compute = partial(sparse_mean, change, clusters, bounds=(-reach, reach), level=level)
    return attempt(compute, n=int(whole.sum()), method="fitted change", level=level)


def _verdict(
    system: str,
    versions: Sequence[SystemVersion],
    changes: Mapping[str, Estimate],
    *,
    claim: Claim,
    options: ExposureOptions,
) -> Verdict:
    rise, other, apart = (changes[key] for key in _CHANGES)
    outcome, words = _outcome(rise, apart, claim, margin=options.margin)
    if len(versions) < FEWEST_VERSIONS:
        outcome = "inconclusive"
        words = f"{len(versions)} versions are too few for a trend"
    told = "; ".join(
        lost_told(what, one)
        for what, one in (("optimised", rise), ("held out", other), ("apart", apart))
    )
    return Verdict(
        name="gaming",
        outcome=outcome,
        reason=f"{system}, {len(versions)} versions: {words} ({told}).",
        estimate=apart,
        bound=options.margin,
        systems=(system,),
    )


def _outcome(
    rise: Estimate, apart: Estimate, claim: Claim, *, margin: float
) -> tuple[Outcome, str]:
    if rise.high is None or apart.high is None:
        return "inconclusive", "nothing can be said"
    found = "what is optimised rises and what is held out does not"
    if claim.sure:
        return "fail", found
    if rise.high < margin:
        return "pass", f"what is optimised rises by less than the margin of {100 * margin:g} points"
    if apart.high < margin:
        return "pass", "what is held out keeps up with what is optimised"
    if claim.alone:
        return "inconclusive", f"{found}{claim.caution}"
    return "inconclusive", "whether what is held out keeps up is not shown"


def _limits(
    several: Mapping[str, Sequence[SystemVersion]], rubric: Rubric, held_out: Sequence[str]
) -> Iterator[str]:
    optimised = [d.name for d in rubric if d.name not in held_out]
    yield f"Optimised: {', '.join(optimised)}; held out: {', '.join(held_out)}."
    for name, versions in several.items():
        yield f"{name}: {', then '.join(version.name for version in versions)}."


def refuse_dimensions(rubric: Rubric, held_out: Sequence[str]) -> str | None:
    """Why these dimensions cannot be held out; None where they can."""
    if unknown := [name for name in held_out if name not in rubric]:
        names = ", ".join(d.name for d in rubric)
        return f"the rubric has no dimension {', '.join(unknown)}; it has: {names}"
    if all(d.name in held_out for d in rubric):
        return "all dimensions are held out, so that none is optimised"
    return None
