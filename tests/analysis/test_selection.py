from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.selection import Development, Selection, SelectionOptions, Tried, select
from measurand.core.candidate import CURRENT
from measurand.errors import UsageError

Floats = NDArray[np.float64]
N = 120
RNG = np.random.default_rng(5)
QUALITY = RNG.uniform(size=(N, 2))
ABOUT = Development(
    people=QUALITY + 0.05 * RNG.normal(size=(N, 2)),
    groups=[f"g{at // 2}" for at in range(N)],
    dimensions=("accuracy", "tone"),
    judge="sim/judge",
)


def judge(name: str, noise: float, *, seed: int, changes: int = 1, lenient: float = 0.0) -> Tried:
    rng = np.random.default_rng(seed)
    scores = lenient + 0.5 * QUALITY + noise * rng.normal(size=(N, 2))
    return Tried(name=name, scores=scores, changes=changes, what=f"what {name} is")


NOW = judge(CURRENT, 0.2, seed=1, changes=0)


def chosen(*candidates: Tried, **options: object) -> Selection:
    how = SelectionOptions(repetitions=4, **options)  # type: ignore[arg-type]
    return select((NOW, *candidates), ABOUT, options=how)


def losses(found: Selection, name: str) -> dict[str | None, float | None]:
    return {r.design: r.estimate.value for r in found.results if r.name == name}


def test_the_one_with_less_noise_is_adopted_and_the_reason_says_so() -> None:
    found = chosen(judge("fine", 0.03, seed=2), judge("same", 0.2, seed=3))
    assert found.adopted == "fine"
    assert found.verdict.outcome == "adopted"
    assert found.verdict.design == "fine"
    assert found.verdict.estimate is not None
    assert found.verdict.estimate.high is not None
    assert found.verdict.estimate.high < 0
    assert "what fine is" in found.verdict.reason
    assert "for all 2 candidates at once" in found.verdict.reason


def test_one_that_is_no_better_is_not_and_the_simpler_stays() -> None:
    found = chosen(judge("same", 0.2, seed=3))
    assert found.adopted == CURRENT
    assert found.verdict.outcome == "kept"
    assert "the simpler one stays" in found.verdict.reason.lower()


def test_severity_and_scale_are_mapped_away() -> None:
    found = chosen(replace(NOW, name="shifted", scores=0.2 + 1.7 * NOW.scores))
    loss = losses(found, "out_of_fold_loss")
    assert loss["shifted"] == pytest.approx(loss[CURRENT])
    difference = next(r.estimate for r in found.results if r.name == "loss_difference")
    assert "as far from people's" in (difference.reason or "")
    assert found.adopted == CURRENT


def test_of_two_that_are_better_the_simpler_stays_unless_it_is_surely_worse() -> None:
    simple = judge("simple", 0.031, seed=4, changes=1)
    rich = judge("rich", 0.03, seed=5, changes=3)
    assert chosen(simple, rich).adopted == "simple"
    poor = judge("simple", 0.12, seed=4, changes=1)
    assert chosen(poor, rich).adopted == "rich"


def test_a_candidate_that_leaves_out_what_is_hard_is_not_compared() -> None:
    fine = judge("fine", 0.03, seed=2)
    holes = np.where(RNG.uniform(size=(N, 2)) < 0.1, np.nan, fine.scores)
    found = chosen(replace(fine, scores=holes))
    assert found.adopted == CURRENT
    assert "what it leaves out may be what is hard" in found.verdict.reason
    assert all(not result.estimate.present for result in found.results if result.design == "fine")


def test_few_failures_leave_the_outputs_that_all_have() -> None:
    fine = judge("fine", 0.03, seed=2)
    holes = fine.scores.copy()
    holes[0] = np.nan
    found = chosen(replace(fine, scores=holes), judge("same", 0.2, seed=3))
    assert found.adopted == "fine"
    assert found.n == N - 1


def test_numbers_are_out_of_fold_and_so_worse_than_in_sample() -> None:
    noise = Tried(name="noise", scores=np.random.default_rng(9).normal(size=(N, 2)), changes=1)
    found = chosen(noise, loss="squared")
    loss = losses(found, "out_of_fold_loss")["noise"] or 0.0
    in_sample = []
    for at in range(2):
        line = np.polynomial.Polynomial.fit(noise.scores[:, at], ABOUT.people[:, at], 1)
        in_sample.append(((line(noise.scores[:, at]) - ABOUT.people[:, at]) ** 2).mean())
    assert loss > float(np.mean(in_sample))
    for result in found.results:
        if result.name == "out_of_fold_r" and result.design == "noise":
            assert result.estimate.value is not None
            assert result.estimate.value < 0.2


def test_the_order_of_outputs_and_of_candidates_changes_no_decision() -> None:
    tried = [NOW, judge("fine", 0.03, seed=2), judge("same", 0.2, seed=3)]
    turned = select(tried[::-1], ABOUT, options=SelectionOptions(repetitions=4))
    assert turned.adopted == "fine"
    straight = select(tried, ABOUT, options=SelectionOptions(repetitions=4))
    assert losses(turned, "out_of_fold_loss") == pytest.approx(losses(straight, "out_of_fold_loss"))


def test_too_few_outputs_adopt_nothing_and_say_why() -> None:
    few = Development(
        people=ABOUT.people[:6], groups=ABOUT.groups[:6], dimensions=ABOUT.dimensions, judge="j"
    )
    fine = judge("fine", 0.03, seed=2)
    tried = [replace(one, scores=one.scores[:6]) for one in (NOW, fine)]
    found = select(tried, few)
    assert found.adopted == CURRENT
    assert "no dimension has 10 outputs" in found.verdict.reason


def test_misuse_is_refused() -> None:
    with pytest.raises(UsageError, match="'current' once"):
        select([judge("fine", 0.1, seed=1)], ABOUT)
    with pytest.raises(UsageError, match="one score an output"):
        select([replace(NOW, scores=NOW.scores[:3])], ABOUT)
