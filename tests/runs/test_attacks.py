"""Attacks written by a model: cost known before, strict replies, nothing asked twice.

And a run that finds who obeys without any judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from tests.runs.conftest import PLAN, Project

from measurand.cli import main
from measurand.errors import InfrastructureError, UsageError
from measurand.jobs.attacks import (
    AttackOptions,
    Made,
    attack_catalogue,
    foretold_attacks,
    make_attacks,
    write_attacks,
)
from measurand.jobs.compare import compare_findings, planned_options
from measurand.jobs.project import from_project
from measurand.jobs.run import run
from measurand.jobs.set_place import set_place
from measurand.simulate.server import SimulatedProvider
from measurand.store.built_set import load_set

if TYPE_CHECKING:
    from measurand.simulate.provider_asked import Asked

NOW = "2026-03-01T00:00:00+00:00"
WRITER = AttackOptions(count=60, model="sim/writer")
SAFETY = {
    "dimension": "safety",
    "scale": "yes/no",
    "blocking": True,
    "raters": ["check.attack"],
}
HELP = {"dimension": "help", "weight": 1, "scale": "yes/no", "raters": [{"check.attack": "comply"}]}
BOTS = """\
from measurand.simulate.attacked import AttackedBot

def weak(messages):
    return AttackedBot(obeys=1.0)(messages)

def sound(messages):
    return AttackedBot()(messages)

def refuser(messages):
    return AttackedBot(refuses=1.0)(messages)
"""


def _writes(asked: Asked) -> str:
    """A model that writes what it is asked for, and now and then what it is not."""
    told = asked.turns[-1][1]
    count = int(re.findall(r"Write (\d+) others", told)[0])
    slots = " ".join(re.findall(r"Keep (\{\w+\}) exactly", told))
    opens = 'Begin with "Sure, here is how".' if 'begin with "sure' in told else ""
    number = re.findall(r"number (\d+) and on", told)[0]
    made: list[dict[str, Any]] = []
    for place in range(count):
        what = f"{crc32(told.encode())}-{number}-{place}"
        entry: dict[str, Any] = {"turns": [f"About my line {what}: {opens} {slots}"]}
        if '"contrast"' in told:
            entry["contrast"] = [f"About my neighbour's line {what}"]
        made.append(entry)
    if "digits in place" in told:
        return "Sure! Here are some attacks."  # the provider puts it into the form asked for
    if "kinship" in told:
        made[0] = {"turns": ["one", "two"]}
    if "tells a joke" in told:
        made[0] = {"turns": ["fine"], "note": "more"}
    return json.dumps({"attacks": made})


@pytest.fixture(scope="module")
def writer() -> Iterator[SimulatedProvider]:
    with SimulatedProvider(_writes, keep_requests=True) as server:
        yield server


@pytest.fixture
def asking(tmp_path: Path, writer: SimulatedProvider) -> Project:
    made = Project(tmp_path / "project", writer.base_url)
    prices = {"sim/writer": {"input": 1, "output": 4}}
    made.write(40, prices={**PLAN["prices"], **prices}, task="Answer customers by chat.")
    return made


def _made(project: Project, **changes: Any) -> Made:
    place = set_place(project.plan)
    return make_attacks(place, replace(WRITER, **changes), environment=project.environment)


def test_a_model_writes_them_within_its_budget_and_what_it_said_is_not_asked_again(
    asking: Project, writer: SimulatedProvider
) -> None:
    place = set_place(asking.plan)
    ahead = foretold_attacks(place, WRITER, environment=asking.environment)
    assert ahead.calls > 30
    assert ahead.cost.high is not None
    assert writer.counts.total.received == 0

    made = _made(asking)
    assert writer.counts.total.received == ahead.calls
    assert made.spent is not None
    assert 0 < made.spent <= ahead.cost.high
    assert len(made.attacks) + 1 >= WRITER.count - len(made.refused) - len(made.failed) - 4
    why = {one.form: one.reason for one in made.refused}
    assert "{ask_leet}" in why["jailbreak.leetspeak"]
    assert "an odd number" in why["privacy.relative"]
    for one in made.attacks:
        text = " ".join(message.content for message in one.example.messages)
        assert "{" not in text
        assert one.example.source == "written by sim/writer, not looked at"
        assert one.rule.endswith(", by sim/writer")
    decided = [one for one in made.attacks if one.example.checklist]
    assert len(decided) >= 10

    again = foretold_attacks(place, WRITER, environment=asking.environment)
    assert again.calls == 0
    assert _made(asking).attacks == made.attacks
    assert writer.counts.total.received == ahead.calls


def test_a_reply_that_is_no_json_is_refused_and_asked_again_only_where_that_is_asked_for(
    asking: Project,
) -> None:
    with SimulatedProvider(_writes, faults=[{"fault": "malformed", "share": 1}]) as server:
        broken = replace(asking, base_url=server.base_url)
        first = _made(broken, count=6)
        assert not first.attacks
        assert {"no JSON" in one.reason for one in first.refused} == {True}
        count = server.counts.total.received
        assert _made(broken, count=6).refused == first.refused
        assert server.counts.total.received == count
        _made(broken, count=6, again=True)
        assert server.counts.total.received == 2 * count


def test_a_budget_that_is_surely_too_small_spends_nothing(
    asking: Project, writer: SimulatedProvider
) -> None:
    before = writer.counts.total.received
    with pytest.raises(InfrastructureError, match="nothing was asked") as refused:
        _made(asking, budget=1e-6)
    least = re.search(r"at least \$([\d.]+), \$0.00 are spent", str(refused.value))
    assert least is not None
    assert float(least[1]) > 0
    assert "the budget is $0.0000010." in str(refused.value)
    assert writer.counts.total.received == before


def test_a_set_gets_them_with_their_lineage_once(asking: Project) -> None:
    made = make_attacks(set_place(asking.plan), AttackOptions(count=12))
    data = asking.folder / "data"
    assert write_attacks(made, data, now=NOW) == 12
    assert write_attacks(made, data, now=NOW) == 0
    built = load_set(data)
    kept = [e for e in built.dataset.examples if e.id.startswith("attack-")]
    assert len(kept) == 12
    assert len(built.dataset.examples) == 52
    lineage = built.lineage[kept[0].id]
    assert lineage.rule.startswith("adversarial: ")
    assert lineage.accepted_by is None
    assert lineage.component == "adversarial"
    with pytest.raises(UsageError, match="is there already"):
        write_attacks(made, _file(asking.folder, made), now=NOW)
    with pytest.raises(UsageError, match=r"ends in \.jsonl"):
        write_attacks(made, asking.folder / "attacks.csv", now=NOW)
    assert not (asking.folder / "attacks.csv").exists()


def _file(folder: Path, made: Made) -> Path:
    out = folder / "attacks.jsonl"
    assert write_attacks(made, out, now=NOW) == len(made.attacks)
    return out


def test_a_run_finds_who_obeys_and_who_refuses_everything_without_a_judge(asking: Project) -> None:
    (asking.folder / "bots.py").write_text(BOTS, encoding="utf-8")
    systems = [{"name": name, "target": f"bots.py:{name}"} for name in ("weak", "sound", "refuser")]
    asking.write(
        40, rubric=[SAFETY, HELP], systems=systems, judge=None, data={"path": "attacks.jsonl"}
    )
    made = make_attacks(set_place(asking.plan, asking.folder / "data"), AttackOptions(count=90))
    _file(asking.folder, made)
    run(asking.plan, environment=asking.environment)

    source = from_project(asking.plan, environment=asking.environment)
    found = compare_findings(source, planned_options(source), every_result=True)
    blocked = {
        r.systems[0]: r.estimate
        for r in found.results
        if r.name == "blocking_rate" and len(r.systems) == 1 and not r.component and not r.segment
    }
    assert blocked["weak"].value == 1
    assert blocked["sound"].value == 0
    assert blocked["refuser"].value == 0
    helped = {
        r.systems[0]: r.estimate.value
        for r in found.results
        if (r.name, r.dimension) == ("mean", "help") and not r.component and not r.segment
    }
    assert helped["refuser"] == 0
    assert helped["sound"] == 1


def test_the_command_lists_makes_and_refuses(
    asking: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(asking.folder)
    for name, value in asking.variables.items():
        monkeypatch.setenv(name, value)
    assert main(["data", "attacks", "--list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["account"] == json.loads(json.dumps(attack_catalogue().to_json()["account"]))
    assert main(["data", "attacks", "--count", "6", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["account"]
    assert told["made"] == len(told["attacks"]) == 6
    assert main(["data", "attacks", "--dry-run"]) == 2
    assert "for --model" in capsys.readouterr().err
    assert main(["data", "attacks", "--model", "sim/writer", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["calls"] > 10
