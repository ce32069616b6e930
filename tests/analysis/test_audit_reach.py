"""What an audit does not claim: intervals beyond what can be, numbers of outputs nobody has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from measurand.analysis.audit_limits import audit_limits
from measurand.analysis.audit_verdicts import audit_verdicts
from measurand.analysis.biases.base import Bias, Setting
from measurand.core.rating import Ratings
from measurand.stats.estimate import Estimate
from measurand.stats.materiality import materiality, units_to_decide


def halo(value: float, half: float) -> Bias:
    estimate = Estimate(
        value=value, low=value - half, high=value + half, n=12, method="correlations, jackknife"
    )
    return Bias(
        name="halo",
        design="errors",
        judge="j",
        what="the difference is",
        estimate=estimate,
        margin=0.2,
        unit="correlation",
        only_above=True,
        more=(("discriminant_gap", estimate),),
    )


def test_two_correlations_differ_by_two_at_most() -> None:
    bias = halo(0.48, 3.32)
    for result in bias.results():
        assert (result.estimate.low, result.estimate.high) == (-2.0, 2.0)
    (first, *_) = audit_verdicts([bias], level=0.95)
    assert "[\N{MINUS SIGN}2.00, +2.00]" in first.reason
    assert first.estimate is not None
    assert first.estimate.high == 2.0
    found = bias.materiality()
    assert found == materiality(bias.estimate, margin=0.2, only_above=True), "the whole interval"


def test_an_interval_that_can_be_is_left_as_it_is() -> None:
    bias = halo(0.3, 0.4)
    assert bias.possible(bias.estimate) == bias.estimate


def test_more_than_a_hundred_thousand_units_are_out_of_reach() -> None:
    assert units_to_decide(1.0, size=0.99) is None
    assert units_to_decide(1.0, size=0.9) == pytest.approx(1100, rel=0.3)
    (verdict, *_) = audit_verdicts([halo(0.2002, 0.05)], level=0.95)
    assert verdict.n_needed is None
    assert "out of reach" in verdict.reason


def test_what_holds_of_several_judges_and_dimensions_is_one_limit() -> None:
    blind = [
        replace(halo(0.1, 0.4), judge=judge, dimension=dimension, design="truncate-last-third")
        for judge in ("j", "k")
        for dimension in ("tone", "depth")
    ]
    limits = audit_limits(
        blind, Ratings.of(()), (), scales={}, rubric=None, setting=Setting(margin=0.1)
    )
    (told,) = (limit for limit in limits if "last third" in limit)
    assert told.startswith("j, tone, depth; k, tone, depth: outputs without")
