"""Outputs that were recorded elsewhere are judged as they stand, and once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from measurand.core.output import Output
from measurand.store.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.jobs.engine.conftest import Bench

    from measurand.jobs.engine.parts import Parts


def recorded(bench: Bench, texts: Mapping[tuple[str, int], str]) -> Parts:
    outputs = {
        (example, trial): Output(example=example, system="bot", text=text, trial=trial)
        for (example, trial), text in texts.items()
    }
    return replace(bench.parts, recorded={"bot": outputs}, repeats={"bot": 2}, partial=True)


def judged(bench: Bench) -> list[tuple[str, int, object, str | None]]:
    with open_ledger(bench.path) as ledger:
        assert ledger.check() == ()
        rows = ledger.ratings(kind="judge")
    return sorted((row.example, row.repeat, row.value, row.failure) for row in rows)


def test_what_is_not_recorded_is_passed_over(bench: Bench) -> None:
    bench.run(3, parts=recorded(bench, {("q0", 0): "hello", ("q2", 1): "bye"}))
    assert judged(bench) == [("q0", at, 4.0, None) for at in (0, 1)] + [
        ("q2", at, 4.0, None) for at in (2, 3)
    ]
    assert not bench.bot.asked
    assert bench.tally.snapshot().outputs == 2


def test_a_whole_recording_fails_where_it_lacks_an_answer(bench: Bench) -> None:
    parts = replace(recorded(bench, {("q0", 0): "hello"}), partial=False)
    bench.run(1, parts=parts)
    assert [row[1:] for row in judged(bench)] == [
        (0, 4.0, None),
        (1, 4.0, None),
        (2, None, "no_output"),
        (3, None, "no_output"),
    ]


def test_a_recording_that_is_taken_back_is_judged_once_more(bench: Bench) -> None:
    for text, calls in (("first", 2), ("first", 2), ("second", 4), ("first", 6), ("first", 6)):
        bench.run(1, parts=recorded(bench, {("q0", 0): text}))
        assert len(bench.grader.asked) == calls
        with open_ledger(bench.path) as ledger:
            assert [output.text for output in ledger.outputs()] == [text]
            newest = list(ledger.ratings())
        assert all(row.value is not None for row in newest)
        assert bench.grader.asked[-1].output == text
