"""Repeated tries and rank sets of recorded systems, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MAPPINGS = Path(__file__).parent / "mappings"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
Json = dict[str, Any]


@pytest.fixture
def compared(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Json]:
    monkeypatch.chdir(tmp_path)

    def answer(file: str, mapping: str) -> Json:
        where = ["--mapping", str(MAPPINGS / f"{mapping}.yaml")]
        code = main(["compare", str(DATA / file), *where, "--json"])
        told = capsys.readouterr()
        assert (code, told.err) == (0, "")
        document: Json = json.loads(told.out)
        return document

    return answer


def test_tau_bench_has_the_published_pass_hat_k(compared: Callable[[str, str], Json]) -> None:
    """50 tasks with 4 trials each; the README has .420, .273, .220 and .200."""
    document = compared("tau_bench_airline/trajectories.jsonl.gz", "tau_bench")
    found = {r["design"]: r for r in document["results"] if r["name"] == "pass_hat_k"}
    shown = {design: round(r["value"], 3) for design, r in found.items()}
    assert shown == {"k=1": 0.42, "k=2": 0.273, "k=3": 0.22, "k=4": 0.2}
    assert all(r["n"] == 50 and r["low"] < r["value"] < r["high"] for r in found.values())
    (mean,) = (r for r in document["results"] if r["name"] == "mean" and r["dimension"] == "solved")
    assert (mean["value"], mean["n"]) == (found["k=1"]["value"], 50)
    (share,) = (r for r in document["results"] if r["name"] == "trial_variance_share")
    assert share["value"] == pytest.approx(0.595, abs=0.001)


def test_ifeval_ranks_hold_for_prompts_and_not_for_instructions(
    compared: Callable[[str, str], Json],
) -> None:
    """Four systems on 834 instructions in 541 prompts; two of them cannot be put in order."""
    document = compared("ifeval_multi_model/verdicts.jsonl.gz", "ifeval")
    ranks = {
        r["system"]: (r["value"], r["low"], r["high"])
        for r in document["results"]
        if r["name"] == "rank" and r["dimension"] == "follows instructions"
    }
    assert ranks == {
        "gpt-4o-mini-2024-07-18": (1, 1, 1),
        "Qwen__Qwen2.5-7B-Instruct-GPTQ-Int4": (2, 2, 3),
        "claude-3-haiku-20240307": (3, 2, 3),
        "CohereForAI__aya-23-8B": (4, 4, 4),
    }
    (best,) = (
        v
        for v in document["verdicts"]
        if v["name"] == "best systems" and v["dimension"] == "follows instructions"
    )
    assert best["verdict"] == "one best"
    winner = [
        v
        for v in document["verdicts"]
        if v["name"] == "weights" and "gpt-4o-mini-2024-07-18" in v["systems"]
    ]
    assert [v["verdict"] for v in winner] == ["survives every weighting"] * 3
