"""A preference for the first place, recovered from both orders, whatever the flips."""

from __future__ import annotations

from functools import partial

import numpy as np
from tests.truth.judges.audit_world import PAIRS, audited, one, pairs, verdicts
from tests.truth.judges.harness import Case, Row, at_most, covered, fact, holds, near, rngs

from measurand.analysis.preference import preference
from measurand.analysis.result import Findings
from measurand.simulate.judge_rows import PlantedJudge

__all__ = ["CASES"]

COUNT = 200
PUBLISHED = {0.0: 0.0, 0.2: 0.030, 0.5: 0.075, 1.0: 0.148}
WINS = {0.2: 0.530, 0.5: 0.576, 1.0: 0.648}


def excess(logit: float) -> float:
    """The planted excess, by Gauss-Hermite over the gaps."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    first = 1 / (1 + np.exp(-(2 * nodes + logit)))
    return float(weights @ first / weights.sum()) - 0.5


def run(seeds: int, *, logit: float) -> tuple[Row, ...]:
    judge = PlantedJudge(position_logit=logit)
    found, wins, averaged = [], [], []
    for rng in rngs(1, seeds):
        table = pairs(judge, rng, n=COUNT)
        found.append(audited(table, scale=PAIRS))
        shown = [row for row in table if row.order == "ab"]
        wins.append(sum(row.value == "win" for row in shown) / len(shown))
        (told,) = (r for r in preference(table, ("a", "b")) if r.name == "preference")
        averaged.append(told.estimate.value or 0.0)
    planted = excess(logit)
    name = f"first-slot excess, logit {logit:g}"
    rows = [
        fact(f"{name}, as published", PUBLISHED[logit], round(planted, 3), held=near_to(logit)),
        covered(name, planted, [one(f, "position") for f in found]),
        near(f"{name}: wins with both orders averaged", 0.5, averaged, tolerance=0.01),
    ]
    if logit:
        rows.append(near(f"{name}: wins of what is shown first", WINS[logit], wins, tolerance=0.01))
    else:
        rows += _nothing(found)
    return tuple(rows)


def near_to(logit: float) -> bool:
    return abs(excess(logit) - PUBLISHED[logit]) < 0.0015


def _nothing(found: list[Findings]) -> list[Row]:
    seeds = len(found)
    estimates = [one(f, "position") for f in found]
    wrong = sum(not holds(estimate, 0.0) for estimate in estimates)
    rates = [one(f, "flip_rate").value or 0.0 for f in found]
    called = sum(v.outcome == "material" for f in found for v in verdicts(f, "position"))
    return [
        at_most("type I error without any preference", 0.08, wrong, seeds),
        near("flips without any preference", 0.30, rates, tolerance=0.03),
        at_most("called material for its flips", 0.05, called, seeds, observed=True),
    ]


CASES = tuple(
    Case(1, f"first place, logit {logit:g}", partial(run, logit=logit), quick=20)
    for logit in PUBLISHED
)
