"""How far what is asked is from production, in topics."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.matrix import Floats
from measurand.analysis.mismatch_channels import ChannelTest, Drawing, needed
from measurand.analysis.mismatch_sides import Side
from measurand.errors import InsufficientData
from measurand.stats.clusters import assign, clusters
from measurand.stats.estimate import Estimate
from measurand.stats.mmd import Mmd, mmd_test
from measurand.stats.quantiles import normal_cdf, two_sided_z

__all__ = ["text_test"]

Ints: TypeAlias = NDArray[np.intp]

_KERNEL = (1_000, 2_000)
"""Questions of the set and of production between which distances are taken."""
_TOPICS = (4, 20)
_TOPIC_OF = 50
"""Questions of production that a topic is due on average."""
_PAIR = 2
_STEPS = 60


@dataclass(frozen=True, slots=True)
class _Ruler:
    """How far a topic of production is from the others.

    Args:
        distance: The geometric mean over topics, as often as each is asked.
        spread: The standard deviation of its logarithm over topics.
    """

    distance: float
    spread: float

    def share(self, squared: float, low: float, high: float, *, level: float) -> tuple[float, ...]:
        """A squared distance with its ends, as shares of production that are of a new topic.

        Which topic is new is not known, so that how topics differ widens the interval. Agreement
        beyond chance shows no more than none: the upper end is no less than that of 0.
        """
        value, least, most = (
            math.sqrt(max(0.0, part)) / self.distance
            for part in (squared, low, max(high, high - squared))
        )
        more = two_sided_z(level) * self.spread
        if value > 0:
            most = value * math.exp(math.hypot(math.log(most / value), more))
        if least > 0:
            least = value * math.exp(-math.hypot(math.log(value / least), more))
        return min(1.0, value), min(1.0, least), min(1.0, most)


def text_test(
    first: Side, second: Side, *, matters: float, how: Drawing | None = None
) -> ChannelTest:
    """Whether questions are of one population, by the mean discrepancy of their vectors.

    The distance is told as a share: as if so much of production were of a topic which the set has
    nothing of, and the rest as in the set. How far such a topic lies from the others is taken from
    the topics of production, whatever the set: half of the questions finds them, and the distances
    are those of the other half.
    """
    drawn = how or Drawing()
    level = drawn.level
    rng = np.random.default_rng(drawn.seed)
    few, many = (
        side.only(_some(side, most, rng))
        for side, most in zip((first, second), _KERNEL, strict=True)
    )
    try:
        found = mmd_test(few.sample, many.sample, rng, permutations=drawn.permutations, level=level)
        ruler = _ruler(found.kernel[len(few) :, len(few) :], many, drawn.seed)
    except InsufficientData as problem:
        absent = Estimate.absent(str(problem), n=len(first), method="MMD", level=level)
        return ChannelTest(channel="text", estimate=absent, matters=matters)
    worth = _independent(few), _independent(many)
    return ChannelTest(
        channel="text",
        estimate=_as_share(found.estimate, ruler),
        p=found.p,
        passing=_passing(found, ruler, matters, level=level),
        matters=matters,
        n_needed=_needed(found, ruler, worth, matters=matters, level=level),
        note=f"MMD^2 is {found.estimate.value:.2g}; where nothing has shifted it is below "
        f"{found.threshold:.2g} on {level:.0%} of such comparisons ({found.method})",
    )


def _some(side: Side, most: int, rng: np.random.Generator) -> Ints:
    """The places of a sample of its questions, in order."""
    if len(side) <= most:
        return np.arange(len(side))
    return np.sort(rng.choice(len(side), most, replace=False)).astype(np.intp)


def _independent(side: Side) -> float:
    """How many independent questions that count alike are worth as much."""
    sample = side.sample
    sums = np.bincount(sample.clusters, sample.weights)
    return 1 / float(sums @ sums)


def _ruler(kernel: Floats, production: Side, seed: int) -> _Ruler:
    """How far the topics of production lie from one another.

    Raises:
        InsufficientData: There are fewer than two topics that differ.
    """
    least, most = _TOPICS
    count = min(most, max(least, len(production) // _TOPIC_OF))
    found = clusters(production.vectors[::2], count, np.random.default_rng(seed))
    labels = assign(production.vectors[1::2], found.centres)
    groups = production.groups
    shared = np.arange(len(production)) if groups is None else groups
    squares, shares = _apart(kernel[1::2, 1::2], labels, shared[1::2])
    kept = squares > 0
    if int(kept.sum()) < _PAIR:
        raise InsufficientData("production is of one topic: no distance can be told in topics")
    shares = shares[kept] / shares[kept].sum()
    logs = np.log(squares[kept]) / 2
    middle = float(shares @ logs)
    return _Ruler(math.exp(middle), math.sqrt(float(shares @ np.square(logs - middle))))


def _apart(kernel: Floats, labels: Ints, groups: Ints) -> tuple[Floats, Floats]:
    """The squared distance of each topic's centre from that of the others, and its share.

    Unbiased: pairs of one question, or of one conversation, are left out.
    """
    member = np.eye(int(labels.max(initial=0)) + 1)[labels]
    different = (groups[:, None] != groups).astype(np.float64)
    sums, pairs = (member.T @ part @ member for part in (kernel * different, different))
    within, own = np.diag(sums), np.diag(pairs)
    across, met = sums.sum(axis=1) - within, pairs.sum(axis=1) - own
    rest, others = (part.sum() - 2 * part.sum(axis=1) + np.diag(part) for part in (sums, pairs))
    kept = (own > 0) & (met > 0) & (others > 0)
    squares = within[kept] / own[kept] + rest[kept] / others[kept]
    squares -= 2 * across[kept] / met[kept]
    return np.asarray(squares, dtype=np.float64), member.mean(axis=0)[kept]


def _as_share(squared: Estimate, ruler: _Ruler) -> Estimate:
    told = (squared.value or 0.0, squared.low or 0.0, squared.high or 0.0)
    value, low, high = ruler.share(*told, level=squared.level)
    method = f"MMD as a share of topics, which differ; {squared.method}"
    return replace(squared, value=value, low=low, high=high, method=method)


def _passing(
    found: Mmd, ruler: _Ruler, matters: float, *, level: float, part: float = 1.0
) -> float:
    """The chance that the interval ends below what matters, where nothing has shifted.

    Args:
        found: The distance, and its standard deviation by chance.
        ruler: What it is told in.
        matters: The share.
        level: Of the interval.
        part: By how much chance is smaller with other sizes.
    """
    chance = found.chance * part
    half = two_sided_z(level) * chance
    low, high = -10 * chance, max(0.0, (matters * ruler.distance) ** 2)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        below = ruler.share(middle, middle - half, middle + half, level=level)[2] < matters
        low, high = (middle, high) if below else (low, middle)
    return normal_cdf(low / chance)


def _needed(
    found: Mmd, ruler: _Ruler, worth: tuple[float, float], *, matters: float, level: float
) -> int | None:
    whole = 1 / worth[0] + 1 / worth[1]

    def passing(n: float) -> float:
        part = (1 / n + 1 / worth[1]) / whole
        return _passing(found, ruler, matters, level=level, part=part)

    return needed(passing, worth[0])
