"""The bias audit of recorded judges beside the figures that were published of them."""

from __future__ import annotations

import csv
import gzip
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.analysis.audit import audit
from measurand.analysis.biases.verbosity import DESIGN as LENGTH
from measurand.analysis.result import Findings
from measurand.cli import main
from measurand.jobs.source import Reading, Source, from_file
from measurand.report.results_json import results_document
from measurand.stats.kappa import cohen_kappa
from measurand.store.mapping import read_mapping

DATA = Path(__file__).parents[2].parent / "shared" / "data"
MAPPINGS = Path(__file__).parent / "mappings"
MODELS = ("Beluga-13B", "OrcaPlatypus", "Llama-13B", "Mistral-7B", "ChatGPT")
LLMBAR = DATA / "llmbar"
VERDICTS = LLMBAR / "verdicts.csv.gz"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
Json = dict[str, Any]
Key = tuple[str, str, str]
"""Subset, judge and strategy."""
FAVOURED = {
    "ChatGPT": (133, 10),
    "ChatGPT-0301": (160, 17),
    "Falcon": (238, 7),
    "LLaMA2": (76, 27),
    "PaLM2": (83, 32),
    "GPT-4": (20, 10),
}
"""Inconsistent pairs that favour the first place, and the second, of the 419 items here."""


def source(file: str, mapping: str) -> Source:
    reading = Reading(mapping=read_mapping(MAPPINGS / f"{mapping}.yaml"))
    return from_file(DATA / file, reading)


@cache
def labels() -> dict[str, str]:
    with gzip.open(LLMBAR / "items.jsonl.gz", "rt", encoding="utf-8") as lines:
        items = map(json.loads, lines)
        return {item["item_id"]: str(item["label"]) for item in items}


@cache
def verdicts() -> tuple[tuple[Key, str, str, str], ...]:
    """Subset, judge and strategy; the winner in either order; the right one."""
    with gzip.open(VERDICTS, "rt", encoding="utf-8", newline="") as lines:
        return tuple(
            (
                (row["item_id"].partition("#")[0], row["judge"], row["strategy"]),
                row["winner_orderAB"],
                row["winner_orderBA"],
                labels()[row["item_id"]],
            )
            for row in csv.DictReader(lines)
        )


@pytest.fixture(scope="module")
def llmbar() -> Findings:
    read = source("llmbar/verdicts.csv.gz", "llmbar")
    return audit(read.ratings, read.scales)


def results(found: Findings, name: str) -> Iterator[tuple[str, float, float, float, int]]:
    for result in found.named(name):
        estimate = result.estimate
        if estimate.value is None or estimate.low is None or estimate.high is None:
            continue
        yield result.raters[0], estimate.value, estimate.low, estimate.high, estimate.n


class TestLlmbar:
    def test_accuracy_and_positional_consistency_are_the_published_counts(self) -> None:
        """An unparsable verdict in both orders was published as agreeing with itself."""
        found: dict[Key, Counter[str]] = defaultdict(Counter)
        for key, first, second, right in verdicts():
            found[key].update(
                n=1,
                correct_orderAB=first == right,
                correct_orderBA=second == right,
                correct_both=first == right == second,
                position_agree=first == second,
            )
        published = json.loads((LLMBAR / "published_counts.json").read_text(encoding="utf-8"))
        known = {(p["subset"], p["judge"], p["strategy"]): p for p in published}
        assert len(found) == 325
        for key, counts in found.items():
            assert {name: known[key][name] for name in counts} == dict(counts)

    def test_the_audit_s_flips_and_excess_are_those_counts(self, llmbar: Findings) -> None:
        """Flips are the inconsistent pairs; the excess is half of what more favour the first."""
        first: Counter[str] = Counter()
        second: Counter[str] = Counter()
        both: Counter[str] = Counter()
        for (_, judge, strategy), ab, ba, _ in verdicts():
            name = f"{judge} {strategy}"
            if ab and ba:
                both[name] += 1
                first[name] += (ab, ba) == ("1", "2")
                second[name] += (ab, ba) == ("2", "1")
        flips = {name: (value, n) for name, value, _, _, n in results(llmbar, "flip_rate")}
        excess = list(results(llmbar, "position"))
        assert len(excess) == 65
        for name, value, low, high, n in excess:
            assert n == both[name]
            assert value * 2 * n == pytest.approx(first[name] - second[name], abs=1e-6)
            rate, of = flips[name]
            assert rate * of == pytest.approx(first[name] + second[name], abs=1e-6)
            assert -0.5 <= low <= value <= high <= 0.5

    def test_weak_judges_prefer_the_first_place_and_the_best_does_not(
        self, llmbar: Findings
    ) -> None:
        """On the 419 items here; of all 734, of 304 flips of ChatGPT 283 favour the first."""
        outcomes = {v.raters[0]: v.outcome for v in llmbar.verdicts if v.name == "position"}
        lows = {name: low for name, _, low, _, _ in results(llmbar, "position")}
        for judge in ("ChatGPT", "ChatGPT-0301", "Falcon"):
            assert outcomes[f"{judge} Vanilla"] == "material"
        for judge in ("LLaMA2", "PaLM2"):
            assert outcomes[f"{judge} Vanilla"] == "inconclusive"  # there, but is it large?
            assert lows[f"{judge} Vanilla"] > 0.02
        assert outcomes["GPT-4 Vanilla"] == "negligible"
        share: Counter[tuple[str, str]] = Counter()
        for (_, judge, strategy), ab, ba, _ in verdicts():
            if strategy == "Vanilla" and (ab, ba) in {("1", "2"), ("2", "1")}:
                share[judge, "first" if ab == "1" else "second"] += 1
        for judge, counts in FAVOURED.items():
            assert (share[judge, "first"], share[judge, "second"]) == counts

    def test_the_kappa_that_was_published_wrongly(self) -> None:
        """GPT-4 with a chain of thought on Natural, right in 94.5 %: not .264 but .878 and .897."""
        key = ("LLMBar/Natural", "GPT-4", "CoT")
        chosen = [row[1:] for row in verdicts() if row[0] == key]
        table = np.asarray(chosen, dtype=np.float64)
        for place, published in ((0, 0.878), (1, 0.897)):
            found = cohen_kappa(table[:, place], table[:, 2])
            assert found.value == pytest.approx(published, abs=5e-4)
            assert (found.low or 1) < published < (found.high or 0)

    def test_the_verb_answers_on_one_screen_and_decides(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        mapping = ["--mapping", str(MAPPINGS / "llmbar.yaml")]
        judge = ["--judge", "ChatGPT Vanilla", "--judge", "GPT-4 Vanilla"]
        code = main(["audit", str(VERDICTS), *mapping, *judge, "--json", "--html", "audit.html"])
        told = capsys.readouterr()
        assert (code, told.err) == (1, "")
        document: Json = json.loads(told.out)
        outcomes = {v["raters"][0]: v["verdict"] for v in document["verdicts"]}
        assert outcomes["ChatGPT Vanilla"] == "material"
        assert "ChatGPT Vanilla" in Path("audit.html").read_text(encoding="utf-8")


def hanna_of(*prompts: int) -> Findings:
    """The audit of five judges with these of their four prompts."""
    judges = source("hanna/judge_scores.csv.gz", "hanna_judges")
    people = source("hanna/human_ratings.csv.gz", "hanna_stories")
    words = source("hanna/automatic_metrics.csv.gz", "hanna_words")
    return audit(
        judges.ratings + people.ratings + words.ratings,
        {**judges.scales, **people.scales, **words.scales},
        judges=[f"{model} p{prompt}" for model in MODELS for prompt in prompts],
    )


@pytest.fixture(scope="module")
def hanna() -> Findings:
    return hanna_of(1)


class TestHanna:
    def test_the_length_effect_is_refused_where_people_do_not_agree(self, hanna: Findings) -> None:
        by = defaultdict(list)
        for result in hanna.named("verbosity"):
            assert result.design == LENGTH
            by[result.dimension].append(result.estimate)
        assert {name: len(found) for name, found in by.items()} == dict.fromkeys(
            ("RE", "CH", "EM", "SU", "EG", "CX"), 5
        )
        for dimension in ("CH", "SU"):
            for estimate in by[dimension]:
                assert not estimate.present
                assert "use probes" in (estimate.reason or "")
        for dimension in ("RE", "EG", "CX"):
            assert all(estimate.present for estimate in by[dimension])
        assert not [
            v
            for v in hanna.verdicts
            if v.dimension == "CH" and v.name == "verbosity" and v.outcome != "inconclusive"
        ]

    def test_no_figure_above_one_where_one_is_the_most_and_none_is_not_a_number(
        self, hanna: Findings
    ) -> None:
        for result in hanna.results:
            estimate = result.estimate
            numbers = [n for n in (estimate.value, estimate.low, estimate.high) if n is not None]
            assert all(math.isfinite(number) for number in numbers)
            if result.name in {"modal_share", "tie_rate", "clumping", "discriminant_gap"}:
                assert all(-1 <= number <= 1 for number in numbers)
        json.dumps(results_document("audit", hanna), allow_nan=False)

    def test_every_judge_has_an_audit_of_its_own(self, hanna: Findings) -> None:
        judges = {rater for verdict in hanna.verdicts for rater in verdict.raters}
        assert len(judges) == 5
        halo = {r.raters[0]: r.estimate for r in hanna.named("halo")}
        assert set(halo) == judges
        assert all(estimate.present or estimate.reason for estimate in halo.values())
        assert sum(estimate.present for estimate in halo.values()) >= 4


@pytest.mark.long
def test_the_audit_of_twenty_judges_takes_seconds() -> None:
    start = time.process_time()
    found = hanna_of(1, 2, 3, 4)
    assert time.process_time() - start < 20
    assert len({rater for verdict in found.verdicts for rater in verdict.raters}) == 20
