"""Equal systems and judges of unequal severity: one panel for all leaves no difference."""

from __future__ import annotations

from tests.truth.judges.harness import Case, Row, covered, near, rngs

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE
from measurand.simulate.judge_rows import (
    PlantedJudge,
    draw_judge_world,
    judge_scores,
    table_of_ratings,
)
from measurand.stats.estimate import Estimate

__all__ = ["CASES"]

SYSTEMS = ("gpt-a", "claude-b")
SEVERITY = {"gpt-j": 0.4, "claude-j": -0.4}
RUBRIC = Rubric(Dimension("accuracy", scale=ONE_TO_FIVE))
EXAMPLES = 400
OPTIONS = ComparisonOptions(resamples=200)
OWN = {"gpt-j": "gpt-a", "claude-j": "claude-b"}


def difference(table: Ratings) -> Estimate:
    """The first system's mean less the second's."""
    found = compare(table, RUBRIC, options=OPTIONS).named("difference")
    (result,) = (r for r in found if r.dimension == "accuracy")
    return result.estimate.scaled(1 if result.systems == SYSTEMS else -1)


def run(seeds: int) -> tuple[Row, ...]:
    panel = [PlantedJudge(name=name, severity=value) for name, value in SEVERITY.items()]
    panel.append(PlantedJudge(name="other-j"))
    whole, recused = [], []
    for rng in rngs(5, seeds):
        world = draw_judge_world(rng, examples=EXAMPLES, systems=SYSTEMS)
        scores = {judge.name: judge_scores(world, judge, rng) for judge in panel}
        table = table_of_ratings(world, judges=scores)
        whole.append(difference(table))
        kept = bytes(OWN.get(row.rater) != row.system for row in table)
        recused.append(difference(table.filtered(kept)).value or 0.0)
    values = [estimate.value or 0.0 for estimate in whole]
    name = "difference of equal systems"
    return (
        covered(f"{name}, one panel", 0.0, whole),
        near(f"{name}, one panel", 0.0, values, tolerance=0.01),
        near(f"{name}, own family left out for each", 0.4, recused, tolerance=0.02),
    )


CASES = (Case(5, "recusal", run, quick=10),)
