"""What stands where a set is built: work of people stays, a canary is taken on, a lock holds."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from measurand.core.example import Component
from measurand.curation.choosing import Chosen, choose
from measurand.errors import UsageError
from measurand.jobs.build import Built, build
from measurand.jobs.building.options import BuildOptions
from measurand.jobs.canary import known_canary, plant_canary
from measurand.jobs.regress import Capture, regress
from measurand.jobs.rotate import RotateOptions, rotate_set
from measurand.jobs.set_place import SetPlace
from measurand.jobs.versions import list_versions, lock, restore, unlock
from measurand.models.environment import Environment
from measurand.store.built_set import SetChanged, load_set, save_set
from measurand.store.dataset import Dataset
from measurand.store.set_files import Swap
from measurand.store.versions import versions

SIZES: dict[Component, int] = {
    "core": 8,
    "edge": 0,
    "adversarial": 4,
    "regression": 0,
    "golden": 0,
}
KEY = Environment({"MEASURAND_KEY": "a key of placeholders for tests"})
WORDS = ("invoice", "router", "contract", "password", "refund", "tariff", "moving", "parcel")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs") / "march.jsonl"
    rows = [
        {"id": f"r{at}", "input": f"Where is {word} {other}?", "output": "There."}
        for at, (word, other) in enumerate((a, b) for a in WORDS for b in WORDS if a < b)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def first(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("first")
    made(log, home / "data")
    return home / "data"


@pytest.fixture
def data(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set that was built and that nobody has touched."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(first, tmp_path / "data")
    return tmp_path / "data"


def made(log: Path, out: Path, seed: int = 3) -> Built:
    return build([log], BuildOptions(out=out, sizes=SIZES, seed=seed), environment=KEY)


def place(data: Path) -> SetPlace:
    return SetPlace(Path("measurand.yaml"), None, data)


def captured(data: Path, log: Path) -> None:
    regress(place(data), Capture(record=f"{log}:5", because="wrong"), environment=KEY)


def retired(data: Path, _: Path) -> None:
    name = load_set(data).dataset.component("core").examples[0].id
    rotate_set(place(data), RotateOptions(names=(name,)))


def edited(data: Path, _: Path) -> None:
    file = data / "core.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("Where is", "Who has"), "utf-8")


def tagged(data: Path, _: Path) -> None:
    file = data / "core.jsonl"
    text = file.read_text(encoding="utf-8").splitlines()
    row = {**json.loads(text[0]), "segments": ["mine"]}
    file.write_text("\n".join([json.dumps(row), *text[1:]]) + "\n", encoding="utf-8")


def accepted(data: Path, _: Path) -> None:
    there = load_set(data)
    seen = {name: replace(one, accepted_by="Ada") for name, one in there.lineage.items()}
    save_set(data, replace(there, lineage=seen), manifest={}, now="2026", act="reviewed")


def table(data: Path, _: Path) -> None:
    shutil.rmtree(data)
    data.mkdir()
    (data / "core.csv").write_text("id,question\na,Mine?\n", encoding="utf-8")


def packed(data: Path, log: Path) -> None:
    table(data, log)
    (data / "core.csv").unlink()
    with gzip.open(data / "core.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"id": "a", "question": "Mine?"}\n')


@pytest.mark.parametrize("work", [captured, retired, edited, tagged, accepted, table, packed])
def test_what_people_have_done_is_not_built_over(
    data: Path, log: Path, work: Callable[[Path, Path], None]
) -> None:
    work(data, log)
    before = {file: file.read_bytes() for file in data.rglob("*") if file.is_file()}
    with pytest.raises(UsageError, match="build into another folder with --out"):
        made(log, data)
    assert {file: file.read_bytes() for file in data.rglob("*") if file.is_file()} == before


def test_what_was_built_is_built_over_also_once_it_is_put_back(data: Path, log: Path) -> None:
    one = versions(data)[-1].name
    made(log, data, seed=4)
    restore(place(data), one)
    made(log, data, seed=5)
    assert [each.act for each in versions(data)] == ["built", "built", "restored", "built"]
    Swap.begun(data, versions(data)[0])  # a save that was cut short
    made(log, data, seed=6)


def test_a_new_build_has_the_canary_of_the_set(data: Path, log: Path) -> None:
    plant_canary(data)
    digits = known_canary(data)
    made(log, data, seed=4)
    assert made(log, data, seed=5).dataset.examples == Dataset.load(data).examples
    told = {one.metadata.get("canary") for one in Dataset.load(data)}
    told |= {one.example.metadata.get("canary") for one in load_set(data).spare}
    assert len(told) == 1
    assert None not in told
    assert known_canary(data) == digits
    planted = plant_canary(data)
    assert (planted.examples, planted.fresh) == (0, False)


def test_a_locked_set_is_not_built_over(data: Path, log: Path, tmp_path: Path) -> None:
    held = lock(place(data)).part["locked"]
    with pytest.raises(UsageError, match=rf"is locked \(data.lock\): version {held}"):
        made(log, data)
    made(log, tmp_path / "other", seed=4)
    assert list_versions(place(data)).part["locked"] == held
    unlock(place(data))
    made(log, data, seed=4)


def test_what_is_written_meanwhile_is_not_built_over(
    data: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*given: Any) -> Chosen:
        captured(data, log)
        return choose(*given)

    monkeypatch.setattr("measurand.jobs.build.choose", slow)
    with pytest.raises(SetChanged):
        made(log, data)
    assert len(Dataset.load(data).component("regression")) == 1
