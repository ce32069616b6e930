"""Whether a set is large enough, and has what production asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from measurand.analysis.mismatch_gaps import Gap, gaps
from measurand.analysis.mismatch_kinds import intents, languages, segments
from measurand.analysis.mismatch_sides import Side
from measurand.analysis.set_check_terms import Find, SetState
from measurand.errors import InsufficientData
from measurand.figures.text import shortened
from measurand.stats.estimate import LEVEL
from measurand.stats.power import minimum_detectable_difference

__all__ = ["coverage", "detectable", "gaps_between", "sizes"]

_FEW = 3
"""Examples below which nothing can be said of a kind of questions by itself."""
_DISCORDANCE = 0.14
"""Share of examples on which two systems differ, where nothing is rated yet."""
_SHOWN = 120


def sizes(state: SetState) -> Iterator[Find]:
    """Components below their minimum."""
    have = Counter(example.component for example in state.examples)
    for component, least in state.minimum.items():
        if have[component] < least:
            yield Find("component-short", (), f"{component} has {have[component]:,} of {least:,}")


def detectable(core: int) -> str:
    """What so many examples can tell, in a sentence."""
    try:
        found = minimum_detectable_difference(core, _DISCORDANCE)
    except InsufficientData:
        return (
            f"The {core:,} examples of core cannot tell two systems apart that differ on "
            f"{_DISCORDANCE:.0%} of them."
        )
    return (
        f"With the {core:,} examples of core, two systems that differ on {_DISCORDANCE:.0%} of "
        f"them are told apart four times in five where one passes {found:.1%} more of them than "
        "the other (McNemar's mid-p test at 95%); measurand plan tells it for your rubric."
    )


def coverage(state: SetState) -> Iterator[Find]:
    """What production asks and core has not, or hardly; without a window, by the reserve."""
    if state.gaps is not None:
        yield from _by_window(state)
        return
    core = Counter(one.stratum for one in state.examples if one.component == "core")
    for stratum, spare in sorted((state.spare or {}).items(), key=lambda item: -item[1]):
        if core[stratum] < _FEW:
            told = f"{stratum}: {core[stratum]} in core, {spare:,} in reserve"
            yield Find("kind-thin", (), told)


def gaps_between(
    core: Side, production: Side, *, seed: int, level: float = LEVEL
) -> tuple[Gap, ...]:
    """Every kind of intent, segment and language on either side, as `mismatch` tells them.

    Raises:
        InsufficientData: Either side has fewer than ten questions.
    """
    core.require("core")
    production.require("the window of production")
    found = (
        intents(core, production, np.random.default_rng(seed), count=None),
        segments(core, production),
        languages(core, production),
    )
    known = (kinds for kinds in found if kinds is not None)
    return tuple(gap for kinds in known for gap in gaps(kinds, core, production, level=level))


def _by_window(state: SetState) -> Iterator[Find]:
    for gap in state.gaps or ():
        share = gap.production.value or 0.0
        asked = f", as in: {shortened(gap.texts[0], _SHOWN)}" if gap.texts else ""
        told = f"{gap.channel} {gap.kind}: {gap.counts[0]} in core, {share:.1%} of production"
        if gap.state == "missing":
            yield Find("kind-missing", (), f"{told}{asked}")
        elif gap.counts[0] < _FEW and share * sum(_size(state)) >= 1:
            yield Find("kind-thin", (), f"{told}{asked}")


def _size(state: SetState) -> Iterator[int]:
    yield from (1 for one in state.examples if one.component == "core")
