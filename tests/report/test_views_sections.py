"""The page of a comparison's views: every number once, both outputs side by side, as data."""

from __future__ import annotations

import json

import numpy as np
import pytest

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings
from measurand.core.example import Example, Message
from measurand.core.output import Output
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO
from measurand.report.brief import brief
from measurand.report.comparison_page import comparison_document
from measurand.report.document import ChangeCards, Document, Texts
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.results_json import results_document
from measurand.report.sections import PageContext
from measurand.report.terminal import terminal_text

RUBRIC = Rubric(
    Dimension("ok", weight=60, scale=YES_NO),
    Dimension("tone", weight=40, scale=ONE_TO_FIVE),
)
ATTACK = "<script>alert(1)</script> [link](http://x) | cell"
TITLES = ["Slices", "Changed sides", "Quality against cost", "Other weights", "Trials", "Posterior"]


@pytest.fixture(scope="module")
def findings() -> Findings:
    rng = np.random.default_rng(1)
    rows, outputs, examples = [], [], {}
    for i in range(60):
        name = f"e{i:02}"
        segment = "north" if i % 2 else "south"
        examples[name] = Example(id=name, messages=(Message("user", "?"),), segments=(segment,))
        for system, chance, price in (("new", 0.6, 0.01), ("old", 0.8, 0.02)):
            for trial in range(2):
                passed = float(rng.random() < chance)
                rows.append(
                    Rating(
                        example=name,
                        system=system,
                        dimension="ok",
                        rater="c",
                        kind="check",
                        value=passed,
                        repeat=trial,
                    )
                )
                outputs.append(
                    Output(
                        example=name,
                        system=system,
                        text="x",
                        trial=trial,
                        cost=price * rng.uniform(0.9, 1.1),
                        seconds=rng.uniform(1, 2),
                    )
                )
            rows.append(
                Rating(
                    example=name,
                    system=system,
                    dimension="tone",
                    rater="p",
                    kind="people",
                    value=float(rng.integers(1, 6)),
                )
            )
    options = ComparisonOptions(resamples=299, baseline="old", bayes=True, rounds={})
    return compare(Ratings.of(rows), RUBRIC, examples=examples, outputs=outputs, options=options)


@pytest.fixture(scope="module")
def document(findings: Findings) -> Document:
    texts = {
        (change.example, system): Texts(question="why?", answer=f"{ATTACK} by {system}")
        for change in findings.changes
        for system in change.systems
    }
    return comparison_document(findings, PageContext(rubric=RUBRIC, texts=texts))


def test_every_view_has_its_section_and_nothing_is_left_over(document: Document) -> None:
    titles = [section.title for section in document.sections]
    assert [title for title in titles if title in TITLES] == TITLES
    left = [s for s in document.sections if s.title == "Further results"]
    told = terminal_text(Document(title="left", sections=tuple(left)))
    assert not any(word in told for word in ("weights", "trials pass", "posterior", "Changed"))


def test_both_answers_stand_side_by_side_and_stay_data(document: Document) -> None:
    cards = [b for s in document.sections for b in s.blocks if isinstance(b, ChangeCards)]
    assert len(cards) == 1
    assert len(cards[0].cards) == 12
    page = html_page(document)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count('class="side"') == 24
    text = markdown_text(document)
    assert "<script>" not in text
    assert "\\[link\\]" in text


def test_a_terminal_shows_the_worst_five(document: Document) -> None:
    shown = terminal_text(brief(document)[0])
    part = shown.split("Changed sides")[1].split("Limits")[0]
    assert part.count("old  ") >= 5
    assert "and 7 more on the page" in part
    assert "Worst slice of new against old" in shown
    assert "Which examples changed sides" in brief(document)[1]


def test_json_has_every_change_with_its_reason(findings: Findings) -> None:
    changes = results_document("compare", findings)["data"]["changes"]
    assert len(changes) == len(findings.changes) > 12
    json.dumps(changes)
    first = changes[0]
    assert first["systems"] == ["new", "old"]
    assert first["to"] == "worse"
    harms = [c["harm"] for c in changes if c["to"] == "worse"]
    assert harms == sorted(harms, reverse=True)


def test_the_front_is_drawn_and_told(document: Document) -> None:
    page = html_page(document)
    assert "a circle is on the front" in page
    assert "US dollars, 1,000 outputs" in page
    assert "Who is on the front" in markdown_text(document)


def test_of_many_pairs_the_shares_are_folded() -> None:
    rng = np.random.default_rng(2)
    rows = [
        Rating(
            example=f"e{i}",
            system=f"s{k}",
            dimension="ok",
            rater="c",
            kind="check",
            value=float(rng.random() < 0.5),
        )
        for k in range(4)
        for i in range(20)
    ]
    found = compare(Ratings.of(rows), RUBRIC, options=ComparisonOptions(resamples=99))
    shown, left = brief(comparison_document(found))
    assert "How many changed sides, of 6 pairs" in left
    assert "Examples that changed sides, of the first" not in terminal_text(shown)
    assert "How many changed sides, of 6 pairs" in html_page(comparison_document(found))
