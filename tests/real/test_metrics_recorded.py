"""How metrics of code, and a judge, go with passing its tests: the published table, with errors."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from measurand.stats.correlation import spearman
from measurand.stats.estimate import Estimate
from measurand.stats.kendall import kendall
from measurand.stats.mean import mean_t

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "ice_score_code"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
ESTIMATORS = {"kendall_tau": kendall, "spearman_rho": spearman}
Floats = NDArray[np.float64]


@cache
def rows(language: str) -> tuple[dict[str, str], ...]:
    """12,819 generations in four languages, of tasks with about twenty each."""
    with gzip.open(DATA / "humaneval_x_scores.csv.gz", "rt", encoding="utf-8") as file:
        return tuple(row for row in csv.DictReader(file) if row["lang"] == language)


def published() -> list[dict[str, str]]:
    path = DATA / "published_table_humaneval.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(language: str, name: str) -> Floats:
    return np.array([float(row[name]) for row in rows(language)])


def of_all(language: str, metric: str, name: str) -> Estimate:
    """Over all generations; those of one task are a cluster."""
    tasks = [row["task_id"] for row in rows(language)]
    x, y = column(language, metric), column(language, "passed")
    return ESTIMATORS[name](x, y, clusters=tasks)


def of_tasks(language: str, metric: str, name: str) -> Estimate:
    """Within each task by scipy, averaged over those where both vary; the interval is of tasks."""
    grouped: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows(language)):
        grouped[row["task_id"]].append(place)
    x, y = column(language, metric), column(language, "passed")
    varied = [p for p in grouped.values() if np.ptp(x[p]) > 0 < np.ptp(y[p])]
    values = [point(name, x[places], y[places]) for places in varied]
    return mean_t(values, bounds=(-1.0, 1.0))


def point(name: str, x: Floats, y: Floats) -> float:
    found = stats.kendalltau(x, y) if name == "kendall_tau" else stats.spearmanr(x, y)
    return float(found.statistic)


def differs(cells: list[dict[str, str]]) -> list[str]:
    """The cells that are not reproduced to the three digits that are printed."""
    wrong = []
    for cell in cells:
        for name in ESTIMATORS:
            compute = of_all if cell["level"] == "corpus" else of_tasks
            found = compute(cell["lang"], cell["metric"], name)
            assert found.value is not None
            assert found.low is not None
            assert found.high is not None
            assert found.low < found.value < found.high
            assert found.high - found.low < 0.25
            if abs(found.value - float(cell[name])) > 0.0005 + 1e-9:
                wrong.append(f"{cell['level']} {cell['lang']} {cell['metric']} {name}")
    return wrong


def test_the_judge_and_one_metric_have_the_published_figures() -> None:
    cells = [c for c in published() if c["lang"] == "python" and c["metric"] == "gpt35_nsnr"]
    assert len(cells) == 2
    assert differs(cells) == []


@pytest.mark.long
def test_every_published_cell_of_two_languages() -> None:
    cells = published()
    assert len(cells) == 48
    assert differs(cells) == []


def test_an_interval_that_ignores_tasks_claims_too_much() -> None:
    x, y = column("python", "bleu"), column("python", "passed")
    tasks = [row["task_id"] for row in rows("python")]
    alone, shared = spearman(x, y), spearman(x, y, clusters=tasks)
    assert None not in {alone.low, alone.high, shared.low, shared.high}
    width = (alone.high or 0) - (alone.low or 0)
    assert (shared.high or 0) - (shared.low or 0) > 1.5 * width
