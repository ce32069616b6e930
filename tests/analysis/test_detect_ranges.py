"""What sizes detect in clusters, without any spread, and where no end is found."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.detect import Clusters, Sought, detectable
from measurand.analysis.detect_measured import Measured
from measurand.analysis.matrix import Floats
from measurand.stats.estimate import Estimate

SOUGHT = Sought()


def measured(values: Floats, baseline: Floats, *, yes_no: bool, size: int = 1) -> Measured:
    return Measured(
        dimension="safety",
        systems=("new", "old"),
        values=values,
        baseline=baseline,
        clusters=np.arange(len(values)) // size,
        yes_no=yes_no,
        judged=False,
        where="core",
    )


def found(one: Measured, n: int, clusters: Clusters | None = None) -> dict[str, Estimate]:
    cases = one.cases(SOUGHT, clusters=clusters)
    return {case.design: detectable(case, n, sought=SOUGHT).estimate for case in cases}


def test_clusters_of_rare_differences_never_help() -> None:
    """Two differ on 1 %: what is found in clusters is not less than without them."""
    values = np.zeros(200)
    values[:2] = 1
    known = found(
        measured(values, np.zeros(200), yes_no=True, size=2), 200, Clusters(size=2.0, felt=2.0)
    )
    alone, clustered = known["paired, differ on 1%"], known["paired, in clusters of 2"]
    assert alone.value is not None
    assert clustered.value is not None
    assert clustered.value >= alone.value > 0.01


def test_scores_without_any_spread_say_nothing_of_systems_on_their_own() -> None:
    rng = np.random.default_rng(4)
    known = found(measured(rng.normal(0, 0.1, 30), np.ones(30), yes_no=False), 12)
    assert set(known) == {"paired"}


def test_an_end_that_is_not_found_is_open() -> None:
    values = np.array([1, -1, 0.5, -0.5, 1, -1])
    estimate = found(measured(values, np.array([0, 1, 0.5, 0.5, 0, 1]), yes_no=False), 10)["paired"]
    assert estimate.value == pytest.approx(0.945, abs=5e-4)
    assert estimate.high == 1.0
    assert "no difference within the scale is found" in (estimate.reason or "")


def test_the_size_of_clusters_is_what_examples_feel() -> None:
    clusters = Clusters.of([1] * 100 + [100])
    assert clusters.size == pytest.approx(200 / 101)
    assert clusters.felt == pytest.approx(50.5)
    assert Clusters.of([3, 3, 3]) == Clusters(size=3.0, felt=3.0)
    assert not Clusters.of([1, 1])
    assert not Clusters.of([])
