"""What is refused, and what must hold, of means corrected by labels."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.ppi import effective_n, label_plan, labels_saved, linear_ppi, ppi_mean
from measurand.stats.rogan_gladen import Counted, rogan_gladen
from measurand.stats.strata import dirichlet_strata, jeffreys_strata, stratum_cut
from measurand.stats.transport import line_gap, transport_gap

Floats = NDArray[np.float64]
GRID = (1.0, 2.0, 3.0, 4.0, 5.0)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def grades(n: int = 40, others: int = 200, seed: int = 1) -> JudgedSample:
    source = np.random.default_rng(seed)
    truth = source.integers(1, 6, n + others).astype(float)
    judged = np.clip(truth + source.integers(0, 2, truth.size), 1, 5)
    return JudgedSample.of(truth[:n], judged[:n], judged[n:])


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="3 labels need as many judgments; found 2"):
        JudgedSample.of([1, 2, 3], [1, 2], [])
    with pytest.raises(InsufficientData, match="two labels or more; found 1"):
        JudgedSample.of([1], [1], [1, 2])
    with pytest.raises(UsageError, match="one cluster per unit"):
        JudgedSample.of([1, 2], [1, 2], [3], clusters=["a", "b"])
    with pytest.raises(UsageError, match="finite"):
        JudgedSample.of([1, float("nan")], [1, 2], [])


def test_what_has_no_spread_is_refused_or_bounded() -> None:
    flat = JudgedSample.of([4] * 20, [5] * 20, [5] * 80)
    with pytest.raises(InsufficientData, match="no interval"):
        ppi_mean(flat)
    with pytest.raises(InsufficientData, match="without the bounds"):
        linear_ppi(flat, rng=rng())
    bounded = linear_ppi(flat, rng=rng(), bounds=(1, 5))
    assert bounded.value == 4
    assert ends(bounded)[0] < 3.5
    strata = dirichlet_strata(flat, grid=GRID, rng=rng())
    assert ends(strata)[0] < 4 < ends(strata)[1]


def test_one_judgment_beside_the_labels_is_all_that_ppi_asks_for() -> None:
    with pytest.raises(InsufficientData, match="no output beyond"):
        ppi_mean(JudgedSample.of([0, 1, 1], [0, 1, 0], []))
    alone = linear_ppi(JudgedSample.of([0.0, 1, 1, 0, 1], [0, 1, 0, 1, 1], []), rng=rng())
    assert alone.value == pytest.approx(0.6)


def test_labels_of_one_cluster_are_one_label() -> None:
    sample = JudgedSample.of([0, 1, 1], [0, 1, 0], [1], clusters=[7, 7, 7, 8])
    with pytest.raises(InsufficientData, match="at least two groups"):
        linear_ppi(sample, rng=rng())
    with pytest.raises(InsufficientData, match="two clusters or more"):
        jeffreys_strata(sample, rng=rng())
    with pytest.raises(InsufficientData, match="two clusters or more"):
        dirichlet_strata(sample, grid=(0, 1), rng=rng())


def test_what_is_off_the_scale_is_misuse() -> None:
    sample = grades()
    with pytest.raises(UsageError, match="0 or 1 here"):
        jeffreys_strata(sample, rng=rng())
    with pytest.raises(UsageError, match="lie on the grid"):
        dirichlet_strata(sample, grid=(1, 2), rng=rng())
    with pytest.raises(UsageError, match="two values or more"):
        dirichlet_strata(sample, grid=(1,), rng=rng())
    with pytest.raises(UsageError, match="within the bounds"):
        linear_ppi(sample, rng=rng(), bounds=(1, 4))
    with pytest.raises(UsageError, match="at least 2 folds"):
        linear_ppi(sample, rng=rng(), folds=1)
    with pytest.raises(UsageError, match="a hundred draws"):
        dirichlet_strata(sample, grid=GRID, rng=rng(), draws=5)


def test_rogan_gladen_is_refused_of_a_lenient_judge() -> None:
    with pytest.raises(InsufficientData, match=r"add up to less than 1\.5"):
        rogan_gladen(Counted(900, 1000), sensitivity=Counted(96, 100), specificity=Counted(5, 20))
    with pytest.raises(InsufficientData, match="of none"):
        rogan_gladen(Counted(900, 1000), sensitivity=Counted(96, 100), specificity=Counted(0, 0))
    with pytest.raises(UsageError, match="between 0 and n"):
        rogan_gladen(Counted(9, 8), sensitivity=Counted(9, 10), specificity=Counted(9, 10))


def test_plans_and_sizes_refuse_what_means_nothing() -> None:
    with pytest.raises(UsageError, match="correlation"):
        effective_n(10, 100, 1.5)
    with pytest.raises(UsageError, match="above 0"):
        label_plan(100, 0.5, label_cost=0, judge_cost=1)
    absent = labels_saved(Estimate.absent("no spread"), grades())
    assert absent.reason == "no spread"


def test_a_gap_refuses_vectors_that_do_not_fit() -> None:
    with pytest.raises(UsageError, match="2 labels need as many predictions; found 1"):
        transport_gap([1, 2], [1])
    with pytest.raises(UsageError, match="0 or more"):
        transport_gap([1, 2], [1, 1], error=-1)
    clustered = transport_gap([1, 2, 4, 4], [1, 1, 2, 3], clusters=list("aabb"), error=0.1)
    assert clustered.method == "CR1, t(C-1), with the error of the calibration"


def test_a_line_from_a_constant_judge_is_the_mean_of_elsewhere() -> None:
    here = JudgedSample.of([1.0, 0, 1, 1], [1, 0, 1, 0], [])
    elsewhere = JudgedSample.of([1.0, 0, 0, 0, 1], [1] * 5, [])
    assert line_gap(here, elsewhere).value == pytest.approx(0.75 - 0.4)


def test_a_gap_without_spread_is_bounded_by_the_scale() -> None:
    same = [1.0, 0, 1, 1, 0, 1]
    here, elsewhere = JudgedSample.of(same, same, []), JudgedSample.of(same * 5, same * 5, [])
    with pytest.raises(InsufficientData, match="without the bounds"):
        line_gap(here, elsewhere)
    bounded = line_gap(here, elsewhere, bounds=(-1, 1))
    assert bounded.value == pytest.approx(0, abs=1e-9)
    assert ends(bounded) == pytest.approx((-0.459, 0.459), abs=1e-3)


def test_the_cut_does_not_read_the_labels_and_leaves_some_on_both_sides() -> None:
    sample = grades()
    shuffled = JudgedSample.of(sample.labels[::-1], sample.judged, sample.unlabelled)
    assert stratum_cut(sample) == stratum_cut(shuffled)
    lopsided = JudgedSample.of(np.arange(1, 6), [5, 5, 5, 5, 1], [5] * 50 + [1] * 50)
    assert stratum_cut(lopsided) is None
    assert "strata" not in dirichlet_strata(lopsided, grid=GRID, rng=rng()).method


def test_few_labels_carry_a_caution() -> None:
    few, many = grades(15), grades(40)
    assert "only 15 labelled outputs" in (linear_ppi(few, rng=rng()).reason or "")
    assert linear_ppi(many, rng=rng()).reason is None


def test_copies_of_an_output_in_its_cluster_add_nothing() -> None:
    plain = grades(60, 240)
    parts = (plain.labels, plain.judged, plain.unlabelled)
    codes = np.concatenate([np.repeat(np.arange(60), 4), np.repeat(np.arange(60, 300), 4)])
    copied = JudgedSample.of(*(np.repeat(part, 4) for part in parts), clusters=codes)
    for one, two in (
        (linear_ppi(plain, rng=rng()), linear_ppi(copied, rng=rng())),
        (
            dirichlet_strata(plain, grid=GRID, rng=rng()),
            dirichlet_strata(copied, grid=GRID, rng=rng()),
        ),
    ):
        low, high = ends(one)
        deep, tall = ends(two)
        assert tall - deep == pytest.approx(high - low, rel=0.12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(12, 60), st.floats(0.5, 3), st.floats(-5, 5))
def test_order_does_not_matter_and_a_shift_of_the_scale_shifts_the_mean(
    seed: int, n: int, factor: float, shift: float
) -> None:
    sample = grades(n, 100, seed)
    assume((sample.labels != sample.judged).any())  # else there is no interval without bounds
    low, high = ends(linear_ppi(sample, rng=rng()))
    moved = JudgedSample.of(
        factor * sample.labels + shift, sample.judged - 7, sample.unlabelled - 7
    )
    assert ends(linear_ppi(moved, rng=rng())) == pytest.approx(
        (factor * low + shift, factor * high + shift), abs=1e-8
    )
    order = np.random.default_rng(seed).permutation(n)
    turned = JudgedSample.of(
        sample.labels[order], sample.judged[order], sample.unlabelled[::-1].copy()
    )
    kept = dirichlet_strata(sample, grid=GRID, rng=rng())
    assert ends(dirichlet_strata(turned, grid=GRID, rng=rng())) == pytest.approx(ends(kept))
    assert kept.low is not None
    assert 1 <= kept.low <= (kept.value or 0) <= (kept.high or 0) <= 5


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 60), st.floats(0.05, 0.95))
def test_shares_stay_within_0_and_1_and_turn_over(seed: int, n: int, share: float) -> None:
    source = np.random.default_rng(seed)
    truth = (source.random(n + 100) < share).astype(float)
    judged = np.where(source.random(truth.size) < 0.8, truth, 1 - truth)
    sample = JudgedSample.of(truth[:n], judged[:n], judged[n:])
    turned = JudgedSample.of(1 - truth[:n], 1 - judged[:n], 1 - judged[n:])
    one, two = (jeffreys_strata(each, rng=rng(), draws=20_000) for each in (sample, turned))
    assert one.value == pytest.approx(1 - (two.value or 0), abs=1e-9)
    assert ends(one) == pytest.approx([1 - end for end in ends(two)[::-1]], abs=0.02)
    assert 0 <= ends(one)[0] < ends(one)[1] <= 1
