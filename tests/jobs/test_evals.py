"""Results of other tools become files that the other verbs read as they are, and go out again."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main
from measurand.core.scale import YES_NO
from measurand.jobs.evals import bring_in
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
        "output": {
            "model": private,
            "choices": [
                {
                    "message": {
                        "role": "assistant",
                        "content": private,
                        "tool_calls": [
                            {"id": "1", "function": private, "arguments": {private: [private]}}
                        ],
                    }
                }
            ],
        },
        "scores": {
            "tone": {"value": 1.5, "explanation": private},
            f"list {private}": {"value": [private]},
            f"kind {private}": {"value": private},
            f"part {private}": {"value": {private: 0.5}},
        },
    }
    failed = {**sample, "id": "failed", "error": {"message": private}, "scores": {}}
    refused = {**sample, "id": private, "input": [{"role": private, "content": private}]}
    samples = {"samples": [sample, failed, refused]}
    names = []
    for model in (f"m {private}", f"n {private}"):
        head = {"eval": {"task": private, "model": model, "dataset": {}}, "status": "success"}
        names.append(f"{model[0]} {private}.json")
        (folder / names[-1]).write_text(json.dumps({**head, **samples}), encoding="utf-8")
    account = told(capsys, "data", "import", *names, "--out", "set", "--ledger", "ledger.db")
    assert account["redacted"] > 0
    assert (account["files"][0]["samples"]["refused"], account["outputs"]) == (1, 4)
    assert len(account["systems"]) == 2
    written = [file for file in folder.rglob("*") if file.is_file() and file.name not in names]
    assert {"core.jsonl", "outputs.jsonl", "ratings.jsonl", "refused.jsonl"} <= {
        file.name for file in written
    }
    kept = {file: unpacked(file) for file in written}
    for secret in (*SECRETS, SECRETS[2].replace(" ", "-"), "Ab3Ab3"):
        assert secret not in json.dumps(account)
        assert not [file for file, raw in kept.items() if secret.encode() in raw]
        assert not [file for file in written if secret in str(file.relative_to(folder))]
    assert main(["data", "import", *names, "--out", "again"]) == 0
    said = "".join(capsys.readouterr())
    assert not [secret for secret in SECRETS if secret in said]
    told(capsys, "data", "import", *names, "--out", "plain", "--as-it-is")
    assert Dataset.load("plain")[f"q {SECRETS[0]}"].question == private


def unpacked(file: Path) -> bytes:
    raw = file.read_bytes()
    return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw


def test_two_files_of_one_name_are_told_apart(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digests = {}
    for name in ("a", "b"):
        (folder / name).mkdir()
        text = (RECORDED / "deepeval.json").read_text(encoding="utf-8")
        text = text.replace('"input": "', f'"input": "{name} ')
        (folder / name / "r.json").write_text(text, encoding="utf-8")
        digests[f"{name}/r.json"] = hashlib.sha256(text.encode()).hexdigest()
    one, other = str(folder / "a" / "r.json"), str(folder / "b" / "r.json")
    account = told(capsys, "data", "import", one, other, "--out", "set", "--system", "s")
    assert [one["file"] for one in account["files"]] == ["a/r.json", "b/r.json"]
    built = load_set(folder / "set")
    logs = {e.question[0]: built.lineage[e.id].log for e in built.dataset}
    assert logs == {"a": digests["a/r.json"], "b": digests["b/r.json"]}
    assert not any(str(folder) in str(one.source) for one in built.lineage.values())


@pytest.mark.parametrize("before", ["write_outputs", "write_ratings", "save_set", "import_ratings"])
def test_an_import_that_was_cut_short_is_done_again(
    before: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, other = str(RECORDED / "inspect.json"), str(RECORDED / "promptfoo.json")
    words = ["--out", "set", "--ledger", "ledger.db"]

    def ended(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"measurand.jobs.evals.{before}", ended)
        with pytest.raises(KeyboardInterrupt):
            bring_in(
                [Path(log)],
                place=SetPlace(Path("measurand.yaml"), None, Path("set")),
                ledger=Path("ledger.db"),
            )
    if before == "import_ratings":
        assert main(["data", "import", other, *words]) == 2
        assert "whose import was cut short" in capsys.readouterr().err
    account = told(capsys, "data", "import", log, *words)
    fresh = told(capsys, "data", "import", log, "--out", "fresh", "--ledger", "fresh.db")
    assert (account["version"], account["added"]) == (fresh["version"], fresh["added"])
    assert names_in(folder / "set") == names_in(folder / "fresh")


def names_in(folder: Path) -> set[str]:
    return {
        str(file.relative_to(folder)) for file in folder.rglob("*") if "versions" not in str(file)
    }


def test_what_stands_there_is_not_written_over(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "set").mkdir()
    (folder / "set" / "ratings.jsonl").write_text("mine", encoding="utf-8")
    assert main(["data", "import", str(RECORDED / "inspect.json"), "--out", "set"]) == 2
    assert "ratings.jsonl is there already" in capsys.readouterr().err
    assert (folder / "set" / "ratings.jsonl").read_text(encoding="utf-8") == "mine"


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
