"""Contamination from end to end: a system with planted memory, asked in other words."""

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

from measurand.analysis.exposure import BLIND, ExposureOptions
from measurand.cli import main
from measurand.errors import DataError, UsageError
from measurand.jobs.canary import known_canary, plant_canary, search_canary
from measurand.jobs.contamination import (
    ContaminationAnswer,
    contamination,
    contamination_forecast,
)
from measurand.jobs.exposing.corpora import corpora_of
from measurand.jobs.exposing.options import ContaminationOptions, cutoffs_of
from measurand.jobs.run import run
from measurand.report.results_json import results_schema
from measurand.store.dataset import Dataset

COUNT, KNOWN = 90, 36
BOT = """
import json, re
from pathlib import Path
from measurand.simulate.memory import memorising

LINES = Path(__file__).with_name("answers.jsonl").read_text().splitlines()
ROWS = [json.loads(line) for line in LINES]
ANSWERS = {row["question"]: row["answer"] for row in ROWS}
BY = {re.search(r"order (\\d+)", text)[1]: text for text in ANSWERS}
OLD = [row["question"] for row in ROWS if row["old"]]

def of(text):
    found = re.search(r"order (\\d+)", text)
    return BY.get(found[1]) if found else None

_seen = memorising(ANSWERS, known=frozenset(OLD[:KNOWN]), skill=0.5, seed=3, ask_of=of)
_clean = memorising(ANSWERS, skill=0.5, seed=3, ask_of=of)
_canary = Path(__file__).with_name("known_canary.txt")

def seen(question):
    if "GUID" in question and _canary.exists():
        return _canary.read_text()
    return _seen(question)

def clean(question):
    return _clean(question)
""".replace("KNOWN", str(KNOWN))
PLAN = """
name: memory
seed: 7
data: {path: data/, minimum: {}}
rubric:
  - {dimension: accuracy, definition: Right., weight: 100, scale: yes/no, raters: [check.reference]}
systems:
  - {name: clean, role: current, target: "bot.py:clean"}
  - {name: seen, target: "bot.py:seen", cutoff: 2025-01-01}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("memory")
    (folder / "data").mkdir()
    examples, twins, answers = [], [], []
    for at in range(COUNT):
        question = f"When will order {at} of the north region come to my door at last?"
        answer = f"on day {at * 7 % 97} of plan {at}"
        old = at % 2 == 0
        created = "2024-05-01" if old else "2025-10-01"
        examples.append(
            {"id": f"q{at}", "question": question, "references": [answer], "created": created}
        )
        twins.append({"of": f"q{at}", "question": f"The day on which I get order {at}, please?"})
        answers.append({"question": question, "answer": answer, "old": old})
    for name, rows in (
        ("data/core.jsonl", examples),
        ("twins.jsonl", twins),
        ("answers.jsonl", answers),
    ):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "bot.py").write_text(BOT, encoding="utf-8")
    (folder / "measurand.yaml").write_text(PLAN, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(project: Path) -> ContaminationAnswer:
    plan = project / "measurand.yaml"
    run(plan)
    options = ContaminationOptions(
        twins=project / "twins.jsonl",
        style=True,
        control="clean",
    )
    return contamination(options=options, plan=plan)


def outcomes(answer: ContaminationAnswer) -> dict[str, str]:
    return {one.test: one.outcome for one in answer.tests}


def value(answer: ContaminationAnswer, name: str, *systems: str) -> float:
    estimate = next(r.estimate for r in answer.findings.named(name) if r.systems == systems)
    assert estimate.value is not None
    return estimate.value


def test_planted_memory_is_found_and_who_has_none_passes(found: ContaminationAnswer) -> None:
    verdicts = {(v.name, v.systems[0]): v.outcome for v in found.findings.verdicts}
    assert verdicts["twin_gap", "seen"] == "fail"
    assert verdicts["twin_gap", "clean"] == "pass"
    # What it knows and would not have been right on otherwise, over all that it was asked.
    gap = value(found, "twin_gap", "seen")
    assert 0.3 * KNOWN / COUNT < gap < 0.7 * KNOWN / COUNT
    assert value(found, "twin_gap_beyond_reference", "seen", "clean") == pytest.approx(gap)
    # It knows old items alone: beyond the control, it is better before its cut-off.
    assert verdicts["date_split", "seen"] == "fail"
    assert value(found, "date_gap_beyond_control", "seen", "clean") == pytest.approx(2 * gap)
    assert found.exit_code == 1
    assert found.tests[0].outcome == "fail"


def test_what_no_input_allows_is_listed_with_why(found: ContaminationAnswer) -> None:
    told = {one.test: one.told for one in found.tests if not one.ran}
    assert set(told) == {"overlap", "canary_search", "canary_ask", "gaming", "order", "min_k"}
    assert "--corpus" in told["overlap"]
    assert "--held-out" in told["gaming"]
    assert "--logprobs" in told["order"]


def test_page_terminal_and_json_say_what_each_test_cannot_see(found: ContaminationAnswer) -> None:
    document = found.to_json()
    jsonschema_rs.Draft202012Validator(results_schema()).validate(document)
    page = re.sub(r"\s+", " ", found.to_html())
    for one in document["contamination"]["tests"]:
        assert one["blind"] == BLIND[one["test"]]
        if one["outcome"] != "not run":
            assert one["blind"].partition("'")[0] in page
            assert one["blind"] in found.to_markdown().replace("\\", "")


def test_nothing_is_asked_twice_and_the_project_is_left_as_it_was(
    project: Path, found: ContaminationAnswer
) -> None:
    options = ContaminationOptions(twins=project / "twins.jsonl", style=True)
    ahead = contamination_forecast(options=options, plan=project / "measurand.yaml")
    assert [one.calls for one in ahead] == [0, 0]
    assert found.spent == 0.0
    assert (project / ".measurand" / "exposure.db").exists()


def test_what_makes_no_sense_is_refused(project: Path) -> None:
    plan = project / "measurand.yaml"
    for options, told in (
        (ContaminationOptions(held_out=("taste",)), "no dimension taste"),
        (ContaminationOptions(cutoffs=cutoffs_of(["other=2025-01-01"])), "no system"),
        (ContaminationOptions(style=True, systems=("other",)), "other"),
        (ContaminationOptions(deciding=ExposureOptions(reference="x")), "--reference x"),
        (ContaminationOptions(rewrite="gpt"), "--rewrite gpt"),
    ):
        with pytest.raises(UsageError, match=told):
            contamination(options=options, plan=plan)
    with pytest.raises(UsageError, match="of a plan"):
        contamination(project / "data", ContaminationOptions(style=True))
    with pytest.raises(UsageError, match="DATE"):
        cutoffs_of(["yesterday"])
    with pytest.raises(UsageError, match="is none of"):
        corpora_of(["gossip=x.txt"])
    with pytest.raises(DataError, match="no such file"):
        corpora_of(["training=nowhere"])


def test_a_canary_is_planted_once_found_where_it_went_and_asked_for(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, plan = project / "data", project / "measurand.yaml"
    before = Dataset.load(data)
    assert main(["data", "canary", "plant", "--plan", str(plan)]) == 0
    digits = known_canary(data)
    assert digits is not None
    after = Dataset.load(data)
    assert after.fingerprint == before.fingerprint
    assert [e.messages for e in after] == [e.messages for e in before]
    again = plant_canary(data)
    assert (again.canary.replace("-", ""), again.examples, again.fresh) == (digits, 0, False)
    corpus = tmp_path / "crawl"
    corpus.mkdir()
    assert search_canary(digits, corpora_of([str(corpus)])).outcome == "not run"
    (corpus / "other.txt").write_text("nothing of note", encoding="utf-8")
    assert search_canary(digits, corpora_of([str(corpus)])).outcome == "nothing found"
    (corpus / "taken.jsonl").write_bytes((data / "core.jsonl").read_bytes())
    hit = search_canary(digits, corpora_of([str(corpus)]))
    assert hit.outcome == "fail"
    assert hit.items[0][0].endswith("taken.jsonl")
    assert hit.items[0][1] == f"the canary {COUNT} times, first in line 1"
    ask = ["data", "canary", "ask", "--plan", str(plan), "--times", "2"]
    capsys.readouterr()
    assert main([*ask, "--forecast", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["forecast"]["calls"] == 4
    assert main([*ask, "--json"]) == 0
    # One that has it by heart goes on with it, in the two askings that are not in the ledger yet.
    (project / "known_canary.txt").write_text(f"It is {digits}.", encoding="utf-8")
    capsys.readouterr()
    ask[-1] = "4"
    assert main([*ask, "--system", "seen", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["contamination"]["tests"][0]["told"]
    assert "seen goes on with the canary in 2 of 4 askings" in told
    assert "at most" in told
