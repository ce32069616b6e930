"""Case 9, in prompts: the order of levels and their labels move a judge; permuting mends it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.truth.judges.harness import Case, Row, fact, near
from tests.truth.judges.text_world import (
    DIMENSIONS,
    RUBRIC,
    TextWorld,
    judge_of,
    levels_of,
    tasks_of,
)

from measurand.core.judging import Probing
from measurand.simulate.judge_model_sim import SimJudge

__all__ = ["CASES"]

_OUTPUTS = 60
_SPAN = 8.0
"""From the worst to the best of nine levels; knobs are in points of a scale of five."""
_POINTS = 2.0
_MARGIN = 0.0375 * _SPAN


def _level_order(seeds: int) -> tuple[Row, ...]:
    """Half of the repeats list levels the other way round, so that what the order adds cancels."""
    before: list[float] = []
    after: list[float] = []
    for seed in range(seeds):
        world = TextWorld(seed, _OUTPUTS)
        biased = SimJudge(noise=0.3, first_level=0.5)
        judge = judge_of(world, biased, seed=seed, repeats=2)
        tasks = tasks_of(world, judge)
        levels = np.array(levels_of(judge, tasks))
        listed = np.array([task.reversed for task in tasks])
        before.append(float(levels[listed].mean() - levels[~listed].mean()))
        truth = 1 + _SPAN * world.quality[:, 0, 0]
        after.append(float((levels.reshape(-1, 2).mean(axis=1) - truth).mean()))
    worst = float(np.abs(after).max())
    return (
        near("best first against worst first, points", 2 * 0.5 * _POINTS, before, tolerance=0.02),
        near("permuted levels, from the truth, points", 0.0, after, tolerance=0.02),
        fact(
            "permuted levels, within the margin in every seed",
            f"< {_MARGIN:g}",
            worst,
            held=worst < _MARGIN,
        ),
    )


def _label_set(seeds: int) -> tuple[Row, ...]:
    """Grades in letters cost half a point; digits are what a plan has, so nobody pays it."""
    shifts: list[float] = []
    for seed in range(seeds):
        world = TextWorld(seed, _OUTPUTS)
        judge = judge_of(world, SimJudge(noise=0.3, labels={"letters": -0.5}), seed=seed)
        tasks = tasks_of(world, judge)
        lettered = [replace(task, probing=Probing(label_set="letters")) for task in tasks]
        shifts.append(float(np.mean(levels_of(judge, lettered)) - np.mean(levels_of(judge, tasks))))
    return (near("letters against digits, points", -0.5 * _POINTS, shifts, tolerance=0.02),)


def _run(seeds: int) -> tuple[Row, ...]:
    return (*_level_order(seeds), *_label_set(seeds))


CASES = (Case(9, "level order and labels, in prompts", _run, quick=3),)

if RUBRIC.dimension(DIMENSIONS[0]).scale.high != 1 + _SPAN:
    raise AssertionError("the points of this case are those of nine levels")
