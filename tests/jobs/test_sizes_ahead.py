"""What a plan says of its sizes, from nothing and from ratings, and the study that it searches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from measurand.analysis.result import Findings, Result
from measurand.cli import main
from measurand.core.rating import Rating, Ratings
from measurand.errors import UsageError
from measurand.jobs.init import init
from measurand.jobs.places import ledger_path
from measurand.jobs.planning import Study, plan
from measurand.stats.power import mcnemar_power, minimum_detectable_difference
from measurand.stats.proportion import clopper_pearson, wilson
from measurand.store.ledger import open_ledger


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init(tmp_path)
    return tmp_path / "measurand.yaml"


def larger(plan_file: Path, sizes: dict[str, int], *, cluster: int = 1) -> None:
    """Fill the evaluation set with so many examples of each component."""
    for name, count in sizes.items():
        rows = (
            {
                "id": f"{name}-{at}",
                "question": f"{name} {at}?",
                "cluster": f"{name}-{at // cluster}",
            }
            for at in range(count)
        )
        path = plan_file.parent / "data" / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def rated(plan_file: Path, *, differ: int, n: int) -> None:
    """People rate format of two systems on n examples of core; they differ on the first ones."""
    plan(plan_file)
    rows = [
        Rating(
            example=f"core-{at}",
            system=system,
            dimension="format",
            rater="ana",
            kind="people",
            value=float(system == "candidate" or at >= differ),
        )
        for at in range(n)
        for system in ("today", "candidate")
    ]
    with open_ledger(ledger_path(plan_file)) as ledger:
        ledger.add_ratings(Ratings.of(rows))


def detected(found: Findings, dimension: str | None = None) -> dict[tuple[str, str | None], Result]:
    return {
        (r.design or "", r.component): r
        for r in found.named("detectable")
        if r.dimension == dimension
    }


def test_without_ratings_what_is_assumed_is_named(project: Path) -> None:
    larger(project, {"core": 200, "edge": 100, "adversarial": 50, "regression": 50, "golden": 30})
    found = plan(project).sizes_tell
    known = detected(found)
    paired = known["yes/no, paired, differ on 14%", None].estimate
    assert paired.n == 430
    assert paired.value == pytest.approx(minimum_detectable_difference(430, 0.14), abs=1e-6)
    assert "assumed" in paired.method
    assert known["yes/no, paired, differ on 14%", "core"].estimate.n == 200
    bounds = {r.component: r.estimate for r in found.named("blocking_bound")}
    assert bounds["adversarial"].high == clopper_pearson(0, 50, side="upper").high
    assert set(bounds) == {"core", "edge", "adversarial", "regression", "golden", None}
    told = " ".join(found.limits)
    assert "differ on at most 14.1%" in told
    assert "Only the 200 examples of core" in told


def test_the_curve_is_of_the_assumed_discordance_where_none_was_measured(project: Path) -> None:
    larger(project, {"core": 200})
    points = list(plan(project).sizes_tell.named("power"))
    assert {p.design for p in points} == {"yes/no, paired, differ on 14%"}
    for point in points:
        exact = mcnemar_power(point.estimate.n, 0.14, 0.05)
        assert point.estimate.value == pytest.approx(exact, abs=1e-9)
        assert "5 points" in point.estimate.method
        assert "assumed" in point.estimate.method
    assert [p.estimate.n for p in points if p.component == "core"] == [200]
    assert (points[-1].estimate.value or 0) > 0.8
    found = plan(project, study=Study(difference=0.2, dimension="safety")).sizes_tell
    wider = list(found.named("power"))
    assert {(p.dimension, p.design) for p in wider} == {("safety", "yes/no, paired, differ on 20%")}


def test_the_curve_is_of_the_measured_discordance(project: Path) -> None:
    """It has a range at the size of core; the widest discordance has the least power."""
    larger(project, {"core": 200})
    rated(project, differ=12, n=100)
    points = list(plan(project).sizes_tell.named("power"))
    assert {(p.dimension, p.design) for p in points} == {("format", "paired, differ on 12%")}
    core = next(p.estimate for p in points if p.component == "core")
    assert core.value == pytest.approx(mcnemar_power(200, 0.12, 0.05), abs=1e-9)
    high = wilson(12, 100).high or 0.0
    assert core.low == pytest.approx(mcnemar_power(200, high, 0.05), abs=1e-9)
    assert (core.high or 0) > (core.value or 1)
    assert "from 100 measured" in core.method


def test_the_curve_reaches_the_power_where_systems_hardly_differ(project: Path) -> None:
    larger(project, {"core": 20})
    rated(project, differ=0, n=20)
    points = [p.estimate.value or 0.0 for p in plan(project).sizes_tell.named("power")]
    assert points == sorted(points)
    assert points[-1] > 0.8


def test_clusters_flatten_the_curve_and_power_never_passes_one(project: Path) -> None:
    larger(project, {"core": 20_000})
    plain = {p.component: p.estimate for p in plan(project).sizes_tell.named("power")}
    assert plain["core"].high == 1.0
    larger(project, {"core": 200}, cluster=4)
    shared = {p.component: p for p in plan(project).sizes_tell.named("power")}["core"]
    assert "clusters" in (shared.design or "")
    assert (shared.estimate.value or 1) < mcnemar_power(200, 0.14, 0.05)


def test_small_sets_are_told_what_they_lack(project: Path) -> None:
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("adversarial: 3", "adversarial: 50"), encoding="utf-8")
    told = " ".join(plan(project).sizes_tell.limits)
    assert "24 examples do not detect 5 points" in told
    assert "adversarial has 3 examples, fewer than the 50" in told
    assert "proves less than 63.2% instead of 5.8%" in told


def test_what_was_rated_goes_before_assumptions(project: Path) -> None:
    larger(project, {"core": 200})
    rated(project, differ=12, n=100)
    found = plan(project).sizes_tell
    known = detected(found, "format")
    paired = known["paired, differ on 12%", "core"].estimate
    assert paired.value == pytest.approx(minimum_detectable_difference(200, 0.12), abs=1e-6)
    assert paired.low is not None
    assert paired.high is not None
    assert paired.low < (paired.value or 0) < paired.high
    assert "from 100 measured" in paired.method
    assert "unpaired" in {design for design, _ in known}
    assert not any("clusters" in design for design, _ in known)
    assert "so far they differ on 12.0% on format" in " ".join(found.limits)


def test_clusters_of_the_set_widen_what_is_detected(project: Path) -> None:
    larger(project, {"core": 200}, cluster=4)
    rated(project, differ=12, n=100)
    known = detected(plan(project).sizes_tell, "format")
    clustered = known["paired, in clusters of 3.8", "core"]
    paired = known["paired, differ on 12%", "core"]
    assert (clustered.estimate.value or 0) > (paired.estimate.value or 1)


def test_two_that_hardly_differ_are_told_apart_by_what_would_have_to_change(project: Path) -> None:
    """Where they differ on 1 % no difference within that is found; one that raises it is."""
    larger(project, {"core": 200})
    rated(project, differ=1, n=100)
    found = detected(plan(project).sizes_tell, "format")["paired, differ on 1%", "core"].estimate
    assert found.value is not None
    assert 0.01 < found.value < 0.06


def study(project: Path, **asked: float) -> dict[str, Result]:
    found = plan(project, study=Study(**asked)).study  # type: ignore[arg-type]
    assert found is not None
    return {result.name: result for result in found.results}


def test_the_cheapest_study_of_a_difference(project: Path) -> None:
    found = study(project, difference=0.05, rating_cost=2.0)
    assert found["design_repeats"].estimate.value == 0  # the plan has no judge
    labelled = found["design_labelled"].estimate.value or 0
    assert found["design_cost"].estimate.value == pytest.approx(2 * 2.0 * labelled)
    assert (found["detectable"].estimate.value or 1) <= 0.05 + 1e-9
    hours, days = found["design_hours"].estimate, found["design_days"].estimate
    assert (days.value or 0) == pytest.approx((hours.value or 0) / (3 * 4))


def test_the_best_study_for_a_budget_meets_the_cheapest(project: Path) -> None:
    cheap = study(project, difference=0.08, rating_cost=1.0)
    best = study(project, budget=cheap["design_cost"].estimate.value or 0.0, rating_cost=1.0)
    assert best["detectable"].estimate.value == pytest.approx(0.08, rel=0.01)


def test_prices_that_nobody_knows_have_ranges_and_a_limit(project: Path) -> None:
    found = plan(project, study=Study(difference=0.05)).study
    assert found is not None
    cost = next(found.named("design_cost")).estimate
    assert (cost.low or 0) < (cost.value or 0) < (cost.high or 0)
    assert "The price of a rating is assumed" in " ".join(found.limits)
    assert "differ on accuracy is assumed" in " ".join(found.limits)


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({}, "one of the two"),
        ({"difference": 0.05, "budget": 10}, "one of the two"),
        ({"difference": 5}, "between 0 and 1"),
        ({"budget": float("inf")}, "above 0"),
        ({"difference": 0.05, "power": 1.0, "rating_cost": -1}, "0 or more"),
    ],
)
def test_a_study_that_cannot_be_is_refused(asked: dict[str, float], fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        Study(**asked)  # type: ignore[arg-type]


def test_a_dimension_that_is_none_is_named(project: Path) -> None:
    with pytest.raises(UsageError, match="there are: accuracy"):
        plan(project, study=Study(difference=0.05, dimension="wit"))


def test_the_verb_says_it(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["plan", str(project), "--difference", ".05", "--rating-cost", "1"]) == 0
    told = capsys.readouterr().out
    for title in ("What these sizes detect", "What no failure proves", "The cheapest study"):
        assert title in told
    assert main(["plan", str(project), "--budget", "200", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    names = {result["name"] for result in document["study"]["results"]}
    assert {"design_cost", "design_days", "detectable"} <= names
    assert {"detectable", "blocking_bound", "power"} == {
        r["name"] for r in document["sizes"]["results"]
    }
    assert main(["plan", str(project), "--power", ".9"]) == 2
