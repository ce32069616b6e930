"""Case 20, several dimensions and systems: what hangs together is no more evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tests.truth.judges.harness import Case, Row, at_least, at_most, rngs

from measurand.analysis.anchors import ALPHA, ANCHOR, AnchorOptions, anchors
from measurand.analysis.anchors_stream import StreamScore
from measurand.core.probe import ProbeRow
from measurand.core.scale import ONE_TO_FIVE

__all__ = ["CASES"]

DIMENSIONS = tuple(f"d{number}" for number in range(5))
SYSTEMS = ("a", "b")
ANCHORS, FRESH, RUNS, STEP_AT = 50, 30, 18, 7
SCALES = dict.fromkeys(DIMENSIONS, ONE_TO_FIVE)
ALIKE = (0.0, 0.5, 0.9)
NOISE = 0.6
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A judge of five dimensions.

    Args:
        alike: The correlation of its errors on the dimensions of one output in one run.
        severity: How far it moves at the step, in points of a scale from 1 to 5.
        moved: On how many dimensions.
        stream: Whether it judges fresh examples in every run, answered by two systems.
    """

    alike: float = 0.0
    severity: float = 0.0
    moved: int = len(DIMENSIONS)
    stream: bool = False


def alike(rng: np.random.Generator, count: int, share: float) -> Floats:
    """Standard normal, correlated over dimensions; shape (outputs, dimensions)."""
    one, own = rng.normal(size=(count, 1)), rng.normal(size=(count, len(DIMENSIONS)))
    return np.asarray(np.sqrt(share) * one + np.sqrt(1 - share) * own)


def on_anchors(rng: np.random.Generator, world: World) -> list[ProbeRow]:
    quality = rng.normal(3, 0.8, size=(ANCHORS, len(DIMENSIONS)))
    moves = world.severity * (np.arange(len(DIMENSIONS)) < world.moved)
    rows = []
    for run in range(RUNS):
        told = quality + NOISE * alike(rng, ANCHORS, world.alike) + moves * (run >= STEP_AT)
        for (item, number), value in np.ndenumerate(np.clip(np.round(told), 1, 5)):
            rows.append(
                ProbeRow(
                    example=f"a{item}",
                    system="a",
                    dimension=DIMENSIONS[number],
                    rater="j",
                    probe=ANCHOR,
                    value=float(value),
                    repeat=run,
                )
            )
    return rows


def on_fresh(rng: np.random.Generator) -> list[StreamScore]:
    """Scores of two systems hang together by the example, those of dimensions by the output."""
    scores = []
    for run in range(RUNS):
        easy = rng.normal(size=(FRESH, 1))
        for system in SYSTEMS:
            told = 3 + 0.55 * easy + 0.6 * alike(rng, FRESH, 0.4)
            for (item, number), value in np.ndenumerate(np.clip(np.round(told), 1, 5)):
                scores.append(
                    StreamScore(
                        round=run,
                        judge="j",
                        example=f"r{run}-{item}",
                        system=system,
                        dimension=DIMENSIONS[number],
                        share=float(value - 1) / 4,
                    )
                )
    return scores


LABELS = {(f"a{item}", "a", name): 3.0 for item in range(ANCHORS) for name in DIMENSIONS}


def told(rng: np.random.Generator, world: World) -> tuple[str, int]:
    """The verdict after all runs, and in how many from the step on a judge was found."""
    rows = on_anchors(rng, world)
    stream = on_fresh(rng) if world.stream else []
    options = AnchorOptions(seed=int(rng.integers(1_000_000)))
    (verdict,) = anchors(rows, LABELS, SCALES, stream=stream, options=options).verdicts
    claimed = "the evidence that what j says" in verdict.reason
    return "stream" if claimed else verdict.outcome, _delay(rows, options) if world.severity else 0


def _delay(rows: list[ProbeRow], options: AnchorOptions) -> int:
    """Runs from the step to the alarm, which stays once it is there: by halving."""
    low, high = STEP_AT, RUNS
    while low < high:
        middle = (low + high) // 2
        early = [row for row in rows if row.repeat <= middle]
        found = _outcome(early, options) == "judge"
        low, high = (low, middle) if found else (middle + 1, high)
    return low - STEP_AT + 1


def _outcome(rows: list[ProbeRow], options: AnchorOptions) -> str:
    return anchors(rows, LABELS, SCALES, options=options).verdicts[0].outcome


def run(seeds: int) -> tuple[Row, ...]:
    rows = []
    for share in ALIKE:
        world = World(alike=share)
        false = sum(told(rng, world)[0] == "judge" for rng in rngs(2021, seeds))
        name = f"5 dimensions, errors correlate {share:g}, no drift: alarm at any time"
        rows.append(at_most(name, ALPHA, false, seeds, observed=True, sure=True))
    still = [told(rng, World(alike=0.5, stream=True))[0] for rng in rngs(2022, seeds)]
    moved = sum(outcome in {"stream", "system"} for outcome in still)
    name = "fresh examples, 2 systems and 5 dimensions alike, no drift: movement claimed"
    return (*rows, at_most(name, ALPHA, moved, seeds, observed=True, sure=True))


def run_moved(seeds: int) -> tuple[Row, ...]:
    rows: list[Row] = []
    for severity, count in ((0.3, len(DIMENSIONS)), (0.6, 1)):
        world = World(alike=0.5, severity=-severity, moved=count)
        found = [told(rng, world) for rng in rngs(2023, seeds)]
        hits = sum(outcome == "judge" for outcome, _ in found)
        delay = float(np.median([runs for _, runs in found]))
        name = f"{severity:g} stricter on {count} of 5 dimensions"
        rows += [
            at_least(f"{name}: found within {RUNS - STEP_AT} runs", 0.9, hits, seeds, sure=True),
            Row(f"{name}: runs to it, median", "-", delay, None, "at most 5", delay <= 5),
        ]
    return tuple(rows)


CASES = (
    Case(20, "drift: dimensions and systems that hang together", run, quick=3),
    Case(20, "drift: one dimension of five, and all", run_moved, quick=2),
)
