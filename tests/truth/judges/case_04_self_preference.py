"""The own family is better and is favoured: one is told from the other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from tests.truth.judges.audit_world import audited, judged, one, verdicts
from tests.truth.judges.harness import Case, Row, at_least, at_most, covered, fact, near, rngs

from measurand.analysis.biases.self_preference import (
    CROSSED,
    INSTRUMENTED,
    RAW,
    VERIFIABLE,
    VOTED,
)
from measurand.analysis.result import Findings
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.running import JudgeModel
from measurand.core.scale import YES_NO
from measurand.core.system import System
from measurand.errors import PlanError
from measurand.raters.judge.independence import check_independence
from measurand.simulate.judge_rows import PlantedJudge, WorldShape, draw_judge_world

__all__ = ["CASES"]

SYSTEMS = ("gpt-a", "claude-b")
BETTER = WorldShape(advantage={"gpt-a": 0.5})
EXAMPLES = 200


def run(seeds: int, *, bonus: float) -> tuple[Row, ...]:
    judge = PlantedJudge(name="gpt-j", slope=0.7, family_bonus={"gpt-a": bonus})
    found = []
    for rng in rngs(4, seeds):
        world = draw_judge_world(rng, examples=EXAMPLES, systems=SYSTEMS, shape=BETTER)
        found.append(audited(judged(world, [judge], rng)))
    raw = [one(f, "self-preference", RAW) for f in found]
    decided = sum(bool(verdicts(f, "self-preference", RAW)) for f in found)
    told = all("confounded" in (estimate.reason or "") for estimate in raw)
    name = f"own family {bonus:g}"
    return (
        covered(
            f"{name}: instrumented", bonus, [one(f, "self-preference", INSTRUMENTED) for f in found]
        ),
        near(
            f"{name}: the raw gap holds the difference in quality",
            bonus + 0.35,
            [estimate.value or 0.0 for estimate in raw],
            tolerance=0.01,
        ),
        fact(
            f"{name}: the raw gap is called confounded", "yes", "yes" if told else "no", held=told
        ),
        fact(f"{name}: verdicts on the raw gap", 0.0, float(decided), held=decided == 0),
    )


def run_crossed(seeds: int) -> tuple[Row, ...]:
    judges = [
        PlantedJudge(name="gpt-j", slope=0.7, family_bonus={"gpt-a": 0.3}),
        PlantedJudge(name="claude-j", slope=0.7, severity=0.3, family_bonus={"claude-b": 0.1}),
    ]
    found = []
    for rng in rngs(4, seeds):
        world = draw_judge_world(rng, examples=EXAMPLES, systems=SYSTEMS, shape=BETTER)
        found.append(
            one(audited(judged(world, judges, rng)), "self-preference", f"{CROSSED} claude-j")
        )
    return (covered("crossed judges 0.3 and 0.1: their mean", 0.2, found), *_refused())


def run_fair(seeds: int) -> tuple[Row, ...]:
    """Judges without a preference, a family that is better: nothing may look like one."""
    unequal, voted, checked, alike, planted = [], [], [], [], []
    fair = PlantedJudge(name="gpt-j", noise=0.4)
    lenient = PlantedJudge(name="claude-j", noise=0.4, slope=0.6)
    biased = [replace(fair, family_bonus={"gpt-a": 0.9}), replace(fair, name="claude-j")]
    for rng in rngs(44, seeds):
        better = WorldShape(advantage={"gpt-a": 1.2})
        world = draw_judge_world(rng, examples=EXAMPLES, systems=SYSTEMS, shape=better)
        unequal.append(_called(audited(judged(world, [fair, lenient], rng)), CROSSED))
        world = draw_judge_world(rng, examples=EXAMPLES, systems=SYSTEMS)
        alike.append(_called(audited(judged(world, [fair, replace(fair, name="claude-j")], rng))))
        planted.append(_called(audited(judged(world, biased, rng)), CROSSED))
        found = audited(_passed(rng), scale=YES_NO)
        voted.append(_called(found, VOTED))
        checked.append(_called(found, VERIFIABLE))
    return (
        *(
            at_most(f"{name}: a preference is called material", 0.05, sum(called), seeds)
            for name, called in (
                ("judges of unlike slopes, one family better by 1.2", unequal),
                ("families alike", alike),
                ("passes what most people fail", voted),
                ("passes what a check fails", checked),
            )
        ),
        at_least("families alike, 0.9 by one of two: found", 0.9, sum(planted), seeds),
    )


def _called(found: Findings, design: str = "") -> bool:
    told = [v for v in verdicts(found, "self-preference") if (v.design or "").startswith(design)]
    return any(verdict.outcome == "material" for verdict in told)


def _passed(rng: np.random.Generator) -> Ratings:
    """Yes and no: people who err in 15 %, a judge that errs in 10 %, a check that never does."""
    good = rng.random((EXAMPLES, 2)) < np.asarray([0.85, 0.45])
    erring = {"p": 0.15, "q": 0.15, "r": 0.15, "gpt-j": 0.1, "exact": 0.0}
    kinds: dict[str, Kind] = {"gpt-j": "judge", "exact": "check"}
    return Ratings.of(
        Rating(
            example=f"e{at}",
            system=SYSTEMS[of],
            dimension="right",
            rater=name,
            kind=kinds.get(name, "people"),
            value=float(truth ^ (rng.random() < rate)),
        )
        for (at, of), truth in np.ndenumerate(good)
        for name, rate in erring.items()
    )


def _refused() -> tuple[Row, ...]:
    panel = [JudgeModel("gpt-5")]
    systems = [System("ours", "gpt-4o"), System("theirs", "claude-sonnet-4")]
    try:
        check_independence(panel, systems)
        outcome = "accepted"
    except PlanError:
        outcome = "refused"
    audit = check_independence(panel, systems, own_family="audit").same_family
    return (
        fact("own-family judge in a plan", "refused", outcome, held=outcome == "refused"),
        fact(
            "own-family judge with own_family: audit",
            "accepted, told",
            "accepted, told" if audit == (("gpt-5", "ours"),) else "not told",
            held=audit == (("gpt-5", "ours"),),
        ),
    )


CASES = (
    *(Case(4, f"own family {bonus:g}", partial(run, bonus=bonus), quick=8) for bonus in (0.0, 0.3)),
    Case(4, "crossed judges", run_crossed, quick=8),
    Case(4, "own family, none preferred", run_fair, quick=8),
)
