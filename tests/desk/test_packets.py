"""Packets out and in: what a person filled in is taken once, what cannot be taken is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.desk.conftest import PLAN, RUBRIC, SECRET, Project, rate

from measurand.core.output import Output
from measurand.errors import DataError, UsageError
from measurand.jobs.desk import Desk
from measurand.jobs.packet_export import Exported, export_packet
from measurand.jobs.packet_import import Imported, import_packet
from measurand.store.ledger import open_ledger


def export(project: Project, rater: str | None = "ann", form: str = "csv", **more: Any) -> Exported:
    path = project.folder / f"{rater or 'all'}.{form}"
    return export_packet(project.plan, path, form=form, rater=rater, environment=SECRET, **more)


def filled(path: Path, most: int = 1000, **said: str) -> Path:
    """A CSV packet as somebody filled it in."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    usual = {"tone": "4", "accuracy": "3", "safety": "yes", **said}
    done = 0
    for row in rows:
        if not row[header.index("code")].startswith("q") or done == most:
            continue
        done += 1
        for name, value in usual.items():
            column = next(
                at for at, cell in enumerate(header) if cell.startswith(f"rating: {name} ")
            )
            row[column] = value
    out = path.with_name("back.csv")
    with out.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return out


def imported(project: Project, path: Path, **more: Any) -> Imported:
    return import_packet(project.plan, path, environment=SECRET, **more)


def test_a_packet_comes_back_in_part_then_whole_then_once_more(project: Project) -> None:
    out = export(project)
    assert len(out.packet.items) == 8
    assert out.until is not None
    half = imported(project, filled(out.files[0], most=3))
    told = half.to_json()
    assert [told[name] for name in ("read", "kept", "refused", "new")] == [9, 9, 0, 9]
    assert (told["items"], told["missing"]) == (3, 5)
    whole = filled(out.files[0])
    assert imported(project, whole).to_json()["new"] == 15
    again = imported(project, whole).to_json()
    assert (again["new"], again["items"], again["unchanged"]) == (0, 0, 8)
    rows = project.people()
    assert len(rows) == 24
    assert {(row.rater, row.probability) for row in rows} == {("ann", 1.0)}
    assert {row.value for row in rows if row.dimension == "safety"} == {1.0}


def test_what_is_in_a_packet_is_kept_for_its_rater(tmp_path: Path) -> None:
    project = Project(tmp_path / "p", people={**PLAN["people"], "raters": 1})
    export(project)

    async def work(desk: Desk) -> None:
        assert await rate(desk, "ben") == 0
        assert await rate(desk, "ann") == 8

    project.desk(work)
    with pytest.raises(UsageError, match="nothing is left for ann"):
        export(project)


def test_a_packet_is_begun_work_and_new_work_and_never_training(project: Project) -> None:
    async def work(desk: Desk) -> None:
        await rate(desk, "ann", 2)
        await desk.next("ann")

    project.desk(work)
    assert len(export(project, most=3).packet.items) == 3
    assert len(export(project).packet.items) == 6

    async def count(desk: Desk) -> int:
        return len(desk.state.pool.queue("ann").assignments)

    assert project.desk(count) == 8


def test_ratings_off_the_scale_and_strange_rows_are_refused_and_kept_aside(
    project: Project,
) -> None:
    out = export(project)
    back = filled(out.files[0], most=2, tone="9")
    text = back.read_text("utf-8").replace(out.packet.items[1].code, "q999-000000")
    back.write_text(text, "utf-8")
    told = imported(project, back)
    assert told.to_json()["new"] == 2
    reasons = [refusal.reason for refusal in told.account.intake.refused]
    assert any("allowed: 1-5" in reason for reason in reasons)
    assert any("nobody sent the code" in reason for reason in reasons)
    assert told.refused is not None
    assert len(told.refused.read_text("utf-8").splitlines()) == len(reasons)
    with open_ledger(project.file) as ledger:
        assert ledger.sources.records()[-1].refused == len(reasons)


def test_an_output_that_changed_meanwhile_is_refused(project: Project) -> None:
    out = export(project)
    with open_ledger(project.file) as ledger:
        ledger.add_outputs([Output(example="q0", system="new", text="changed")])
    told = imported(project, filled(out.files[0]))
    assert told.to_json()["items"] == 7
    assert "has changed since" in told.account.intake.refused[0].reason
    rubric = [{**RUBRIC[0], "definition": "Other."}, *RUBRIC[1:]]
    project.plan.write_text(yaml.safe_dump({**PLAN, "rubric": rubric}), encoding="utf-8")
    assert imported(project, filled(out.files[0])).to_json()["items"] == 0


def test_another_tools_raters_are_assigned_when_they_have_rated(project: Project) -> None:
    out = export(project, rater=None, form="prodigy")
    tasks = [json.loads(line) for line in out.files[0].read_text("utf-8").splitlines()]
    assert out.until is None
    for who in ("pat", "sam"):
        done = [{**task, "answer": "accept", "_session_id": f"set-{who}"} for task in tasks]
        for task in done:
            task["accept"] = [task["options"][0]["id"]] if task.get("options") else []
        back = project.folder / f"{who}.jsonl"
        back.write_text("\n".join(map(json.dumps, done)), "utf-8")
        told = imported(project, back, form="prodigy", names={f"set-{who}": who})
        assert told.to_json()["refused"] == 0
    assert {row.rater for row in project.people()} == {"pat", "sam"}

    async def work(desk: Desk) -> None:
        shown = desk.shown("pat", 0)
        assert shown is not None
        assert shown.answer.marks

    project.desk(work)


def test_what_is_no_packet_is_refused(project: Project, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(DataError, match="code"):
        imported(project, odd)
    with pytest.raises(DataError, match="not there"):
        imported(project, tmp_path / "absent.csv")
    with pytest.raises(UsageError, match="no format"):
        imported(project, odd, form="word")
    with pytest.raises(UsageError, match="no format"):
        export(project, form="word")
    out = export(project)
    other = Project(tmp_path / "other")
    with pytest.raises(UsageError, match="no packet was made"):
        imported(other, filled(out.files[0]))


def test_an_account_that_has_voted_gets_no_second_name(project: Project) -> None:
    out = export(project, rater=None, form="label-studio")
    tasks = json.loads(out.files[0].read_text("utf-8"))
    said = [
        {"from_name": "tone", "to_name": "output", "type": "choices", "value": {"choices": ["4"]}}
    ]
    for task in tasks:
        task["annotations"] = [{"completed_by": 17, "result": said}]
    back = project.folder / "back.json"
    back.write_text(json.dumps(tasks), "utf-8")
    assert imported(project, back, form="label-studio").to_json()["new"] == 8
    with pytest.raises(UsageError, match="would vote twice"):
        imported(project, back, form="label-studio", names={"17": "Lars"})
