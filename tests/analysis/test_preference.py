from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.analysis.rows import RUBRIC, judged, pair

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.preference import preference, preference_by_people, preference_limits
from measurand.core.example import Example, Message
from measurand.core.rating import Rating, Ratings
from measurand.stats.estimate import Estimate

SYSTEMS = ("a", "b")


def told(rows: list[Rating]) -> dict[str, Estimate]:
    return {r.name: r.estimate for r in preference(Ratings.of(rows), SYSTEMS)}


def both(example: int, first: str, second: str) -> list[Rating]:
    return [pair(example, first, "ab"), pair(example, second, "ba")]


def test_orders_and_repeats_are_averaged_before_anything_is_decided() -> None:
    rows = [
        *both(0, "win", "win"),
        *both(1, "win", "loss"),
        *both(2, "tie", "loss"),
        *[pair(3, v, "ab", repeat=k) for k, v in enumerate(("win", "win", "loss"))],
        pair(3, "loss", "ba"),
    ]
    found = told(rows)
    assert found["preference"].value == pytest.approx((1 + 0.5 + 0.25 + 1 / 3) / 4)
    assert found["preference"].n == 4
    counts = [found[f"preference_{name}"].value for name in ("wins", "ties", "losses")]
    assert counts == [0.25, 0.25, 0.5]


def test_the_side_from_which_a_pair_is_told_does_not_matter() -> None:
    rows = [*both(0, "win", "win"), *both(1, "win", "loss"), *both(2, "tie", "win")]
    other = {"win": "loss", "loss": "win", "tie": "tie"}
    orders = {"ab": "ba", "ba": "ab"}
    turned = [
        pair(int(r.example[1:]), other[str(r.value)], orders[r.order or ""], swapped=True)
        for r in rows
    ]
    assert told(turned) == told(rows)
    assert told(rows[::-1]) == told(rows)


def test_first_slot_excess_and_consistency() -> None:
    rows = [row for i in range(30) for row in both(i, "win", "loss")]
    rows += [row for i in range(30, 40) for row in both(i, "win", "win")]
    found = told(rows)
    assert found["first_slot_excess"].value == pytest.approx(0.5 * 30 / 40)
    assert found["order_consistency"].value == pytest.approx(10 / 40)
    assert "repeat_consistency" not in found
    rows += [pair(i, "win", "ab", repeat=1) for i in range(20)]
    assert told(rows)["repeat_consistency"].value == 1.0


def test_a_pair_seen_in_one_order_only_has_no_say() -> None:
    rows = [*both(0, "win", "win"), *both(1, "loss", "win"), pair(2, "loss", "ab")]
    rows.append(pair(2, None, "ba"))
    assert told(rows)["preference"].n == 2
    assert preference_limits(Ratings.of(rows), SYSTEMS) == [
        "a against b on accuracy: 1 of 3 examples were not judged in both orders and are left out.",
        (
            "a against b on accuracy: 1 of 6 judgments (16.7%; 1 invalid) failed; what fails is "
            "seldom a random part, so read the preference with its bounds."
        ),
    ]


def test_where_nobody_was_asked_in_both_orders_it_is_said() -> None:
    rows = [pair(i, "win" if i % 3 else "loss", None) for i in range(9)]
    found = told(rows)
    assert found["preference"].value == pytest.approx(2 / 3)
    assert "first_slot_excess" not in found
    [limit] = preference_limits(Ratings.of(rows), SYSTEMS)
    assert "no output was shown in both orders" in limit


def test_examples_that_share_a_cluster_count_together() -> None:
    rows = [
        row for i in range(40) for row in both(i, *(("win", "win") if i < 24 else ("loss", "loss")))
    ]
    known = {
        f"e{i:03}": Example(id=f"e{i:03}", messages=(Message("user", "?"),), cluster=f"c{i // 4}")
        for i in range(40)
    }
    alone = next(preference(Ratings.of(rows), SYSTEMS)).estimate
    shared = next(preference(Ratings.of(rows), SYSTEMS, examples=known)).estimate
    assert (alone.method, shared.method) == ("t(n-1)", "CR1, t(C-1)")
    assert (shared.high or 0) - (shared.low or 0) > 1.5 * ((alone.high or 0) - (alone.low or 0))


def test_a_comparison_has_them_beside_its_scores() -> None:
    rows = [judged(i, 3.0 + i % 2, system=s) for i in range(10) for s in SYSTEMS]
    rows += [row for i in range(10) for row in both(i, "win", "tie" if i % 2 else "win")]
    findings = compare(Ratings.of(rows), RUBRIC, options=ComparisonOptions(resamples=99))
    [found] = findings.named("preference")
    assert found.systems == SYSTEMS
    assert found.estimate.value == pytest.approx(0.875)
    assert next(findings.named("mean")).estimate.n == 10


SLOPE, PAIRS = 2.0, 200


def simulated(position: float, rng: np.random.Generator) -> list[Rating]:
    """Pairs with normal gaps; the judge sees the gap steeper, and favours the first place."""
    rows = []
    for i, gap in enumerate(rng.normal(size=PAIRS)):
        for order, side in (("ab", 1.0), ("ba", -1.0)):
            chance = 1 / (1 + np.exp(-(SLOPE * gap + side * position)))
            rows.append(pair(i, "win" if rng.random() < chance else "loss", order))
    return rows


@pytest.mark.parametrize(("position", "excess"), [(0.0, 0.0), (0.5, 0.075), (1.0, 0.148)])
def test_planted_preference_for_the_first_place_is_recovered(
    position: float, excess: float
) -> None:
    """A known world, slope 2 and N(0, 1) gaps; both orders bring the share back to a half."""
    rng = np.random.default_rng(3)
    runs = 60
    found = [told(simulated(position, rng)) for _ in range(runs)]
    slots = [one["first_slot_excess"] for one in found]
    assert np.mean([e.value for e in slots]) == pytest.approx(excess, abs=0.01)
    hits = sum((e.low or 0) <= excess <= (e.high or 0) for e in slots)
    assert hits >= 0.86 * runs
    shares = [one["preference"] for one in found]
    assert np.mean([e.value for e in shares]) == pytest.approx(0.5, abs=0.015)
    assert sum((e.low or 0) <= 0.5 <= (e.high or 0) for e in shares) >= 0.86 * runs


def test_people_prefer_whichever_side_it_stood_on() -> None:
    """Two raters, each pair in one order each; ten wins, six losses, four ties: .6."""
    rows = []
    for at in range(20):
        value = "win" if at < 10 else "loss" if at < 16 else "tie"
        for rater, order in (("ann", "ab"), ("ben", "ba" if at % 2 else "ab")):
            cells: dict[str, Any] = {
                "example": f"e{at}",
                "system": "new",
                "against": "old",
                "dimension": "better",
            }
            rows.append(Rating(**cells, rater=rater, kind="people", value=value, order=order))
            again = {"win": "loss", "loss": "win"}.get(value, value)  # a hidden duplicate
            rows.append(
                Rating(**cells, rater=rater, kind="people", value=again, order="ba", repeat=1)
            )
    found = {r.name: r for r in preference_by_people(Ratings.of(rows), ("new", "old"))}
    assert found["preference"].raters == ("people",)
    assert found["preference"].systems == ("new", "old")
    values = [found[f"preference{end}"].estimate.value for end in ("", "_wins", "_ties", "_losses")]
    assert values == pytest.approx([0.6, 0.5, 0.2, 0.3])
    assert list(preference(Ratings.of(rows), ("new", "old"))) == []
    turned = {r.name: r for r in preference_by_people(Ratings.of(rows), ("old", "new"))}
    assert turned["preference"].estimate.value == pytest.approx(0.4)


def test_a_pair_goes_to_whom_most_people_prefer() -> None:
    """One win among two ties is a tie; one each is a half; two of three wins is a win."""
    said = {"a": ("win", "tie", "tie"), "b": ("win", "tie", "loss"), "c": ("win", "loss", "win")}
    rows = [
        Rating(
            example=example,
            system="new",
            against="old",
            dimension="better",
            rater=f"r{at}",
            kind="people",
            value=value,
            order="ab" if at % 2 else "ba",
        )
        for example, values in said.items()
        for at, value in enumerate(values)
    ]
    found = {
        r.name: r.estimate.value for r in preference_by_people(Ratings.of(rows), ("new", "old"))
    }
    assert found["preference"] == pytest.approx((0.5 + 0.5 + 1) / 3)
    assert found["preference_wins"] == pytest.approx(1 / 3)
    assert found["preference_ties"] == pytest.approx(2 / 3)
