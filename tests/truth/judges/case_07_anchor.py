"""What was judged before pulls on the score, by so many points a point."""

from __future__ import annotations

from functools import partial

from tests.truth.judges.audit_world import NOTHING, audited, one
from tests.truth.judges.harness import Case, Row, covered, near, rngs

from measurand.simulate.judge_rows import PlantedJudge, draw_judge_world
from measurand.simulate.probe_rows import ProbePlan, probe_rows

__all__ = ["CASES"]

ITEMS = 430


def run(seeds: int, *, gamma: float) -> tuple[Row, ...]:
    judge = PlantedJudge(anchor_gamma=gamma, noise=0.4)
    plan = ProbePlan(probes=(), items=ITEMS, session=10)
    found = []
    for rng in rngs(7, seeds):
        world = draw_judge_world(rng, examples=ITEMS)
        rows = probe_rows(world, judge, plan=plan, rng=rng)
        found.append(one(audited(NOTHING, rows=rows), "anchor_slope"))
    name = f"anchor {gamma:g} in sessions of 10"
    values = [estimate.value or 0.0 for estimate in found]
    return (covered(name, gamma, found), near(f"{name}: mean", gamma, values, tolerance=0.01))


CASES = tuple(
    Case(7, f"anchor {gamma:g}", partial(run, gamma=gamma), quick=20) for gamma in (0.0, 0.1, 0.2)
)
