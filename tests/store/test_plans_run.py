"""How systems and judges are called: every key of the plan, read, refused and written."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.core.plan import Plan
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.running import (
    Endpoint,
    JudgeModel,
    JudgePlan,
    Price,
    RedactPlan,
    RunPlan,
)
from measurand.core.scale import Scale
from measurand.core.system import System
from measurand.errors import PlanError
from measurand.store.plans import load_plan, write_plan

LEAST = "name: x\nrubric: [{dimension: tone}]\n"
WHOLE = r"""
name: shop-bot
rubric:
  - {dimension: tone, raters: [judge, people]}
  - dimension: completeness
    scale: 0..1
    raters: [judge: {form: checklist, criteria: [Names a price., Names a date.]}]
  - {dimension: better, scale: win/tie/loss, raters: [judge: {form: pairwise}]}
  - {dimension: accuracy, raters: [check.reference, judge: {reference: always}]}
systems:
  - {name: today, role: current, target: openai/gpt-4o-mini, prompt: prompts/support.md,
     parameters: {temperature: 0, max_tokens: 500}, repeats: 2, family: gpt}
  - name: web
    target: "https://bot.example/answer"
    request:
      headers: {Authorization: "Bearer ${BOT_TOKEN}"}
      method: POST
      body: {q: "{{question}}"}
    answer: "choices[0].text"
judge:
  models: [anthropic/claude-opus-4, {model: mistral/large, family: m, parameters: {effort: low}}]
  repeats: 2
  own_family: audit
  flags: two
  parameters: {max_tokens: 800}
  batch: true
run: {connections: 5, timeout: 30, attempts: 2, max_failures: 0.1, requests_per_minute: 500,
      tokens_per_minute: 200000}
budget: {usd: 25}
prices: {local/my-model: {input: 0.5, output: 1.5, cached: 0.1}}
providers: {local: {base_url: "http://localhost:8000/v1", key: LOCAL_API_KEY, api: anthropic}}
redact: {kinds: [email], patterns: {order number: 'A-\d{6}'}, allow: [help@shop.example]}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "measurand.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def told(folder: Path, text: str) -> str:
    with pytest.raises(PlanError) as caught:
        load_plan(written(folder, text))
    assert all(fault.line and fault.key for fault in caught.value.faults)
    return str(caught.value)


def test_every_key_is_read(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, WHOLE))
    assert [dimension.raters[-1] for dimension in plan.rubric] == [
        RaterSpec("people"),
        RaterSpec("judge", {"form": "checklist", "criteria": ["Names a price.", "Names a date."]}),
        RaterSpec("judge", {"form": "pairwise"}),
        RaterSpec("judge", {"reference": "always"}),
    ]
    assert plan.systems == (
        System(
            "today",
            "openai/gpt-4o-mini",
            "current",
            "gpt",
            "prompts/support.md",
            parameters={"temperature": 0, "max_tokens": 500},
            repeats=2,
        ),
        System(
            "web",
            "https://bot.example/answer",
            request={
                "method": "POST",
                "headers": {"Authorization": "Bearer ${BOT_TOKEN}"},
                "body": {"q": "{{question}}"},
            },
            answer="choices[0].text",
        ),
    )
    assert plan.judge == JudgePlan(
        models=(
            JudgeModel("anthropic/claude-opus-4"),
            JudgeModel("mistral/large", "m", {"effort": "low"}),
        ),
        repeats=2,
        own_family="audit",
        flags="two",
        parameters={"max_tokens": 800},
        batch=True,
    )
    assert plan.run == RunPlan(
        connections=5,
        timeout=30.0,
        attempts=2,
        budget=25.0,
        max_failures=0.1,
        requests_per_minute=500,
        tokens_per_minute=200_000,
    )
    assert plan.prices == {"local/my-model": Price(input=0.5, output=1.5, cached=0.1)}
    local = Endpoint(base_url="http://localhost:8000/v1", key="LOCAL_API_KEY", api="anthropic")
    assert plan.providers == {"local": local}
    assert plan.redact == RedactPlan(
        kinds=("email",), patterns={"order number": r"A-\d{6}"}, allow=("help@shop.example",)
    )


def test_every_key_is_written(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, WHOLE))
    write_plan(tmp_path / "again.yaml", plan)
    assert load_plan(tmp_path / "again.yaml") == plan
    assert "anthropic/claude-opus-4\n" in (tmp_path / "again.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("redact", [RedactPlan(on=False), RedactPlan(), RedactPlan(allow=("1e5",))])
@pytest.mark.parametrize("budget", [None, 0.5])
def test_a_plan_of_code_is_written(
    tmp_path: Path, redact: RedactPlan, budget: float | None
) -> None:
    plan = Plan(
        name="x",
        rubric=Rubric(
            Dimension("win", scale=Scale.of("win/tie/loss"), raters=(RaterSpec("judge", {}),))
        ),
        systems=(System("a", "command:./bot", parameters={"stop": ("\n", "#")}, answer="text"),),
        judge=JudgePlan(models=(JudgeModel("a/b"),)),
        run=RunPlan(budget=budget),
        redact=redact,
    )
    write_plan(tmp_path / "measurand.yaml", plan)
    back = load_plan(tmp_path / "measurand.yaml")
    assert (back.redact, back.run, back.judge) == (redact, plan.run, plan.judge)
    assert back.systems[0].parameters == {"stop": ["\n", "#"]}
    assert back.rubric == plan.rubric


def test_one_model_is_a_panel_of_one(tmp_path: Path) -> None:
    text = LEAST + "judge: {model: anthropic/claude-opus-4, repeats: 3}\nredact: false"
    plan = load_plan(written(tmp_path, text))
    assert plan.judge == JudgePlan(models=(JudgeModel("anthropic/claude-opus-4"),))
    assert plan.redact == RedactPlan(on=False)
    assert load_plan(written(tmp_path, LEAST + "redact: true")).redact == RedactPlan()


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("judge: {model: a/b, models: [a/b]}", "judge: there is both model and models; name one"),
        ("judge: {repeats: 3}", "judge: there is neither model nor models"),
        ("judge: {models: []}", "judge.models: is empty"),
        ("judge: {models: [a/b, a/b]}", "two judges are the same model: a/b"),
        ("judge: {model: gpt-4o}", "judge.model: a model is named with its provider, as in"),
        ("judge: {models: [gpt-4o]}", "judge.models[0].model: a model is named with its provider"),
        ("judge: {modle: a/b}", "judge.modle: is not a known key"),
        ("judge: {modle: a/b}", "Did you mean 'model'?"),
        ("judge: {models: [{model: a/b, famly: c}]}", "Did you mean 'family'?"),
        ("judge: {model: a/b, repeats: 0}", "judge.repeats: is too small; found 0; allowed: 1 or"),
        (
            "judge: {model: a/b, flags: most}",
            'judge.flags: is not one of the allowed words; found "',
        ),
        ("judge: {model: a/b, own_family: ok}", "allowed: error, audit"),
        ("judge: {model: a/b, batch: yes}", "judge.batch: is not true or false"),
        ("run: {conections: 3}", "Did you mean 'connections'?"),
        ("run: {connections: 0}", "run.connections: is too small"),
        ("run: {connections: 1.5}", "is not a whole number"),
        ("run: {timeout: 0}", "run.timeout: is too small; found 0; allowed: more than 0"),
        ("run: {attempts: 0}", "run.attempts: is too small"),
        ("run: {max_failures: 2}", "run.max_failures: is too large; found 2; allowed: 1 or less"),
        ("run: {requests_per_minute: 0}", "run.requests_per_minute: is too small"),
        ("run: {tokens_per_minute: -1}", "run.tokens_per_minute: is too small"),
        ("run: {budget: 3}", "run.budget: is not a known key"),
        ("budget: {usd: 0}", "budget.usd: is too small; found 0; allowed: more than 0"),
        ("budget: {eur: 1}", "budget.eur: is not a known key"),
        ("budget: 25", "budget: is not a mapping"),
        ("prices: {a/b: {input: -1, output: 1}}", "prices.a/b.input: is too small"),
        ("prices: {a/b: {input: 1}}", "prices.a/b.output: is missing"),
        ("prices: {a/b: {inptu: 1}}", "Did you mean 'input'?"),
        ("providers: {x: {base_url: localhost}}", "providers.x.base_url: is not an address"),
        ("providers: {x: {base_ur: 'http://a'}}", "Did you mean 'base_url'?"),
        ("providers: {x: {base_url: 'http://a', api: openia}}", "Did you mean 'openai'?"),
        ("redact: {kinds: [emial]}", "Did you mean 'email'?"),
        ("redact: {patterns: {a: '['}}", "redact.patterns.a: '[' is not a regular expression"),
        ("redact: {patterns: {a: 'x*'}}", "redact.patterns.a: 'x*' fits an empty text too"),
        ("redact: off", "redact: is not a mapping"),
        ("redact: {of: true}", "redact.of: is not a known key; allowed: on, kinds, patterns"),
        ("systems: [{name: a, repeats: 0}]", "systems[0].repeats: is too small"),
        ("systems: [{name: a, parameters: 3}]", "systems[0].parameters: is not a mapping"),
        ("systems: [{name: a, target: 'http://b', request: {metod: GET}}]", "mean 'method'?"),
        (
            "systems: [{name: a, target: 'http://b', request: {method: get}}]",
            "allowed: GET, POST, PUT, PATCH",
        ),
        (
            "systems: [{name: a, target: 'http://b', request: {headers: {'a b': c}}}]",
            "is not the name of a header",
        ),
        (
            "systems: [{name: a, target: 'http://b', request: {headers: {A: \"c\\nd\"}}}]",
            "systems[0].request.headers.A: a header is one line",
        ),
        (
            "systems: [{name: a, target: 'http://b', request: {headers: {A: '${B'}}}]",
            "${ begins the name of an environment variable",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    tmp_path: Path, part: str, said: str
) -> None:
    assert said in told(tmp_path, LEAST + part)


@pytest.mark.parametrize(
    ("rater", "said"),
    [
        ("judge: {form: listwise}", "raters[0].judge.form: is not one of the allowed words"),
        ("judge: {fomr: pairwise}", "Did you mean 'form'?"),
        ("judge: {reference: maybe}", "allowed: auto, always, never"),
        ("judge: {criteria: [a]}", "criteria belong to the form checklist; found the form point"),
        ("judge: {form: checklist, criteria: []}", "raters[0].judge.criteria: is empty"),
        ("judge: {form: checklist, criteria: [' ']}", "raters[0].judge.criteria[0]: is blank"),
        ("judge: {form: checklist, criteria: a}", "judge.criteria: is not a list"),
        ("judge: pairwise", 'raters[0].judge: is not a mapping; found "pairwise"'),
        ("people: {form: pointwise}", "raters[0]: people takes no argument"),
    ],
)
def test_how_the_judge_is_asked_is_held_to_its_words(tmp_path: Path, rater: str, said: str) -> None:
    assert said in told(tmp_path, f"name: x\nrubric: [{{dimension: a, raters: [{rater}]}}]")
