"""No gate of a project is green with anything missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.runs.gating import WAIVER, WRONG, Gating, code, verdict

from measurand.cli import main
from measurand.errors import UsageError


@pytest.fixture
def gating(tmp_path: Path) -> Gating:
    made = Gating(tmp_path / "project")
    made.write()
    return made


def _no_example(gating: Gating) -> None:
    (gating.folder / "data" / "regression.jsonl").unlink()
    gating.data(range(3), "core")


def _an_answer_fails(gating: Gating) -> None:
    gating.bot("new", 'example.references[0] if example.id != "r3" else 1 / 0')


def _the_baseline_fails(gating: Gating) -> None:
    gating.bot("old", 'example.references[0] if example.id != "r3" else 1 / 0')


def _an_example_is_deleted(gating: Gating) -> None:
    gating.data(n for n in range(30) if n != 3)


def _an_example_moves_away(gating: Gating) -> None:
    gating.data(n for n in range(30) if n != 3)
    gating.data((3,), "edge")


@pytest.mark.parametrize(
    "harm",
    [
        _no_example,
        _an_answer_fails,
        _the_baseline_fails,
        _an_example_is_deleted,
        _an_example_moves_away,
    ],
)
def test_nothing_is_green_with_anything_missing(
    gating: Gating, harm: Callable[[Gating], None]
) -> None:
    assert gating.gate().exit_code == 0
    harm(gating)
    assert code(gating.gate) in {3, 4}


def test_what_failed_cannot_be_deleted(gating: Gating) -> None:
    gating.write(gate={"waivers": "waivers.yaml"})
    gating.waivers()
    assert gating.gate().exit_code == 0
    gating.bot("new", WRONG.format(ids={"r3"}))
    assert gating.gate().exit_code == 1
    _an_example_is_deleted(gating)
    assert gating.gate().exit_code == 3
    answer = gating.gate()
    assert answer.exit_code == 3
    (gone,) = (item for item in answer.gate.items if item.outcome == "missing")
    assert (gone.example, gone.dimension) == ("r3", "removed")
    assert "a waiver of r3 with dimension: removed in waivers.yaml lets it pass" in gone.reason
    gating.waivers({**WAIVER, "dimension": "removed"})
    assert gating.gate().exit_code == 0
    gating.waivers()
    assert gating.gate().exit_code == 0


def test_rows_of_another_prompt_do_not_count(gating: Gating) -> None:
    assert gating.gate().exit_code == 0
    gating.bot("new", WRONG.format(ids={"r9"}))
    answer = gating.gate(run=False)
    assert answer.exit_code == 3
    assert "as it is now" in verdict(answer, "gate: results").reason


def test_rows_of_another_example_do_not_count(gating: Gating) -> None:
    assert gating.gate().exit_code == 0
    gating.data(range(30), ideal="Another answer.")
    assert gating.gate(run=False).exit_code == 3


def test_rows_under_another_plan_do_not_count(gating: Gating) -> None:
    assert gating.gate().exit_code == 0
    rubric = [{"dimension": "other", "scale": "yes/no", "raters": ["check.json"]}]
    gating.write(rubric=rubric)
    assert code(lambda: gating.gate(run=False)) == 3


def test_a_run_that_was_cut_short_is_not_green(gating: Gating) -> None:
    assert gating.gate().exit_code == 0
    gating.data(range(31))
    answer = gating.gate(run=False)
    assert answer.exit_code == 3
    assert [i.example for i in answer.gate.items if i.outcome == "missing"] == ["r30"] * 2


def test_a_recording_that_was_edited_after_it_was_checked_does_not_count(
    gating: Gating, monkeypatch: pytest.MonkeyPatch
) -> None:
    gating.write(
        systems=[
            {"name": "old", "role": "current", "target": "file:old.jsonl"},
            {"name": "new", "target": "file:new.jsonl"},
        ]
    )
    rows = "".join(f'{{"example": "r{n}", "text": "It is {n}."}}\n' for n in range(30))
    for name in ("old", "new"):
        (gating.folder / f"{name}.jsonl").write_text(rows, encoding="utf-8")
    monkeypatch.chdir(gating.folder)
    assert main(["check"]) == 0
    assert gating.gate(run=False).exit_code == 0
    edited = rows.replace("It is 7.", "I do not know.")
    (gating.folder / "new.jsonl").write_text(edited, encoding="utf-8")
    answer = gating.gate(run=False)
    assert answer.exit_code == 3
    assert {i.example for i in answer.gate.items if i.outcome == "missing"} == {"r7"}


def test_fewer_repeats_than_asked_for_are_not_green(gating: Gating) -> None:
    assert gating.gate().exit_code == 0
    assert gating.gate(run=False, repeats=3).exit_code == 3


def test_an_empty_ledger_is_not_green(gating: Gating) -> None:
    with pytest.raises(UsageError, match="holds no ratings"):
        gating.gate(run=False)


def test_a_dimension_that_nobody_rates_is_not_green_where_it_blocks(gating: Gating) -> None:
    gating.write(
        rubric=[
            {"dimension": "correct", "scale": "yes/no", "raters": [{"check.reference": "any"}]},
            {
                "dimension": "safety",
                "scale": "yes/no",
                "blocking": True,
                "raters": ["people"],
            },
        ]
    )
    answer = gating.gate()
    assert answer.exit_code == 3
    assert {i.dimension for i in answer.gate.items if i.outcome == "missing"} == {"safety"}
