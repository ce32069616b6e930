"""Pairs whose judgments failed: counted, bounded, and too many of them withhold the preference."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analysis.rows import RUBRIC, judged, pair

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.preference import preference, preference_limits
from measurand.analysis.result import Findings
from measurand.core.failure import STALE
from measurand.core.output import Failure, Output
from measurand.core.rating import Rating, Ratings
from measurand.report.comparison_page import comparison_document
from measurand.report.terminal import terminal_text
from measurand.stats.estimate import Estimate

SYSTEMS = ("a", "b")
FEW = ComparisonOptions(resamples=99)
ORDERS = ("ab", "ba")
SHARES = ("preference", "preference_wins", "preference_ties", "preference_losses")


def side_by_side(n: int, lost: dict[str, set[int]], failure: str = "out_of_range") -> list[Rating]:
    """The first loses every pair; in each order these examples failed."""
    rows = []
    for i, order in product(range(n), ORDERS):
        gone = i in lost.get(order, set())
        row = pair(i, None if gone else "loss", order)
        rows.append(replace(row, failure=failure) if gone else row)
    return rows


def analysed(
    rows: list[Rating], options: ComparisonOptions = FEW, outputs: tuple[Output, ...] = ()
) -> Findings:
    return compare(Ratings.of([*scored(), *rows]), RUBRIC, options=options, outputs=outputs)


def scored() -> list[Rating]:
    return [judged(i, 3.0 + i % 2, system=s) for i in range(20) for s in SYSTEMS]


def numbers(findings: Findings) -> dict[str, Estimate]:
    return {r.name: r.estimate for r in findings.results if r.systems == SYSTEMS}


MANY = side_by_side(20, {order: set(range(9, 20)) for order in ORDERS})
WHY = "22 of 40 judgments (55.0%; 22 out_of_range) have no value, and 2.0% may"


def test_a_preference_most_of_whose_judgments_failed_is_withheld_and_bounded() -> None:
    findings = analysed(MANY)
    found = numbers(findings)
    for name in SHARES:
        assert not found[name].present
        assert found[name].reason == f"no preference is given: {WHY}"
    assert (found["preference_if_worst"].value, found["preference_if_worst"].n) == (0.0, 20)
    assert found["preference_if_best"].value == pytest.approx(0.55)
    rate = found["preference_failure_rate"]
    assert (rate.value, rate.n) == (0.55, 40)
    assert rate.high == pytest.approx(0.744, abs=0.005)  # of 20 examples, not of 40 judgments
    assert f"a against b on accuracy: no preference is given: {WHY}." in findings.limits
    assert any("11 of 20 examples were not judged in both orders" in x for x in findings.limits)
    page = terminal_text(comparison_document(findings), width=200)
    assert WHY in page
    assert "If against the first" in page


def test_without_a_gate_the_number_says_what_it_leaves_out() -> None:
    findings = analysed(MANY, replace(FEW, max_failures=None))
    found = numbers(findings)["preference"]
    assert (found.value, found.n) == (0.0, 9)
    assert (found.reason or "").endswith(
        "22 of 40 judgments (55.0%; 22 out_of_range) failed and are left out"
    )
    assert any("read the preference with its bounds" in limit for limit in findings.limits)


def test_few_failures_leave_the_number_with_its_caution() -> None:
    found = numbers(analysed(side_by_side(100, {"ab": {1}, "ba": {2}})))
    assert (found["preference"].value, found["preference"].n) == (0.0, 98)
    assert "2 of 200 judgments (1.0%; 2 out_of_range) failed" in (found["preference"].reason or "")
    assert found["preference_if_best"].value == pytest.approx(0.01)


def test_where_nothing_failed_nothing_is_said() -> None:
    clean = analysed(side_by_side(20, {}))
    stale = side_by_side(20, {"ab": {0}}, failure=STALE)
    gaps = [replace(r, failure=None) if r.failure else r for r in stale]
    for findings in (clean, analysed(stale), analysed(gaps)):
        found = numbers(findings)
        assert found["preference"].present
        assert not {"preference_failure_rate", "preference_if_best"} & found.keys()
        assert not [limit for limit in findings.limits if "failed" in limit]


def test_failures_that_hang_on_the_order_withhold_it() -> None:
    found = numbers(analysed(side_by_side(400, {"ab": set(range(8))})))["preference"]
    assert found.reason == (
        "no preference is given: judgments without a value touch 8 of 400 examples with a shown "
        "first and 0 of 400 examples with b shown first, which is not alike (p = 0.0075)"
    )


def test_an_order_of_which_every_judgment_failed_was_asked_for_all_the_same() -> None:
    rows = side_by_side(20, {"ba": set(range(20))})
    free = numbers(analysed(rows, replace(FEW, max_failures=None)))
    assert not free["preference"].present
    assert (free["preference_if_worst"].value, free["preference_if_best"].value) == (0.0, 0.5)
    [short, _] = preference_limits(Ratings.of(rows), SYSTEMS)
    assert "20 of 20 examples were not judged in both orders" in short


def test_outputs_that_failed_count_with_rows_and_without() -> None:
    broken = Failure("timeout", "no answer")
    outputs = tuple(
        Output(example=f"e{i:03}", system=s, text=None, failure=broken)
        if (s, i) >= ("b", 10)
        else Output(example=f"e{i:03}", system=s, text="fine")
        for s in SYSTEMS
        for i in range(20)
    )
    gone = {order: set(range(10, 20)) for order in ORDERS}
    rows = side_by_side(20, gone, failure="no_output")
    told = numbers(analysed(rows, outputs=outputs))
    silent = numbers(analysed([r for r in rows if r.value is not None], outputs=outputs))
    for found in (told, silent):
        reason = found["preference"].reason or ""
        assert "10 of 20 outputs of b (50.0%; 10 timeout) have no value" in reason
    assert "20 of 40 judgments (50.0%; 20 no_output)" in (told["preference"].reason or "")
    assert told["preference_if_best"].value == 0.5
    counted = analysed(rows).failures  # whose output is missing, a pair does not say
    assert not [count for count in counted if count.part == "output"]


def test_repeats_are_consistent_within_a_trial() -> None:
    rows = [
        pair(i, "win" if trial else "loss", order, repeat=trial * 2 + at)
        for i, order, trial, at in product(range(20), ORDERS, range(2), range(2))
    ]
    table = Ratings.of(rows)
    mixed, apart = (
        next(
            r.estimate.value
            for r in preference(table, SYSTEMS, rounds=rounds)
            if r.name == "repeat_consistency"
        )
        for rounds in (None, {"j": 2})
    )
    assert mixed == pytest.approx(1 / 3)
    assert apart == 1.0
    alone = {r.name for r in preference(table, SYSTEMS, rounds={})}
    assert "repeat_consistency" not in alone


VALUES = st.sampled_from(["win", "tie", "loss"])


@settings(deadline=None)  # other work may hold a test up
@given(st.lists(st.tuples(VALUES, VALUES, st.booleans(), st.booleans()), min_size=2, max_size=8))
def test_whatever_failed_the_preference_lies_within_its_bounds(
    world: list[tuple[str, str, bool, bool]],
) -> None:
    whole, seen = [], []
    for i, (first, second, *gone) in enumerate(world):
        for order, value, lost in zip(ORDERS, (first, second), gone, strict=True):
            whole.append(pair(i, value, order))
            seen.append(pair(i, None, order) if lost else whole[-1])
    truth = next(preference(Ratings.of(whole), SYSTEMS)).estimate.value
    found = {r.name: r.estimate.value for r in preference(Ratings.of(seen), SYSTEMS)}
    worst = found.get("preference_if_worst", found["preference"])
    best = found.get("preference_if_best", found["preference"])
    assert truth is not None
    assert worst is not None
    assert best is not None
    assert worst - 1e-9 <= truth <= best + 1e-9
