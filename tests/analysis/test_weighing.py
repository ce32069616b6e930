"""Whose weights an example has: its own, then its segment's, then the rubric's."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.gate import gate
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.result import Findings
from measurand.analysis.score import score
from measurand.core.example import Example, Message
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT, YES_NO

DIMENSIONS = (
    Dimension("accuracy", weight=70, scale=UNIT),
    Dimension("tone", weight=30, scale=UNIT),
    Dimension("safety", weight=0, scale=YES_NO, blocking=True),
)
PLAIN = Rubric(*DIMENSIONS)
SEGMENTED = Rubric(*DIMENSIONS, by_segment={"complaint": {"accuracy": 10, "tone": 90}})
FEW = ComparisonOptions(resamples=199)


def _row(example: str, system: str, dimension: str, value: float) -> Rating:
    return Rating(
        example=example, system=system, dimension=dimension, rater="A", kind="people", value=value
    )


def _example(name: str, *segments: str, **weights: float) -> Example:
    return Example(id=name, messages=(Message("user", name),), segments=segments, weights=weights)


def _world(n: int = 40) -> tuple[Ratings, dict[str, Example]]:
    """System a is more accurate, system b friendlier; most questions are complaints."""
    rng = np.random.default_rng(3)
    rows, examples = [], {}
    for place in range(n):
        name = f"e{place}"
        examples[name] = _example(name, "complaint" if place % 4 else "order")
        for system, means in (("a", (0.8, 0.5)), ("b", (0.6, 0.8))):
            for dimension, mean in zip(("accuracy", "tone"), means, strict=True):
                value = float(np.clip(mean + 0.1 * rng.standard_normal(), 0, 1))
                rows.append(_row(name, system, dimension, value))
            rows.append(_row(name, system, "safety", float(not (system == "b" and place == 5))))
    return Ratings.of(rows), examples


def _difference(found: Findings) -> float:
    (one,) = (
        r
        for r in found.results
        if r.name == "difference" and r.dimension == "overall" and not (r.component or r.segment)
    )
    assert one.estimate.value is not None
    return one.estimate.value if one.systems == ("a", "b") else -one.estimate.value


def test_the_order_of_two_systems_changes_with_the_weights_of_a_segment() -> None:
    ratings, examples = _world()
    plain = compare(ratings, PLAIN, options=FEW, examples=examples)
    segmented = compare(ratings, SEGMENTED, options=FEW, examples=examples)
    assert _difference(plain) > 0.02
    assert _difference(segmented) < -0.05
    told = [limit for limit in segmented.limits if "weighed" in limit]
    assert len(told) == 1
    assert "Of the 40 examples" in told[0]
    assert "30 by those of the segment complaint (accuracy 10 %, tone 90 %)" in told[0]
    assert "the other 10 by the rubric's" in told[0]
    assert not [limit for limit in plain.limits if "weighed" in limit]


def test_what_blocks_is_the_same_whatever_is_weighed() -> None:
    ratings, examples = _world()
    rates = [
        [
            r.estimate
            for r in compare(ratings, rubric, options=FEW, examples=examples).named("blocking_rate")
        ]
        for rubric in (PLAIN, SEGMENTED)
    ]
    assert rates[0] == rates[1]
    assert max(estimate.value or 0 for estimate in rates[0]) > 0


def test_an_examples_own_weights_go_before_its_segments_and_those_before_the_rubrics() -> None:
    examples = {
        "own": _example("own", "complaint", accuracy=30),
        "segment": _example("segment", "complaint"),
        "second": _example("second", "order", "complaint"),
        "usual": _example("usual", "order"),
    }
    rows = [_row(e, "a", d, v) for e in examples for d, v in (("accuracy", 1.0), ("tone", 0.0))]
    scores = score(Ratings.of(rows), SEGMENTED, examples=examples)
    expected = {"own": 30 / 120, "segment": 0.1, "second": 0.1, "usual": 0.7}
    assert scores.weighed_by == ("", "complaint", "complaint", None)
    np.testing.assert_allclose(scores.overall[:, 0], list(expected.values()))
    kept = scores.only(np.asarray([False, True, False, True]))
    assert kept.weighed_by == ("complaint", None)


def test_weights_of_a_segment_that_no_example_is_of_are_told() -> None:
    ratings, _ = _world()
    found = compare(ratings, SEGMENTED, options=FEW)
    assert any("weights for complaint, and no example" in limit for limit in found.limits)


def test_the_rubric_keeps_them_in_its_parts_and_its_fingerprint_tells_them_apart() -> None:
    assert SEGMENTED["tone", "accuracy"].by_segment == SEGMENTED.by_segment
    other = Rubric(*DIMENSIONS, by_segment={"complaint": {"accuracy": 20, "tone": 80}})
    assert len({one.fingerprint for one in (PLAIN, SEGMENTED, other)}) == 3
    with pytest.raises(ValueError, match="0 or more"):
        Rubric(*DIMENSIONS, by_segment={"complaint": {"tone": -1}})


def test_a_gate_decides_by_them_and_says_so() -> None:
    ratings, examples = _world()
    terms = GateTerms(
        system="b", baseline="a", today=date(2026, 1, 1), whole=True, rounds={}, resamples=100
    )
    plain, segmented = (
        gate(ratings, rubric, terms, examples=examples).findings for rubric in (PLAIN, SEGMENTED)
    )
    differences = [
        next(r.estimate.value or 0.0 for r in found.named("difference") if r.dimension == "overall")
        for found in (plain, segmented)
    ]
    assert differences[0] < 0 < differences[1]
    assert any("30 by those of the segment complaint" in limit for limit in segmented.limits)
    assert not any("are weighed" in limit for limit in plain.limits)
