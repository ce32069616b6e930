"""Five words, on evidence alone: what each takes, and what each never says."""

from __future__ import annotations

from dataclasses import replace
from math import atanh, sqrt, tanh

import numpy as np
import pytest

from measurand.analysis.calibration_gate import OUTCOMES, Evidence, bound_level, gate
from measurand.stats.estimate import Estimate
from measurand.stats.quantiles import normal_quantile

HIGH = Estimate(value=0.95, low=0.9, high=0.98, n=100, method="ceiling")
LOW = Estimate(value=0.7, low=0.6, high=0.78, n=100, method="ceiling")
WIDE = Estimate(value=0.79, low=0.7, high=0.88, n=100, method="ceiling")
NONE = Estimate.absent("only one person rated")


def evidence(r: float, n: int = 100, **more: object) -> Evidence:
    """What Fisher's interval says of a correlation of so many independent outputs."""
    shown = more.get("shown", 1)
    level = bound_level(shown if isinstance(shown, int) else 1)
    z, error = atanh(r), 1 / sqrt(n - 3)
    low, high = tanh(z - 1.959964 * error), tanh(z + 1.959964 * error)
    one = tanh(z - normal_quantile(level) * error)
    return replace(
        Evidence(
            correlation=Estimate(value=r, low=low, high=high, n=n, method="r"),
            bound=Estimate(value=r, low=one, high=1.0, level=level, n=n, method="r"),
            ceiling=HIGH,
            n_test=n,
            target=0.8,
        ),
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (evidence(0.90), "VERIFIED"),
        (evidence(0.82), "PASS"),
        (evidence(0.80), "PASS"),
        (evidence(0.78), "INCONCLUSIVE"),
        (evidence(0.60), "FAIL"),
        (evidence(-0.90), "FAIL"),
        (evidence(0.75, ceiling=LOW), "CEILING BELOW TARGET"),
        (evidence(0.90, ceiling=LOW), "CEILING BELOW TARGET"),
        (evidence(0.60, ceiling=LOW), "CEILING BELOW TARGET"),
        (evidence(0.05, ceiling=LOW), "FAIL"),
        (evidence(0.82, ceiling=NONE), "PASS"),
        (evidence(0.70, ceiling=WIDE), "INCONCLUSIVE"),
        (evidence(0.50, ceiling=WIDE), "FAIL"),
    ],
)
def test_what_each_word_takes(found: Evidence, outcome: str) -> None:
    assert gate(found).outcome == outcome
    assert outcome in OUTCOMES


def test_a_judge_that_may_be_at_a_low_ceiling_is_not_called_bad() -> None:
    reason = gate(evidence(0.70, ceiling=WIDE)).reason
    assert (
        "so may be the best that any judge could reach with these people (0.70 to 0.88)" in reason
    )


def test_a_ceiling_that_may_be_anything_is_said_to_be_hardly_known() -> None:
    anywhere = Estimate(value=0.61, low=0.0, high=0.98, n=100, method="ceiling")
    assert "hardly tell how good a judge" in gate(evidence(0.62, ceiling=anywhere)).reason
    assert "hardly tell" not in gate(evidence(0.70, ceiling=WIDE)).reason


def test_a_target_that_people_miss_one_by_one_is_said_to_be_so() -> None:
    person = Estimate(value=0.74, low=0.7, high=0.78, n=100, method="leave one out")
    told = "One person against the others has 0.74"
    assert told in gate(evidence(0.60, person=person)).reason
    assert told in gate(evidence(0.78, person=person)).reason
    assert told not in gate(evidence(0.60, person=HIGH)).reason
    assert told not in gate(evidence(0.90, person=person)).reason


def test_a_judge_below_a_low_ceiling_fails_and_people_are_named_as_well() -> None:
    reason = gate(evidence(0.05, ceiling=LOW)).reason
    assert "even the upper end is below what a judge could reach" in reason
    assert "too little for a target of 0.8 as well" in reason


def test_outputs_that_say_less_than_80_only_screen_and_it_is_said() -> None:
    """100 outputs of a few prompts are no 100 outputs; the bound knows, the estimate does not."""
    assert gate(evidence(0.85)).outcome == "PASS"
    assert gate(evidence(0.85, effective=80.0)).outcome == "PASS"
    few = evidence(0.85, effective=79.9)
    found = gate(few)

    assert (found.outcome, few.screening) == ("INCONCLUSIVE", True)
    assert "100 outputs that say as much as 79 independent ones" in found.reason
    assert "Only the lower bound counts" in found.reason
    assert gate(evidence(0.95, effective=20.0)).outcome == "PASS"
    assert gate(evidence(0.95)).outcome == "VERIFIED"
    assert found.n_needed is not None
    # 20 of 100 take five times as many
    assert (gate(evidence(0.85, looks=2, effective=20.0)).n_needed or 0) >= 400


def test_a_target_that_was_lowered_after_a_look_passes_on_the_bound_alone() -> None:
    lowered = gate(evidence(0.82, asked=0.9))

    assert lowered.outcome == "INCONCLUSIVE"
    assert "the first look at these outputs asked for 0.9" in lowered.reason
    assert gate(evidence(0.82, asked=0.7)).outcome == "PASS"
    assert gate(evidence(0.90, asked=0.9)).outcome == "VERIFIED"


def test_a_small_test_set_only_screens_and_passes_on_the_bound() -> None:
    assert gate(evidence(0.85, n=79)).outcome == "INCONCLUSIVE"
    assert gate(evidence(0.85, n=80)).outcome == "PASS"

    passed = gate(evidence(0.95, n=30))
    assert passed.outcome == "PASS"
    assert "screening" in passed.reason
    assert "80 locked outputs" in passed.reason


@pytest.mark.parametrize("more", [{"looks": 2}, {"shown": 2}, {"looks": 3, "shown": 6}])
def test_a_later_look_is_decided_by_the_bound_alone(more: dict[str, int]) -> None:
    assert gate(evidence(0.82)).outcome == "PASS"
    later = gate(evidence(0.82, **more))

    assert later.outcome == "INCONCLUSIVE"
    assert "Only the lower bound counts" in later.reason
    assert gate(evidence(0.93, **more)).outcome == "VERIFIED"


def test_the_bound_grows_with_what_was_shown() -> None:
    assert bound_level(1) == pytest.approx(0.95)
    assert bound_level(5) == pytest.approx(0.99)
    assert gate(evidence(0.86, n=200)).outcome == "VERIFIED"
    assert gate(evidence(0.86, n=200, shown=20)).outcome == "INCONCLUSIVE"


def test_a_fourth_look_is_refused_whatever_the_numbers_say() -> None:
    refused = gate(evidence(0.99, looks=4))

    assert (refused.outcome, refused.n_needed) == ("INCONCLUSIVE", None)
    assert "have new outputs rated" in refused.reason


def test_what_is_withheld_is_said_and_decides_nothing() -> None:
    found = gate(evidence(0.99, withheld="12 % of its judgments failed."))

    assert (found.outcome, found.reason) == ("INCONCLUSIVE", "12 % of its judgments failed.")


def test_no_correlation_decides_nothing_and_says_why() -> None:
    absent = Estimate.absent("all ratings are equal")

    found = gate(evidence(0.9, correlation=absent, bound=absent))

    assert found.outcome == "INCONCLUSIVE"
    assert "All ratings are equal" in found.reason


def test_too_few_outputs_decide_nothing() -> None:
    assert "Only 3 locked outputs" in gate(evidence(0.9, n_test=3)).reason


def test_people_without_agreement_have_no_ceiling_and_it_is_said() -> None:
    none = replace(LOW, value=None, low=None, high=None, reason="no ceiling exists")

    assert gate(evidence(0.5, ceiling=none)).outcome == "FAIL"
    assert gate(evidence(0.75, ceiling=none)).outcome == "INCONCLUSIVE"


@pytest.mark.parametrize("r", [0.76, 0.84])
def test_the_number_needed_would_decide_it(r: float) -> None:
    """At that number the bound clears the target at the same correlation, and not at half of it."""
    found = gate(evidence(r, looks=2))

    assert found.outcome == "INCONCLUSIVE"
    assert found.n_needed is not None
    assert gate(evidence(r, n=found.n_needed, looks=2)).outcome != "INCONCLUSIVE"
    assert gate(evidence(r, n=max(found.n_needed // 4, 80), looks=2)).outcome == "INCONCLUSIVE"


def test_alike_outputs_need_more() -> None:
    plain = evidence(0.76)
    estimate = plain.correlation
    wide = replace(estimate, low=0.5, high=0.9)

    few, many = gate(plain).n_needed, gate(replace(plain, correlation=wide)).n_needed
    assert few is not None
    assert many is not None
    assert many > few


def test_a_correlation_that_is_the_target_is_never_decided() -> None:
    found = gate(evidence(0.8, looks=2))

    assert (found.outcome, found.n_needed) == ("INCONCLUSIVE", None)
    assert "no number of outputs" in found.reason


def test_no_number_is_shown_as_the_target_that_it_is_not() -> None:
    assert "r = 0.798" in gate(evidence(0.798)).reason


def test_a_screening_passes_a_judge_below_the_target_once_in_20_at_most() -> None:
    """4,000 test sets of 50 outputs, a judge just at the target: the worst case there is."""
    rng = np.random.default_rng(5)
    x, noise = rng.normal(size=(2, 4000, 50))
    y = 0.8 * x + 0.6 * noise
    rows = (np.corrcoef(a, b)[0, 1] for a, b in zip(x, y, strict=True))

    passes = sum(gate(evidence(float(r), n=50)).outcome == "PASS" for r in rows)

    # 5 % and three standard errors of 4,000; Fisher's z errs by a few tenths of a percent.
    assert 0.03 * 4000 < passes < 0.065 * 4000


def test_a_pass_on_100_outputs_is_as_likely_as_is_said() -> None:
    """Of judges with a true r of .72 about 3 % pass a target of .80, of .86 more than 94 %."""
    rng = np.random.default_rng(6)
    good = {}
    for true in (0.72, 0.86):
        x, noise = rng.normal(size=(2, 1000, 100))
        y = true * x + sqrt(1 - true**2) * noise
        rows = (np.corrcoef(a, b)[0, 1] for a, b in zip(x, y, strict=True))
        good[true] = np.mean(
            [gate(evidence(float(r))).outcome in {"PASS", "VERIFIED"} for r in rows]
        )

    assert good[0.72] < 0.06
    assert good[0.86] > 0.94


def test_a_number_is_never_shown_as_the_target_that_it_is_not() -> None:
    found = evidence(0.78)
    below = replace(found, correlation=replace(found.correlation, low=0.76, high=0.79972))
    assert "(0.76 to 0.7997;" in gate(below).reason
