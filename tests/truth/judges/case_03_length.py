"""What length adds at equal quality: instrumented raters find it, least squares do not."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from tests.truth.judges.audit_world import NOTHING, audited, judged, one, with_words
from tests.truth.judges.harness import Case, Row, at_most, covered, fact, rngs

from measurand.analysis.biases.verbosity import DESIGN
from measurand.core.probes import of_bias
from measurand.simulate.judge_rows import JudgeWorld, PlantedJudge, draw_judge_world
from measurand.simulate.probe_rows import ProbePlan, probe_rows

__all__ = ["CASES"]

PADS = ("pad-restate", "pad-list", "pad-boilerplate")
TIMES, SPREAD = 1.5, 0.5
"""By how much a pad lengthens, and the standard deviation of log length in the world."""


def ordinary(world: JudgeWorld, judge: np.ndarray, people: np.ndarray) -> tuple[float, float]:
    """Least squares on people's mean: what nobody must do. The slope and its standard error."""
    feature = np.log(world.words[:, 0])
    feature = (feature - feature.mean()) / feature.std()
    design = np.column_stack([np.ones(len(judge)), people, feature])
    slopes, *_ = np.linalg.lstsq(design, judge, rcond=None)
    rest = judge - design @ slopes
    variance = float(rest @ rest) / (len(judge) - 3) * np.linalg.inv(design.T @ design)[2, 2]
    return float(slopes[2]), math.sqrt(variance)


def run(seeds: int, *, beta: float, slope: float, n: int) -> tuple[Row, ...]:
    judge = PlantedJudge(slope=slope, len_beta=beta)
    found, hits = [], 0
    for rng in rngs(3, seeds):
        world = draw_judge_world(rng, examples=n)
        table = judged(world, [judge], rng)
        found.append(one(audited(with_words(world, table)), "verbosity", DESIGN))
        single = table.where(rater="judge")
        scores = np.asarray(list(single["value"]), dtype=float)
        votes = np.mean(
            [
                np.asarray(list(table.where(rater=f"p{at}")["value"]), dtype=float)
                for at in (1, 2, 3)
            ],
            axis=0,
        )
        value, error = ordinary(world, scores, votes)
        hits += abs(value - beta) <= 1.96 * error
    name = f"length {beta:g}, slope {slope:g}, n = {n}"
    rows = [covered(f"{name}: instrumented", beta, found)]
    if not beta:
        rows.append(at_most(f"{name}: least squares must not cover", 0.8, hits, seeds))
    return tuple(rows)


def run_probes(seeds: int) -> tuple[Row, ...]:
    judge = PlantedJudge(len_beta=0.2)
    per_spread = math.log(TIMES) / SPREAD
    found, cut = [], 0
    for rng in rngs(3, seeds):
        world = draw_judge_world(rng, examples=200)
        plan = ProbePlan(probes=of_bias("verbosity"), items=200, session=0)
        told = audited(NOTHING, rows=probe_rows(world, judge, plan=plan, rng=rng))
        found += [one(told, "verbosity", name).scaled(1 / per_spread) for name in PADS[:1]]
        control = one(told, "verbosity", "truncate-last-third")
        cut += (control.high or 0.0) < 0
    return (
        covered("length 0.2 by padding, per standard deviation", 0.2, found),
        fact("the last third dropped: lower", f"{seeds} seeds", f"{cut} seeds", held=cut == seeds),
    )


CASES = (
    *(
        Case(
            3,
            f"length {beta:g}, slope {slope:g}, n = {n}",
            partial(run, beta=beta, slope=slope, n=n),
            quick=20 if beta else 32,
        )
        for beta in (0.0, 0.2)
        for slope in (1.0, 0.7)
        for n in (200, 430)
    ),
    Case(3, "length by probes", run_probes, quick=12),
)
