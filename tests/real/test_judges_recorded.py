"""Judges chosen on recorded data, through the command line; figures are found another way, too."""

from __future__ import annotations

import csv
import gzip
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.cli import main

DATA = Path(__file__).parents[2].parent / "shared" / "data"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
Json = dict[str, Any]
Ask = Callable[..., Json]
Floats = NDArray[np.float64]
RANKED_HANNA = 20
DIMENSIONS = ("RE", "CH", "EM", "SU", "EG", "CX")
SCORE = re.compile(r"(\d)\D*\Z")
SHARES = frozenset({"correlation_with_people", "agreement_with_people", "rated_share"})


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The verb ``judges`` on a file through a mapping; its JSON."""
    monkeypatch.chdir(tmp_path)

    def answer(file: Path, mapping: str, *words: str) -> Json:
        (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
        code = main(["judges", str(file), "--mapping", "mapping.yaml", *words, "--json"])
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


def verdict(document: Json, dimension: str) -> Json:
    (found,) = [v for v in document["verdicts"] if v["dimension"] == dimension]
    return dict(found)


def sound(document: Json) -> None:
    """No NaN, nothing above what it can be, every interval around its value."""
    assert "NaN" not in json.dumps(document)
    for result in document["results"]:
        if result["value"] is None:
            assert result["reason"]
            continue
        low, value, high = (result[name] for name in ("low", "value", "high"))
        assert all(map(math.isfinite, (low, value, high)))
        assert low <= value <= high
        if result["name"] in SHARES:
            assert low >= -1
            assert high <= 1


def rows_of(file: str) -> list[dict[str, str]]:
    with gzip.open(DATA / file, "rt", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def written(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def _score(text: str) -> str:
    """The last digit: the grade, or the one that the model's reasoning ends with."""
    found = SCORE.search(text)
    return found[1] if found else ""


class TestHanna:
    MAPPING = """
example: prompt_id
system: system
scale: 1-5
values:
  - {columns: "person-{n} {dimension}", rater: "Human {n}", kind: people}
  - {columns: "{model} {dimension} {prompt}", rater: "{model} p{prompt}", kind: judge}
"""

    @pytest.fixture
    def joined(self, tmp_path: Path) -> Path:
        """The same stories, three people and five models with four prompts each."""
        people = rows_of("hanna/human_ratings.csv.gz")
        judges = {row["story_id"]: row for row in rows_of("hanna/judge_scores.csv.gz")}
        columns = [name for name in next(iter(judges.values())) if name.count(" ") == 2]
        header = [name.replace("Human ", "person-") for name in people[0]]
        rows = [[*row.values(), *(judges[row["story_id"]][c] for c in columns)] for row in people]
        return written(tmp_path / "hanna.csv", [*header, *columns], rows)

    def test_twenty_judges_are_ranked_on_six_dimensions_and_overall(
        self, ask: Ask, joined: Path
    ) -> None:
        document = ask(joined, self.MAPPING)
        sound(document)
        for dimension in (*DIMENSIONS, "overall"):
            ranks = list(named(document, "rank", dimension=dimension))
            assert sorted(rank["value"] for rank in ranks) == list(range(1, RANKED_HANNA + 1))
            assert all(1 <= rank["low"] <= rank["value"] <= rank["high"] for rank in ranks)
            best = {rank["raters"][0] for rank in ranks if rank["low"] == 1}
            assert set(verdict(document, dimension)["raters"]) == best
        assert verdict(document, "overall")["verdict"] == "several best"
        worst = {"Llama-13B p1", "Llama-13B p3", "Llama-13B p4"}
        last = {r["raters"][0] for r in named(document, "rank", dimension="overall", high=20)}
        assert last == worst
        (file,) = document["data"]["files"]
        assert (file["read"], file["refused"]) == (126_720 + 19_008, 1_051)
        told = " ".join(document["limits"])
        assert "SU: all are compared on the 885 of 1,056 outputs" in told
        self.numpys_on_the_shared_stories(document, joined)

    def numpys_on_the_shared_stories(self, document: Json, joined: Path) -> None:
        with joined.open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        models = {name.rsplit(" ", 2)[0] for name in rows[0] if name.count(" ") == 2} - {""}
        every = [f"{model} CX {prompt}" for model in sorted(models) for prompt in range(1, 5)]
        every = [name for name in every if name in rows[0]]
        assert len(every) == RANKED_HANNA
        shared = [row for row in rows if all(float(row[name]) >= 1 for name in every)]
        people = [np.mean([float(row[f"person-{n} CX"]) for n in (1, 2, 3)]) for row in shared]
        for name in every:
            model, _, prompt = name.rsplit(" ", 2)
            expected = np.corrcoef([float(row[name]) for row in shared], people)[0, 1]
            found = one(
                document,
                "correlation_with_people",
                dimension="CX",
                raters=[f"{model} p{prompt}"],
            )
            assert found["value"] == pytest.approx(expected, abs=1e-9)
            assert found["n"] == len(shared)


class TestConala:
    """2,500 snippets, each graded by two to eight of sixteen people."""

    PUBLISHED = (0.706, 0.709, 0.759, 0.764)
    JUDGES = ("no_step_no_ref", "no_step_with_ref", "with_step_no_ref", "with_step_with_ref")
    MAPPING = """
example: item
system: system
scale: 0-4
constant: {dimension: usefulness}
values:
  - {columns: "grader{n}", rater: "grader{n}", kind: people}
  - {columns: [no_step_no_ref, no_step_with_ref, with_step_no_ref, with_step_with_ref], kind: judge}
"""

    @pytest.fixture
    def joined(self, tmp_path: Path) -> Path:
        """The last score that each variant names; those that reason name it in their text."""
        file = DATA / "ice_score_code" / "conala_graders_judge.jsonl.gz"
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            items = [json.loads(line) for line in stream]
        graders = sorted({name for item in items for name in item["graders"]})
        rows = [
            [
                item["item"],
                item["system"],
                *(item["graders"].get(name, "") for name in graders),
                *(_score(item[name]) for name in self.JUDGES),
            ]
            for item in items
        ]
        return written(tmp_path / "conala.csv", ["item", "system", *graders, *self.JUDGES], rows)

    def test_four_prompts_reach_what_is_known_of_them_and_are_told_apart(
        self, ask: Ask, joined: Path
    ) -> None:
        document = ask(joined, self.MAPPING)
        sound(document)
        for judge, published in zip(self.JUDGES, self.PUBLISHED, strict=True):
            found = one(document, "correlation_with_people", raters=[judge])
            assert found["value"] == pytest.approx(published, abs=0.015)
        ranks = {r["raters"][0]: (r["low"], r["high"]) for r in named(document, "rank")}
        assert ranks == {
            "with_step_with_ref": (1, 2),
            "with_step_no_ref": (1, 2),
            "no_step_with_ref": (3, 4),
            "no_step_no_ref": (3, 4),
        }
        assert verdict(document, "usefulness")["verdict"] == "several best"
        for judge in self.JUDGES:
            found = one(document, "advantage_over_person", raters=[judge])
            assert -0.3 < found["low"] < found["high"] < 0.3


class TestLlmbar:
    """419 pairs in both orders, with a gold label: accuracy as published, ranks over it."""

    MAPPING = """
example: item
constant: {system: "1", against: "2", dimension: preference}
scale: 1/2
values:
  - {columns: "{judge}|{strategy}|ab", rater: "{judge} {strategy}", kind: judge, order: ab}
  - {columns: "{judge}|{strategy}|ba", rater: "{judge} {strategy}", kind: judge, order: ba}
  - {columns: [gold], kind: reference}
"""
    STRATEGIES = ("Vanilla", "CoT", "Metrics", "Metrics_Reference", "Swap")

    @pytest.fixture
    def joined(self, tmp_path: Path) -> Path:
        verdicts: dict[str, dict[str, str]] = {}
        for row in rows_of("llmbar/verdicts.csv.gz"):
            if row["item_id"].startswith("LLMBar") and row["strategy"] in self.STRATEGIES:
                own = verdicts.setdefault(row["item_id"], {})
                for order in ("AB", "BA"):
                    name = f"{row['judge']}|{row['strategy']}|{order.lower()}"
                    own[name] = row[f"winner_order{order}"]
        with gzip.open(DATA / "llmbar/items.jsonl.gz", "rt", encoding="utf-8") as stream:
            gold = {item["item_id"]: item["label"] for item in map(json.loads, stream)}
        names = sorted({name for own in verdicts.values() for name in own})
        rows = [
            [item, gold[item], *(own.get(name, "") for name in names)]
            for item, own in verdicts.items()
        ]
        return written(tmp_path / "llmbar.csv", ["item", "gold", *names], rows)

    def test_accuracy_is_that_of_the_published_counts_and_the_first_place_is_told(
        self, ask: Ask, joined: Path
    ) -> None:
        document = ask(joined, self.MAPPING)
        sound(document)
        with (DATA / "llmbar" / "published_counts.json").open(encoding="utf-8") as stream:
            published = [one for one in json.load(stream) if one["subset"].startswith("LLMBar")]
        for judge, strategy in (("GPT-4", "Vanilla"), ("GPT-4", "Swap"), ("ChatGPT", "Vanilla")):
            own = [o for o in published if (o["judge"], o["strategy"]) == (judge, strategy)]
            hits = sum(o["correct_orderAB"] + o["correct_orderBA"] for o in own)
            found = one(document, "agreement_with_people", raters=[f"{judge} {strategy}"])
            assert found["value"] == pytest.approx(hits / 2 / sum(o["n"] for o in own), abs=0.02)
        ranks = {r["raters"][0]: (r["low"], r["high"]) for r in named(document, "rank")}
        assert all(name.startswith("GPT-4") for name, (low, _) in ranks.items() if low == 1)
        assert verdict(document, "preference")["verdict"] == "several best"
        excess = {r["raters"][0]: r for r in named(document, "first_slot_excess")}
        assert excess["Falcon Vanilla"]["low"] > 0.1
        assert abs(excess["GPT-4 Metrics_Reference"]["value"]) < 0.05


class TestHumanEvalX:
    """Overlap with a reference beside a judge: which of them tells code that passes its tests?"""

    MAPPING = """
example: task_id
system: gen
scale: interval
constant: {dimension: passes}
values:
  - {columns: [passed], rater: tests, kind: reference}
  - {columns: [gpt35_nsnr, gpt35_nswr], kind: judge}
  - columns: [bleu, codebleu, chrf, rougel, meteor, ruby, codebertscore_f1]
    kind: check
"""

    def test_metrics_stand_in_the_table_of_judges(self, ask: Ask, tmp_path: Path) -> None:
        rows = [
            r for r in rows_of("ice_score_code/humaneval_x_scores.csv.gz") if r["lang"] == "python"
        ]
        file = written(tmp_path / "x.csv", list(rows[0]), [list(r.values()) for r in rows])
        document = ask(file, self.MAPPING)
        sound(document)
        passed = [float(row["passed"]) for row in rows]
        for name in ("bleu", "rougel", "chrf", "gpt35_nswr"):
            found = one(document, "correlation_with_people", raters=[name])
            expected = np.corrcoef([float(row[name]) for row in rows], passed)[0, 1]
            assert found["value"] == pytest.approx(expected, abs=1e-9)
        ranks = {r["raters"][0]: (r["low"], r["high"]) for r in named(document, "rank")}
        assert len(ranks) == 9
        best = {name for name, (low, _) in ranks.items() if low == 1}
        assert {"gpt35_nswr", "meteor"} <= best
        assert best.isdisjoint({"gpt35_nsnr", "bleu"})
        assert "no reasonable number of outputs" in verdict(document, "passes")["reason"]
