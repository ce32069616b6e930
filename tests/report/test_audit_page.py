"""The page of an audit: one screen to decide by, then everything it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from measurand.analysis.audit import audit
from measurand.analysis.result import Findings
from measurand.core.scale import ONE_TO_FIVE, Scale
from measurand.report.audit_page import BIAS_SECTIONS, audit_document
from measurand.report.brief import brief
from measurand.report.document import Bullets, Document, Outcome, Paragraph, Plot, Table
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.terminal import terminal_text
from measurand.simulate.judge_rows import (
    PlantedJudge,
    PlantedPeople,
    draw_judge_world,
    judge_scores,
    pair_points,
    pair_ratings,
    people_scores,
    table_of_ratings,
)
from measurand.simulate.probe_rows import ProbePlan, probe_rows, tamed

BIASED = PlantedJudge(
    name="gpt <b>judge</b>", noise=0.1, severity=-0.6, position_logit=1.5, style={"formal": 0.6}
)
DIMENSIONS = ("accuracy", "tone")


@pytest.fixture(scope="module")
def found() -> Findings:
    rng = np.random.default_rng(1)
    world = draw_judge_world(rng, examples=60, dimensions=DIMENSIONS)
    scores = judge_scores(world, BIASED, rng, repeats=2)
    people = people_scores(world, PlantedPeople(), rng)
    table = table_of_ratings(world, judges={BIASED.name: scores}, people=people)
    points = pair_points(BIASED, rng.standard_normal(80), rng)
    plan = ProbePlan(items=60, attacked=6)
    rows = probe_rows(world, BIASED, plan=plan, rng=rng)
    few = ProbePlan(probes=("formal",), items=60, session=0)
    tame = tamed(BIASED, "formal")
    rows += probe_rows(world, tame, plan=few, rng=rng, mitigation="plain_text")
    scales = dict.fromkeys(DIMENSIONS, ONE_TO_FIVE) | {"preference": Scale.of("win/tie/loss")}
    return audit(table + pair_ratings(*points, judge=BIASED.name), scales, probes=rows)


def tables(document: Document) -> Iterator[Table]:
    for section in document.sections:
        yield from (block for block in section.blocks if isinstance(block, Table))


def test_every_result_is_in_a_table_of_its_own_once(found: Findings) -> None:
    document = audit_document(found)
    asides = {"Biases of the judge", "Before and after"}
    shown = Counter(
        id(e) for one in tables(document) if one.caption not in asides for e in one.estimates()
    )
    assert shown == Counter(id(result.estimate) for result in found.results)


def test_one_screen_has_a_line_a_bias_with_verdict_size_and_advice(found: Findings) -> None:
    shown, left = brief(audit_document(found), BIAS_SECTIONS)
    assert {section.title for section in shown.sections} <= {*BIAS_SECTIONS, "Limits"}
    assert "Every effect" in left
    (table,) = (one for one in tables(shown) if one.caption == "Biases of the judge")
    lines = {row[0]: row for row in table.rows}
    assert len(lines) == len(table.rows)
    told = [
        item for s in shown.sections for b in s.blocks if isinstance(b, Bullets) for item in b.items
    ]
    for bias in ("position", "leniency", "style"):
        assert lines[bias][1] == Outcome("material")
        assert any(item.startswith(f"{bias}: ") for item in told)
    assert lines["bandwagon"][1] != Outcome("material")
    text = terminal_text(replace(shown, sections=shown.sections[:1]), width=80)
    assert len(text.splitlines()) <= 40


def test_one_headline_a_judge_names_what_is_material(found: Findings) -> None:
    (headline,) = audit_document(found).headlines
    assert headline.outcome == "material"
    assert "position" in headline.reason
    assert "leniency" in headline.reason


def test_before_and_after_stand_side_by_side(found: Findings) -> None:
    (table,) = (one for one in tables(audit_document(found)) if one.caption == "Before and after")
    assert [row[:2] for row in table.rows] == [("style", "formal")] * len(table.rows)
    assert any(Outcome("mitigated") in row for row in table.rows)


def test_the_plot_reads_effects_against_their_margin(found: Findings) -> None:
    plots = [
        block
        for section in audit_document(found).sections
        for block in section.blocks
        if isinstance(block, Plot)
    ]
    assert len(plots) == 1
    assert "does not matter" in html_page(audit_document(found))


def test_every_rendering_is_safe_and_finite(found: Findings) -> None:
    document = audit_document(found)
    page = html_page(document)
    assert "<b>judge" not in page
    for text in (page, markdown_text(document), terminal_text(document)):
        assert "nan" not in text.lower().split()
        assert "None" not in text


def test_nothing_found_is_said_and_not_left_empty() -> None:
    document = audit_document(Findings(results=()))
    (section,) = (s for s in document.sections if s.title == "Biases")
    assert isinstance(section.blocks[0], Paragraph)
    assert document.headlines == ()
