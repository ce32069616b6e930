"""Systems ranked by votes on pairs: who is best, what length and the first place do to it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.analysis.pair_rows import SYSTEMS, WORTH, found, named, outputs, votes

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.result import Findings
from measurand.analysis.style import style_of
from measurand.core.rating import Rating


def test_the_best_is_found_and_everything_is_told_of_each() -> None:
    told = found(votes())
    ranks = dict(named(told, "rank"))
    assert [ranks[name,].estimate.value for name in SYSTEMS] == [1, 2, 3, 4]
    strengths = [dict(named(told, "strength"))[name,].estimate for name in SYSTEMS]
    assert sum(s.value or 0.0 for s in strengths) == pytest.approx(0)
    assert all(s.method.endswith("two-way CR1 by rater and example, t(14)") for s in strengths)
    (verdict,) = told.verdicts
    assert (verdict.name, verdict.outcome) == ("best systems", "one best")
    assert (verdict.systems, verdict.raters) == (("good",), ("people",))
    assert "good (+" in verdict.reason
    rates = dict(named(told, "win_rate"))
    assert all(name in rates for name in ((n,) for n in SYSTEMS))
    (ties,) = told.named("tied_votes")
    assert ties.estimate.value == pytest.approx(0.15, abs=0.04)
    assert "are ties, each half a win" in told.limits[0]


def test_equal_systems_cannot_be_told_apart_and_the_verdict_says_what_would() -> None:
    (verdict,) = found(votes(worth=dict.fromkeys(SYSTEMS, 0.0))).verdicts
    assert verdict.outcome == "inconclusive"
    assert set(verdict.systems) == set(SYSTEMS)
    assert verdict.n_needed is None or verdict.n_needed > 600


def test_with_a_baseline_win_rates_are_against_it() -> None:
    told = found(votes(), options=ComparisonOptions(baseline="fair"))
    rates = dict(named(told, "win_rate"))
    assert set(rates) == {(name, "fair") for name in SYSTEMS if name != "fair"}
    share = 1 / (1 + np.exp(-(WORTH["good"] - WORTH["fair"]) * 0.85))
    assert rates["good", "fair"].estimate.value == pytest.approx(share, abs=0.07)


def test_people_and_judges_are_ranked_apart_and_a_judges_rank_is_its_opinion() -> None:
    people = votes()
    judged = votes(
        raters=("judge-1",), examples=300, kind="judge", worth={**WORTH, "bad": 3.4}, seed=2
    )
    told = found([*people, *judged])
    outcomes = {v.raters: v.systems for v in told.verdicts}
    assert outcomes["people",] == ("good",)
    assert outcomes["judge-1",][0] == "bad"
    for name in ("strength", "rank", "win_rate"):
        assert {r.opinion for r in told.named(name) if r.raters == ("judge-1",)} == {True}
    reasons = {v.raters[0]: v.reason for v in told.verdicts}
    assert reasons["judge-1"].startswith("judge-1 (a judge's opinion) on help")
    assert reasons["people"].startswith("people on help")
    assert not any(r.opinion for r in told.named("strength") if r.raters == ("people",))
    own = [r.estimate for r in told.named("strength") if r.raters == ("judge-1",)]
    assert all("CR1 by example, t(299)" in one.method for one in own)


def test_a_liking_for_the_first_place_is_taken_out_where_it_is_known() -> None:
    told = found(votes(first_slot=0.8, examples=80))
    (effect,) = told.named("style_effect")
    assert effect.design == "shown first"
    assert effect.estimate.low is not None
    assert effect.estimate.high is not None
    assert effect.estimate.low < 0.8 * 0.85 < effect.estimate.high
    assert effect.estimate.low > 0


def test_a_first_place_that_always_was_one_systems_is_said_and_not_taken_out() -> None:
    rows = [
        Rating(
            example=f"e{n}",
            system="good",
            against="bad",
            dimension="help",
            rater="judge-1",
            kind="judge",
            value="win" if n % 3 else "loss",
            order="ab",
        )
        for n in range(60)
    ]
    told = found(rows, ("good", "bad"))
    assert not list(told.named("style_effect"))
    assert any("which output was shown first is not taken out" in limit for limit in told.limits)
    assert not told.verdicts
    assert not list(told.named("strength"))
    ((systems, rate),) = named(told, "win_rate")
    assert systems == ("good", "bad")
    assert rate.estimate.value == pytest.approx(2 / 3)


def test_length_is_taken_out_of_win_rates_where_outputs_are_known() -> None:
    longer = {"good": 1.0, "fair": 1.0, "poor": 1.0, "bad": 2.0}
    equal = dict.fromkeys(SYSTEMS, 0.0)
    rows = votes(worth=equal, longer=longer, length=3.0, examples=60)
    told = found(rows, known=outputs(longer, 60))
    raw = dict(named(told, "win_rate"))["bad",].estimate
    controlled = dict(named(told, "win_rate_length_controlled"))["bad",].estimate
    assert raw.low is not None
    assert raw.low > 0.5
    assert controlled.low is not None
    assert controlled.high is not None
    assert controlled.low < 0.5 < controlled.high
    (effect,) = told.named("style_effect")
    assert effect.design == "length"
    assert (effect.estimate.low or 0.0) > 0


def test_without_outputs_the_liking_for_length_is_a_limit() -> None:
    told = found(votes())
    assert not list(told.named("win_rate_length_controlled"))
    assert any("a liking for longer ones" in limit for limit in told.limits)


def test_systems_that_never_met_are_not_ranked_against_each_other() -> None:
    rows = [
        r
        for r in votes(examples=80)
        if {r.system, r.against} in ({"good", "bad"}, {"fair", "poor"})
    ]
    told = found(rows)
    (verdict,) = told.verdicts
    assert "never met" in verdict.reason
    assert "good, bad | fair, poor" in verdict.reason


def test_where_too_many_judgments_failed_nothing_is_ranked() -> None:
    rows = votes(raters=("judge-1",), examples=200, kind="judge")
    lost = [
        Rating(
            example=f"lost {n}",
            system="good",
            against="bad",
            dimension="help",
            rater="judge-1",
            kind="judge",
            value=None,
            reason="no answer",
            failure="timeout",
        )
        for n in range(20)
    ]
    told = found([*rows, *lost])
    (verdict,) = told.verdicts
    assert verdict.outcome == "inconclusive"
    assert "20 of 220 judgments (9.1%) failed, and 2.0% may" in verdict.reason
    assert not any(r.estimate.present for r in told.named("win_rate"))
    assert any(r.estimate.present for r in found(rows).named("win_rate"))


def test_a_persons_second_look_is_no_second_vote() -> None:
    rows = votes()
    again = [
        Rating(**{**{name: getattr(row, name) for name in row.__slots__}, "repeat": 1})
        for row in rows
    ]
    assert found([*rows, *again]) == found(rows)


def test_systems_can_be_chosen_and_those_of_pairs_alone_are_found() -> None:
    rows = votes()
    assert {r.systems[0] for r in found(rows, ()).named("strength")} == set(SYSTEMS)
    chosen = ComparisonOptions(systems=SYSTEMS[:3])
    told = found(rows, SYSTEMS[:3], options=chosen)
    assert {r.systems[0] for r in told.named("strength")} == set(SYSTEMS[:3])


def test_the_order_of_the_table_is_no_matter() -> None:
    rows = votes()
    one, other = found(rows), found(rows[::-1])
    for a, b in zip(one.results, other.results, strict=True):
        assert (a.name, a.systems) == (b.name, b.systems)
        assert a.estimate.value == pytest.approx(b.estimate.value, abs=1e-9)
        assert a.estimate.low == pytest.approx(b.estimate.low, abs=1e-9)


def test_words_that_do_not_say_who_won_are_answered_with_what_to_do() -> None:
    rows = [
        Rating(
            example=f"e{n}",
            system="a",
            against="b",
            dimension="help",
            rater="r",
            kind="people",
            value="left" if n else "right",
        )
        for n in range(5)
    ]
    told = found(rows, ())
    assert not told.results
    (limit,) = told.limits
    assert "say left, right and not win, tie or loss" in limit
    assert "recode: {left: win, right: loss}" in limit


def test_no_pairs_no_standings() -> None:
    rows = [Rating(example="e", system="s", dimension="d", rater="r", kind="people", value=3.0)]
    assert found(rows) == Findings(results=())


def test_three_examples_are_too_few_and_say_so() -> None:
    told = found(
        votes(raters=("judge-1",), examples=3, kind="judge", worth={"a": 0.0, "b": 0.0}), ()
    )
    (rate,) = told.named("win_rate")
    assert not rate.estimate.present


TEXT = """# Title

Some **bold** words and __more__ of them.

## Next
- one
* two
  3. three
4.no item

```python
# no header
- no item
**not bold**
```
#no header
"""


def test_marks_of_style_by_hand() -> None:
    """Two headers, three items, two bold passages; characters are counted in code too."""
    style = style_of(TEXT)
    assert (style.headers, style.lists, style.bold) == (2, 3, 2)
    assert style.letters == len("".join(TEXT.split()))
    assert style_of("") == style_of("   ")


def test_languages_without_spaces_have_lengths() -> None:
    """One word each, by white space; one is fifty times as long."""
    sentence = "\N{CJK UNIFIED IDEOGRAPH-4E2D}\N{CJK UNIFIED IDEOGRAPH-6587}"
    assert style_of(sentence * 50).letters == 100
    assert style_of(f" {sentence}\n").letters == 2
