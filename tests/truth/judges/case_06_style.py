"""Markdown alone moves the judge: that probe is material, others are negligible at the stated n."""

from __future__ import annotations

import numpy as np
from tests.truth.judges.audit_world import NOTHING, audited, one, verdicts
from tests.truth.judges.harness import Case, Row, at_least, at_most, covered, fact, rngs

from measurand.analysis.result import Findings
from measurand.core.probes import of_bias
from measurand.simulate.judge_rows import PlantedJudge, draw_judge_world
from measurand.simulate.probe_rows import ProbePlan, probe_rows, tamed
from measurand.stats.materiality import units_to_decide

__all__ = ["CASES"]

MOVED = "markdown-add"
PLANTED = 0.4
JUDGE = PlantedJudge(noise=0.4, style={MOVED: PLANTED})
SPREAD = 0.6
"""Of one judgment less the mean of two: 1.5 (0.4 ** 2 + 1 / 12) is 0.604 ** 2."""
STATED = units_to_decide(SPREAD, margin=0.15) or 0
FEW = 20


def found_with(rng: np.random.Generator, items: int) -> Findings:
    world = draw_judge_world(rng, examples=items)
    plan = ProbePlan(probes=of_bias("style"), items=items, session=0)
    return audited(NOTHING, rows=probe_rows(world, JUDGE, plan=plan, rng=rng))


def run(seeds: int) -> tuple[Row, ...]:
    found = [found_with(rng, STATED) for rng in rngs(6, seeds)]
    few = [found_with(rng, FEW) for rng in rngs(6, seeds)]
    told = [{v.design: v.outcome for v in verdicts(f, "style")} for f in found]
    others = [outcome for one in told for design, outcome in one.items() if design != MOVED]
    wrong = sum(
        any(outcome == "material" for design, outcome in one.items() if design != MOVED)
        for one in told
    )
    small = [v.outcome for f in few for v in verdicts(f, "style")]
    return (
        fact("n stated for a standard deviation of 0.6", 174.0, float(STATED), held=STATED == 174),
        covered(f"{MOVED} moves scores by", PLANTED, [one(f, "style", MOVED) for f in found]),
        at_least(f"{MOVED} is material", 0.95, sum(o[MOVED] == "material" for o in told), seeds),
        at_most("any other is material", 0.05, wrong, seeds, observed=True),
        at_least(
            f"each other is negligible at n = {STATED}",
            0.85,
            sum(outcome == "negligible" for outcome in others),
            len(others),
        ),
        fact(
            f"called negligible at n = {FEW}",
            0.0,
            float(sum(outcome == "negligible" for outcome in small)),
            held="negligible" not in small,
        ),
    )


def run_mitigated(seeds: int) -> tuple[Row, ...]:
    """A mitigation that works is told from one that does not."""
    gone, kept = 0, 0
    for rng in rngs(6, seeds):
        world = draw_judge_world(rng, examples=200)
        plan = ProbePlan(probes=(MOVED,), items=200, session=0)
        rows = probe_rows(world, JUDGE, plan=plan, rng=rng)
        works = probe_rows(world, tamed(JUDGE, MOVED), plan=plan, rng=rng, mitigation="plain_text")
        fails = probe_rows(world, JUDGE, plan=plan, rng=rng, mitigation="panel")
        told = {
            v.mitigation: v.outcome
            for v in verdicts(audited(NOTHING, rows=[*rows, *works, *fails]), "mitigation")
        }
        gone += told.get("plain_text") == "mitigated"
        kept += told.get("panel") == "mitigated"
    return (
        at_least("a mitigation that works is called so", 0.8, gone, seeds),
        at_most("one that does not is called mitigated", 0.0001, kept, seeds),
    )


CASES = (
    Case(6, "style", run, quick=20),
    Case(6, "style, mitigated", run_mitigated, quick=20),
)
