"""Self-preference: does a judge favour its own family's outputs?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.biases.base import Bias, Setting, Unit
from measurand.analysis.biases.panel import Panel
from measurand.analysis.matrix import Floats
from measurand.core.family import family_of
from measurand.stats.crossed import crossed_interaction, unequal_use
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.instrument import instrumented_slope
from measurand.stats.least_squares import clustered_slope

__all__ = [
    "CROSSED",
    "INSTRUMENTED",
    "RAW",
    "VERIFIABLE",
    "VOTED",
    "crossed_judges",
    "own_family",
]

INSTRUMENTED = "own family at equal quality"
CROSSED = "crossed with"
"""Begins the name of the design, which ends with the other judge."""
VERIFIABLE = "passes what truly fails"
VOTED = "passes what people fail"
RAW = "raw gap"

_ALLOWED = 0.25
"""So much of the margin may be due to how judges use the scale, not more."""
_DOUBT = 2.5
"""Slopes may differ by so many times what spreads tell, whose larger part may be noise."""
_ERRING = (
    "informs only: of what most people fail some is good, and more of it in a family that is better"
)
_CONFOUNDED = "confounded: the family's outputs may be better or worse than the others"


def own_family(panel: Panel, families: Mapping[str, str], setting: Setting) -> Iterator[Bias]:
    """What being of the judge's family adds to a score at equal quality; nothing where none is.

    Also the raw gap, which decides nothing, and, of yes/no, how much oftener the judge passes
    its own family's outputs than others of those that fail: by references and checks, or by most
    people, who err themselves, so that theirs decides nothing either.
    """
    own = _own(panel, families)
    if own is None:
        return
    yield from _instrumented(panel, own, setting)
    if panel.scale.binary:
        yield from _passed(panel, own, panel.known == 0, design=VERIFIABLE, setting=setting)
        fails = panel.votes < 0.5  # noqa: PLR2004 - most people say no
        for one in _passed(panel, own, fails, design=VOTED, setting=setting):
            yield replace(one, margin=None, estimate=_noted(one.estimate, _ERRING))


def crossed_judges(
    panels: Sequence[Panel], families: Mapping[str, str], setting: Setting
) -> Iterator[Bias]:
    """Two judges of different families on outputs of both: the mean of their own preferences.

    One family may be better, and one judge may use more of the scale: that alone makes a preference
    of either. It decides only where that cannot matter: as the families' gap is small, or as the
    preference lies beyond all that it might make.
    """
    for first, second in combinations(panels, 2):
        one, other = (_family(panel.judge, families) for panel in (first, second))
        if first.dimension != second.dimension or None in {one, other} or one == other:
            continue
        of = _families(first, families)
        if not {one, other} <= set(of.values()):
            continue
        places = {key: at for at, key in enumerate(second.outputs)}
        kept = [
            (at, places[key])
            for at, key in enumerate(first.outputs)
            if key in places and of[key[1]] in {one, other}
        ]
        own = np.asarray([float(of[first.systems[at]] == one) for at, _ in kept])
        if not kept or own.min() == own.max():
            continue
        left, right = (list(side) for side in zip(*kept, strict=True))
        clusters = first.clusters[left]
        compute = partial(
            crossed_interaction,
            first.scores[left],
            second.scores[right],
            own,
            clusters=clusters,
            level=setting.level,
        )
        found = _bias(
            first,
            f"{CROSSED} {second.judge}",
            attempt(compute, n=len(kept), method="crossed judges", level=setting.level),
            setting=setting,
            what=f"an output of the own family, on average with {second.judge}, scores",
            df=len(np.unique(clusters)) - 1,
        )
        gap, alone = unequal_use(first.scores[left], second.scores[right], own)
        if found.margin is not None and not _stands(found.estimate, found.margin, alone):
            why = (
                f"informs only: the families differ by {abs(gap):.2g} in both judges' eyes, of "
                f"which judges that use the scale unlike may make {alone:.2g}"
            )
            found = replace(found, margin=None, estimate=_noted(found.estimate, why))
        yield found


def _stands(estimate: Estimate, margin: float, alone: float) -> bool:
    """Whether what judges' unlike use of the scale may make leaves a verdict standing."""
    low, high = estimate.low, estimate.high
    nearest = 0.0 if low is None or high is None else max(low, -high)
    return alone <= _ALLOWED * margin or nearest > margin + _DOUBT * alone


def _instrumented(panel: Panel, own: Floats, setting: Setting) -> Iterator[Bias]:
    n, level, clusters = len(own), setting.level, panel.clusters
    steady = partial(
        instrumented_slope, panel.scores, panel.people, own, clusters=clusters, level=level
    )
    estimate = attempt(steady, n=n, method="two-stage least squares", level=level)
    if not panel.rated:
        why = "no person rated these outputs, so quality cannot be held constant"
        estimate = Estimate.absent(why, n=n, method="two-stage least squares", level=level)
    many = len(np.unique(panel.clusters)) - 1
    what = "an output of the judge's own family scores"
    yield _bias(panel, INSTRUMENTED, estimate, setting=setting, what=what, df=many)
    plain = partial(clustered_slope, panel.scores, own, clusters=clusters, level=level)
    raw = attempt(plain, n=n, method="difference of means", level=level)
    if raw.present:
        raw = _noted(raw, _CONFOUNDED)
        yield _bias(panel, RAW, raw, setting=None, what=what, df=many)


def _noted(estimate: Estimate, note: str) -> Estimate:
    return replace(estimate, reason="; ".join(filter(None, (estimate.reason, note))))


def _passed(
    panel: Panel, own: Floats, fails: NDArray[np.bool_], *, design: str, setting: Setting
) -> Iterator[Bias]:
    """Of the outputs that fail: passes of the own family's less of others'."""
    if not fails.any() or own[fails].min() == own[fails].max():
        return
    compute: Callable[[], Estimate] = partial(
        clustered_slope,
        panel.scores[fails],
        own[fails],
        clusters=panel.clusters[fails],
        level=setting.level,
    )
    yield _bias(
        panel,
        design,
        attempt(compute, n=int(fails.sum()), method="difference of rates", level=setting.level),
        setting=setting,
        what="an output of the judge's own family that fails is passed oftener by",
        df=len(np.unique(panel.clusters[fails])) - 1,
    )


def _bias(
    panel: Panel,
    design: str,
    estimate: Estimate,
    *,
    setting: Setting | None,
    what: str,
    df: int,
) -> Bias:
    span = panel.span
    unit: Unit = "share" if panel.scale.binary else "points"
    return Bias(
        name="self-preference",
        design=design,
        judge=panel.judge,
        dimension=panel.dimension,
        what=what,
        estimate=estimate,
        margin=None if setting is None or span is None else setting.margin * span,
        unit=unit,
        df=max(df, 1),
    )


def _own(panel: Panel, families: Mapping[str, str]) -> Floats | None:
    """1 where an output is of the judge's family; None where none, or every one, is."""
    family = _family(panel.judge, families)
    if family is None:
        return None
    of = _families(panel, families)
    own = np.asarray([float(of[name] == family) for name in panel.systems])
    return own if own.min() < own.max() else None


def _families(panel: Panel, families: Mapping[str, str]) -> dict[str, str | None]:
    """The family of every system, as far as it is known."""
    return {name: _family(name, families) for name in dict.fromkeys(panel.systems)}


def _family(name: str, families: Mapping[str, str]) -> str | None:
    return families.get(name) or family_of(name)
