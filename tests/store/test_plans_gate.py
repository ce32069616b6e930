"""The section ``gate`` of a plan, and the file of waivers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from measurand.core.gate import GatePlan
from measurand.errors import DataError, PlanError
from measurand.store.plans import load_plan, plain_plan, plan_of
from measurand.store.plans_gate import read_waivers

LEAST = "name: x\nrubric: [{dimension: tone}]\n"
ROW = "- {example: e1, dimension: tone, owner: Ada, reason: known, expires: 2026-12-31}\n"


def planned(path: Path, section: str) -> GatePlan:
    file = path / "measurand.yaml"
    file.write_text(f"{LEAST}gate: {section}\n", encoding="utf-8")
    plan = load_plan(file)
    assert plan_of(plain_plan(plan)).gate == plan.gate
    return plan.gate


def test_it_says_nothing_by_default(tmp_path: Path) -> None:
    file = tmp_path / "measurand.yaml"
    file.write_text(LEAST, encoding="utf-8")
    plan = load_plan(file)
    assert plan.gate == GatePlan()
    assert "gate" not in plain_plan(plan)


def test_one_margin_is_that_of_every_component(tmp_path: Path) -> None:
    gate = planned(tmp_path, "{margin: 0.2, components: [regression, core]}")
    assert [gate.margin(name) for name in ("regression", "core", "edge")] == [0.2, 0.2, 0.2]


def test_margins_by_component_leave_the_others_as_they_are(tmp_path: Path) -> None:
    gate = planned(tmp_path, "{margin: {core: 0.02}}")
    assert (gate.margin("core"), gate.margin("regression")) == (0.02, 0.1)
    assert (gate.margin("edge", 0.07), gate.margin(None, 0.07)) == (0.07, 0.07)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("{components: []}", "is empty"),
        ("{components: [regresion]}", "Did you mean 'regression'"),
        ("{components: [core, core]}", "named twice"),
        ("{margin: 0}", "more than 0"),
        ("{margin: {coer: 0.1}}", "Did you mean 'core'"),
        ("{max_blocking: 1.5}", "less than 1"),
        ("{confirm: sometimes}", "allowed: majority, all"),
        ("{repeats: 0}", "1 or more"),
        ("{waiver: w.yaml}", "Did you mean 'waivers'"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, section: str, told: str) -> None:
    with pytest.raises(PlanError, match=told):
        planned(tmp_path, section)


def test_waivers_are_read(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(ROW, encoding="utf-8")
    (waiver,) = read_waivers(file)
    assert (waiver.expires, waiver.blocking) == (date(2026, 12, 31), False)
    assert not waiver.expired(date(2026, 12, 31))
    assert waiver.expired(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("example: e1\n", "waivers are a list"),
        (ROW.replace("2026-12-31", "31.12.2026"), "expires is a day, as in 2026-12-31; found"),
        (ROW.replace("2026-12-31", "2026-W53-5"), "expires is a day, as in 2026-12-31; found"),
        (ROW.replace("2026-12-31", '"20261231"'), "expires is a day, as in 2026-12-31; found"),
        (ROW.replace("Ada", '"\\u200B"'), "a waiver needs its owner"),
        (ROW.replace("Ada", '"  "'), r"waivers.yaml:1: \[0\]\.owner|waivers.yaml:1: owner"),
        (ROW + ROW, "waivers.yaml:2: waives the same as line 1"),
        (ROW.replace("owner", "ower"), "Did you mean 'owner'"),
    ],
)
def test_a_wrong_waiver_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        read_waivers(file)


def test_no_file_is_no_waiver_but_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_waivers(tmp_path / "waivers.yaml")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            ROW.replace("tone", "ton"),
            "dimension that is not in the rubric; found 'ton'; allowed: tone, removed, changed",
        ),
        (
            ROW.replace("e1", "e9"),
            "example that is not in the evaluation set; found 'e9'; allowed: e1",
        ),
    ],
)
def test_a_waiver_of_what_there_is_not_is_refused(tmp_path: Path, row: str, told: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(row, encoding="utf-8")
    assert len(read_waivers(file)) == 1
    with pytest.raises(DataError) as problem:
        read_waivers(file, examples=["e1"], dimensions=["tone"])
    assert str(problem.value).startswith(f"{file}:1: ")
    assert told in str(problem.value)


@pytest.mark.parametrize("word", ["removed", "changed"])
def test_what_a_waiver_lets_be_removed_need_not_be_there(tmp_path: Path, word: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(ROW.replace("tone", word), encoding="utf-8")
    (waiver,) = read_waivers(file, examples=["e2"], dimensions=["tone"])
    assert waiver.example == "e1"
