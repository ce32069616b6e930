from __future__ import annotations

from pathlib import Path

import pytest

from measurand.core.example import Message
from measurand.core.exemplars import ExemplarId, Settled, by_dimension
from measurand.core.judging import Exemplar
from measurand.core.plan import Plan
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.running import JudgeModel, JudgePlan
from measurand.core.scale import YES_NO
from measurand.errors import DataError, PlanError
from measurand.jobs.opening_judges import exemplars_of
from measurand.store.exemplars import read_exemplars, write_exemplars

RUBRIC = Rubric(
    Dimension("accuracy", raters=(RaterSpec("judge"),)),
    Dimension("safety", scale=YES_NO, raters=(RaterSpec("judge", {"form": "checklist"}),)),
)


def shown(dimension: str = "accuracy", level: float | str = 4.0) -> Settled:
    said = Exemplar(
        messages=(Message("user", "When do you open?"),), output="At nine.", level=level, reason="y"
    )
    return Settled(dimension=dimension, of=ExemplarId("q1", "today"), exemplar=said)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    kept = (shown(), shown("safety", 1.0), shown(level=1.0))
    write_exemplars(tmp_path / "e.jsonl", kept)
    assert read_exemplars(tmp_path / "e.jsonl", RUBRIC) == kept
    assert by_dimension(kept)["accuracy"] == (kept[0].exemplar, kept[2].exemplar)


def test_faults_are_named_with_their_lines(tmp_path: Path) -> None:
    write_exemplars(tmp_path / "e.jsonl", [shown(), shown(level=7.0), shown("taste")])
    with pytest.raises(DataError) as caught:
        read_exemplars(tmp_path / "e.jsonl", RUBRIC)
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (2, "level"),
        (3, "dimension"),
    ]


def test_a_plan_s_judges_are_shown_its_exemplars(tmp_path: Path) -> None:
    judge = JudgePlan(models=(JudgeModel("a/b"),), exemplars="e.jsonl")
    plan = Plan(name="p", rubric=RUBRIC, judge=judge)
    with pytest.raises(PlanError, match="no exemplars here"):
        exemplars_of(plan, tmp_path / "measurand.yaml")
    write_exemplars(tmp_path / "e.jsonl", [shown()])
    assert exemplars_of(plan, tmp_path / "measurand.yaml") == {"accuracy": (shown().exemplar,)}
    write_exemplars(tmp_path / "e.jsonl", [shown("safety", 1.0)])
    with pytest.raises(PlanError, match="safety is not judged by level"):
        exemplars_of(plan, tmp_path / "measurand.yaml")
