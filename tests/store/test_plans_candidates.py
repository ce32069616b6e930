from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from measurand.core.candidate import BALANCED
from measurand.core.exemplars import ExemplarId
from measurand.errors import PlanError
from measurand.store.plans import load_plan, plain_plan, plan_of

PLAN: dict[str, Any] = {
    "name": "p",
    "rubric": [
        {"dimension": "accuracy", "scale": "1-5", "raters": ["judge", "people"]},
        {"dimension": "tone", "scale": "1-5", "raters": ["people"]},
    ],
    "judge": {"model": "sim/judge"},
}


def written(folder: Path, *candidates: dict[str, Any]) -> Path:
    plan = {**PLAN, "calibration": {"candidates": list(candidates)}}
    path = folder / "measurand.yaml"
    path.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    return path


def test_candidates_are_read_as_written_and_written_as_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"name": "detail", "definition": {"accuracy": "No wrong fact."}, "repeats": 5},
        {"name": "anchors", "levels": {"accuracy": {1: "Wrong", 3: "Half"}}},
        {"name": "shown", "exemplars": "balanced", "each": 2},
        {"name": "these", "exemplars": ["q1", {"example": "q2", "system": "today"}]},
        {"name": "list", "criteria": {"accuracy": ["It names the price."]}},
        {"name": "other", "model": "mistral/large", "parameters": {"effort": "low"}},
    )
    plan = load_plan(path)
    found = {one.name: one for one in plan.calibration.candidates}
    assert found["detail"].definition == {"accuracy": "No wrong fact."}
    assert found["detail"].repeats == 5
    assert found["anchors"].levels == {"accuracy": {"1": "Wrong", "3": "Half"}}
    assert (found["shown"].exemplars, found["shown"].each) == (BALANCED, 2)
    assert found["these"].exemplars == (ExemplarId("q1"), ExemplarId("q2", "today"))
    assert found["other"].parameters == {"effort": "low"}
    assert plan_of(plain_plan(plan)) == plan


@pytest.mark.parametrize(
    ("candidate", "key", "problem"),
    [
        ({"definition": {"taste": "x"}}, ".definition.taste", "no dimension that the judge rates"),
        ({"definition": {"tone": "x"}}, ".definition.tone", "no dimension that the judge rates"),
        ({"levels": {"accuracy": {7: "x"}}}, ".levels.accuracy", "the scale lacks"),
        ({"exemplar": "balanced"}, ".exemplar", "not a known key"),
        ({"exemplars": "random"}, ".exemplars", "neither balanced nor a list"),
        ({"exemplars": 4}, ".exemplars", "neither balanced nor a list"),
        ({"exemplars": []}, ".exemplars", "is empty"),
        ({"exemplars": ["q1", 3]}, ".exemplars[1]", "is not a mapping"),
        ({"form": {"accuracy": "pairwise"}}, "", "pairwise compares two"),
        ({"model": "large"}, "", "named with its provider"),
        ({"each": 2, "repeats": 3}, "", "belongs to exemplars: balanced"),
        ({}, "", "differs in nothing"),
    ],
)
def test_faults_have_their_place(
    tmp_path: Path, candidate: dict[str, Any], key: str, problem: str
) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(written(tmp_path, {"name": "x", **candidate}))
    fault = caught.value.faults[0]
    assert (fault.key or "").startswith("calibration.candidates[0]")
    assert key in (fault.key or "")
    assert problem in fault.problem
    assert fault.line is not None
    assert fault.file == str(tmp_path / "measurand.yaml")


def test_two_candidates_of_one_name_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="two candidates are called x"):
        load_plan(written(tmp_path, {"name": "x", "repeats": 5}, {"name": "x", "repeats": 7}))


def test_a_fault_is_told_once_and_hides_no_other(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"name": "x", "exemplars": "random", "definition": {"taste": "x"}},
        {"name": "x", "repeats": 2},
        {"name": "z", "repeats": 0, "levels": {"accuracy": {7: "x"}}},
    )
    with pytest.raises(PlanError) as caught:
        load_plan(path)
    keys = [
        (fault.key or "").removeprefix("calibration.candidates") for fault in caught.value.faults
    ]
    assert sorted(keys) == [
        "[0].definition.taste",
        "[0].exemplars",
        "[1].name",
        "[2].levels.accuracy",
        "[2].repeats",
    ]
    assert str(caught.value).count("allowed: 1-5") == 1
    assert "[_" not in str(caught.value)  # no names of our own
    assert "literal" not in str(caught.value)
