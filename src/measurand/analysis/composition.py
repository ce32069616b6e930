"""Of which examples the headline is, and what it says of production.

An evaluation set is made of pools. Core is a sample of production; the others were chosen for what
is in them: errors that were analysed, attacks, faults that were fixed, questions that experts
answered. A mean over all of them is the mean of nothing that happens outside of the set. So the
headline is of core, or of core re-weighted to the traffic that is stated, and every other pool is
told as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from measurand.analysis.frame import Bools
from measurand.analysis.groups import Drawn, drawn_of
from measurand.analysis.matrix import Floats
from measurand.analysis.result import Result
from measurand.core.example import COMPONENTS, Example
from measurand.errors import UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.poststrata import Strata, kish

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions
    from measurand.analysis.score import Scores

__all__ = [
    "POOLS",
    "Population",
    "as_drawn",
    "composition_limits",
    "drawn_strata",
    "effective_size",
    "everything",
    "pool_of",
    "population",
    "sampled",
    "traffic_shares",
    "unequal_chances",
    "unsampled_limits",
]

POOLS: Mapping[str, str] = MappingProxyType(
    {
        "core": "production sample",
        "edge": "error analysis",
        "adversarial": "red team",
        "regression": "fixed failures",
        "golden": "expert answers",
    }
)
"""What each component of an evaluation set is a collection of."""

_NO_POOL = "no component"
_FEWEST = 2
_TINY = 1e-300
_ALIKE = 1e-9
"""Probabilities that differ by less than this share are the same."""
_SLACK = 0.011
"""Shares that are told with two digits sum to 1 within this."""
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The examples that the headline is of, and what each of them counts.

    Args:
        rows: Shape (examples,): which.
        strata: Their segments with the shares of these in traffic, or the strata that they were
            drawn from, of the examples in ``rows``; None where each counts the same.
        kind: ``core``, ``weighted`` (core by the probabilities with which it was drawn),
            ``re-weighted`` (to stated traffic), or ``all`` examples there are.
        note: What it is, in a few words.
        sampled: Whether it samples production as far as is known: it is core, or no example says
            to which pool it belongs.
    """

    rows: Bools
    strata: Strata | None
    kind: Literal["core", "weighted", "re-weighted", "all"]
    note: str
    sampled: bool

    @property
    def n(self) -> int:
        """How many examples."""
        return int(self.rows.sum())

    @property
    def weights(self) -> Floats | None:
        """What each example counts, shape (examples,), summing to 1; None where all count alike."""
        if self.strata is None:
            return None
        found = np.zeros(len(self.rows))
        codes, base = self.strata.codes, self.strata.base
        each = np.ones(codes.size) if base is None else base
        stood = np.bincount(codes, each, minlength=self.strata.shares.size)
        found[self.rows] = each * (self.strata.shares / np.maximum(stood, _TINY))[codes]
        return found

    @property
    def effective_n(self) -> float:
        """How many examples that count alike are worth as much, by Kish."""
        weights = self.weights
        return float(self.n) if weights is None or not self.n else kish(weights)


def everything(scores: Scores) -> Population:
    """All examples, each counting the same."""
    known = any(name is not None for name in scores.components)
    n = len(scores.examples)
    note = f"all {n:,} examples of this evaluation set, not production" if known else "all examples"
    return Population(
        rows=np.ones(n, dtype=bool), strata=None, kind="all", note=note, sampled=not known
    )


def population(scores: Scores, options: ComparisonOptions) -> Population:
    """The examples that the headline is of.

    Where examples say to which component they belong, those of core, unless all are asked for;
    where none is of core there is nothing else than all, which is told. Where core was drawn with
    known probabilities, those that have one; where these differ, each counts one over its own.
    Where traffic is stated, those of the segments that it names, each segment counting as much as
    its share.

    Raises:
        UsageError: The shares make no sense, a segment with a share has no example, or an example
            is of two segments that have shares.
    """
    core = sampled(scores)
    chosen = everything(scores)
    if options.headline == "core" and core.any():
        note = f"core, {int(core.sum()):,} examples that sample production"
        chosen = Population(rows=core, strata=None, kind="core", note=note, sampled=True)
        strata = drawn_strata(scores.only(core))
        if strata is not None:
            note = f"{note}, each weighted by what it stands for"
            chosen = replace(chosen, strata=strata, kind="weighted", note=note)
    return _re_weighted(scores, chosen, options.traffic) if options.traffic else chosen


def as_drawn(scores: Scores) -> Population | None:
    """Those of these examples of core that were drawn, each weighted by what it stands for.

    None where they are not all of core, or where each was drawn and all count alike.
    """
    if any(name != "core" for name in scores.components):
        return None
    rows = sampled(scores)
    strata = drawn_strata(scores.only(rows))
    if strata is None:
        if rows.all():
            return None
        return Population(rows=rows, strata=None, kind="core", note="as drawn", sampled=True)
    return Population(rows=rows, strata=strata, kind="weighted", note="as drawn", sampled=True)


def sampled(scores: Scores) -> Bools:
    """Which examples sample production: core; where any of it has a probability, those that have.

    One that was added to such a core by hand is of no sample.
    """
    core = np.asarray([name == "core" for name in scores.components], dtype=bool)
    if not scores.drawn:
        return core
    known = np.asarray([chance is not None for chance, _ in scores.drawn], dtype=bool)
    return core & known if (core & known).any() else core


def drawn_strata(scores: Scores) -> Strata | None:
    """The strata that these examples were drawn from, with what each stands for.

    None where they are not all of core, where one of them has no known probability, or where all
    have the same, so that all count alike.
    """
    if not scores.drawn or any(name != "core" for name in scores.components):
        return None
    told = [chance for chance, _ in scores.drawn]
    if not told or any(chance is None for chance in told):
        return None
    chances = np.asarray(told, dtype=np.float64)
    if not _differ(chances.tolist()):
        return None
    return Strata.of_drawn(chances, [stratum for _, stratum in scores.drawn])


def unequal_chances(names: Sequence[str], known: Mapping[str, Example]) -> dict[str, Drawn]:
    """With which probability those of these examples were drawn that sample production.

    Nothing where they are not all of core, or where all that were drawn count alike.
    """
    if any((one := known.get(name)) is None or one.component != "core" for name in names):
        return {}
    told = zip(names, drawn_of(names, known), strict=True)
    found = {name: drawn for name, drawn in told if drawn[0] is not None}
    return found if _differ([chance or 0.0 for chance, _ in found.values()]) else {}


def _differ(chances: Sequence[float]) -> bool:
    return bool(chances) and max(chances) - min(chances) > _ALIKE * max(chances)


def traffic_shares(traffic: Mapping[str, float]) -> dict[str, float]:
    """The share of each segment, from shares that sum to 1 or from how often each was counted.

    Raises:
        UsageError: They are neither.
    """
    total = sum(traffic.values())
    counted = total > 1 and all(float(value).is_integer() for value in traffic.values())
    if min(traffic.values()) <= 0 or not (counted or abs(total - 1) <= _SLACK):
        raise UsageError(
            f"the traffic shares of {', '.join(traffic)} sum to {total:g}; they are above 0 and "
            "sum to 1, or are whole numbers: how often each segment was counted"
        )
    return {name: value / total for name, value in traffic.items()}


def _re_weighted(scores: Scores, chosen: Population, traffic: Mapping[str, float]) -> Population:
    shares = traffic_shares(traffic)
    names = tuple(shares)
    codes = np.asarray([_stratum(scores, place, names) for place in range(len(chosen.rows))])
    rows = chosen.rows & (codes >= 0)
    base = None
    if chosen.strata is not None and chosen.strata.base is not None:
        base = chosen.strata.base[rows[chosen.rows]]
    strata = Strata(codes[rows], np.asarray(list(shares.values())), names, base)
    empty = [name for name, size in zip(names, strata.sizes, strict=True) if not size]
    if empty:
        raise UsageError(
            f"no example of the headline is of {', '.join(empty)}, so nothing is known of that "
            f"share of traffic; the segments are: {', '.join(_segments(scores)) or 'none'}"
        )
    of = "core" if chosen.kind in {"core", "weighted"} else chosen.note
    note = f"{of}, {int(rows.sum()):,} examples re-weighted to the traffic of {len(names)} segments"
    return Population(
        rows=rows, strata=strata, kind="re-weighted", note=note, sampled=chosen.sampled
    )


def _stratum(scores: Scores, place: int, names: Sequence[str]) -> int:
    found = [name for name in names if name in scores.segments[place]]
    if len(found) > 1:
        raise UsageError(
            f"example {scores.examples[place]} is in {' and '.join(found)}, and both have a share "
            "of traffic: an example counts for one segment"
        )
    return names.index(found[0]) if found else -1


def _segments(scores: Scores) -> list[str]:
    return sorted({tag for tags in scores.segments for tag in tags})


def pool_of(component: str | None) -> str:
    """A component as what it is, as in ``edge (error analysis)``."""
    if component is None:
        return _NO_POOL
    return f"{component} ({POOLS[component]})" if component in POOLS else component


def effective_size(chosen: Population, level: float) -> Iterator[Result]:
    """How many examples that count alike the re-weighted ones are worth."""
    if chosen.strata is None:
        return
    worth = chosen.effective_n
    estimate = Estimate(
        value=worth, low=worth, high=worth, level=level, n=chosen.n, method="Kish, exact"
    )
    yield Result(name="effective_examples", estimate=estimate, dimension="overall")


def composition_limits(scores: Scores, chosen: Population) -> Iterator[str]:
    """What the headline is of, what is outside of it and why, and what its weights take for known.

    Nothing where no example says to which pool it belongs, and no traffic is stated.
    """
    known = any(name is not None for name in scores.components)
    if known and chosen.sampled:
        yield from _outside(scores)
    elif known and "core" in scores.components:
        yield (
            f"The headline is of all {len(scores.examples):,} examples ({_counted(scores, None)}), "
            "as was asked for. It is of this evaluation set and not of production, which core "
            "alone samples."
        )
    elif known:
        yield (
            "No example is of core, the sample of production. So the headline is of these "
            f"{len(scores.examples):,} examples ({_counted(scores, None)}), and says nothing of "
            "production."
        )
    if chosen.kind == "weighted":
        yield from _drawn(chosen)
    elif chosen.strata is not None:
        yield from _weighted(scores, chosen, chosen.strata)
    if chosen.kind != "all":
        yield from unsampled_limits(scores)


def _outside(scores: Scores) -> Iterator[str]:
    core = int(sampled(scores).sum())
    others = len(scores.components) - scores.components.count("core")
    if others:
        yield (
            f"The headline is of core, {core:,} examples that sample production. Outside of it are "
            f"{others:,} that do not: {_counted(scores, 'core')}. They were chosen, and would "
            "move any mean by how many there are of them; each pool is told by itself."
        )


def _counted(scores: Scores, without: str | None) -> str:
    """How many examples are of which pool."""
    names = [*COMPONENTS, None]
    counts = {name: scores.components.count(name) for name in names if name != without}
    return ", ".join(f"{n:,} {pool_of(name)}" for name, n in counts.items() if n)


def _drawn(chosen: Population) -> Iterator[str]:
    """What weights by probability do, and what they cost."""
    weights = chosen.weights
    if weights is None:
        return
    own = weights[chosen.rows]
    yield (
        f"The {chosen.n:,} examples of core were drawn with different probabilities, and each "
        f"counts for as much traffic as it stands for: the one that counts most counts "
        f"{float(own.max() / own.min()):,.1f} times the one that counts least. By these weights "
        f"alone they are worth {chosen.effective_n:,.0f} that count alike; strata, and examples "
        "that share a cluster, are not reckoned with in that number."
    )


def unsampled_limits(scores: Scores) -> Iterator[str]:
    """That a part of core was not drawn, and is left out of what is said of production."""
    out = scores.components.count("core") - int(sampled(scores).sum())
    if out:
        some = "1 example" if out == 1 else f"{out:,} examples"
        yield (
            f"{some} of core without a probability count for nothing in what is said of "
            "production: the others were drawn with one, and those are no part of that sample. "
            "Make them edge examples, or give the probability with which each was drawn."
        )


def _weighted(scores: Scores, chosen: Population, strata: Strata) -> Iterator[str]:
    told = ", ".join(
        f"{name} {share:.0%} ({size:,} examples)"
        for name, share, size in zip(strata.names, strata.shares, strata.sizes, strict=True)
    )
    yield (
        f"The headline is re-weighted to traffic: {told}. These shares are taken as known; the "
        f"{chosen.n:,} examples are worth {chosen.effective_n:,.0f} that count alike."
    )
    held = strata.held(scores.clusters[chosen.rows])
    few = [name for name, size in zip(strata.names, held, strict=True) if size < _FEWEST]
    if few:
        yield (
            f"{', '.join(few)} has a share of traffic and a single example, or examples of a "
            "single cluster: how its examples differ is unknown, so no re-weighted number has an "
            "interval, and there is none."
        )
    rows = np.flatnonzero(~chosen.rows)
    core = sampled(scores)
    left = sum(1 for row in rows if not core.any() or core[row])
    if left:
        yield (
            f"{left:,} further examples are of no segment with a share, and count for nothing in "
            "the headline."
        )
