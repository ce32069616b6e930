"""How far a set is from production, channel by channel."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from measurand.analysis.mismatch_kinds import Channel, Kinds
from measurand.analysis.mismatch_sides import Side
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mmd import PERMUTATIONS
from measurand.stats.psi import Mix, Psi, psi_test

__all__ = [
    "ENOUGH",
    "ChannelTest",
    "Drawing",
    "Matters",
    "channel_results",
    "mix_test",
    "needed",
]

ENOUGH = 0.8
"""How often a set that is as production is to be shown to be."""
_MOST = 10**6


@dataclass(frozen=True, slots=True)
class Matters:
    """From which size on a shift matters.

    Args:
        text: The share of production that is of a topic which the set has nothing of.
        mix: The stability index.
    """

    text: float = 0.1
    mix: float = 0.1


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a test by permutation is made.

    Args:
        level: Of the interval; 1 less it is the error of the test.
        seed: Of permutations and samples.
        permutations: How many.
    """

    level: float = LEVEL
    seed: int = 0
    permutations: int = PERMUTATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTest:
    """One channel's test.

    Args:
        channel: Which.
        estimate: The shift with its interval: of text a share of production, else an index.
        p: The chance of one as large where nothing has shifted; None where there is no test.
        passing: The chance that a set of this size which is as production is shown to be: that the
            interval ends below what matters.
        matters: The size of a shift from which on it matters.
        n_needed: Examples with which that chance is four in five; None where so many are there, or
            where no number is enough, as production's window is too small.
        note: What was found and what chance gives, in a sentence.
    """

    channel: Channel
    estimate: Estimate
    p: float | None = None
    passing: float = 0.0
    matters: float = 0.1
    n_needed: int | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """The published name of its estimate."""
        return "text_shift" if self.channel == "text" else "psi"


def mix_test(
    kinds: Kinds, first: Side, second: Side, *, matters: float, level: float
) -> ChannelTest:
    """Whether the mix of kinds is production's, by the stability index."""
    merged = kinds.merged(min(first.worth, second.worth))
    count = len(merged.names)
    try:
        mixes = (
            Mix.of(merged.first, count, weights=first.weights, clusters=first.groups),
            Mix.of(merged.second, count, clusters=second.groups),
        )
        found = psi_test(*mixes, level=level)
    except InsufficientData as problem:
        absent = Estimate.absent(str(problem), n=len(first), method="PSI", level=level)
        return ChannelTest(channel=kinds.channel, estimate=absent, matters=matters)
    return ChannelTest(
        channel=kinds.channel,
        estimate=found.estimate,
        p=found.p,
        passing=found.passing(matters),
        matters=matters,
        n_needed=_mix_needed(mixes, found, matters=matters),
        note=f"the index is {found.found:.3f} over {count} kinds; where nothing has shifted it is "
        f"{found.chance:.3f} on average at these sizes, and below {found.threshold:.3f} on "
        f"{level:.0%} of such comparisons",
    )


def channel_results(tests: Sequence[ChannelTest], component: str | None = None) -> Iterator[Result]:
    """The shift of every channel."""
    for test in tests:
        yield Result(
            name=test.name, estimate=test.estimate, dimension=test.channel, component=component
        )


def needed(passing: Callable[[float], float], now: float) -> int | None:
    """The size of the set at which the chance to pass is enough, the window staying as it is.

    Args:
        passing: The chance at a size.
        now: The size there is.
    """
    if passing(now) >= ENOUGH or passing(_MOST) < ENOUGH:
        return None
    low, high = now, float(_MOST)
    while high - low > max(1.0, 0.01 * low):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if passing(middle) >= ENOUGH else (middle, high)
    return math.ceil(high)


def _mix_needed(mixes: tuple[Mix, Mix], found: Psi, *, matters: float) -> int | None:
    """As if examples were independent, or worth what they are now."""
    each = mixes[0].worth / mixes[0].n
    whole = 1 / mixes[0].worth + 1 / mixes[1].worth

    def passing(n: float) -> float:
        part = (1 / (n * each) + 1 / mixes[1].worth) / whole
        return replace(found, scale=found.scale * part).passing(matters)

    return needed(passing, mixes[0].n)
