"""What estimators of biases refuse, and what must hold for every input."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.clumping import clumping
from measurand.stats.crossed import crossed_interaction, unequal_use
from measurand.stats.estimate import Estimate
from measurand.stats.first_slot import first_slot_excess, flips
from measurand.stats.halo import discriminant_gap, halo, joint_halo
from measurand.stats.instrument import first_stage, instrumented_slope
from measurand.stats.least_squares import clustered_slope
from measurand.stats.materiality import (
    Materiality,
    decide_family,
    materiality,
    share_materiality,
    units_to_decide,
)
from measurand.stats.session import session_slope

seeds = st.integers(0, 10_000)


def world(seed: int, n: int = 80) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n)
    feature = rng.normal(size=n)
    people = np.clip(np.rint(3 + quality[:, None] + 0.5 * rng.normal(size=(n, 3))), 1, 5)
    judge = np.clip(np.rint(3 + quality + 0.3 * feature + 0.3 * rng.normal(size=n)), 1, 5)
    return judge, people, feature


def ends(found: Estimate) -> tuple[float, float, float]:
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return found.low, found.value, found.high


class TestInstrumentedSlope:
    @settings(max_examples=20, deadline=None)
    @given(seeds)
    def test_units_and_raters_in_any_order_give_the_same(self, seed: int) -> None:
        judge, people, feature = world(seed)
        order = np.random.default_rng(seed).permutation(len(judge))
        plain = ends(instrumented_slope(judge, people, feature))
        mixed = instrumented_slope(judge[order], people[order][:, [2, 0, 1]], feature[order])
        assert ends(mixed) == pytest.approx(plain, abs=1e-9)

    @settings(max_examples=20, deadline=None)
    @given(seeds)
    def test_strict_people_and_other_units_change_nothing_or_scale(self, seed: int) -> None:
        judge, people, feature = world(seed)
        plain = np.asarray(ends(instrumented_slope(judge, people, feature)))
        strict = instrumented_slope(judge + 1, people - [0.0, 1.0, 2.0], feature + 5)
        assert ends(strict) == pytest.approx(tuple(plain), abs=1e-9)
        scaled = instrumented_slope(2 * judge, people * 3, feature * 4)
        assert ends(scaled) == pytest.approx(tuple(plain / 2), abs=1e-9)

    def test_each_unit_its_own_cluster_is_no_clusters(self) -> None:
        judge, people, feature = world(1)
        own = instrumented_slope(judge, people, feature, clusters=np.arange(len(judge)))
        assert ends(own) == ends(instrumented_slope(judge, people, feature))

    def test_units_without_a_score_a_feature_or_two_ratings_are_left_out(self) -> None:
        judge, people, feature = world(2)
        less = instrumented_slope(judge[9:], people[9:], feature[9:])
        judge[:3], feature[3:6], people[6:9, 1:] = np.nan, np.nan, np.nan
        assert ends(instrumented_slope(judge, people, feature)) == pytest.approx(ends(less))

    def test_raters_who_do_not_agree_identify_nothing(self) -> None:
        rng = np.random.default_rng(3)
        people = rng.integers(1, 6, size=(200, 3)).astype(float)
        with pytest.raises(InsufficientData, match="use probes"):
            instrumented_slope(rng.normal(size=200), people, rng.normal(size=200))

    @pytest.mark.parametrize(
        ("n", "change", "match"),
        [
            (3, lambda j, p, f: (j, p, f), "needs at least 4"),
            (40, lambda j, p, f: (j, p, f * 0 + 1), "same for all"),
            (40, lambda j, p, f: (j, p * 0 + 3, f), "use probes"),
            (40, lambda j, p, f: (j, p[:, :1], f), "needs at least 4"),
        ],
    )
    def test_degenerate_input_is_refused(
        self, n: int, change: Callable[..., tuple[Floats, Floats, Floats]], match: str
    ) -> None:
        with pytest.raises(InsufficientData, match=match):
            instrumented_slope(*change(*world(4, n)))

    def test_a_judge_that_is_always_the_same_has_no_slope_with_an_interval(self) -> None:
        judge, people, feature = world(5)
        with pytest.raises(InsufficientData, match="no spread"):
            instrumented_slope(judge * 0 + 4, people, feature)

    def test_misuse(self) -> None:
        judge, people, feature = world(6)
        with pytest.raises(UsageError, match="one score and one feature"):
            instrumented_slope(judge[1:], people, feature)
        with pytest.raises(UsageError, match="finite"):
            instrumented_slope(judge, people, feature + np.inf)
        with pytest.raises(UsageError, match="one cluster"):
            instrumented_slope(judge, people, feature, clusters=[1, 2])

    def test_the_first_stage_needs_no_feature(self) -> None:
        _, people, _ = world(7)
        found = first_stage(people)
        assert found.strong
        assert found.n == 80
        assert "F =" in found.told


class TestSlope:
    def test_refusals(self) -> None:
        with pytest.raises(InsufficientData, match="at least 4 clusters"):
            clustered_slope(np.arange(9.0), np.arange(9.0), clusters=np.arange(9) % 3)
        with pytest.raises(InsufficientData, match="on one line"):
            clustered_slope(2 * np.arange(9.0), np.arange(9.0))
        with pytest.raises(InsufficientData, match="same for all"):
            clustered_slope(np.arange(9.0), np.ones(9))
        with pytest.raises(UsageError, match="one length"):
            clustered_slope(np.arange(9.0), np.arange(8.0))

    def test_sessions_and_crossed_judges_are_slopes(self) -> None:
        rng = np.random.default_rng(8)
        one, other, before = rng.normal(size=(3, 60))
        groups = np.arange(60) % 12
        plain = clustered_slope(one - other, before, clusters=groups)
        assert session_slope(one, other, before, sessions=groups) == plain
        own = (before > 0).astype(float)
        crossed = crossed_interaction(one, other, own, clusters=groups)
        difference = clustered_slope(one - other, own, clusters=groups)
        assert ends(crossed) == pytest.approx(tuple(x / 2 for x in ends(difference)))
        swapped = crossed_interaction(other, one, 1 - own, clusters=groups)
        assert ends(swapped) == pytest.approx(ends(crossed))

    def test_how_much_of_a_crossed_preference_unequal_spreads_may_be(self) -> None:
        """By hand: within families 1 and .5 apart from the middle; gaps of 4 and 2."""
        first, second = [4, 6, 0, 2], [3, 4, 1, 2]
        own = [1, 1, 0, 0]
        gap, alone = unequal_use(first, second, own)
        assert gap == pytest.approx(3.0)
        assert alone == pytest.approx(0.5 / 0.75 * 3 / 2)
        assert alone == pytest.approx(crossed_interaction(first, second, own).value or 0)
        assert unequal_use(second, first, own) == pytest.approx((gap, alone))
        assert unequal_use(first, first, own) == pytest.approx((4.0, 0.2 * 4 / 2))
        assert unequal_use([3, 3, 3, 3], [3, 3, 3, 3], own) == (0.0, 0.0)
        with pytest.raises(InsufficientData, match="one family"):
            unequal_use(first, second, [1, 1, 1, 1])
        with pytest.raises(UsageError, match="two families"):
            unequal_use(first, second, [1, 0])

    def test_misuse(self) -> None:
        with pytest.raises(UsageError, match="two families"):
            crossed_interaction([1, 2, 3, 4], [1, 2, 3, 4], [0, 1, 2, 1])
        with pytest.raises(UsageError, match="fresh"):
            session_slope([1, 2], [1], [1, 2], sessions=[0, 0])


class TestFirstSlot:
    @settings(max_examples=30, deadline=None)
    @given(seeds)
    def test_naming_the_sides_the_other_way_round_gives_the_same(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        first, second = rng.integers(0, 3, size=(2, 30)) / 2
        plain = first_slot_excess(first, second)
        assert ends(first_slot_excess(1 - second, 1 - first)) == pytest.approx(ends(plain))
        assert -0.5 <= (plain.low or 0) <= (plain.value or 0) <= (plain.high or 0) <= 0.5

    def test_pairs_seen_in_one_order_say_nothing(self) -> None:
        one = np.asarray([1.0, 0.0, 1.0, 1.0])
        other = np.asarray([0.0, 0.0, 1.0, np.nan])
        assert ends(first_slot_excess(one, other)) == ends(first_slot_excess(one[:3], other[:3]))
        with pytest.raises(InsufficientData, match="both ways"):
            first_slot_excess(one, np.full(4, np.nan))

    def test_a_judge_that_always_takes_the_first_has_an_exact_interval(self) -> None:
        low, value, high = ends(first_slot_excess(np.ones(50), np.zeros(50)))
        assert (value, high) == (0.5, 0.5)
        assert 0.4 < low < 0.45

    def test_points_off_the_scale_are_misuse(self) -> None:
        with pytest.raises(UsageError, match="points"):
            first_slot_excess([2, 1], [0, 1])
        with pytest.raises(UsageError, match="same units"):
            flips([[1.0]], [[1.0], [0.0]])

    def test_without_repeats_the_floor_is_not_known(self) -> None:
        found = flips([[1], [0], [1]], [[0], [0], [1]])
        assert found.rate.present
        assert not found.floor.present
        assert not found.excess.present
        assert "noise alone" in (found.floor.reason or "")


def at(value: float, half: float, n: int = 100) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="t")


class TestMateriality:
    def test_the_three_verdicts_follow_the_intervals(self) -> None:
        decide = partial(materiality, margin=0.15)
        assert decide(at(0.3, 0.1)).outcome == "material"
        assert decide(at(-0.3, 0.1)).outcome == "material"
        assert decide(at(0.0, 0.1)).outcome == "negligible"
        assert decide(at(0.0, 0.17)).outcome == "negligible"  # its 90 % interval is inside
        assert decide(at(0.0, 0.19)).outcome == "inconclusive"
        assert decide(at(0.2, 0.1)).outcome == "inconclusive"
        assert decide(at(-0.9, 0.1), only_above=True).outcome == "negligible"

    def test_what_is_absent_decides_nothing(self) -> None:
        found = materiality(Estimate.absent("no data"), margin=0.15)
        assert (found.outcome, found.n_needed, found.p) == ("inconclusive", None, 1.0)

    def test_units_that_are_asked_for_would_decide(self) -> None:
        found = materiality(at(0.02, 0.3), margin=0.15)
        assert found.n_needed is not None
        assert found.n_needed > 100
        later = at(0.0, 0.3 * (100 / found.n_needed) ** 0.5, found.n_needed)
        assert materiality(later, margin=0.15).outcome == "negligible"

    def test_on_the_margin_no_number_decides(self) -> None:
        assert materiality(at(0.15, 0.1), margin=0.15).n_needed is None
        assert units_to_decide(1.0, size=1.0) is None

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 1)), min_size=1, max_size=8))
    def test_a_family_never_calls_more_material_than_its_members(
        self, cells: list[tuple[float, float]]
    ) -> None:
        alone = [materiality(at(value, half), margin=0.15) for value, half in cells]
        together = decide_family(alone)
        for one, joint in zip(alone, together, strict=True):
            assert joint.p >= one.p
            assert joint.outcome in {one.outcome, "inconclusive"}
            if one.outcome == "negligible":
                assert joint.outcome == "negligible"

    def test_holm_is_what_decides(self) -> None:
        member = materiality(at(0.3, 0.14), margin=0.15)
        other = Materiality(outcome="inconclusive", n_needed=None, p=1.0)
        assert member.outcome == "material"
        assert decide_family([member, other])[0].outcome == "inconclusive"
        assert (decide_family([member, other])[0].n_needed or 0) > 100

    def test_misuse(self) -> None:
        for margin in (0.0, -1.0, float("inf"), float("nan")):
            with pytest.raises(UsageError, match="margin"):
                materiality(at(0, 1), margin=margin)
        with pytest.raises(UsageError, match="no rate"):
            share_materiality(5, 3, margin=0.1)
        assert share_materiality(0, 0, margin=0.1).outcome == "inconclusive"


class TestHalo:
    def test_refusals(self) -> None:
        rng = np.random.default_rng(12)
        scores, people = rng.normal(size=(30, 2)), rng.normal(size=(30, 3, 2))
        with pytest.raises(InsufficientData, match="do not agree"):
            halo(scores, people - people.mean(axis=1, keepdims=True))
        with pytest.raises(InsufficientData, match="two are needed"):
            halo(scores, people[:, :1])
        with pytest.raises(InsufficientData, match="two are needed"):
            halo(scores[:, :1], people[:, :, :1])
        with pytest.raises(InsufficientData, match="at least 10"):
            halo(scores[:8], people[:8])
        with pytest.raises(InsufficientData, match="no spread"):
            joint_halo(scores * 0, scores)
        for bad in (people[:, :, :1], people[:20]):
            with pytest.raises(UsageError, match="shape"):
                halo(scores, bad)
        with pytest.raises(UsageError, match="only units"):
            halo(scores, np.where(people > 2, np.nan, people))
        with pytest.raises(UsageError, match="finite"):
            discriminant_gap(scores + np.nan, scores)

    def test_shifts_and_scales_of_dimensions_change_nothing(self) -> None:
        rng = np.random.default_rng(13)
        quality = rng.normal(size=(120, 2))
        people = quality[:, None] + 0.4 * rng.normal(size=(120, 3, 2))
        scores = quality + 0.4 * rng.normal(size=(120, 1)) + 0.4 * rng.normal(size=(120, 2))
        plain = ends(halo(scores, people))
        moved = halo(scores * [2, 5] + [1, -3], people * [3, 1] + [4, 4])
        assert ends(moved) == pytest.approx(plain, abs=1e-8)


class TestClumping:
    def test_one_level_is_an_exact_interval_and_no_crash(self) -> None:
        found = clumping(np.full(40, 4.0), levels=5)
        assert ends(found.effective_levels)[:2] == (1.0, 1.0)
        assert 1.2 < ends(found.effective_levels)[2] < 2.5
        assert found.tie_rate.value == 1.0

    def test_all_levels_alike_keep_a_width(self) -> None:
        found = clumping(np.tile(np.arange(5.0), 20), levels=5)
        low, value, high = ends(found.effective_levels)
        assert low < value <= high <= 5.0

    def test_refusal(self) -> None:
        with pytest.raises(InsufficientData, match="two units"):
            clumping([3.0])

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.integers(1, 5), min_size=2, max_size=60))
    def test_everything_stays_within_its_range(self, scores: list[int]) -> None:
        found = clumping(scores, levels=5)
        for estimate, least, most in (
            (found.entropy, 0.0, np.log(5)),
            (found.effective_levels, 1.0, 5.0),
            (found.modal_share, 0.2, 1.0),
            (found.tie_rate, 0.0, 1.0),
        ):
            low, value, high = ends(estimate)
            assert 0.0 <= low <= value <= high <= most + 1e-12
            assert value >= least - 1e-12
