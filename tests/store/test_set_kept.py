"""What a version keeps is kept: where examples come from, and who accepted them."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from measurand.core.example import Component, Example, Message
from measurand.core.lineage import Lineage
from measurand.errors import DataError
from measurand.store.built_set import (
    BuiltSet,
    Spare,
    load_set,
    load_version,
    note_edits,
    save_set,
)
from measurand.store.dataset import Dataset
from measurand.store.set_files import Swap
from measurand.store.standing import pending, standing
from measurand.store.versions import Version, versions

FIRST, SECOND, THIRD = (f"2026-03-0{day}T09:00:00+00:00" for day in (1, 2, 3))


def example(name: str, component: Component = "core") -> Example:
    return Example(id=name, messages=(Message("user", f"What of {name}?"),), component=component)


def lineage(one: Example, by: str | None = None) -> Lineage:
    return Lineage(
        example=one.id,
        fingerprint=one.fingerprint,
        component=one.component,
        rule="core: stratum a",
        source="march.jsonl:3",
        log="ab" * 32,
        accepted_by=by,
        accepted=FIRST if by else None,
        added=FIRST,
    )


def built(by: str | None = None) -> BuiltSet:
    examples = (example("a"), example("b"), example("c", "edge"))
    spare = example("d")
    return BuiltSet(
        Dataset(examples),
        {one.id: lineage(one, by) for one in examples},
        (Spare(spare, lineage(spare), "s"),),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set that was built, and then looked through."""
    save_set(tmp_path / "data", built(), manifest={}, now=FIRST)
    accepted = replace(load_set(tmp_path / "data"), lineage=built("Ann").lineage)
    save_set(tmp_path / "data", accepted, manifest={}, now=SECOND, act="reviewed")
    return tmp_path / "data"


def kept(folder: Path) -> dict[str, bytes]:
    files = (folder / "versions").glob("*/*.gz")
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_the_files_of_a_version_are_never_written_again(folder: Path) -> None:
    before = kept(folder)
    first, second = versions(folder)
    assert first.fingerprint == second.fingerprint
    assert first.name != second.name
    for version, by in ((first, None), (second, "Ann")):
        known = load_version(folder, version).lineage.values()
        assert {one.accepted_by for one in known} == {by}
    bare = replace(load_set(folder), lineage={}, spare=())
    save_set(folder, bare, manifest={}, now=THIRD, act="stripped")
    assert before.items() <= kept(folder).items()
    save_set(folder, load_version(folder, first), manifest={}, now=THIRD, act="restored")
    assert versions(folder)[-1].name == first.name
    assert before.items() <= kept(folder).items()


def test_what_is_taken_out_and_put_back_is_what_it_was(folder: Path) -> None:
    there, before = load_set(folder), kept(folder)
    file = folder / "core.jsonl"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.splitlines()[0] + "\n", encoding="utf-8")
    assert note_edits(folder, THIRD) is not None
    assert load_set(folder).lineage.keys() == {"a", "c"}
    file.write_text(text, encoding="utf-8")
    assert load_set(folder).lineage == there.lineage  # seen at once
    assert note_edits(folder, THIRD) is not None
    assert load_set(folder).lineage == there.lineage
    assert versions(folder)[-1].name == versions(folder)[1].name
    assert before.items() <= kept(folder).items()


def test_an_edit_that_is_taken_back_leaves_the_acceptance(folder: Path) -> None:
    file = folder / "core.jsonl"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("What of b?", "Who is b?"), encoding="utf-8")
    note_edits(folder, THIRD)
    edited = load_set(folder).lineage["b"]
    assert (edited.parent, edited.accepted_by) == (example("b").fingerprint, None)
    file.write_text(text, encoding="utf-8")
    note_edits(folder, THIRD)
    assert load_set(folder).lineage["b"] == lineage(example("b"), "Ann")


def test_lineage_that_somebody_edits_is_a_version(folder: Path) -> None:
    file = folder / "lineage.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("Ann", "Bo"), encoding="utf-8")
    made = note_edits(folder, THIRD)
    assert made is not None
    assert made.fingerprint == built().dataset.fingerprint
    assert {one.accepted_by for one in load_version(folder, made).lineage.values()} == {"Bo"}
    assert note_edits(folder, THIRD) is None


@pytest.mark.parametrize("name", ["../../../other", "/other/set", "..", "ABCDEF0123456789", "x"])
def test_an_index_names_folders_of_versions_and_no_paths(folder: Path, name: str) -> None:
    index = folder / "versions" / "index.jsonl"
    row = {**json.loads(index.read_text(encoding="utf-8").splitlines()[0]), "name": name}
    index.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="name"):
        versions(folder)
    pending(folder).write_text(json.dumps({"version": row, "before": {}}), encoding="utf-8")
    with pytest.raises(DataError, match="the note of a save is damaged"):
        standing(folder)


def test_a_version_has_the_name_of_its_fingerprint(folder: Path) -> None:
    index = folder / "versions" / "index.jsonl"
    row = {**json.loads(index.read_text(encoding="utf-8").splitlines()[0]), "name": "0" * 16}
    index.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="no name of a version"):
        versions(folder)
    index.write_text("", encoding="utf-8")
    for note in ("[]", "{}", '{"version": []}', '{"version": {"name": 7}}'):
        pending(folder).write_text(note, encoding="utf-8")
        with pytest.raises(DataError, match="the note of a save is damaged"):
            load_set(folder)


def begun(folder: Path) -> Version:
    """A save of the newest version that has named it and renamed nothing."""
    version = versions(folder)[-1]
    Swap.begun(folder, version)
    return version


def test_a_table_that_was_to_be_replaced_is_no_edit(folder: Path) -> None:
    (folder / "core.jsonl").rename(folder / "aside")
    (folder / "core.csv").write_text("id,question\nz,What?\n", encoding="utf-8")
    begun(folder)
    (folder / "aside").rename(folder / "core.jsonl")  # written, and core.csv not yet renamed
    (folder / ".lineage.jsonl.4711.partial").write_text("{", encoding="utf-8")
    assert note_edits(folder, THIRD) is None
    assert load_set(folder).dataset.fingerprint == built().dataset.fingerprint
    assert (folder / "core.csv.replaced").exists()
    assert not list(folder.glob(".*.partial"))


def test_a_gzipped_companion_that_was_written_is_no_edit(folder: Path) -> None:
    plain = folder / "lineage.jsonl"
    rows = plain.read_bytes()
    plain.unlink()
    packed = folder / "lineage.jsonl.gz"
    packed.write_bytes(gzip.compress(b""))
    begun(folder)
    packed.write_bytes(gzip.compress(rows))
    assert note_edits(folder, THIRD) is None
    assert load_set(folder).lineage == built("Ann").lineage
    begun(folder)
    packed.write_bytes(gzip.compress(rows)[:-9])
    with pytest.raises(DataError, match="edited after a save"):
        note_edits(folder, THIRD)
