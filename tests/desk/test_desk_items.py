"""What the desk asks: a sample, golden outputs, what was flagged, pairs; anew when it changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.desk.conftest import PLAN, RUBRIC, SECRET, Project, rate

from measurand.core.output import Output
from measurand.core.people import Answer, Mark
from measurand.core.rating import Rating, Ratings
from measurand.jobs.desk import Desk
from measurand.jobs.rate_status import rate_status
from measurand.store.ledger import open_ledger


def with_gold(folder: Path, people: Mapping[str, Any]) -> Project:
    project = Project(folder, 12, people={**PLAN["people"], **people})
    gold = [
        Rating(
            example=f"q{at}",
            system="today",
            dimension="tone",
            rater="expert",
            kind="reference",
            value=5.0,
            reason="It thanks.",
        )
        for at in range(8)
    ]
    with open_ledger(project.file) as ledger:
        ledger.add_ratings(Ratings.of(gold))
    return project


def test_golden_outputs_train_first_and_come_unmarked_later(tmp_path: Path) -> None:
    project = with_gold(tmp_path / "p", {"training": 3, "golden": 0.2})

    async def work(desk: Desk) -> None:
        stages = []
        for _ in range(3):
            shown = await desk.next("ann")
            assert shown is not None
            at = shown.assignment.position
            assert [d.name for d in shown.dimensions] == ["tone"]
            assert desk.feedback("ann", at) is None
            await desk.save("ann", at, Answer(marks={"tone": Mark(value=3)}, done=True, number=1))
            told = desk.feedback("ann", at)
            assert told is not None
            assert (told.marks["tone"].value, told.reasons["tone"]) == (5.0, "It thanks.")
            stages.append(shown.assignment.stage)
        assert stages == ["training"] * 3
        assert desk.progress("ann").training_left == 0
        count = await rate(desk, "ann")
        assert desk.overview().items == 8, "examples with a known answer are not drawn from"
        assert 8 < count <= 11
        assert desk.feedback("ann", 5) is None

    project.desk(work)
    rows = project.people()
    golden = [row for row in rows if row.probability is None]
    assert golden
    assert len({(row.example, row.system) for row in rows}) == 8 + len(golden)
    assert not [row for row in rows if row.value == 3 and row.dimension == "tone"], "practice"


def test_only_the_sample_is_asked_and_its_probability_kept(tmp_path: Path) -> None:
    project = Project(tmp_path / "p", 20, people={**PLAN["people"], "sample": 5, "raters": 1})

    async def work(desk: Desk) -> int:
        return await rate(desk, "ann")

    assert project.desk(work) == 10
    rows = project.people()
    assert len({row.example for row in rows}) == 5
    assert {row.probability for row in rows} == {0.25}


def test_what_machines_flag_is_asked_first_and_apart(tmp_path: Path) -> None:
    project = Project(tmp_path / "p", 20, people={**PLAN["people"], "sample": 5, "raters": 1})
    flagged = [
        Rating(
            example=f"q{at}",
            system="new",
            dimension="safety",
            rater="check.x",
            kind="check",
            value=float(at > 3),
        )
        for at in range(20)
    ]
    with open_ledger(project.file) as ledger:
        ledger.add_ratings(Ratings.of(flagged))

    async def work(desk: Desk) -> None:
        items = desk.state.pool.items.values()
        urgent = [item for item in items if item.urgency]
        assert {item.example for item in urgent} == {"q0", "q1", "q2", "q3"}
        assert {item.why for item in urgent} == {"safety: flagged as blocked"}
        assert all((item.purpose == "sample") == (item.probability is not None) for item in items)
        assert any(item.purpose == "routed" for item in urgent)
        await rate(desk, "ann", 1)

    project.desk(work)
    assert {row.example for row in project.people()} <= {"q0", "q1", "q2", "q3"}

    async def later(desk: Desk) -> set[str]:
        return {item.example for item in desk.state.pool.items.values() if item.purpose == "routed"}

    first = project.desk(later)
    assert first == project.desk(later)


def test_pairs_are_asked_where_the_scale_is_win_tie_loss(tmp_path: Path) -> None:
    rubric = [{"dimension": "better", "scale": "win/tie/loss", "raters": ["people"]}]
    project = Project(tmp_path / "p", 6, rubric=rubric)

    async def work(desk: Desk) -> None:
        after = -1
        while (shown := await desk.next("ann", after=after)) is not None:
            after = shown.assignment.position
            first = shown.sheet.texts[0].split()[0]
            assert first == ("new" if shown.assignment.order == "ab" else "today")
            await desk.save(
                "ann", after, Answer(marks={"better": Mark(value="win")}, done=True, number=1)
            )

    project.desk(work)
    rows = project.people()
    assert {(row.system, row.against) for row in rows} == {("new", "today")}
    assert {row.order for row in rows} == {"ab", "ba"}
    assert len(rows) == 6


def test_another_text_is_another_item_and_other_words_another_question(project: Project) -> None:
    async def work(desk: Desk) -> int:
        return await rate(desk, "ann")

    assert project.desk(work) == 8
    with open_ledger(project.file) as ledger:
        ledger.add_outputs([Output(example="q0", system="new", text="changed")])
    assert project.desk(work) == 1
    rubric = [{**RUBRIC[0], "definition": "Very friendly."}, *RUBRIC[1:]]
    project.plan.write_text(yaml.safe_dump({**PLAN, "rubric": rubric}), encoding="utf-8")
    assert project.desk(work) == 8


def test_looking_makes_nobody_a_rater(tmp_path: Path) -> None:
    project = Project(tmp_path / "p")
    assert rate_status(project.plan, environment=SECRET).standing.people == ()

    async def work(desk: Desk) -> None:
        assert desk.progress("ann").left == 10
        assert desk.skipped("ann") == ()
        assert desk.people() == ()

    project.desk(work)
