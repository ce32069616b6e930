from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from measurand.analysis.agreement import AgreementOptions
from measurand.analysis.exclusion import with_and_without
from measurand.analysis.rater_quality import rater_quality
from measurand.analysis.result import Findings
from measurand.core.rating import Ratings
from measurand.core.scale import ONE_TO_FIVE, YES_NO
from measurand.report.document import Bullets, Document, Outcome, Paragraph, Table
from measurand.report.exclusion_section import exclusion_section
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.raters_page import raters_document
from measurand.report.terminal import terminal_text
from measurand.simulate.rater_panel import Person, Round, rater_round

DIMENSIONS = (("accuracy", ONE_TO_FIVE), ("tone", ONE_TO_FIVE), ("safety", YES_NO))
SCALES = dict(DIMENSIONS)
PEOPLE = [Person(name=n) for n in ("ann", "ben", "cem")]
PEOPLE += [Person(name="eve", habit="uniform"), Person(name="fay", habit="constant")]
SHAPE = Round(outputs=120, each=3, golden=0.2, again=0.1, dimensions=DIMENSIONS)
TABLE = rater_round(PEOPLE, SHAPE, rng=np.random.default_rng(1))
FINDINGS = rater_quality(TABLE, SCALES)


def tables(document: Document) -> Iterator[Table]:
    for section in document.sections:
        yield from (block for block in section.blocks if isinstance(block, Table))


def decisions(document: Document) -> Table:
    [found] = [table for table in tables(document) if table.caption == "Decisions by rater"]
    return found


def test_every_result_is_shown_exactly_once() -> None:
    shown = Counter(id(e) for one in tables(raters_document(FINDINGS)) for e in one.estimates())
    assert shown == Counter(id(result.estimate) for result in FINDINGS.results)


def test_a_row_a_person_and_the_words_of_qualification() -> None:
    rows = {row[0]: row[1:] for row in decisions(raters_document(FINDINGS)).rows}
    assert list(rows) == ["ann", "ben", "cem", "eve", "fay"]
    assert (rows["ann"][0], rows["ann"][3]) == (Outcome("qualified"), Outcome("pass"))
    assert rows["eve"][:2] == (Outcome("failed"), Outcome("fail"))


def test_headlines_are_one_failure_a_person() -> None:
    document = raters_document(FINDINGS)
    assert [v.raters for v in document.headlines] == [("eve",), ("fay",)]
    assert all(v.outcome == "fail" for v in document.headlines)


def test_where_nobody_fails_the_page_says_so() -> None:
    calm = Findings(
        results=FINDINGS.results,
        verdicts=tuple(replace(v, outcome="inconclusive") for v in FINDINGS.verdicts),
    )
    document = raters_document(calm)
    assert document.headlines == ()
    assert Paragraph("Nobody stands out.") in document.sections[0].blocks


def test_failures_are_told_person_by_person() -> None:
    [listed] = [
        block
        for block in raters_document(FINDINGS).sections[0].blocks
        if isinstance(block, Bullets)
    ]
    names = [item.partition(":")[0] for item in listed.items]
    assert names == sorted(names)


def test_with_and_without_stand_side_by_side() -> None:
    findings = with_and_without(
        TABLE, SCALES, ["eve", "fay"], options=AgreementOptions(resamples=200)
    )
    [section] = exclusion_section(findings)
    [table] = [block for block in section.blocks if isinstance(block, Table)]
    assert [column.name for column in table.columns][-2:] == ["All raters", "Without excluded"]
    assert "eve, fay" in section.summary
    assert exclusion_section(Findings(results=())) == []


def test_names_are_data() -> None:
    attack = "<script>alert(1)</script> \x1b[31m [x](javascript:1) \x00 {{7*7}}"
    rows = [replace(r, rater=attack) if r.rater == "fay" else r for r in TABLE]
    document = raters_document(rater_quality(Ratings.of(rows), SCALES))
    page, markdown, terminal = (f(document) for f in (html_page, markdown_text, terminal_text))
    assert "<script>alert" not in page
    assert "<script>" not in markdown
    assert "[x](javascript" not in markdown
    assert all("\x1b[31m" not in text and "\x00" not in text for text in (page, terminal))
    assert "{{7*7}}" in page


def test_nobody_makes_an_empty_page() -> None:
    document = raters_document(rater_quality(Ratings.of([]), {}))
    assert [section.title for section in document.sections] == ["Limits"]
