from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.agreement import AgreementOptions, agreement
from measurand.analysis.exclusion import beside, with_and_without, without_raters
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import NOMINAL, ONE_TO_FIVE, YES_NO
from measurand.errors import UsageError
from measurand.simulate.rater_panel import Person, Round, rater_round

SCALES = {"accuracy": ONE_TO_FIVE, "safety": YES_NO}
PEOPLE = [Person(name=n) for n in ("ann", "ben", "cem")] + [Person(name="eve", habit="uniform")]
TABLE = rater_round(PEOPLE, Round(outputs=80), rng=np.random.default_rng(1))
OPTIONS = AgreementOptions(resamples=200)


def test_only_the_ratings_of_the_named_people_go() -> None:
    judge = Rating(
        example="e0", system="s", dimension="accuracy", rater="eve", kind="judge", value=1.0
    )
    left = without_raters(TABLE + Ratings.of([judge]), ["eve"])
    assert {row.rater for row in left if row.kind == "people"} == {"ann", "ben", "cem"}
    assert judge in list(left)
    assert len(left.where(kind="reference")) == len(TABLE.where(kind="reference"))
    assert len(TABLE.where(rater="eve")) > 0


def test_nobody_left_out_is_the_table_itself() -> None:
    assert list(without_raters(TABLE, [])) == list(TABLE)


def test_a_name_that_rated_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot leave out evé, who rated nothing; people who"):
        without_raters(TABLE, ["evé"])
    with pytest.raises(UsageError, match="people who rated: nobody"):
        without_raters(Ratings.of([]), ["ann"])


def test_both_columns_are_what_agreement_says() -> None:
    findings = with_and_without(TABLE, SCALES, ["eve"], options=OPTIONS)
    left = without_raters(TABLE, ["eve"])
    for rows, ending in ((TABLE, ""), (left, "_without_excluded")):
        wanted = {
            (r.name + ending, r.dimension): r.estimate
            for r in agreement(rows, SCALES, options=OPTIONS).results
            if not r.raters
        }
        for result in findings.results:
            if (result.name, result.dimension) in wanted:
                assert result.estimate == wanted[result.name, result.dimension]
    pairs = {(p.all.name, p.all.dimension): p for p in beside(findings.results)}
    alpha = pairs["krippendorff_alpha", "accuracy"]
    assert alpha.without.raters == ("eve",)
    assert alpha.all.raters == ()
    assert alpha.without.estimate.value is not None
    assert alpha.all.estimate.value is not None
    assert alpha.without.estimate.value > alpha.all.estimate.value + 0.1
    mean = pairs["mean_vote", "accuracy"]
    assert mean.all.systems == ("s",)
    assert mean.all.estimate.n == 80


def test_how_much_was_left_out_is_said() -> None:
    findings = with_and_without(TABLE, SCALES, ["eve"], options=OPTIONS)
    gone = len(TABLE.where(rater="eve"))
    assert f"eve, with {gone} of" in findings.limits[0]


def test_labels_have_no_mean() -> None:
    rows = [
        Rating(example=f"e{e}", system="s", dimension="d", rater=r, kind="people", value=v)
        for e, v in enumerate("xyxyxy")
        for r in ("ann", "ben", "eve")
    ]
    found = with_and_without(Ratings.of(rows), {"d": NOMINAL}, ["eve"], options=OPTIONS)
    [mean] = found.named("mean_vote")
    assert "no mean" in str(mean.estimate.reason)
