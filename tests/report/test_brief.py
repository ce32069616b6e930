from __future__ import annotations

from typing import TYPE_CHECKING

from measurand.report.brief import brief
from measurand.report.comparison_page import comparison_document
from measurand.report.document import Column, Document, Paragraph, Section, Table
from measurand.report.terminal import terminal_text
from measurand.stats.estimate import Estimate

if TYPE_CHECKING:
    from tests.report.conftest import World


def test_what_is_left_out_is_named(world: World) -> None:
    document = comparison_document(world.findings(), world.context())
    shown, left = brief(document)
    assert {section.title for section in document.sections} <= {
        *left,
        *(section.title for section in shown.sections),
    }
    assert "Votes of people" in left
    assert len(terminal_text(shown).splitlines()) < len(terminal_text(document).splitlines()) / 2


def test_the_planted_truth_is_one_line(world: World) -> None:
    shown, _ = brief(comparison_document(world.findings(), world.context()))
    [truth] = [section for section in shown.sections if section.title == "Planted truth"]
    assert truth.blocks == (Paragraph("4 of 4 intervals cover the planted value."),)


def test_rows_without_any_number_are_one_line() -> None:
    some = Estimate(value=0.5, low=0.4, high=0.6, n=9, method="t")
    none = Estimate.absent("nobody rated it")
    columns = (Column("Dimension"), Column("alpha", note="t"), Column("icc1", detail=True))
    rows = (("tone", some, some), ("format", none, some), ("safety", none, none))
    table = Table("Agreement by dimension", columns, rows)
    document = Document(title="t", sections=(Section("Agreement", (table,)),))
    shown, left = brief(document)
    first, line = shown.sections[0].blocks
    assert isinstance(first, Table)
    assert first.rows == (("tone", some),)
    assert line == Paragraph("format, safety: nobody rated it")
    assert left == ("methods and further columns",)


def test_limits_are_counted_where_the_verdicts_are(world: World) -> None:
    document = comparison_document(world.findings(), world.context())
    assert document.warning == "2 limits apply"
    assert "2 limits apply; see the end." in terminal_text(document)


def test_a_long_table_is_cut_and_says_so() -> None:
    some = Estimate(value=0.5, low=0.4, high=0.6, n=9, method="t")
    none = Estimate.absent("nobody rated it")
    columns = (Column("Systems"), Column("Difference"))
    pairs = tuple((f"pair {i}", some) for i in range(780))
    lost = tuple((f"lost {i}", none) for i in range(25))
    tables = (
        Table("Overall difference", columns, (*pairs, *lost), "95% intervals."),
        Table("Difference by dimension", columns, lost),
        Table("Fifty", columns, pairs[:50]),
    )
    shown, left = brief(Document(title="t", sections=(Section("Differences", tables),)))
    first, line, short = shown.sections[0].blocks
    assert isinstance(first, Table)
    assert first.rows == pairs[:20]
    assert first.note == "and 760 rows more. 95% intervals."
    assert isinstance(line, Paragraph)
    assert line.text.endswith("lost 19 and 5 more: nobody rated it")
    assert isinstance(short, Table)
    assert len(short.rows) == 50
    assert "further rows" in left
