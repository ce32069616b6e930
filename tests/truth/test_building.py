"""Core estimates production without bias and with nominal coverage; edge holds the rare failure."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from tests.truth.logged import RARE, RECORDS, logged

from measurand.core.example import Component
from measurand.curation.choosing import Chosen, choose
from measurand.curation.fold import Questions
from measurand.curation.sample import draw_core
from measurand.curation.strata import Split
from measurand.curation.traffic import Traffic
from measurand.stats.drawn_share import drawn_share
from measurand.stats.poststrata import Strata, stratified_mean

SIZES: dict[Component, int] = {"core": 200, "edge": 60}
QUICK, LONG = 40, 400


class Told(NamedTuple):
    """One core's estimate less the truth, its standard error as told, and whether it holds."""

    error: float
    half: float
    holds: bool
    plain: float


def rows_of(chosen: Chosen, component: Component) -> np.ndarray:
    return np.asarray([one.row for one in chosen.candidates if one.component == component])


def told(chosen: Chosen, values: np.ndarray, conversation: np.ndarray) -> Told:
    core = [one for one in chosen.candidates if one.component == "core"]
    chances = np.asarray([one.probability for one in core], dtype=np.float64)
    mine = values[rows_of(chosen, "core")]
    strata = Strata.of_drawn(chances, [one.stratum for one in core])
    talks = conversation[rows_of(chosen, "core")]
    clusters = talks if talks.any() else None
    found = stratified_mean(mine, strata, clusters=clusters, bounds=(0.0, 1.0))
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    truth = float(values.mean())
    return Told(
        found.value - truth,
        (found.high - found.low) / 2,
        found.low <= truth <= found.high,
        float(mine.mean()) - truth,
    )


def many(seeds: int, *, skew: float, what: str, turns: int = 1) -> tuple[list[Told], list[float]]:
    world = logged(0, skew=skew, turns=turns)
    found: list[Told] = []
    shares: list[float] = []
    for seed in range(seeds):
        if seeds > QUICK:
            world = logged(seed, skew=skew, turns=turns)
        chosen = choose(world.drawn_anew(1_000 + seed), SIZES)
        found.append(told(chosen, getattr(world, what), world.traffic.conversation))
        shares.append(float(world.rare[rows_of(chosen, "edge")].mean()))
    return found, shares


def test_estimates_from_core_are_right_and_edge_is_rich_in_the_rare_failure() -> None:
    found, shares = many(QUICK, skew=2.0, what="quality")
    errors = np.asarray([one.error for one in found])
    assert abs(errors.mean()) < 3.5 * errors.std(ddof=1) / np.sqrt(QUICK)
    assert sum(one.holds for one in found) >= 0.85 * QUICK
    assert np.mean(shares) > 20 * RARE


@pytest.mark.long
@pytest.mark.parametrize(("skew", "most"), [(1.0, 0.98), (2.5, 0.99)])
@pytest.mark.parametrize("what", ["quality", "passed"])
def test_core_is_unbiased_with_nominal_coverage(skew: float, most: float, what: str) -> None:
    found, shares = many(LONG, skew=skew, what=what)
    errors = np.asarray([one.error for one in found])
    assert abs(errors.mean()) < 3 * errors.std(ddof=1) / np.sqrt(LONG)
    assert 0.925 <= np.mean([one.holds for one in found]) <= most
    assert np.mean(shares) > 20 * RARE


@pytest.mark.long
def test_a_few_questions_that_are_half_of_traffic_widen_the_interval_and_bias_nothing() -> None:
    found, _ = many(LONG, skew=12.0, what="passed")
    errors = np.asarray([one.error for one in found])
    assert abs(errors.mean()) < 3 * errors.std(ddof=1) / np.sqrt(LONG)
    assert np.mean([one.holds for one in found]) >= 0.93


@pytest.mark.long
@pytest.mark.parametrize("turns", [4, 20])
def test_turns_of_conversations_that_were_drawn_from_several_strata_keep_coverage(
    turns: int,
) -> None:
    """Two or three examples a stratum, of which some share a conversation with those of others."""
    found, _ = many(LONG, skew=1.0, what="quality", turns=turns)
    errors = np.asarray([one.error for one in found])
    assert abs(errors.mean()) < 3 * errors.std(ddof=1) / np.sqrt(LONG)
    assert 0.93 <= np.mean([one.holds for one in found]) <= 0.99


def covered(runs: int, *, strata: int, turns: int) -> float:
    """How often the interval holds 0, the mean of all conversations there are.

    200 turns of conversations are dealt to strata at random; what is common to a conversation is
    three tenths of the variance.
    """
    codes, hits = np.repeat(np.arange(strata), 200 // strata), 0
    chance = np.linspace(0.01, 0.012, 200)
    of = Strata.of_drawn(chance, [f"{code:03}" for code in codes])
    for seed in range(runs):
        rng = np.random.default_rng([seed, turns])
        talks = rng.permutation(200) // turns
        values = np.sqrt(0.3) * rng.normal(size=200)[talks] + np.sqrt(0.7) * rng.normal(size=200)
        found = stratified_mean(values, of, clusters=talks)
        hits += (found.low or 0.0) <= 0 <= (found.high or 0.0)
    return hits / runs


def test_conversations_over_strata_of_two_keep_coverage() -> None:
    assert 0.92 <= covered(600, strata=100, turns=4) <= 0.97


@pytest.mark.long
@pytest.mark.parametrize("strata", [10, 50, 100])
@pytest.mark.parametrize("turns", [1, 2, 4])
def test_conversations_over_any_strata_keep_coverage(strata: int, turns: int) -> None:
    assert 0.935 <= covered(2_000, strata=strata, turns=turns) <= 0.97


def bounded(runs: int, *, spread: float, rate: float) -> float:
    """How often the upper bound of a share of traffic holds, 200 examples of unequal weight."""
    hits = 0
    for seed in range(runs):
        rng = np.random.default_rng([seed, 7])
        stood = np.maximum(np.exp(spread * rng.normal(size=200)) * 100, 1)
        of = Strata.of_drawn(1 / stood, [f"{code:02}" for code in range(40)] * 5)
        found = drawn_share((rng.random(200) < rate).astype(np.float64), of)
        hits += rate <= (found.high or 0.0)
    return hits / runs


def test_the_bound_of_what_is_blocked_of_traffic_holds() -> None:
    assert bounded(300, spread=1.0, rate=0.03) >= 0.93


@pytest.mark.long
@pytest.mark.parametrize("spread", [0.3, 1.0, 1.5])
@pytest.mark.parametrize("rate", [0.005, 0.03, 0.2])
def test_the_bound_of_what_is_blocked_of_traffic_holds_at_its_level(
    spread: float, rate: float
) -> None:
    assert bounded(1_500, spread=spread, rate=rate) >= 0.935


def test_every_question_is_drawn_as_often_as_it_says() -> None:
    """Counted over draws: the share of cores that hold a question is its chance."""
    rng = np.random.default_rng(2)
    asked = np.concatenate([np.ones(40, dtype=np.int64), rng.integers(2, 9, 20), [60, 400]])
    kinds = Split("segments", np.arange(asked.size) % 3, ("a", "b", "c"), kept=True)
    found = Questions(np.arange(asked.size), asked, np.arange(asked.size))
    runs, counts, chance = 600, np.zeros(asked.size), np.zeros(asked.size)
    for _ in range(runs):
        drawn = draw_core(found, rng.random(asked.size), [kinds], n=20)
        assert drawn.places.size == 20
        counts[drawn.places] += 1
        chance[drawn.places] = drawn.probability * asked[drawn.places]
        stands = (1 / drawn.probability).sum()
        assert 0.5 < stands / asked.sum() < 2
    error = np.sqrt(chance * (1 - chance) / runs)
    assert (np.abs(counts / runs - chance) <= 4.5 * error + 1e-12).all()
    assert chance[-1] == chance[-2] == 1.0


def part_of(whole: Traffic, rows: np.ndarray) -> Traffic:
    """These records, in this order."""
    place = np.full(len(whole), -1)
    place[rows] = np.arange(rows.size)
    said = whole.said
    kept = place[said.rows] >= 0
    fewer = replace(
        said,
        rows=place[said.rows][kept].astype(np.int32),
        names=said.names[kept],
        values=said.values[kept],
    )
    cells = {name: getattr(whole, name) for name in Traffic.__dataclass_fields__}
    arrays = {name: cell[rows] for name, cell in cells.items() if isinstance(cell, np.ndarray)}
    return replace(whole, **arrays | {"said": fewer})


def test_further_records_change_few_choices_and_their_order_none() -> None:
    world = logged(3, skew=2.0).traffic

    def chosen(records: Traffic, component: Component) -> set[int]:
        return set(records.identity[rows_of(choose(records, SIZES), component)].tolist())

    shuffled = part_of(world, np.random.default_rng(4).permutation(RECORDS))
    for component in SIZES:
        assert chosen(shuffled, component) == chosen(world, component)
    before = chosen(part_of(world, np.arange(int(0.95 * RECORDS))), "core")
    assert len(before & chosen(world, "core")) >= 0.75 * len(before)
