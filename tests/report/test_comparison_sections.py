"""What the page of a comparison shows of composition, ranks, pairs and ceilings."""

from __future__ import annotations

import numpy as np
import pytest
from tests.analysis.many_rows import QUALITY, known, table

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import UNIT, YES_NO
from measurand.figures.forest import Forest
from measurand.report.comparison_page import comparison_document
from measurand.report.document import Document, Paragraph, Plot, Section, Table
from measurand.report.sections import PageContext
from measurand.stats.estimate import Estimate


def section(document: Document, title: str) -> Section:
    (found,) = [one for one in document.sections if one.title == title]
    return found


def tables(part: Section) -> dict[str, Table]:
    return {block.caption: block for block in part.blocks if isinstance(block, Table)}


def figures(part: Section) -> list[Forest]:
    return [
        block.figure
        for block in part.blocks
        if isinstance(block, Plot) and isinstance(block.figure, Forest)
    ]


@pytest.fixture(scope="module")
def findings() -> Findings:
    rng = np.random.default_rng(1)
    scores = np.clip(0.5 + np.array([0, 0.1, 0.3, 0.12]) + 0.05 * rng.normal(size=(90, 4)), 0, 1)
    examples = known(["core"] * 60 + ["edge"] * 30)
    return compare(
        table(scores),
        QUALITY,
        examples=examples,
        options=ComparisonOptions(resamples=499, baseline="a"),
    )


def test_the_page_says_of_which_examples_it_is(findings: Findings) -> None:
    document = comparison_document(findings)
    assert section(document, "Overall").summary == "Of core, 60 examples that sample production."


def test_every_pool_is_told_as_what_it_is(findings: Findings) -> None:
    part = section(comparison_document(findings), "Components")
    (found,) = [t for t in tables(part).values() if t.caption.startswith("Mean, overall")]
    assert [c.name for c in found.columns] == [
        "System",
        "core (production sample)",
        "edge (error analysis)",
    ]
    assert "no mean of all of them says anything of production" in part.summary


def test_ranks_are_drawn_and_listed_with_the_set_of_best(findings: Findings) -> None:
    part = section(comparison_document(findings), "Ranks")
    (figure,) = figures(part)
    assert next((row.label, row.text) for row in figure.rows) == ("c", "1")
    listed = tables(part)
    assert next(row[0] for row in listed["Possible ranks"].rows) == "c"
    overall = listed["The set of best systems"].rows[0]
    assert overall[2] == "c"


def test_every_result_is_on_the_page_once(findings: Findings) -> None:
    titles = [one.title for one in comparison_document(findings).sections]
    assert len(titles) == len(set(titles))
    assert "Further results" not in titles


def test_a_pair_has_its_own_verdict_though_others_are_about_the_same_two(
    findings: Findings,
) -> None:
    other = Verdict(
        name="weights", outcome="elsewhere", reason="r", dimension="overall", systems=("b", "a")
    )
    mixed = Findings(results=findings.results, verdicts=(*findings.verdicts, other))
    part = section(comparison_document(mixed), "Differences")
    words = [row[1].text for row in tables(part)["Overall difference"].rows]  # type: ignore[union-attr]
    assert "elsewhere" not in words
    assert words[0] == "b better"


def test_floor_expert_and_baseline_are_drawn_on_means_and_differences(findings: Findings) -> None:
    roles = {"a": "baseline", "c": "expert", "b": "floor"}
    document = comparison_document(findings, PageContext(roles=roles))
    (means,) = figures(section(document, "Overall"))
    assert {line.label for line in means.lines} == {"baseline", "expert", "floor"}
    (gaps,) = figures(section(document, "Differences"))
    assert {line.label for line in gaps.lines} == {"", "expert", "floor"}


def test_the_ceiling_is_an_interval_and_agreement_is_no_cap() -> None:
    rubric = Rubric(
        Dimension("quality", weight=50, scale=UNIT), Dimension("right", weight=50, scale=YES_NO)
    )
    rng = np.random.default_rng(2)
    rows = table(np.clip(rng.random((40, 2)), 0, 1)) + table(
        (rng.random((40, 2)) < 0.9).astype(float), dimension="right"
    )
    plain = compare(rows, rubric, options=ComparisonOptions(resamples=499))
    ceiling = Result(
        name="ceiling_majority",
        estimate=Estimate(value=0.93, low=0.82, high=0.985, n=40, method="m"),
        dimension="right",
    )
    known_ceiling = Findings(results=(*plain.results, ceiling), verdicts=plain.verdicts)
    part = section(comparison_document(known_ceiling), "Dimensions")
    (figure,) = figures(part)
    assert [(band.low, band.high, band.label) for band in figure.bands] == [
        (0.82, 0.985, "ceiling")
    ]
    (told,) = [block.text for block in part.blocks if isinstance(block, Paragraph)]
    assert "right 82.0% to 98.5%" in told
    assert "at 85% agreement it lies anywhere from 85.0%" in told
    assert "to 98.1%" in told
