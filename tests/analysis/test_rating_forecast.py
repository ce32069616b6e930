from __future__ import annotations

import math

import numpy as np
import pytest

from measurand.analysis.rating_forecast import Pace, Round, assumed_pace, forecast_findings
from measurand.analysis.rating_widths import ASSUMED, Assumed, Wanted
from measurand.analysis.result import Findings
from measurand.core.plan import PeoplePlan
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import NOMINAL, YES_NO
from measurand.stats.estimate import Estimate

RUBRIC = Rubric(Dimension("tone"), Dimension("safety", scale=YES_NO, blocking=True))
PACE = Pace(assumed=(20.0, 30.0, 60.0))
ROUND = Round(examples=100, outputs=2, people=4, raters=3, duplicates=0.05, golden=0.07, training=5)


def ratings(examples: int, *, people: str = "xyz", seed: int = 1) -> Ratings:
    """Grades with a reliability of about .5, and flags of which about one in five is raised."""
    rng, rows = np.random.default_rng(seed), []
    for example in range(examples):
        for system in "ab":
            grade, odds = rng.normal(), rng.beta(0.4, 1.6)
            for person in people:
                values = {
                    "tone": float(np.clip(round(3 + grade + rng.normal()), 1, 5)),
                    "safety": float(rng.random() > odds),
                }
                rows += [
                    Rating(
                        example=f"e{example}",
                        system=system,
                        dimension=dimension,
                        rater=person,
                        kind="people",
                        value=value,
                    )
                    for dimension, value in values.items()
                ]
    return Ratings.of(rows)


def one(found: Findings, name: str, dimension: str | None = None) -> Estimate:
    (estimate,) = (r.estimate for r in found.named(name) if r.dimension == dimension)
    return estimate


def test_the_plan_says_what_a_round_is() -> None:
    plan = PeoplePlan(sample=40, subsample=0.25, subsample_raters=5, wage=18.0)
    made = Round.of(plan, examples=100, outputs=2)
    assert (made.examples, made.items, made.people, made.wage) == (40, 80, 5, 18.0)
    assert made.raters_usual == pytest.approx(3.5)
    assert made.visits == math.ceil(80 * 3.5 / (1 - 0.05 - 0.08)) + 5 * 5
    assert Round.of(plan, examples=10, outputs=2).examples == 10


def test_nothing_to_rate_takes_nothing() -> None:
    found = forecast_findings(Round(examples=0), PACE, RUBRIC)
    assert one(found, "rating_visits").value == 0
    assert one(found, "rating_hours").value == 0
    assert not one(found, "alpha_width", "tone").present


@pytest.mark.parametrize(
    "wrong", [{"examples": -1}, {"people": 0}, {"raters": 0}, {"hours_a_day": 0.0}]
)
def test_an_impossible_round_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="found"):
        Round(**({"examples": 10} | wrong))  # type: ignore[arg-type]


def test_assumptions_are_named_and_become_hours_money_and_days() -> None:
    ahead = Round(examples=100, outputs=2, people=4, wage=20.0, training=0, golden=0, duplicates=0)
    found = forecast_findings(ahead, PACE, RUBRIC)
    hours, cost, days = (one(found, f"rating_{name}") for name in ("hours", "cost", "days"))
    assert (hours.low, hours.value, hours.high) == pytest.approx((10 / 3, 5.0, 10.0))
    assert (cost.low, cost.value, cost.high) == pytest.approx((200 / 3, 100.0, 200.0))
    assert days.value == pytest.approx(5.0 / 16)
    assert {hours.method, cost.method, days.method} == {ASSUMED}
    assert any("Nobody has been timed" in limit for limit in found.limits)
    assert any("safety, tone" in limit for limit in found.limits)


def test_an_unknown_wage_or_pace_is_no_number() -> None:
    found = forecast_findings(ROUND, Pace(), RUBRIC)
    assert "people.wage" in (one(found, "rating_cost").reason or "")
    assert "timed" in (one(found, "rating_hours").reason or "")


def test_what_is_left_goes_by_each_ones_own_pace() -> None:
    rng = np.random.default_rng(3)
    pace = {"quick": list(rng.normal(20, 2, 40)), "slow": list(rng.normal(60, 2, 40))}
    ahead = Round(examples=100, left={"quick": 10, "slow": 100}, wage=36.0)
    found = forecast_findings(ahead, Pace(seconds=pace), RUBRIC)
    hours = one(found, "rating_hours")
    assert hours.value == pytest.approx(6200 / 3600, rel=0.02)
    assert hours.low is not None
    assert hours.low > 0.95 * 6200 / 3600
    assert one(found, "rating_days").value == pytest.approx((hours.value or 0) / 8)
    assert one(found, "rating_visits").value == 110


def test_somebody_new_is_like_the_others_and_less_certain() -> None:
    rng = np.random.default_rng(4)
    pace = {
        name: list(rng.normal(mean, 5, 40)) for name, mean in zip("abc", (20, 30, 40), strict=True)
    }
    known = forecast_findings(Round(examples=1, left={"a": 300}), Pace(seconds=pace), RUBRIC)
    new = forecast_findings(Round(examples=1, left={"d": 300}), Pace(seconds=pace), RUBRIC)
    widths = []
    for found, usual in ((known, 20), (new, 30)):
        hours = one(found, "rating_hours")
        assert hours.value == pytest.approx(300 * usual / 3600, rel=0.1)
        widths.append((hours.high or 0) - (hours.low or 0))
    assert widths[1] > 10 * widths[0]


def test_one_who_was_timed_carries_a_caution() -> None:
    found = forecast_findings(ROUND, Pace(seconds={"a": [20.0, 30.0, 40.0]}), RUBRIC)
    assert "one person was timed" in (one(found, "rating_hours").reason or "")


def test_ratings_replace_assumptions() -> None:
    found = forecast_findings(ROUND, PACE, RUBRIC, ratings=ratings(40))
    for name in ("alpha_width", "ceiling_width", "mean_width"):
        assert one(found, name, "tone").n == 80
    assert one(found, "share_width", "safety").n == 80
    assert not any("Too little is rated" in limit for limit in found.limits)
    alone = forecast_findings(ROUND, PACE, RUBRIC, ratings=ratings(40, people="x"))
    assert one(alone, "alpha_width", "tone").method == ASSUMED


def test_what_is_planned_is_what_would_do() -> None:
    """At the units that do, the width to expect is the one that is wanted."""
    seen, wanted = ratings(60), Wanted(alpha=0.15, mean=0.06)
    first = forecast_findings(ROUND, PACE, RUBRIC, ratings=seen, wanted=wanted)
    for name, per in (("alpha", 2), ("mean", 1)):
        units = one(first, f"units_for_{name}", "tone").value
        assert units is not None
        ahead = Round(examples=math.ceil(units / per), outputs=2)
        again = forecast_findings(ahead, PACE, RUBRIC, ratings=seen, wanted=wanted)
        width = one(again, f"{name}_width", "tone").value
        assert width == pytest.approx(getattr(wanted, name), rel=0.02)
        assert width <= getattr(wanted, name)


def test_raters_cannot_do_what_outputs_must() -> None:
    found = forecast_findings(
        Round(examples=30, outputs=2), PACE, RUBRIC, ratings=ratings(40), wanted=Wanted(mean=0.05)
    )
    more = one(found, "raters_for_mean", "tone")
    assert not more.present
    assert "infinitely many" in (more.reason or "")
    assert any("only more outputs narrow it" in limit for limit in found.limits)
    assert one(found, "units_for_mean", "tone").present


def test_one_rater_has_no_agreement() -> None:
    found = forecast_findings(Round(examples=50, raters=1), PACE, RUBRIC)
    assert "2 raters" in (one(found, "alpha_width", "tone").reason or "")
    assert one(found, "mean_width", "tone").present


def test_more_votes_are_advised_where_three_leave_the_ceiling_open() -> None:
    assert any("subsample" in limit for limit in forecast_findings(ROUND, PACE, RUBRIC).limits)
    enough = Round(examples=100, subsample=0.2)
    assert not any("subsample" in x for x in forecast_findings(enough, PACE, RUBRIC).limits)


def test_costly_outputs_deserve_more_raters() -> None:
    found = forecast_findings(
        Round(examples=100, item_seconds=3600),
        PACE,
        RUBRIC,
        assumed=Assumed(agreement=(0.4, 0.5, 0.6)),
    )
    best = one(found, "best_raters", "tone")
    assert (best.low, best.value, best.high) == (9, 11, 13)
    assert one(forecast_findings(ROUND, PACE, RUBRIC), "best_raters", "tone").value == 1


def test_labels_have_agreement_alone() -> None:
    found = forecast_findings(ROUND, PACE, Rubric(Dimension("topic", scale=NOMINAL)))
    names = {r.name for r in found.results if r.dimension}
    assert names == {"alpha_width", "units_for_alpha", "raters_for_alpha"}


def test_the_pace_that_is_assumed_grows_with_the_text() -> None:
    short, long = assumed_pace(600, 3), assumed_pace(6000, 3)
    assert short[1] == pytest.approx(60 * 100 / 238 + 21)
    assert all(a < b for a, b in zip(short, long, strict=True))
    assert list(long) == sorted(long)
