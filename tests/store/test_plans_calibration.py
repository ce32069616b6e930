"""The section ``calibration`` of a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.core.calibration import CalibrationPlan
from measurand.errors import PlanError
from measurand.store.plans import load_plan, plain_plan, plan_of


def written(folder: Path, section: str) -> Path:
    path = folder / "measurand.yaml"
    path.write_text(f"name: x\nrubric: [{{dimension: tone}}]\n{section}", encoding="utf-8")
    return path


def test_it_is_read_and_written_down_again(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, "calibration: {target: 0.75, development: 0, test: 120}\n"))

    assert plan.calibration == CalibrationPlan(target=0.75, development=0, test=120)
    assert plan_of(plain_plan(plan)) == plan


def test_without_it_there_is_a_target_and_a_development_set(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, ""))

    assert plan.calibration == CalibrationPlan(target=0.8, development=50, test=None)
    assert "calibration" not in plain_plan(plan)


@pytest.mark.parametrize("value", ["{target: 1}", "{target: 0}", "{development: -1}", "{test: 0}"])
def test_what_means_nothing_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(written(tmp_path, f"calibration: {value}\n"))

    assert caught.value.faults[0].line == 3


@pytest.mark.parametrize("cells", [{"target": 1.0}, {"development": -1}, {"test": 0}])
def test_code_is_told_the_same(cells: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(cells))):
        CalibrationPlan(**cells)  # type: ignore[arg-type]
