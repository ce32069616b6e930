"""Published figures of recorded data, reproduced through the command line."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import special

from measurand.cli import main

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MAPPINGS = Path(__file__).parent / "mappings"
HANNA = "hanna/human_ratings.csv.gz"
PANDALM = "pandalm_pairwise/items.jsonl.gz"
XSTEST = "xstest/completions_labels.jsonl.gz"
IFEVAL = "ifeval_multi_model/verdicts.jsonl.gz"
DICES = "dices_350/items.jsonl.gz"
REFUSAL = "I'm sorry, but I can't assist with that."

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
Json = dict[str, Any]
Ask = Callable[..., Json]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """One verb on one recorded file through one mapping; its JSON."""
    monkeypatch.chdir(tmp_path)

    def answer(verb: str, file: str | Path, mapping: str, *words: str) -> Json:
        where = ["--mapping", str(MAPPINGS / f"{mapping}.yaml")]
        code = main([verb, str(DATA / file), *where, *words, "--json"])
        told = capsys.readouterr()
        assert (code, told.err) == (0, "")
        document: Json = json.loads(told.out)
        return document

    return answer


def named(document: Json, name: str, **cells: object) -> Iterator[Json]:
    for result in document["results"]:
        if result["name"] == name and all(result.get(k) == v for k, v in cells.items()):
            yield result


def one(document: Json, name: str, **cells: object) -> Json:
    (result,) = named(document, name, **cells)
    return result


ICC = {
    "RE": (0.137622, 0.323755),
    "CH": (-0.0547567, -0.184472),
    "EM": (0.115955, 0.282378),
    "SU": (0.0512276, 0.1394),
    "EG": (0.180231, 0.397433),
    "CX": (0.278044, 0.536044),
}


class TestHanna:
    def test_icc_of_six_dimensions_and_the_ceiling_that_does_not_exist(self, ask: Ask) -> None:
        document = ask("agreement", HANNA, "hanna_people")
        for dimension, (single, mean) in ICC.items():
            for name, published in (("icc1", single), ("icc1k", mean)):
                found = one(document, name, dimension=dimension)
                assert float(f"{found['value']:.6g}") == published
                assert found["low"] < published < found["high"]
        ceiling = one(document, "ceiling_correlation", dimension="CH")
        assert (ceiling["value"], ceiling["low"], ceiling["high"]) == (None, None, None)
        assert ceiling["reason"].startswith("no ceiling exists")
        for dimension in ICC.keys() - {"CH"}:
            assert 0 < one(document, "ceiling_correlation", dimension=dimension)["value"] < 1
        verdict = next(v for v in document["verdicts"] if v["dimension"] == "CH")
        assert "no ceiling exists" in verdict["reason"]
        assert any(limit.startswith("CH: no ceiling exists") for limit in document["limits"])

    def test_cells_below_the_scale_are_refused_and_counted(self, ask: Ask, tmp_path: Path) -> None:
        taken = ask(
            "import", "hanna/judge_scores.csv.gz", "hanna_judges", "-o", str(tmp_path / "j.jsonl")
        )
        assert (taken["read"], taken["kept"], taken["refused"]) == (126_720, 125_669, 1_051)
        assert all(float(one["found"]) < 1 for one in taken["refusals"])
        aside = Path(taken["refused_file"]).read_text(encoding="utf-8").splitlines()
        assert len(aside) == 1_051

    def test_eleven_systems_are_compared_with_the_human_writer(self, ask: Ask) -> None:
        document = ask("compare", HANNA, "hanna_people", "--expert", "Human", "--floor", "HINT")
        verdicts = [v for v in document["verdicts"] if v["name"] == "overall"]
        assert len(verdicts) == 10
        assert {v["systems"][1] for v in verdicts} == {"Human"}
        assert {v["verdict"] for v in verdicts} == {"b better"}
        places = {r["system"]: r for r in named(document, "place")}
        assert len(places) == 9
        assert all(0 < place["low"] < place["high"] < 1 for place in places.values())

    def test_system_means_of_one_judge(self, ask: Ask) -> None:
        document = ask("compare", "hanna/judge_scores.csv.gz", "hanna_beluga")
        for system, published in (("Human", 3.37), ("GPT-2", 2.57), ("HINT", 1.57)):
            found = one(document, "mean", system=system, dimension="RE")
            assert round(found["value"], 2) == published
            assert found["n"] == 96
        assert any("no person has confirmed" in limit for limit in document["limits"])


def test_pandalm_agreement_votes_and_garbage(ask: Ask) -> None:
    document = ask("agreement", PANDALM, "pandalm")
    for raters, published in (("12", 0.852023), ("13", 0.878944), ("23", 0.861661)):
        pair = [f"annotator{number}" for number in raters]
        found = one(document, "cohen_kappa", raters=pair)
        assert found["value"] == pytest.approx(published, abs=5e-7)
        assert found["low"] < published < found["high"]
    assert one(document, "fleiss_kappa")["value"] == pytest.approx(0.864175, abs=5e-7)
    assert one(document, "krippendorff_alpha")["value"] == pytest.approx(0.864221, abs=5e-7)
    (votes,) = document["data"]["votes"]
    assert {v["label"]: v["count"] for v in votes["counts"]} == {"0": 105, "1": 422, "2": 472}
    assert votes["ties"] == 0
    (file,) = document["data"]["files"]
    assert [refusal["found"] for refusal in file["refusals"]] == ["garbage"] * 25
    assert one(document, "cohen_kappa", raters=["gpt-3.5", "people"])["n"] == 999 - 25


class TestXstest:
    def test_people_agree_as_published(self, ask: Ask) -> None:
        document = ask(
            "agreement", XSTEST, "xstest", "--reference", "final_label", "--by", "system"
        )
        published = {
            "llama2orig": (96.4, 0.93, 0.579),
            "llama2new": (95.8, 0.93, 0.617),
            "mistralguard": (93.8, 0.89, 0.571),
            "gpt4": (98.4, 0.97, 0.873),
        }
        for system, (percent, fleiss, judge) in published.items():
            agreed = one(document, "percent_agreement", system=system)["value"]
            assert round(100 * agreed, 1) == percent
            assert round(one(document, "fleiss_kappa", system=system)["value"], 2) == fleiss
            held = one(document, "cohen_kappa", system=system, raters=["gpt-4", "final_label"])
            assert round(held["value"], 3) == judge
        assert any(limit.startswith("Two people rated") for limit in document["limits"])

    def test_safety_blocks_and_refusing_what_is_safe_stands_beside_it(self, ask: Ask) -> None:
        document = ask("compare", XSTEST, "xstest_safety", "--blocking", "safety")
        for system in ("llama2orig", "llama2new", "mistralguard", "gpt4"):
            assert one(document, "blocking_rate", system=system)["n"] == 200
            assert one(document, "mean", system=system, dimension="helps when it is safe")["value"]
        verdicts = {v["system"]: v for v in document["verdicts"] if v["name"] == "blocking"}
        assert {s: v["verdict"] for s, v in verdicts.items()} == {
            "llama2orig": "pass",
            "llama2new": "pass",
            "mistralguard": "inconclusive",
            "gpt4": "pass",
        }
        vetoed = [v for v in document["verdicts"] if "never averaged away" in v["reason"]]
        assert {v["verdict"] for v in vetoed} == {"inconclusive"}
        assert all("mistralguard" in v["systems"] for v in vetoed)
        assert len(vetoed) == 2

    def test_compliance_and_refusal_of_the_adjudicated_label(self, ask: Ask) -> None:
        document = ask("compare", XSTEST, "xstest_final")
        for dimension, n, published in (
            ("complies on safe prompts", 250, 0.916),
            ("refuses on unsafe prompts", 200, 0.975),
        ):
            found = one(document, "mean", system="gpt4", dimension=dimension)
            assert (found["value"], found["n"]) == (pytest.approx(published), n)

    def test_twenty_labels_that_are_none_are_reported(self, ask: Ask, tmp_path: Path) -> None:
        source = gzip.decompress((DATA / XSTEST).read_bytes()).decode()
        rows = [json.loads(line) for line in source.splitlines()]
        planted = range(11, 11 + 20 * 80, 80)
        for at, row in enumerate(planted):
            rows[row]["gpt4_label"] = REFUSAL if at % 2 else f"Hard to say ({at}): partly."
        file = tmp_path / "labels.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        document = ask("agreement", file, "xstest", "--reference", "final_label")
        (account,) = document["data"]["files"]
        assert account["read"] == account["kept"] + account["refused"] == 9_000
        assert [r["line"] for r in account["refusals"]] == [row + 1 for row in planted]
        assert all("not a label that people used" in r["reason"] for r in account["refusals"])
        held = one(document, "cohen_kappa", raters=["gpt-4", "final_label"])
        assert held["n"] == 1_800 - 20


def strict_verdicts() -> dict[str, list[list[float]]]:
    """By model, the verdicts on the instructions of each prompt."""
    found: dict[str, list[list[float]]] = {}
    for line in gzip.decompress((DATA / IFEVAL).read_bytes()).decode().splitlines():
        row = json.loads(line)
        found.setdefault(row["model"], []).append([float(v) for v in row["strict"]])
    return found


def standard_errors(clusters: list[list[float]]) -> tuple[float, float]:
    """Of the mean: robust to clusters (Cameron and Miller 2015, CR1), and of independent rows."""
    values = np.hstack(clusters)
    sums = np.array([sum(c) - len(c) * values.mean() for c in clusters])
    many = len(clusters)
    robust = math.sqrt(many / (many - 1) * (sums @ sums)) / len(values)
    return robust, values.std(ddof=1) / math.sqrt(len(values))


def t(degrees: int) -> float:
    return float(special.stdtrit(degrees, 0.975))


def test_ifeval_errors_are_clustered_by_prompt(ask: Ask) -> None:
    document = ask("compare", IFEVAL, "ifeval")
    published = {"gpt-4o-mini-2024-07-18": 85.97, "claude-3-haiku-20240307": 77.34}
    verdicts = strict_verdicts()
    assert len(verdicts) == 4
    for system, prompts in verdicts.items():
        pair = named(document, "mean", dimension="follows instructions", system=system)
        clustered, naive = pair
        assert (clustered["n"], naive["n"]) == (834, 834)
        assert naive["method"].endswith("; naive")
        assert naive["value"] == clustered["value"] == pytest.approx(np.mean(np.hstack(prompts)))
        if system in published:
            assert round(100 * clustered["value"], 2) == published[system]
        robust, independent = standard_errors(prompts)
        width = clustered["high"] - clustered["low"]
        assert width == pytest.approx(2 * t(540) * robust, rel=0.01)
        # Wider exactly where the instructions of a prompt are followed, or missed, together.
        assert (width > naive["high"] - naive["low"]) == (robust > independent)
    together = {s for s, p in verdicts.items() if np.greater(*standard_errors(p))}
    assert together == {"gpt-4o-mini-2024-07-18", "Qwen__Qwen2.5-7B-Instruct-GPTQ-Int4"}
    assert any("834 examples in 541 clusters" in limit for limit in document["limits"])


def test_dices_says_what_weak_agreement_means_for_a_blocking_dimension(ask: Ask) -> None:
    document = ask("agreement", DICES, "dices", "--blocking", "safety=No")
    alpha = one(document, "krippendorff_alpha")
    assert alpha["value"] == pytest.approx(0.1608602157, abs=5e-11)
    assert alpha["n"] == 350
    (verdict,) = document["verdicts"]
    assert verdict["verdict"] == "fail"
    (limit,) = (text for text in document["limits"] if text.startswith("safety blocks"))
    assert "people barely agree on it" in limit
    assert "somebody flagged 100.0%" in limit


def test_dices_compare_carries_the_same_warning(ask: Ask) -> None:
    document = ask("compare", DICES, "dices", "--blocking", "safety=No")
    assert any(limit.startswith("safety blocks") for limit in document["limits"])
    (verdict,) = document["verdicts"][1:2] or document["verdicts"]
    assert verdict["name"] == "blocking"
