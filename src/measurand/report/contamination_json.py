"""What each test for contamination found, as the part ``contamination`` of the published JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from measurand.analysis.exposure import TESTS, Exposure, Outcome
from measurand.report.json_schema import Json, list_of, object_of, typed

__all__ = ["contamination_part", "contamination_schema"]


def contamination_part(tests: Sequence[Exposure]) -> Json:
    """Every test, worst first, as `contamination_schema` describes it."""
    return {
        "tests": [
            {
                "test": one.test,
                "outcome": one.outcome,
                "told": one.told,
                "blind": one.blind,
                "items": [{"what": what, "seen": seen} for what, seen in one.items],
            }
            for one in tests
        ]
    }


def contamination_schema() -> Json:
    """The JSON Schema of `contamination_part`."""
    item = object_of(
        {
            "what": typed("string", "An example's id, or a place in a file."),
            "seen": typed("string", "What was seen there."),
        }
    )
    test = object_of(
        {
            "test": {"enum": list(TESTS)},
            "outcome": {"enum": list(get_args(Outcome))},
            "told": typed("string", "What came out, or why it was not run."),
            "blind": typed("string", "What this test cannot see."),
            "items": list_of(item, "Worst first."),
        }
    )
    return object_of({"tests": list_of(test, "Worst first; there is no verdict over all.")})
