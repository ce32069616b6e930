"""How far a run is, in a line that nothing from outside can break."""

from __future__ import annotations

from typing import Any

from measurand.core.output import Failure, Output
from measurand.core.rating import Rating
from measurand.jobs.engine.tally import Tally
from measurand.jobs.run_progress import mended, reasons, told
from measurand.store.ledger_work import Work


def test_classes_of_failure_are_words_and_users_own_are_shown_as_they_can_be() -> None:
    tally = Tally(total=1)
    tally.failures.update({"rate_limited": 3, "\x1b[2J\nmine": 2, "x" * 100: 1})
    line = told(tally.snapshot(), None)
    assert "failed: 3 rate limited, 2 ⟨U+001B⟩[2J ↵ mine, 1 " + "x" * 39 + "…" in line
    assert line.isprintable()


def test_of_each_class_the_first_result_says_why() -> None:
    tally = Tally(total=1)
    failure = Failure("rate_limited", "429:\nslow \x1b[2Jdown")
    for example in ("q1", "q2"):
        output = Output(example=example, system="bot", text=None, failure=failure)
        tally.durable(made(failure.kind, output=output, who="bot"))
    row = Rating(
        example="q1",
        system="bot",
        dimension="accuracy",
        rater="judge",
        kind="judge",
        value=None,
        reason="found 7 in: 'hm'",
        failure="out_of_range",
    )
    for kind in ("out_of_range", "out_of_range", "out_of_range", "no_output"):
        tally.durable(made(kind, ratings=(row,)))
    now = tally.snapshot()
    assert (now.outputs, now.ratings) == (2, 4)
    assert now.failures == {"rate_limited": 2, "out_of_range": 3, "no_output": 1}
    assert list(reasons(now)) == [
        "  out of range, for one: judge on bot, q1: found 7 in: 'hm'",
        "  rate limited, for one: bot, q1: 429: ↵ slow ⟨U+001B⟩[2Jdown",
    ]


def made(failure: str, who: str = "judge", **what: Any) -> Work:
    return Work(key="k", purpose="rating", who=who, version="v", failure=failure, **what)


def test_the_budget_is_the_ledgers_and_so_is_what_counts_against_it() -> None:
    tally = Tally(total=100, units="questions", before=43.08)
    assert told(tally.snapshot(), 100.0) == "0/100 questions"
    tally.calls, tally.cost = 10, 12.0
    assert "$12.00 · $55.08 of the ledger's budget of $100.00" in told(tally.snapshot(), 100.0)
    assert "$12.00" in told(tally.snapshot(), None)
    assert "budget" not in told(tally.snapshot(), None)
    assert told(Tally(units="questions").snapshot(), 100.0) == "nothing to ask"


def test_one_way_to_go_on_is_told() -> None:
    tally = Tally(total=10)
    assert mended(tally.snapshot()).endswith("the same command goes on where it stopped")
    tally.failures["connection"] = 8
    assert "--retry-failed goes on" in mended(tally.snapshot())
    assert "where it stopped" not in mended(tally.snapshot())
