"""Votes on pairs as others recorded them, ranked by the command line and by another library."""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main
from measurand.stats.bradley_terry import bradley_terry
from measurand.stats.pair_results import PairResults, pair_results
from measurand.stats.rank_sets import ranks_of

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FILE = DATA / "llmfao_pairwise" / "comparisons.csv.gz"
MAPPING = Path(__file__).parent / "mappings" / "llmfao.yaml"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
Json = dict[str, Any]
MODELS, VOTES, TIES = 59, 8_931, 3_471
POINTS = {"left": 1.0, "tie": 0.5, "right": 0.0}


@cache
def rows() -> Sequence[dict[str, str]]:
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def met() -> PairResults:
    return pair_results(
        [row["left"] for row in rows()],
        [row["right"] for row in rows()],
        [POINTS[row["winner"]] for row in rows()],
        clusters={
            "rater": [row["worker"] for row in rows()],
            "example": [row["prompt"] for row in rows()],
        },
    )


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Json:
    assert main(["compare", str(FILE), "--mapping", str(MAPPING), "--json"]) == 0
    document: Json = json.loads(capsys.readouterr().out)
    return document


def named(document: Json, name: str) -> list[Json]:
    return [result for result in document["results"] if result["name"] == name]


def test_fifty_nine_models_have_strengths_rank_sets_and_win_rates(told: Json) -> None:
    strengths = {r["system"]: r for r in named(told, "strength")}
    assert len(strengths) == MODELS
    fit = bradley_terry(met())
    for place, name in enumerate(fit.results.names):
        found, expected = strengths[name], fit.strength(place)
        assert found["value"] == pytest.approx(expected.value, abs=1e-9)
        assert found["low"] == pytest.approx(expected.low, abs=1e-9)
    ranks = {r["system"]: r for r in named(told, "rank")}
    assert len(ranks) == MODELS
    assert ranks["GPT 4"]["value"] == 1
    assert all(1 <= r["low"] <= r["value"] <= r["high"] <= MODELS for r in ranks.values())
    rates = [r["value"] for r in named(told, "win_rate")]
    assert sum(rates) == pytest.approx(MODELS / 2)
    (verdict,) = (v for v in told["verdicts"] if v["name"] == "best systems")
    assert verdict["verdict"] == "several best"
    assert set(verdict["systems"]) == {n for n, r in ranks.items() if r["low"] == 1}


def test_win_rates_are_against_a_baseline_that_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["compare", str(FILE), "--mapping", str(MAPPING), "--baseline", "GPT 4", "--json"]
    assert main(words) == 0
    rates = named(json.loads(capsys.readouterr().out), "win_rate")
    assert len(rates) == MODELS - 1
    assert {rate["systems"][1] for rate in rates} == {"GPT 4"}
    assert all(rate["value"] < 0.5 for rate in rates)


def test_ties_are_told(told: Json) -> None:
    (ties,) = named(told, "tied_votes")
    assert ties["value"] == pytest.approx(TIES / VOTES)
    assert any("8,931 votes of 124 raters on 13 examples" in limit for limit in told["limits"])
    assert any("3,471 are ties, each half a win" in limit for limit in told["limits"])


def test_strengths_are_those_of_an_independent_library() -> None:
    """Evalica's are worths; over their sum they are the powers of e of ours, over theirs."""
    evalica = pytest.importorskip("evalica")
    winners = {"left": evalica.Winner.X, "right": evalica.Winner.Y, "tie": evalica.Winner.Draw}
    expected = evalica.bradley_terry(
        [row["left"] for row in rows()],
        [row["right"] for row in rows()],
        [winners[row["winner"]] for row in rows()],
        tie_weight=0.5,
        tolerance=1e-14,
        limit=100_000,
    ).scores
    fit = bradley_terry(met())
    found = np.exp(fit.values)
    theirs = expected[list(fit.results.names)].to_numpy()
    assert found / found.sum() == pytest.approx(theirs / theirs.sum(), abs=1e-8)


def test_votes_of_one_worker_or_on_one_prompt_are_not_independent() -> None:
    """Errors by worker, and more so by worker and prompt, exceed those of votes one by one."""
    whole = met()
    eye = np.eye(MODELS)
    alone = replace(whole, clusters={"vote": np.arange(VOTES, dtype=np.intp)})
    single = bradley_terry(alone).covariance.errors(eye)
    by_worker = bradley_terry(replace(whole, clusters={"rater": whole.clusters["rater"]}))
    both = bradley_terry(whole)
    assert by_worker.covariance.method == "CR1 by rater, t(123)"
    assert both.covariance.method == "two-way CR1 by rater and example, t(12)"
    assert np.median(by_worker.covariance.errors(eye) / single) > 1.05
    assert np.median(both.covariance.errors(eye) / single) > 1.3


def test_all_rank_sets_take_less_than_a_second() -> None:
    whole = met()
    start = time.process_time()
    gaps = bradley_terry(whole).gaps(rng=np.random.default_rng(0))
    spent = time.process_time() - start
    assert len(gaps) == MODELS * (MODELS - 1) // 2
    sets = ranks_of(gaps, MODELS)
    assert sum(own.low == 1 for own in sets) < MODELS
    assert spent < 1
