"""Biases that a probe shows by itself: one thing about the output or the question is changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from measurand.analysis.biases.base import Bias, Setting, mean_of
from measurand.analysis.biases.probed import Arms, Paired
from measurand.core.probe import BASE
from measurand.core.probes import PROBES, Probe
from measurand.stats.estimate import Estimate
from measurand.stats.first_slot import flips

__all__ = ["SHIFTING", "about_facts", "shift", "shifts"]

SHIFTING: frozenset[str] = frozenset(
    {
        *("verbosity", "style", "sentiment", "bandwagon", "authority", "refinement"),
        *("self-preference", "level-order", "label-set", "anchor", "self-consistency"),
    }
)
"""The biases that a shift of the mean tells; injection and halo have measures of their own."""

_LEAST_DOUBLING = 0.01


_FACTS = re.compile(
    r"\b(?:accura\w*|inaccura\w*|fact\w*|correct\w*|incorrect\w*|true|truth\w*|faithful\w*"
    r"|ground(?:ed|ing|edness)|honest\w*|hallucinat\w*|invent\w*|evidence|sources?|sourced|cite[sd]?"
    r"|citations?|references?|verif\w*|reliab\w*|trustworth\w*|credib\w*|mislead\w*"
    r"|overall|quality|helpful\w*|useful\w*)\b",
    re.IGNORECASE,
)
"""Words of dimensions on which what nobody bears out is a fault: of facts, or of all there is."""


def about_facts(name: str, definition: str = "") -> bool:
    """Whether a dimension is about facts, or about the whole answer, and so about facts as well."""
    return _FACTS.search(f"{name} {definition}".replace("_", " ")) is not None


def shifts(arms: Arms, setting: Setting, *, facts: bool = False) -> Iterator[Bias]:
    """By how much each probe moves the judge's scores, of the same outputs.

    Args:
        arms: What the judge said.
        setting: Margin and level.
        facts: Whether the dimension is about facts, see `about_facts`.
    """
    for name in arms.values:
        probe = PROBES.get(name)
        if probe is not None and probe.bias in SHIFTING and probe.acts in {"text", "question"}:
            yield shift(arms, probe, setting, facts=facts)


def shift(arms: Arms, probe: Probe, setting: Setting, *, facts: bool = False) -> Bias:
    """One probe's paired mean difference; of one that drops content it is a control.

    Repeats are averaged within an output, outputs of one example or cluster are clustered. How
    often single judgments differ stands beside it, with how often they do when nothing changed.
    A claim that nothing bears out is a fault on a dimension about facts: a judge that gives less
    for it is right, so that there only giving more is a bias.
    """
    found, span = arms.paired(probe.name), arms.span
    moved = found.shifts
    given = ~np.isnan(moved)
    estimate = mean_of(
        moved[given],
        found.clusters[given],
        bounds=None if span is None else (-span, span),
        level=setting.level,
    )
    clusters = len(np.unique(found.clusters[given]))
    decides = probe.mean_invariant and span is not None
    return Bias(
        name=probe.bias,
        design=probe.name,
        judge=arms.judge,
        dimension=arms.dimension,
        mitigation=arms.mitigation,
        what=_what(probe),
        estimate=estimate,
        margin=setting.margin * span if decides and span is not None else None,
        unit="share" if arms.scale.binary else "points",
        df=max(clusters - 1, 1),
        only_above=probe.claims and facts,
        flips=flips(found.base, found.probe, clusters=found.clusters, level=setting.level),
        more=tuple(_per_doubling(arms, probe, found, estimate=estimate)),
    )


def _per_doubling(
    arms: Arms, probe: Probe, found: Paired, *, estimate: Estimate
) -> Iterator[tuple[str, Estimate]]:
    """The shift over how many times the probe doubled the words, where both lengths are told."""
    before, after = arms.words.get(BASE, {}), arms.words.get(probe.name, {})
    sizes = [(before[key], after[key]) for key in found.keys if before.get(key) and after.get(key)]
    if probe.bias != "verbosity" or not sizes:
        return
    doublings = float(np.mean([math.log2(shown / own) for own, shown in sizes]))
    if abs(doublings) > _LEAST_DOUBLING:
        yield "shift_per_doubling", estimate.scaled(1 / doublings)


def _what(probe: Probe) -> str:
    whose = "a question that" if probe.acts == "question" else "an output that"
    return f"{whose} {probe.changes.partition(';')[0]} scores"
