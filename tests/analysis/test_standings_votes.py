"""Which votes count for a ranking, how they are clustered, and what systems that won all get."""

from __future__ import annotations

import numpy as np
import pytest
from tests.analysis.pair_rows import SYSTEMS, WORTH, found, named, outputs, vote, votes

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Rubric


def halves(told: Findings, name: str = "strength") -> list[float]:
    return [(e.high or 0.0) - (e.value or 0.0) for e in (r.estimate for r in told.named(name))]


@pytest.mark.parametrize("examples", [6, 9])
def test_few_examples_are_clustered_by_as_well_as_many(examples: int) -> None:
    told = found(votes(examples=examples))
    for result in told.named("strength"):
        way = f"two-way CR1 by rater and example, t({examples - 1})"
        assert result.estimate.method.endswith(way)
        assert "clusters by example" in str(result.estimate.reason)


def test_of_fewer_than_six_examples_nothing_is_said() -> None:
    told = found(votes(examples=5))
    assert not any(r.estimate.present for r in told.named("strength"))
    assert not list(told.named("rank"))
    (verdict,) = told.verdicts
    assert "found 5 by example" in verdict.reason


def test_six_raters_are_a_sample_and_five_speak_for_themselves() -> None:
    persons = tuple(f"person {place}" for place in range(6))
    six, five = (found(votes(raters=persons[:n], examples=60)) for n in (6, 5))
    assert all("by rater and example, t(5)" in r.estimate.method for r in six.named("strength"))
    assert not any("only" in str(v.reason) for v in six.verdicts)
    for name in ("strength", "rank", "win_rate", "tied_votes"):
        assert all("these 5 raters only" in str(r.estimate.reason) for r in five.named(name)), name
    (verdict,) = five.verdicts
    assert "(of these 5 raters only)" in verdict.reason
    assert any("others may rank otherwise" in limit for limit in five.limits)


def test_words_that_do_not_say_who_won_are_counted_and_withhold_the_ranking() -> None:
    rows = votes()
    bad = [vote(n % 40, n % 15, "good", "fair", "both bad") for n in range(200)]
    told = found([*rows, *bad])
    (verdict,) = told.verdicts
    assert verdict.outcome == "inconclusive"
    assert "200 of 800 votes (25.0%) say both bad and not win, tie or loss" in verdict.reason
    for name in ("strength", "win_rate", "tied_votes"):
        assert not any(r.estimate.present for r in told.named(name))
    assert not list(told.named("rank"))
    assert any("They count nowhere here" in limit for limit in told.limits)
    few = found([*rows, *bad[:5]])
    assert few.verdicts[0].outcome == "one best"
    assert any("5 of 605 votes say both bad" in limit for limit in few.limits)
    allowed = found([*rows, *bad], options=ComparisonOptions(max_failures=None))
    assert allowed.verdicts[0].outcome == "one best"


def test_with_outputs_nothing_is_told_of_length_where_the_ranking_is_withheld() -> None:
    longer = {name: 1.0 + place for place, name in enumerate(SYSTEMS)}
    bad = [vote(n % 40, n % 15, "good", "fair", "both bad") for n in range(200)]
    told = found([*votes(), *bad], known=outputs(longer))
    assert list(told.named("win_rate_length_controlled"))
    assert not any(r.estimate.present for r in told.named("win_rate_length_controlled"))


def test_capitals_are_no_other_words() -> None:
    rows = votes()
    loud = [
        vote(
            int(row.example[1:]),
            int(row.rater.split()[1]),
            row.system,
            str(row.against),
            f" {str(row.value).upper()} " if place % 2 else str(row.value),
        )
        for place, row in enumerate(rows)
    ]
    one, other = found(rows), found(loud)
    assert other.results == one.results
    assert other.limits == one.limits


def test_a_vote_told_from_both_sides_counts_once() -> None:
    turned = {"win": "loss", "loss": "win", "tie": "tie"}
    rows = votes(first_slot=0.4)
    mirrored = [
        vote(
            int(row.example[1:]),
            int(row.rater.split()[1]),
            str(row.against),
            row.system,
            turned[str(row.value)],
            "ba" if row.order == "ab" else "ab",
        )
        for row in rows
    ]
    one, both = found(rows), found([*rows, *mirrored])
    for a, b in zip(one.results, both.results, strict=True):
        assert (a.name, a.systems, a.estimate.n) == (b.name, b.systems, b.estimate.n)
        assert a.estimate.low == pytest.approx(b.estimate.low, abs=1e-9)
    assert one.verdicts[0].n_needed == both.verdicts[0].n_needed
    assert any("600 votes were told from both sides, and count once" in x for x in both.limits)


def test_the_other_order_of_showing_is_a_vote_of_its_own() -> None:
    rows = [
        row
        for n in range(30)
        for row in (
            vote(n, n % 12, "a", "b", "win" if n % 3 else "loss", "ab"),
            vote(n, n % 12, "b", "a", "loss" if n % 3 else "win", "ab"),
        )
    ]
    ((_, rate),) = named(found(rows, ()), "win_rate")
    assert rate.estimate.n == 60


def test_a_second_look_from_the_other_side_is_no_second_vote() -> None:
    rows = [vote(n, n % 12, "a", "b", "win" if n % 3 else "loss") for n in range(30)]
    again = [
        Rating(
            **{
                **{name: getattr(row, name) for name in row.__slots__},
                "system": "b",
                "against": "a",
                "value": "tie",
                "repeat": 1,
            }
        )
        for row in rows
    ]
    assert found([*rows, *again], ()) == found(rows, ())


def test_the_way_of_clustering_ties_is_named_and_is_the_wider() -> None:
    """Every tie is of one rater, so that raters differ more than examples do."""
    rows = [
        vote(n, r, "a", "b", "tie" if r == 0 else "win" if (n + r) % 3 else "loss")
        for n in range(40)
        for r in range(12)
    ]
    (ties,) = found(rows, ()).named("tied_votes")
    assert ties.estimate.method.endswith("by rater")
    assert "12 clusters by rater" in str(ties.estimate.reason)
    (other,) = found(votes(raters=tuple(f"p{n}" for n in range(60)), examples=8)).named(
        "tied_votes"
    )
    assert "8 clusters by example" in str(other.estimate.reason)


def swept(*, seed: int = 3) -> list[Rating]:
    """The votes among three, and twelve raters on each of forty examples for a fourth that wins."""
    worth = {name: 0.3 * WORTH[name] for name in SYSTEMS[1:]}
    rng = np.random.default_rng(seed)
    rows = votes(worth=worth, seed=seed)
    for example in range(40):
        for rater in range(12):
            other = SYSTEMS[1 + int(rng.integers(3))]
            rows.append(vote(example, rater, "good", other, "win"))
    return rows


def test_a_system_that_won_everything_is_the_best_and_the_rest_are_ranked() -> None:
    told = found(swept())
    rest = found([row for row in swept() if "good" not in {row.system, row.against}])
    strengths, alone = dict(named(told, "strength")), dict(named(rest, "strength"))
    assert "good won all 480 votes" in str(strengths["good",].estimate.reason)
    assert "no finite strength" in str(strengths["good",].estimate.reason)
    for name in SYSTEMS[1:]:
        assert strengths[name,].estimate == alone[name,].estimate
    ranks = dict(named(told, "rank"))
    assert [ranks[name,].estimate.value for name in SYSTEMS] == [1, 2, 3, 4]
    assert (ranks["good",].estimate.low, ranks["good",].estimate.high) == (1, 1)
    assert all((ranks[name,].estimate.low or 0) >= 2 for name in SYSTEMS[1:])
    assert "signs of votes that share neither rater nor example" in ranks["good",].estimate.method
    (verdict,) = told.verdicts
    assert (verdict.outcome, verdict.systems) == ("one best", ("good",))
    assert "good (won all 480) is the best of 4" in verdict.reason
    rates = dict(named(told, "win_rate"))
    assert rates["good",].estimate.value == 1
    assert 0.6 < (rates["good",].estimate.low or 0.0) < 0.8
    assert any("good won all 480 votes against the others" in limit for limit in told.limits)


def test_few_wins_leave_it_open_whether_the_winner_is_the_best() -> None:
    worth = {name: WORTH[name] for name in SYSTEMS[1:]}
    rows = [*votes(worth=worth), *(vote(n, n, "good", "fair", "win") for n in range(5))]
    told = found(rows)
    (verdict,) = told.verdicts
    assert verdict.outcome == "several best"
    assert set(verdict.systems) == {"good", "fair"}
    assert "takes 9 votes on the two that share no cluster" in verdict.reason
    assert verdict.estimate is None
    ranks = dict(named(told, "rank"))
    assert (ranks["good",].estimate.low, ranks["good",].estimate.high) == (1, 4)
    rates = dict(named(told, "win_rate"))
    assert "good never met" in str(rates["good",].estimate.reason)


def test_two_groups_one_of_which_won_everything() -> None:
    """The larger has strengths; of the smaller it is known that it is ahead."""
    rng = np.random.default_rng(8)
    rows = votes(worth={"c": 0.4, "d": 0.2, "e": 0.0}, seed=5)
    for example in range(40):
        for rater in range(12):
            top, other = "ab"[int(rng.integers(2))], "cde"[int(rng.integers(3))]
            rows.append(vote(example, rater, top, other, "win"))
        rows.append(vote(example, example % 12, "a", "b", "win" if example % 2 else "loss"))
    told = found(rows, ())
    (verdict,) = told.verdicts
    assert (verdict.outcome, set(verdict.systems)) == ("several best", {"a", "b"})
    ranks = dict(named(told, "rank"))
    assert {(r.estimate.low, r.estimate.high) for s, r in ranks.items() if s[0] in "ab"} == {(1, 2)}
    strengths = dict(named(told, "strength"))
    assert {s for (s,), r in strengths.items() if not r.estimate.present} == {"a", "b"}
    assert "each won some" in str(dict(named(told, "win_rate"))["a",].estimate.reason)


def test_one_of_two_that_won_everything_has_a_win_rate() -> None:
    rows = [vote(n, r, "a", "b", "win", "ab") for n in range(40) for r in range(12)]
    ((systems, rate),) = named(found(rows, ()), "win_rate")
    assert systems == ("a", "b")
    assert rate.estimate.value == 1
    assert rate.estimate.low == pytest.approx(0.025 ** (1 / 12))
    assert rate.estimate.n == 480


def test_where_everybody_won_or_lost_everything_ranks_go_by_wins() -> None:
    pairs = (("a", "b"), ("b", "c"), ("a", "c"))
    rows = [vote(n, n, one, two, "win") for n in range(20) for one, two in pairs]
    told = found(rows, ())
    assert not any(r.estimate.present for r in told.named("strength"))
    ranks = [(r.systems[0], r.estimate.low, r.estimate.high) for r in told.named("rank")]
    assert ranks == [("a", 1, 1), ("b", 2, 2), ("c", 3, 3)]


def test_strengths_with_style_taken_out_are_told_beside_those_as_they_are() -> None:
    longer = {"good": 1.0, "fair": 1.0, "poor": 1.0, "bad": 2.0}
    rows = votes(worth=dict.fromkeys(SYSTEMS, 0.0), longer=longer, length=3.0, examples=60)
    told = found(rows, known=outputs(longer, 60))
    plain = {r.systems: r.estimate for r in told.named("strength") if r.design is None}
    styled = {r.systems: r.estimate for r in told.named("strength") if r.design is not None}
    assert {r.design for r in told.named("strength")} == {None, "style controlled"}
    assert set(plain) == set(styled) == {(name,) for name in SYSTEMS}
    assert (plain["bad",].low or 0.0) > 0
    assert (styled["bad",].low or 0.0) < 0 < (styled["bad",].high or 0.0)
    assert not [r for r in found(rows).named("strength") if r.design is not None]


def test_systems_that_are_named_have_no_verdict_on_scores_that_nobody_gave() -> None:
    options = ComparisonOptions(systems=SYSTEMS)
    told = compare(Ratings.of(votes()), Rubric(), options=options)
    assert [v.name for v in told.verdicts] == ["best systems"]
    assert not list(told.named("mean"))
    assert list(told.named("preference"))
    assert any("the ranking by pairs, but not the scores" in limit for limit in told.limits)


def test_what_is_required_is_not_met_by_votes_alone() -> None:
    options = ComparisonOptions(baseline="fair", require="not-worse", pairs="baseline")
    verdict = compare(Ratings.of(votes()), Rubric(), options=options).verdicts[0]
    assert (verdict.name, verdict.outcome) == ("requirement", "inconclusive")
    assert "votes side by side do not" in verdict.reason
