"""A set on disk is checked with all that is around it: plan, prompts, ledger, lock, logs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.truth.checked_set import World

from measurand.cli import main
from measurand.core.example import Component
from measurand.errors import DataError
from measurand.jobs.set_check import CheckAnswer, CheckRequest, check_set
from measurand.jobs.set_place import set_place
from measurand.jobs.versions import lock
from measurand.models.environment import Environment
from measurand.store.codec import encode
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.ledger_calibration import CalibrationEvent

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KEY = Environment({"MEASURAND_KEY": "a key of placeholders for tests"})
SECRET = "sk-" + "a1B2c3D4e5F6g7H8" * 3
SIZES: dict[Component, int] = {
    "core": 60,
    **dict.fromkeys(("edge", "adversarial", "regression", "golden"), 10),
}
PLAN = """\
name: shop-bot
data:
  path: data/
  minimum: {core: 60, edge: 10, adversarial: 10, regression: 10, golden: 10}
rubric:
  - {dimension: accuracy, weight: 100, scale: yes/no, raters: [people]}
systems:
  - {name: bot, target: sim/bot, prompt: prompt.md}
"""


@pytest.fixture(scope="module")
def clean() -> Dataset:
    return Dataset(World.clean(3).state.examples)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean: Dataset) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("measurand.yaml").write_text(PLAN)
    Path("prompt.md").write_text("Answer kindly.")
    kept = [one for name, size in SIZES.items() for one in clean.component(name).examples[:size]]
    Dataset(tuple(kept)).save("data")
    return tmp_path


def checked(**more: Any) -> CheckAnswer:
    return check_set(request=CheckRequest(now=NOW, **more), environment=KEY)


def kinds(answer: CheckAnswer) -> dict[str, tuple[str, ...]]:
    return {one.kind.name: one.examples for one in answer.found.concerns}


def outcome(answer: CheckAnswer, check: str) -> str:
    return next(one.outcome for one in answer.found.checks if one.check.name == check)


def edit(row: int, change: Mapping[str, Any], name: str = "core") -> str:
    path = Path(f"data/{name}.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[row] |= change
    path.write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    return str(rows[row]["id"])


def test_a_clean_set_passes_in_seconds_and_is_left_as_it_was(project: Path, clean: Dataset) -> None:
    clean.save("whole")
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    start = time.perf_counter()
    answer = check_set("whole", CheckRequest(now=NOW), environment=KEY)
    assert time.perf_counter() - start < 10
    assert kinds(answer) == {"canary-absent": ()}
    assert answer.exit_code == 0
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("project")
def test_what_is_wrong_is_told_with_its_place_and_without_its_value() -> None:
    names = [
        edit(4, {"metadata": {"header": f"Authorization: Bearer {SECRET}"}}),
        edit(7, {"references": ["Ask jane.miller@acme-shop.com to do it for you, she knows."]}),
        edit(9, {"references": ["<script>alert(1)</script> costs 3 pounds, it is due in a week."]}),
    ]
    Path("prompt.md").write_text(f"Example: {Dataset.load('data')['core-11'].question} Soon.")
    answer = checked()
    assert answer.exit_code == 1
    found = kinds(answer)
    assert found["secret"] == (names[0],)
    assert found["personal-data"] == (names[1],)
    assert found["question-in-prompt"] == ("core-11",)
    assert next(iter(found)) == "secret"
    part = answer.to_json()["account"]
    assert part["outcome"] == "fail"
    assert part["concerns"][0]["items"][0]["places"] == ["core.jsonl:5"]
    for shown in (json.dumps(answer.to_json()), answer.to_html(), answer.to_markdown()):
        assert SECRET not in shown
        assert "jane.miller" not in shown
        assert "<script>alert" not in shown or shown[0] == "{"


@pytest.mark.usefixtures("project")
def test_a_name_that_is_an_address_is_not_shown() -> None:
    edit(0, {"id": "jane.miller@acme-shop.com", "created": "2027-01-01"})
    answer = checked()
    assert "jane.miller" not in json.dumps(answer.to_json())
    assert "[redacted email" in kinds(answer)["dated-ahead"][0]


@pytest.mark.usefixtures("project")
def test_another_set_than_the_locked_one_is_wrong() -> None:
    lock(set_place(), now=NOW)
    assert "lock-differs" not in kinds(checked())
    edit(0, {"references": ["Within 9 days it is settled, as was promised by the office."]})
    answer = checked()
    assert "lock-differs" in kinds(answer)
    assert answer.exit_code == 1


@pytest.mark.usefixtures("project")
def test_sides_of_a_calibration_are_read_from_the_ledger() -> None:
    assert outcome(checked(), "calibration") == "not run"
    rows = [json.loads(line) for line in Path("data/core.jsonl").read_text().splitlines()]
    edit(1, {"messages": rows[0]["messages"], "references": rows[0]["references"]})
    names = {"test": ["core-0\x1fbot"], "development": ["core-1\x1fbot"]}
    with open_ledger(set_place().ledger) as ledger:
        ledger.calibration.add([CalibrationEvent(kind="split", test="t", body=names)])
    answer = checked()
    assert set(kinds(answer)["calibration-leak"]) == {"core-0", "core-1"}
    assert outcome(answer, "labels") == "not run"


@pytest.mark.usefixtures("project")
def test_ratings_are_held_against_right_ones(clean: Dataset) -> None:
    lines = ["example,system,dimension,rater,kind,value"]
    for at, example in enumerate(clean.examples[:60]):
        said = at % 2
        lines += [f"{example.id},bot,accuracy,r{r},people,{said}" for r in range(4)]
        lines.append(f"{example.id},bot,accuracy,gold,reference,{said if at != 8 else 1 - said}")
    Path("ratings.csv").write_text("\n".join(lines) + "\n")
    answer = checked(ratings=Path("ratings.csv"))
    assert kinds(answer)["label-against-raters"] == (clean.examples[8].id,)
    others = [line.replace("core-", "other-") for line in lines]
    Path("ratings.csv").write_text("\n".join(others) + "\n")
    undecided = checked(ratings=Path("ratings.csv"))
    assert outcome(undecided, "labels") == "undecided"
    assert undecided.exit_code == 3


def _log(questions: Sequence[str]) -> Path:
    path = Path("june.jsonl")
    rows = ({"id": f"r{at}", "input": text, "output": "Ok."} for at, text in enumerate(questions))
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


@pytest.mark.usefixtures("project")
def test_what_production_asks_and_the_set_does_not_is_missing(clean: Dataset) -> None:
    own = [one.question for one in clean.examples[:60]]
    new = [f"Quel est le prix du forfait numero {at} pour ma fille, merci?" for at in range(60)]
    answer = checked(window=(_log([*own, *new]),))
    missing = next(one for one in answer.found.concerns if one.kind.name == "kind-missing")
    assert any("language fr" in item.found for item in missing.items)
    assert answer.exit_code == 3
    assert outcome(checked(window=(_log(own),)), "coverage") == "nothing found"
    few = checked(window=(_log(own[:3]),))
    assert outcome(few, "coverage") == "undecided"
    assert few.exit_code == 3


@pytest.mark.usefixtures("project")
def test_the_command_tells_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", "--report", "check.html"]) == 0
    assert "Nothing is wrong" in capsys.readouterr().out
    assert "No canary is planted" in Path("check.html").read_text()
    Path("data/golden.jsonl").unlink()
    assert main(["data", "check", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["verdicts"][0]["verdict"] == "inconclusive"
    assert told["account"]["concerns"][0]["kind"] == "component-short"


@pytest.mark.usefixtures("project")
def test_one_file_and_an_empty_one(clean: Dataset) -> None:
    rows = (json.dumps(encode(one)) for one in clean.examples[:30])
    Path("one.jsonl").write_text("\n".join(rows) + "\n")
    answer = check_set("one.jsonl", CheckRequest(now=NOW), environment=KEY)
    assert kinds(answer).keys() >= {"component-short"}
    Path("none.jsonl").write_text("")
    with pytest.raises(DataError):
        check_set("none.jsonl", CheckRequest(now=NOW), environment=KEY)
