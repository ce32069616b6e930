"""Which kinds of questions an evaluation set lacks, and of which it holds too many."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.analysis.mismatch_kinds import Channel, Kinds
from measurand.analysis.mismatch_sides import Side
from measurand.analysis.result import Result
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.fisher import fisher_exact
from measurand.stats.mean import clustered_mean
from measurand.stats.multiple import holm
from measurand.stats.poststrata import Strata, stratified_mean
from measurand.stats.proportion import wilson
from measurand.stats.psi import Mix
from measurand.stats.quantiles import two_sided_t

__all__ = ["Gap", "GapState", "gap_results", "gaps", "share_of"]

GapState = Literal["missing", "too few", "too many", "not in production", "as in production"]

_EXAMPLES = 3
_LONG = 200
"""Characters of a question that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One kind of questions on either side.

    Args:
        channel: By what questions were parted.
        kind: Its name.
        state: ``missing`` or ``too few`` where production has more of it than chance gives, and the
            set none or some; ``too many`` or ``not in production`` where the set has.
        production: Its share in production.
        share: Its share in the set, as the set is weighted.
        counts: Questions of it in the set and in production.
        add: Examples of it that a set of this size lacks.
        p: The chance of a gap as large where there is none, after Holm over the kinds.
        ids: The records of production that stand closest to its middle.
        texts: Their questions, shortened.
    """

    channel: Channel
    kind: str
    state: GapState
    production: Estimate
    share: Estimate
    counts: tuple[int, int]
    add: int
    p: float
    ids: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def lacking(self) -> bool:
        """Whether the set has too few of it."""
        return self.state in {"missing", "too few"}


def gaps(kinds: Kinds, first: Side, second: Side, *, level: float) -> tuple[Gap, ...]:
    """Every kind, those that the set lacks most first.

    Each kind's share is held against production's: by Fisher's exact test where all questions are
    independent and count alike, else by the errors of the two shares; Holm over the kinds.
    """
    ps = holm([_p(kinds, kind, (first, second)) for kind in range(len(kinds.names))])
    found = [
        _gap(kinds, kind, (first, second), p=float(p), level=level) for kind, p in enumerate(ps)
    ]
    return tuple(sorted(found, key=lambda gap: (not gap.lacking, -gap.add, -gap.counts[1])))


def gap_results(every: Sequence[Gap]) -> Iterator[Result]:
    """The two shares of every kind."""
    for gap in every:
        for name, estimate in (
            ("share_in_production", gap.production),
            ("share_in_set", gap.share),
        ):
            yield Result(name=name, estimate=estimate, dimension=gap.channel, segment=gap.kind)


def _gap(kinds: Kinds, kind: int, sides: tuple[Side, Side], *, p: float, level: float) -> Gap:
    first, second = sides
    own, others = kinds.first == kind, kinds.second == kind
    counts = int(own.sum()), int(others.sum())
    production = share_of(second, others, level)
    share = share_of(first, own, level)
    gap = (production.value or 0.0) - (share.value or 0.0)
    state = _state(counts, gap=gap, found=p <= 1 - level)
    lacking = state in {"missing", "too few"}
    add = math.ceil((production.value or 0.0) * len(first) - 1e-9) - counts[0] if lacking else 0
    shown = _typical(second, np.flatnonzero(others)) if lacking else ()
    return Gap(
        channel=kinds.channel,
        kind=kinds.names[kind],
        state=state,
        production=production,
        share=share,
        counts=counts,
        add=max(add, int(lacking)),
        p=p,
        ids=tuple(second.ids[place] for place in shown),
        texts=tuple(_shortened(second.texts[place]) for place in shown),
    )


def _state(counts: tuple[int, int], *, gap: float, found: bool) -> GapState:
    if not found:
        return "as in production"
    if gap > 0:
        return "too few" if counts[0] else "missing"
    return "too many" if counts[1] else "not in production"


def share_of(
    side: Side, rows: np.ndarray[tuple[int], np.dtype[np.bool_]], level: float
) -> Estimate:
    """The share of these among all questions of a side, as it is weighted."""
    n = len(side)
    values = rows.astype(np.float64)
    if side.weights is not None:
        strata = Strata(np.zeros(n, dtype=np.intp), np.ones(1), ("all",), side.weights)
        compute = partial(
            stratified_mean,
            *(values, strata),
            clusters=side.groups,
            bounds=(0.0, 1.0),
            level=level,
        )
    elif side.groups is not None:
        compute = partial(clustered_mean, values, side.groups, bounds=(0.0, 1.0), level=level)
    else:
        compute = partial(wilson, int(rows.sum()), n, level=level)
    return attempt(compute, n=n, method="share", level=level)


def _p(kinds: Kinds, kind: int, sides: tuple[Side, Side]) -> float:
    first, second = sides
    own, others = kinds.first == kind, kinds.second == kind
    if first.weights is None and first.groups is None and second.groups is None:
        return fisher_exact((int(own.sum()), len(first)), (int(others.sum()), len(second)))
    mixes = (
        Mix.of(own.astype(np.intp), 2, weights=first.weights, clusters=first.groups),
        Mix.of(others.astype(np.intp), 2, clusters=second.groups),
    )
    pooled = sum(mix.shares * mix.worth for mix in mixes) / sum(mix.worth for mix in mixes)
    variance = float(sum(_variance(mix, np.asarray(pooled)) for mix in mixes))
    if variance <= 0:
        return 1.0
    gap = float(mixes[0].shares[1] - mixes[1].shares[1])
    return two_sided_t(gap / math.sqrt(variance), min(mix.worth for mix in mixes))


def _variance(mix: Mix, pooled: Floats) -> float:
    """Of the share; of a kind that a side has none of, what the pooled share gives."""
    told = float(mix.spread(pooled)[1, 1])
    return max(told, float(pooled[1] * pooled[0]) / mix.n)


def _typical(side: Side, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> tuple[int, ...]:
    """The questions closest to the middle of these, each text once."""
    centre = side.vectors[rows].mean(axis=0)
    order = rows[np.argsort(-(side.vectors[rows] @ centre), kind="stable")]
    shown: dict[str, int] = {}
    for place in order.tolist():
        shown.setdefault(side.texts[place].strip().casefold(), place)
        if len(shown) == _EXAMPLES:
            break
    return tuple(shown.values())


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONG else f"{line[:_LONG]}..."
