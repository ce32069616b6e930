"""A dataset is read whole or refused whole; the same content has the same name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.example import COMPONENTS, Example, Message
from measurand.core.output import Output
from measurand.errors import DataError, Fault, InsufficientData, UsageError
from measurand.store.dataset import Dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all the examples of a property; each overwrites the one before."""
    return tmp_path_factory.mktemp("drawn")


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def asked(name: str, text: str = "", **more: Any) -> Example:
    return Example(id=name, messages=(Message("user", text or name),), **more)


def faults(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(DataError) as caught:
        Dataset.load(path)
    return caught.value.faults


# Reading.


def test_a_folder_of_components_is_a_dataset(tmp_path: Path) -> None:
    lines(tmp_path / "edge.jsonl", {"id": "e", "input": "a"})
    lines(tmp_path / "core.jsonl", {"id": "c", "input": "b"}, {"id": 7, "input": "c"})
    (tmp_path / "golden.csv").write_text('id,question,target\ng,"one\ntwo",d\n', encoding="utf-8")
    (tmp_path / "regression.json.gz").write_bytes(gzip.compress(b'[{"id": "r", "prompt": "e"}]'))
    data = Dataset.load(tmp_path)
    assert [example.id for example in data] == ["c", "7", "e", "r", "g"]
    assert data.sizes() == {"core": 2, "edge": 1, "adversarial": 0, "regression": 1, "golden": 1}
    assert data["g"].question == "one\ntwo"
    assert data["g"].references == ("d",)
    assert [example.id for example in data.component("core")] == ["c", "7"]
    assert ("c" in data, "x" in data, len(data), data.notes) == (True, False, 5, ())
    with pytest.raises(KeyError, match="no example 'x' among the 5"):
        data["x"]


def test_one_file_names_its_components(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "all.jsonl",
        {"input": "a", "component": "golden"},
        {"input": "b"},
        {"input": " ", "component": "edge"},
    )
    data = Dataset.load(path)
    assert [example.component for example in data] == ["golden", "core", "edge"]
    assert data.notes == (
        "1 examples name no component and are taken as core",
        f"examples in which the user says nothing: {data.examples[2].id}",
    )


def test_alike_examples_and_other_files_are_noted(tmp_path: Path) -> None:
    lines(tmp_path / "core.jsonl", {"id": "a", "input": "x"}, {"id": "b", "input": "x"})
    lines(tmp_path / "ratings.jsonl", {"value": 1})
    (tmp_path / "notes.txt").write_text("no rows", encoding="utf-8")
    (tmp_path / "outputs").mkdir()
    assert Dataset.load(tmp_path).notes == (
        "not read, for it is not named after a component: ratings.jsonl",
        "examples that differ in their id alone: a = b",
    )


def test_answers_beside_the_examples_are_outputs(tmp_path: Path) -> None:
    rows = [{"id": "a", "input": "x", "output": "X"}, {"id": "b", "input": "y", "response": "Y"}]
    data = Dataset.load(lines(tmp_path / "core.jsonl", *rows, {"id": "c", "input": "z"}))
    assert data.recorded_outputs("today") == (
        Output(example="a", system="today", text="X"),
        Output(example="b", system="today", text="Y"),
    )


# Refusing.


def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    core = tmp_path / "core.jsonl"
    core.write_bytes(
        b'{"id": "a", "input": "x"}\n'
        b'{"id": "b", "input": NaN}\n'
        b'{"id": "c"}\n'
        b'{"id": "a", "input": "y"}\n'
        b'{"id": "d", "input": "z", "component": "edge"}\n'
        b'{"id": "e", "inp'
    )
    edge = lines(tmp_path / "edge.jsonl", {"id": "a", "input": "w"}, {"created": "x", "input": 1})
    (tmp_path / "golden.jsonl").write_bytes(b"")
    found = {(Path(f.file or "").name, f.line, f.key, f.problem) for f in faults(tmp_path)}
    assert found == {
        ("core.jsonl", 2, None, "NaN is not a number; write null for what is not known"),
        ("core.jsonl", 3, "messages", "is missing"),
        ("core.jsonl", 4, "id", f"the example has the id of {core}:1"),
        (
            "core.jsonl",
            5,
            "component",
            "contradicts the name of the file, which holds core examples",
        ),
        ("core.jsonl", 6, None, "the JSON is cut off (nothing closes what stands at column 13)"),
        (edge.name, 1, "id", f"the example has the id of {core}:1"),
        (edge.name, 2, "input", "is not a list"),
        (edge.name, 2, "created", "is not a date or time, as in 2026-01-31 or 2026-01-31T09:00Z"),
        ("golden.jsonl", None, None, "the file is empty"),
    }


def test_the_same_question_twice_without_ids_is_refused(tmp_path: Path) -> None:
    path = lines(tmp_path / "core.jsonl", {"input": "x"}, {"input": "y"}, {"question": "x"})
    (fault,) = faults(path)
    assert (fault.line, fault.problem) == (3, f"the example asks the same as {path}:1")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "no file of examples"),
        (["scores.jsonl"], "no file of examples"),
        (["core.jsonl", "core.csv"], "core.csv and core.jsonl both hold core examples"),
        (["core.jsonl", "adversarail.jsonl"], "Did you mean 'adversarial'?"),
    ],
)
def test_a_folder_that_cannot_be_meant_is_refused(
    tmp_path: Path, names: list[str], said: str
) -> None:
    for name in names:
        (tmp_path / name).write_text('{"input": "a"}\n', encoding="utf-8")
    assert said in "\n".join(map(str, faults(tmp_path)))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in faults(tmp_path / "none.jsonl")[0].problem


def test_a_folder_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    (fault,) = faults(tmp_path)
    assert fault.problem == "the folder cannot be read (permission denied)"


def test_ids_differ() -> None:
    with pytest.raises(DataError, match="two examples have this id; found 'a'"):
        Dataset((asked("a"), asked("b"), asked("a")))


# Sizes.


def test_every_shortfall_is_named() -> None:
    data = Dataset((asked("a"), asked("b"), asked("c", component="edge")))
    assert data.require(core=2, edge=1) is data
    with pytest.raises(InsufficientData) as caught:
        data.require(core=3, edge=1, golden=30)
    assert str(caught.value) == "the dataset is too small: core has 2 of 3, golden has 0 of 30"


# Names.


def test_the_fingerprint_is_that_of_the_content() -> None:
    one, two = asked("a", "x"), asked("b", "y")
    name = Dataset((one, two)).fingerprint
    assert Dataset((two, one)).fingerprint == name
    assert Dataset((one, asked("b", "y", source="log", segments=("s",)))).fingerprint == name
    others = [
        (one,),
        (one, asked("b", "z")),
        (one, asked("c", "y")),
        (one, asked("b", "y", component="edge")),
        (one, asked("b", "y", references=("r",))),
    ]
    names = {Dataset(examples).fingerprint for examples in others}
    assert len(names) == len(others)
    assert name not in names


@given(
    chosen=st.dictionaries(
        st.text("abcdef", min_size=1, max_size=4), st.sampled_from(COMPONENTS), max_size=8
    ).filter(bool)
)
def test_a_saved_dataset_is_loaded(folder: Path, chosen: dict[str, Any]) -> None:
    for file in folder.iterdir():
        file.unlink()
    data = Dataset(
        tuple(
            asked(
                name, component=component, references=(name, "é\u2028"), metadata={"k": [1, None]}
            )
            for name, component in chosen.items()
        )
    )
    data.save(folder)
    back = Dataset.load(folder)
    assert {e.id: e for e in back} == {e.id: e for e in data}
    assert back.fingerprint == data.fingerprint
    back.save(folder)
    assert Dataset.load(folder) == back


def test_saving_does_not_mix_two_datasets(tmp_path: Path) -> None:
    lines(tmp_path / "golden.jsonl", {"input": "a"})
    with pytest.raises(UsageError, match=r"golden\.jsonl belongs to another dataset"):
        Dataset((asked("a"),)).save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["golden.jsonl"]
