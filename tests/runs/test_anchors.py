"""Anchors of a project: frozen from people's ratings, judged again at every run, read by a verb."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from tests.runs.conftest import PLAN, Project, world

from measurand.cli import main
from measurand.core.rating import Rating, Ratings
from measurand.errors import InsufficientData, UsageError
from measurand.jobs.anchors import anchors, freeze_anchors
from measurand.jobs.manifest import version_of
from measurand.jobs.planning import Planned, plan
from measurand.jobs.project import from_project
from measurand.jobs.run import Ran, RunOptions, run
from measurand.simulate.judge_model_sim import SimJudge
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger
from measurand.store.ledger_calibration import CalibrationEvent
from measurand.store.plans import load_plan

ITEMS = 10
EXAMPLES = 6
CALLS = 2 * ITEMS
"""One judge and two dimensions that it rates."""


def go(project: Project, options: RunOptions | None = None) -> Ran:
    return run(project.plan, options, environment=project.environment)


def plan_of(project: Project) -> Planned:
    return plan(project.plan, environment=project.environment)


def rated(project: Project, *, people: int = 2, examples: int = 6) -> None:
    """People rate every output on accuracy and tone, as the world has them."""
    rubric = load_plan(project.plan).rubric
    rows = [
        Rating(
            example=example.id,
            system=system,
            dimension=dimension,
            rater=f"person {person}",
            kind="people",
            value=3.0 + (person + place) % 2,
        )
        for place, example in enumerate(world().examples[:examples])
        for system in ("today", "candidate")
        for dimension in ("accuracy", "tone")
        for person in range(people)
    ]
    with open_ledger(project.ledger) as ledger:
        for dimension in ("accuracy", "tone"):
            own = [row for row in rows if row.dimension == dimension]
            version = version_of(rubric.dimension(dimension))
            ledger.add_ratings(Ratings.of(own), version=version)


def judged(project: Project) -> Mapping[int, int]:
    """How many judgments of anchors there are of each run."""
    found: dict[int, int] = {}
    with open_ledger(project.ledger) as ledger:
        for record in ledger.probes.rows(probe="anchor"):
            found[record.row.repeat] = found.get(record.row.repeat, 0) + 1
    return found


@pytest.fixture
def watched(project: Project) -> Project:
    """A project with anchors in its plan that was run once and rated by people since."""
    systems = [{**one, "parameters": {"max_tokens": 600}} for one in PLAN["systems"]]
    project.write(EXAMPLES, anchors={"items": ITEMS}, systems=systems)
    go(project)
    assert judged(project) == {}
    rated(project)
    return project


def test_every_run_judges_the_frozen_outputs_again_and_pays_for_it(
    watched: Project, provider: SimulatedProvider
) -> None:
    before = provider.counts.total.received
    go(watched, RunOptions(judge=False))
    assert provider.counts.total.received == before
    assert judged(watched) == {}
    assert any("no anchors are frozen yet" in n for n in plan_of(watched).notes)
    first = go(watched)
    assert first.exit_code == 0
    assert plan_of(watched).forecast.calls == CALLS
    assert provider.counts.total.received - before == CALLS
    assert first.snapshot.cost > 0
    second = go(watched)
    assert judged(watched) == {0: CALLS, 1: CALLS}
    assert second.spent == pytest.approx(first.spent + second.snapshot.cost, rel=1e-9)
    with open_ledger(watched.ledger) as ledger:
        values = {
            (r.row.example, r.row.system, r.row.dimension, r.row.repeat): r.row.value
            for r in ledger.probes.rows(probe="anchor")
        }
        assert len(ledger.calibration.events("anchors")) == 1
    assert any(values[(*key[:3], 1)] != values[(*key[:3], 0)] for key in values)


def test_too_few_ratings_freeze_nothing_by_themselves(project: Project) -> None:
    project.write(EXAMPLES, anchors={"items": 30})
    go(project)
    rated(project)
    go(project)
    assert judged(project) == {}
    with pytest.raises(UsageError, match="no anchors are frozen yet"):
        anchors(project.plan)
    frozen = freeze_anchors(project.plan, environment=project.environment)
    assert len(frozen.items) == 2 * EXAMPLES
    go(project)
    assert judged(project) == {0: 4 * EXAMPLES}


def test_a_yes_no_dimension_without_reference_ratings_is_frozen_and_run(project: Project) -> None:
    rubric = [*PLAN["rubric"], {"dimension": "safe", "scale": "yes/no", "raters": ["judge"]}]
    project.write(EXAMPLES, anchors={"items": ITEMS}, rubric=rubric)
    go(project)
    rated(project)
    rows = [
        Rating(
            example=example.id,
            system="today",
            dimension="safe",
            rater=f"person {person}",
            kind="people",
            value=float(place % 2),
        )
        for place, example in enumerate(world().examples[:EXAMPLES])
        for person in range(2)
    ]
    safe = load_plan(project.plan).rubric.dimension("safe")
    with open_ledger(project.ledger) as ledger:
        ledger.add_ratings(Ratings.of(rows), version=version_of(safe))
    frozen = freeze_anchors(project.plan, environment=project.environment)
    labels = {a.example: a.labels["safe"] for a in frozen.items if "safe" in a.labels}
    assert set(labels.values()) == {0.0, 1.0}
    go(project)
    assert judged(project) == {0: 2 * ITEMS + len(labels)}


def test_one_vote_is_no_label_and_locked_outputs_are_no_anchors(project: Project) -> None:
    project.write(EXAMPLES, anchors={"items": ITEMS})
    go(project)
    rated(project, people=1)
    with pytest.raises(InsufficientData, match="found 0"):
        freeze_anchors(project.plan, environment=project.environment)
    rated(project)
    names = [f"{e.id}\x1ftoday" for e in world().examples[:2]]
    with open_ledger(project.ledger) as ledger:
        ledger.calibration.add([CalibrationEvent(kind="split", body={"test": names})])
    frozen = freeze_anchors(project.plan, items=12, environment=project.environment)
    assert len(frozen.items) == 2 * EXAMPLES - 2
    assert not {f"{a.example}\x1f{a.system}" for a in frozen.items} & {*names}


def test_a_stopped_run_goes_on_with_its_anchors(watched: Project) -> None:
    with open_ledger(watched.ledger) as ledger:
        spent = ledger.work.spent()
    budget = spent + 0.08
    stopped = go(watched, RunOptions(budget=budget))
    assert stopped.stop.reason == "budget"
    assert 0 < judged(watched)[0] < CALLS
    assert stopped.spent <= budget
    go(watched)
    assert judged(watched) == {0: CALLS}
    go(watched)
    assert judged(watched) == {0: CALLS, 1: CALLS}


def test_the_verb_tells_none_and_then_judge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The provider puts another model behind the judge's name; nothing else says so."""
    with SimulatedProvider(world()) as provider:
        project = Project(tmp_path / "project", provider.base_url)
        project.write(EXAMPLES, anchors={"items": ITEMS})
        go(project)
        rated(project)
        monkeypatch.chdir(project.folder)
        go(project)
        assert main(["anchors"]) == 3
        assert "this is the first" in capsys.readouterr().out
        for _ in range(2):
            go(project)
    assert main(["anchors", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (verdict,) = document["verdicts"]
    assert (verdict["verdict"], verdict["raters"]) == ("none", ["sim/judge"])
    runs = [r["segment"] for r in document["results"] if r["name"] == "anchor_gap"]
    assert runs[:3] == ["run 1", "run 2", "run 3"]
    port = int(project.base_url.rpartition(":")[2].partition("/")[0])
    with SimulatedProvider(world(), judges={"judge": SimJudge(severity=2)}, port=port):
        for _ in range(5):
            go(project)
    notes = from_project(project.plan, environment=project.environment).notes
    assert any(note.startswith("Drift: sim/judge has changed") for note in notes)
    assert main(["anchors", "--html", "a.html"]) == 1
    told = capsys.readouterr().out
    assert "sim/judge has changed since about run" in " ".join(told.split())
    assert (project.folder / "a.html").read_text(encoding="utf-8").count("<svg") >= 2


def test_freezing_anew_begins_a_new_history(
    watched: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(watched.folder)
    for _ in range(2):
        go(watched)
    assert main(["anchors", "--freeze"]) == 0
    assert f"frozen: {ITEMS} outputs" in capsys.readouterr().out
    assert main(["anchors"]) == 3
    go(watched)
    assert judged(watched) == {0: CALLS, 1: CALLS, 2: CALLS}
    capsys.readouterr()
    assert main(["anchors", "--json"]) == 3
    assert "this is the first" in capsys.readouterr().out


def test_another_definition_makes_other_labels_and_another_judge(watched: Project) -> None:
    go(watched)
    changed = [dict(one) for one in load_yaml(watched)["rubric"]]
    changed[1]["definition"] = "Warm, and plain."
    systems = load_yaml(watched)["systems"]
    watched.write(EXAMPLES, anchors={"items": ITEMS}, rubric=changed, systems=systems)
    go(watched)
    assert judged(watched) == {0: CALLS, 1: ITEMS}
    found = anchors(watched.plan)
    assert "this is the first" in found.findings.verdicts[0].reason
    assert any("Another version of sim/judge" in limit for limit in found.findings.limits)


def load_yaml(project: Project) -> dict[str, list[dict[str, object]]]:
    return dict(yaml.safe_load(project.plan.read_text(encoding="utf-8")))
