"""Pages of a run: what it took, what failed, what is left to people."""

from __future__ import annotations

import json
from collections.abc import Iterator

import jsonschema_rs
import pytest

from measurand.analysis.account import ModelAccount, OwnFamily, RunAccount
from measurand.analysis.result import FailureCount, Findings, Queued, Result
from measurand.core.output import Usage
from measurand.report.brief import brief
from measurand.report.comparison_page import comparison_document
from measurand.report.document import Document, Fold, Paragraph, Section, Table
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.results_json import results_document, results_schema
from measurand.report.sections import PageContext
from measurand.report.terminal import terminal_text
from measurand.stats.estimate import Estimate

RUN = RunAccount(
    models=(
        ModelAccount(
            name="today",
            part="system",
            model="openai/gpt-4o",
            answered=("gpt-4o-2024-08-06",),
            calls=430,
            requests=445,
            failed={"timeout": 3, "refused": 1},
            usage=Usage(90_210, 40_123, 1_024),
            cost=1.25,
            notes=("temperature was left out: the model takes none",),
        ),
        ModelAccount(name="bot", part="system", calls=430, requests=430, unpriced=430),
        ModelAccount(
            name="anthropic/claude-opus-4-20250514",
            part="judge",
            model="anthropic/claude-opus-4-20250514",
            calls=1290,
            requests=1290,
            usage=Usage(10, 5),
            cost=0.004,
        ),
    ),
    own_family=(OwnFamily("openai/gpt-4o-mini", "gpt", ("today", "next")),),
    budget=25.0,
    stopped="the budget would have been crossed",
)


def estimate(value: float, n: int = 430) -> Estimate:
    return Estimate(value=value, low=value / 2, high=min(1.0, value * 2), n=n, method="Wilson")


def findings() -> Findings:
    names = ("mean", "mean_if_worst", "mean_if_best")
    results = [
        Result(name=name, systems=("bot",), dimension=d, estimate=estimate(0.3 + 0.1 * i))
        for i, name in enumerate(names)
        for d in ("overall", "tone")
    ]
    rate = "judge_failure_rate"
    results += [
        Result(name=rate, systems=("bot",), estimate=estimate(0.05)),
        Result(name=rate, systems=("bot",), dimension="tone", estimate=estimate(0.06)),
        Result(name=rate, failure="timeout", estimate=estimate(0.04)),
        Result(name=rate, segment="outputs above 603 characters", estimate=estimate(0.1)),
        Result(
            name="judge_failure_difference",
            systems=("bot", "today"),
            estimate=Estimate(
                value=0.01, low=0, high=0.1, n=9, method="Tango; Fisher's exact p = 0.03"
            ),
        ),
    ]
    return Findings(
        results=tuple(results),
        failures=(
            FailureCount(
                part="judge", system="bot", dimension="tone", failure="timeout", count=17, of=430
            ),
        ),
        queue=tuple(Queued(f"e{i}", "bot", "safety", "flagged as blocked") for i in range(12)),
    )


@pytest.fixture
def document() -> Document:
    return comparison_document(findings(), PageContext(run=RUN, banner="SIMULATED DATA"))


def section(document: Document, title: str) -> Section:
    [found] = [one for one in document.sections if one.title == title]
    return found


def tables(one: Section) -> Iterator[Table]:
    for block in one.blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Fold):
            yield from block.tables


def test_a_judge_of_its_own_family_is_a_banner_on_every_page(document: Document) -> None:
    assert document.banner == (
        "SIMULATED DATA · OWN FAMILY: openai/gpt-4o-mini is of the family gpt, as today and next"
    )
    alone = comparison_document(findings(), PageContext(run=RUN))
    assert (alone.banner or "").startswith("OWN FAMILY")
    assert comparison_document(findings()).banner is None


def test_the_run_says_what_was_asked_and_what_it_took(document: Document) -> None:
    [table] = tables(section(document, "Run"))
    assert [row[:5] for row in table.rows] == [
        ("today", "system", "gpt-4o-2024-08-06", "430", "4"),
        ("bot", "system", None, "430", "0"),
        (RUN.models[2].name, "judge", RUN.models[2].name, "1,290", "0"),
    ]
    assert [row[-1] for row in table.rows] == ["$1.25", "not known", "$0.0040"]
    assert table.note == (
        "$1.25 in all, without 430 calls whose price is not known, of a budget of $25.00."
    )


def test_notes_name_what_was_not_as_planned(document: Document) -> None:
    text = markdown_text(document)
    assert "temperature was left out" in text
    assert "It ended early: the budget would have been crossed" in text
    assert "Unpinned: openai/gpt-4o. " in text
    assert "Unpinned: openai/gpt-4o, anthropic" not in text


def test_failures_stand_by_system_class_and_length(document: Document) -> None:
    found = {table.caption: table for table in tables(section(document, "Failures"))}
    assert list(found) == [
        "Judgments that failed",
        "Failures by class",
        "Judgments that failed, by length of the output",
        "Difference in outputs touched by judgments that failed",
    ]
    [row] = found["Failures by class"].rows
    assert row[:3] == ("timeout", "judgments", "17")
    [row] = found["Difference in outputs touched by judgments that failed"].rows
    assert row[-1] == "0.03"


def test_where_nothing_failed_it_is_one_line() -> None:
    none = Estimate(value=0.0, low=0.0, high=0.02, n=200, method="Wilson")
    result = Result(name="output_failure_rate", systems=("bot",), estimate=none)
    page = comparison_document(Findings(results=(result,)))
    first, rest = section(page, "Failures").blocks
    assert isinstance(first, Paragraph)
    assert first.text == "Nothing failed."
    assert isinstance(rest, Fold)
    assert "Nothing failed." in terminal_text(brief(page)[0])


def test_bounds_stand_beside_the_means(document: Document) -> None:
    captions = [table.caption for table in tables(section(document, "Overall"))]
    assert captions == ["Overall score, if all that failed were the worst or the best"]
    [_, bounds] = tables(section(document, "Dimensions"))
    assert bounds.rows[0][-1] == "0.200 to 1.000"


def test_the_queue_says_how_many_and_shows_the_first(document: Document) -> None:
    queue = section(document, "For people")
    assert queue.summary.startswith("12 outputs wait for a person.")
    [table] = tables(queue)
    assert len(table.rows) == 10
    assert table.note == "and 2 more; --json lists all."


def test_a_brief_page_keeps_failures_and_the_run(document: Document) -> None:
    shown, left = brief(document)
    titles = [one.title for one in shown.sections]
    assert "Failures" in titles
    assert "Run" in titles
    assert "For people" in left


def test_the_same_account_makes_the_same_page_in_every_form(document: Document) -> None:
    again = comparison_document(findings(), PageContext(run=RUN, banner="SIMULATED DATA"))
    for render in (html_page, markdown_text, terminal_text):
        assert render(document) == render(again)
        assert "$1.25" in render(document)


def test_json_has_the_failures_the_queue_and_the_run() -> None:
    document = results_document("run", findings(), run=RUN)
    jsonschema_rs.validate(results_schema(), document)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["data"]["failures"][0]["count"] == 17
    assert len(document["data"]["queue"]) == 12
    assert document["run"]["models"][1]["cost"] is None
    assert document["run"]["models"][0]["failed"] == {"refused": 1, "timeout": 3}
    assert "run" not in results_document("compare", findings())
