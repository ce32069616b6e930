"""The own family is better and is favoured: one is told from the other."""

from __future__ import annotations

from functools import partial

from tests.truth.judges.audit_world import audited, judged, one, verdicts
from tests.truth.judges.harness import Case, Row, covered, fact, near, rngs

from measurand.analysis.biases.self_preference import CROSSED, INSTRUMENTED, RAW
from measurand.core.running import JudgeModel
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
)
