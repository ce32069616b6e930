"""The whole audit of an unbiased judge raises nothing; of one with every bias, it finds them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.truth.judges.audit_world import judged
from tests.truth.judges.harness import Case, Row, at_least, at_most, rngs

from measurand.analysis.audit import audit
from measurand.analysis.result import Findings
from measurand.core.rating import Ratings
from measurand.core.scale import ONE_TO_FIVE, Scale
from measurand.simulate.judge_rows import (
    PlantedJudge,
    draw_judge_world,
    pair_points,
    pair_ratings,
)
from measurand.simulate.probe_rows import ProbePlan, probe_rows

__all__ = ["CASES"]

SYSTEMS = ("gpt-a", "claude-b")
DIMENSIONS = ("accuracy", "tone")
FAIR = PlantedJudge(name="gpt-j", noise=0.8)
"""As noisy as a person, and nothing else."""
BIASED = replace(
    FAIR,
    noise=0.4,
    severity=-0.5,
    position_logit=1.0,
    len_beta=0.5,
    style={"markdown-add": 0.5, "authority": 0.4, "level-reversed": -0.5, "labels-letters": 0.5},
    family_bonus={"gpt-a": 1.0},
    anchor_gamma=0.6,
    halo=0.8,
    inject_p=0.3,
)
PLANTED = frozenset(
    {
        *("position", "verbosity", "style", "self-preference", "anchor", "leniency", "halo"),
        *("authority", "level-order", "label-set", "injection"),
    }
)
PLAN = ProbePlan(items=80, attacked=6, together=True)


def whole(judge: PlantedJudge, rng: np.random.Generator, plan: ProbePlan) -> Findings:
    world = draw_judge_world(rng, examples=100, systems=SYSTEMS, dimensions=DIMENSIONS)
    points = pair_points(judge, rng.standard_normal(200), rng, repeats=2)
    table = judged(world, [judge], rng)
    rows = probe_rows(world, judge, plan=plan, rng=rng)
    both: Ratings = table + pair_ratings(*points, judge=judge.name)
    scales = dict.fromkeys(DIMENSIONS, ONE_TO_FIVE) | {"preference": Scale.of("win/tie/loss")}
    return audit(both, scales, probes=rows)


def run(seeds: int) -> tuple[Row, ...]:
    found = [whole(FAIR, rng, PLAN) for rng in rngs(6, seeds)]
    called = sum(any(v.outcome == "material" for v in f.verdicts) for f in found)
    effects = max(len(f.verdicts) for f in found)
    name = f"an unbiased judge, {effects} effects: anything called material"
    return (at_most(name, 0.05, called, seeds, observed=True),)


def run_biased(seeds: int) -> tuple[Row, ...]:
    plan = replace(PLAN, items=200, attacked=60)
    seen = dict.fromkeys(sorted(PLANTED), 0)
    for rng in rngs(66, seeds):
        found = whole(BIASED, rng, plan)
        material = {v.name for v in found.verdicts if v.outcome == "material"}
        for name in material & PLANTED:
            seen[name] += 1
    return tuple(
        at_least(f"every bias planted: {name} found", 0.9, count, seeds, sure=True)
        for name, count in seen.items()
    )


CASES = (
    Case(6, "an unbiased judge raises nothing", run, quick=8),
    Case(6, "a judge with every bias", run_biased, quick=3),
)
