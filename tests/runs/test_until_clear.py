"""A run that may end early: when it does, when not, and what it says of what it left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.runs.conftest import Project

from measurand.cli import main
from measurand.core.example import Component, Example, Message
from measurand.errors import UsageError
from measurand.jobs.compare import compare, planned_options, run_report
from measurand.jobs.looks import LOOKED
from measurand.jobs.project import from_project
from measurand.jobs.run import Ran, RunOptions, run
from measurand.models.environment import Environment
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger

BOT = """
import hashlib

ASKED = []

def luck(question, who):
    return int(hashlib.sha256(f"{who} {question}".encode()).hexdigest()[:6], 16) / 16**6

def told(right):
    return {"text": "right" if right else "wrong", "cost": 0.01}

def now(question):
    return told(luck(question, "all") < 0.5)

def good(question):
    return told(luck(question, "all") < 0.9)

def bad(question):
    return told(luck(question, "all") < 0.1)

def other(question):
    return told(luck(question, "mine") < 0.5)

def silent(question):
    if luck(question, "x") < 0.3:
        raise ValueError("no answer today")
    return good(question)
"""
CHECK = """
def right(example, output):
    return output.text == "right"

def safe(example, output):
    return output.text == "right" or example.id[-1] not in "012345"
"""
SIZES: dict[Component, int] = {"core": 120, "regression": 20, "adversarial": 10}


def made(folder: Path, *candidates: str, **changes: Any) -> Project:
    """A project whose systems are functions, as are its checks."""
    project = Project(folder, "http://127.0.0.1:9")
    systems = [{"name": "now", "role": "current", "target": "bot.py:now"}]
    systems += [{"name": name, "target": f"bot.py:{name}"} for name in candidates]
    rated = {"dimension": "d", "weight": 100, "scale": "yes/no", "raters": ["chk.py:right"]}
    plan = {"rubric": [rated], "systems": systems, "judge": None, "prices": {}, "run": {"look": 20}}
    project.write(1, **{**plan, **changes})
    for file in (folder / "data").iterdir():
        file.unlink()
    asked = [
        Example(
            id=f"{part}-{at}",
            messages=(Message("user", f"{part}, question {at}?"),),
            component=part,
            segments=("long" if at % 4 else "short",),
        )
        for part, size in SIZES.items()
        for at in range(size)
    ]
    Dataset(tuple(asked)).save(folder / "data")
    (folder / "bot.py").write_text(BOT, encoding="utf-8")
    (folder / "chk.py").write_text(CHECK, encoding="utf-8")
    return project


def go(project: Project, **options: Any) -> Ran:
    chosen = RunOptions(**{"until_clear": True, **options})
    return run(project.plan, chosen, environment=Environment(project.variables))


def outcomes(ran: Ran) -> dict[str, str]:
    assert ran.clear is not None
    return {one.system: one.outcome for one in ran.clear.decided}


def asked(project: Project) -> dict[str, int]:
    """How many examples of each component have an output of the current system."""
    rows = project.query("SELECT example FROM outputs WHERE system = 'now'")
    names = [example.split("-")[0] for (example,) in rows]
    return {part: names.count(part) for part in SIZES}


def test_a_better_candidate_ends_core_early_and_the_rest_is_asked_all_the_same(
    tmp_path: Path,
) -> None:
    project = made(tmp_path / "p", "good")
    ran = go(project)
    assert outcomes(ran) == {"good": "better"}
    there = asked(project)
    assert 20 <= there["core"] < 120
    assert (there["regression"], there["adversarial"]) == (20, 10)
    left = 120 - there["core"]
    assert ran.clear is not None
    assert dict(ran.clear.left) == {"core": left}
    assert ran.clear.saved == pytest.approx(0.02 * left)
    assert f"stopped after {150 - left} of 150 examples: good is better than now" in (
        ran.clear.message
    )
    assert f"about ${0.02 * left:.2f} not spent" in ran.clear.message
    assert ran.exit_code == 0
    told = ran.to_json()
    assert told["complete"] is False
    assert told["stopped"] == ran.clear.message
    assert told["clear"]["not_asked"] == {"core": left}


def test_what_is_worse_is_not_asked_any_further(tmp_path: Path) -> None:
    project = made(tmp_path / "p", "bad")
    ran = go(project)
    assert outcomes(ran) == {"bad": "worse"}
    there = asked(project)
    assert there["core"] < 120
    assert (there["regression"], there["adversarial"]) == (0, 0)


def test_it_goes_on_until_every_candidate_is_decided(tmp_path: Path) -> None:
    alone, both = made(tmp_path / "alone", "good"), made(tmp_path / "both", "good", "other")
    first, second = go(alone), go(both)
    assert outcomes(second)["other"] == ""
    assert asked(both) == SIZES
    assert first.snapshot.examples < second.snapshot.examples
    assert second.clear is not None
    assert not second.clear.early
    assert second.to_json()["complete"] is True
    assert second.clear.message == second.clear.limit == ""


def test_the_same_within_a_margin_is_an_answer_too(tmp_path: Path) -> None:
    twin = [
        {"name": "now", "role": "current", "target": "bot.py:now"},
        {"name": "twin", "target": "bot.py:now"},
    ]
    ran = go(made(tmp_path / "p", systems=twin, compare={"margin": 0.15}))
    assert outcomes(ran) == {"twin": "equivalent"}
    assert ran.clear is not None
    assert ran.clear.early


def test_a_better_one_that_is_blocked_more_often_is_not_clear(tmp_path: Path) -> None:
    rubric = [
        {"dimension": "d", "weight": 100, "scale": "yes/no", "raters": ["chk.py:right"]},
        {"dimension": "safe", "scale": "yes/no", "blocking": True, "raters": ["chk.py:safe"]},
    ]
    blocked = made(tmp_path / "p", "bad", rubric=rubric, compare={"margin": 0.9})
    assert outcomes(go(blocked))["bad"] in {"", "worse"}


def test_nothing_is_clear_while_too_many_have_no_score(tmp_path: Path) -> None:
    project = made(tmp_path / "p", "silent")
    ran = go(project)
    assert outcomes(ran) == {"silent": ""}
    assert asked(project) == SIZES


def test_the_same_command_ends_at_the_same_look_and_asks_nothing(tmp_path: Path) -> None:
    project = made(tmp_path / "p", "good")
    first, before = go(project), asked(project)
    second = go(project)
    assert asked(project) == before
    assert second.snapshot.done == 0
    assert first.clear is not None
    assert second.clear is not None
    assert second.clear.decided == first.clear.decided
    assert second.clear.saved is None


def test_what_was_stopped_on_the_way_goes_on_to_the_same_end(tmp_path: Path) -> None:
    whole, broken = made(tmp_path / "whole", "good"), made(tmp_path / "broken", "good")
    ran = go(whole)
    short = go(broken, budget=0.3)
    assert short.stop.reason == "budget"
    assert short.clear is None
    assert short.exit_code == 4
    again = go(broken, budget=100.0)
    assert again.clear is not None
    assert ran.clear is not None
    assert again.clear.decided == ran.clear.decided
    assert asked(broken) == asked(whole)


def test_completed_later_it_is_what_an_unbroken_run_is(tmp_path: Path) -> None:
    early, whole = made(tmp_path / "early", "good"), made(tmp_path / "whole", "good")
    go(early)
    ended = go(early, until_clear=False)
    go(whole, until_clear=False)
    assert ended.clear is None
    assert ended.to_json()["complete"] is True
    rows = "SELECT example, system, value FROM ratings ORDER BY 1, 2"
    assert early.query(rows) == whole.query(rows)


def test_readers_learn_what_was_not_asked(tmp_path: Path) -> None:
    project = made(tmp_path / "p", "good")
    ran = go(project)
    assert ran.clear is not None
    source = from_project(project.plan, environment=Environment(project.variables))
    assert ran.clear.limit in source.limits
    assert source.run is not None
    assert source.run.looked
    assert source.run.stopped == ran.clear.message
    go(project, until_clear=False)
    source = from_project(project.plan, environment=Environment(project.variables))
    assert source.run is not None
    assert not source.run.looked
    assert ran.clear.limit not in source.limits


def test_the_report_of_it_holds_at_every_look_and_says_why_it_ended(tmp_path: Path) -> None:
    project = made(tmp_path / "p", "good")
    ran = go(project)
    assert ran.clear is not None
    answer = run_report(project.plan, environment=Environment(project.variables))
    (verdict,) = (one for one in answer.findings.verdicts if one.name == "overall")
    assert verdict.outcome == "a better"
    assert verdict.estimate is not None
    assert verdict.estimate.method.startswith("confidence sequence")
    told = answer.to_json()
    assert told["run"]["stopped"] == ran.clear.message
    assert ran.clear.limit in told["limits"]
    page = answer.to_html()
    assert "about $" in page
    assert "--no-until-clear" in page


def test_a_comparison_counts_looks_at_data_that_grow(tmp_path: Path) -> None:
    project = made(tmp_path / "p", "good")
    at = {"environment": Environment(project.variables)}

    def warned() -> list[str]:
        found = compare(from_project(project.plan, **at)).findings.limits
        return [one for one in found if one.startswith("This is look")]

    go(project, until_clear=False, limit=30)
    assert warned() == []
    assert warned() == []
    go(project, until_clear=False, limit=60)
    assert warned() == [one for one in warned() if one.startswith("This is look 2 ")] != []
    source = from_project(project.plan, **at)
    options = replace(planned_options(source), looks="anytime")
    limits = compare(source, options=options).findings.limits
    assert not [one for one in limits if one.startswith("This is look")]


def test_no_gate_is_green_over_what_was_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = made(tmp_path / "p", "bad")
    go(project)
    monkeypatch.chdir(project.folder)
    assert main(["gate"]) == 3


def test_every_look_is_written_down(tmp_path: Path) -> None:
    project = made(tmp_path / "p", "good")
    ran = go(project)
    with open_ledger(project.ledger) as ledger:
        looks = [[*e.manifest["pairs"].values()] for e in ledger.work.events(LOOKED)]
    assert ran.clear is not None
    assert len(looks) == ran.clear.looks
    assert looks == sorted(looks)


def test_the_plan_may_ask_for_it_and_the_command_refuse_it(tmp_path: Path) -> None:
    project = made(tmp_path / "p", "good", run={"until_clear": True, "look": 20})
    assert go(project, until_clear=None, limit=150).clear is not None
    assert go(project, until_clear=False).clear is None


@pytest.mark.parametrize(
    ("systems", "said"),
    [
        ([{"name": "a", "target": "bot.py:now"}], "role: current"),
        ([{"name": "a", "role": "current", "target": "bot.py:now"}], "a candidate"),
    ],
)
def test_without_two_to_compare_it_is_refused(
    tmp_path: Path, systems: list[dict[str, str]], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        go(made(tmp_path / "p", systems=systems))


def test_core_that_is_weighted_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    project = made(tmp_path, "good")
    data = tmp_path / "data"
    drawn = [
        replace(one, probability=0.1 if place % 2 else 0.2) if one.component == "core" else one
        for place, one in enumerate(Dataset.load(data).examples)
    ]
    Dataset(tuple(drawn)).save(data)
    with pytest.raises(UsageError, match=r"drawn with different probabilities"):
        go(project)


def test_the_command_says_what_it_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = made(tmp_path / "p", "bad")
    monkeypatch.chdir(project.folder)
    assert main(["run", "--until-clear", "--no-report"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "bad is worse than now" in said
    assert "not spent" in said
    assert "20 of regression" in said
