"""The section about levels, and the sentences before it."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.agreement import AgreementOptions, agreement
from measurand.analysis.result import Findings
from measurand.core.example import Component, Example, Message
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import NOMINAL, ONE_TO_FIVE, YES_NO, Value
from measurand.report.agreement_page import agreement_document
from measurand.report.document import Document, Fold, Plot
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.results_json import results_document

HOSTILE = "<script>alert(1)</script>"
SCALES = {"tone": ONE_TO_FIVE, "kind": NOMINAL, "safe": YES_NO}
COMPONENTS: tuple[Component, Component] = ("core", "edge")


def row(unit: int, dimension: str, rater: str, value: Value) -> Rating:
    return Rating(
        example=f"e{unit}",
        system="ab"[unit % 2],
        dimension=dimension,
        rater=rater,
        kind="people",
        value=value,
    )


@pytest.fixture(scope="module")
def findings() -> Findings:
    rng = np.random.default_rng(5)
    rows = []
    for unit in range(160):
        level, label = rng.integers(1, 5), ("a", "b", HOSTILE)[unit % 3]
        for rater in "ABCDE":
            grade = float(level + rng.integers(0, 2))
            rows.append(row(unit, "tone", rater, grade))
            rows.append(row(unit, "kind", rater, label if rng.random() < 0.7 else "a"))
            rows.append(row(unit, "safe", rater, float(rng.random() < (0.9 if unit % 4 else 0.2))))
    examples = {
        f"e{unit}": Example(
            id=f"e{unit}",
            messages=(Message("user", "?"),),
            component=COMPONENTS[unit // 80],
            segments=("x", "y")[: 1 + unit % 2],
        )
        for unit in range(160)
    }
    options = AgreementOptions(resamples=300, by=("system", "component", "segment"))
    return agreement(Ratings.of(rows), SCALES, examples=examples, options=options)


@pytest.fixture(scope="module")
def page(findings: Findings) -> Document:
    return agreement_document(findings)


def test_readings_come_first_and_levels_after_the_ceiling(page: Document) -> None:
    titles = [section.title for section in page.sections]
    assert titles[0] == "In plain words"
    assert titles.index("Levels") == titles.index("Ceiling") + 1


def test_each_confusion_is_a_picture_and_its_counts_a_table(
    page: Document, findings: Findings
) -> None:
    (section,) = (s for s in page.sections if s.title == "Levels")
    plots = [block for block in section.blocks if isinstance(block, Plot)]
    (fold,) = (block for block in section.blocks if isinstance(block, Fold))
    assert [c.dimension for c in findings.confusions] == ["tone", "kind"]
    assert len(plots) == len(fold.tables) == 2
    for plot in plots:
        plot.figure.draw()
    first = fold.tables[0]
    assert [row[0] for row in first.rows] == ["1", "2", "3", "4", "5"]
    assert sum(int(str(row[-1])) for row in first.rows) == 160 * 5


@pytest.mark.parametrize("part", ["systems", "component", "segment"])
def test_ceilings_stand_in_every_breakdown(findings: Findings, part: str) -> None:
    for name, dimension in (
        ("ceiling_correlation", "tone"),
        ("ceiling_majority", "safe"),
        ("ceiling_majority_bounds", "safe"),
    ):
        found = [
            result
            for result in findings.named(name)
            if result.dimension == dimension and getattr(result, part)
        ]
        assert len(found) == 2
        assert all(result.estimate.present for result in found)


def test_no_result_is_left_over(page: Document) -> None:
    for section in page.sections:
        if section.title == "Further results":
            tables = [block for block in section.blocks if hasattr(block, "rows")]
            names = {str(row[0]) for table in tables for row in table.rows}
            assert names == {"Gwet ac2", "Cohen's kappa"}  # these of breakdowns


def test_labels_are_text_in_every_rendering(page: Document, findings: Findings) -> None:
    assert HOSTILE not in html_page(page)
    assert "<script>alert" not in markdown_text(page)
    told = results_document("agreement", findings)["data"]["confusions"]
    assert [one["levels"] for one in told][1] == sorted(["a", "b", HOSTILE])
