"""A set on disk: its lineage, its spares, and the versions that nothing is lost from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from measurand.core.example import Component, Example, Message
from measurand.core.lineage import Lineage
from measurand.errors import DataError, UsageError
from measurand.store.built_set import (
    BuiltSet,
    SetChanged,
    Spare,
    load_set,
    load_version,
    note_edits,
    open_set,
    save_set,
)
from measurand.store.dataset import Dataset
from measurand.store.stream import ExampleStream
from measurand.store.versions import named_version, versions

FIRST, LATER = "2026-03-01T09:00:00+00:00", "2026-03-02T09:00:00+00:00"


def example(name: str, component: Component = "core", **more: object) -> Example:
    asked = (Message("user", f"What of {name}?"),)
    return replace(Example(id=name, messages=asked, component=component), **more)  # type: ignore[arg-type]


def lineage(one: Example) -> Lineage:
    return Lineage(
        example=one.id,
        fingerprint=one.fingerprint,
        component=one.component,
        rule="core: stratum a",
        source="march.jsonl:3",
        probability=one.probability,
        accepted_by="Ada",
        accepted=FIRST,
        added=FIRST,
    )


def built() -> BuiltSet:
    examples = (
        example("a", probability=0.1, stratum="s", segments=("x",)),
        example("b", probability=0.1, stratum="s"),
        example("c", "edge", metadata={"why": {"nested": [1, 2.5, None]}}),
    )
    spare = example("d", probability=0.1, stratum="s")
    return BuiltSet(
        Dataset(examples),
        {one.id: lineage(one) for one in examples},
        (Spare(spare, lineage(spare), "core: s"),),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_set(tmp_path / "data", built(), manifest={"seed": 3}, now=FIRST)
    return tmp_path / "data"


def edit(folder: Path, component: str, old: str, new: str) -> None:
    file = folder / f"{component}.jsonl"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_set_comes_back_as_it_was(folder: Path) -> None:
    there = load_set(folder)
    assert there.dataset.examples == built().dataset.examples
    assert (there.lineage, there.spare) == (built().lineage, built().spare)
    assert there.dataset.notes == ()  # the companions are no files that were passed over
    (version,) = versions(folder)
    assert (version.fingerprint, version.parent, version.act) == (
        built().dataset.fingerprint,
        None,
        "built",
    )
    assert (version.manifest, version.sizes) == ({"seed": 3}, {"core": 2, "edge": 1})
    assert load_version(folder, version).dataset.examples == built().dataset.examples


def test_a_folder_without_lineage_gives_examples_alone(tmp_path: Path) -> None:
    built().dataset.save(tmp_path)
    assert load_set(tmp_path).lineage == {}
    assert open_set(tmp_path / "not there").dataset.examples == ()


def test_the_same_set_has_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    save_set(tmp_path / "other", built(), manifest={"seed": 3}, now=FIRST)
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != ".lock"]
    assert len(files) == 4 + 4 + 2
    for file in files:
        assert file.read_bytes() == (tmp_path / "other" / file.relative_to(folder)).read_bytes()


def test_what_somebody_edits_is_a_version_and_remembers_what_it_was(folder: Path) -> None:
    before = load_set(folder).lineage
    edit(folder, "core", "What of b?", "What of b and c?")
    edit(folder, "edge", '"id": "c"', '"id": "new"')
    made = note_edits(folder, LATER)
    assert made is not None
    assert (made.act, made.parent) == ("edited by hand", built().dataset.fingerprint)
    now = load_set(folder).lineage
    assert now["a"] == before["a"]
    assert now["b"].parent == before["b"].fingerprint
    assert now["b"].accepted_by is None  # nobody has looked at what it is now
    assert (now["new"].rule, now["new"].added) == ("by hand", LATER)
    assert "c" not in now
    assert note_edits(folder, LATER) is None


def test_files_that_do_not_change_keep_the_shape_that_a_user_gave_them(folder: Path) -> None:
    own = '{"question": "What of a?", "id": "a", "probability": 0.1,\t"tags": "x","stratum":"s"}\n'
    second = (folder / "core.jsonl").read_text(encoding="utf-8").splitlines()[1]
    (folder / "core.jsonl").write_text(own + second, encoding="utf-8")
    there = load_set(folder)
    more = replace(there, dataset=Dataset((*there.dataset.examples, example("e", "regression"))))
    save_set(folder, more, manifest={}, now=LATER, act="captured")
    assert (folder / "core.jsonl").read_text(encoding="utf-8") == own + second
    assert [one.act for one in versions(folder)] == ["built", "captured"]


def test_a_table_gives_way_to_lines_and_is_kept(tmp_path: Path) -> None:
    (tmp_path / "core.csv").write_text("id,question\na,What?\n", encoding="utf-8")
    there = load_set(tmp_path)
    more = replace(there, dataset=Dataset((*there.dataset.examples, example("b"))))
    save_set(tmp_path, more, manifest={}, now=LATER)
    assert (tmp_path / "core.csv.replaced").exists()
    assert [one.id for one in load_set(tmp_path).dataset] == ["a", "b"]
    assert [one.act for one in versions(tmp_path)] == ["found", "built"]


def test_a_component_that_is_empty_has_no_file(folder: Path) -> None:
    there = load_set(folder)
    save_set(
        folder, replace(there, dataset=there.dataset.component("core")), manifest={}, now=LATER
    )
    assert not (folder / "edge.jsonl").exists()
    assert load_set(folder).lineage.keys() == {"a", "b"}


def test_tags_alone_make_a_version_beside_the_one_of_the_same_fingerprint(folder: Path) -> None:
    edit(folder, "core", '"segments": ["x"]', '"segments": ["y"]')
    made = note_edits(folder, LATER)
    assert made is not None
    assert made.fingerprint == built().dataset.fingerprint
    assert made.name.startswith(f"{made.fingerprint}.")
    first = versions(folder)[0]
    assert load_version(folder, first).dataset["a"].segments == ("x",)
    assert load_version(folder, made).dataset["a"].segments == ("y",)
    # The name of the first is a whole name, though it begins the other's.
    assert named_version(folder, first.name) == first
    assert named_version(folder, first.name[:6]) == made


def test_what_is_saved_over_is_a_version_first(folder: Path) -> None:
    edit(folder, "core", "What of b?", "What of b, by hand?")
    by_hand = Dataset.load(folder).fingerprint
    save_set(folder, built(), manifest={}, now=LATER)
    assert [one.fingerprint for one in versions(folder)] == [
        built().dataset.fingerprint,
        by_hand,
        built().dataset.fingerprint,
    ]
    assert "by hand" in load_version(folder, versions(folder)[1]).dataset["b"].question


def test_a_set_that_was_changed_meanwhile_is_not_saved_over(folder: Path) -> None:
    there = load_set(folder)
    edit(folder, "core", "What of b?", "What of b, meanwhile?")
    with pytest.raises(SetChanged, match="nothing was written"):
        save_set(folder, there, manifest={}, now=LATER)
    assert len(versions(folder)) == 1
    empty = open_set(folder.parent / "other")
    save_set(folder.parent / "other", built(), manifest={}, now=FIRST)
    with pytest.raises(SetChanged):
        save_set(folder.parent / "other", empty, manifest={}, now=LATER)


def test_one_file_has_no_versions(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"question": "What?"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="is one file"):
        save_set(file, built(), manifest={}, now=FIRST)


def test_names_of_versions_are_found_or_refused(folder: Path) -> None:
    (version,) = versions(folder)
    assert named_version(folder, version.name[:4]) == version
    for name in (version.name[:3], "ffff" if version.name[:4] != "ffff" else "0000"):
        with pytest.raises(UsageError, match="no version"):
            named_version(folder, name)


def test_damaged_files_are_faults_with_places(folder: Path) -> None:
    (version,) = versions(folder)
    lines = (folder / "lineage.jsonl").read_text(encoding="utf-8").splitlines()
    broken = json.dumps({**json.loads(lines[1]), "probability": 7})
    (folder / "lineage.jsonl").write_text("\n".join([lines[0], broken, "{"]), encoding="utf-8")
    (folder / "spare.jsonl").write_text('{"stratum": "s", "example": {}}\n', encoding="utf-8")
    with pytest.raises(DataError) as told:
        load_set(folder)
    assert {(Path(str(f.file)).name, f.line) for f in told.value.faults} == {
        ("lineage.jsonl", 2),
        ("lineage.jsonl", 3),
        ("spare.jsonl", 1),
    }
    kept = folder / "versions" / version.name
    (kept / "edge.jsonl.gz").unlink()
    with pytest.raises(DataError, match="not those that were kept"):
        load_version(folder, version)
    (folder / "versions" / "index.jsonl").write_text('{"name": "x"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="fingerprint: is missing"):
        versions(folder)


def test_the_stream_reads_the_same_set(folder: Path) -> None:
    assert ExampleStream(folder).fingerprint == load_set(folder).dataset.fingerprint
    assert ExampleStream(folder).notes == ()
