"""How often intervals hold the truth where outputs share prompts, or were not drawn alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from measurand.stats.alt_test import alt_test
from measurand.stats.arrays import Floats
from measurand.stats.ceiling import ceiling_correlation
from measurand.stats.ceiling_phi import ceiling_phi
from measurand.stats.ceiling_ratio import ceiling_ratio
from measurand.stats.ceiling_sampled import sampled_ceiling
from measurand.stats.correlation import pearson
from measurand.stats.estimate import Estimate
from measurand.stats.icc import icc
from measurand.stats.icc_clustered import clustered_icc
from measurand.stats.kappa import cohen_kappa
from measurand.stats.kappa_clustered import clustered_kappa
from measurand.stats.leave_one_out import leave_one_out

Rng = np.random.Generator
RNG = np.random.default_rng
Codes = NDArray[np.intp]
Compute = Callable[[Floats, Floats, Any], Estimate]
SIZE = 10
MANY = 6_000


def prompts(rng: Rng, count: int) -> tuple[Floats, Floats, Codes]:
    """Ten outputs a prompt: quality, the judge's error and people's are alike within it."""
    codes = np.repeat(np.arange(count), SIZE)

    def part(shared: float) -> Floats:
        own = math.sqrt(1 - shared) * rng.normal(size=codes.size)
        return np.asarray(math.sqrt(shared) * rng.normal(size=count)[codes] + own)

    quality = part(0.6)
    judge = quality + 0.7 * part(0.6)
    people = np.stack([quality + 0.9 * part(0.3) for _ in range(3)], axis=1)
    return np.clip(np.round(3 + judge), 1, 5), np.clip(np.round(3 + people), 1, 5), codes


def _pair(judge: Floats, people: Floats) -> Floats:
    return np.stack([judge, people.mean(axis=1)], axis=1)


def _icc(judge: Floats, people: Floats, codes: Codes | None) -> Estimate:
    if codes is None:
        return icc(_pair(judge, people), form="A")
    return clustered_icc(_pair(judge, people), form="A", clusters=codes)


def _kappa(judge: Floats, people: Floats, codes: Codes | None) -> Estimate:
    near = np.floor(people.mean(axis=1) + 0.5)
    if codes is None:
        return cohen_kappa(judge, near, weights="quadratic")
    return clustered_kappa(judge, near, weights="quadratic", clusters=codes)


def _ceiling(_: Floats, people: Floats, codes: Codes | None) -> Estimate:
    if codes is None:
        return ceiling_correlation(people, rng=RNG(0))
    return sampled_ceiling(people, clusters=codes)


OF_PROMPTS: dict[str, Compute] = {
    "ceiling": _ceiling,
    "ratio": lambda judge, people, codes: ceiling_ratio(
        judge, people, rng=RNG(0), clusters=codes, resamples=400
    ),
    "one person": lambda _, people, codes: leave_one_out(
        people, rng=RNG(0), clusters=codes, resamples=400
    ),
    "ICC(A,1)": _icc,
    "kappa": _kappa,
    "advantage": lambda judge, people, codes: alt_test(judge, people, clusters=codes).advantage,
}


@cache
def truths() -> dict[str, float]:
    judge, people, _ = prompts(RNG(99), MANY)
    found = {
        name: compute(judge, people, None)
        for name, compute in OF_PROMPTS.items()
        if name != "ratio"
    }
    values = {name: one.value or 0.0 for name, one in found.items()}
    r = pearson(judge, people.mean(axis=1)).value or 0.0
    return {**values, "ratio": r / values["ceiling"]}


def held(estimates: list[Estimate], truth: float) -> float:
    return float(np.mean([(e.low or 0.0) <= truth <= (e.high or 0.0) for e in estimates]))


def of_prompts(name: str, runs: int, *, ignored: bool = False) -> float:
    found = []
    for run in range(runs):
        judge, people, codes = prompts(RNG([1, run]), 30)
        found.append(OF_PROMPTS[name](judge, people, None if ignored else codes))
    return held(found, truths()[name])


@pytest.mark.parametrize("name", OF_PROMPTS)
def test_thirty_prompts_of_ten_outputs(name: str) -> None:
    """Where prompts are ignored, .76 to .85 hold the truth: at most 68 of 80 at .85."""
    assert of_prompts(name, 80) >= 0.87


@pytest.mark.long
@pytest.mark.parametrize("name", OF_PROMPTS)
def test_thirty_prompts_at_length(name: str) -> None:
    assert of_prompts(name, 800) >= 0.92
    assert of_prompts(name, 200, ignored=True) < 0.9


def drawn(rng: Rng) -> tuple[Floats, Floats, Floats]:
    """Of outputs that hardly differ, those that the judge finds far from 3 are drawn first."""
    truth = rng.normal(3, 0.55, size=2000)
    judge = truth + 0.4 * rng.normal(size=2000)
    people = np.clip(np.round(truth[:, None] + 0.8 * rng.normal(size=(2000, 3))), 1, 5)
    chance = np.where(np.abs(judge - 3) > 0.7, 1.0, 0.25)
    kept = np.flatnonzero(rng.random(2000) < chance)[:120]
    return judge[kept], people[kept], 1 / chance[kept]


WEIGHTED: dict[str, tuple[float, Compute]] = {
    "ceiling": (0.7437, lambda _, people, w: sampled_ceiling(people, weights=w)),
    "ratio": (
        0.8094,
        lambda judge, people, w: ceiling_ratio(judge, people, rng=RNG(0), weights=w, resamples=400),
    ),
    "one person": (0.3634, lambda _, people, w: leave_one_out(people, rng=RNG(0), weights=w)),
}
"""With the truth of all outputs, from 400,000 of them."""


def of_weights(name: str, runs: int, *, ignored: bool = False) -> float:
    truth, compute = WEIGHTED[name]
    found = []
    for run in range(runs):
        judge, people, weights = drawn(RNG([3, run]))
        found.append(compute(judge, people, None if ignored else weights))
    return held(found, truth)


@pytest.mark.parametrize("name", WEIGHTED)
def test_outputs_that_were_not_drawn_alike(name: str) -> None:
    assert of_weights(name, 80) >= 0.87


@pytest.mark.long
@pytest.mark.parametrize("name", WEIGHTED)
def test_outputs_that_were_not_drawn_alike_at_length(name: str) -> None:
    assert of_weights(name, 800) >= 0.92
    assert of_weights(name, 100, ignored=True) < 0.9


def tied(raters: int, runs: int) -> float:
    """How often the ceiling holds what a judge reaches who knows how people would vote."""

    def votes(rng: Rng, count: int) -> tuple[Codes, Floats, Floats]:
        shared = math.sqrt(0.5) * rng.normal(size=(count, 1))
        score = (shared + math.sqrt(0.5) * rng.normal(size=(count, 5))).ravel()
        p = special.expit(2.5 * score)
        said = (rng.random((p.size, raters)) < p[:, None]).astype(float)
        return np.repeat(np.arange(count), 5), np.asarray(p), said

    _, p, said = votes(RNG(1), 40_000)
    share = said.mean(axis=1)
    clear = share != 0.5
    yes, no = (special.bdtrc(raters // 2, raters, x) for x in (p, 1 - p))
    truth = float(np.corrcoef((yes / (yes + no))[clear], share[clear] > 0.5)[0, 1])
    found = []
    for run in range(runs):
        codes, _, said = votes(RNG([5, run]), 40)
        found.append(ceiling_phi(said, rng=RNG(0), clusters=codes))
    return held(found, truth)


@pytest.mark.parametrize("raters", [2, 3, 4])
def test_the_ceiling_of_phi_with_ties_and_prompts(raters: int) -> None:
    assert tied(raters, 40) >= 0.95


@pytest.mark.long
@pytest.mark.parametrize("raters", [2, 3, 4, 6])
def test_the_ceiling_of_phi_with_ties_and_prompts_at_length(raters: int) -> None:
    assert tied(raters, 400) >= 0.95
