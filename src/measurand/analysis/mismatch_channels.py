"""How far a set is from production, channel by channel, and what may be concluded of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.analysis.mismatch_kinds import Channel, Kinds
from measurand.analysis.mismatch_sides import Side
from measurand.analysis.result import Result, Verdict
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mmd import PERMUTATIONS, Mmd, mmd_test
from measurand.stats.multiple import holm
from measurand.stats.psi import Mix, Psi, psi_test

__all__ = [
    "ChannelTest",
    "Drawing",
    "Matters",
    "channel_results",
    "decided",
    "mix_test",
    "text_test",
]

ENOUGH = 0.8
"""The power from which on finding nothing means something."""
_KERNEL = (1_000, 2_000)
"""Questions of the set and of production between which distances are taken."""
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
        power: The chance to find a shift of the size that matters.
        matters: That size.
        n_needed: Examples with which it would be found four times in five; None where no number
            is enough, as production's window is too small.
        note: What was found and what chance gives, in a sentence.
    """

    channel: Channel
    estimate: Estimate
    p: float | None = None
    power: float = 0.0
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
        power=found.power(matters),
        matters=matters,
        n_needed=_mix_needed(mixes, found, matters=matters),
        note=f"the index is {found.found:.3f} over {count} kinds; where nothing has shifted it is "
        f"{found.chance:.3f} on average at these sizes, and below {found.threshold:.3f} on "
        f"{level:.0%} of days",
    )


def text_test(
    first: Side,
    second: Side,
    topics: Kinds,
    *,
    matters: float,
    how: Drawing | None = None,
) -> ChannelTest:
    """Whether questions are of one population, by the mean discrepancy of their vectors.

    The distance is told as a share: as if so much of production were of a topic which the set has
    nothing of, and the rest as in the set. A topic's own distance is that of the topics found in
    production, on average.
    """
    drawn = how or Drawing()
    level = drawn.level
    rng = np.random.default_rng(drawn.seed)
    few, many = (
        _some(side, most, rng) for side, most in zip((first, second), _KERNEL, strict=True)
    )
    try:
        found = mmd_test(
            first.only(few).sample,
            second.only(many).sample,
            rng,
            permutations=drawn.permutations,
            level=level,
        )
        between, spread = _topics(found.kernel[len(few) :, len(few) :], topics.second[many])
    except InsufficientData as problem:
        absent = Estimate.absent(str(problem), n=len(first), method="MMD", level=level)
        return ChannelTest(channel="text", estimate=absent, matters=matters)
    worth = _independent(first.only(few)), _independent(second.only(many))
    added = 2 * matters * spread * math.sqrt(1 / worth[0] + 1 / worth[1])
    squared = matters**2 * between
    return ChannelTest(
        channel="text",
        estimate=_as_share(found.estimate, between),
        p=found.p,
        power=found.power(squared, added),
        matters=matters,
        n_needed=_text_needed(found, worth, squared=squared, added=added),
        note=f"MMD^2 is {found.estimate.value:.2g}; where nothing has shifted it is below "
        f"{found.threshold:.2g} on {level:.0%} of days ({found.method})",
    )


def decided(tests: Sequence[ChannelTest], *, level: float) -> tuple[Verdict, ...]:
    """A verdict on every channel, the family's error held by Holm, and one on all."""
    known = [(test, test.p) for test in tests if test.p is not None]
    adjusted = holm([p for _, p in known])
    each = [_verdict(test, float(p), level) for (test, _), p in zip(known, adjusted, strict=True)]
    return (_overall(each), *each)


def channel_results(tests: Sequence[ChannelTest], component: str | None = None) -> Iterator[Result]:
    """The shift of every channel."""
    for test in tests:
        yield Result(
            name=test.name, estimate=test.estimate, dimension=test.channel, component=component
        )


def _verdict(test: ChannelTest, p: float, level: float) -> Verdict:
    high = test.estimate.high
    small = high is not None and high < test.matters
    found = p <= 1 - level
    seen = f"a shift of {test.matters:g} would have been found {test.power:.0%} of times"
    told = f"p = {_p(p)} after Holm: {test.note}"
    needed = None
    if found and not small:
        outcome, said = "fail", f"It is not as in production ({told})."
    elif found:
        outcome = "pass"
        said = (
            f"It differs from production, by less than the {test.matters:g} that matters ({told})."
        )
    elif test.power >= ENOUGH:
        outcome, said = "pass", f"No shift was found, and {seen} ({told})."
    else:
        outcome, needed = "inconclusive", test.n_needed
        more = _more(needed)
        said = f"No shift was found, but {seen}: {more} ({told})."
    return Verdict(
        name=f"mismatch of {test.channel}",
        outcome=outcome,
        reason=said,
        estimate=test.estimate,
        bound=test.matters,
        dimension=test.channel,
        n_needed=needed,
    )


def _more(needed: int | None) -> str:
    if needed is None:
        return "too rarely, and no number of examples is enough with this window"
    return f"too rarely; {needed:,} examples would do"


def _p(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 - three digits


def _overall(each: Sequence[Verdict]) -> Verdict:
    by = {
        outcome: [one.dimension for one in each if one.outcome == outcome and one.dimension]
        for outcome in ("fail", "inconclusive", "pass")
    }
    if by["fail"]:
        told = f"The set differs from production in {_and(by['fail'])}."
        if by["inconclusive"]:
            told += f" In {_and(by['inconclusive'])} too little is known."
        return Verdict(name="mismatch", outcome="fail", reason=told)
    if by["inconclusive"] or not each:
        what = _and(by["inconclusive"]) or "anything"
        told = f"No shift was found, but in {what} one that matters could have been missed."
        needed = [one.n_needed for one in each if one.n_needed is not None]
        return Verdict(
            name="mismatch",
            outcome="inconclusive",
            reason=told,
            n_needed=max(needed) if needed else None,
        )
    told = f"The set is as production in {_and(by['pass'])}, as far as shifts go that matter."
    return Verdict(name="mismatch", outcome="pass", reason=told)


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _some(
    side: Side, most: int, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The places of a sample of its questions, in order."""
    if len(side) <= most:
        return np.arange(len(side))
    return np.sort(rng.choice(len(side), most, replace=False)).astype(np.intp)


def _independent(side: Side) -> float:
    """How many independent questions that count alike are worth as much."""
    sample = side.sample
    sums = np.bincount(sample.clusters, sample.weights)
    return 1 / float(sums @ sums)


def _topics(
    kernel: Floats, labels: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[float, float]:
    """How far a topic's centre is from that of all, squared, and how it varies along the way.

    Both are averages over topics, weighted by their shares.
    """
    size = len(kernel)
    member = np.eye(int(labels.max()) + 1)[labels]
    counts = member.sum(axis=0)
    kept = counts >= 2  # noqa: PLR2004 - a topic of one question has no pair
    member, counts = member[:, kept], counts[kept]
    if counts.size < 2:  # noqa: PLR2004 - one topic is no shift
        raise InsufficientData("production is of one topic: no distance can be told in topics")
    sums = kernel @ member
    own = (np.einsum("ij,ij->j", member, sums) - counts) / (counts * (counts - 1))
    all_ = (float(kernel.sum()) - size) / (size * (size - 1))
    shares = counts / counts.sum()
    between = float(shares @ own) - all_
    if between <= 0:
        raise InsufficientData("the topics of production do not differ")
    along = sums / counts - kernel.mean(axis=1)[:, None]
    return between, math.sqrt(float(shares @ along.var(axis=0)))


def _as_share(squared: Estimate, between: float) -> Estimate:
    value, low, high = (
        math.sqrt(max(0.0, part or 0.0) / between)
        for part in (squared.value, squared.low, squared.high)
    )
    method = f"MMD as a share of topics; {squared.method}"
    capped = [min(1.0, one) for one in (value, low, high)]
    return replace(squared, value=capped[0], low=capped[1], high=capped[2], method=method)


def _needed(power: Callable[[float], float], now: float) -> int | None:
    """The size of the set at which a power is enough, the window staying as it is."""
    if power(_MOST) < ENOUGH:
        return None
    low, high = now, float(_MOST)
    while high - low > max(1.0, 0.01 * low):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if power(middle) >= ENOUGH else (middle, high)
    return math.ceil(high)


def _mix_needed(mixes: tuple[Mix, Mix], found: Psi, *, matters: float) -> int | None:
    """As if examples were independent, or worth what they are now."""
    each = mixes[0].worth / mixes[0].n
    whole = 1 / mixes[0].worth + 1 / mixes[1].worth

    def power(n: float) -> float:
        part = (1 / (n * each) + 1 / mixes[1].worth) / whole
        return replace(found, scale=found.scale * part, threshold=found.threshold * part).power(
            matters
        )

    return None if found.power(matters) >= ENOUGH else _needed(power, mixes[0].n)


def _text_needed(
    found: Mmd, worth: tuple[float, float], *, squared: float, added: float
) -> int | None:
    whole = 1 / worth[0] + 1 / worth[1]

    def power(n: float) -> float:
        part = (1 / n + 1 / worth[1]) / whole
        shrunk = replace(found, threshold=found.threshold * part, chance=found.chance * part)
        return shrunk.power(squared, added * math.sqrt(part))

    return None if found.power(squared, added) >= ENOUGH else _needed(power, worth[0])
