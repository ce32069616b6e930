"""A judge is improved in a project whose truth is known: what is better is adopted, once."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.runs.conftest import Project, world
from tests.runs.improving import (
    BETTER,
    DEVELOPMENT,
    EQUAL,
    EXAMPLES,
    JUDGES,
    SAME,
    TEST,
    Done,
    changes,
    verdicts,
)

from measurand.cli import main
from measurand.core.candidate import CURRENT
from measurand.errors import InfrastructureError, InsufficientData, LeakError, UsageError
from measurand.jobs.engine.tally import Snapshot
from measurand.jobs.improve import (
    Improved,
    ImproveOptions,
    forecast_improvement,
    foretold_improvement,
    improve,
)
from measurand.jobs.project import from_project
from measurand.jobs.run import run
from measurand.report.results_json import results_schema
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan


@pytest.fixture(scope="module")
def provider() -> Iterator[SimulatedProvider]:
    with SimulatedProvider(world(), judges=JUDGES, keep_requests=True) as server:
        yield server


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, provider: SimulatedProvider) -> Project:
    """A project after a run, with what three people say of both systems."""
    project = Project(tmp_path_factory.mktemp("ready") / "project", provider.base_url)
    project.write(EXAMPLES, **changes())
    run(project.plan, environment=project.environment)
    people = world().ratings.where(
        kind="people",
        dimension=frozenset({"accuracy", "tone"}),
        system=frozenset({"today", "candidate"}),
        example=frozenset(example.id for example in world().examples[:EXAMPLES]),
    )
    with open_ledger(project.ledger) as ledger:
        ledger.add_ratings(people)
    return project


@pytest.fixture
def project(tmp_path: Path, ready: Project) -> Project:
    shutil.copytree(ready.folder, tmp_path / "project")
    return Project(tmp_path / "project", ready.base_url)


def planned(project: Project, *candidates: dict[str, Any]) -> None:
    project.write(EXAMPLES, **changes(*candidates))


def improved(project: Project, **options: Any) -> Improved:
    return improve(project.plan, ImproveOptions(**options), environment=project.environment)


@pytest.fixture(scope="module")
def done(ready: Project, tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("done") / "project"
    shutil.copytree(ready.folder, folder)
    project = Project(folder, ready.base_url)
    planned(project, BETTER, EQUAL, SAME)
    ahead = forecast_improvement(project.plan, environment=project.environment)
    return Done(project, ahead, improved(project))


def test_the_better_is_adopted_the_equal_is_not_and_one_look_shows_it(done: Done) -> None:
    found, ahead = done.found, done.ahead
    assert found.conclusion is not None
    (adopted,) = found.conclusion.adopted
    assert (adopted.judge, adopted.name) == ("sim/judge", "fine")
    assert adopted.plan.judge is not None
    assert adopted.plan.judge.models[0].model == "sim/fine"
    assert "model: sim/fine" in adopted.snippet
    assert "repeats: 1" in adopted.snippet

    assert verdicts(found, "adoption") == {None: "adopted"}
    assert verdicts(found, "change")["overall"] == "better"
    assert set(verdicts(found, "calibration")) == {"accuracy", "tone"}
    assert found.answer is not None
    numbers = {(r.name, r.dimension, r.design): r.estimate for r in found.answer.findings.results}
    before = numbers["r_before", "accuracy", CURRENT]
    after = numbers["r_after", "accuracy", "fine"]
    assert before.value is not None
    assert after.value is not None
    assert before.value < after.value
    apart = numbers["loss_difference", None, "twin"]
    assert apart.high is not None
    assert apart.high > 0
    assert not numbers["loss_difference", None, "wording"].present  # word for word as before

    titles = [section.title for section in found.answer.document.sections]
    assert titles == ["Before and after", "Tried", "Limits"]  # once, and no number is left over
    assert "no difference shown" not in found.answer.to_html()
    page = found.answer.to_markdown()
    for verdict in found.answer.findings.verdicts:
        told = page.count(verdict.reason)
        assert told == (0 if verdict.name == "change" and verdict.dimension != "overall" else 1)

    # three candidates on two dimensions, then the look at one of them: of the judge as it is,
    # the run has asked
    asked = found.ran.snapshot.ratings
    assert asked == 3 * DEVELOPMENT * 2 + TEST * 2
    assert ahead.calls >= asked
    assert ahead.cost.low is not None
    assert ahead.cost.low <= found.ran.snapshot.cost <= (ahead.cost.high or 0)


def test_the_ledger_counts_candidates_and_looks_and_a_second_time_costs_nothing(
    done: Done,
) -> None:
    project = done.project
    again = improved(project)
    assert again.ran.snapshot.ratings == 0
    assert again.ran.snapshot.calls == 0
    with open_ledger(project.ledger) as ledger:
        log = ledger.calibration
        rubrics = {event.rubric for event in log.events("look")}
        assert len(rubrics) == 2
        assert {log.candidates(rubric) for rubric in rubrics} == {4}
        assert len(log.events("look")) == 2 * 2  # before and after, on two dimensions
        assert {event.body["opening"] for event in log.events("look")} == {1}
        assert [event.body["adopted"] for event in log.events("adoption")] == ["fine", "fine"]
    assert again.answer is not None
    tested = [v.tested for v in again.answer.findings.verdicts if v.tested is not None]
    assert {(one.looks, one.candidates) for one in tested} == {(1, 4)}


def test_nothing_is_adopted_and_nothing_looked_at_where_nothing_is_better(project: Project) -> None:
    planned(project, EQUAL, SAME)
    found = improved(project)
    assert found.conclusion is not None
    assert found.conclusion.adopted == ()
    assert verdicts(found, "adoption") == {None: "kept"}
    assert verdicts(found, "change") == {}
    with open_ledger(project.ledger) as ledger:
        assert ledger.calibration.events("look") == ()
    assert found.answer is not None
    assert any("not looked at" in limit for limit in found.answer.findings.limits)
    assert found.exit_code == 0


def test_what_a_candidate_said_counts_in_no_comparison(done: Done) -> None:
    project = done.project
    assert project.query("SELECT count(*) FROM run WHERE event = 'started'") == [(1,)]
    source = from_project(project.plan, environment=project.environment)
    assert source.ratings.where(kind="judge").distinct("rater") == ("sim/judge",)


REPEATS = {"name": "three repeats", "repeats": 3}


def counted(project: Project) -> tuple[list[tuple[Any, ...]], tuple[Any, ...]]:
    """What a comparison counts of the judge, and what its account says."""
    source = from_project(project.plan, environment=project.environment)
    assert source.run is not None
    rows = source.ratings.where(kind="judge")
    names = ("example", "system", "dimension", "repeat", "value", "cost")
    told = sorted(zip(*(rows[name] for name in names), strict=True), key=repr)
    (judge,) = [one for one in source.run.models if one.part == "judge"]
    return told, (judge.calls, judge.cost, judge.usage)


def test_repeats_that_were_tried_count_only_in_a_run_of_the_plan_that_has_them(
    project: Project,
) -> None:
    before = counted(project)
    planned(project, REPEATS)
    found = improved(project)
    asked = found.ran.snapshot.ratings
    assert asked >= 2 * DEVELOPMENT * 2  # the first repeat is there
    assert counted(project) == before

    # without a run of it, a plan with as many repeats has them on some outputs only
    project.write(EXAMPLES, **changes(judge={"model": "sim/judge", "repeats": 3}))
    assert counted(project) == before
    done = run(project.plan, environment=project.environment)
    every = EXAMPLES * 2 * 2 * 3
    judged = project.query("SELECT count(*) FROM calls WHERE model = 'sim/judge'")[0][0]
    assert judged == every  # none was asked twice
    assert done.snapshot.calls == every - asked - EXAMPLES * 2 * 2
    rows, account = counted(project)
    assert len(rows) == every
    assert account[0] == every

    planned(project)  # and back
    assert counted(project)[0] == before[0]


def test_a_wording_that_was_tried_is_on_no_account(project: Project) -> None:
    before = counted(project)
    planned(project, {"name": "other", "definition": {"accuracy": "All of it is true, really."}})
    assert improved(project, look=False).ran.snapshot.ratings == DEVELOPMENT * 2
    assert counted(project) == before


def test_what_is_adopted_is_a_plan_beside_the_old_one(done: Done) -> None:
    project = done.project
    assert done.found.conclusion is not None
    (adopted,) = done.found.conclusion.adopted
    before = project.plan.read_text(encoding="utf-8")
    (first,) = adopted.write()
    assert first.fresh
    assert project.plan.read_text(encoding="utf-8") == before
    (second,) = adopted.write()
    assert (second.path, second.fresh) == (first.path, False)
    plan = load_plan(first.path)
    assert plan.judge is not None
    assert [one.model for one in plan.judge.models] == ["sim/fine"]
    assert [one.name for one in plan.calibration.candidates] == ["twin", "wording"]


def test_an_interrupt_keeps_what_was_paid_for(project: Project) -> None:
    planned(project, BETTER)

    sent: list[int] = []

    def interrupt(now: Snapshot) -> None:
        if now.ratings > 20 and not sent:
            sent.append(now.ratings)
            signal.raise_signal(signal.SIGINT)

    told, options = project.environment, ImproveOptions(connections=2)
    part = improve(project.plan, options, watch=interrupt, environment=told)
    assert part.exit_code == 130
    assert part.conclusion is None
    kept = project.query("SELECT count(*) FROM calls WHERE model = 'sim/fine'")[0][0]
    assert 20 < kept < (DEVELOPMENT + TEST) * 2
    found = improved(project)
    assert found.conclusion is not None
    total = project.query("SELECT count(*) FROM calls WHERE model = 'sim/fine'")[0][0]
    keys = project.query("SELECT count(DISTINCT key) FROM calls WHERE model = 'sim/fine'")[0][0]
    assert total == keys == (DEVELOPMENT + TEST) * 2


def test_a_budget_is_kept_and_one_that_cannot_do_is_refused_before_anything_is_sent(
    project: Project,
) -> None:
    planned(project, BETTER)
    spent = project.query("SELECT sum(cost) FROM calls")[0][0]
    with pytest.raises(InfrastructureError, match="nothing was asked"):
        improved(project, budget=spent + 0.01)
    assert project.query("SELECT sum(cost) FROM calls")[0][0] == spent
    ahead = forecast_improvement(project.plan, environment=project.environment)
    assert ahead.cost.low is not None
    part = improved(project, budget=spent + 1.02 * ahead.cost.low)
    assert part.exit_code == 4
    assert part.conclusion is None
    assert project.query("SELECT sum(cost) FROM calls")[0][0] <= spent + 1.02 * ahead.cost.low


def test_exemplars_are_out_of_fold_and_never_of_the_test_set(
    project: Project, provider: SimulatedProvider
) -> None:
    planned(project, {"name": "shown", "exemplars": "balanced"})
    with open_ledger(project.ledger) as ledger:
        assert ledger.calibration.events("split") == ()
    improved(project, look=False)
    with open_ledger(project.ledger) as ledger:
        split = ledger.calibration.events("split")[-1].body
    test = {name.split("\x1f")[0] for name in split["test"]}
    questions = {example.id: example.question for example in world().examples[:EXAMPLES]}
    assert len(set(questions.values())) == EXAMPLES
    shown = 0
    for request in provider.requests:
        if "The examiner's level of example" not in request.body:
            continue
        shown += 1
        prefix, *_, asked = (turn["content"] for turn in json.loads(request.body)["messages"])
        assert not [name for name in test if questions[name] in prefix]
        assert not [q for q in questions.values() if q in prefix and q in asked]
    assert shown == DEVELOPMENT * 2


def test_another_address_of_the_provider_is_told_before_all_is_asked_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planned(project, SAME)
    assert foretold_improvement(project.plan, environment=project.environment).notes == ()
    moved = Project(project.folder, "http://127.0.0.2:9/v1")
    found = foretold_improvement(moved.plan, environment=moved.environment)
    assert found.forecast.calls > DEVELOPMENT * 2
    (note,) = found.notes
    assert note.startswith("sim/judge is another judge than in the last run")
    assert "another address" in note
    for name, value in moved.variables.items():
        monkeypatch.setenv(name, value)
    main(["improve", str(project.plan), "--dry-run"])
    assert f"note: {note}" in capsys.readouterr().out


def test_an_exemplar_of_the_test_set_is_refused_by_name(project: Project) -> None:
    planned(project, BETTER)
    improved(project, look=False)
    with open_ledger(project.ledger) as ledger:
        locked = ledger.calibration.events("split")[-1].body["test"][0].split("\x1f")
    leak = {"name": "leak", "exemplars": [{"example": locked[0], "system": locked[1]}]}
    planned(project, leak)
    sent = project.query("SELECT count(*) FROM calls")
    with pytest.raises(LeakError, match=f"{locked[0]} of {locked[1]}"):
        improved(project)
    output = next(
        o.text
        for o in world().outputs
        if o.example == locked[0] and o.system == locked[1] and o.text
    )
    planned(project, {"name": "w", "definition": {"tone": f"Not: {output}"}})
    with pytest.raises(LeakError):
        improved(project)
    assert project.query("SELECT count(*) FROM calls") == sent


def test_a_plan_without_a_run_or_without_candidates_says_what_to_do(
    project: Project, tmp_path: Path
) -> None:
    fresh = Project(tmp_path / "fresh", project.base_url)
    planned(fresh, BETTER)
    with pytest.raises((UsageError, InsufficientData), match="measurand run"):
        improved(fresh)
    planned(project)
    with pytest.raises(UsageError, match="nothing to try"):
        improved(project)
    with pytest.raises(UsageError, match="no candidate typo"):
        improved(project, candidates=("typo",))


def test_the_verb_tells_it_as_json_and_in_the_terminal(
    done: Done, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in done.project.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "140")  # so that no cell is broken
    plan = str(done.project.plan)
    assert main(["improve", plan, "--dry-run"]) == 0
    assert "look at the" in capsys.readouterr().out
    assert main(["improve", plan, "-q", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    jsonschema_rs.validator_for(results_schema()).validate(told)
    (adopted,) = told["improvement"]["adopted"]
    assert (adopted["judge"], adopted["candidate"]) == ("sim/judge", "fine")
    assert adopted["plan"]["judge"] == {"model": "sim/fine", "repeats": 1}
    (decided,) = [v for v in told["verdicts"] if v["name"] == "adoption"]
    assert (decided["verdict"], decided["design"]) == ("adopted", "fine")
    assert told["improvement"]["account"]["calls"] == 0
    assert main(["improve", plan, "-q"]) == 0
    text = capsys.readouterr().out
    assert "Before and after" in text
    assert "fine is adopted" in text
    assert main(["improve", plan, "--judge", "sim/nobody"]) == 2
    assert "has no judge sim/nobody" in capsys.readouterr().err
