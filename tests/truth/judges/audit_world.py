"""What the cases of the bias audit share: audits of simulated ratings, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from measurand.analysis.audit import audit
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.probe import ProbeRow
from measurand.core.rating import Column, Ratings
from measurand.core.scale import ONE_TO_FIVE, Scale
from measurand.simulate.judge_rows import (
    JudgeWorld,
    PlantedJudge,
    PlantedPeople,
    judge_scores,
    pair_points,
    pair_ratings,
    people_scores,
    table_of_ratings,
)
from measurand.stats.estimate import Estimate

__all__ = ["NOTHING", "PAIRS", "audited", "judged", "one", "pairs", "verdicts", "with_words"]

NOTHING = Ratings.of(())
"""No ratings: what an audit of probes alone has."""
PAIRS = Scale.of("win/tie/loss")


def audited(
    ratings: Ratings, *, rows: Sequence[ProbeRow] = (), scale: Scale = ONE_TO_FIVE
) -> Findings:
    """The audit of these, all on one scale."""
    names = {str(name) for name in ratings.distinct("dimension")} | {r.dimension for r in rows}
    scales = dict.fromkeys(names, scale) | {"words": Scale("ratio")}
    return audit(ratings, scales, probes=rows)


def judged(
    world: JudgeWorld,
    judges: Sequence[PlantedJudge],
    rng: np.random.Generator,
    *,
    people: PlantedPeople | None = None,
) -> Ratings:
    """One judgment of every output by each judge, and people's ratings."""
    scores = {judge.name: judge_scores(world, judge, rng) for judge in judges}
    return table_of_ratings(
        world, judges=scores, people=people_scores(world, people or PlantedPeople(), rng)
    )


def pairs(judge: PlantedJudge, rng: np.random.Generator, *, n: int, repeats: int = 1) -> Ratings:
    """Pairs whose gaps are standard normal, in both orders."""
    gaps = rng.standard_normal(n)
    return pair_ratings(*pair_points(judge, gaps, rng, repeats=repeats), judge=judge.name)


def with_words(world: JudgeWorld, ratings: Ratings) -> Ratings:
    """The same table with the words of every output, as a check would count them."""
    counted = world.words[:, :, None, None].astype(np.float64)
    alone = JudgeWorld(
        examples=world.examples,
        systems=world.systems,
        dimensions=("words",),
        scale=world.scale,
        quality=world.quality[:, :, :1],
        length=world.length,
        words=world.words,
    )
    told = table_of_ratings(alone, judges={"length": counted})
    return ratings + Ratings({**told.columns, "kind": Column.constant("check", len(told))})


def one(findings: Findings, name: str, design: str | None = None) -> Estimate:
    """The estimate of the one result of this name, and design."""
    (found,) = _named(findings, name, design)
    return found.estimate


def verdicts(findings: Findings, name: str, design: str | None = None) -> list[Verdict]:
    """The verdicts of this name, and design."""
    chosen = [v for v in findings.verdicts if v.name == name]
    return [v for v in chosen if design is None or v.design == design]


def _named(findings: Findings, name: str, design: str | None) -> Iterator[Result]:
    return (r for r in findings.named(name) if design is None or r.design == design)
