"""Anchor: does what was judged before pull on what is judged now?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np

from measurand.analysis.biases.base import Bias, Setting
from measurand.analysis.biases.probed import Arms
from measurand.core.probes import SESSION
from measurand.stats.estimate import attempt
from measurand.stats.session import session_slope

__all__ = ["anchor_in_session"]


def anchor_in_session(arms: Arms, setting: Setting) -> Iterator[Bias]:
    """How far a score moves with the one before it, the same output judged afresh taken off.

    The effect is told per standard deviation of the score before, so that it is in points of the
    scale as the margin is; ``anchor_slope`` is the same per point.
    """
    span = arms.span
    if not arms.session or span is None:
        return
    moved, before, held = [], [], []
    for name, rows in arms.session.items():
        for previous, row in pairwise(rows):
            afresh = arms.base.get((row.example, row.system))
            if isinstance(previous.value, str | None) or isinstance(row.value, str | None):
                continue
            if afresh and row.place == (previous.place or 0) + 1:
                moved.append((float(row.value), float(np.mean(afresh))))
                before.append(float(previous.value))
                held.append(name)
    scores = np.asarray(moved, dtype=np.float64).reshape(-1, 2)
    earlier = np.asarray(before, dtype=np.float64)
    compute = partial(
        session_slope, scores[:, 0], scores[:, 1], earlier, sessions=held, level=setting.level
    )
    slope = attempt(compute, n=len(held), method="least squares", level=setting.level)
    spread = float(earlier.std()) if earlier.size else 0.0
    yield Bias(
        name="anchor",
        design=SESSION,
        judge=arms.judge,
        dimension=arms.dimension,
        mitigation=arms.mitigation,
        what="in a conversation, an output after a score higher by one standard deviation scores",
        estimate=slope.scaled(spread or 1.0),
        margin=setting.margin * span,
        unit="share" if arms.scale.binary else "points",
        df=max(len(set(held)) - 1, 1),
        more=(("anchor_slope", slope),),
    )
