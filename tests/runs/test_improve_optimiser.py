"""An optimiser proposes wordings from a part of the development set, within the budget."""

from __future__ import annotations

import builtins
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.runs.conftest import Project, world

from measurand.core.model import Call, ModelReply, ModelRequest
from measurand.core.output import Usage
from measurand.errors import BudgetExhausted, MissingExtra, UsageError
from measurand.jobs.improve import Improved, improve
from measurand.jobs.improving.case import ImproveOptions
from measurand.jobs.improving.optimising import SEEN
from measurand.jobs.run import run
from measurand.models.open import Models
from measurand.models.replay import ScriptedModel
from measurand.raters.judge import read_back
from measurand.simulate.provider_draws import draw
from measurand.store.ledger import open_ledger
from measurand.store.outputs import write_outputs

EXAMPLES = 90
WORDING = "Count statements that the reference contradicts, and nothing else."
RUBRIC = [{"dimension": "accuracy", "definition": "Right?", "raters": ["judge", "people"]}]


def quality() -> dict[str, float]:
    """What is true of every output, by its text."""
    bot = world()
    rows = {example.id: row for row, example in enumerate(bot.examples)}
    columns = {system.name: column for column, system in enumerate(bot.systems)}
    return {
        output.text: float(bot.latent["accuracy"][rows[output.example], columns[output.system]])
        for output in bot.outputs
        if output.text is not None
    }


TRUE = quality()


def said(request: ModelRequest) -> ModelReply:
    """A judge that sees what is true once it is told what to look at, and a model that tells it."""
    usage = Usage(sum(len(one.content) for one in request.messages) // 4, 40)
    if len(request.messages) == 1:
        return ModelReply(text=f"I would say:\n```\n{WORDING}\n```", usage=usage)
    asked = read_back(request)
    assert asked is not None
    text = asked.outputs[0]
    told = WORDING in request.messages[0].content
    share = TRUE[text] if told else draw("blind", text)
    level = 1 + round(4 * min(max(share, 0.0), 1.0))
    reply = {"evidence": [], "reason": "So.", "level": level, "cannot_assess": False}
    return ModelReply(text=json.dumps({**reply, "canary": asked.canary}), usage=usage)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    scripted = ScriptedModel(said, name="sim/judge", cost=0.001)
    monkeypatch.setattr(Models, "open", lambda *_: scripted)
    return scripted


@pytest.fixture
def project(tmp_path: Path, model: ScriptedModel) -> Project:
    """A project whose recorded outputs were judged, and rated by people."""
    made = Project(tmp_path / "project", "http://127.0.0.1:9/v1")
    systems = ("today", "candidate")
    made.write(
        EXAMPLES,
        rubric=RUBRIC,
        judge={"model": "sim/judge", "repeats": 1},
        budget={"usd": 50},
        calibration={"development": 80},
        systems=[{"name": name, "target": f"file:{name}.jsonl"} for name in systems],
    )
    names = {example.id for example in world().examples[:EXAMPLES]}
    for name in systems:
        own = [o for o in world().outputs if o.system == name and o.example in names]
        write_outputs(made.folder / f"{name}.jsonl", own)
    run(made.plan, environment=made.environment)
    assert model.requests
    people = world().ratings.where(
        kind="people",
        dimension="accuracy",
        system=frozenset({"today", "candidate"}),
        example=frozenset(names),
    )
    with open_ledger(made.ledger) as ledger:
        ledger.add_ratings(people)
    return made


def improved(project: Project, **options: Any) -> Improved:
    return improve(project.plan, ImproveOptions(**options), environment=project.environment)


def test_what_it_proposes_is_selected_on_outputs_that_it_never_saw(
    project: Project, model: ScriptedModel
) -> None:
    found = improved(project, optimise=2)
    assert found.conclusion is not None
    (adopted,) = found.conclusion.adopted
    assert adopted.name.startswith("proposal")
    assert WORDING in adopted.snippet

    reflected = [r.messages[0].content for r in model.requests if len(r.messages) == 1]
    assert 1 <= len(reflected) <= 2
    with open_ledger(project.ledger) as ledger:
        log = ledger.calibration
        split = log.events("split")[-1].body
        rubric = log.events("look")[-1].rubric
        assert log.candidates(rubric) >= 2
        assert {e.body["name"] for e in log.events("candidate")} >= {"current", adopted.name}
    texts = {(o.example, o.system): o.text or "" for o in world().outputs}
    for name in split["test"]:
        assert not any(texts[tuple(name.split("\x1f"))] in prompt for prompt in reflected)
    shown = {
        name
        for name in split["development"]
        if any(texts[tuple(name.split("\x1f"))] in prompt for prompt in reflected)
    }
    assert shown
    assert found.answer is not None
    loss = [r for r in found.answer.findings.results if r.name == "out_of_fold_loss"]
    assert loss[0].estimate.n <= len(split["development"]) * (5 - len(SEEN)) / 5 + 4
    limits = found.answer.findings.limits
    told = f"of the {len(split['development'])} outputs of the development set; selection rests"
    assert any(told in limit for limit in limits)
    assert any("The optimiser proposed" in limit for limit in limits)

    count = len(model.requests)
    improved(project, optimise=2)
    assert len(model.requests) == count  # not one of them is asked again


def test_where_nothing_comes_back_that_is_told_and_all_outputs_select(
    project: Project, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(request: ModelRequest) -> Call:
        call = await ScriptedModel.ask(model, request)
        if len(request.messages) > 1 or call.reply is None:
            return call
        return replace(call, reply=replace(call.reply, text="x" * 3_000))  # far too long

    monkeypatch.setattr(model, "ask", ask, raising=False)
    found = improved(project, optimise=2)
    assert found.answer is not None
    assert found.conclusion is not None
    assert not found.conclusion.adopted
    limits = " ".join(found.answer.findings.limits)
    assert "came back without another wording for sim/judge" in limits
    assert "An optimiser was shown" not in limits
    with open_ledger(project.ledger) as ledger:
        development = ledger.calibration.events("split")[-1].body["development"]
    assert f"rests on {len(development)} outputs" in limits


def test_it_stops_at_the_budget_and_goes_on_from_there(
    project: Project, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(model.requests)

    async def ask(request: ModelRequest) -> Call:
        if len(model.requests) >= before + 20:
            raise BudgetExhausted("that is all")
        return await ScriptedModel.ask(model, request)

    monkeypatch.setattr(model, "ask", ask, raising=False)
    part = improved(project, optimise=2)
    assert part.conclusion is None
    assert part.exit_code == 4
    assert len(model.requests) == before + 20
    monkeypatch.undo()
    monkeypatch.setattr(Models, "open", lambda *_: model)
    assert improved(project, optimise=2).conclusion is not None
    names = [request.key for request in model.requests]
    assert len(names) == len(set(names))  # nothing is paid for twice


def test_without_a_budget_or_the_extra_it_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = project.plan.read_text(encoding="utf-8").replace("budget:\n  usd: 50\n", "")
    project.plan.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="give the plan a budget"):
        improved(project, optimise=2)
    real = builtins.__import__

    def none(name: str, *rest: Any, **more: Any) -> Any:
        if name == "gepa":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", none)
    with pytest.raises(MissingExtra, match=r"measurand\[gepa\]"):
        improved(project, optimise=2)
