"""Case 8, in prompts: one call for all dimensions carries a halo, one call for each does not."""

from __future__ import annotations

import asyncio

import numpy as np
from tests.truth.judges.harness import Case, Row, at_most, near
from tests.truth.judges.text_world import DIMENSIONS, TextWorld, judge_of

from measurand.raters.judge.judge import JudgeRater
from measurand.simulate.judge_model_sim import SimJudge
from measurand.stats.halo import joint_halo

__all__ = ["CASES"]

_OUTPUTS = 80
_MARGIN = 0.1


def _run(seeds: int) -> tuple[Row, ...]:
    rows: list[Row] = []
    for planted in (0.0, 0.6):
        found = [_halo(seed, planted) for seed in range(seeds)]
        flagged = sum(low > _MARGIN for _, low in found)
        if planted:
            rows.append(at_most("a planted halo that is not flagged", 0.02, seeds - flagged, seeds))
            continue
        rows.append(near("no halo planted", 0.0, [value for value, _ in found], tolerance=0.02))
        rows.append(at_most("flagged where there is none", 0.025, flagged, seeds))
    return tuple(rows)


def _halo(seed: int, planted: float) -> tuple[float, float]:
    """By how much dimensions go together more in one call; and the interval's lower end."""
    world = TextWorld(seed, _OUTPUTS)
    judge = judge_of(world, SimJudge(noise=0.5, halo=planted), seed=seed, dimensions=DIMENSIONS)
    apart, together = asyncio.run(_both(world, judge))
    found = joint_halo(together, apart)
    if found.value is None or found.low is None:
        raise AssertionError(found.reason)
    return found.value, found.low


async def _both(world: TextWorld, judge: JudgeRater) -> tuple[np.ndarray, np.ndarray]:
    apart, together = [], []
    for example, output in zip(world.examples, world.outputs, strict=True):
        tasks = judge.tasks(example, output.text or "")
        apart.append([(await judge.judge(task)).measurement.value for task in tasks])
        together.append([one.measurement.value for one in await judge.judge_together(tasks)])
    return np.array(apart, dtype=float), np.array(together, dtype=float)


CASES = (Case(8, "halo, in prompts", _run, quick=0),)
