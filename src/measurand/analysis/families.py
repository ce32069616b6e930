"""All pairs of systems on one dimension at once: which p-values, which intervals, which ranks.

Each dimension, and the overall score, is a family of its own. All families share their sign flips.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.matrix import Floats
from measurand.analysis.measure import Measure
from measurand.analysis.pair import Influence, Pair
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate
from measurand.stats.joint import Family, Joint, flip_jointly
from measurand.stats.mean import caution_if_few
from measurand.stats.multiple import FLIPS, holm

__all__ = ["Decided", "decide_families"]

_SAME = "the same scores throughout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What one family says.

    Args:
        pairs: Those that are compared, in order.
        p: Their p-values, adjusted over the family.
        method: By what, as in ``max-T``; empty where there is nothing to adjust for.
        gaps: The difference of every two systems that are ranked, with intervals that all hold at
            once; by both systems, the first less the second.
        simultaneous: The same of the pairs that are compared, in their order; empty where one is.
    """

    pairs: tuple[Pair, ...]
    p: Floats
    method: str
    gaps: Mapping[tuple[str, str], Estimate]
    simultaneous: tuple[Estimate, ...]

    def results(self) -> Iterator[Result]:
        """The differences with intervals that all hold at once."""
        for pair, estimate in zip(self.pairs, self.simultaneous, strict=False):
            told = as_opinion(estimate) if pair.opinion else estimate
            yield Result(
                name="difference_simultaneous",
                estimate=pair.told(told),
                dimension=pair.name,
                systems=pair.systems,
            )


def decide_families(
    measure: Measure,
    families: Sequence[Sequence[Pair]],
    ranked: Sequence[Sequence[Pair]],
    *,
    flips: int = FLIPS,
) -> tuple[Decided, ...]:
    """Adjusted p-values and simultaneous intervals of every family.

    By max-T over sign flips of whole examples, or clusters; one without a score for a pair counts
    for nothing there. Where there are too few of them for flips, or data are looked at while they
    grow, by Holm, and by intervals at the level that Bonferroni asks for.

    Args:
        measure: The scores, and how uncertainty is expressed.
        families: The pairs that are compared, one family a dimension.
        ranked: Every two systems that are ranked, in the same order of dimensions; may be empty.
        flips: How many random sign flips.
    """
    flipped = _flipped(measure, families, ranked, flips=flips)
    return tuple(
        _decided(pairs, every, flips, level=measure.level)
        for pairs, every, flips in zip(families, ranked, flipped, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Flips:
    """The flips' answers for one family; None where it was not flipped."""

    tested: Joint | None = None
    ranked: Joint | None = None


def _flipped(
    measure: Measure,
    families: Sequence[Sequence[Pair]],
    ranked: Sequence[Sequence[Pair]],
    *,
    flips: int,
) -> list[_Flips]:
    parts: list[Family] = []
    kinds: list[tuple[int, str]] = []
    if measure.looks == "fixed":
        known: dict[int, Influence | None] = {}
        for place, (pairs, every) in enumerate(zip(families, ranked, strict=True)):
            if len(pairs) > 1:
                parts.append(_family(pairs, known, tested=True))
                kinds.append((place, "tested"))
            if every and set(map(id, every)) != set(map(id, pairs)):
                parts.append(_family(every, known, tested=False))
                kinds.append((place, "ranked"))
    found = [_Flips() for _ in families]
    for (place, kind), joint in zip(kinds, _joint(measure, parts, flips), strict=False):
        found[place] = replace(found[place], **{kind: joint})
    return found


def _joint(measure: Measure, parts: Sequence[Family], flips: int) -> tuple[Joint, ...]:
    if not parts:
        return ()
    try:
        return flip_jointly(
            parts,
            clusters=measure.head.clusters if measure.clustered else None,
            rng=np.random.default_rng(measure.seed),
            flips=flips,
            level=measure.level,
        )
    except InsufficientData:
        return ()


def _family(pairs: Sequence[Pair], known: dict[int, Influence | None], *, tested: bool) -> Family:
    """What each example contributes to each pair; nothing to a pair that cannot be compared."""
    found = [_influence(pair, known) for pair in pairs]
    rows = len(pairs[0].rows)
    nothing = np.zeros(rows)
    columns = [(one.observed, one.centred) if one else (nothing, nothing) for one in found]
    observed, centred = (np.stack(side, axis=1) for side in zip(*columns, strict=True))
    counts = np.asarray([one.count if one else 0 for one in found], dtype=np.float64)
    usual = counts.max(initial=1.0)
    return Family(
        values=np.asarray([one.value if one else 0.0 for one in found]),
        centred=centred,
        counts=np.where(counts > 1, counts, usual),
        observed=observed if tested else None,
    )


def _influence(pair: Pair, known: dict[int, Influence | None]) -> Influence | None:
    if id(pair) not in known:
        try:
            known[id(pair)] = pair.influence()
        except InsufficientData:
            known[id(pair)] = None
    return known[id(pair)]


def _decided(
    pairs: Sequence[Pair], every: Sequence[Pair], flips: _Flips, *, level: float
) -> Decided:
    count = len(pairs)
    if flips.tested is not None:
        p, method = flips.tested.p, "max-T"
        simultaneous = _intervals(pairs, flips.tested, level)
    else:
        p = holm(np.asarray([pair.p_value() for pair in pairs]))
        method = "Holm" if count > 1 else ""
        simultaneous = _bonferroni(pairs, level) if count > 1 else ()
    if not every:
        gaps: tuple[Estimate, ...] = ()
    elif set(map(id, every)) == set(map(id, pairs)):
        own = dict(zip(map(id, pairs), simultaneous, strict=True))
        gaps = tuple(own[id(pair)] for pair in every)
    elif flips.ranked is not None:
        gaps = _intervals(every, flips.ranked, level)
    else:
        gaps = _bonferroni(every, level)
    return Decided(
        pairs=tuple(pairs),
        p=p,
        method=method,
        gaps={
            (pair.systems[0], pair.systems[1]): gap for pair, gap in zip(every, gaps, strict=True)
        },
        simultaneous=simultaneous,
    )


def _intervals(pairs: Sequence[Pair], joint: Joint, level: float) -> tuple[Estimate, ...]:
    """Each estimate with as many standard errors either way as all need to hold at once."""
    return tuple(
        _interval(pair, float(error), joint.critical, level=level, of=len(pairs))
        for pair, error in zip(pairs, joint.errors, strict=True)
    )


def _interval(
    pair: Pair, error: float, critical: float | None, *, level: float, of: int
) -> Estimate:
    method = f"max-T simultaneous over {of}"
    if (reason := pair.too_few()) is not None:
        return Estimate.absent(reason, n=len(pair.values), method=method, level=level)
    if critical is None or error <= 0:
        return Estimate.absent(_SAME, n=len(pair.values), method=method, level=level)
    found = pair.influence()
    reach = critical * error
    low, high = (-1.0, 1.0) if pair.scale.bounded else (-np.inf, np.inf)
    value = min(max(found.value, low), high)
    return Estimate(
        value=value,
        low=min(value, max(low, value - reach)),
        high=max(value, min(high, value + reach)),
        level=level,
        n=pair.labels if pair.corrected else len(pair.values),
        method=method,
        reason=caution_if_few(found.count, "units" if pair.clusters is None else "clusters"),
    )


def _bonferroni(pairs: Sequence[Pair], level: float) -> tuple[Estimate, ...]:
    """Each difference at the level at which all hold at once, however they depend."""
    found = (pair.difference(1 - (1 - level) / len(pairs)) for pair in pairs)
    return tuple(
        replace(one, method=f"{one.method}, Bonferroni over {len(pairs)}") for one in found
    )
