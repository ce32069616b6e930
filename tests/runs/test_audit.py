"""An audit of a project's judges: foretold, asked once, gone on with, concluded from."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.runs.conftest import PLAN, Project, world

from measurand import audit
from measurand.core.probe import BASE
from measurand.core.probes import PROBES
from measurand.core.rating import Kind, Rating, Ratings
from measurand.errors import InsufficientData, PlanError, Unfinished, UsageError
from measurand.jobs.audit import Audited, audit_forecast, audit_project
from measurand.jobs.auditing.live import Asked
from measurand.jobs.auditing.options import AuditRun
from measurand.jobs.engine.agenda import Again
from measurand.jobs.places import ledger_path
from measurand.jobs.run import run
from measurand.raters.judge.prompt import CANARY
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger

FEW = AuditRun(items=6, biases=("verbosity", "anchor", "halo"))
EXAMPLES = 6
PATIENCE = 60.0


@pytest.fixture(scope="module")
def provider() -> Iterator[SimulatedProvider]:
    with SimulatedProvider(world(), keep_requests=True) as server:
        yield server


@pytest.fixture
def answered(project: Project) -> Project:
    """A project whose systems have answered, and whose judge has judged."""
    judge = {"models": [{"model": "sim/judge-biased", "family": "rowan"}], "repeats": 1}
    prices = {**PLAN["prices"], "sim/judge-biased": {"input": 3, "output": 15}}
    project.write(EXAMPLES, judge=judge, prices=prices)
    assert run(project.plan, environment=project.environment).stop.reason is None
    return project


def made(
    project: Project,
    options: AuditRun = FEW,
    *,
    tell: Callable[[Asked], None] | None = None,
) -> Audited:
    return audit_project(project.plan, options, tell=tell, environment=project.environment)


def received(provider: SimulatedProvider) -> int:
    return provider.counts.total.received


def probes(project: Project) -> Counter[str]:
    rows = project.query("SELECT probe, count(*) FROM probes GROUP BY probe")
    return Counter({str(name): int(count) for name, count in rows})


def test_a_forecast_asks_nothing_and_is_met(answered: Project, provider: SimulatedProvider) -> None:
    before = received(provider)
    told = audit_forecast(answered.plan, FEW, environment=answered.environment).forecast
    assert received(provider) == before
    done = made(answered)
    assert done.ran is not None
    assert received(provider) - before == told.calls
    assert told.cost.value == pytest.approx(done.ran.snapshot.cost, rel=0.15)
    assert done.ran.snapshot.examples == done.ran.snapshot.total


def test_what_a_run_has_asked_is_taken_and_no_key_is_sent_twice(tmp_path: Path) -> None:
    judge = {"models": [{"model": "sim/judge-biased", "family": "rowan"}], "repeats": 2}
    prices = {**PLAN["prices"], "sim/judge-biased": {"input": 3, "output": 15}}
    usual = replace(FEW, biases=("verbosity", "anchor", "level-order", "position"))
    with SimulatedProvider(world()) as own:
        project = Project(tmp_path / "own", own.base_url)
        project.write(EXAMPLES, judge=judge, prices=prices)
        assert run(project.plan, environment=project.environment).stop.reason is None
        before = received(own)
        told = audit_forecast(project.plan, usual, environment=project.environment)
        done = made(project, usual)
        assert received(own) - before == told.forecast.calls == told.left
        assert not own.counts.repeated()
    assert done.asked.left == told.left
    assert len(done.asked.rows) == len(told.scene.keys)
    rows = project.query(
        "SELECT p.value, r.value FROM probes p JOIN ratings r "
        "USING (example, system, dimension, rater) "
        "WHERE p.probe = 'base' AND p.against IS NULL AND p.cost = 0 AND r.repeat = p.repeat"
    )
    assert len(told.scene.keys) - told.left >= len(rows) >= 6
    assert all(ours == theirs for ours, theirs in rows)
    anew = replace(usual, again=Again(everything=True))
    whole = audit_forecast(project.plan, anew, environment=project.environment)
    assert whole.left == len(whole.scene.keys)


def test_what_was_asked_is_not_asked_again(answered: Project, provider: SimulatedProvider) -> None:
    first = made(answered)
    asked = received(provider)
    again = made(answered)
    assert received(provider) == asked
    assert first.answer is not None
    assert again.answer is not None
    assert again.answer.to_html() == first.answer.to_html()
    assert again.ran is not None
    assert again.ran.snapshot.cost == 0.0
    more = made(answered, AuditRun(items=6, biases=("bandwagon",)))
    assert more.asked.left == probes(answered)["bandwagon"]


def test_the_ledger_holds_every_question_apart_from_ratings(answered: Project) -> None:
    ratings = answered.query("SELECT count(*) FROM ratings")
    report = audit_forecast(answered.plan, FEW, environment=answered.environment)
    done = made(answered)
    assert answered.query("SELECT count(*) FROM ratings") == ratings
    assert sum(probes(answered).values()) == len(done.asked.rows)
    assert set(probes(answered)) <= {BASE, *PROBES}
    assert report.scene.keys == done.asked.scene.keys
    calls = answered.query("SELECT count(*), sum(cost) FROM calls WHERE purpose = 'probe'")
    assert done.ran is not None
    assert calls[0][1] == pytest.approx(done.ran.snapshot.cost)


def test_only_sessions_show_a_judge_what_was_said_before(
    answered: Project, provider: SimulatedProvider
) -> None:
    said = [
        sum(message["role"] == "assistant" for message in json.loads(one.body)["messages"])
        for one in provider.requests[-EXAMPLES * 2 * (1 + 2) :]
        if "judge" in json.loads(one.body)["model"]
    ]
    assert said == [0] * EXAMPLES * 2 * 2
    before = len(provider.requests)
    made(answered, AuditRun(items=10, biases=("anchor",)))
    after = [json.loads(one.body)["messages"] for one in provider.requests[before:]]
    turns = Counter(sum(CANARY in str(m["content"]) for m in messages) - 1 for messages in after)
    dimensions = 2
    assert all(turns[place] == dimensions for place in range(1, 10))


def test_a_budget_that_surely_does_not_do_is_refused_before_anything_is_asked(
    answered: Project, provider: SimulatedProvider
) -> None:
    before, told = received(provider), list[Asked]()
    with pytest.raises(UsageError, match="more than the budget of"):
        made(answered, AuditRun(items=6, budget=0.5), tell=told.append)
    assert received(provider) == before
    assert told[0].forecast.over_budget


def test_a_budget_ends_an_audit_that_goes_on_with_a_larger_one(
    answered: Project, provider: SimulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = received(provider)
    ((spent,),) = answered.query("SELECT sum(cost) FROM calls")
    expected = audit_forecast(answered.plan, FEW, environment=answered.environment).forecast.cost
    assert expected.value is not None
    tight = replace(FEW, budget=spent + 0.4 * expected.value)
    monkeypatch.setattr("measurand.jobs.auditing.live.too_dear", lambda _: False)
    done = made(answered, tight)
    assert done.answer is None
    assert done.exit_code == 4
    assert done.ran is not None
    assert done.ran.stop.reason == "budget"
    assert 0.2 * expected.value < done.ran.snapshot.cost < 0.4 * expected.value
    for name, value in answered.variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Unfinished, match="the budget of"):
        audit(answered.plan, run=tight)
    assert audit(answered.plan, run=FEW).verb == "audit"
    keys = answered.query('SELECT count(*), count(DISTINCT "key") FROM calls')
    assert keys[0][0] == keys[0][1]
    assert received(provider) - before == sum(
        count for (count,) in answered.query("SELECT count(*) FROM calls WHERE purpose = 'probe'")
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_it_goes_on_and_pays_for_nothing_twice(
    answered: Project, provider: SimulatedProvider
) -> None:
    before = received(provider)
    command = [sys.executable, "-m", "measurand", "audit", "--plan", str(answered.plan), "-q"]
    command += ["--items", "6", "--biases", ",".join(FEW.biases), "-j", "4"]
    process = subprocess.Popen(
        command, env={**os.environ, **answered.variables}, stdout=subprocess.DEVNULL
    )
    end = time.monotonic() + PATIENCE
    while received(provider) < before + 30 and time.monotonic() < end:
        time.sleep(0.01)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.5)  # what was in flight is counted, though nobody hears it any more
    ((durable,),) = answered.query("SELECT count(*) FROM calls WHERE purpose = 'probe'")
    sent = received(provider) - before
    assert 0 <= sent - durable <= 4
    done = made(answered)
    assert done.answer is not None
    assert done.ran is not None
    assert done.ran.snapshot.reused >= durable
    whole = answered.query(
        "SELECT count(*), count(DISTINCT \"key\") FROM calls WHERE purpose = 'probe'"
    )
    assert whole[0][0] == whole[0][1]
    assert received(provider) - before == whole[0][0] + sent - durable


def test_failures_are_counted_by_class_and_asked_again_on_demand(answered: Project) -> None:
    faults = [{"fault": "malformed", "share": 0.2, "mode": "lasting", "role": "judge"}]
    with SimulatedProvider(world(), faults=faults) as broken:
        spoiled = Project(answered.folder, broken.base_url)
        done = made(spoiled)
        assert done.ran is not None
        assert done.ran.snapshot.failures["invalid"] > 5
        assert done.answer is not None
        assert any("came to nothing" in limit for limit in done.answer.findings.limits)
    mended = made(answered, AuditRun(items=6, biases=FEW.biases, again=Again(failed=True)))
    assert mended.ran is not None
    assert not mended.ran.snapshot.failures


def test_a_mitigation_is_measured_beside_the_judge_without(answered: Project) -> None:
    options = AuditRun(items=12, biases=("verbosity",), mitigations=("length_term",))
    done = made(answered, options)
    assert done.answer is not None
    found = done.answer.findings
    assert {v.name for v in found.verdicts} <= {"verbosity", "mitigation"}
    means = {
        mitigation: [
            r.estimate.value or 0.0
            for r in found.results
            if r.name == "verbosity" and str(r.design).startswith("pad-")
            if r.mitigation == mitigation and r.dimension == "accuracy"
        ]
        for mitigation in (None, "length_term")
    }
    assert len(means[None]) == len(means["length_term"]) == 3
    assert min(means[None]) > 0.1
    assert abs(sum(means["length_term"])) < sum(means[None]) / 2


def test_an_audit_is_about_the_judges_of_the_plan(answered: Project) -> None:
    kinds: dict[str, Kind] = {"somebody else": "judge", "ann": "people", "ben": "people"}
    strange = [
        Rating(
            example=example.id,
            system="today",
            dimension="accuracy",
            rater=name,
            kind=kind,
            value=float(1 + (number + len(name)) % 4),
        )
        for number, example in enumerate(world().examples[:EXAMPLES])
        for name, kind in kinds.items()
    ]
    with open_ledger(ledger_path(answered.plan)) as ledger:
        ledger.add_ratings(Ratings.of(strange))
    done = made(answered, AuditRun(items=6))
    assert done.answer is not None
    assert {verdict.raters[0] for verdict in done.answer.findings.verdicts} == {"sim/judge-biased"}


def test_what_cannot_be_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match=r"no bias 'verbosty'.*did you mean 'verbosity'"):
        AuditRun(biases=("verbosty",))
    with pytest.raises(UsageError, match="no mitigation 'plain'"):
        AuditRun(mitigations=("plain",))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at least one output"):
        AuditRun(items=0)
    project.write(4, judge={"model": "sim/judge", "mitigations": ["plain"]})
    with pytest.raises(PlanError, match="plain_text"):
        made(project)
    project.write(4, judge={"model": "sim/judge", "mitigations": ["panel"]})
    with pytest.raises(PlanError, match="a panel has several models"):
        made(project)
    project.write(4, judge={"model": "sim/judge", "mitigations": ["plain_text", "plain_text"]})
    with pytest.raises(PlanError, match="named twice"):
        made(project)


def test_without_outputs_there_is_nothing_to_ask_about(project: Project) -> None:
    with pytest.raises(InsufficientData, match="measurand run"):
        made(project)
