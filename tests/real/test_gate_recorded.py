"""Gates between recorded snapshots of models: what changed behind a name is stopped, loudly."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.cli import main

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "llmdrift"
GPT_4 = ("gpt-4-0314", "gpt-4-0613")
GPT_35 = ("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
Json = dict[str, Any]
Gate = Callable[..., tuple[int, Json]]


def rows(file: str, column: str) -> list[tuple[str, str, int]]:
    """Example, model, and whether it was right."""
    with gzip.open(DATA / file, "rt", encoding="utf-8", newline="") as stream:
        return [
            (row["id"], row["model"], int(float(row[column]))) for row in csv.DictReader(stream)
        ]


@pytest.fixture
def ask(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Gate:
    """The gate of a later snapshot against an earlier one; its exit code and JSON."""
    monkeypatch.chdir(tmp_path)

    def answer(
        told: list[tuple[str, str, int]],
        new: str,
        old: str,
        *words: str,
        only: frozenset[str] | None = None,
    ) -> tuple[int, Json]:
        lines = [
            {
                "example": example,
                "system": side,
                "dimension": "correct",
                "rater": "key",
                "kind": "check",
                "value": value,
            }
            for side, wanted in (("new", new), ("old", old))
            for example, model, value in told
            if model == wanted and (only is None or example in only)
        ]
        Path("r.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines), encoding="utf-8")
        sides = ("--system", "new", "--baseline", "old", "--scale", "yes/no")
        code = main(["gate", "r.jsonl", *sides, *words, "--json"])
        document: Json = json.loads(capsys.readouterr().out)
        return code, document

    return answer


def mean(document: Json, system: str) -> float:
    (found,) = (
        r["value"] for r in document["results"] if (r["name"], r.get("system")) == ("mean", system)
    )
    return float(found)


def test_the_later_gpt_4_fails_on_primes_with_an_interval(ask: Gate) -> None:
    code, document = ask(rows("prime.csv.gz", "correct"), GPT_4[1], GPT_4[0])
    assert code == 1
    assert (mean(document, "old"), mean(document, "new")) == (0.84, 0.511)
    verdict = document["verdicts"][0]
    assert (verdict["name"], verdict["verdict"], verdict["bound"]) == ("gate", "fail", -0.05)
    assert verdict["value"] == pytest.approx(-0.329)
    assert -0.37 < verdict["low"] < verdict["high"] < -0.28
    assert document["gate"]["outcome"] == "fail"
    turned = [item for item in document["gate"]["items"] if item["outcome"] == "fail"]
    assert len(turned) == 476


def test_the_later_gpt_35_passes_on_primes(ask: Gate) -> None:
    code, document = ask(rows("prime.csv.gz", "correct"), GPT_35[1], GPT_35[0])
    assert code == 0
    assert (mean(document, "old"), mean(document, "new")) == (0.496, 0.762)


@pytest.mark.parametrize("model", [GPT_4[0], GPT_35[1]])
def test_a_snapshot_against_itself_passes(ask: Gate, model: str) -> None:
    code, document = ask(rows("prime.csv.gz", "correct"), model, model)
    assert code == 0
    assert document["verdicts"][0]["value"] == 0.0


@pytest.mark.parametrize("seed", range(2))
def test_forty_random_items_decide_nothing_of_a_snapshot_and_itself(ask: Gate, seed: int) -> None:
    told = rows("prime.csv.gz", "correct")
    names = sorted({name for name, _, _ in told})
    few = frozenset(np.random.default_rng(seed).choice(names, 40, replace=False).tolist())
    code, document = ask(told, GPT_4[0], GPT_4[0], only=few)
    assert code == 3
    assert document["verdicts"][0]["verdict"] == "inconclusive"
    assert document["verdicts"][0]["n_needed"] == 52


@pytest.mark.parametrize("models", [GPT_4, GPT_35])
def test_code_that_ran_as_it_was_no_longer_does(ask: Gate, models: tuple[str, str]) -> None:
    code, document = ask(rows("leetcode_easy.csv.gz", "Directly Usable"), models[1], models[0])
    assert code == 1
    assert mean(document, "new") < mean(document, "old")


def test_a_part_of_the_rows_is_never_green(ask: Gate, tmp_path: Path) -> None:
    told = rows("prime.csv.gz", "correct")
    cut = [row for row in told if row[:2] != (told[5][0], GPT_35[1])]
    code, document = ask(cut, GPT_35[1], GPT_35[0])
    assert code == 3
    assert [item["example"] for item in document["gate"]["items"][:1]] == [told[5][0]]
    assert not list(tmp_path.glob(".measurand"))
