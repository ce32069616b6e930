"""One call for all dimensions has a halo, a call for each has none: one is flagged."""

from __future__ import annotations

from tests.truth.judges.audit_world import NOTHING, audited, one, verdicts
from tests.truth.judges.harness import Case, Row, at_least, at_most, covered, rngs

from measurand.analysis.result import Findings
from measurand.core.probes import TOGETHER
from measurand.core.scale import Scale
from measurand.simulate.judge_rows import (
    PlantedJudge,
    PlantedPeople,
    WorldShape,
    draw_judge_world,
    judge_scores,
    people_scores,
    table_of_ratings,
)
from measurand.simulate.probe_rows import ProbePlan, probe_rows

__all__ = ["CASES"]

DIMENSIONS = ("accuracy", "tone", "safety")
OUTPUTS = 300
SMOOTH = WorldShape(rounded=False, spread=1.0)
WIDE = Scale("interval", -7.0, 13.0)
"""Wide enough to hold every score as it is thought."""
JUDGE = PlantedJudge(halo=0.6, noise=0.6)
TRUTH = 0.5
"""Of two errors of variance .72, .36 is shared."""


def run(seeds: int) -> tuple[Row, ...]:
    per_item: list[Findings] = []
    per_dimension: list[Findings] = []
    for rng in rngs(8, seeds):
        world = draw_judge_world(
            rng, examples=OUTPUTS, dimensions=DIMENSIONS, scale=WIDE, shape=SMOOTH
        )
        people = people_scores(world, PlantedPeople(), rng)
        for together, found in ((True, per_item), (False, per_dimension)):
            scores = judge_scores(world, JUDGE, rng, together=together)
            table = table_of_ratings(world, judges={"judge": scores}, people=people)
            found.append(audited(table, scale=WIDE))
    return (
        covered("one call for all: errors correlate", TRUTH, [one(f, "halo") for f in per_item]),
        covered("a call for each: errors correlate", 0.0, [one(f, "halo") for f in per_dimension]),
        at_least("one call for all is flagged", 0.9, flagged(per_item), seeds),
        at_most("a call for each is flagged", 0.05, flagged(per_dimension), seeds, observed=True),
    )


def run_probe(seeds: int) -> tuple[Row, ...]:
    """The experiment needs no people: the same judge asked in either way."""
    found: dict[float, list[Findings]] = {0.0: [], 1.0: []}
    plan = ProbePlan(probes=(), items=OUTPUTS, session=0, repeats=1, together=True)
    for halo, told in found.items():
        judge = PlantedJudge(halo=halo)
        for rng in rngs(8, seeds):
            world = draw_judge_world(rng, examples=OUTPUTS, dimensions=DIMENSIONS)
            rows = probe_rows(world, judge, plan=plan, rng=rng)
            told.append(audited(NOTHING, rows=rows))
    none = [one(f, "halo", TOGETHER) for f in found[0.0]]
    return (
        covered("asked in either way, no halo", 0.0, none),
        at_least("asked in either way, a halo is flagged", 0.9, flagged(found[1.0]), seeds),
        at_most("asked in either way, none is", 0.05, flagged(found[0.0]), seeds, observed=True),
    )


def flagged(found: list[Findings]) -> int:
    """In how many the halo is called material."""
    return sum(any(v.outcome == "material" for v in verdicts(f, "halo")) for f in found)


CASES = (
    Case(8, "halo beside people", run, quick=10),
    Case(8, "halo by experiment", run_probe, quick=8),
)
