"""Several systems and tests: what is claimed of all together, and how many false ones to expect."""

import numpy as np
from tests.analysis.exposed_rows import KNOWN, YES, arms_of, rated

from measurand.analysis.exposure import Claim, ExposureOptions, not_run, surely, together
from measurand.analysis.exposure_canary import searched
from measurand.analysis.exposure_gap import twin_gap
from measurand.analysis.exposure_logprobs import LogProbs, order_exposure
from measurand.core.rating import Ratings


def test_what_holds_of_one_system_alone_is_told_where_it_does_not_hold_of_several() -> None:
    made = surely([lambda error: error > 0.03, lambda _: False, None], 0.05)
    nothing = Claim(sure=False, alone=False, of=2)
    assert made == (Claim(sure=False, alone=True, of=2), nothing, nothing)
    assert made[0].caution == ", but not after Holm over 2 systems"
    # The second step of Holm: one of two having been shown, the other has the whole error.
    both = surely([lambda error: error > 0.03, lambda error: error > 0.01], 0.05)
    assert [claim.sure for claim in both] == [True, True]
    assert not both[0].caution


def test_how_many_false_decisions_are_to_be_expected_is_told() -> None:
    rng = np.random.default_rng(8)
    shuffled = rng.normal(-100, 1, (10, 60)).tolist()
    order = order_exposure([LogProbs(system="a", canonical=[-100.0] * 10, shuffled=shuffled)])
    rows = [*rated("a", "", [1, 0] * 100), *rated("a", "~t", [1, 0] * 100)]
    rows += [*rated("b", "", [1, 0] * 100), *rated("b", "~t", [1, 0] * 100)]
    twins = twin_gap(
        Ratings.of(rows),
        YES,
        arms=arms_of(200, twin="~t"),
        examples=KNOWN,
        options=ExposureOptions(reference="b"),
    )
    errors, passes = together([order, twins, not_run("style", "no")]).limits[:2]
    assert "2 tests here can fail by chance, at an error rate of 2.5 % and 5 % each" in errors
    assert "up to 7.5 have a failure" in errors
    assert passes.startswith("Verdicts that pass: 2. Were each loss the margin itself, 0.05")
    # What searches, or has no verdict, errs by no rate.
    assert not any("by chance" in told for told in together([searched([], files=1, size=1)]).limits)
