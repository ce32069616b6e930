"""How far an evaluation set is from production, what it lacks, and what re-weighting repairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.mismatch_cells import CAP, Cells, cells
from measurand.analysis.mismatch_channels import (
    ChannelTest,
    Drawing,
    Matters,
    channel_results,
    mix_test,
)
from measurand.analysis.mismatch_gaps import Gap, gap_results, gaps, share_of
from measurand.analysis.mismatch_headline import headline_results
from measurand.analysis.mismatch_kinds import Kinds, intents, languages, lengths, segments
from measurand.analysis.mismatch_limits import mismatch_limits
from measurand.analysis.mismatch_sides import Side
from measurand.analysis.mismatch_text import text_test
from measurand.analysis.mismatch_verdicts import decided
from measurand.analysis.result import Findings, Result
from measurand.analysis.score import Scores
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mmd import PERMUTATIONS

__all__ = ["Mismatch", "MismatchOptions", "mismatch"]

_TELLING = 30
"""Questions of another component from which on its distance is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MismatchOptions:
    """How a set is held against production.

    Args:
        level: Of intervals; 1 less it is the chance that anything is called a shift where nothing
            has shifted, over all channels.
        seed: Of permutations, samples and clusters.
        matters: From which size on a shift matters.
        permutations: How many.
        intents: How many intents are looked for; by default one to ten examples, from 4 to 20.
        cap: How many times what they count now examples may count when re-weighted.
    """

    level: float = LEVEL
    seed: int = 0
    matters: Matters = field(default_factory=Matters)
    permutations: int = PERMUTATIONS
    intents: int | None = None
    cap: float = CAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """What was found.

    Args:
        findings: Results, verdicts, limits.
        tests: Every channel.
        gaps: Every kind of language, segment and intent on either side.
        cells: What re-weighting comes to; None where nothing can be re-weighted.
        others: How far the text of the other components is, which are chosen and not sampled.
    """

    findings: Findings
    tests: tuple[ChannelTest, ...]
    gaps: tuple[Gap, ...]
    cells: Cells | None
    others: Mapping[str, tuple[ChannelTest, ...]]


def mismatch(
    chosen: Side,
    production: Side,
    *,
    others: Mapping[str, Side] | None = None,
    scores: Scores | None = None,
    options: MismatchOptions | None = None,
    comparison: ComparisonOptions | None = None,
) -> Mismatch:
    """Hold an evaluation set against a window of production.

    Args:
        chosen: The part of the set that is to be as production, as core.
        production: The window.
        others: Other components, of which only the distance is told.
        scores: Of the set's examples, where there are any: the headline is re-weighted.
        options: Level, seed, what matters.
        comparison: How the headline is made.

    Returns:
        What docs/results.md names.

    Raises:
        InsufficientData: Either side has fewer than ten questions.
    """
    how = options or MismatchOptions()
    chosen.require("the set")
    production.require("the window of production")
    rng = np.random.default_rng(how.seed)
    found = intents(chosen, production, rng, count=how.intents)
    named = [languages(chosen, production)]
    if (tagged := segments(chosen, production)) is not None:
        named.append(tagged)
    every = [
        gap
        for kinds in (found, *reversed(named))
        for gap in gaps(kinds, chosen, production, level=how.level)
    ]
    mixed = (lengths(chosen, production), *named, found)
    tests = _tests(chosen, production, mixed, how=how)
    made = _cells(chosen, _shifted_most((*named, found), tests), how)
    far = {name: _distance(side, production, how) for name, side in (others or {}).items()}
    results = [
        *channel_results(tests),
        *(r for name, own in far.items() for r in channel_results(own, name)),
        *gap_results(every),
        *_repaired(made, production, how.level),
        *_left(made, mixed, (chosen, production), how=how),
    ]
    if scores is not None and made is not None:
        told = comparison or ComparisonOptions(level=how.level)
        results += headline_results(scores, made, (chosen, production), options=told)
    findings = Findings(
        results=tuple(results),
        verdicts=decided(tests, level=how.level),
        readings=tuple(_readings(every, made)),
        limits=tuple(mismatch_limits(chosen, production, tests, made=made)),
    )
    return Mismatch(findings=findings, tests=tests, gaps=tuple(every), cells=made, others=far)


def _tests(
    chosen: Side, production: Side, every: Sequence[Kinds], *, how: MismatchOptions
) -> tuple[ChannelTest, ...]:
    drawn = Drawing(how.level, how.seed, how.permutations)
    text = text_test(chosen, production, matters=how.matters.text, how=drawn)
    mixes = (
        mix_test(kinds, chosen, production, matters=how.matters.mix, level=how.level)
        for kinds in every
    )
    return (text, *mixes)


def _distance(side: Side, production: Side, how: MismatchOptions) -> tuple[ChannelTest, ...]:
    """How far the text of a component is that was chosen.

    Topics are of production alone, so that components of any size are told on one scale; a mix of
    intents is not, as so few examples have fewer intents.
    """
    if len(side) < _TELLING:
        reason = f"{len(side)} questions; a distance needs {_TELLING}"
        absent = Estimate.absent(reason, n=len(side), level=how.level)
        return (ChannelTest(channel="text", estimate=absent),)
    drawn = Drawing(how.level, how.seed, how.permutations)
    return (text_test(side, production, matters=how.matters.text, how=drawn),)


def _shifted_most(every: Sequence[Kinds], tests: Sequence[ChannelTest]) -> list[Kinds]:
    """The ways to part questions, that which has shifted most first."""
    shift = {test.channel: test.estimate.value or 0.0 for test in tests}
    return sorted(every, key=lambda kinds: -shift[kinds.channel])


def _left(
    made: Cells | None, every: Sequence[Kinds], sides: tuple[Side, Side], *, how: MismatchOptions
) -> Iterator[Result]:
    """What of the shift is left when examples count as the cells say."""
    if made is None:
        return
    kept = made.first >= 0
    weighed = replace(sides[0].only(kept), weights=made.weights[kept])
    for kinds in every:
        part = replace(kinds, first=kinds.first[kept])
        told = mix_test(part, weighed, sides[1], matters=how.matters.mix, level=how.level)
        yield Result(name="psi_reweighted", estimate=told.estimate, dimension=kinds.channel)


def _cells(chosen: Side, splits: Sequence[Kinds], how: MismatchOptions) -> Cells | None:
    try:
        return cells(splits, chosen.weights, clusters=chosen.groups, cap=how.cap)
    except InsufficientData:
        return None


def _repaired(made: Cells | None, production: Side, level: float) -> Iterator[Result]:
    """What the re-weighted examples are worth, and how much of production they reach."""
    if made is None:
        return
    kept = int((made.first >= 0).sum())
    worth = made.worth
    yield Result(
        name="effective_examples",
        dimension="overall",
        estimate=Estimate(
            value=worth, low=worth, high=worth, level=level, n=kept, method="Kish, exact"
        ),
    )
    lost = share_of(production, made.second < 0, level)
    yield Result(name="share_out_of_reach", dimension="overall", estimate=lost)


def _readings(every: Sequence[Gap], made: Cells | None) -> Iterator[str]:
    """What to add, in words, with questions as production asks them."""
    for gap in every:
        if not gap.lacking:
            continue
        held = "none" if not gap.counts[0] else f"{gap.counts[0]:,}"
        said = "; ".join(f'"{text}"' for text in gap.texts)
        yield (
            f"{gap.channel} {gap.kind}: {gap.production.value or 0.0:.1%} of production, and the "
            f"set has {held}. Add {gap.add:,}, as: {said}."
        )
    if made is not None and made.lost:
        told = ", ".join(f"{name} ({share:.1%})" for name, share in made.lost)
        yield (
            f"No weight repairs {1 - made.reach:.1%} of production, of which the set has no "
            f"example: {told}."
        )
