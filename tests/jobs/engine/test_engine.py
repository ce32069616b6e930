"""The engine does what is not done, once, and keeps what was paid for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import apsw
import pytest

from measurand.core.output import Failure, Output
from measurand.errors import BudgetExhausted, LedgerError
from measurand.jobs.engine.agenda import Again
from measurand.store.ledger import open_ledger

if TYPE_CHECKING:
    from tests.jobs.engine.conftest import Bench

    from measurand.core.example import Example
    from measurand.core.judging import BlindTask


def rows(bench: Bench) -> list[tuple[str, str, int, object, str | None]]:
    with open_ledger(bench.path) as ledger:
        assert ledger.check() == ()
        found = [(r.example, r.rater, r.repeat, r.value, r.failure) for r in ledger.ratings()]
    return sorted(found, key=repr)


def test_every_output_is_answered_checked_and_judged(bench: Bench) -> None:
    bench.run(50)
    with open_ledger(bench.path) as ledger:
        outputs, ratings = ledger.outputs(), ledger.ratings()
    assert {output.text for output in outputs} == {f"bot v1: question {n} (0)" for n in range(50)}
    assert len(ratings.where(kind="check")) == 50
    judged = list(ratings.where(kind="judge"))
    assert len(judged) == 100
    assert {(r.value, r.reason, r.cluster, r.segment, r.component) for r in judged} == {
        (4.0, "kind; Hi", "talk", "billing", "core")
    }
    assert {r.cost for r in judged} == {0.5}
    snapshot = bench.tally.snapshot()
    assert (snapshot.examples, snapshot.outputs, snapshot.ratings) == (50, 50, 150)


def test_examples_under_way_are_bounded(bench: Bench) -> None:
    bench.run(60)
    assert bench.bot.width <= 4


def test_what_is_done_is_not_done_again(bench: Bench) -> None:
    bench.run(10)
    before = rows(bench)
    bench.run(12)
    assert set(bench.bot.asked.values()) == {1}
    assert len(bench.grader.asked) == 24
    assert set(before) < set(rows(bench))
    assert bench.tally.snapshot().reused == 40


def test_everything_again_means_everything(bench: Bench) -> None:
    bench.run(5)
    bench.run(5, again=Again(everything=True))
    assert set(bench.bot.asked.values()) == {2}
    assert len(bench.grader.asked) == 20


def test_a_failed_output_is_kept_and_nobody_rates_it(bench: Bench) -> None:
    bench.bot.before = lambda example, _: (
        Failure("timeout", "too slow") if example.id == "q1" else None
    )
    bench.run(3)
    failed = [row for row in rows(bench) if row[0] == "q1"]
    assert [row[3:] for row in failed] == [(None, "no_output")] * 3
    assert bench.tally.failures == {"timeout": 1, "no_output": 3}
    assert all("question 1" not in task.output for task in bench.grader.asked)
    bench.bot.before = lambda _, __: None
    bench.run(3)
    assert [row for row in rows(bench) if row[0] == "q1"] == failed
    bench.run(3, again=Again(failed=True))
    assert {row[3] for row in rows(bench) if row[0] == "q1"} == {1.0, 4.0}
    assert bench.bot.asked == {("q0", 0): 1, ("q1", 0): 2, ("q2", 0): 1}


def test_a_failed_judgment_is_a_class_and_not_a_number(bench: Bench) -> None:
    bench.grader.before = lambda task: "refused" if task.repeat else None
    bench.run(4)
    told = [row[2:] for row in rows(bench) if row[1] == "sim/judge"]
    assert sorted(told, key=repr) == [(0, 4.0, None)] * 4 + [(1, None, "refused")] * 4
    assert bench.tally.failures == {"refused": 4}
    asked = len(bench.grader.asked)
    bench.grader.before = lambda _: None
    bench.run(4, again=Again(failed=True))
    assert len(bench.grader.asked) == asked + 4
    assert {row[3] for row in rows(bench)} == {4.0, 1.0}


def test_trials_do_not_overwrite_each_other(bench: Bench) -> None:
    bench.repeats = 3
    bench.run(2)
    repeats = [row[2] for row in rows(bench) if row[:2] == ("q0", "sim/judge")]
    assert sorted(repeats) == [0, 1, 2, 3, 4, 5]
    assert [row[2] for row in rows(bench) if row[:2] == ("q0", "check.polite")] == [0, 1, 2]


def test_a_changed_system_is_asked_again_and_judged_again(bench: Bench) -> None:
    bench.run(3)
    bench.bot.version = "v2"
    bench.run(3)
    assert set(bench.bot.asked.values()) == {2}
    assert len(bench.grader.asked) == 12
    with open_ledger(bench.path) as ledger:
        assert {o.text for o in ledger.outputs(version="v2")} == {
            f"bot v2: question {n} (0)" for n in range(3)
        }


def test_a_changed_judge_judges_the_same_outputs(bench: Bench) -> None:
    bench.run(3)
    bench.grader.version = "j2"
    bench.run(3)
    assert set(bench.bot.asked.values()) == {1}
    assert len(bench.grader.asked) == 12


def test_the_budget_ends_a_run_and_keeps_what_was_paid_for(bench: Bench) -> None:
    paid: list[BlindTask] = []

    def guard(task: BlindTask) -> None:
        if len(paid) == 7:
            raise BudgetExhausted("7 of 7 spent")
        paid.append(task)

    bench.grader.before = guard
    bench.run(40)
    assert bench.stop.reason == "budget"
    assert "7 of 7" in bench.stop.message
    assert len([row for row in rows(bench) if row[1] == "sim/judge"]) == 7
    assert bench.tally.snapshot().examples < 40


def test_a_refused_key_ends_a_run_and_is_not_remembered(bench: Bench) -> None:
    bench.bot.before = lambda _, __: Failure("authentication", "no such key")
    bench.run(40)
    assert bench.stop.reason == "hopeless"
    assert "no such key" in bench.stop.message
    assert rows(bench) == []
    assert sum(bench.bot.asked.values()) <= 5


def test_nobody_at_the_address_ends_a_run_early(bench: Bench) -> None:
    bench.bot.before = lambda _, __: Failure("connection", "refused")
    bench.run(400)
    assert bench.stop.reason == "hopeless"
    assert "--retry-failed" in bench.stop.message
    assert 8 <= sum(bench.bot.asked.values()) <= 8 + 4


def test_a_few_lost_calls_end_nothing(bench: Bench) -> None:
    bench.bot.before = lambda example, _: (
        Failure("timeout", "slow") if 5 <= int(example.id[1:]) < 45 else None
    )
    bench.run(100)
    assert bench.stop.reason is None
    assert bench.tally.failures["timeout"] == 40


def test_lost_calls_between_replies_end_nothing(bench: Bench) -> None:
    bench.grader.before = lambda task: "server_error" if task.repeat else "abstained"
    bench.run(100)
    assert bench.stop.reason is None
    assert bench.tally.failures == {"server_error": 100, "abstained": 100}


def test_what_was_paid_for_before_a_stop_is_kept(bench: Bench) -> None:
    bench.grader.before = lambda _: "connection"
    bench.run(40)
    assert bench.stop.reason == "hopeless"
    assert len([row for row in rows(bench) if row[1] == "sim/judge"]) == len(bench.grader.asked)


def test_after_a_stop_nothing_begins(bench: Bench) -> None:
    bench.grader.repeats = 50
    seen: list[int] = []

    def stopping(_: BlindTask) -> None:
        if len(bench.grader.asked) >= 30 and not seen:
            bench.stop.ask("asked", "stopped")
            seen.append(len(bench.grader.asked))

    bench.grader.before = stopping
    bench.run(10)
    assert seen
    assert len(bench.grader.asked) <= seen[0] + 20


def test_a_provider_that_goes_away_ends_a_run(bench: Bench) -> None:
    bench.grader.before = lambda _: "connection" if len(bench.grader.asked) > 20 else None
    bench.run(400)
    assert bench.stop.reason == "hopeless"
    assert len(bench.grader.asked) < 20 + 50 + 10


def test_a_stop_finishes_what_is_under_way(bench: Bench) -> None:
    def stopping(_example: Example, _trial: int) -> None:
        bench.stop.ask("asked", "stopped")

    bench.bot.before = stopping
    bench.run(40)
    with open_ledger(bench.path) as ledger:
        assert len(ledger.outputs()) == sum(bench.bot.asked.values()) <= 4


def test_checks_see_the_output_and_the_ledger_does_not(bench: Bench) -> None:
    bench.redact = lambda text: text.replace("question", "[redacted]")
    bench.run(2)
    with open_ledger(bench.path) as ledger:
        assert {o.text for o in ledger.outputs()} == {
            "bot v1: [redacted] 0 (0)",
            "bot v1: [redacted] 1 (0)",
        }
    assert all("question" not in task.output for task in bench.grader.asked)


def test_recorded_outputs_are_not_asked_for(bench: Bench) -> None:
    told = {
        (f"q{n}", 0): Output(example=f"q{n}", system="bot", text=f"recorded {n}") for n in range(3)
    }
    parts = replace(bench.parts, recorded={"bot": told})
    bench.run(4, parts=parts)
    assert not bench.bot.asked
    assert {r[4] for r in rows(bench) if r[0] == "q3"} == {"no_output"}
    asked = len(bench.grader.asked)
    assert asked == 6
    bench.run(4, parts=parts)
    assert len(bench.grader.asked) == asked
    told["q1", 0] = Output(example="q1", system="bot", text="edited")
    bench.run(4, parts=replace(parts, recorded={"bot": told}))
    assert [task.output for task in bench.grader.asked[asked:]] == ["edited", "edited"]


def test_pairs_are_compared_in_both_orders(bench: Bench) -> None:
    other = replace(bench.bot, name="today")
    parts = replace(
        bench.parts,
        systems=(bench.bot, other),
        judges=(),
        pair_judges=(bench.grader,),
        pairs=(("bot", "today"),),
    )
    bench.run(5, parts=parts)
    with open_ledger(bench.path) as ledger:
        pairs = {(r.example, r.system, r.against, r.order) for r in ledger.ratings(kind="judge")}
    assert pairs == {(f"q{n}", "bot", "today", order) for n in range(5) for order in ("ab", "ba")}
    bench.run(5, parts=parts)
    assert len(bench.grader.asked) == 10


def test_a_ledger_that_cannot_be_written_ends_a_run_loudly(bench: Bench) -> None:
    bench.run(1)
    apsw.Connection(str(bench.path)).execute(
        "CREATE TRIGGER full BEFORE INSERT ON work BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    with pytest.raises(ExceptionGroup) as caught:
        bench.run(40)
    assert caught.group_contains(LedgerError, match="disk full")
    assert sum(bench.bot.asked.values()) <= 9
