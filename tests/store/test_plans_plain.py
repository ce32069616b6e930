"""A plan that went into a manifest comes out of it as it was."""

import json

import pytest
import yaml
from tests.runs.conftest import PLAN

from measurand.errors import DataError
from measurand.store.plans import PlanForm, plain_plan, plan_of

MORE = {
    "judge": {
        "models": [
            "sim/judge",
            {"model": "sim-b/judge", "family": "elm", "parameters": {"top_p": 1}},
        ],
        "repeats": 2,
        "batch": True,
        "parameters": {"max_tokens": 400, "temperature": 0.0},
    },
    "budget": {"usd": 2.5},
    "run": {"attempts": 3},
}


@pytest.mark.parametrize("more", [{}, MORE])
def test_a_plan_as_json_and_back(more: dict[str, object]) -> None:
    plan = PlanForm.model_validate(yaml.safe_load(yaml.safe_dump({**PLAN, **more}))).build()
    again = plan_of(json.loads(json.dumps(plain_plan(plan))))
    assert again == plan
    assert [d.fingerprint for d in again.rubric] == [d.fingerprint for d in plan.rubric]


def test_what_is_no_plan_is_named() -> None:
    with pytest.raises(DataError, match="systems"):
        plan_of({"name": "x", "systems": 3})
