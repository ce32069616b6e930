"""`Judge.rate`: in a script and in a notebook, exactly as a run judges."""

from __future__ import annotations

import asyncio
import io
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.runs.conftest import KEY, Project, world

from measurand.core.example import Example
from measurand.core.output import Failure, Output
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.running import Price
from measurand.core.scale import YES_NO, Scale
from measurand.errors import DataError, InsufficientData, PlanError, Unfinished, UsageError
from measurand.jobs.judging import Judge, JudgingOptions
from measurand.jobs.run import run
from measurand.models.environment import Environment
from measurand.simulate.server import SimulatedProvider
from measurand.store.ledger import open_ledger

RUBRIC = Rubric(
    Dimension("accuracy", "Every statement is right."),
    Dimension("polite", "It is polite.", scale=YES_NO),
)
PRICES = {"sim/judge": Price(input=3, output=15)}
SECRETS = (
    "jane.roe@acme-mail.com",
    "4111 1111 1111 1111",
    "sk-proj-Zq8vT2mXw4LkR7pYb3NcH6sDf9GjA1eU",
)


@pytest.fixture
def provider() -> Iterator[SimulatedProvider]:
    with SimulatedProvider(world(), keep_requests=True) as server:
        yield server


@pytest.fixture
def environment(provider: SimulatedProvider) -> Environment:
    return Environment({"SIM_BASE_URL": provider.base_url, "MEASURAND_KEY": KEY})


def examples(count: int) -> tuple[Example, ...]:
    return world().examples[:count]


def outputs(count: int, *systems: str) -> list[Output]:
    return [
        Output(example=example.id, system=system, text=f"{system} would ask a colleague.")
        for example in examples(count)
        for system in systems or ("today",)
    ]


def test_every_output_dimension_and_repeat_is_a_row(
    provider: SimulatedProvider, environment: Environment
) -> None:
    rated = Judge("sim/judge", RUBRIC).rate(
        outputs(4, "today", "other"), examples(6), environment=environment
    )
    assert len(rated) == provider.counts.total.received == 4 * 2 * 2 * 3
    assert {(row.kind, row.rater, row.failure) for row in rated} == {("judge", "sim/judge", None)}
    assert {row.value for row in rated.where(dimension="polite")} <= {0.0, 1.0}
    assert all(row.component == "core" and row.cluster for row in rated)
    first = [(row.example, row.system, row.dimension, row.repeat) for row in rated][:4]
    name = examples(1)[0].id
    assert first == [
        *((name, "today", "accuracy", at) for at in range(3)),
        (name, "today", "polite", 0),
    ]


def test_it_works_where_a_loop_is_running(environment: Environment) -> None:
    judge = Judge("sim/judge", RUBRIC, repeats=1)

    async def cell() -> list[object]:
        by_id = {example.id: example for example in examples(3)}
        return list(judge.rate(outputs(3), by_id, environment=environment)["value"])

    inside = asyncio.run(cell())
    outside = judge.rate(outputs(3), iter(examples(3)), environment=environment)
    assert inside == list(outside["value"])
    assert len(inside) == 6


def test_it_says_what_a_run_of_the_same_outputs_says(tmp_path: Path) -> None:
    with SimulatedProvider(world()) as server:
        project = Project(tmp_path / "project", server.base_url)
        lines = "".join(
            f'{{"example": "{output.example}", "text": "{output.text}"}}\n' for output in outputs(5)
        )
        project.write(5, systems=[{"name": "today", "target": "file:today.jsonl"}])
        (project.folder / "today.jsonl").write_text(lines, encoding="utf-8")
        run(project.plan, environment=project.environment)
        asked = server.counts.total.received
        with open_ledger(project.ledger) as ledger:
            before = {
                (row.example, row.dimension, row.repeat): row.value
                for row in ledger.ratings(kind="judge")
            }
        rubric = Rubric(
            Dimension(
                "accuracy",
                "Every statement agrees with the reference.",
                40,
                levels={"1": "Mostly wrong", "5": "Nothing to correct"},
                raters=(RaterSpec("judge"),),
            ),
            Dimension("tone", "Friendly.", 30, raters=(RaterSpec("judge"),)),
            Dimension("format", weight=30, scale=YES_NO, raters=(RaterSpec("check.json"),)),
        )
        judge = Judge("sim/judge", rubric, repeats=2, ledger=project.ledger)
        rated = judge.rate(outputs(5), examples(5), environment=project.environment)
        assert server.counts.total.received == asked
    assert {(row.example, row.dimension, row.repeat): row.value for row in rated} == before
    assert len(before) == 20


def test_without_a_ledger_nothing_stays(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Judge("sim/judge", RUBRIC, repeats=1).rate(outputs(2), examples(2), environment=environment)
    assert list(tmp_path.iterdir()) == []


def test_with_a_ledger_nothing_is_paid_for_twice(
    provider: SimulatedProvider, environment: Environment, tmp_path: Path
) -> None:
    judge = Judge("sim/judge", RUBRIC, repeats=1, ledger=tmp_path / "judge.db")
    first = judge.rate(outputs(3), examples(3), environment=environment)
    again = judge.rate(outputs(4), examples(4), environment=environment)
    assert provider.counts.total.received == 4 * 2
    assert list(again)[: len(first)] == list(first)
    assert len(judge.rate(outputs(2), examples(4), environment=environment)) == 4


def test_secrets_reach_neither_the_judge_nor_the_ledger(
    provider: SimulatedProvider, environment: Environment, tmp_path: Path
) -> None:
    file = tmp_path / "judge.db"
    said = [
        Output(example=e.id, system="today", text=f"Sure: {'; '.join(SECRETS)}")
        for e in examples(3)
    ]
    done = Judge("sim/judge", RUBRIC, repeats=1, ledger=file).judged(
        said, examples(3), environment=environment
    )
    sent = "".join(str(request.body) for request in provider.requests)
    assert "[redacted email " in sent
    with sqlite3.connect(file) as connection:
        kept = "\n".join(connection.iterdump())
    connection.close()
    assert "[redacted email " in kept
    shown = repr(done.outputs) + repr(list(done.ratings))
    for secret in (*SECRETS, KEY):
        assert secret not in sent + kept + shown + repr(done)


def test_what_fails_is_a_row_with_its_class(provider: SimulatedProvider) -> None:
    failed = Output(
        example=examples(2)[1].id, system="today", text=None, failure=Failure("timeout", "too slow")
    )
    with SimulatedProvider(world(), faults=[{"fault": "malformed", "count": 1}]) as server:
        rated = Judge("sim/judge", RUBRIC, repeats=1).rate(
            [*outputs(1), failed],
            examples(2),
            environment=Environment({"SIM_BASE_URL": server.base_url}),
        )
    classes = sorted((row.value is None, row.failure or "") for row in rated)
    assert classes == [(False, ""), (True, "invalid"), (True, "no_output"), (True, "no_output")]
    assert provider.counts.total.received == 0


def test_a_reached_budget_keeps_what_was_paid_for(environment: Environment) -> None:
    options = JudgingOptions(prices=PRICES, parameters={"max_tokens": 200})
    judge = Judge("sim/judge", RUBRIC, repeats=1, budget=0.1, options=options)
    with pytest.raises(Unfinished, match="budget") as stopped:
        judge.rate(outputs(40), examples(40), environment=environment)
    done = stopped.value.done
    assert 0 < len(done.ratings) < 80
    assert 0 < done.cost <= 0.1
    assert done.exit_code == stopped.value.exit_code == 4


def test_a_budget_that_cannot_be_kept_is_refused(environment: Environment) -> None:
    judge = Judge("sim/judge", RUBRIC, budget=1.0)
    with pytest.raises(UsageError, match="could not be kept"):
        judge.rate(outputs(1), examples(1), environment=environment)


def test_a_wrong_key_stops_at_once() -> None:
    with SimulatedProvider(world(), api_key="right-key") as server:
        told = Environment({"SIM_BASE_URL": server.base_url, "SIM_API_KEY": "wrong-key-of-mine"})
        with pytest.raises(Unfinished, match="authentication") as stopped:
            Judge("sim/judge", RUBRIC).rate(outputs(30), examples(30), environment=told)
        assert server.counts.total.received < 200
    assert "wrong-key-of-mine" not in str(stopped.value)


def test_only_dimensions_that_name_the_judge_are_judged(environment: Environment) -> None:
    rubric = Rubric(
        Dimension("accuracy", "Right.", raters=(RaterSpec("people"),)),
        Dimension("better", "Better.", scale=Scale.of("win/tie/loss"),
                  raters=(RaterSpec("judge", {"form": "pairwise"}),)),
    )  # fmt: skip
    judge = Judge("sim/judge", rubric, repeats=1)
    rated = judge.rate(outputs(2, "new", "old"), examples(2), environment=environment)
    assert sorted({(row.dimension, row.system, row.against, row.order) for row in rated}) == [
        ("better", "new", "old", "ab"),
        ("better", "new", "old", "ba"),
    ]
    with pytest.raises(UsageError, match="two systems"):
        judge.rate(outputs(2, "new"), examples(2), environment=environment)


def test_a_judge_of_a_systems_family_is_refused(environment: Environment) -> None:
    families = {"sim/judge": "elm", "today": "elm"}
    with pytest.raises(PlanError, match="family"):
        Judge("sim/judge", RUBRIC, options=JudgingOptions(families=families)).rate(
            outputs(1), examples(1), environment=environment
        )
    options = JudgingOptions(families=families, own_family="audit")
    done = Judge("sim/judge", RUBRIC, repeats=1, options=options).judged(
        outputs(1), examples(1), environment=environment
    )
    assert any("own family" in note for note in done.notes)


def test_what_does_not_fit_together_is_refused_before_any_call(
    provider: SimulatedProvider, environment: Environment
) -> None:
    judge = Judge("sim/judge", RUBRIC)
    stranger = Output(example="nobody's", system="today", text="Hello.")
    with pytest.raises(DataError, match="nobody's"):
        judge.rate([stranger], examples(2), environment=environment)
    with pytest.raises(DataError, match="Number repeated answers"):
        judge.rate([*outputs(2), *outputs(1)], examples(2), environment=environment)
    with pytest.raises(InsufficientData):
        judge.rate([], examples(2), environment=environment)
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        Judge("openai/gpt-4o-mini", RUBRIC).rate(
            outputs(1), examples(1), environment=Environment({})
        )
    assert provider.counts.total.received == 0


def test_a_terminal_is_told_how_far_it_is(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    judge = Judge("sim/judge", RUBRIC, repeats=1)
    told = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", told)
    judge.rate(outputs(3), examples(3), environment=environment)
    assert "3/3 examples" in told.getvalue()
