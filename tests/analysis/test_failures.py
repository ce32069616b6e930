"""Failures are counted by class, bound the means, and withhold headlines."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from tests.analysis.rows import RUBRIC, judged

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.failure import FAILURES, STALE
from measurand.core.output import Failure, Output
from measurand.core.rating import Rating, Ratings

FEW = ComparisonOptions(resamples=999)


def analysed(
    rows: list[Rating], outputs: list[Output] | None = None, options: ComparisonOptions = FEW
) -> Findings:
    return compare(Ratings.of(rows), RUBRIC, outputs=outputs or [], options=options)


def overall(findings: Findings) -> Verdict:
    return next(v for v in findings.verdicts if v.name == "overall")


def one(findings: Findings, name: str, **about: object) -> Result:
    [result] = [
        r
        for r in findings.named(name)
        if all(getattr(r, key) == value for key, value in about.items())
    ]
    return result


def world(n: int, lost: dict[str, int], *, seed: int = 1, repeats: int = 1) -> list[Rating]:
    """Two systems a point apart; the last ones of each have failed."""
    rng = np.random.default_rng(seed)
    rows = []
    for system, mean in (("a", 4.0), ("b", 3.0)):
        for i in range(n):
            for repeat in range(repeats):
                value = float(np.clip(np.round(rng.normal(mean, 0.7)), 1, 5))
                gone = i >= n - lost[system]
                rows.append(
                    judged(
                        i,
                        None if gone else value,
                        failure="timeout" if gone else None,
                        system=system,
                        repeat=repeat,
                    )
                )
    return rows


def test_planted_counts_are_the_reported_counts() -> None:
    classes = [name for name in FAILURES if name not in {STALE, "no_output"}]
    rng = np.random.default_rng(4)
    planted: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for i in range(300):
        for system in "ab":
            for dimension in ("accuracy", "ok"):
                lost = str(rng.choice(classes)) if rng.random() < 0.2 else None
                planted.update([(system, dimension, lost)] if lost else [])
                value = None if lost else 1.0
                rows.append(judged(i, value, failure=lost, system=system, dimension=dimension))
    found = analysed(rows).failures
    assert {(c.system, c.dimension, c.failure): c.count for c in found} == dict(planted)
    assert {c.of for c in found} == {300}
    assert {c.part for c in found} == {"judge"}


def test_shares_count_examples_and_not_calls() -> None:
    findings = analysed(world(100, {"a": 4, "b": 0}, repeats=3))
    rate = one(findings, "judge_failure_rate", systems=("a",), dimension=None).estimate
    assert (rate.value, rate.n) == (0.04, 300)
    assert rate.high == pytest.approx(0.098, abs=0.003)  # of 100, not of 300
    by_class = one(findings, "judge_failure_rate", failure="timeout").estimate
    assert (by_class.value, by_class.n) == (0.02, 600)


def test_where_nothing_failed_nothing_is_said() -> None:
    findings = analysed(world(60, {"a": 0, "b": 0}))
    assert not [r for r in findings.results if "failure" in r.name or "mean_if" in r.name]
    assert findings.failures == ()
    assert not [limit for limit in findings.limits if "failed" in limit]


def test_a_gap_without_a_class_and_an_old_rating_are_no_failures() -> None:
    rows = world(60, {"a": 20, "b": 0})
    gaps = [replace(r, failure=None) if r.failure else r for r in rows]
    old = [replace(r, failure=STALE) if r.failure else r for r in rows]
    people = [replace(r, kind="people") for r in rows]
    for table in (gaps, old, people):
        findings = analysed(table)
        assert findings.failures == ()
        assert overall(findings).outcome == "a better"


def test_a_missing_output_is_the_systems_failure_and_not_the_judges() -> None:
    outputs = [Output(example=f"e{i:03}", system=s, text="fine") for s in "ab" for i in range(50)]
    broken = Failure("timeout", "no answer in 120 s")
    outputs[-2:] = [replace(o, text=None, failure=broken) for o in outputs[-2:]]
    rows = [r for r in world(50, {"a": 0, "b": 0}) if (r.system, r.example) < ("b", "e048")]
    for table in (rows, [*rows, judged("e048", None, failure="no_output", system="b")]):
        findings = analysed(table, outputs)
        assert [(c.part, c.system, c.failure, c.count, c.of) for c in findings.failures] == [
            ("output", "b", "timeout", 2, 50)
        ]
        assert one(findings, "judge_failure_rate", systems=("b",)).estimate.value == 0
        assert one(findings, "output_failure_rate", systems=("b",)).estimate.value == 0.04
        worst = one(findings, "mean_if_worst", systems=("b",), dimension="accuracy").estimate
        mean = one(findings, "mean", systems=("b",), dimension="accuracy").estimate
        assert worst.n == 50
        assert worst.value == pytest.approx(((mean.value or 0) * 48 + 2) / 50)


def test_without_outputs_a_rating_tells_that_there_was_none() -> None:
    rows = [*world(50, {"a": 0, "b": 0}), judged("e999", None, failure="no_output", system="b")]
    [count] = analysed(rows).failures
    assert (count.part, count.failure, count.count, count.of) == ("output", "no_output", 1, 51)


def test_an_example_on_which_everybody_failed_is_not_forgotten() -> None:
    broken = Failure("refused", "no")
    outputs = [Output(example="lost", system=s, text=None, failure=broken) for s in "ab"]
    outputs += [Output(example=f"e{i:03}", system=s, text="x") for s in "ab" for i in range(50)]
    findings = analysed(world(50, {"a": 0, "b": 0}), outputs)
    assert {r.estimate.n for r in findings.named("mean_if_best")} == {51}


def test_too_many_failures_withhold_the_headline_and_leave_the_numbers() -> None:
    few, many = (analysed(world(200, dict.fromkeys("ab", n))) for n in (4, 12))
    assert overall(few).outcome == "a better"
    verdict = overall(many)
    assert verdict.outcome == "inconclusive"
    assert verdict.reason == (
        "a is better than b, in the judge's opinion; but no verdict is given: 12 of 200 judgments "
        "of a (6.0%; 12 timeout) "
        "and 12 of 200 judgments of b (6.0%; 12 timeout) have no value, and 2.0% may"
    )
    assert verdict.estimate is not None
    assert verdict.estimate.n == 188
    assert one(many, "difference", dimension="overall").estimate.present
    by_dimension = next(v for v in many.verdicts if v.name == "difference")
    assert by_dimension.outcome == "inconclusive"
    assert any("of 200 examples a and b 188" in limit for limit in many.limits)
    free = analysed(world(200, {"a": 12, "b": 12}), options=replace(FEW, max_failures=None))
    assert overall(free).outcome == "a better"


def test_unlike_shares_withhold_it_too() -> None:
    rows = world(400, {"a": 0, "b": 7})
    findings = analysed(rows)
    assert overall(findings).outcome == "inconclusive"
    assert overall(findings).reason.endswith(
        "judgments without a value touch 0 of 400 examples of a and 7 of 400 examples of b "
        "(7 timeout), which is not alike (p = 0.015)"
    )
    gap = one(findings, "judge_failure_difference").estimate
    assert gap.value == pytest.approx(-7 / 400)
    assert gap.method == "Tango; Fisher's exact p = 0.015"
    assert overall(analysed(world(400, {"a": 1, "b": 4}))).outcome == "a better"


def test_failed_judgments_of_what_people_score_do_not_matter() -> None:
    rows = world(100, {"a": 30, "b": 0})
    people = [replace(r, kind="people", rater="P") for r in world(100, {"a": 0, "b": 0})]
    assert overall(analysed([*rows, *people])).outcome == "a better"


@pytest.mark.parametrize("wanted", ["better", "not-worse"])
def test_nothing_ships_without_a_headline(wanted: str) -> None:
    options = replace(FEW, baseline="b", require=wanted)  # type: ignore[arg-type] # a parameter is a str
    safe = [judged(i, 1.0, system=s, dimension="safety") for i in range(200) for s in "ab"]
    ships, held = (
        analysed([*world(200, {"a": lost, "b": lost}), *safe], options=options).verdicts[0]
        for lost in (0, 24)
    )
    assert (ships.name, ships.outcome) == ("requirement", "pass")
    assert (held.name, held.outcome) == ("requirement", "inconclusive")
    assert "no verdict is given" in held.reason


def test_failures_by_length_of_the_output() -> None:
    outputs = [Output(example=f"e{i:03}", system="a", text="x" * (10 * (i + 1))) for i in range(90)]
    rows = [
        judged(i, None if i >= 60 else 3.0, failure="truncated" if i >= 60 else None)
        for i in range(90)
    ]
    found = {
        r.segment: r.estimate.value
        for r in analysed(rows, outputs).named("judge_failure_rate")
        if r.segment
    }
    assert list(found) == [
        "outputs up to 306 characters",
        "outputs of 307 to 603 characters",
        "outputs above 603 characters",
    ]
    assert list(found.values()) == [0.0, 0.0, 1.0]


def test_the_order_of_rows_does_not_matter() -> None:
    rows = world(80, {"a": 3, "b": 5}, repeats=2)
    rows += [
        judged(i, float(i % 7 > 0), system=s, dimension="safety") for i in range(80) for s in "ab"
    ]
    mixed = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
    options = replace(FEW, systems=("a", "b"))
    first, second = (analysed(table, options=options) for table in (rows, mixed))
    for one_result, other in zip(first.results, second.results, strict=True):
        assert (one_result.name, one_result.systems) == (other.name, other.systems)
        mine, theirs = one_result.estimate, other.estimate
        for end in ("value", "low", "high"):
            assert getattr(mine, end) == pytest.approx(getattr(theirs, end), abs=1e-12)
    assert first.failures == second.failures
    assert [v.outcome for v in first.verdicts] == [v.outcome for v in second.verdicts]
