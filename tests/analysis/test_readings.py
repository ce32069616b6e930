"""What is said in plain words is what the intervals support."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.agreement import AgreementOptions, agreement
from measurand.analysis.readings import ceiling_reading, readings
from measurand.analysis.result import Findings, Result
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import NOMINAL, ONE_TO_FIVE, YES_NO, Scale, Value
from measurand.stats.estimate import Estimate


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(8)


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value=value, low=low, high=high, n=50, method="by hand")


def result(name: str, numbers: tuple[float, float, float], *levels: Value) -> Result:
    return Result(name=name, estimate=estimate(*numbers), dimension="tone", levels=levels)


def analysed(
    values: NDArray[np.floating],
    scale: Scale,
    labels: tuple[str, ...] = (),
    *,
    drawn: frozenset[str] | None = None,
) -> Findings:
    rows = [
        Rating(
            example=f"e{unit}",
            system="s",
            dimension="tone",
            rater=f"r{rater}",
            kind="people",
            value=labels[int(value)] if labels else float(value),
        )
        for unit, row in enumerate(values)
        for rater, value in enumerate(row)
        if not np.isnan(value)
    ]
    options = AgreementOptions(resamples=500, subsample=drawn)
    return agreement(Ratings.of(rows), {"tone": scale}, options=options)


@pytest.mark.parametrize(
    ("interval", "begins"),
    [
        ((0.75, 0.70, 0.79), "the ceiling is below the target of 0.80: even a perfect judge could"),
        ((0.90, 0.80, 0.95), "the ceiling is above the target of 0.80: "),
        ((0.82, 0.78, 0.86), "the ceiling may lie on either side of the target of 0.80: "),
    ],
)
def test_a_ceiling_is_held_against_the_target_with_its_interval(
    interval: tuple[float, float, float], begins: str
) -> None:
    assert ceiling_reading(estimate(*interval), 0.8).startswith(begins)


def test_a_ceiling_that_is_not_there_is_not_read() -> None:
    with pytest.raises(ValueError, match="only a ceiling that is there"):
        ceiling_reading(Estimate.absent("none"), 0.8)


def test_the_sentence_about_levels_names_only_those_that_are_surely_confused() -> None:
    told = readings(
        [
            result("krippendorff_alpha", (0.31, 0.22, 0.40)),
            result("distinguishability", (0.6, 0.2, 0.9), 1.0, 2.0),
            result("distinguishability", (0.3, -0.1, 0.7), 2.0, 3.0),
            result("distinguishability", (0.1, -0.4, 0.4), 3.0, 4.0),
            result("disagreement_share", (0.5, 0.4, 0.6), 3.0, 4.0),
            result("disagreement_share", (0.2, 0.1, 0.3), 2.0, 3.0),
        ]
    )
    assert len(told) == 1
    assert told[0] == (
        "Raters disagree about tone (alpha 0.31 [0.22, 0.40]): levels 3 and 4 are not told "
        "apart; 50% [40%, 60%] of all differences are between 3 and 4."
    )


def test_overlapping_shares_single_nothing_out() -> None:
    told = readings(
        [
            result("krippendorff_alpha", (0.9, 0.85, 0.95)),
            result("disagreement_share", (0.5, 0.3, 0.6), 3.0, 4.0),
            result("disagreement_share", (0.4, 0.2, 0.5), 2.0, 3.0),
        ]
    )
    assert told == ("Raters agree about tone (alpha 0.90 [0.85, 0.95]).",)


@pytest.mark.parametrize(
    ("interval", "begins"),
    [
        ((0.7, 0.667, 0.74), "Raters agree well enough for tentative conclusions about tone"),
        ((0.7, 0.6, 0.8), "Raters may or may not agree well enough about tone"),
    ],
)
def test_alpha_in_between(interval: tuple[float, float, float], begins: str) -> None:
    (told,) = readings([result("krippendorff_alpha", interval)])
    assert told.startswith(begins)


def test_levels_three_and_four_are_found(rng: np.random.Generator) -> None:
    units = rng.integers(0, 4, 1200)
    given = np.repeat(np.array([1.0, 2.0, 3.0, 5.0])[units][:, None], 3, axis=1)
    given = np.where((given == 3) & (rng.random(given.shape) < 0.5), 4.0, given)
    near = np.clip(given + rng.integers(-1, 2, given.shape), 1, 5)
    far = rng.random(given.shape) < 0.1
    found = analysed(np.where(far, near, given), ONE_TO_FIVE)
    assert ": levels 3 and 4 are not told apart; " in found.readings[0]
    assert "of all differences are between 3 and 4." in found.readings[0]
    (table,) = found.confusions
    assert list(table.levels) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert table.n == 1200
    assert sum(map(sum, table.pairs)) == pytest.approx(3600)
    for row, ratios in zip(table.pairs, table.ratios, strict=True):
        assert len(row) == len(ratios) == 5
    apart = {r.levels: r.estimate for r in found.named("distinguishability")}
    assert list(apart) == [(1, 2), (2, 3), (3, 4), (4, 5)]
    assert all(one.level == pytest.approx(1 - 0.05 / 4) for one in apart.values())


def test_labels_are_all_neighbours_and_yes_no_has_no_levels(rng: np.random.Generator) -> None:
    truth = rng.integers(0, 3, 200)[:, None]
    values = np.where(rng.random((200, 3)) < 0.7, truth, rng.integers(0, 3, (200, 3))) * 1.0
    found = analysed(values, NOMINAL, ("a", "b", "c"))
    pairs = [r.levels for r in found.named("distinguishability")]
    assert pairs == [("a", "b"), ("a", "c"), ("b", "c")]
    binary = analysed(np.minimum(values, 1.0), YES_NO)
    assert not binary.confusions
    assert not list(binary.named("distinguishability"))


def test_grades_without_levels_have_none(rng: np.random.Generator) -> None:
    values = rng.random((60, 3))
    found = analysed(values, Scale.of("0..1"))
    assert not found.confusions
    assert not list(found.named("disagreement_share"))


def test_a_level_that_nobody_used_is_shown_and_passed_over(rng: np.random.Generator) -> None:
    truth = rng.choice([1.0, 2.0, 4.0, 5.0], 200)[:, None]
    values = np.where(rng.random((200, 3)) < 0.7, truth, rng.choice([1.0, 2.0, 4.0, 5.0], (200, 3)))
    found = analysed(values, ONE_TO_FIVE)
    (table,) = found.confusions
    assert list(table.levels) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert table.pairs[2] == (0.0,) * 5
    assert table.ratios[2] == (None,) * 5
    assert [r.levels for r in found.named("distinguishability")] == [(1, 2), (2, 4), (4, 5)]


def test_raters_who_agree_by_chance_leave_no_ceiling_to_read() -> None:
    found = analysed(np.array([[1.0, 5.0], [5.0, 2.0], [3.0, 3.0]] * 40), ONE_TO_FIVE)
    assert any("no ceiling exists" in told for told in found.readings)
    assert any("No judge can be held against these raters" in told for told in found.readings)


class TestFiveRaters:
    def votes(self, five: int) -> Findings:
        rng = np.random.default_rng(five)
        chance = rng.choice([0.92, 0.08], 300)[:, None]
        values = (rng.random((300, 5)) < chance) * 1.0
        values[five:, 3:] = np.nan
        drawn = frozenset(f"e{at}" for at in range(five)) if five else None
        return analysed(values, YES_NO, drawn=drawn)

    def test_where_nobody_gave_four_votes_the_limits_say_what_five_would_tell(self) -> None:
        found = self.votes(0)
        assert not list(found.named("ceiling_majority_bounds"))
        (limit,) = (x for x in found.limits if "three votes an output leave the ceiling" in x)
        assert "Five raters on a tenth of the outputs (30) tell more" in limit

    def test_a_sub_sample_narrows_the_ceiling(self) -> None:
        found = self.votes(60)
        (bounds,) = found.named("ceiling_majority_bounds")
        (three,) = found.named("ceiling_majority")
        assert bounds.estimate.n == 60
        assert not any("three votes" in limit for limit in found.limits)
        wide, narrow = ((e.high or 0) - (e.low or 0) for e in (three.estimate, bounds.estimate))
        assert narrow < wide


def test_alpha_of_nearly_one_value_decides_nothing() -> None:
    """Of 60 outputs 54 are safe to everybody, six to two of three: they agree, and alpha is low."""
    rows = [
        Rating(
            example=f"e{at}",
            system="s",
            dimension="safety",
            rater=rater,
            kind="people",
            value=0.0 if at < 6 and "abc"[at % 3] == rater else 1.0,
        )
        for at in range(60)
        for rater in "abc"
    ]
    findings = agreement(Ratings.of(rows), {"safety": YES_NO})
    (alpha,) = findings.named("krippendorff_alpha")
    assert alpha.estimate.high is not None
    assert alpha.estimate.high < 0.667
    assert [verdict.outcome for verdict in findings.verdicts] == ["inconclusive"]
    assert "cannot be told" in findings.readings[0]
    assert "disagree" not in findings.readings[0]
