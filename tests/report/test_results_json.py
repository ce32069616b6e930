from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema_rs
import numpy as np
import pytest

from measurand import _version
from measurand.analysis.result import Findings, Result, Verdict
from measurand.report.results_json import results_document, results_schema
from measurand.stats.estimate import Estimate

if TYPE_CHECKING:
    from tests.report.conftest import World

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "results.schema.json"
ESTIMATE = Estimate(value=1 / 3, low=0.25, high=0.5, n=9, method="Wilson")


def test_the_published_schema_is_the_one_in_the_code() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == results_schema()


def test_the_schema_is_a_schema() -> None:
    jsonschema_rs.meta.validate(results_schema())


def test_a_document_validates_and_survives_json(world: World) -> None:
    document = results_document("compare", world.findings(), intake=world.context().intakes)
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text) == document
    jsonschema_rs.validate(results_schema(), document)
    assert document["measurand"] == _version.__version__
    assert document["verb"] == "compare"


def test_no_findings_are_a_document_too() -> None:
    document = results_document("rate", Findings(results=()))
    jsonschema_rs.validate(results_schema(), document)
    assert document["results"] == []


@pytest.mark.parametrize(
    ("systems", "expected"),
    [((), {}), (("a",), {"system": "a"}), (("a", "b"), {"systems": ["a", "b"]})],
)
def test_one_system_is_a_name_and_two_are_a_list(
    systems: tuple[str, ...], expected: dict[str, object]
) -> None:
    result = Result(name="mean", estimate=ESTIMATE, dimension="tone", systems=systems)
    [row] = results_document("compare", Findings(results=(result,)))["results"]
    assert {k: v for k, v in row.items() if k.startswith("system")} == expected
    assert row["value"] == 1 / 3
    assert row["method"] == "Wilson"


def test_a_result_says_what_it_is_within() -> None:
    result = Result(
        name="cohen_kappa", estimate=ESTIMATE, raters=("x", "y"), component="edge", segment="de"
    )
    document = results_document("rate", Findings(results=(result,)))
    jsonschema_rs.validate(results_schema(), document)
    [row] = document["results"]
    assert (row["raters"], row["component"], row["segment"]) == (["x", "y"], "edge", "de")


def test_a_verdict_carries_its_estimate_and_its_own_reason() -> None:
    verdict = Verdict(
        name="blocking", outcome="fail", reason="too many", estimate=ESTIMATE, bound=0.2
    )
    bare = Verdict(name="overall", outcome="inconclusive", reason="nobody rated")
    document = results_document("compare", Findings(results=(), verdicts=(verdict, bare)))
    jsonschema_rs.validate(results_schema(), document)
    first, second = document["verdicts"]
    assert (first["verdict"], first["reason"], first["bound"]) == ("fail", "too many", 0.2)
    assert (first["value"], first["low"], first["high"], first["n"]) == (1 / 3, 0.25, 0.5, 9)
    assert (second["value"], second["n"], second["method"]) == (None, None, None)


def test_numbers_of_numpy_become_numbers_of_json() -> None:
    estimate = Estimate(
        value=np.float64(0.5),
        low=np.float64(0.4),
        high=np.float64(0.6),
        n=int(np.int64(3)),
        method="t",
    )
    document = results_document("x", Findings(results=(Result(name="m", estimate=estimate),)))
    assert json.loads(json.dumps(document, allow_nan=False)) == document


@pytest.mark.parametrize(
    "change",
    [{"value": None}, {"value": math.pi, "low": None}, {"extra": 1}, {"n": -1}, {"level": 1.0}],
)
def test_the_schema_refuses_numbers_without_intervals(change: dict[str, object]) -> None:
    findings = Findings(results=(Result(name="mean", estimate=ESTIMATE),))
    document = results_document("compare", findings)
    [row] = document["results"]
    broken = {**document, "results": [{**row, **change}]}
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(results_schema(), broken)
