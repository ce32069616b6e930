"""Stale examples leave, heirs come in, and the versions keep what left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from measurand.cli import main
from measurand.core.example import Component, Example, Message
from measurand.core.lineage import Lineage
from measurand.errors import UsageError
from measurand.jobs.rotate import RotateOptions, days_before, rotate_set
from measurand.jobs.set_place import SetPlace
from measurand.jobs.versions import diff, list_versions, lock, restore
from measurand.store.built_set import BuiltSet, Spare, load_set, save_set
from measurand.store.dataset import Dataset
from measurand.store.versions import versions

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def example(name: str, created: str | None, component: Component = "core") -> Example:
    core = component == "core"
    return Example(
        id=name,
        messages=(Message("user", f"What of {name}?"),),
        component=component,
        created=created,
        stratum="s" if core else None,
        probability=0.1 if core else None,
    )


def traced(one: Example) -> Lineage:
    rule = "core: s" if one.component == "core" else "edge: length"
    return Lineage(
        example=one.id,
        fingerprint=one.fingerprint,
        component=one.component,
        rule=rule,
        probability=one.probability,
        added="2026-01-01",
    )


@pytest.fixture
def place(tmp_path: Path) -> SetPlace:
    examples = (
        example("old", "2025-01-01"),
        example("older", "2024-12-31T10:00:00+02:00"),
        example("new", "2026-05-01"),
        example("undated", None),
        example("edge", "2025-01-01", "edge"),
    )
    spares = (example("stale", "2025-06-01"), example("heir", "2026-04-01"))
    built = BuiltSet(
        Dataset(examples),
        {one.id: traced(one) for one in examples},
        tuple(Spare(one, traced(one), "core: s") for one in spares),
    )
    save_set(tmp_path / "data", built, manifest={}, now="2026-01-01T00:00:00+00:00")
    return SetPlace(tmp_path / "measurand.yaml", None, tmp_path / "data")


def test_what_is_stale_leaves_and_can_be_put_back(place: SetPlace) -> None:
    first = load_set(place.data)
    options = RotateOptions(before=days_before(180, NOW))
    shown = rotate_set(place, RotateOptions(before=options.before, dry_run=True), now=NOW)
    assert load_set(place.data) == first
    assert len(versions(place.data)) == 1
    answer = rotate_set(place, options, now=NOW)
    assert answer.part["retired"] == shown.part["retired"]
    assert {one["example"]: one["replaced_by"] for one in answer.part["retired"]} == {
        "old": "heir",
        "older": None,
        "edge": None,
    }
    now = load_set(place.data)
    assert [one.id for one in now.dataset] == ["heir", "new", "undated"]
    # Three of four are left: each stands for a third more.
    assert [one.probability for one in now.dataset] == pytest.approx([0.075] * 3)
    assert now.lineage["heir"].because.startswith("in the place of old: created 2025-01-01")
    assert now.lineage["heir"].probability == pytest.approx(0.075)
    assert now.spare == ()  # the stale one left the reserve as well
    told = " ".join(answer.findings.limits)
    assert "1 example nobody says when" in told
    assert "older, edge" in told
    kept = versions(place.data)
    assert [one.act for one in kept] == ["built", "rotated"]
    restore(place, kept[0].name, now=NOW)
    assert load_set(place.data).dataset.examples == first.dataset.examples


def test_where_nobody_knows_a_date_nothing_is_said_to_be_fresh(place: SetPlace) -> None:
    def said(before: str) -> str:
        return rotate_set(place, RotateOptions(before=before, dry_run=True)).to_markdown()

    assert "known to be stale: of 1 of 5 examples nobody says when" in said("2020-01-01")
    assert "Nothing is" not in said("2026-04-01")


def test_two_sets_with_nothing_in_common_are_told_so_first(place: SetPlace, tmp_path: Path) -> None:
    others = Dataset(tuple(example(f"o{n}", None) for n in range(20)))
    save_set(tmp_path / "other", BuiltSet(others), manifest={}, now="2026-01-01T00:00:00+00:00")
    answer = diff(place, str(place.data), str(tmp_path / "other"))
    page = answer.to_markdown()
    assert page.count("No example is the same in") == 1
    assert page.index("No example is the same in") < page.index("Added")
    assert "15 more are not shown" in page
    assert len(answer.part["diff"]["added"]) == 20


def test_what_waits_in_reserve_stands_for_as_much_as_its_stratum_says(tmp_path: Path) -> None:
    often = replace(example("often", "2025-01-01"), probability=0.05)
    spares = (example("heir", "2026-01-01"), replace(often, id="waits", created="2026-01-01"))
    built = BuiltSet(
        Dataset((often, example("new", "2026-05-01"))),
        {one.id: traced(one) for one in (often, example("new", "2026-05-01"))},
        tuple(Spare(one, traced(one), "core: s") for one in spares),
    )
    save_set(tmp_path / "data", built, manifest={}, now="2026-01-01T00:00:00+00:00")
    place = SetPlace(tmp_path / "measurand.yaml", None, tmp_path / "data")
    answer = rotate_set(place, RotateOptions(before="2026-01-01"), now=NOW)
    (told,) = answer.part["strata"]
    assert told["factor"] == pytest.approx(20 / 30)
    now = load_set(place.data)
    assert [one.probability for one in now.dataset] == pytest.approx([1 / 15, 1 / 15])
    assert now.spare[0].example.probability == pytest.approx(1 / 30)
    assert now.spare[0].lineage.probability == now.spare[0].example.probability
    assert "0.667" in answer.to_markdown()


def test_a_rotation_under_a_lock_says_what_follows(place: SetPlace) -> None:
    held = str(lock(place, now=NOW).part["locked"])
    answer = rotate_set(place, RotateOptions(names=("new",)), now=NOW)
    assert any(f"Version {held} is locked" in limit for limit in answer.findings.limits)
    listed = list_versions(place, now=NOW).part
    assert listed["locked"] == held
    assert [one["locked"] for one in listed["versions"]] == [True, False]
    changes = diff(place, "locked", "now").part["diff"]
    assert (changes["added"], changes["removed"]) == (["stale"], ["new"])
    assert changes["common"] == 4


def test_what_cannot_be_meant_is_refused(place: SetPlace) -> None:
    for options in (
        {},
        {"before": "yesterday"},
        {"saturated": 0.0},
    ):
        with pytest.raises(UsageError):
            RotateOptions(**options)
    with pytest.raises(UsageError, match="no example nobody"):
        rotate_set(place, RotateOptions(names=("nobody",)), now=NOW)


def test_core_and_regression_do_not_leave_for_being_answered_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "bot")]) == 0
    monkeypatch.chdir(tmp_path / "bot")
    assert main(["check"]) == 0
    before = Dataset.load("data").sizes()
    capsys.readouterr()
    assert main(["data", "rotate", "--saturated", "0.5"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Examples are retired for results from edge and adversarial alone" in told
    after = Dataset.load("data").sizes()
    assert (after["core"], after["regression"], after["golden"]) == (
        before["core"],
        before["regression"],
        before["golden"],
    )
    assert after["edge"] < before["edge"]


@pytest.mark.parametrize("days", [10**7, 10**12, 10**30])
def test_a_day_before_all_calendars_is_refused(days: int) -> None:
    with pytest.raises(UsageError, match="no calendar reaches"):
        days_before(days, NOW)
