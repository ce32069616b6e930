from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.before_after import Look, Shown, before_after
from measurand.analysis.calibration_pool import Pool
from measurand.analysis.result import Result, Verdict
from measurand.core.candidate import CURRENT
from measurand.core.scale import ONE_TO_FIVE, YES_NO

N = 100
RNG = np.random.default_rng(3)
QUALITY = RNG.normal(size=N)


def pool(noise: float, *, seed: int) -> Pool:
    """What a judge with so much noise, and three people, say of the same outputs."""
    rng = np.random.default_rng(seed)
    people = np.random.default_rng(1).normal(size=(N, 3)) * 0.5 + QUALITY[:, None]
    judge = QUALITY + noise * rng.normal(size=N)
    return Pool(
        dimension="accuracy",
        scale=ONE_TO_FIVE,
        items=tuple(f"q{at}\x1ftoday" for at in range(N)),
        repeats=(3 + judge)[:, None],
        ratings=3 + people,
        raters=("ann", "ben", "cem"),
        groups=tuple(f"g{at // 2}" for at in range(N)),
        systems=("today",) * N,
        components=(None,) * N,
        weights=None,
        asked=np.ones(N, np.bool_),
        failed=np.zeros(N, np.bool_),
    )


def shown(
    before: Pool, after: Pool, look: Look | None = None
) -> tuple[dict[str, Result], dict[str, Verdict]]:
    one = Shown(judge="sim/judge", adopted="fine", before=before, after=after)
    results, verdicts = before_after(one, look or Look())
    return {r.name: r for r in results}, {v.name: v for v in verdicts}


def test_a_judge_that_is_better_is_called_so_and_verified_where_its_bound_reaches() -> None:
    results, verdicts = shown(pool(1.5, seed=4), pool(0.2, seed=5))
    assert results["r_before"].design == CURRENT
    assert results["r_after"].design == "fine"
    before, after = results["r_before"].estimate.value, results["r_after"].estimate.value
    assert before is not None
    assert after is not None
    assert results["r_difference"].estimate.value == pytest.approx(after - before)
    assert verdicts["change"].outcome == "better"
    assert verdicts["calibration"].outcome == "VERIFIED"
    tested = verdicts["calibration"].tested
    assert tested is not None
    assert (tested.n_test, tested.looks, tested.screening) == (N, 1, False)


def test_what_did_not_hold_is_called_worse_and_what_is_open_is_not_decided() -> None:
    _, verdicts = shown(pool(0.2, seed=5), pool(1.5, seed=4))
    assert verdicts["change"].outcome == "worse"
    assert "did not hold" in verdicts["change"].reason
    _, verdicts = shown(pool(0.5, seed=6), pool(0.5, seed=7))
    assert verdicts["change"].outcome == "no difference shown"


def test_the_same_judge_twice_has_no_difference_and_says_why() -> None:
    results, verdicts = shown(pool(0.5, seed=6), pool(0.5, seed=6))
    assert not results["r_difference"].estimate.present
    assert "say the same" in verdicts["change"].reason


def test_both_are_seen_on_the_outputs_that_both_rated() -> None:
    before, after = pool(1.5, seed=4), pool(0.2, seed=5)
    holes = before.repeats.copy()
    holes[:3] = np.nan
    results, _ = shown(replace(before, repeats=holes), after)
    assert {result.estimate.n for result in results.values()} == {N - 3}


def test_of_all_dimensions_together_nothing_is_decided_but_whether_it_is_better() -> None:
    _, verdicts = shown(pool(1.5, seed=4), pool(0.2, seed=5), Look(decides=False))
    assert set(verdicts) == {"change"}


def test_two_judges_on_one_test_set_are_no_first_look() -> None:
    good = pool(0.62, seed=9)
    _, first = shown(pool(1.5, seed=4), good, Look(shown=1))
    _, second = shown(pool(1.5, seed=4), good, Look(shown=2))
    assert first["calibration"].outcome == "PASS"
    assert second["calibration"].outcome == "INCONCLUSIVE"


def test_failures_beyond_what_is_allowed_withhold_the_verdict() -> None:
    after = pool(0.2, seed=5)
    holes, lost = after.repeats.copy(), np.zeros(N, np.bool_)
    holes[:10], lost[:10] = np.nan, True
    _, verdicts = shown(pool(1.5, seed=4), replace(after, repeats=holes, failed=lost))
    assert verdicts["calibration"].outcome == "INCONCLUSIVE"
    assert np.isfinite(verdicts["calibration"].bound or np.nan)


@pytest.mark.parametrize("seed", range(6))
def test_a_perfect_judge_does_not_fail_two_people_who_may_tie(seed: int) -> None:
    """On outputs on which they do not tie, two people always agree."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, size=(N, 1)).astype(float)
    people = np.abs(truth - (rng.random((N, 2)) < 0.3))
    after = replace(
        pool(0.2, seed=5), scale=YES_NO, repeats=truth, ratings=people, raters=("ann", "ben")
    )
    before = replace(after, repeats=np.abs(truth - (rng.random((N, 1)) < 0.2)))
    _, verdicts = shown(before, after)

    assert verdicts["calibration"].outcome != "FAIL"
