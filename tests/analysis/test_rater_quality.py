"""People on tables small enough to know the answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from measurand.analysis.rater_quality import (
    RaterQualityOptions,
    RaterSummary,
    rater_quality,
    rater_summaries,
)
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.people import ADJUDICATION, CANNOT_JUDGE, WITHDRAWN
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.scale import NOMINAL, ONE_TO_FIVE, UNIT, YES_NO, Scale, Value
from measurand.errors import UsageError
from measurand.simulate.rater_panel import Person, Round, rater_round

SCALES = {"quality": ONE_TO_FIVE, "safe": YES_NO}
PAIRS = Scale.of("win/tie/loss")


def row(
    example: int,
    rater: str,
    value: Value | None,
    *,
    dimension: str = "quality",
    kind: Kind = "people",
    repeat: int = 0,
    system: str = "s",
    against: str | None = None,
    seconds: float | None = None,
    reason: str = CANNOT_JUDGE,
) -> Rating:
    return Rating(
        example=f"e{example}",
        system=system,
        dimension=dimension,
        rater=rater,
        kind=kind,
        value=value,
        reason=None if value is not None else reason,
        repeat=repeat,
        against=against,
        seconds=seconds,
    )


def golden(values: Sequence[float], given: Sequence[float], rater: str = "ann") -> list[Rating]:
    right = [row(e, "expert", v, kind="reference") for e, v in enumerate(values)]
    return right + [row(e, rater, v) for e, v in enumerate(given)]


def found(
    findings: Findings, name: str, rater: str = "ann", dimension: str | None = "quality"
) -> Result:
    [hit] = [r for r in findings.named(name) if r.raters == (rater,) and r.dimension == dimension]
    return hit


def verdict(findings: Findings, name: str, rater: str = "ann") -> Verdict:
    [hit] = [v for v in findings.verdicts if v.name == name and v.raters == (rater,)]
    return hit


def quality(rows: Sequence[Rating], **options: object) -> Findings:
    chosen = RaterQualityOptions(**options)  # type: ignore[arg-type]
    return rater_quality(Ratings.of(rows), SCALES, options=chosen)


def test_golden_accuracy_counts_exact_and_near() -> None:
    findings = quality(golden([1, 2, 3, 4, 5, 5], [1, 2, 4, 2, 5, 5]))
    exact = found(findings, "golden_accuracy").estimate
    assert exact.value == pytest.approx(4 / 6)
    assert (exact.n, exact.method) == (6, "Wilson")
    assert found(findings, "golden_accuracy_within_one").estimate.value == pytest.approx(5 / 6)
    assert found(findings, "golden_passed", dimension=None).estimate.value == pytest.approx(5 / 6)


def test_adjudicated_ratings_are_not_what_raters_are_held_against() -> None:
    rows = golden([1, 2, 3], [1, 2, 3])
    rows += [row(e, ADJUDICATION, 5, kind="reference") for e in range(3, 9)]
    rows += [row(e, "ann", 1) for e in range(3, 9)]
    assert found(quality(rows), "golden_accuracy").estimate.n == 3


def test_an_expert_may_have_the_name_of_a_person() -> None:
    rows = golden([1, 2, 3], [1, 2, 5])
    rows = [
        r if r.kind == "people" else row(int(r.example[1:]), "ann", r.value, kind="reference")
        for r in rows
    ]
    assert found(quality(rows), "golden_accuracy").estimate.value == pytest.approx(2 / 3)


def test_references_that_contradict_count_for_nobody() -> None:
    rows = golden([1, 2, 3], [1, 2, 3])
    rows.append(row(0, "second", 5, kind="reference"))
    findings = quality(rows)
    assert found(findings, "golden_accuracy").estimate.n == 2
    assert any("On 1 ratings that count as right" in limit for limit in findings.limits)


def test_qualification_goes_by_the_order_rated() -> None:
    values = [5.0] * 15
    given = [1.0] * 3 + [5.0] * 12
    rows = golden(values, given)
    assert verdict(quality(rows), "qualification").outcome == "fail"
    later = [(f"e{e}", "s", None) for e in [*range(3, 15), 0, 1, 2]]
    decided = verdict(quality(rows, order={"ann": later}), "qualification")
    assert decided.outcome == "pass"
    assert "qualified: 12 of 12" in decided.reason
    twice = [*later, ("e3", "s", None), ("e4", "s", None)]
    assert verdict(quality(rows, order={"ann": twice}), "qualification") == decided
    first = [*later[-3:], *later, *later[-3:]]
    assert verdict(quality(rows, order={"ann": first}), "qualification").outcome == "fail"


def test_somebody_may_be_not_yet_qualified() -> None:
    decided = verdict(quality(golden([3] * 5, [3] * 5)), "qualification")
    assert decided.outcome == "inconclusive"
    assert "not yet: 5 of 5 golden ratings right; 7 further in a row would do" in decided.reason


def test_two_points_off_do_not_pass_but_one_does() -> None:
    assert verdict(quality(golden([3] * 12, [4] * 12)), "qualification").outcome == "pass"
    assert verdict(quality(golden([3] * 12, [5] * 12)), "qualification").outcome == "fail"


def test_on_three_levels_only_the_exact_one_passes() -> None:
    scales = {"quality": Scale.of("1-3")}
    findings = rater_quality(Ratings.of(golden([2] * 12, [3] * 12)), scales)
    assert verdict(findings, "qualification").outcome == "fail"


def test_self_agreement_is_on_what_was_seen_twice() -> None:
    rows = [row(e, "ann", 1 + e % 5) for e in range(20)]
    rows += [row(e, "ann", 1 + (e + (e == 0)) % 5, repeat=1) for e in range(8)]
    findings = quality(rows)
    same = found(findings, "self_agreement").estimate
    assert (same.value, same.n) == (7 / 8, 8)
    kappa = found(findings, "self_kappa").estimate
    assert kappa.n == 8
    assert kappa.value is not None
    assert 0.8 < kappa.value < 1


def test_second_looks_do_not_count_as_first_ones() -> None:
    rows = golden([1, 2, 3], [1, 2, 3])
    rows += [row(e, "ann", 5, repeat=1) for e in range(3)]
    assert found(quality(rows), "golden_accuracy").estimate.value == 1.0


def test_cannot_judge_counts_and_what_was_taken_back_does_not() -> None:
    rows = [row(e, "ann", 3) for e in range(6)]
    rows += [row(e, "ann", None) for e in range(6, 8)]
    rows.append(row(9, "ann", None, reason=WITHDRAWN))
    share = found(quality(rows), "cannot_judge", dimension=None).estimate
    assert (share.value, share.n) == (2 / 8, 8)


def test_seconds_of_an_output_add_up_over_its_dimensions() -> None:
    rows = [
        row(e, "ann", 1, dimension=dimension, seconds=10.0 + e)
        for e in range(9)
        for dimension in SCALES
    ]
    median = found(quality(rows), "rater_seconds", dimension=None).estimate
    assert (median.value, median.n) == (28.0, 9)


def timed(seconds: dict[str, float]) -> list[Rating]:
    return [
        row(e, rater, 1 + e % 5, seconds=each) for rater, each in seconds.items() for e in range(40)
    ]


def test_fast_is_a_third_of_what_others_take() -> None:
    findings = quality(timed({"ann": 9.0, "ben": 30.0, "cem": 30.0, "dot": 11.0}))
    assert verdict(findings, "pace", "ann").outcome == "fail"
    assert verdict(findings, "pace", "dot").outcome == "pass"
    assert found(findings, "fast_share", "ann", None).estimate.value == 1.0


def test_where_lengths_are_known_reading_sets_the_pace() -> None:
    """238 words a minute; 119 words take 30 seconds, and nobody reads them in 10."""
    words = {(f"e{e}", "s"): 119 for e in range(40)}
    findings = quality(timed({"ann": 9.9, "ben": 10.1, "cem": 2.0}), words=words)
    shares = [found(findings, "fast_share", name, None).estimate.value for name in ("ann", "ben")]
    assert shares == [1.0, 0.0]


def test_without_times_there_is_no_verdict_on_pace() -> None:
    decided = verdict(quality([row(e, "ann", 1) for e in range(9)]), "pace")
    assert decided.outcome == "inconclusive"
    assert "nothing says how long" in decided.reason


def test_one_value_on_all_dimensions_is_seen() -> None:
    rng = np.random.default_rng(1)
    names = ("a", "b", "c")
    rows = []
    for e in range(40):
        for rater in ("ben", "cem"):
            rows += [row(e, rater, float(rng.integers(1, 6)), dimension=d) for d in names]
        same = float(rng.integers(1, 6))
        rows += [row(e, "ann", same, dimension=d) for d in names]
    findings = rater_quality(Ratings.of(rows), dict.fromkeys(names, ONE_TO_FIVE))
    decided = verdict(findings, "variety")
    assert decided.outcome == "fail"
    assert "all dimensions of an output" in decided.reason
    gap = found(findings, "same_on_all_dimensions", dimension=None).estimate
    assert gap.value is not None
    assert gap.value > 0.8


def test_always_the_same_beside_always_different_is_seen_without_any_spread() -> None:
    names = ("a", "b")
    rows = []
    for e in range(20):
        rows += [row(e, "ann", 1.0 + e % 5, dimension=d) for d in names]
        for rater in ("ben", "cem"):
            rows += [row(e, rater, 1.0 + (e + (d == "b")) % 5, dimension=d) for d in names]
    findings = rater_quality(Ratings.of(rows), dict.fromkeys(names, ONE_TO_FIVE))
    assert verdict(findings, "variety").outcome == "fail"


def test_labels_without_order_have_no_severity_but_agreement() -> None:
    rng = np.random.default_rng(2)
    topics = [str(t) for t in rng.choice(["bill", "line", "other"], 40)]
    rows = [row(e, rater, topics[e]) for rater in ("ann", "ben", "cem") for e in range(40)]
    rows[0] = row(0, "ann", "line" if topics[0] != "line" else "bill")
    rows += [row(e, "expert", topics[e], kind="reference") for e in range(10)]
    findings = rater_quality(Ratings.of(rows), {"quality": NOMINAL})
    assert not found(findings, "severity").estimate.present
    assert found(findings, "golden_accuracy").estimate.value == 0.9
    agreement = found(findings, "agreement_with_others").estimate
    assert agreement.value is not None
    assert 0.9 < agreement.value < 1


def test_pairs_are_rated_like_labels() -> None:
    rng = np.random.default_rng(3)
    said = [str(v) for v in rng.choice(["win", "tie", "loss"], 30)]
    rows = [
        row(e, rater, said[e], against="t") for rater in ("ann", "ben", "cem") for e in range(30)
    ]
    rows += [row(e, "expert", said[e], against="t", kind="reference") for e in range(5)]
    findings = rater_quality(Ratings.of(rows), {"quality": PAIRS})
    assert found(findings, "golden_accuracy").estimate.n == 5
    assert found(findings, "agreement_with_others").estimate.value == 1.0


def test_on_a_continuous_scale_nothing_is_exactly_right() -> None:
    rng = np.random.default_rng(4)
    rows = [row(e, r, float(rng.random())) for r in ("ann", "ben", "cem") for e in range(30)]
    rows += [row(e, "expert", 0.5, kind="reference") for e in range(9)]
    findings = rater_quality(Ratings.of(rows), {"quality": UNIT})
    for name in ("golden_accuracy", "rater_accuracy", "variety"):
        assert not found(findings, name).estimate.present
    assert found(findings, "severity").estimate.present


def test_a_constant_rater_does_not_become_the_truth() -> None:
    people = [Person(name=n) for n in ("ann", "ben")] + [
        Person(name="k", habit="constant"),
        Person(name="u", habit="uniform"),
    ]
    table = rater_round(people, Round(outputs=150), rng=np.random.default_rng(5))
    findings = rater_quality(table, {"accuracy": ONE_TO_FIVE, "safety": YES_NO})
    constant = found(findings, "rater_accuracy", "k", "safety").estimate
    assert not constant.present
    assert "same value every time" in str(constant.reason)
    right = found(findings, "rater_accuracy", "ann", "safety").estimate.value
    assert right == pytest.approx(0.9, abs=0.12)


def test_judges_and_checks_are_not_people() -> None:
    rows = [row(e, "judge", 3, kind="judge") for e in range(5)]
    findings = quality(rows)
    assert findings.results == ()
    assert findings.verdicts == ()
    assert findings.limits == ("Nobody rated: there is nothing to say about raters.",)
    assert quality([]).results == ()


def test_one_person_alone_is_not_judged_by_nobody() -> None:
    findings = quality([row(e, "ann", 1 + e % 5) for e in range(30)])
    for name in ("attention", "severity", "pace", "variety"):
        assert verdict(findings, name).outcome == "inconclusive"
    assert any("fewer than three raters" in limit for limit in findings.limits)


def test_every_number_has_an_interval_or_a_reason() -> None:
    people = [Person(name="ann"), Person(name="u", habit="uniform"), Person(name="cem")]
    table = rater_round(people, Round(outputs=60), rng=np.random.default_rng(6))
    findings = rater_quality(table, {"accuracy": ONE_TO_FIVE, "safety": YES_NO})
    assert len({(r.name, r.raters, r.dimension) for r in findings.results}) == len(findings.results)
    for result in findings.results:
        assert result.estimate.present or result.estimate.reason


def test_the_order_of_rows_changes_nothing_but_qualification() -> None:
    people = [Person(name=n) for n in ("ann", "ben", "cem")]
    table = rater_round(people, Round(outputs=50), rng=np.random.default_rng(7))
    scales = {"accuracy": ONE_TO_FIVE, "safety": YES_NO}
    backwards = rater_quality(Ratings.of(list(table)[::-1]), scales)
    forwards = rater_quality(table, scales)
    for result in forwards.results:
        other = found(backwards, result.name, result.raters[0], result.dimension).estimate
        assert (other.value is None) == (result.estimate.value is None)
        assert other.value == pytest.approx(result.estimate.value)


def test_summaries_have_one_line_a_person() -> None:
    people = [Person(name="ann"), Person(name="ben"), Person(name="cem")]
    people.append(Person(name="u", habit="uniform"))
    shape = Round(outputs=150, golden=0.2)
    findings = rater_quality(
        rater_round(people, shape, rng=np.random.default_rng(8)),
        {"accuracy": ONE_TO_FIVE, "safety": YES_NO},
    )
    lines = {line.rater: line for line in rater_summaries(findings)}
    assert list(lines) == ["ann", "ben", "cem", "u"]
    bad: RaterSummary = lines["u"]
    assert bad.qualification == "failed"
    assert any("looks random" in flag for flag in bad.flags)
    assert lines["ann"].flags == ()
    assert len(bad.verdicts) == 5
    assert bad.golden.present


@pytest.mark.parametrize(
    "name", ["level", "alpha", "least_agreement", "most_fast", "most_severity"]
)
def test_options_that_mean_nothing_are_refused(name: str) -> None:
    for value in (0.0, 1.0, float("nan")):
        with pytest.raises(UsageError, match=f"{name} lies strictly between 0 and 1"):
            RaterQualityOptions(**{name: value})  # type: ignore[arg-type]
