"""Sets and windows of production with a planted shift, and how often each test finds it.

``python -m tests.truth.mismatch_worlds --runs 400`` prints the tables of docs/mismatch.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.mismatch_channels import ChannelTest, Drawing, mix_test
from measurand.analysis.mismatch_kinds import intents, languages, lengths, segments
from measurand.analysis.mismatch_sides import Side
from measurand.analysis.mismatch_text import text_test
from measurand.analysis.mismatch_verdicts import decided
from measurand.stats.psi import psi, psi_threshold

Floats = NDArray[np.float64]

SIZES = (50, 100, 200, 500, 1_000)
WINDOW = 1_000
TOPICS, DIMENSIONS = 8, 32
SHARES = np.asarray([0.25, 0.2, 0.15, 0.12, 0.1, 0.08, 0.06, 0.04])
LANGUAGES = (("en", 0.8), ("de", 0.15), ("fr", 0.05))
SEGMENTS = (("shop", 0.5), ("bank", 0.3), ("phone", 0.2))
CHANNELS = ("text", "length", "language", "segment", "intent")


@dataclass(frozen=True)
class World:
    """How questions come about.

    Args:
        shares: Of the topics.
        moved: How far all vectors are moved in eight of their dimensions, in standard deviations.
        longer: By what factor questions are longer.
        spread: How far questions of a topic lie apart.
    """

    shares: Floats
    moved: float = 0.0
    longer: float = 1.0
    spread: float = 1.0


HEALTHY = World(SHARES)


def centres() -> Floats:
    rng = np.random.default_rng(20)
    return np.asarray(rng.normal(0, 1.2, size=(TOPICS, DIMENSIONS)))


CENTRES = centres()


def drawn(world: World, n: int, rng: np.random.Generator) -> tuple[Side, NDArray[np.intp]]:
    """Questions of a world, and the topic of each."""
    topics = rng.choice(TOPICS, size=n, p=world.shares)
    vectors = CENTRES[topics] + world.spread * rng.normal(size=(n, DIMENSIONS))
    vectors[:, :8] += world.moved
    words = np.maximum(1, np.round(world.longer * rng.lognormal(2.3, 0.5, n))).astype(np.intp)
    side = Side(
        ids=tuple(map(str, range(n))),
        texts=tuple(f"topic{'abcdefgh'[topic]} question" for topic in topics),
        vectors=vectors / np.linalg.norm(vectors, axis=1)[:, None],
        languages=tuple(_choices(LANGUAGES, n, rng)),
        words=words,
        segments=tuple((name,) for name in _choices(SEGMENTS, n, rng)),
        clusters=(None,) * n,
    )
    return side, topics


def _choices(names: Sequence[tuple[str, float]], n: int, rng: np.random.Generator) -> list[str]:
    listed, shares = zip(*names, strict=True)
    return [str(name) for name in rng.choice(listed, size=n, p=shares)]


def channel_tests(
    chosen: Side, production: Side, *, seed: int, permutations: int
) -> list[ChannelTest]:
    """The test of each channel."""
    found = intents(chosen, production, np.random.default_rng(seed), count=None)
    tagged = segments(chosen, production)
    assert tagged is not None
    mixes = (lengths(chosen, production), languages(chosen, production), tagged, found)
    drawing = Drawing(seed=seed, permutations=permutations)
    return [
        text_test(chosen, production, matters=0.1, how=drawing),
        *(mix_test(kinds, chosen, production, matters=0.1, level=0.95) for kinds in mixes),
    ]


def rates(world: World, n: int, *, runs: int, permutations: int = 199) -> dict[str, float]:
    """How often each channel's p is at most .05, production being of another world.

    ``any`` is how often the verdict over all is fail, by Holm over the channels.
    """
    counts = dict.fromkeys((*CHANNELS, "any"), 0)
    for run in range(runs):
        rng = np.random.default_rng([n, run])
        chosen, production = drawn(HEALTHY, n, rng)[0], drawn(world, WINDOW, rng)[0]
        tests = channel_tests(chosen, production, seed=run, permutations=permutations)
        for test in tests:
            counts[test.channel] += test.p is not None and test.p <= 0.05
        counts["any"] += decided(tests, level=0.95)[0].outcome == "fail"
    return {name: count / runs for name, count in counts.items()}


def alarms(n: int, *, runs: int, kinds: int = 10, seed: int = 0) -> tuple[float, float]:
    """How often PSI is above 0.1, and above its threshold, on days without any shift.

    The kinds are the tenths of the window, as is usual; half a unit is added to each.
    """
    rng = np.random.default_rng([seed, n])
    naive = ours = 0
    bound = psi_threshold(kinds, n, WINDOW)
    for _ in range(runs):
        window, day = rng.normal(size=WINDOW), rng.normal(size=n)
        edges = np.quantile(window, np.arange(1, kinds) / kinds)
        counts = [
            np.bincount(np.searchsorted(edges, values), minlength=kinds) + 0.5
            for values in (day, window)
        ]
        found = psi(*counts)
        naive, ours = naive + (found > 0.1), ours + (found > bound)
    return naive / runs, ours / runs


SHIFTED = {
    "8 of 32 dimensions moved by 0.3": replace(HEALTHY, moved=0.3),
    "8 of 32 dimensions moved by 0.6": replace(HEALTHY, moved=0.6),
    "a topic from 4 % to 16 %": replace(
        HEALTHY, shares=np.asarray([0.21, 0.17, 0.13, 0.1, 0.09, 0.08, 0.06, 0.16])
    ),
    "questions longer by a third": replace(HEALTHY, longer=4 / 3),
}


def lines(runs: int) -> Iterator[str]:
    """The tables."""
    yield (
        "| examples | PSI above 0.1 | PSI above its threshold | "
        + " | ".join((*CHANNELS, "any, after Holm"))
        + " |"
    )
    yield "|---" * (4 + len(CHANNELS)) + "|"
    for n in SIZES:
        naive, ours = alarms(n, runs=4_000)
        found = rates(HEALTHY, n, runs=runs)
        told = " | ".join(f"{share:.3f}" for share in found.values())
        yield f"| {n:,} | {naive:.3f} | {ours:.3f} | {told} |"
    yield ""
    yield "| planted shift | found by | " + " | ".join(f"n = {n:,}" for n in SIZES) + " |"
    yield "|---" * (2 + len(SIZES)) + "|"
    channels = ("text", "text", "intent", "length")
    for (what, world), channel in zip(SHIFTED.items(), channels, strict=True):
        each = [rates(world, n, runs=max(50, runs // 4)) for n in SIZES]
        told = " | ".join(f"{one[channel]:.2f}" for one in each)
        yield f"| {what} | {channel} | {told} |"


def main(words: Sequence[str]) -> None:
    made = argparse.ArgumentParser(prog="python -m tests.truth.mismatch_worlds")
    made.add_argument("--runs", type=int, default=400, help="simulated days for each size (400)")
    for line in lines(made.parse_args(words).runs):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
