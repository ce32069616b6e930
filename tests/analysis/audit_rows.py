"""What tests of audits share: rows of planted judges, and the one verdict that is asked about."""

from __future__ import annotations

import numpy as np

from measurand.analysis.result import Findings, Verdict
from measurand.core.probe import BASE, ProbeRow
from measurand.core.rating import Ratings
from measurand.core.scale import ONE_TO_FIVE
from measurand.simulate.judge_rows import (
    PlantedJudge,
    draw_judge_world,
)
from measurand.simulate.probe_rows import ProbePlan, probe_rows

NOTHING = Ratings.of(())
SCALES = {"accuracy": ONE_TO_FIVE, "tone": ONE_TO_FIVE}
PLAN = ProbePlan(items=60, attacked=10)


def rows_of(judge: PlantedJudge, plan: ProbePlan = PLAN, seed: int = 1) -> list[ProbeRow]:
    rng = np.random.default_rng(seed)
    return probe_rows(draw_judge_world(rng, examples=plan.items), judge, plan=plan, rng=rng)


def verdict(found: Findings, name: str, design: str, mitigation: str | None = None) -> Verdict:
    (one,) = (
        v for v in found.verdicts if (v.name, v.design, v.mitigation) == (name, design, mitigation)
    )
    return one


def row(example: int, value: float | str | None, probe: str = BASE, **cells: object) -> ProbeRow:
    told = {
        "example": f"e{example}",
        "system": "s",
        "dimension": "accuracy",
        "rater": "j",
        "probe": probe,
        "value": value,
        "failure": None if value is not None else "invalid",
    }
    return ProbeRow(**{**told, **cells})  # type: ignore[arg-type]
