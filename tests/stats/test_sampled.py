"""Units that share a prompt, or were not drawn alike: ceilings, agreement, the alt-test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.alt_test import alt_test
from measurand.stats.arrays import Floats
from measurand.stats.ceiling import ceiling_correlation
from measurand.stats.ceiling_phi import ceiling_phi, highest_phi
from measurand.stats.ceiling_ratio import ceiling_ratio
from measurand.stats.ceiling_sampled import mean_reliability, sampled_ceiling
from measurand.stats.correlation import pearson
from measurand.stats.estimate import Estimate
from measurand.stats.icc import icc
from measurand.stats.icc_clustered import clustered_icc
from measurand.stats.kappa import cohen_kappa
from measurand.stats.kappa_clustered import clustered_kappa
from measurand.stats.leave_one_out import leave_one_out
from measurand.stats.sample import MOST_LEFT_OUT, Sample

RNG = np.random.default_rng
UNITS = 120
PROMPTS = np.arange(UNITS) // 4


def world(seed: int = 0, units: int = UNITS) -> tuple[Floats, Floats]:
    """A judge and three people, on 1 to 5."""
    rng = RNG(seed)
    truth = rng.normal(3, 1, size=units)
    people = truth[:, None] + 0.8 * rng.normal(size=(units, 3))
    judge = truth + 0.5 * rng.normal(size=units)
    return np.clip(np.round(judge), 1, 5), np.clip(np.round(people), 1, 5)


def ends(found: Estimate) -> tuple[float, float, float]:
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return found.value, found.low, found.high


def test_without_clusters_and_weights_it_is_the_plain_ceiling() -> None:
    _, people = world()
    people[5, 1:] = np.nan
    people[9, 2] = np.nan
    plain = ceiling_correlation(people, rng=RNG(0))

    assert ends(sampled_ceiling(people)) == pytest.approx(ends(plain), abs=1e-9)
    assert ends(sampled_ceiling(people, weights=np.full(UNITS, 7.0))) == pytest.approx(
        ends(plain), abs=1e-9
    )
    whole = icc(people, form="1", average=True).value
    assert mean_reliability(people).value == pytest.approx(whole, abs=1e-9)


SAMPLED: dict[str, Callable[..., Estimate]] = {
    "ceiling": lambda _, people, **how: sampled_ceiling(people, **how),
    "ratio": lambda judge, people, **how: ceiling_ratio(
        judge, people, rng=RNG(1), resamples=300, **how
    ),
    "one person": lambda _, people, **how: leave_one_out(people, rng=RNG(1), **how),
    "phi": lambda _, people, **how: ceiling_phi((people > 3).astype(float), rng=RNG(1), **how),
}


@pytest.mark.parametrize("name", SAMPLED)
def test_units_that_weigh_next_to_nothing_do_not_count(name: str) -> None:
    """Half of the units are noise, and weigh a millionth."""
    judge, people = world(1, 160)
    noise = RNG(2).permuted(people[80:].ravel()).reshape(-1, 3)
    both = np.concatenate([people[:80], noise])
    weights = np.where(np.arange(160) < 80, 1.0, 1e-6)
    alone = SAMPLED[name](judge[:80], people[:80], weights=np.linspace(1, 1 + 1e-9, 80))
    found = SAMPLED[name](judge, both, weights=weights)
    ignored = SAMPLED[name](judge, both, clusters=np.arange(160))

    assert found.value == pytest.approx(alone.value, abs=1e-4)
    assert found.value is not None
    assert ignored.value is not None
    assert ignored.value < found.value - 0.03


@pytest.mark.parametrize("name", SAMPLED)
def test_the_order_of_units_and_the_names_of_prompts_mean_nothing(name: str) -> None:
    judge, people = world(3)
    weights = RNG(4).uniform(0.5, 2, UNITS)
    order = RNG(5).permutation(UNITS)
    here = SAMPLED[name](judge, people, clusters=PROMPTS, weights=weights)
    moved = SAMPLED[name](
        judge[order], people[order], clusters=PROMPTS[order], weights=3 * weights[order]
    )
    scaled = SAMPLED[name](judge, people, clusters=[f"p{c:02}" for c in PROMPTS], weights=weights)

    assert ends(moved) == pytest.approx(ends(here), abs=1e-9)
    assert ends(scaled) == pytest.approx(ends(here), abs=1e-9)


COPIES: dict[str, Callable[..., Estimate]] = {
    **{name: one for name, one in SAMPLED.items() if name != "phi"},
    "ICC(A,1)": lambda judge, people, clusters: clustered_icc(
        np.stack([judge, people.mean(axis=1)], axis=1), form="A", clusters=clusters
    ),
    "kappa": lambda judge, people, clusters: clustered_kappa(
        judge, np.floor(people.mean(axis=1) + 0.5), weights="quadratic", clusters=clusters
    ),
    "alt-test": lambda judge, people, clusters: (
        alt_test(judge, people, clusters=clusters).advantage
    ),
}


@pytest.mark.parametrize("name", COPIES)
def test_ten_copies_of_a_unit_say_no_more_than_one(name: str) -> None:
    judge, people = world(6, 60)
    codes = np.arange(60)
    one = COPIES[name](judge, people, clusters=codes)
    many = COPIES[name](
        np.repeat(judge, 10), np.repeat(people, 10, axis=0), clusters=np.repeat(codes, 10)
    )
    width, copied = ((found.high or 0) - (found.low or 0) for found in (one, many))

    assert copied == pytest.approx(width, rel=0.05)


def test_agreement_in_clusters_of_one_is_that_of_units() -> None:
    judge, people = world(7)
    pair = np.stack([judge, people.mean(axis=1)], axis=1)
    codes = np.arange(UNITS)

    for form in ("A", "C"):
        plain = icc(pair, form="A" if form == "A" else "C")
        found = clustered_icc(pair, form="A" if form == "A" else "C", clusters=codes)
        assert found.value == pytest.approx(plain.value, abs=1e-12)
        assert ends(found) == pytest.approx(ends(plain), abs=0.02)
    third = people[:, 0]
    kappa = cohen_kappa(judge, third, weights="quadratic")
    own = clustered_kappa(judge, third, weights="quadratic", clusters=codes)
    assert own.value == pytest.approx(kappa.value, abs=1e-12)
    assert ends(own) == pytest.approx(ends(kappa), abs=0.02)
    plain_test = alt_test(judge, people)
    assert alt_test(judge, people, clusters=codes).p == pytest.approx(plain_test.p)
    assert ends(alt_test(judge, people, clusters=codes).advantage) == pytest.approx(
        ends(plain_test.advantage)
    )


def test_who_always_agrees_is_bounded_by_the_number_of_prompts() -> None:
    said = np.asarray(np.arange(UNITS) % 5 + 1.0, np.float64)
    same = np.repeat(said[:, None], 3, axis=1)
    by_unit, by_prompt = (
        [
            sampled_ceiling(same, clusters=codes),
            clustered_icc(same, form="A", clusters=codes),
            clustered_kappa(said, said, clusters=codes),
            highest_phi((same > 2).astype(float), rng=RNG(0), clusters=codes),
        ]
        for codes in (np.arange(UNITS), PROMPTS)
    )
    for one, other in zip(by_unit, by_prompt, strict=True):
        assert one.value == other.value == 1.0
        assert (other.low or 0) < (one.low or 0) < 1.0


def test_people_who_do_not_agree_have_a_reliability_below_0_and_no_ceiling() -> None:
    apart = RNG(8).normal(size=UNITS)
    ratings = np.column_stack([apart, -apart]) + 0.1 * RNG(9).normal(size=(UNITS, 2))
    found = mean_reliability(ratings, clusters=PROMPTS)

    assert (found.value or 0) < 0
    with pytest.raises(InsufficientData, match="no ceiling exists"):
        sampled_ceiling(ratings, clusters=PROMPTS)


def test_more_clusters_than_are_left_out_one_by_one() -> None:
    units = 2 * MOST_LEFT_OUT + 100
    judge, people = world(10, units)
    codes = np.arange(units) // 2
    grouped = ends(sampled_ceiling(people, clusters=np.arange(units)))

    assert grouped == pytest.approx(ends(ceiling_correlation(people, rng=RNG(0))), abs=2e-3)
    assert leave_one_out(people, rng=RNG(0), clusters=np.arange(units)).present
    assert clustered_icc(people, form="C", clusters=codes).n == units
    assert clustered_kappa(judge, people[:, 0], clusters=codes).n == units


@pytest.mark.parametrize("even", [2, 4])
def test_ties_belong_to_the_ceiling_of_phi(even: int) -> None:
    """Of people who are right in 7 of 10, those units alone that do not tie look sure."""
    rng = RNG(even)
    truth = rng.integers(0, 2, size=(4000, 1))
    people = np.abs(truth - (rng.random((4000, even)) < 0.3)).astype(float)
    votes = people.mean(axis=1)
    clear = votes != 0.5
    reached = np.corrcoef(truth[clear, 0], votes[clear] > 0.5)[0, 1]

    found = ends(ceiling_phi(people, rng=RNG(0), resamples=200))
    assert found[1] < reached < found[2] + 0.02
    assert found[2] < 0.8
    assert ends(ceiling_phi(people[clear], rng=RNG(0), resamples=200))[2] > found[2] + 0.02


def test_a_ceiling_of_0_still_has_an_upper_end() -> None:
    flips = (RNG(11).random((60, 2)) < 0.5).astype(float)
    found = highest_phi(flips, rng=RNG(0), resamples=200)

    assert found.value == 0
    assert (found.high or 0) > 0.3
    with pytest.raises(InsufficientData, match="no ceiling exists"):
        ceiling_phi(flips, rng=RNG(0), resamples=200)


def test_nothing_to_foresee_has_no_alt_test() -> None:
    judge, people = world(12)
    with pytest.raises(InsufficientData, match=r"people gave every item the same value \(3\)"):
        alt_test(judge, np.full_like(people, 3.0))
    with pytest.raises(InsufficientData, match="one cluster"):
        alt_test(judge, people, clusters=np.zeros(UNITS))


def test_samples_refuse() -> None:
    judge, people = world(13)
    two = np.arange(UNITS) % 2
    with pytest.raises(UsageError, match="one positive number"):
        Sample.of(3, None, [1.0, 2.0, 0.0])
    with pytest.raises(UsageError, match="one positive number"):
        leave_one_out(people, rng=RNG(0), weights=[1.0])
    with pytest.raises(UsageError, match="one cluster per unit"):
        sampled_ceiling(people, clusters=[1, 2])
    with pytest.raises(UsageError, match="of the same units"):
        clustered_kappa(judge, judge, clusters=[1, 2])
    computed: tuple[Callable[[], Estimate], ...] = (
        lambda: sampled_ceiling(people, clusters=two),
        lambda: leave_one_out(people, rng=RNG(0), clusters=two),
        lambda: clustered_icc(people, form="A", clusters=two),
        lambda: clustered_kappa(judge, people[:, 0], clusters=two),
        lambda: highest_phi((people > 3).astype(float), rng=RNG(0), clusters=two),
    )
    for compute in computed:
        with pytest.raises(InsufficientData, match="at least 3 clusters"):
            compute()
    with pytest.raises(InsufficientData, match="units do not differ"):
        sampled_ceiling(np.tile([1.0, 2.0], (9, 1)), clusters=np.arange(9))
    with pytest.raises(InsufficientData, match="nothing to correlate"):
        leave_one_out(np.ones((9, 3)), rng=RNG(0), clusters=np.arange(9))
    copies = np.repeat(judge[:, None], 3, axis=1)
    with pytest.raises(InsufficientData, match="every unit says the same"):
        leave_one_out(copies, rng=RNG(0), clusters=PROMPTS)


def test_a_perfect_judge_attains_a_weighted_ceiling() -> None:
    """Outputs at the ends are drawn often and weigh little, in both parts of the ratio."""
    rng = RNG(14)
    truth = rng.normal(3, 0.55, size=40_000)
    people = truth[:, None] + 0.8 * rng.normal(size=(40_000, 3))
    chance = np.where(np.abs(truth - 3) > 0.7, 1.0, 0.1)
    drawn = rng.random(40_000) < chance
    weights = 1 / chance[drawn]

    r = pearson(truth[drawn], people[drawn].mean(axis=1), weights=weights).value or 0
    ceiling = sampled_ceiling(people[drawn], weights=weights).value or 0
    ratio = ceiling_ratio(truth[drawn], people[drawn], rng=rng, weights=weights, resamples=100)
    assert r == pytest.approx(ceiling, abs=0.01)
    assert ratio.value == pytest.approx(min(r / ceiling, 1.0), abs=1e-9)
    assert (sampled_ceiling(people[drawn], clusters=np.arange(drawn.sum())).value or 0) > r + 0.05
