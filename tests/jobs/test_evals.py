"""Results of other tools become files that the other verbs read as they are, and go out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main
from measurand.core.scale import YES_NO
from measurand.jobs.set_place import SetPlace
from measurand.jobs.source import Reading, from_file
from measurand.store.built_set import load_set
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.outputs import read_outputs

RECORDED = Path(__file__).parents[1] / "store" / "evals" / "recorded"
SECRETS = ("jane.doe@acme.org", "sk-proj-" + "Ab3" * 14, "4111 1111 1111 1111")
PLAN = """\
name: support
data: {path: set/, minimum: {}}
rubric:
  - {dimension: right, weight: 100, scale: yes/no, raters: [check.reference: any]}
systems:
  - {name: openai/today, role: current, target: "file:set/outputs.jsonl"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_what_comes_in_is_read_by_the_other_verbs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = str(RECORDED / "inspect.eval")
    account = told(capsys, "data", "import", log, "--out", "set", "--ledger", "ledger.db")
    assert account["sizes"] == {"core": 5}
    assert (account["outputs"], account["failed"]) == (10, 2)
    assert account["files"][0]["ratings"] == {"read": 40, "kept": 40, "refused": 0}
    assert account["ratings"] == account["added"] == 50  # two failed outputs have none, five each
    assert account["redacted"] == 0

    built = load_set(folder / "set")
    assert built.dataset.fingerprint == account["version"]
    lineage = built.lineage["core-001"]
    assert (lineage.rule, lineage.log is None) == ("core: imported from Inspect", False)
    assert str(lineage.source).startswith("inspect.eval:")
    assert len(read_outputs("set/outputs.jsonl", system="openai/today")) == 10
    with open_ledger(folder / "ledger.db") as ledger:
        assert len(ledger.ratings()) == 50

    source = from_file(folder / "set" / "ratings.jsonl", Reading())
    assert source.intakes[0].refused == ()
    assert source.scales["includes"] == YES_NO
    right = [one.value for one in source.ratings.where(dimension="includes")]
    assert right.count(1.0) == right.count(0.0) == 4  # and nobody rated the two that failed
    words = ("set/ratings.jsonl", "--scale", "share=0..1", "--resamples", "100")
    assert told(capsys, "compare", *words)["results"]

    (folder / "measurand.yaml").write_text(PLAN, encoding="utf-8")
    assert main(["run"]) == 3  # for a fifth of the outputs are failures
    assert "5/5 examples · 10 outputs" in "".join(capsys.readouterr())


def test_nothing_private_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    private = " and ".join(SECRETS)
    sample = {
        "id": f"q {SECRETS[0]}",
        "epoch": 1,
        "input": [{"role": "system", "content": private}, {"role": "user", "content": private}],
        "target": private,
        "metadata": {"note": private, SECRETS[0]: {"deep": [private]}},
        "messages": [],
        "output": {"choices": [{"message": {"role": "assistant", "content": private}}]},
        "scores": {"tone": {"value": 1.5, "explanation": private}, "list": {"value": [private]}},
    }
    failed = {**sample, "id": "failed", "error": {"message": private}, "scores": {}}
    refused = {**sample, "id": private, "input": [{"role": private, "content": private}]}
    head = {"eval": {"task": "t", "model": "m", "dataset": {}}, "status": "success"}
    text = json.dumps({**head, "samples": [sample, failed, refused]})
    (folder / "log.json").write_text(text, encoding="utf-8")
    account = told(capsys, "data", "import", "log.json", "--out", "set", "--ledger", "ledger.db")
    assert account["redacted"] > 0
    assert (account["files"][0]["samples"]["refused"], account["outputs"]) == (1, 2)
    written = [file for file in folder.rglob("*") if file.is_file() and file.name != "log.json"]
    assert {"core.jsonl", "outputs.jsonl", "ratings.jsonl", "refused.jsonl"} <= {
        file.name for file in written
    }
    for secret in SECRETS:
        assert secret not in json.dumps(account)
        assert not [file for file in written if secret.encode() in file.read_bytes()]
    told(capsys, "data", "import", "log.json", "--out", "plain", "--as-it-is")
    assert Dataset.load("plain")[f"q {SECRETS[0]}"].question == private


def test_a_folder_that_holds_a_set_is_left_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = str(RECORDED / "inspect.json")
    assert main(["data", "import", log, "--out", "set"]) == 0
    before = (folder / "set" / "core.jsonl").read_bytes()
    assert main(["data", "import", log, "--out", "set", "--component", "edge"]) == 2
    assert "import into another folder" in capsys.readouterr().err
    assert (folder / "set" / "core.jsonl").read_bytes() == before


def test_several_systems_have_files_of_their_own(folder: Path) -> None:
    log = str(RECORDED / "promptfoo.json")
    assert main(["data", "import", log, "--out", "set"]) == 0
    names = sorted(file.name for file in (folder / "set" / "outputs").iterdir())
    assert names == ["candidate-question.jsonl", "openai-chat-today-chat.jsonl"]
    for name in names:
        assert len({one.system for one in read_outputs(folder / "set" / "outputs" / name)}) == 1
    assert len(read_outputs(folder / "set" / "outputs.jsonl")) == 8


@pytest.mark.parametrize(
    ("to", "name", "files"),
    [
        ("inspect", "s.jsonl", {"s.jsonl": 3, "s.today.json": 3}),
        ("promptfoo", "s.yaml", {"s.yaml": 3}),
        ("huggingface", "s.jsonl", {"s.jsonl": 3, "s.outputs.jsonl": 3}),
        ("csv", "s.csv", {"s.csv": 3, "s.outputs.csv": 3, "s.ratings.csv": 15}),
        ("jsonl", "s.jsonl", {"s.jsonl": 3, "s.outputs.jsonl": 3, "s.ratings.jsonl": 15}),
    ],
)
def test_a_set_goes_out(
    folder: Path, capsys: pytest.CaptureFixture[str], to: str, name: str, files: dict[str, int]
) -> None:
    log = str(RECORDED / "deepeval.json")
    assert main(["data", "import", log, "--out", "set"]) == 0
    account = told(capsys, "data", "export", "set", "--to", to, "--out", f"out/{name}")
    assert {Path(one["file"]).name: one["rows"] for one in account["written"]} == files
    assert {file.name for file in (folder / "out").iterdir()} == set(files)
    if to == "promptfoo":
        assert any("outputs and ratings are not written" in note for note in account["notes"])


def test_a_wrong_ending_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "core.jsonl").write_text('{"question": "a?"}\n', encoding="utf-8")
    assert main(["data", "export", "core.jsonl", "--to", "csv", "--out", "x.txt"]) == 2
    assert "a file for csv ends in .csv; found x.txt" in capsys.readouterr().err


def test_a_plan_says_what_is_redacted(folder: Path) -> None:
    place = SetPlace(folder / "measurand.yaml", None, folder / "set")
    assert SECRETS[0] not in place.redactor()(SECRETS[0])
