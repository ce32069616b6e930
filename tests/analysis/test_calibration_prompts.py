"""Outputs of few prompts pass no judge on the estimate that independent ones would not pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.analysis.judged_rows import JUDGE, World
from tests.analysis.test_calibration import QUICK, SCALES, said, verdict

from measurand.analysis.calibration import calibration, concluded, locked
from measurand.analysis.calibration_effective import effective_number
from measurand.analysis.calibration_options import CalibrationOptions
from measurand.core.example import Example, Message
from measurand.core.rating import Column, Ratings
from measurand.core.scale import Scale

Floats = NDArray[np.float64]
SHARED = 0.8
"""The share of the variance, of quality and of the judge's errors, that lies between prompts."""


def table(rng: np.random.Generator, prompts: int, each: int, r: float) -> Ratings:
    """Three people who agree, and a judge that correlates so with them."""
    at = np.repeat(np.arange(prompts), each)
    share = SHARED if each > 1 else 0.0

    def drawn() -> Floats:
        own = np.sqrt(share) * rng.normal(size=prompts)[at]
        return np.asarray(own + np.sqrt(1 - share) * rng.normal(size=at.size))

    truth = drawn()
    judge = truth + np.sqrt(1 / r**2 - 1) * drawn()
    people = truth[:, None] + 0.05 * rng.normal(size=(at.size, 3))
    said = np.clip(np.round(50 + 10 * np.column_stack([people, judge]), 3), 0, 100)
    n = said.size
    return Ratings.from_columns(
        example=Column.of([f"e{one}" for one in at for _ in range(4)]),
        system=Column.of([f"s{one % each}" for one in range(at.size) for _ in range(4)]),
        dimension=Column.constant("tone", n),
        rater=Column.of(["p0", "p1", "p2", "judge"] * at.size),
        kind=Column.of([*["people"] * 3, "judge"] * at.size),
        value=Column.of(said.ravel().tolist()),
    )


def passes(prompts: int, each: int, r: float, seeds: int) -> int:
    options = CalibrationOptions(development=0, resamples=50, by=())
    words = []
    for seed in range(seeds):
        rows = table(np.random.default_rng([7, seed]), prompts, each, r)
        scales = {"tone": Scale.of("0-100")}
        (verdict,) = calibration(rows, scales, judge="judge", options=options).verdicts
        words.append(verdict.outcome)
    return words.count("PASS") + words.count("VERIFIED")


@pytest.mark.parametrize(("prompts", "each"), [(10, 10), (20, 5), (50, 2)])
def test_a_judge_below_the_target_passes_as_rarely_as_on_100_prompts(
    prompts: int, each: int
) -> None:
    """A true .72: 3 % on 100 prompts. By the estimate 29 % would on 10 of 10, 16 % on 20 of 5."""
    assert passes(prompts, each, 0.72, 40) <= 4


def test_a_good_judge_still_passes_where_prompts_are_many() -> None:
    assert passes(100, 1, 0.86, 20) >= 16
    assert passes(150, 2, 0.86, 10) >= 7


def test_the_same_conversation_twice_is_one_prompt() -> None:
    """Whatever examples are called: a judge that was adjusted on one has seen the other."""
    ratings = World(n=200).ratings()

    def asking(text: str) -> tuple[Message, ...]:
        return (Message(role="user", content=text),)

    examples = {
        f"e{i}": Example(id=f"e{i}", messages=asking(f"How  do I return\n item {i // 2}?"))
        for i in range(0, 200, 2)
    } | {
        f"e{i}": Example(id=f"e{i}", messages=asking(f"how do I RETURN item {i // 2}?"))
        for i in range(1, 200, 2)
    }
    held = locked(ratings, SCALES, judge=JUDGE, examples=examples)

    def side(i: int) -> bool:
        return f"e{i}\x1fs0" in held.split.test

    assert all(side(2 * i) == side(2 * i + 1) for i in range(100))
    assert len(set(held.pools["tone"].groups)) == len(held.split.test) / 2
    told = "100 examples have the conversation of another one"
    assert any(limit.startswith(told) for limit in concluded(held, options=QUICK).limits)
    alone = locked(ratings, SCALES, judge=JUDGE)
    assert not any("conversation" in limit for limit in concluded(alone, options=QUICK).limits)


def test_many_outputs_of_few_prompts_are_a_screening() -> None:
    """The same numbers, and ten prompts or a hundred."""
    options = replace(QUICK, development=0)
    many = verdict(said(World(n=100, judged=0.91), options=options))
    few = verdict(said(World(n=100, judged=0.91, systems=10), options=options))

    assert many.outcome == "PASS"
    assert many.tested is not None
    assert few.tested is not None
    assert (many.tested.screening, few.tested.screening) == (False, True)
    assert (few.tested.n_test, few.outcome) == (100, "INCONCLUSIVE")
    assert "100 outputs that say as much as 10 independent ones" in few.reason


def test_outputs_of_many_prompts_that_are_not_alike_count_one_by_one() -> None:
    """Two outputs a prompt that share nothing: what is measured of their likeness is chance."""
    held = locked(World(n=400, systems=2).ratings(), SCALES, judge=JUDGE)
    pool = held.pools["tone"]

    assert effective_number(pool) > 0.8 * pool.n


def test_weights_that_differ_leave_fewer_outputs() -> None:
    rows = [
        replace(row, probability=0.5 if int(row.example[1:]) % 2 else 1e-12)
        for row in World(n=100).rows()
    ]
    options = replace(QUICK, development=0)
    held = locked(Ratings.of(rows), SCALES, judge=JUDGE, options=options)

    assert effective_number(held.pools["tone"]) == pytest.approx(50, rel=1e-6)
    assert "say as much as 50" in verdict(concluded(held, options=options)).reason
