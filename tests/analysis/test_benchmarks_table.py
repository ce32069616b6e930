"""A table of benchmarks holds together, or is refused."""

import numpy as np
import pytest

from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.errors import UsageError


def table(**change: object) -> BenchmarkTable:
    parts: dict[str, object] = {
        "systems": ("a", "b", "c"),
        "benchmarks": ("mmlu", "arena"),
        "scores": np.array([[1.0, np.nan], [2.0, 5.0], [3.0, 4.0]]),
        "errors": None,
        "outcome": "quality",
        "values": np.array([0.5, 0.6, np.nan]),
        "value_errors": None,
        "families": None,
    }
    return BenchmarkTable(**{**parts, **change})  # type: ignore[arg-type]


def test_a_system_is_known_where_both_sides_are() -> None:
    assert table().known("mmlu").tolist() == [True, True, False]
    assert table().known("arena").tolist() == [False, True, False]
    with pytest.raises(UsageError, match="the benchmarks are: mmlu, arena"):
        table().known("gpqa")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"systems": ("a", "b", "a")}, "named twice: a"),
        ({"outcome": "mmlu"}, "named twice: mmlu"),
        ({"scores": np.ones((2, 2))}, r"scores have the shape \(3, 2\)"),
        ({"values": np.array([0.5, np.inf, 0.1])}, "values are finite"),
        ({"families": ("x",)}, "every system has a family"),
        ({"value_errors": np.array([0.1, -0.1, 0.1])}, "not negative"),
    ],
)
def test_parts_that_do_not_fit_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        table(**change)
