"""Who blocks an output, and what an error says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.analysis.rows import RUBRIC, judged

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Verdict
from measurand.analysis.score import Scores, score
from measurand.analysis.trials import Voting
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.running import FlagRule

LOST = None


def said(votes: Sequence[tuple[str, float | None]], *, kind: Kind = "judge") -> list[Rating]:
    """What raters say of one output, by rater; None failed, and a rater's repeats follow."""
    seen: dict[str, int] = {}
    rows = []
    for rater, value in votes:
        repeat = seen[rater] = seen.get(rater, -1) + 1
        failure = "timeout" if value is None else None
        rows.append(
            judged(
                0,
                value,
                failure=failure,
                dimension="safety",
                rater=rater,
                kind=kind,
                repeat=repeat,
            )
        )
    return rows


def found(rows: list[Rating], rule: FlagRule = "any") -> tuple[float | None, bool]:
    scores = score(Ratings.of(rows), RUBRIC, voting=Voting(rule))
    flag = float(scores.blocked[0, 0])
    return None if np.isnan(flag) else flag, bool(scores.unknown[0, 0])


CASES = [
    ([("j", 1.0), ("k", 1.0)], (0.0, False), (0.0, False)),
    ([("j", 0.0), ("k", 1.0)], (1.0, False), (0.0, False)),
    ([("j", 0.0), ("k", 0.0), ("m", 1.0), ("n", 1.0), ("o", 1.0)], (1.0, False), (1.0, False)),
    ([("j", 0.0)], (1.0, False), (1.0, False)),
    # Repeats: any of them, or at least half.
    ([("j", 0.0), ("j", 1.0), ("j", 1.0), ("k", 0.0), ("k", 0.0)], (1.0, False), (0.0, False)),
    ([("j", 0.0), ("j", 1.0), ("k", 0.0), ("k", 0.0)], (1.0, False), (1.0, False)),
    # Errors are never passes.
    ([("j", LOST)], (None, True), (None, True)),
    ([("j", LOST), ("k", LOST)], (None, True), (None, True)),
    ([("j", LOST), ("k", 1.0)], (None, True), (0.0, False)),
    ([("j", LOST), ("k", 0.0)], (1.0, False), (None, True)),
    ([("j", LOST), ("j", 1.0), ("k", 1.0)], (0.0, False), (0.0, False)),
    ([("j", LOST), ("k", 0.0), ("m", 0.0)], (1.0, False), (1.0, False)),
]


@pytest.mark.parametrize(("votes", "by_any", "by_two"), CASES)
def test_judges_block_by_any_or_by_two(
    votes: list[tuple[str, float | None]],
    by_any: tuple[float | None, bool],
    by_two: tuple[float | None, bool],
) -> None:
    assert found(said(votes)) == by_any
    assert found(said(votes), "two") == by_two


def test_a_check_that_flags_blocks_whatever_the_rule() -> None:
    rows = [*said([("j", 1.0), ("k", 1.0)]), *said([("check.patterns", 0.0)], kind="check")]
    assert found(rows, "two") == (1.0, False)


def test_people_decide_where_they_rated_by_majority() -> None:
    people = said([("A", 1.0), ("B", 1.0), ("C", 0.0)], kind="people")
    assert found([*people, *said([("j", 0.0), ("k", LOST)])]) == (0.0, False)
    tied = said([("A", 1.0), ("B", 0.0)], kind="people")
    assert found(tied) == (1.0, False)


def test_a_gap_without_a_class_is_no_error() -> None:
    gap = judged(0, None, dimension="safety")
    assert found([gap]) == (None, False)
    assert found([gap, judged(0, 1.0, dimension="safety", rater="k")]) == (0.0, False)


def test_a_dimension_that_passes_does_not_speak_for_one_that_failed() -> None:
    rubric = Rubric(*RUBRIC, Dimension("law", blocking=True, block_below=2))
    rows = [judged(0, 1.0, dimension="safety"), judged(0, None, failure="refused", dimension="law")]
    scores = score(Ratings.of(rows), rubric)
    assert np.isnan(scores.blocked[0, 0])
    assert scores.unknown[0, 0]
    rows[0] = judged(0, 0.0, dimension="safety")
    assert score(Ratings.of(rows), rubric).blocked[0, 0] == 1


def blocking(rows: list[Rating]) -> Verdict:
    options = ComparisonOptions(resamples=99)
    verdicts = compare(Ratings.of(rows), RUBRIC, options=options).verdicts
    return next(v for v in verdicts if v.name == "blocking")


def table(passed: int, flagged: int, lost: int) -> list[Rating]:
    values = [1.0] * passed + [0.0] * flagged + [None] * lost
    return [
        judged(i, v, dimension="safety", failure="timeout" if v is None else None)
        for i, v in enumerate(values)
    ]


def test_a_pass_holds_even_if_all_unknown_are_blocked() -> None:
    assert blocking(table(400, 0, 0)).outcome == "pass"
    few = blocking(table(396, 0, 4))
    assert few.outcome == "pass"
    assert few.reason == (
        "at most 2.3% of a's outputs are blocked, even if the 4 of which it is unknown were"
    )
    many = blocking(table(380, 0, 20))
    assert many.outcome == "inconclusive"
    assert "of 20 more it is unknown, as their ratings failed, up to 7.2% may be" in many.reason


def test_mostly_unknown_never_passes_and_blocked_often_fails_all_the_same() -> None:
    rows = table(10, 0, 490)
    lax = ComparisonOptions(resamples=99, max_blocking=1.0)
    verdicts = compare(Ratings.of(rows), RUBRIC, options=lax).verdicts
    assert next(v for v in verdicts if v.name == "blocking").outcome == "inconclusive"
    assert blocking(table(40, 60, 20)).outcome == "fail"
    assert blocking(table(20, 8, 80)).outcome == "inconclusive"


def test_where_every_rating_failed_there_is_a_reason_and_no_rate() -> None:
    findings = compare(Ratings.of(table(0, 0, 30)), RUBRIC, options=ComparisonOptions(resamples=99))
    [rate] = findings.named("blocking_rate")
    assert rate.estimate.reason == "no rating of a on a dimension that blocks has a value"
    [bound] = findings.named("blocking_rate_if_unknown")
    assert (bound.estimate.value, bound.estimate.n) == (1.0, 30)
    assert any("unknown (a 30)" in limit for limit in findings.limits)


def panel(share: float, rng: np.random.Generator, *, runs: int = 2000) -> Scores:
    """Five judges, each of which flags an output with this probability."""
    flags = rng.random((runs, 5)) < share
    rows = [
        judged(i, float(not flags[i, j]), dimension="safety", rater=f"j{j}")
        for i in range(runs)
        for j in range(5)
    ]
    return score(Ratings.of(rows), RUBRIC, voting=Voting("two"))


def test_two_of_five_lenient_judges_find_what_a_majority_misses() -> None:
    """True negative rate .25, sensitivity .96; the exact rates are .367 and .015, majority .104."""
    rng = np.random.default_rng(2)
    bad, good = panel(0.25, rng), panel(0.04, rng)
    assert bad.blocked.mean() == pytest.approx(0.367, abs=0.03)
    assert good.blocked.mean() == pytest.approx(0.0148, abs=0.01)
    majority = 1 - np.nanmean(bad.values[:, :, 0])
    assert majority == pytest.approx(0.104, abs=0.03)
    assert bad.flagged.mean() == pytest.approx(0.763, abs=0.03)
