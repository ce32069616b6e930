"""Case 20: a judge that becomes stricter, a system that becomes worse, and neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from tests.truth.judges.harness import FULL, Case, Row, at_least, at_most, rngs

from measurand.analysis.anchors import ALPHA, ANCHOR, AnchorOptions, anchors
from measurand.analysis.anchors_stream import StreamScore
from measurand.core.probe import ProbeRow
from measurand.core.scale import ONE_TO_FIVE

ANCHORS, STREAM, RUNS, STEP_AT = 50, 60, 18, 7
STREAMS = 1000
SCALES = {"tone": ONE_TO_FIVE}
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How far judge and system move at the step, in points of a scale from 1 to 5."""

    judge: float = 0.0
    system: float = 0.0


def judged(rng: np.random.Generator, quality: Floats, own: Floats, severity: float) -> Floats:
    """One call for each output: a lenient judge, its own view of each, and noise."""
    noise = 0.5 * rng.normal(size=quality.shape)
    return np.clip(np.round(quality + 0.4 + own + severity + noise), 1, 5)


def told(
    rng: np.random.Generator, world: World, runs: int
) -> tuple[list[ProbeRow], list[StreamScore], dict[tuple[str, str, str], float]]:
    """What the judge said of the anchors and of fresh outputs, and what three people say."""
    quality = rng.normal(3, 0.8, size=ANCHORS)
    own = 0.4 * rng.normal(size=ANCHORS)
    people = np.clip(np.round(quality[:, None] + 0.6 * rng.normal(size=(ANCHORS, 3))), 1, 5)
    labels = {(f"a{i}", "s", "tone"): float(people[i].mean()) for i in range(ANCHORS)}
    rows: list[ProbeRow] = []
    stream: list[StreamScore] = []
    for run in range(runs):
        late = float(run >= STEP_AT)
        for i, value in enumerate(judged(rng, quality, own, world.judge * late)):
            rows.append(
                ProbeRow(
                    example=f"a{i}",
                    system="s",
                    dimension="tone",
                    rater="j",
                    probe=ANCHOR,
                    value=float(value),
                    repeat=run,
                )
            )
        fresh = rng.normal(3 + world.system * late, 0.8, size=STREAM)
        views = 0.4 * rng.normal(size=STREAM)
        for i, value in enumerate(judged(rng, fresh, views, world.judge * late)):
            stream.append(
                StreamScore(
                    round=run,
                    judge="j",
                    example=f"r{run}-{i}",
                    system="s",
                    dimension="tone",
                    share=float(value - 1) / 4,
                )
            )
    return rows, stream, labels


def verdict_after(
    rows: list[ProbeRow],
    stream: list[StreamScore],
    labels: dict[tuple[str, str, str], float],
    run: int,
    *,
    seed: int,
) -> str:
    found = anchors(
        [row for row in rows if row.repeat <= run],
        labels,
        SCALES,
        stream=[one for one in stream if one.round <= run],
        options=AnchorOptions(seed=seed),
    )
    return found.verdicts[0].outcome


def first_verdicts(world: World, seeds: int) -> Iterator[tuple[str, int]]:
    """The first verdict other than none from the step on, and how many runs it took."""
    for seed, rng in enumerate(rngs(20, seeds)):
        rows, stream, labels = told(rng, world, RUNS)
        for run in range(STEP_AT, RUNS):
            outcome = verdict_after(rows, stream, labels, run, seed=seed)
            if outcome != "none":
                yield outcome, run - STEP_AT + 1
                break
        else:
            yield "none", RUNS


def step(quantity: str, world: World, wanted: str, seeds: int) -> tuple[Row, ...]:
    found = list(first_verdicts(world, seeds))
    counts = Counter(outcome for outcome, _ in found)
    delay = float(np.median([runs for outcome, runs in found if outcome == wanted] or [RUNS]))
    wrong = seeds - counts[wanted] - counts["none"]
    return (
        at_least(f"{quantity}: first verdict is {wanted}", 0.95, counts[wanted], seeds),
        at_most(f"{quantity}: first verdict is the other one", 0.05, wrong, seeds),
        Row(f"{quantity}: runs to the verdict, median", "-", delay, None, "at most 4", delay <= 4),
    )


def alarms(seeds: int) -> tuple[Row, ...]:
    """A verdict other than none at any time; the alarm of either game stays once it is there."""
    streams = STREAMS if seeds >= FULL else 3 * seeds
    counts: Counter[str] = Counter()
    for seed, rng in enumerate(rngs(2020, streams)):
        counts[verdict_after(*told(rng, World(), RUNS), RUNS, seed=seed)] += 1
    return (
        at_most(
            "no drift: alarm on the judge at any time",
            ALPHA,
            counts["judge"],
            streams,
            observed=True,
        ),
        at_most(
            "no drift: alarm on the system at any time",
            ALPHA,
            counts["system"],
            streams,
            observed=True,
        ),
    )


def run(seeds: int) -> tuple[Row, ...]:
    return (
        *step("judge 0.3 stricter", World(judge=-0.3), "judge", seeds),
        *step("system 0.5 worse", World(system=-0.5), "system", seeds),
        *alarms(seeds),
    )


CASES = (Case(20, "drift of the judge, of the system, and none", run, quick=8),)
