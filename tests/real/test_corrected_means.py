"""Recorded stories, people's grades of some of them, and what judges say of all."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.correction import correct, sample_of
from measurand.core.scale import ONE_TO_FIVE

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "hanna"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]


def table(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def stories(judge: str, dimension: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What a judge says of each story, and the mean of its three people, on the unit interval."""
    people, judges = table("human_ratings"), table("judge_scores")
    assert [row["story_id"] for row in people] == [row["story_id"] for row in judges]
    labels = np.asarray(
        [[float(row[f"Human {n} {dimension}"]) for n in (1, 2, 3)] for row in people]
    ).mean(axis=1)
    judged = np.asarray([float(row[f"{judge} {dimension} 1"]) for row in judges])
    read = judged >= 1  # below it a failed parse was averaged in
    return (judged[read] - 1) / 4, (labels[read] - 1) / 4


@pytest.mark.parametrize("judge", ["ChatGPT", "Llama-13B"])
@pytest.mark.parametrize("dimension", ["RE", "CX"])
def test_50_labels_in_1000_hold_the_mean_of_all_where_the_judge_is_far_off(
    judge: str, dimension: str
) -> None:
    judged, labels = stories(judge, dimension)
    truth = labels.mean()
    assert abs(judged.mean() - truth) > 0.1
    rng = np.random.default_rng(1)
    held, widths, alone = 0, [], []
    for _ in range(200):
        drawn = rng.permutation(labels.size)[:50]
        some = np.full(labels.size, np.nan)
        some[drawn] = labels[drawn]
        found = correct(sample_of(judged, some, None), scale=ONE_TO_FIVE).estimate
        assert found.low is not None
        assert found.high is not None
        held += bool(found.low <= truth <= found.high)
        widths.append(found.high - found.low)
        alone.append(2 * 2.0096 * labels[drawn].std(ddof=1) / np.sqrt(50))
    assert held >= 0.91 * 200
    assert np.mean(widths) < 1.02 * np.mean(alone)
