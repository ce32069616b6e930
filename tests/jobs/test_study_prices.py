"""What a study costs: of one dimension, by all judges, of systems that are asked."""

from __future__ import annotations

import pytest

from measurand.analysis.detect import Clusters
from measurand.analysis.forecast import Observed, Work, forecast
from measurand.analysis.power_components import Rated
from measurand.analysis.result import Findings
from measurand.core.plan import Plan
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.running import JudgeModel, JudgePlan
from measurand.core.scale import ONE_TO_FIVE
from measurand.core.system import System
from measurand.jobs.sizes_ahead import Scene, Study, sizes_ahead, study_ahead

BOTH = (RaterSpec("people"), RaterSpec("judge"))
SYSTEMS = (
    System("old", target="file:old.jsonl", role="current"),
    System("new", target="sim/one"),
)


def plan(*, dimensions: int = 1, systems: tuple[System, ...] = SYSTEMS) -> Plan:
    names = (f"d{at}" for at in range(dimensions))
    return Plan(
        name="bot",
        rubric=Rubric(
            *(Dimension(name, weight=1, scale=ONE_TO_FIVE, raters=BOTH) for name in names)
        ),
        systems=systems,
        judge=JudgePlan(models=(JudgeModel("sim/two"), JudgeModel("sim/three"))),
    )


def took(cost: float, seconds: float, *, count: int = 6) -> tuple[Observed, ...]:
    one = Observed(characters=10, input_tokens=5, output_tokens=5, cost=cost, seconds=seconds)
    return (one,) * count


def works(*, count: int = 6) -> tuple[Work, ...]:
    judges = ("sim/two", "sim/three")
    return (
        Work(name="new", part="system", model="sim/one", characters=[], observed=took(0.01, 3.0)),
        *(
            Work(
                name=name,
                part="judge",
                model=name,
                characters=[],
                observed=took(0.02, 5.0, count=count),
            )
            for name in judges
        ),
    )


def searched(one: Plan, done: tuple[Work, ...]) -> Findings:
    scene = Scene(
        plan=one,
        sizes={"core": 200},
        examples=200,
        clusters=Clusters(),
        rated=Rated(judge=True),
        labelled=None,
    )
    wanted = Study(difference=0.05, rating_cost=2.0)
    return study_ahead(wanted, scene, forecast(done), works=done, people=None)


def value(findings: Findings, name: str) -> float:
    estimate = next(findings.named(name)).estimate
    assert estimate.value is not None
    return estimate.value


@pytest.mark.parametrize("dimensions", [1, 4])
def test_a_judgment_is_of_the_one_dimension_by_all_judges(dimensions: int) -> None:
    found = searched(plan(dimensions=dimensions), works())
    outputs = 2 * value(found, "design_examples") * value(found, "design_trials")
    judged = outputs * value(found, "design_repeats")
    assert judged > 0
    assert value(found, "design_cost_judge") == pytest.approx(judged * 2 * 0.02)
    seconds = outputs * 1.5 + judged * 2 * 5.0
    connections = plan().run.connections
    assert value(found, "design_machine_hours") == pytest.approx(seconds / connections / 3600)


def test_recorded_answers_cost_nothing_beside_those_that_are_asked() -> None:
    found = searched(plan(), works())
    outputs = 2 * value(found, "design_examples") * value(found, "design_trials")
    assert value(found, "design_cost_systems") == pytest.approx(outputs * 0.01 / 2)


def test_a_price_that_was_always_the_same_was_measured() -> None:
    method = next(searched(plan(), works()).named("design_cost_judge")).estimate.method
    assert method == "measured, all alike"


def test_a_study_of_two_among_many_says_so() -> None:
    many = (*SYSTEMS, System("other", target="sim/four"), System("last", target="sim/five"))
    told = " ".join(searched(plan(systems=many), works()).limits)
    assert "for one comparison of two systems. The plan makes 3" in told
    assert "one comparison" not in " ".join(searched(plan(), works()).limits)
    scene = Scene(
        plan=plan(systems=many),
        sizes={"core": 200},
        examples=200,
        clusters=Clusters(),
        rated=Rated(judge=True),
        labelled=None,
    )
    assert "--comparisons 3" in " ".join(sizes_ahead(scene).limits)
