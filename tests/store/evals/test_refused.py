"""Files that are broken, hostile or of nobody: bounded, listed, and nothing of them repeated."""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from measurand.errors import DataError, MissingExtra
from measurand.store.evals import archive
from measurand.store.evals.gather import Evaluation
from measurand.store.evals.tools import TOOLS, read_evaluation

HERE = Path(__file__).parent / "recorded"
HEADER = {"eval": {"task": "t", "model": "m", "dataset": {}}, "status": "success"}
SECRET = "sk-proj-" + "a" * 40


def sample(name: object = "a", **more: Any) -> dict[str, Any]:
    answer = {"choices": [{"message": {"role": "assistant", "content": "Rain."}}]}
    cells = {"id": name, "epoch": 1, "input": "Weather?", "target": "Rain", "output": answer}
    return {**cells, "scores": {"match": {"value": "C"}}, **more}


def log(folder: Path, *samples: object) -> Path:
    path = folder / "log.json"
    path.write_text(json.dumps({**HEADER, "samples": list(samples)}), encoding="utf-8")
    return path


def zipped(folder: Path, members: dict[str, str], **how: Any) -> Path:
    path = folder / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **how) as target:
        target.writestr("header.json", json.dumps(HEADER))
        for name, text in members.items():
            target.writestr(name, text)
    return path


def reasons(evaluation: Evaluation) -> list[str]:
    return [one.reason for taken in evaluation.taken for one in taken.samples.refused]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (sample(None), "the sample has no id"),
        (sample(epoch=0), "the sample's epoch is no number from 1 on"),
        (sample(epoch=float("nan")), "the sample's epoch is no number from 1 on"),
        (sample(input=[]), "what was asked is neither a text nor a conversation"),
        (sample(input=[{"role": "wizard", "content": "x"}]), "no role that is known"),
        (sample(input=[{"role": "user", "content": {"a": 1}}]), "a message has no text"),
        (sample(input=[{"role": "assistant", "content": SECRET}]), "ends with an answer"),
        ("no mapping", "the sample has no id"),
    ],
)
def test_a_sample_that_is_none_is_refused_with_its_scores(
    tmp_path: Path, bad: object, why: str
) -> None:
    evaluation = read_evaluation([log(tmp_path, sample("good"), bad)])
    (taken,) = evaluation.taken
    assert (taken.samples.read, taken.samples.kept) == (2, 1)
    (refused,) = taken.samples.refused
    assert why in refused.reason
    assert refused.line == 2
    assert taken.scores.read == taken.scores.kept + len(taken.scores.refused)
    assert SECRET not in repr(taken)


def test_scores_that_are_none_are_refused_alone(tmp_path: Path) -> None:
    scores = {
        "list": {"value": [1, 0]},
        "deep": {"value": {"a": {"b": 1}}},
        "nan": {"value": float("nan"), "reason": "grader_failed"},
        "endless": {"value": float("inf")},
        "good": {"value": 0.25},
    }
    evaluation = read_evaluation([log(tmp_path, sample(scores=scores))])
    (taken,) = evaluation.taken
    assert (taken.scores.read, taken.scores.kept) == (5, 3)
    assert [one.key for one in taken.scores.refused] == ["scores.list", "scores.a"]
    told = {one.dimension: one.value for one in evaluation.ratings}
    assert told == {"nan": None, "endless": None, "good": 0.25}


def test_what_is_off_a_given_scale_is_refused(tmp_path: Path) -> None:
    mixed = [
        sample(f"q{i}", scores={"tone": {"value": v}}) for i, v in enumerate([1, 2, "bad"] * 9)
    ]
    evaluation = read_evaluation([log(tmp_path, *mixed)])
    assert len(evaluation.ratings) == 27  # two thirds numbers: labels, each of them one
    assert evaluation.scales["tone"].metric == "nominal"


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MEMBER_LIMIT", 2**16)
    bomb = json.dumps(sample("bomb", metadata={"x": "0" * 2**20}))
    path = zipped(tmp_path, {"samples/a.json": json.dumps(sample()), "samples/b.json": bomb})
    assert path.stat().st_size < 2**14
    evaluation = read_evaluation([path])
    assert [example.id for example in evaluation.dataset] == ["a"]
    assert reasons(evaluation) == ["it is larger than 65,536 bytes when unpacked"]
    monkeypatch.setattr(archive, "TOTAL_LIMIT", 2**10)
    assert len(reasons(read_evaluation([path]))) >= 1


def test_names_of_members_are_no_paths(tmp_path: Path) -> None:
    names = ("samples/../../../../evil.json", "/samples/x.json", "samples/a.json")
    members = {name: json.dumps(sample(f"s{at}")) for at, name in enumerate(names)}
    before = set(tmp_path.parent.rglob("*"))
    evaluation = read_evaluation([zipped(tmp_path, members)])
    assert {example.id for example in evaluation.dataset} == {"s0", "s2"}
    assert {path.name for path in set(tmp_path.parent.rglob("*")) - before} == {"log.eval"}


def test_of_two_members_of_one_name_the_last_counts(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"samples/a.json": json.dumps(sample())})
    with zipfile.ZipFile(path, "a") as target, pytest.warns(UserWarning, match="Duplicate name"):
        target.writestr("samples/a.json", json.dumps(sample(scores={"match": {"value": "I"}})))
    (rating,) = read_evaluation([path]).ratings
    assert rating.value == 0.0


def test_damaged_members_are_listed(tmp_path: Path) -> None:
    raw = bytearray((HERE / "inspect.eval").read_bytes())
    at = raw.index(b"samples/core-001_epoch_1.json") + 200
    raw[at : at + 40] = bytes(40)
    path = tmp_path / "damaged.eval"
    path.write_bytes(raw)
    evaluation = read_evaluation([path])
    assert reasons(evaluation) == ["it is damaged"]
    assert evaluation.taken[0].samples.kept == 9
    path.write_bytes(raw[:-200])
    with pytest.raises(DataError, match="the zip file cannot be read"):
        read_evaluation([path])


def test_without_what_unpacks_it_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise NotImplementedError  # as Python before 3.14 does

    monkeypatch.setattr(zipfile.ZipFile, "open", unknown)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtra, match=r"measurand\[inspect\]"):
        read_evaluation([HERE / "inspect.eval"])


def test_lines_that_are_none_are_listed(tmp_path: Path) -> None:
    (good, *_) = (HERE / "promptfoo.jsonl").read_text(encoding="utf-8").splitlines()
    bad = [
        good[: len(good) // 2].encode(),
        b'{"testCase": 1, "testCase": 2}',
        b"[" * 100_000,
        b'"text"',
        b'{"a": "\xff"}',
        b'{"a": 1' + b"0" * 400 + b"}",
        b'{"promptIdx": 0}',
    ]
    path = tmp_path / "results.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join([good.encode(), b"", *bad])))
    evaluation = read_evaluation([path])
    (taken,) = evaluation.taken
    assert (taken.samples.read, taken.samples.kept) == (8, 1)
    assert [one.line for one in taken.samples.refused] == [3, 4, 5, 6, 7, 8, 9]
    told = " ".join(reasons(evaluation))
    assert "a key is given twice" in told
    assert "nested too deeply" in told
    assert "not UTF-8" in told
    assert "digits" in told


def test_metadata_that_json_cannot_hold_becomes_text(tmp_path: Path) -> None:
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    odd = sample(metadata={"nan": float("nan"), "deep": deep, "half": "\ud83d"})
    (example,) = read_evaluation([log(tmp_path, odd)]).dataset
    assert example.metadata["nan"] == "nan"
    assert example.metadata["half"] == "\ufffd"
    assert "nested too deeply" in json.dumps(example.metadata["deep"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[1, 2]",
        "{}",
        '{"question": "a table of examples"}\n{"question": "b"}',
        "[" * 10**5,
    ],
)
def test_a_file_of_nobody_is_refused_with_the_tools_there_are(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_evaluation([path, tmp_path / "nothing.json"])
    first, second = refused.value.faults
    assert (first.file, second.problem) == (str(path), "there is no such file")
    if first.allowed is not None:
        assert all(tool.name in first.allowed for tool in TOOLS)


def test_an_item_of_the_dashboard(tmp_path: Path) -> None:
    # The dashboard is a service; the shape is the one that promptfoo's importer reads.
    row = {
        "run_id": "run_1",
        "data_source_idx": 3,
        "item": {"input": "Weather?", "ideal": "Rain", "topic": "sky"},
        "sample": {
            "outputs": [{"role": "assistant", "content": "Rain."}],
            "token_usage": {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6},
        },
        "grades": {"similar": 0.75, "exact": 1},
        "passes": {"similar": True, "exact": True, "polite": False},
        "grader_samples": {"similar": {"model": "judge"}},
    }
    failed = {**row, "data_source_idx": 4, "sample": {"error": {"message": "timed out"}}}
    path = tmp_path / "eval_items_1.jsonl"
    lines = (row, {**failed, "grades": {}, "passes": {}}, {**row, "item": {"x": 1}})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    evaluation = read_evaluation([path])
    example, _ = evaluation.dataset
    assert (example.id, example.question, example.references) == ("item-3", "Weather?", ("Rain",))
    assert example.metadata == {"topic": "sky"}
    answer, nothing = evaluation.outputs
    assert (answer.text, answer.system, answer.trial) == ("Rain.", "run_1", 0)
    assert (nothing.text, nothing.failure is not None) == (None, True)
    told = {
        (one.dimension, one.kind): one.value for one in evaluation.ratings if one.value is not None
    }
    assert told == {("similar", "judge"): 0.75, ("exact", "check"): 1.0, ("polite", "check"): 0.0}
    assert len(reasons(evaluation)) == 1


def test_a_small_file_takes_no_memory_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "doc.json.gz"
    many = b'{"results":[' + b"{}," * 2_000_000 + b"{}]}"
    path.write_bytes(gzip.compress(many, 1))

    def decoding(*_: object) -> None:
        pytest.fail("it was decoded")

    monkeypatch.setattr("measurand.store.evals.documents._DECODER.decode", decoding)
    with pytest.raises(DataError, match="more than 4,000,000 values"):
        read_evaluation([path])
    monkeypatch.undo()
    monkeypatch.setattr("measurand.store.logs.source.BOMB_LEAST", 2**20)
    with pytest.raises(DataError, match="unpacks into more than 200 times its size"):
        read_evaluation([path])


def test_a_row_of_very_many_values_is_refused_and_one_of_many_commas_is_not(
    tmp_path: Path,
) -> None:
    good = json.loads((HERE / "promptfoo.jsonl").read_text(encoding="utf-8").splitlines()[0])
    said = {**good, "response": {"output": "one, two, " * 600_000}}
    crowd = json.dumps({"promptIdx": 0, "x": [[]] * 500_001})
    path = tmp_path / "results.jsonl"
    path.write_text(f"{json.dumps(good)}\n{crowd}\n{json.dumps(said)}\n", encoding="utf-8")
    evaluation = read_evaluation([path])
    (taken,) = evaluation.taken
    assert taken.samples.read == 3
    crowded = [one.line for one in taken.samples.refused if "1,000,000 values" in one.reason]
    assert crowded == [2]
