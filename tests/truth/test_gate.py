"""What a gate lets through, and what it stops, where the truth is planted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from measurand.analysis.gate import gate
from measurand.analysis.gate_result import GateResult
from measurand.analysis.gate_terms import GateTerms
from measurand.core.gate import GatePlan
from measurand.core.rating import Column, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO

RUBRIC = Rubric(Dimension("correct", scale=YES_NO))
DAY = date(2026, 1, 1)

Floats = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def table(new: Floats, old: Floats, component: str | None) -> Ratings:
    """A row a trial: shape (examples, trials)."""
    rows = [
        (f"e{example}", system, float(value), trial)
        for system, values in (("new", new), ("old", old))
        for example, trials in enumerate(values)
        for trial, value in enumerate(trials)
    ]
    example, system, value, repeat = zip(*rows, strict=True)
    n = len(rows)
    return Ratings.from_columns(
        example=Column.of(example),
        system=Column.of(system),
        dimension=Column.constant("correct", n),
        rater=Column.constant("key", n),
        kind=Column.constant("check", n),
        value=Column.of(value),
        repeat=Column.of(repeat),
        component=Column.constant(component, n),
    )


def decided(new: Floats, old: Floats, *, component: str | None, margin: float) -> GateResult:
    plan = GatePlan(margins={"regression": margin, "core": margin})
    terms = GateTerms(
        system="new",
        baseline="old",
        today=DAY,
        plan=plan,
        margin=margin,
        whole=component is None,
        rounds={},
        resamples=100,
    )
    return gate(table(new, old, component), RUBRIC, terms)


def paired(
    rng: np.random.Generator, n: int, *, discordance: float, difference: float
) -> tuple[Floats, Floats]:
    """Yes/no pairs with these shares of pairs that differ, and of the difference."""
    up, down = (discordance + difference) / 2, (discordance - difference) / 2
    kind = rng.choice(4, size=n, p=[up, down, 0.8 * (1 - discordance), 0.2 * (1 - discordance)])
    new = np.isin(kind, (0, 2)).astype(float)[:, None]
    old = np.isin(kind, (1, 2)).astype(float)[:, None]
    return new, old


@pytest.mark.long
@pytest.mark.parametrize(("n", "discordance"), [(200, 0.14), (100, 0.2)])
def test_a_change_exactly_at_the_margin_passes_at_most_at_the_level(
    n: int, discordance: float
) -> None:
    rng = np.random.default_rng(n)
    draws, passed = 300, 0
    for _ in range(draws):
        new, old = paired(rng, n, discordance=discordance, difference=-0.05)
        passed += decided(new, old, component=None, margin=0.05).outcome == "pass"
    assert passed / draws < 0.05 + 3 * np.sqrt(0.05 * 0.95 / draws)


@pytest.mark.long
def test_no_change_of_core_passes_and_a_clear_one_fails() -> None:
    rng = np.random.default_rng(7)
    outcomes = {0.0: [], -0.2: []}  # type: dict[float, list[str]]
    for difference, found in outcomes.items():
        for _ in range(60):
            new, old = paired(rng, 430, discordance=0.22, difference=difference)
            found.append(decided(new, old, component=None, margin=0.1).outcome)
    assert outcomes[0.0].count("pass") >= 56
    assert outcomes[0.0].count("fail") == 0
    assert outcomes[-0.2].count("fail") >= 54
    assert outcomes[-0.2].count("pass") == 0


def test_fifty_stable_examples_pass_where_nothing_changed_and_stop_each_regression() -> None:
    rng = np.random.default_rng(3)
    old = np.ones((50, 3))
    assert decided(old, old, component="regression", margin=0.1).outcome == "pass"
    for broken in (1, 2, 5):
        new = old.copy()
        new[rng.choice(50, size=broken, replace=False)] = 0.0
        found = decided(new, old, component="regression", margin=0.1)
        assert found.outcome == "fail"
        assert sum(item.outcome == "fail" for item in found.items) == broken


@pytest.mark.long
def test_a_flaky_system_against_itself_fails_no_oftener_than_the_level() -> None:
    rng = np.random.default_rng(5)
    draws, failed = 300, 0
    for _ in range(draws):
        new, old = ((rng.random((50, 3)) < 0.7).astype(float) for _ in range(2))
        failed += decided(new, old, component="regression", margin=0.1).outcome == "fail"
    assert failed / draws < 0.05 + 3 * np.sqrt(0.05 * 0.95 / draws)


@pytest.mark.long
def test_asking_again_until_it_is_green_lets_through_what_repeats_stop() -> None:
    """Ten examples fail in half of their trials, where the baseline never fails."""
    rng = np.random.default_rng(9)
    old = np.ones((50, 3))
    stopped, retried = 0, 0
    for _ in range(200):
        new = old.copy()
        new[:10] = rng.random((10, 3)) < 0.5
        stopped += decided(new, old, component="regression", margin=0.1).outcome != "pass"
        # A failing example is asked up to three times, and the first pass is taken.
        once = new.max(axis=1, keepdims=True)
        retried += decided(once, old[:, :1], component="regression", margin=0.1).outcome != "pass"
    assert stopped >= 195
    assert retried <= stopped - 20
