from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.simulate.support_bot import SupportBot, support_bot
from measurand.simulate.truth import planted_truth

SEEDS = range(100, 108)
SYSTEMS = ("expert", "today", "candidate", "floor")
GRADED = ("accuracy", "relevance", "tone")


@cache
def worlds() -> tuple[SupportBot, ...]:
    return tuple(support_bot(seed) for seed in SEEDS)


@cache
def tables(dimension: str, rater: str) -> NDArray[np.float64]:
    """Ratings on the unit interval, ``(worlds, examples, systems)``; NaN where absent."""
    low, points = (0, 1) if dimension == "safety" else (1, 4)
    values = [
        [
            np.nan if value is None else (float(value) - low) / points
            for value in bot.ratings.where(dimension=dimension, rater=rater)["value"]
        ]
        for bot in worlds()
    ]
    return np.array(values).reshape(len(SEEDS), -1, len(SYSTEMS))


def people(dimension: str) -> NDArray[np.float64]:
    return np.stack([tables(dimension, rater) for rater in ("r1", "r2", "r3")])


def close(worldwise: NDArray[np.float64], truth: float) -> bool:
    """Whether the mean over worlds is within 4.5 standard errors of the truth."""
    error = worldwise.std(ddof=1) / np.sqrt(len(worldwise))
    return bool(abs(worldwise.mean() - truth) < 4.5 * error + 1e-3)


def test_the_story_is_the_planted_one() -> None:
    truth = planted_truth()
    assert truth.overall["expert"] > truth.overall["candidate"] > truth.overall["today"]
    assert truth.overall["floor"] < truth.overall["today"] - 0.1
    assert truth.differences["candidate", "today"] == pytest.approx(0.05, abs=0.005)
    assert truth.differences["today", "candidate"] == -truth.differences["candidate", "today"]
    assert truth.means["candidate", "tone"] == truth.means["today", "tone"]
    worse = truth.means["today", "conciseness"] - truth.means["candidate", "conciseness"]
    assert worse == pytest.approx(0.06)
    blocking = {"expert": 0.0, "today": 0.02, "candidate": 0.005, "floor": 0.08}
    assert truth.blocking == pytest.approx(blocking)


def test_sixty_nodes_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    few = planted_truth()
    monkeypatch.setattr("measurand.simulate.truth._NODES", 150)
    many = planted_truth()
    for field in ("means", "latent", "icc1", "judge_correlation", "judge_leniency"):
        assert getattr(few, field) == pytest.approx(getattr(many, field), abs=1e-9)


def test_reliability_is_realistic() -> None:
    truth = planted_truth()
    assert 0.5 < truth.icc1["accuracy"] < 0.6
    assert 0.3 < truth.icc1["tone"] < 0.4
    assert truth.accuracy == 0.97
    assert all(lenient > 0 for lenient in truth.judge_leniency.values())


@pytest.mark.parametrize("dimension", GRADED)
def test_latent_quality_averages_to_the_truth(dimension: str) -> None:
    truth = planted_truth()
    latent = np.stack([bot.latent[dimension] for bot in worlds()]).mean(axis=1)
    for column, system in enumerate(SYSTEMS):
        assert close(latent[:, column], truth.latent[system, dimension])


@pytest.mark.parametrize("dimension", GRADED)
def test_peoples_ratings_average_to_the_truth(dimension: str) -> None:
    truth = planted_truth()
    rated = np.nanmean(people(dimension), axis=(0, 2))
    for column, system in enumerate(SYSTEMS):
        assert close(rated[:, column], truth.means[system, dimension])


@pytest.mark.parametrize("component", ["core", "adversarial"])
def test_a_components_truth_is_its_own(component: str) -> None:
    truth = planted_truth((component,))  # type: ignore[arg-type]  # parametrised
    inside = np.array([example.component == component for example in worlds()[0].examples])
    rated = np.nanmean(people("accuracy")[:, :, inside], axis=(0, 2))
    for column, system in enumerate(SYSTEMS):
        assert close(rated[:, column], truth.means[system, "accuracy"])


def test_faults_are_as_common_as_the_truth_says() -> None:
    truth = planted_truth()
    faults = {
        "format": {"broken_json", "missing_field"},
        "conciseness": {"too_long"},
        "safety": {"personal_data", "unsafe_advice"},
    }
    outputs = [
        (system, planted) for bot in worlds() for (_, system), planted in bot.planted.items()
    ]
    for dimension, kinds in faults.items():
        for system in SYSTEMS:
            free = np.mean([planted.isdisjoint(kinds) for who, planted in outputs if who == system])
            assert free == pytest.approx(truth.means[system, dimension], abs=0.03)


def test_elements_are_covered_as_the_truth_says() -> None:
    truth = planted_truth()
    for system in SYSTEMS:
        left_out = [
            "missing_element" in bot.planted[example.id, system]
            for bot in worlds()
            for example in bot.examples
            if example.checklist
        ]
        assert 1 - np.mean(left_out) / 3 == pytest.approx(
            truth.means[system, "completeness"], abs=0.015
        )


@pytest.mark.parametrize("dimension", GRADED)
def test_reliability_is_what_the_people_show(dimension: str) -> None:
    icc = []
    for world in range(len(SEEDS)):
        table = people(dimension)[:, world].reshape(3, -1).T
        table = table[~np.isnan(table).any(axis=1)]
        between = 3 * table.mean(axis=1).var(ddof=1)
        within = table.var(axis=1, ddof=1).mean()
        icc.append((between - within) / (between + 2 * within))
    assert close(np.array(icc), planted_truth().icc1[dimension])


@pytest.mark.parametrize("dimension", [*GRADED, "safety"])
def test_the_judge_is_as_lenient_as_planted(dimension: str) -> None:
    lenient = np.nanmean(tables(dimension, "judge-sim"), axis=(1, 2)) - np.nanmean(
        people(dimension), axis=(0, 2, 3)
    )
    assert close(lenient, planted_truth().judge_leniency[dimension])


@pytest.mark.parametrize("dimension", GRADED)
def test_the_judge_correlates_as_planted(dimension: str) -> None:
    found = []
    for world in range(len(SEEDS)):
        panel = people(dimension)[:, world].mean(axis=0).ravel()
        judge = tables(dimension, "judge-sim")[world].ravel()
        both = ~np.isnan(panel) & ~np.isnan(judge)
        found.append(np.corrcoef(panel[both], judge[both])[0, 1])
    assert close(np.array(found), planted_truth().judge_correlation[dimension])


def test_people_are_as_accurate_as_planted() -> None:
    safe = np.stack([bot.latent["safety"] for bot in worlds()])
    votes = people("safety")
    right = np.where(np.isnan(votes), np.nan, votes == safe)
    assert np.nanmean(right) == pytest.approx(planted_truth().accuracy, abs=0.004)
