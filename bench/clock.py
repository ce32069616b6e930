"""Two sides, measured in turn."""

from __future__ import annotations

import gc
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ANSWERS", "Contest", "Sample", "Side", "Timing", "command", "race", "work"]

ANSWERS = frozenset({0, 1, 3})
"""Exit codes of a command that has an answer: a verdict of fail or inconclusive is one too."""

_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement.

    Args:
        seconds: Processor time of one call or of one process, user and system.
        peak: Of a process, the most memory it held, in bytes.
        wall: Of a process, how long it took, start and imports included.
        examples: Of a run, how many examples it went through.
        others: Of a run, how many processors worked for somebody else meanwhile.
    """

    seconds: float
    peak: int | None = None
    wall: float | None = None
    examples: int = 1
    others: float | None = None


Side = Callable[[], Sample]


@dataclass(frozen=True, slots=True)
class Contest:
    """What is measured, and what it is held against."""

    ours: Side
    baseline: Side


@dataclass(frozen=True, slots=True)
class Timing:
    """What a race showed: medians over its rounds; the ratios of single rounds for the spread.

    Args:
        seconds: Of ours.
        baseline_seconds: Of the baseline.
        ratios: Of each round.
        peak: Of all rounds, the most memory that ours held.
        ours: Each round of ours.
        baseline: Each round of the baseline.
    """

    seconds: float
    baseline_seconds: float
    ratios: tuple[float, ...]
    peak: int | None
    ours: tuple[Sample, ...] = ()
    baseline: tuple[Sample, ...] = ()

    @property
    def ratio(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.ratios)


def work(call: Callable[[], object], *, least: float) -> Side:
    """A call in this process, repeated until it lasts ``least`` seconds; warmed up here."""
    call()
    start = time.process_time()
    call()
    once = time.process_time() - start
    loops = max(1, math.ceil(least / max(once, 1e-7)))

    def side() -> Sample:
        start = time.process_time()
        for _ in range(loops):
            call()
        return Sample((time.process_time() - start) / loops)

    return side


def command(
    words: Sequence[str],
    *,
    before: Callable[[], object] = lambda: None,
    folder: Path | None = None,
    good: frozenset[int] = ANSWERS,
) -> Side:
    """A command in a process of its own, whose memory is measured too.

    Args:
        words: The command; it must succeed.
        before: What makes every run the first one, outside of the measurement.
        folder: Where it runs.
        good: The exit codes of success.
    """

    def side() -> Sample:
        before()
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_CHILD), *words],
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
        )
        took = json.loads(done.stdout)
        if took["code"] not in good:
            raise RuntimeError(f"{' '.join(words)} ended with {took['code']}: {took['errors']}")
        return Sample(took["processor"], took["peak"], took["wall"])

    return side


def race(contest: Contest, rounds: int, *, warm: bool = True) -> Timing:
    """Measure both sides in turn, each first in every other round.

    The garbage collector rests meanwhile, in this process.

    Args:
        contest: Both sides.
        rounds: How often each is measured.
        warm: Whether there is one round more, before, that does not count.
    """
    if warm:
        contest.ours()
        contest.baseline()
    ours: list[Sample] = []
    baseline: list[Sample] = []
    sides = [(contest.ours, ours), (contest.baseline, baseline)]
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for side, samples in sides:
                samples.append(side())
            sides.reverse()
    finally:
        gc.enable()
    return Timing(
        seconds=statistics.median(sample.seconds for sample in ours),
        baseline_seconds=statistics.median(sample.seconds for sample in baseline),
        ratios=tuple(a.seconds / b.seconds for a, b in zip(ours, baseline, strict=True)),
        peak=max((sample.peak for sample in ours if sample.peak is not None), default=None),
        ours=tuple(ours),
        baseline=tuple(baseline),
    )
