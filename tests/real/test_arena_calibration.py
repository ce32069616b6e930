"""A policy built to fool the judge, its labels, and a calibration made on another policy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.comparison import compare
from measurand.analysis.corrected import corrected_means
from measurand.analysis.correction import correct, sample_of
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT
from measurand.stats.correlation import pearson
from measurand.stats.mapping import fit_mapping
from measurand.stats.transport import transport_gap

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "arena_judge_calibration"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
SCALES = {"quality": UNIT}
PROBED = ("clone", "parallel", "unhelpful")


def lines(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def labelled(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The judge's scores and the oracle's labels of the rows that have both."""
    pairs = [
        (row["judge_score"], row["oracle_label"])
        for row in lines(name)
        if row.get("oracle_label") is not None
    ]
    table = np.asarray(pairs, dtype=np.float64)
    return table[:, 0], table[:, 1]


def ratings(*systems: str, labels: bool = True) -> Ratings:
    """The judge on all responses; the oracle, in place of people, on those it labelled."""
    rows: list[Rating] = []

    def add(row: dict[str, Any], system: str, kind: Kind, value: float) -> None:
        rows.append(
            Rating(
                example=row["prompt_id"],
                system=system,
                dimension="quality",
                rater=kind,
                kind=kind,
                value=value,
            )
        )

    for system in systems:
        for row in lines(system):
            add(row, system, "judge", row["judge_score"])
        if labels:
            for row in lines("base" if system == "base" else f"probe_{system}"):
                if row.get("oracle_label") is not None:
                    add(row, system, "people", row["oracle_label"])
    return Ratings.of(rows)


def one(findings: Findings, name: str, system: str) -> Result:
    (found,) = (r for r in findings.named(name) if r.systems == (system,))
    return found


def verdict(findings: Findings, system: str) -> Verdict:
    (found,) = (v for v in findings.verdicts if v.systems == (system,))
    return found


def ends(result: Result) -> tuple[float, float]:
    assert result.estimate.low is not None
    assert result.estimate.high is not None
    return result.estimate.low, result.estimate.high


def test_the_published_correlation_of_judge_and_oracle() -> None:
    found = pearson(*labelled("base"))
    assert found.value == pytest.approx(0.390, abs=5e-4)
    assert found.n == 480


@pytest.mark.parametrize(
    ("policy", "gap"), [("clone", 0.005), ("parallel", 0.016), ("unhelpful", -0.275)]
)
def test_the_published_gaps_of_an_isotonic_calibration_on_base(policy: str, gap: float) -> None:
    judged, labels = labelled(f"probe_{policy}")
    found = transport_gap(labels, fit_mapping(*labelled("base"), "isotonic")(judged))
    assert found.value == pytest.approx(gap, abs=5e-4)
    if policy == "unhelpful":  # published with the normal quantile, here with that of t
        assert (found.low, found.high) == pytest.approx((-0.320, -0.231), abs=1.5e-3)


def test_the_raw_mean_of_the_judge_is_wrong_and_the_corrected_one_is_not() -> None:
    """The judge's own interval, from 1,000 scores, excludes what the oracle says of 50."""
    findings = corrected_means(ratings("base", "unhelpful"), SCALES)
    raw, corrected = (
        one(findings, name, "unhelpful") for name in ("judge_mean_raw", "corrected_mean")
    )
    oracle = labelled("probe_unhelpful")[1]
    half = 1.96 * oracle.std(ddof=1) / np.sqrt(oracle.size)
    assert raw.opinion
    assert ends(raw)[0] > oracle.mean() + half
    assert ends(corrected)[0] < oracle.mean() < ends(corrected)[1]
    assert ends(corrected)[1] < ends(raw)[0]
    assert corrected.estimate.n == 50
    worth = one(findings, "labels_saved", "unhelpful")
    assert ends(worth)[0] > 1


def test_a_calibration_on_base_does_not_carry_over_to_the_policy_that_fools_the_judge() -> None:
    findings = corrected_means(ratings("base", "unhelpful"), SCALES)
    told = verdict(findings, "unhelpful")
    assert told.outcome == "does not carry over"
    assert "too kind on unhelpful, which needs labels of its own" in told.reason
    low, high = ends(one(findings, "transport_gap", "unhelpful"))
    assert low < -0.2
    assert high < -0.05


def test_no_other_policy_is_flagged() -> None:
    findings = corrected_means(ratings("base", "clone", "parallel"), SCALES)
    assert all(v.outcome != "does not carry over" for v in findings.verdicts)
    assert len(findings.verdicts) == 3


def test_a_policy_without_labels_gets_no_number_from_those_of_another() -> None:
    table = ratings("base") + ratings("unhelpful", labels=False)
    findings = corrected_means(table, SCALES)
    corrected = one(findings, "corrected_mean", "unhelpful").estimate
    assert not corrected.present
    assert "labels of other systems' outputs are not carried over" in (corrected.reason or "")
    assert verdict(findings, "unhelpful").outcome == "inconclusive"
    compared = compare(table, Rubric(Dimension("quality", scale=UNIT)))
    means = {r.systems[0]: r for r in compared.named("mean") if r.dimension == "quality"}
    assert means["unhelpful"].opinion
    assert not means["base"].opinion


def test_the_corrected_mean_of_base_holds_what_480_labels_say() -> None:
    """50 of the 480 labels, 300 times over: the interval holds the mean of all of them."""
    judged, labels = labelled("base")
    rng = np.random.default_rng(1)
    held = raw = 0
    for _ in range(300):
        some = np.where(np.isin(np.arange(480), rng.permutation(480)[:50]), labels, np.nan)
        found = correct(sample_of(judged, some, None), scale=UNIT).estimate
        assert found.low is not None
        assert found.high is not None
        held += found.low <= labels.mean() <= found.high
        raw += found.low <= judged.mean() <= found.high
    assert held >= 0.91 * 300
    assert raw < 0.25 * 300
