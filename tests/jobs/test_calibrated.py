"""What a ledger's calibrations say of a plan's judges, for planning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from measurand.core.plan import Plan
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.running import JudgeModel, JudgePlan
from measurand.jobs.calibrating.records import calibrated
from measurand.store.ledger import Ledger, open_ledger
from measurand.store.ledger_calibration import CalibrationEvent

TONE = Dimension("tone", "Friendly and plain.", raters=(RaterSpec("judge"),))
PLAN = Plan(
    name="bot",
    rubric=Rubric(TONE),
    judge=JudgePlan(models=(JudgeModel("sim/one"), JudgeModel("sim/two"))),
)


def record(judge: str, r: float, *, rubric: str = TONE.fingerprint) -> CalibrationEvent:
    numbers = {"correlation_with_people": [r, r - 0.1, r + 0.05], "repeat_reliability": None}
    if judge == "sim/two":
        numbers["repeat_reliability"] = [0.9, 0.8, 0.95]
    body = {"name": judge, "dimension": "tone", "numbers": numbers, "n_test": 80}
    return CalibrationEvent(kind="record", rubric=rubric, judge=judge, test="t", body=body)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.db") as found:
        yield found


def test_a_panel_is_the_mean_of_its_judges_last_calibrations(ledger: Ledger) -> None:
    ledger.calibration.add([record("sim/two", 0.9), record("sim/one", 0.6)])
    ledger.calibration.add([record("sim/two", 0.8)])
    found = calibrated(ledger, PLAN)
    assert set(found) == {"tone"}
    assert found["tone"].judge == "sim/one, sim/two"
    assert found["tone"].correlation == pytest.approx((0.6, 0.7, 0.75))
    assert found["tone"].reliability == 0.9  # of the one that measured it
    assert found["tone"].n == 80


def test_other_judges_and_other_definitions_do_not_count(ledger: Ledger) -> None:
    ledger.calibration.add([record("sim/three", 0.9), record("sim/one", 0.9, rubric="old")])
    assert calibrated(ledger, PLAN) == {}
