"""Results are of the set as it stands, or of the version that is locked, and of nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.runs.conftest import Project, changed, world

from measurand.core.rating import Rating, Ratings
from measurand.errors import InsufficientData, UsageError
from measurand.jobs.compare import compare, report
from measurand.jobs.gate import GateOptions, gate
from measurand.jobs.project import from_project
from measurand.jobs.run import RunOptions, run
from measurand.jobs.set_place import SetPlace, set_place
from measurand.jobs.source import Source
from measurand.jobs.versions import list_versions, lock, restore, unlock
from measurand.simulate.server import SimulatedProvider
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.lock_file import read_lock


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project that has been run once."""
    with SimulatedProvider(world()) as provider:
        made = Project(tmp_path_factory.mktemp("ran") / "project", provider.base_url)
        made.write(12)
        run(made.plan, environment=made.environment)
        yield made


@pytest.fixture
def project(ran: Project, tmp_path: Path) -> Project:
    """A copy of it."""
    shutil.copytree(ran.folder, tmp_path / "project")
    return replace(ran, folder=tmp_path / "project")


@pytest.fixture
def place(project: Project) -> SetPlace:
    return set_place(project.plan)


def read(project: Project) -> Source:
    return from_project(project.plan, environment=project.environment)


def edit(project: Project, *names: str) -> None:
    """Ask these examples something else."""
    for file in (project.folder / "data").glob("*.jsonl"):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for row in rows:
            if row.get("id") in names:
                row["messages"][-1]["content"] += " Please."
        text = "".join(json.dumps(row) + "\n" for row in rows)
        file.write_text(text, encoding="utf-8")


def ids(project: Project) -> list[str]:
    return [example.id for example in Dataset.load(project.folder / "data")]


def test_a_result_names_its_version_and_sizes(project: Project, place: SetPlace) -> None:
    there = Dataset.load(place.data)
    wanted = {
        "fingerprint": there.fingerprint,
        "sizes": there.sizes(),
        "locked": None,
    }
    answer = compare(read(project))
    assert answer.to_json()["data"]["set"] == wanted
    assert there.fingerprint in answer.to_html()
    assert there.fingerprint in answer.to_markdown()
    assert run(project.plan, environment=project.environment).to_json()["set"] == wanted
    listed = list_versions(place).part
    assert [len(one["runs"]) for one in listed["versions"]] == [2]


def test_answers_to_an_example_that_was_edited_count_in_nothing(
    project: Project,
) -> None:
    before, names = read(project), ids(project)
    edit(project, names[0], names[5])
    source = read(project)
    gone = set(before.ratings.distinct("example")) - set(source.ratings.distinct("example"))
    assert gone == {names[0], names[5]}
    assert {output.example for output in source.outputs} == set(names) - gone
    told = source.limits[0]
    assert "2 examples changed" in told
    assert "answers to 10 of candidate, 10 of today, of 12 examples" in told
    assert told in report(source).to_json()["limits"]
    run(project.plan, environment=project.environment)  # asks the two, and no others
    again = read(project)
    assert len(again.ratings) == len(before.ratings)
    assert not any("has changed since the newest run" in limit for limit in again.limits)


def test_what_is_put_back_counts_again_once_it_stands_there(
    project: Project, place: SetPlace
) -> None:
    before = read(project)
    version = str(list_versions(place).part["now"]["fingerprint"])
    name = ids(project)[0]
    edit(project, name)
    run(project.plan, environment=project.environment)
    answer = restore(place, version[:8])
    assert answer.part["kept"]
    assert Dataset.load(place.data).fingerprint == version
    # The newest answer to the edited example is to what it was meanwhile.
    assert name not in read(project).ratings.distinct("example")
    asked = run(project.plan, environment=project.environment)
    assert asked.snapshot.calls <= len(before.ratings)
    assert sorted(map(str, read(project).ratings["value"])) == sorted(
        map(str, before.ratings["value"])
    )


def test_two_systems_that_answered_different_versions_are_compared_on_what_is_common(
    project: Project,
) -> None:
    names = ids(project)
    edit(project, *names[:4])
    run(project.plan, RunOptions(systems=("candidate",)), environment=project.environment)
    source = read(project)
    of = {
        name: set(source.ratings.where(system=name).distinct("example"))
        for name in ("today", "candidate")
    }
    assert of["candidate"] == set(names)
    assert of["today"] == set(names[4:])
    assert "answers to 12 of candidate, 8 of today" in " ".join(source.limits)
    edit(project, *names[4:])
    run(project.plan, RunOptions(systems=("candidate",)), environment=project.environment)
    with pytest.raises(InsufficientData, match="today has no answer that still counts"):
        read(project)


def test_what_was_imported_of_examples_that_stand_is_kept(
    project: Project,
) -> None:
    names = ids(project)[:2]
    people = [
        Rating(
            example=name, system="elsewhere", dimension="tone", rater="anna", kind="people", value=4
        )
        for name in names
    ]
    with open_ledger(project.ledger) as ledger:
        ledger.add_ratings(Ratings.of(people))
    project.write(12, systems=[*changed(0), {"name": "elsewhere", "target": "ratings"}])
    edit(project, names[0])
    rows = read(project).ratings
    assert set(rows.where(example=names[0]).distinct("system")) == {"elsewhere"}
    assert set(rows.where(example=names[1]).distinct("system")) == {
        *("today", "candidate", "elsewhere")
    }
    edit(project, names[1])
    with pytest.raises(InsufficientData, match="elsewhere and today have no example in common"):
        read(project)


def test_a_locked_set_gives_results_of_its_version_or_none(
    project: Project, place: SetPlace
) -> None:
    held = lock(place, by="Ada").part["locked"]
    found = read_lock(project.plan)
    assert found is not None
    assert (found.fingerprint, found.by) == (held, "Ada")
    assert compare(read(project)).to_json()["data"]["set"]["locked"] == found.at
    name = ids(project)[3]
    edit(project, name)
    calls = project.query("SELECT count(*) FROM call")
    options = GateOptions(system="candidate", against="today")
    for act in (
        lambda: run(project.plan, environment=project.environment),
        lambda: read(project),
        lambda: gate(project.plan, options, environment=project.environment),
    ):
        with pytest.raises(UsageError) as told:
            act()
        assert f"Since then: 1 changed in content ({name})" in str(told.value)
        assert "measurand data lock" in str(told.value)
        again = f"measurand data versions --plan {project.plan} --restore {held}"
        assert again in str(told.value)
    assert project.query("SELECT count(*) FROM call") == calls  # nothing was paid for
    restore(place, "locked")
    assert read(project).of is not None
    edit(project, name)
    lock(place)
    assert read(project).of is not None
    unlock(place)
    edit(project, name)
    assert read(project).of is not None
    with pytest.raises(UsageError, match="not locked"):
        unlock(place)


def test_a_lock_that_cannot_be_read_is_no_open_door(project: Project) -> None:
    (project.folder / "data.lock").write_text('{"fingerprint": ', encoding="utf-8")
    with pytest.raises(Exception, match="the lock cannot be read"):
        read(project)


def test_the_plan_of_another_folder_has_its_own_lock(project: Project, tmp_path: Path) -> None:
    place = set_place(project.plan)
    lock(place)
    assert not (tmp_path / "data.lock").exists()
    assert (project.folder / "data.lock").exists()


def test_a_set_that_the_plan_does_not_ask_cannot_be_locked(project: Project) -> None:
    """Else every result of the project would be refused."""
    shutil.copytree(project.folder / "data", project.folder / "other")
    other = set_place(project.plan, project.folder / "other")
    with pytest.raises(UsageError, match="asks another set than"):
        lock(other)
    assert read_lock(project.plan) is None
    lock(set_place(project.plan, project.folder / "other" / ".." / "data"))
    assert read_lock(project.plan) is not None
