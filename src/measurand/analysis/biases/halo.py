"""Halo: does one impression colour all of a judge's dimensions?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from measurand.analysis.biases.base import Bias, Setting
from measurand.analysis.biases.panel import Panel
from measurand.analysis.biases.probed import Arms, Key
from measurand.analysis.matrix import Codes, Floats
from measurand.core.probes import TOGETHER
from measurand.errors import InsufficientData
from measurand.stats.estimate import attempt
from measurand.stats.halo import discriminant_gap, halo, joint_halo
from measurand.stats.instrument import first_stage

__all__ = ["ERRORS", "MARGIN", "halo_in_arms", "halo_in_panels"]

ERRORS = "errors beyond people's"
MARGIN = 0.1
"""A correlation: one so much higher does not matter."""
_FEWEST = 2
_LEAST_AGREEMENT = 0.1


def halo_in_panels(panels: Sequence[Panel], setting: Setting) -> Iterator[Bias]:
    """How a judge's errors on different dimensions go together, more than a person's do.

    On the outputs that the judge rated on every dimension, and the same number of people did: who
    rated one of them alone has no errors that could go together. People who do not agree on a
    dimension tell nothing of anybody's errors on it, so that it is left out.
    """
    graded = [panel for panel in panels if panel.span is not None and _agreed(panel)]
    if len(graded) < _FEWEST:
        return
    places = [{key: at for at, key in enumerate(panel.outputs)} for panel in graded]
    shared = [key for key in graded[0].outputs if all(key in place for place in places)]
    rows = [[place[key] for key in shared] for place in places]
    scores = np.stack([p.scores[r] for p, r in zip(graded, rows, strict=True)], axis=1)
    people = _who_rated_all(graded, rows)
    whole = ~np.isnan(people).any(axis=(1, 2)) & ~np.isnan(scores).any(axis=1)
    if people.shape[1] < _FEWEST or not whole.any():
        return
    first = graded[0]
    clusters = first.clusters[rows[0]][whole]
    scores, people = scores[whole], people[whole]
    means = people.mean(axis=1)
    gap = partial(discriminant_gap, scores, means, clusters=clusters, level=setting.level)
    compute = partial(halo, scores, people, clusters=clusters, level=setting.level)
    yield Bias(
        name="halo",
        design=ERRORS,
        judge=first.judge,
        what="between two dimensions, the correlation of the judge's errors, less a person's, is",
        estimate=attempt(compute, n=len(scores), method="jackknife", level=setting.level),
        margin=MARGIN,
        unit="correlation",
        only_above=True,
        df=max(len(np.unique(clusters)) - 1, 1),
        more=(
            (
                "discriminant_gap",
                attempt(gap, n=len(scores), method="jackknife", level=setting.level),
            ),
        ),
    )


def halo_in_arms(arms: Sequence[Arms], setting: Setting) -> Iterator[Bias]:
    """How much more dimensions go together when one call asks for all of them."""
    asked = [one for one in arms if TOGETHER in one.values and one.base]
    if len(asked) < _FEWEST:
        return
    keys = [
        key
        for key in asked[0].values[TOGETHER]
        if all(key in one.values[TOGETHER] and key in one.base for one in asked)
    ]
    together = _means([one.values[TOGETHER] for one in asked], keys)
    apart = _means([_as_often(one.base, one.values[TOGETHER]) for one in asked], keys)
    clusters: Codes = asked[0].codes(keys)
    compute = partial(joint_halo, together, apart, clusters=clusters, level=setting.level)
    yield Bias(
        name="halo",
        design=TOGETHER,
        judge=asked[0].judge,
        mitigation=asked[0].mitigation,
        what="between two dimensions, what one call for all of them adds to the correlation is",
        estimate=attempt(compute, n=len(keys), method="jackknife", level=setting.level),
        margin=MARGIN,
        unit="correlation",
        only_above=True,
        df=max(len(np.unique(clusters)) - 1, 1),
    )


def _who_rated_all(graded: Sequence[Panel], rows: Sequence[Sequence[int]]) -> Floats:
    """What as many people said of each output on every dimension, each the same one throughout.

    Shape (outputs, people, dimensions), NaN where an output has fewer. As many as leave the most
    ratings; of those who rated more, the first by name.
    """
    names = sorted(set.intersection(*(set(panel.names) for panel in graded)))
    table = np.stack(
        [
            panel.people[row][:, [panel.names.index(name) for name in names]]
            for panel, row in zip(graded, rows, strict=True)
        ],
        axis=2,
    )
    given = ~np.isnan(table).any(axis=2)
    counts = given.sum(axis=1)
    width = max(
        range(_FEWEST, len(names) + 1), key=lambda k: k * int((counts >= k).sum()), default=0
    )
    first = np.argsort(~given, axis=1, kind="stable")[:, :width]
    chosen: Floats = np.take_along_axis(table, first[:, :, None], axis=1)
    chosen[counts < width] = np.nan
    return chosen


def _agreed(panel: Panel) -> bool:
    """Whether people agree on the dimension at all."""
    try:
        return first_stage(panel.people).correlation > _LEAST_AGREEMENT
    except InsufficientData:
        return False


def _as_often(
    base: Mapping[Key, Sequence[float]], other: Mapping[Key, Sequence[float]]
) -> dict[Key, Sequence[float]]:
    """As many repeats as of the other: the mean of more correlates more."""
    return {key: base[key][: len(values)] for key, values in other.items() if key in base}


def _means(tables: Sequence[Mapping[Key, Sequence[float]]], keys: Sequence[Key]) -> Floats:
    if not keys:
        return np.zeros((0, len(tables)))
    return np.asarray(
        [[float(np.mean(table[key])) for table in tables] for key in keys], dtype=np.float64
    )
