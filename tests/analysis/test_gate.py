"""What a gate decides of a table: grades, gaps, repeats, components, judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from measurand.analysis.gate import gate
from measurand.analysis.gate_result import GateResult
from measurand.analysis.gate_terms import GateTerms
from measurand.core.example import Example, Message
from measurand.core.gate import GatePlan
from measurand.core.output import Failure, Output
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO

CORRECT = Dimension("correct", scale=YES_NO)
SAFE = Dimension("safe", scale=YES_NO, blocking=True)
GRADE = Dimension("grade", scale=ONE_TO_FIVE)
TERMS = GateTerms(
    system="new", baseline="old", today=date(2026, 1, 1), whole=True, rounds={}, resamples=100
)


def row(example: str, system: str, value: Any, **cells: Any) -> Rating:
    given = {"dimension": "correct", "rater": "key", "kind": "check", **cells}
    if value is None:
        given.setdefault("reason", "lost")
    return Rating(example=example, system=system, value=value, **given)


def both(new: Sequence[Any], old: Sequence[Any], **cells: Any) -> list[Rating]:
    sides = (("new", new), ("old", old))
    return [
        row(f"e{at}", name, value, **cells)
        for name, values in sides
        for at, value in enumerate(values)
    ]


def decided(
    rows: Iterable[Rating],
    *dimensions: Dimension,
    terms: GateTerms = TERMS,
    **more: Any,
) -> GateResult:
    return gate(Ratings.of(rows), Rubric(*(dimensions or (CORRECT,))), terms, **more)


def outcomes(result: GateResult) -> dict[str, str]:
    return {v.name: v.outcome for v in result.findings.verdicts}


def test_the_same_passes_and_the_order_of_rows_plays_no_part() -> None:
    rows = both([1.0] * 60, [1.0] * 60)
    assert decided(rows).outcome == "pass"
    shuffled = decided(rows[::-1])
    assert shuffled.outcome == "pass"
    first = decided(rows).findings.verdicts[0].estimate
    assert shuffled.findings.verdicts[0].estimate == first


@pytest.mark.parametrize(
    "gap",
    [
        pytest.param([], id="a row that is not there"),
        pytest.param(
            [row("e3", "new", None, kind="judge", failure="timeout")], id="a judgment that failed"
        ),
        pytest.param([row("e3", "new", None, kind="judge")], id="a judge that could not say"),
        pytest.param(
            [row("e3", "new", 1.0), row("e3", "new", None, repeat=1, failure="invalid")],
            id="a repeat that failed",
        ),
    ],
)
@pytest.mark.parametrize("side", ["new", "old"])
def test_a_gap_of_either_side_is_never_green(gap: list[Rating], side: str) -> None:
    rows = [r for r in both([1.0] * 80, [1.0] * 80) if (r.example, r.system) != ("e3", side)]
    result = decided([*rows, *(replace(r, system=side) for r in gap)])
    assert result.outcome == "inconclusive"
    assert [item.example for item in result.items if item.outcome == "missing"] == ["e3"]
    assert bool(result.broken) == any(r.failure == "timeout" for r in gap)


def test_a_failure_beside_a_gap_still_fails() -> None:
    rows = both([0.0] * 20 + [1.0] * 60, [1.0] * 80)
    result = decided(r for r in rows if (r.example, r.system) != ("e70", "new"))
    assert result.outcome == "fail"
    assert outcomes(result)["gate: results"] == "inconclusive"


def test_an_answer_that_did_not_come_is_told_with_its_reason() -> None:
    rows = both([1.0] * 60, [1.0] * 60)
    rows[4] = row("e4", "new", None, failure="no_output")
    lost = Output(
        example="e4", system="new", text=None, failure=Failure("connection", "refused by the host")
    )
    result = decided(rows, outputs=[lost])
    (item,) = (item for item in result.items if item.outcome == "missing")
    assert "refused by the host" in item.reason
    assert result.broken


def test_a_check_that_does_not_apply_is_no_gap() -> None:
    rows = both([1.0] * 60, [1.0] * 60)
    rows += [row(f"e{n}", s, 1.0, dimension="grade") for n in range(60) for s in ("new", "old")]
    none = [
        replace(r, value=None, reason="not asked for")
        if r.dimension == "grade" and r.example == "e5"
        else r
        for r in rows
    ]
    assert decided(none, CORRECT, GRADE).outcome == "pass"
    only_new = [rows[i] if r.system == "old" else r for i, r in enumerate(none)]
    result = decided(only_new, CORRECT, GRADE)
    assert result.outcome == "inconclusive"
    assert [(i.example, i.dimension) for i in result.items[:1]] == [("e5", "grade")]


def test_grades_pass_from_the_mark_on() -> None:
    terms = replace(TERMS, whole=False, plan=GatePlan())
    rows = both([2.0] + [5.0] * 59, [3.0] + [5.0] * 59, dimension="grade", component="regression")
    result = decided(rows, GRADE, terms=terms)
    assert outcomes(result)["gate: regressions"] == "fail"
    lenient = replace(terms, plan=GatePlan(pass_mark=0.25))
    assert decided(rows, GRADE, terms=lenient).outcome == "pass"


def test_a_difference_of_grades_is_told_on_their_scale() -> None:
    rows = both([2.0, 3.0] * 40, [4.0, 4.0] * 40, dimension="grade")
    verdict = decided(rows, GRADE).findings.verdicts[0]
    assert verdict.outcome == "fail"
    assert verdict.bound == pytest.approx(-0.2)
    assert verdict.estimate is not None
    assert verdict.estimate.value == pytest.approx(-1.5)


def test_examples_of_one_conversation_count_as_one() -> None:
    rows = both([1.0] * 120, [1.0] * 120)
    shared = [replace(r, cluster=f"talk {int(r.example[1:]) // 6}") for r in rows]
    assert decided(rows).outcome == "pass"
    assert decided(shared).outcome == "inconclusive"


def test_one_dimension_cannot_hide_behind_another() -> None:
    rows = both([1.0] * 200, [1.0] * 200)
    rows += both([3.0] * 200, [5.0] * 200, dimension="grade")
    heavy = Dimension("correct", scale=YES_NO, weight=95)
    light = Dimension("grade", scale=ONE_TO_FIVE, weight=5)
    result = decided(rows, heavy, light)
    failed = [v for v in result.findings.verdicts if v.outcome == "fail"]
    assert [v.dimension for v in failed] == ["grade", "grade"]


def test_a_blocking_dimension_that_nobody_looked_at_is_no_pass() -> None:
    result = decided(both([1.0] * 60, [1.0] * 60), CORRECT, SAFE)
    assert result.outcome == "inconclusive"
    assert outcomes(result)["gate: blocking"] == "inconclusive"


def test_a_judge_that_flags_once_blocks_its_output() -> None:
    rows = both([1.0] * 60, [1.0] * 60)
    for system in ("new", "old"):
        for at in range(60):
            for repeat in range(3):
                flag = 0.0 if (system, at, repeat) == ("new", 7, 1) else 1.0
                rows.append(
                    row(
                        f"e{at}",
                        system,
                        flag,
                        dimension="safe",
                        rater="j",
                        kind="judge",
                        repeat=repeat,
                    )
                )
    one_output = replace(TERMS, rounds={"j": 3})
    assert outcomes(decided(rows, CORRECT, SAFE, terms=one_output))["gate: blocking"] == "fail"
    three_outputs = decided(rows, CORRECT, SAFE)
    assert outcomes(three_outputs)["gate: blocking"] == "inconclusive"


def test_a_component_without_an_example_is_no_pass() -> None:
    rows = both([1.0] * 60, [1.0] * 60, component="regression")
    terms = replace(TERMS, whole=False, plan=GatePlan(components=("regression", "core")))
    result = decided(rows, terms=terms)
    assert outcomes(result)["gate: core"] == "inconclusive"
    assert result.outcome == "inconclusive"


def test_every_example_of_the_set_must_be_there() -> None:
    known = {
        f"e{at}": Example(id=f"e{at}", messages=(Message("user", "?"),), component="regression")
        for at in range(61)
    }
    rows = both([1.0] * 60, [1.0] * 60)
    terms = replace(TERMS, whole=False)
    result = decided(rows, terms=terms, examples=known)
    assert result.outcome == "inconclusive"
    assert {item.example for item in result.items if item.outcome == "missing"} == {"e60"}


def test_fewer_results_than_are_owed_are_missing() -> None:
    rows = both([1.0] * 60, [1.0] * 60)
    owed = {("new", "correct"): 1, ("old", "correct"): 1}
    assert decided(rows, terms=replace(TERMS, expected=owed)).outcome == "pass"
    more = {**owed, ("new", "correct"): 2}
    result = decided(rows, terms=replace(TERMS, expected=more))
    assert result.outcome == "inconclusive"
    assert result.items[0].reason == "1 of 2 results are there"


def test_a_verdict_says_how_many_would_tell() -> None:
    verdict = decided(both([1.0] * 40, [1.0] * 40)).findings.verdicts[0]
    assert (verdict.outcome, verdict.n_needed) == ("inconclusive", 52)
    assert decided(both([1.0] * 52, [1.0] * 52)).outcome == "pass"
    assert decided(both([1.0] * 51, [1.0] * 51)).outcome == "inconclusive"


def test_one_and_no_example_decide_nothing() -> None:
    assert decided(both([1.0], [1.0])).outcome == "inconclusive"
    assert decided([]).outcome == "inconclusive"
