"""Assignment: everybody's share, nobody's order, and nobody waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

import pytest

from measurand.core.people import Assignment, Item
from measurand.core.plan import PeoplePlan
from measurand.raters.people.pool import Pool

LEASE = 60 * PeoplePlan().lease
PLAIN = PeoplePlan(duplicates=0, golden=0, training=0)


def items(
    examples: int, systems: int = 2, *, golden: int = 0, urgent: int = 0, **more: object
) -> list[Item]:
    work = [
        Item(key=f"{e}-{s}", example=f"e{e}", system=f"s{s}", dimensions=("tone",), **more)  # type: ignore[arg-type]
        for e in range(examples)
        for s in range(systems)
    ]
    known = [
        Item(key=f"g{g}", example=f"g{g}", system="s0", dimensions=("tone",), purpose="golden")
        for g in range(golden)
    ]
    work = [
        replace(i, urgency=2, purpose="routed") if at < urgent else i for at, i in enumerate(work)
    ]
    return work + known


@dataclass
class Desk:
    """Raters who take turns, one item at a time, and a clock."""

    pool: Pool
    now: float = 0.0
    given: dict[str, list[Assignment]] = field(default_factory=dict)

    def turn(self, rater: str, *, finish: bool = True) -> Assignment | None:
        self.now += 1
        taken = self.pool.take(rater, self.now)
        if taken is not None:
            self.pool.add(taken, self.now)
            self.given.setdefault(rater, []).append(taken)
            if finish:
                self.pool.mark(rater, taken.position, done=True)
        return taken

    def until_done(self, *raters: str) -> None:
        while sum(self.turn(rater) is not None for rater in raters):
            pass

    def raters_of(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for rater, given in self.given.items():
            for one in given:
                found.setdefault(one.item, set()).add(rater)
        return found

    def examples(self, rater: str) -> Iterator[str]:
        return (self.pool.items[one.item].example for one in self.given[rater])


def desk(listed: list[Item], settings: PeoplePlan = PLAIN, seed: int = 7) -> Desk:
    return Desk(Pool(listed, settings, seed=seed))


@pytest.mark.parametrize("raters", [3, 4, 7])
def test_every_item_gets_its_raters_and_no_rater_sees_one_twice(raters: int) -> None:
    at = desk(items(40))
    at.until_done(*(f"r{r}" for r in range(raters)))
    assert {key: len(found) for key, found in at.raters_of().items()} == dict.fromkeys(
        (item.key for item in items(40)), 3
    )
    for given in at.given.values():
        assert len({one.item for one in given}) == len(given)
        assert [one.position for one in given] == list(range(len(given)))
    assert at.pool.complete == frozenset(at.pool.items)


def test_the_load_and_the_overlap_of_pairs_are_balanced() -> None:
    at = desk(items(200))
    names = [f"r{r}" for r in range(6)]
    at.until_done(*names)
    loads = [len(at.given[name]) for name in names]
    assert max(loads) - min(loads) <= 2
    met = Counter(
        pair for found in at.raters_of().values() for pair in combinations(sorted(found), 2)
    )
    share = 400 * 3 / 15  # 3 pairs an item, 15 pairs of raters
    assert len(met) == 15
    assert max(met.values()) - min(met.values()) <= 0.1 * share


def test_outputs_of_one_example_are_not_adjacent() -> None:
    at = desk(items(30, systems=4))
    at.until_done("a", "b", "c")
    for rater in "abc":
        assert all(one != other for one, other in pairwise(at.examples(rater)))


def test_where_only_one_example_is_left_it_is_given_all_the_same() -> None:
    at = desk(items(1, systems=3))
    at.until_done("a", "b", "c")
    assert {len(given) for given in at.given.values()} == {3}


def test_orders_are_the_raters_own_and_follow_from_the_seed() -> None:
    first, again, other = desk(items(40)), desk(items(40)), desk(items(40), seed=8)
    for at in (first, again, other):
        at.until_done("a", "b", "c")
    orders = {rater: [one.item for one in given] for rater, given in first.given.items()}
    assert orders == {rater: [one.item for one in given] for rater, given in again.given.items()}
    assert orders["a"] != orders["b"] != orders["c"]
    assert orders["a"] != [one.item for one in other.given["a"]]


def test_shares_of_duplicates_and_golden_items_are_kept() -> None:
    settings = PeoplePlan(duplicates=0.05, golden=0.08, training=5)
    at = desk(items(300, golden=60), settings)
    at.until_done("a", "b", "c", "d")
    for given in at.given.values():
        training = [one for one in given if one.stage == "training"]
        assert [one.position for one in training] == [0, 1, 2, 3, 4]
        work = given[5:]
        twice = [one for one in work if one.visit]
        golden = [one for one in work if one.item.startswith("g")]
        assert abs(len(twice) - 0.05 * len(work)) <= 2
        assert abs(len(golden) - 0.08 * len(work)) <= 2
        assert not {one.item for one in training} & {one.item for one in golden}
        assert len({one.item for one in golden}) == len(golden)
        first = {one.item: one.position for one in work if not one.visit}
        assert all(one.position - first[one.item] > 10 for one in twice)
        gaps = {b.position - a.position for a, b in pairwise(twice)}
        assert len(gaps) > 3, "nobody can foresee when one comes"


def test_controls_stand_in_for_no_rating() -> None:
    at = desk(items(60, golden=20), PeoplePlan())
    at.until_done("a", "b", "c")
    counts = Counter(one.item for given in at.given.values() for one in given if not one.visit)
    assert {counts[item.key] for item in items(60)} == {3}


def test_urgent_items_come_first_and_the_sample_goes_on_beside_them() -> None:
    at = desk(items(60, urgent=20))
    for _ in range(20):
        at.turn("a")
    kinds = [at.pool.items[one.item].urgency > 0 for one in at.given["a"]]
    assert sum(kinds) == 10
    assert kinds[:4] in ([True, False] * 2, [False, True] * 2)


def test_who_leaves_blocks_nobody_and_loses_nothing() -> None:
    at = desk(items(4))
    kept = [at.turn("gone", finish=False) for _ in range(3)]
    at.until_done("a", "b")
    assert at.turn("c") is not None
    at.until_done("c")
    held = {one.item for one in kept if one}
    assert all(at.pool.rated(key) == (2 if key in held else 3) for key in at.pool.items)
    at.now += LEASE
    at.until_done("c")
    assert at.pool.complete == frozenset(at.pool.items)
    for one in kept:
        assert one is not None
        at.pool.mark("gone", one.position, done=True)
        assert at.pool.rated(one.item) == 4


def test_a_sign_keeps_the_lease() -> None:
    at = desk(items(1, systems=1, raters=1))
    one = at.turn("a", finish=False)
    assert one is not None
    at.now += 0.9 * LEASE
    at.pool.sign("a", one.position, at.now)
    at.now += 0.9 * LEASE
    assert at.turn("b") is None
    at.now += 0.2 * LEASE
    assert at.turn("b") is not None


def test_a_skipped_item_goes_to_somebody_else_and_not_back() -> None:
    at = desk(items(1, systems=1, raters=1))
    one = at.turn("a", finish=False)
    assert one is not None
    at.pool.mark("a", one.position, skipped=True)
    assert at.turn("a") is None
    assert at.turn("b") is not None


def test_raters_who_come_later_take_their_share() -> None:
    at = desk(items(60))
    for _ in range(30):
        at.turn("a")
        at.turn("b")
        at.turn("c")
    at.until_done("a", "b", "c", "d", "e")
    assert at.pool.complete == frozenset(at.pool.items)
    assert min(len(at.given["d"]), len(at.given["e"])) >= 40


def test_what_an_excluded_rater_did_is_done_again_until_the_rater_is_back() -> None:
    at = desk(items(10))
    at.until_done("a", "b", "c")
    at.pool.exclude("c")
    assert at.pool.complete == frozenset()
    assert at.turn("c") is None
    at.until_done("d")
    assert len(at.given["d"]) == 20
    assert at.pool.complete == frozenset(at.pool.items)
    at.pool.readmit("c")
    assert at.pool.rated("0-0") == 4


def test_a_pair_is_turned_by_a_coin_and_turned_round_the_second_time() -> None:
    pairs = items(200, systems=1, against="old")
    at = desk(pairs, PeoplePlan(duplicates=0.2, golden=0, training=0))
    at.until_done("a", "b", "c")
    for given in at.given.values():
        first = {one.item: one.order for one in given if not one.visit}
        assert 70 <= sum(order == "ab" for order in first.values()) <= 130
        twice = [one for one in given if one.visit]
        assert twice
        assert all({one.order, first[one.item]} == {"ab", "ba"} for one in twice)


def test_what_is_left_counts_down_to_nothing() -> None:
    at = desk(items(20))
    names = ("a", "b", "c", "d")
    before = at.pool.left("a")
    assert before == 40
    at.turn("a")
    assert at.pool.left("a") == 39
    at.until_done(*names)
    assert {name: at.pool.left(name) for name in names} == dict.fromkeys(names, 0)


def test_the_log_read_again_gives_the_same_state() -> None:
    at = desk(items(30, golden=10), PeoplePlan())
    at.until_done("a", "b")
    for _ in range(20):
        at.turn("c")
    again = desk(items(30, golden=10), PeoplePlan())
    for given in at.given.values():
        for one in given:
            again.pool.add(one, at.now)
            again.pool.mark(one.rater, one.position, done=True)
    assert again.pool.complete == at.pool.complete
    left: Mapping[str, int] = {name: at.pool.left(name) for name in "abc"}
    assert {name: again.pool.left(name) for name in "abc"} == left


def test_an_assignment_out_of_turn_is_refused() -> None:
    with pytest.raises(ValueError, match="has 0 assignments"):
        desk(items(2)).pool.add(Assignment(rater="a", position=1, item="0-0"), 0.0)
