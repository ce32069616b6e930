"""Twins that a model writes, and versions of a system: what the tests rest on is made by runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from measurand.analysis.exposure import Exposure
from measurand.core.example import Example, Message
from measurand.errors import Unfinished
from measurand.jobs.canary import ask_canary, asking_canary
from measurand.jobs.contamination import contamination, contamination_forecast
from measurand.jobs.exposing.asking import Heard
from measurand.jobs.exposing.options import ContaminationOptions
from measurand.jobs.exposing.rewriting import rewrites_of
from measurand.jobs.places import exposure_ledger, ledger_path
from measurand.jobs.run import run
from measurand.jobs.spending import spent_beside
from measurand.models.environment import Environment
from measurand.simulate.provider_asked import Asked
from measurand.simulate.server import SimulatedProvider
from measurand.store.plans import load_plan
from measurand.store.twins import read_twins

COUNT = 30
BOT = """
from measurand.core.sampling import draw

def _right(question, share):
    number = question.split()[2]
    return number if draw("bot", number) < share else "no idea"

def first(question):
    return _right(question, 0.3) + " ok"

def second(question):
    return _right(question, 0.6) + " ok"

def third(question):
    return _right(question, 1.0) + (" ok" if question.split()[2] in "13579" else "")
"""
PLAN = """
name: versions
seed: 7
data: {{path: data/, minimum: {{}}}}
rubric:
  - {{dimension: accuracy, weight: 50, scale: yes/no, raters: [check.reference: any]}}
  - {{dimension: manners, weight: 50, scale: yes/no, raters: [check.regex_present: ok]}}
systems:
  - {{name: bot, role: current, target: "bot.py:{target}"}}
providers:
  sim: {{base_url: "{url}"}}
prices:
  sim/writer: {{input: 1, output: 2}}
budget: {{usd: 1}}
"""


def writer(asked: Asked) -> str:
    """Says it in other words; loses the number of every third, and obeys nothing."""
    line = asked.question.splitlines()[1]
    number = int(line.split()[2])
    return "Tell me it." if number % 3 == 0 else f"Tell me {number}"


@pytest.fixture
def provider() -> Iterator[SimulatedProvider]:
    with SimulatedProvider(writer) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    rows = [
        {"id": f"q{at}", "question": f"What is {at} please", "references": [f"{at}"]}
        for at in range(1, COUNT + 1)
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "data" / "core.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "bot.py").write_text(BOT, encoding="utf-8")
    return tmp_path


def planned(folder: Path, target: str, url: str = "http://127.0.0.1:9/v1") -> Path:
    plan = folder / "measurand.yaml"
    plan.write_text(PLAN.format(target=target, url=url), encoding="utf-8")
    return plan


def test_twins_of_a_model_are_foretold_checked_kept_and_asked(
    folder: Path, provider: SimulatedProvider
) -> None:
    plan = planned(folder, "third", provider.base_url)
    options = ContaminationOptions(rewrite="sim/writer")
    environment = Environment({"SIM_API_KEY": "any"})
    (ahead,) = contamination_forecast(options=options, plan=plan, environment=environment)
    assert ahead.calls == COUNT
    assert ahead.known_cost.value is not None
    answer = contamination(options=options, plan=plan, environment=environment)
    twins = next(one for one in answer.tests if one.test == "twins")
    assert twins.ran
    assert answer.spent > 0
    limits = " ".join(twins.findings.limits)
    assert "wrote 20 twins, which nobody has read" in limits
    assert "10 replies were not taken as twins: a number would change (10)" in limits
    kept = read_twins(
        folder / ".measurand" / "twins.jsonl", {f"q{at}" for at in range(1, COUNT + 1)}
    )
    assert len(kept) == 20
    assert {twin.by for twin in kept} == {"sim/writer"}
    gap = next(twins.findings.named("twin_gap")).estimate
    assert gap.n == 20


def test_replies_that_are_no_twins_are_declined() -> None:
    example = Example(id="a", messages=(Message("user", "Why is order 7 late?"),))
    for reply, why in (
        (None, "there was no reply"),
        ("  ", "there was no reply"),
        ("why is order 7  late?", "the words are the same"),
        ("How come order 8 is late?", "a number would change"),
        ("-----\nHow come order 7 is late?", "the reply is more than the question"),
        ("Order 7 is late because " + "of rain and " * 20, "the reply is more than the question"),
    ):
        found = rewrites_of({"a~rewrite": reply}, [example], "m")
        assert (found.twins, dict(found.declined)) == ((), {why: 1})
    good = rewrites_of({"a~rewrite": " How come order 7 is late? "}, [example], "m")
    assert good.twins[0].messages == (Message("user", "How come order 7 is late?"),)


def test_a_rise_of_what_is_optimised_alone_is_found_over_versions(folder: Path) -> None:
    options = ContaminationOptions(held_out=("manners",))
    run(planned(folder, "first"))
    plan = planned(folder, "second")
    run(plan)
    two = next(
        one for one in contamination(options=options, plan=plan).tests if one.test == "gaming"
    )
    assert (two.outcome, "2 versions are too few" in two.told) == ("inconclusive", True)
    run(planned(folder, "third"))
    run(planned(folder, "third"))  # the same version again is no further one
    three = next(
        one for one in contamination(options=options, plan=plan).tests if one.test == "gaming"
    )
    assert three.outcome == "fail"
    rise = next(three.findings.named("optimised_change")).estimate
    fall = next(three.findings.named("held_out_change")).estimate
    assert rise.value is not None
    assert fall.value is not None
    assert rise.value > 0.5
    assert fall.value < 0


MODEL = """
name: money
data: {{path: data/, minimum: {{}}}}
rubric:
  - {{dimension: accuracy, weight: 1, scale: yes/no, raters: [check.reference: any]}}
systems:
  - {{name: writer, role: current, target: sim/writer, parameters: {{max_tokens: 400}}}}
providers:
  sim: {{base_url: "{url}"}}
prices:
  sim/writer: {{input: 100, output: 1000}}
budget: {{usd: {usd}}}
run: {{connections: 1}}
"""


def test_a_budget_ends_the_asking_for_a_canary_and_holds_for_both_ledgers(folder: Path) -> None:
    """A call that says much costs more than was foretold: the budget ends it, and says so."""
    with SimulatedProvider(lambda _: "a long story " * 120) as provider:
        _asked_within_budgets(folder, provider)


def _asked_within_budgets(folder: Path, provider: SimulatedProvider) -> None:
    plan = folder / "measurand.yaml"
    environment = Environment({"SIM_API_KEY": "any"})

    def asking(usd: float) -> tuple[Exposure, Heard]:
        plan.write_text(MODEL.format(url=provider.base_url, usd=usd), encoding="utf-8")
        question = asking_canary(
            load_plan(plan), plan, "0123456789abcdef" * 2, times=3, environment=environment
        )
        return ask_canary(question, "0123456789abcdef" * 2)

    with pytest.raises(Unfinished, match="what was said is kept"):
        asking(0.65)
    found, heard = asking(10)
    assert found.ran
    assert heard.ran.spent > 0
    assert spent_beside(ledger_path(plan)) == pytest.approx(heard.ran.spent)
    assert spent_beside(exposure_ledger(plan)) == 0
    # What these tests have asked is of the same budget: a run stops where both reach it.
    text = MODEL.format(url=provider.base_url, usd=heard.ran.spent + 0.5)
    plan.write_text(text, encoding="utf-8")
    ran = run(plan, environment=environment)
    assert ran.stop.reason == "budget"
    assert 0 < ran.spent <= 0.5
