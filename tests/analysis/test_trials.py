"""Several outputs of one example: votes are taken on each of them, and none hides behind others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analysis.rows import RUBRIC, judged

from measurand.analysis.agreement import AgreementOptions, agreement
from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.queue import human_queue
from measurand.analysis.result import Findings, Result
from measurand.analysis.score import score
from measurand.analysis.trials import Voting, trials_of
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE
from measurand.errors import UsageError

TRIALS = 3


def safety(
    example: int, trial: int, value: float | None, *, rater: str = "j", rounds: int = 1, at: int = 0
) -> Rating:
    """What a judge says of one trial in one of its repeats; None failed."""
    return judged(
        example,
        value,
        failure="timeout" if value is None else None,
        dimension="safety",
        rater=rater,
        repeat=trial * rounds + at,
    )


def table(n: int = 20, *, bad: frozenset[int] = frozenset({1}), rounds: int = 1) -> list[Rating]:
    """Both judges flag these trials of every example, in all their repeats."""
    return [
        safety(i, trial, float(trial not in bad), rater=judge, rounds=rounds, at=at)
        for i in range(n)
        for judge in ("j", "k")
        for trial in range(TRIALS)
        for at in range(rounds)
    ]


def analysed(rows: list[Rating], *, rounds: Mapping[str, int] | None, **more: float) -> Findings:
    options = ComparisonOptions(resamples=99, flags="two", rounds=rounds)
    return compare(Ratings.of(rows), RUBRIC, options=replace(options, **more))  # type: ignore[arg-type] # numbers


def blocked(
    rows: list[Rating], rounds: Mapping[str, int] | None = None
) -> tuple[float | None, bool]:
    scores = score(Ratings.of(rows), RUBRIC, voting=Voting("two", rounds))
    flag = float(scores.blocked[0, 0])
    return None if np.isnan(flag) else flag, bool(scores.unknown[0, 0])


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_trial_that_both_judges_flag_blocks_its_example(rounds: int) -> None:
    findings = analysed(table(rounds=rounds), rounds={"j": rounds, "k": rounds})
    [rate] = findings.named("blocking_rate")
    assert (rate.estimate.value, rate.estimate.n) == (1.0, 20)
    [outputs] = findings.named("blocking_rate_of_outputs")
    assert outputs.estimate.value == pytest.approx(1 / 3)
    assert outputs.estimate.n == 60
    verdict = next(v for v in findings.verdicts if v.name == "blocking")
    assert verdict.outcome == "fail"
    assert verdict.reason.startswith(
        "an output of a is blocked on 20 of 20 examples (100.0%; 20 of its 60 outputs), at least "
    )
    assert any("several outputs an example (a 60 of 20)" in limit for limit in findings.limits)


def test_a_table_without_trials_is_as_it_was() -> None:
    findings = analysed(table(), rounds=None)
    [rate] = findings.named("blocking_rate")
    assert rate.estimate.value == 0.0
    assert not list(findings.named("blocking_rate_of_outputs"))
    assert not [limit for limit in findings.limits if "several outputs" in limit]


def test_two_judges_on_two_trials_are_not_two_on_one() -> None:
    rows = [safety(0, t, float(t != 0)) for t in range(2)]
    rows += [safety(0, t, float(t != 1), rater="k") for t in range(2)]
    assert blocked(rows) == (1.0, False)  # half of the repeats of both
    assert blocked(rows, {}) == (0.0, False)


@pytest.mark.parametrize(
    ("second", "found"),
    [(None, (None, True)), (1.0, (0.0, False)), (0.0, (1.0, False))],
)
def test_a_trial_that_passed_does_not_speak_for_one_that_failed(
    second: float | None, found: tuple[float | None, bool]
) -> None:
    rows = [safety(0, 0, 1.0), safety(0, 0, 1.0, rater="k")]
    rows += [safety(0, 1, 0.0), safety(0, 1, second, rater="k")]
    assert blocked(rows, {"j": 1}) == found


def test_checks_too_are_held_against_the_trial_they_rated() -> None:
    rows = [
        judged(0, 1.0, dimension="safety", kind="check"),
        judged(0, None, dimension="safety", kind="check", repeat=1, failure="exception"),
    ]
    assert blocked(rows) == (0.0, False)
    assert blocked(rows, {}) == (None, True)


def test_people_decide_on_the_first_trial_with_all_their_repeats_and_on_no_other() -> None:
    people = [
        judged(0, 1.0, dimension="safety", rater="P", kind="people", repeat=r) for r in (0, 1)
    ]
    first, second = (
        [safety(0, t, float(t != bad), rater=j) for t in range(2) for j in ("j", "k")]
        for bad in (0, 1)
    )
    assert blocked([*people, *first], {}) == (0.0, False)
    assert blocked([*people, *second], {}) == (1.0, False)
    assert blocked([*people, *second]) == (0.0, False)


def test_the_queue_knows_of_trials_that_may_be_blocked() -> None:
    rows = [safety(0, t, v, rater=j) for j in ("j", "k") for t, v in enumerate((1.0, None))]
    queued = human_queue(Ratings.of(rows), RUBRIC, ("a",), voting=Voting("two", {}))
    assert [one.why for one in queued] == ["may be blocked: ratings of it failed"]
    assert not human_queue(Ratings.of(rows), RUBRIC, ("a",), voting=Voting("two"))


def test_an_output_that_is_there_is_queued_though_another_trial_gave_none() -> None:
    rows = [safety(0, 0, 0.0), replace(safety(0, 1, None), failure="no_output")]
    [queued] = human_queue(Ratings.of(rows), RUBRIC, ("a",), voting=Voting("any", {}))
    assert queued.why == "flagged as blocked"
    assert not human_queue(Ratings.of(rows[1:]), RUBRIC, ("a",), voting=Voting("any", {}))


def passed(bad: Mapping[str, frozenset[int]], trials: int) -> list[Rating]:
    """Judgments of yes/no of which these trials of a system fail, on every example."""
    return [
        judged(i, float(t not in bad[s]), dimension="ok", system=s, repeat=t)
        for i in range(20)
        for s in bad
        for t in range(trials)
    ]


@pytest.mark.parametrize("trials", [2, 3, 4])
def test_a_trial_that_fails_is_not_outvoted_by_others(trials: int) -> None:
    rows = passed({"a": frozenset({1}), "b": frozenset()}, trials)
    findings = analysed(rows, rounds={})
    means = {r.systems: r.estimate for r in findings.named("mean") if r.dimension == "ok"}
    assert means["a",].value == pytest.approx(1 - 1 / trials)
    assert means["b",].value == 1.0
    [gap] = [r.estimate for r in findings.named("difference") if r.dimension == "ok"]
    assert gap.value == pytest.approx(-1 / trials)
    assert not [limit for limit in findings.limits if "tied" in limit]


def test_votes_on_yes_and_no_are_taken_within_a_trial_and_then_averaged() -> None:
    said = {0: (1.0, 1.0, 0.0), 1: (0.0, 0.0, 1.0), 2: (0.0, 1.0, None)}
    rows = [
        judged(0, v, dimension="ok", rater=f"j{at}", repeat=t, failure=None if v else "timeout")
        for t, values in said.items()
        for at, v in enumerate(values)
    ]
    scores = score(Ratings.of(rows), RUBRIC, voting=Voting("any", {}))
    assert scores.values[0, 0, 0] == 0.5  # the third trial is tied
    assert scores.ties["ok"] == 1


def test_trials_that_failed_lie_within_the_bounds() -> None:
    rows = passed({"a": frozenset({1}), "b": frozenset()}, 3)
    lost = [
        replace(r, value=None, failure="timeout", reason="-") if r.repeat == 2 else r for r in rows
    ]
    found = {
        r.name: r.estimate.value
        for r in analysed(lost, rounds={}).results
        if (r.systems, r.dimension) == (("a",), "ok")
    }
    ends = (found["mean_if_worst"], found["mean"], found["mean_if_best"])
    assert ends == pytest.approx((1 / 3, 1 / 2, 2 / 3))


CELLS = [(i, t, judge) for i in range(3) for t in range(2) for judge in ("j", "k")]
SAID = st.tuples(*[st.tuples(st.booleans(), st.booleans())] * len(CELLS))


@settings(deadline=None)  # other work may hold a test up
@given(SAID)
def test_whatever_failed_the_share_lies_within_the_bounds(
    said: tuple[tuple[bool, bool], ...],
) -> None:
    whole, seen = [], []
    for (i, trial, judge), (value, lost) in zip(CELLS, said, strict=True):
        row = judged(i, float(value), dimension="ok", rater=judge, repeat=trial)
        whole.append(row)
        seen.append(replace(row, value=None, failure="timeout", reason="-") if lost else row)
    truth = [r.estimate.value for r in means_of(whole, "mean")]
    for end, sign in (("mean_if_worst", 1), ("mean_if_best", -1)):
        for bound in means_of(seen, end):
            if truth[0] is not None and bound.estimate.value is not None:
                assert sign * bound.estimate.value <= sign * truth[0] + 1e-9


def means_of(rows: list[Rating], name: str) -> list[Result]:
    findings = analysed(rows, rounds={}, resamples=49)
    return [r for r in findings.named(name) if r.dimension == "ok"]


def test_shares_of_trials_that_vary_have_every_number_but_discordance() -> None:
    rng = np.random.default_rng(5)
    rows = [
        judged(i, float(rng.random() < share), dimension="ok", system=s, repeat=t)
        for i in range(60)
        for s, share in (("a", 0.9), ("b", 0.5))
        for t in range(3)
    ]
    found = {r.name: r.estimate for r in analysed(rows, rounds={}).results if r.dimension == "ok"}
    assert found["difference"].method == "t(n-1); the judge's opinion"
    assert (found["difference"].low or 0) > 0.2
    assert found["minimum_detectable_difference"].present
    assert "discordance" not in found


def test_a_judge_is_held_against_people_on_the_trial_they_saw() -> None:
    """On the first trial it agrees with them; of every second example that judgment failed."""
    said = [float(1 + i % 5) for i in range(20)]
    people = [judged(i, v, rater=p, kind="people") for i, v in enumerate(said) for p in ("P", "Q")]
    rows = []
    for i, value in enumerate(said):
        lost = i % 2 == 0
        rows.append(judged(i, None if lost else value, failure="timeout" if lost else None))
        rows.append(judged(i, 6 - value, repeat=1))
    table, scales = Ratings.of([*people, *rows]), {"accuracy": ONE_TO_FIVE}
    rounds: tuple[Mapping[str, int] | None, ...] = (None, {})
    mixed, first = (
        next(r.estimate for r in found.results if r.raters == ("j", "people"))
        for found in (
            agreement(table, scales, options=AgreementOptions(resamples=99, rounds=each))
            for each in rounds
        )
    )
    assert (first.value, first.n) == (1.0, 10)
    assert mixed.value == pytest.approx(0.0, abs=0.01)


def test_which_trial_a_rating_is_of() -> None:
    def rows(kind: Kind, rater: str) -> list[Rating]:
        return [judged(0, 1.0, kind=kind, rater=rater, repeat=r) for r in range(6)]

    table = Ratings.of([*rows("judge", "j"), *rows("check", "c"), *rows("people", "P")])
    assert trials_of(table, None).tolist() == [0] * 18
    found = trials_of(table, {"j": 2}).tolist()
    assert found == [0, 0, 1, 1, 2, 2, *range(6), *[0] * 6]
    with pytest.raises(UsageError, match="at least one judgment"):
        trials_of(table, {"j": 0})


def test_blocked_and_unknown_trials_in_one_example() -> None:
    """A trial that is blocked settles the example; a pass says on how many it is unknown."""
    rows = table(400, bad=frozenset())
    lost = [
        replace(r, value=None, failure="timeout", reason="-")
        if r.example in {"e000", "e001"} and r.repeat == 1
        else r
        for r in rows
    ]
    verdict = next(v for v in analysed(lost, rounds={}).verdicts if v.name == "blocking")
    assert verdict.outcome == "pass"
    assert verdict.reason == (
        "an output of a is blocked on at most 1.6% of examples, even if it is on the 2 of which "
        "it is unknown"
    )
