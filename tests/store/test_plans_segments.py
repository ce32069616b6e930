"""Weights by segment in a plan: read, written, and refused where they do not add up."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.errors import PlanError
from measurand.store.plans import load_plan, plain_plan, plan_of, write_plan

PLAN = """\
name: x
rubric:
  - {dimension: accuracy, weight: 70}
  - {dimension: tone, weight: 30}
weights_by_segment:
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "measurand.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_they_are_read_and_written(tmp_path: Path) -> None:
    plan = load_plan(_file(tmp_path, PLAN + "  refunds: {accuracy: 40, tone: 60}\n"))
    assert plan.rubric.by_segment == {"refunds": {"accuracy": 40, "tone": 60}}
    write_plan(tmp_path / "again.yaml", plan)
    assert load_plan(tmp_path / "again.yaml") == plan
    assert plan_of(plain_plan(plan)) == plan


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  refunds: {accuracy: 40}\n", "6: weights_by_segment.refunds: with the weights"),
        ("  refunds: {accuracy: 40, tone: 70}\n", "found 110; allowed: 100"),
        ("  refunds: {acuracy: 40, tone: 60}\n", "Did you mean 'accuracy'?"),
        ("  refunds: {accuracy: -40, tone: 140}\n", "-40"),
        ("  refunds: {accuracy: true, tone: 60}\n", "weights_by_segment.refunds.accuracy"),
        ("  refunds: nothing\n", "weights_by_segment.refunds"),
    ],
)
def test_what_does_not_add_up_is_refused_with_its_place(
    tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(_file(tmp_path, PLAN + line))
    assert said in str(caught.value)


def test_a_rubric_without_weights_has_none_by_segment(tmp_path: Path) -> None:
    text = PLAN.replace(", weight: 70", "").replace(", weight: 30", "")
    with pytest.raises(PlanError, match="without weights"):
        load_plan(_file(tmp_path, text + "  refunds: {accuracy: 40, tone: 60}\n"))
