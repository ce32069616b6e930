"""A gate of a project: what passes, what fails, and that nothing is green with anything missing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import apsw
import pytest
from tests.runs.conftest import Project
from tests.runs.gating import UNSAFE, WAIVER, WRONG, Gating, code, verdict

from measurand.cli import main
from measurand.errors import (
    DataError,
    InfrastructureError,
    InsufficientData,
)
from measurand.jobs.gate import GateAnswer, GateOptions, gate
from measurand.models.environment import Environment
from measurand.store.ledger import open_ledger

FLAKY = '"No." if example.id == "r3" and trial {when} else example.references[0]'


@pytest.fixture
def gating(tmp_path: Path) -> Gating:
    made = Gating(tmp_path / "project")
    made.write()
    return made


def test_a_system_that_is_as_good_passes(gating: Gating) -> None:
    answer = gating.gate()
    assert (answer.exit_code, answer.gate.outcome) == (0, "pass")
    assert [v.name for v in answer.gate.findings.verdicts] == [
        *("gate", "gate: blocking", "gate: regressions", "gate: regression"),
    ]
    blocking = verdict(answer, "gate: blocking").estimate
    assert blocking is not None
    assert blocking.high == pytest.approx(1 - 0.05 ** (1 / 30), abs=1e-9)
    assert {item.outcome for item in answer.gate.items} == {"pass"}
    item = answer.gate.items[0]
    assert item.file is not None
    assert (Path(item.file).name, item.line) == ("regression.jsonl", 1)


def test_one_regression_fails_and_says_where(gating: Gating) -> None:
    gating.bot("new", WRONG.format(ids={"r3"}))
    answer = gating.gate()
    assert answer.exit_code == 1
    (failed,) = (item for item in answer.gate.items if item.outcome == "fail")
    assert (failed.example, failed.dimension, failed.line) == ("r3", "correct", 4)
    assert "r3" in verdict(answer, "gate").reason


def test_an_unsafe_answer_fails_however_good_the_rest_is(gating: Gating) -> None:
    gating.bot("new", UNSAFE.format(ids={"r5"}))
    answer = gating.gate()
    assert answer.exit_code == 1
    assert verdict(answer, "gate: blocking").outcome == "fail"
    assert verdict(answer, "gate: regressions").outcome == "pass"
    assert [(item.example, item.blocking) for item in answer.gate.items[:1]] == [("r5", True)]


def test_ten_examples_are_too_few(gating: Gating) -> None:
    gating.data(range(10))
    answer = gating.gate()
    assert answer.exit_code == 3
    assert verdict(answer, "gate").n_needed == 25
    gating.data(range(25))
    assert gating.gate().exit_code == 0


def test_an_improvement_of_the_worse_passes(gating: Gating) -> None:
    gating.bot("old", WRONG.format(ids={"r3", "r4"}))
    assert gating.gate().exit_code == 0


def test_what_fails_in_both_is_no_regression(gating: Gating) -> None:
    for name in ("old", "new"):
        gating.bot(name, WRONG.format(ids={"r3"}))
    answer = gating.gate()
    assert answer.exit_code == 0
    reason = next(i.reason for i in answer.gate.items if (i.example, i.score) == ("r3", 0.0))
    assert "no regression" in reason


def test_a_bound_of_the_blocking_rate_can_be_asked_for(gating: Gating) -> None:
    answer = gating.gate(max_blocking=0.02)
    assert answer.exit_code == 3
    assert verdict(answer, "gate: blocking").n_needed == 149
    assert gating.gate(max_blocking=0.1).exit_code == 0


def test_a_core_that_is_worse_by_the_margin_fails(gating: Gating) -> None:
    gating.data(range(200), "core")
    gating.bot("new", WRONG.format(ids={f"c{n}" for n in range(40)}))
    assert gating.gate().exit_code == 0
    answer = gating.gate(core=True)
    assert answer.exit_code == 1
    assert verdict(answer, "gate: core").outcome == "fail"
    assert verdict(answer, "gate: core").bound == -0.05
    assert sum(item.outcome == "fail" for item in answer.gate.items) == 40


@pytest.mark.long
def test_a_few_of_core_may_turn_within_the_margin(gating: Gating) -> None:
    gating.data(range(200), "core")
    gating.bot("new", WRONG.format(ids={"c1", "c2"}))
    answer = gating.gate(core=True)
    assert answer.exit_code == 0
    assert [i.outcome for i in answer.gate.items if i.example == "c1"] == ["pass", "pass"]


class TestRepeats:
    def test_a_failure_in_all_repeats_is_confirmed(self, gating: Gating) -> None:
        gating.bot("new", FLAKY.format(when=">= 0"))
        answer = gating.gate(repeats=3)
        assert answer.exit_code == 1
        assert answer.gate.items[0].repeats == (0.0, 0.0, 0.0)

    def test_one_bad_repeat_of_three_is_flaky_and_no_failure(self, gating: Gating) -> None:
        gating.data(range(40))
        gating.bot("new", FLAKY.format(when="== 1"))
        answer = gating.gate(repeats=3)
        assert answer.exit_code == 0
        (item,) = (item for item in answer.gate.items if item.outcome == "flaky")
        assert (item.example, item.repeats) == ("r3", (1.0, 0.0, 1.0))
        assert any("r3" in limit and "flaky" in limit for limit in answer.gate.findings.limits)

    def test_a_majority_of_bad_repeats_is_not_excused_without_other_noise(
        self, gating: Gating
    ) -> None:
        gating.bot("new", FLAKY.format(when="< 2"))
        answer = gating.gate(repeats=3)
        assert (answer.exit_code, verdict(answer, "gate: regressions").outcome) == (
            3,
            "inconclusive",
        )
        assert "more repeats would tell" in verdict(answer, "gate: regressions").reason

    def test_a_blocked_repeat_is_never_green(self, gating: Gating) -> None:
        unsafe = 'example.references[0] + (" password" if trial == 1 else "")'
        gating.bot("new", unsafe)
        answer = gating.gate(repeats=3)
        assert answer.exit_code == 3
        assert verdict(answer, "gate: blocking").outcome == "inconclusive"

    def test_the_gate_asks_as_often_as_the_plan_says(self, gating: Gating) -> None:
        gating.write(gate={"repeats": 2})
        assert gating.gate().gate.items[0].repeats == (1.0, 1.0)


class TestWaivers:
    def test_a_waived_failure_passes_and_is_told(self, gating: Gating) -> None:
        gating.write(gate={"waivers": "waivers.yaml"})
        gating.waivers(WAIVER)
        gating.bot("new", WRONG.format(ids={"r3"}))
        answer = gating.gate()
        assert answer.exit_code == 0
        assert [(w.used, w.expired) for w in answer.gate.waivers] == [(True, False)]
        item = next(item for item in answer.gate.items if item.outcome == "waived")
        assert item.waiver == "Ada: a new tariff (until 2099-12-31)"

    def test_its_last_day_holds_and_the_next_does_not(self, gating: Gating) -> None:
        gating.waivers({**WAIVER, "expires": "2026-03-31"})
        gating.bot("new", WRONG.format(ids={"r3"}))
        options = GateOptions(run=True, waivers=gating.folder / "waivers.yaml")

        def on(day: date) -> GateAnswer:
            return gate(gating.plan, options, today=day, environment=gating.environment)

        assert on(date(2026, 3, 31)).exit_code == 0
        late = on(date(2026, 4, 1))
        assert late.exit_code == 1
        assert "expired on 2026-03-31" in late.gate.items[0].reason
        assert late.gate.waivers[0].expired

    def test_it_waives_nothing_that_blocks_unless_it_says_so(self, gating: Gating) -> None:
        gating.bot("new", UNSAFE.format(ids={"r5"}))
        unsafe = {**WAIVER, "example": "r5", "dimension": "safety"}
        file = gating.folder / "waivers.yaml"
        gating.waivers(unsafe)
        answer = gating.gate(waivers=file)
        assert answer.exit_code == 1
        assert "does not say blocking: true" in answer.gate.items[0].reason
        gating.waivers({**unsafe, "blocking": True})
        answer = gating.gate(waivers=file)
        assert answer.exit_code == 0
        assert any("BLOCKING" in limit for limit in answer.gate.findings.limits)
        for text in (answer.to_markdown(), answer.to_html()):
            assert "BLOCKING FAILURES ARE WAIVED: r5 on safety" in text[: len(text) // 2]

    def test_one_that_is_not_needed_is_told(self, gating: Gating) -> None:
        gating.waivers(WAIVER)
        answer = gating.gate(waivers=gating.folder / "waivers.yaml")
        assert answer.exit_code == 0
        assert any("was not used" in limit for limit in answer.gate.findings.limits)

    def test_a_wrong_file_is_refused_whole(self, gating: Gating) -> None:
        rows = [{**WAIVER, "expires": "soon"}, {"example": "r4"}, WAIVER, WAIVER]
        gating.waivers(*rows)
        with pytest.raises(DataError) as found:
            gating.gate(waivers=gating.folder / "waivers.yaml")
        told = str(found.value)
        for words in ("expires is a day", "owner: is missing", "waives the same as line"):
            assert words in told


class TestLastPassing:
    def test_a_version_is_held_against_the_one_that_passed(self, gating: Gating) -> None:
        with pytest.raises(InsufficientData, match="has passed the gate yet"):
            gating.gate(against="last-passing")
        assert gating.gate().exit_code == 0
        gating.bot("new", "example.references[0] + ' So it is.'")
        answer = gating.gate(against="last-passing")
        assert answer.exit_code == 0
        today = datetime.now(UTC).date().isoformat()
        assert answer.gate.against == f"new of {today}"
        gating.bot("new", WRONG.format(ids={"r3"}))
        answer = gating.gate(against="last-passing")
        assert answer.exit_code == 1
        assert gating.gate(against="last-passing").exit_code == 1

    def test_a_new_example_stands_by_itself(self, gating: Gating) -> None:
        assert gating.gate().exit_code == 0
        gating.data(range(31))
        gating.bot("new", WRONG.format(ids={"r30"}))
        answer = gating.gate(against="last-passing")
        assert answer.exit_code == 1
        assert "was never asked" in answer.gate.items[0].reason
        gating.bot("new", "example.references[0] ")
        assert gating.gate(against="last-passing").exit_code == 0

    def test_the_ledger_tells_what_was_decided(self, gating: Gating) -> None:
        gating.gate()
        gating.gate(run=False, record=False)
        with open_ledger(gating.folder / ".measurand" / "ledger.db") as ledger:
            (record,) = ledger.gates.records()
        assert (record.system, record.against, record.outcome) == ("new", "old", "pass")
        assert record.hashes["data"]
        assert len(record.body["examples"]) == 30


@pytest.mark.long
class TestProvider:
    @pytest.fixture
    def simulated(self, project: Project) -> Project:
        project.write(3, gate={"components": ["core"], "margin": 0.9})
        return project

    def test_a_provider_that_is_gone_is_no_verdict(self, simulated: Project) -> None:
        gone = Environment({**simulated.variables, "SIM_BASE_URL": "http://127.0.0.1:9/v1"})
        fast = GateOptions(run=True)
        simulated.write(
            3, gate={"components": ["core"], "margin": 0.9}, run={"attempts": 1, "timeout": 2}
        )
        assert code(lambda: gate(simulated.plan, fast, environment=gone)) == 4

    def test_a_key_that_lacks_is_no_mistake_of_the_plan(self, simulated: Project) -> None:
        simulated.write(
            3,
            systems=[
                {"name": "today", "role": "current", "target": "openai/gpt-4o-mini"},
                {"name": "candidate", "target": "openai/gpt-4o-mini"},
            ],
            gate={"components": ["core"]},
        )
        with pytest.raises(InfrastructureError, match="OPENAI_API_KEY"):
            gate(simulated.plan, GateOptions(run=True), environment=simulated.environment)

    def test_a_judge_that_must_be_calibrated_and_is_not(self, simulated: Project) -> None:
        simulated.write(3, gate={"components": ["core"], "margin": 0.9, "calibrated": True})
        answer = gate(simulated.plan, GateOptions(run=True), environment=simulated.environment)
        assert answer.exit_code == 3
        assert "never held against people" in verdict(answer, "gate: judge").reason

    def test_a_judgment_that_failed_is_not_green(self, simulated: Project) -> None:
        answer = gate(simulated.plan, GateOptions(run=True), environment=simulated.environment)
        assert not [item for item in answer.gate.items if item.outcome == "missing"]
        connection = apsw.Connection(str(simulated.ledger))
        connection.execute("DROP TRIGGER rating_no_update")
        connection.execute(
            "UPDATE rating SET number = NULL, label = NULL, reason = rater, failure = dimension "
            "WHERE kind = (SELECT id FROM text WHERE text = 'judge') AND \"repeat\" = 1"
        )
        connection.close()
        answer = gate(simulated.plan, GateOptions(), environment=simulated.environment)
        assert answer.exit_code in {3, 4}
        assert any(item.outcome == "missing" for item in answer.gate.items)


def test_the_command_writes_all_it_is_asked_for(
    gating: Gating, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(gating.folder)
    files = {name: f"gate.{name}" for name in ("junit", "sarif", "markdown", "html")}
    words = [word for name, file in files.items() for word in (f"--{name}", file)]
    assert main(["gate", "--run", "--quiet", *words]) == 0
    told = capsys.readouterr().out
    assert "PASS" in told
    for file in files.values():
        assert (gating.folder / file).stat().st_size > 100
    assert str(gating.folder) not in (gating.folder / "gate.sarif").read_text()


def test_a_misspelled_waiver_is_no_waiver_but_an_error(gating: Gating) -> None:
    file = gating.folder / "waivers.yaml"
    gating.waivers({**WAIVER, "dimension": "corect"}, {**WAIVER, "example": "nowhere"})
    gating.gate(run=True)
    with pytest.raises(DataError) as problem:
        gating.gate(waivers=file)
    assert "waives a dimension that is not in the rubric; found 'corect'" in str(problem.value)
    assert "waives an example that is not in the evaluation set; found 'nowhere'" in str(
        problem.value
    )
