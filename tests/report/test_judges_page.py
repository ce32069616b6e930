from measurand.analysis.anchors import anchors
from measurand.analysis.judges import JudgesOptions, judges
from measurand.analysis.result import Findings
from measurand.core.probe import ProbeRow
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE, YES_NO
from measurand.figures.forest import Forest
from measurand.report.anchors_page import anchors_document
from measurand.report.brief import brief
from measurand.report.document import Document, Plot, Table
from measurand.report.html import html_page
from measurand.report.judges_page import BY_DIMENSION, judges_document
from measurand.report.markdown import markdown_text

DIMENSIONS = ("tone", "depth", "clarity")
NAMES = ("<b>kind</b>", "plain", "odd")


def compared() -> Findings:
    rows = [
        Rating(
            example=f"e{item}",
            system="s",
            dimension=dimension,
            rater=name,
            kind="people" if name.startswith("p") and name != "plain" else "judge",
            value=float(1 + (item * step + place) % 5),
            cost=0.01,
            seconds=1.0 + item % 2,
        )
        for item in range(40)
        for dimension, shift in (("tone", 0), ("depth", 1))
        for place, (name, step) in enumerate(
            [*zip(NAMES, (1, 2, 1), strict=True), ("p1", 1 + shift), ("p2", 1)]
        )
    ]
    scales = {"tone": ONE_TO_FIVE, "depth": ONE_TO_FIVE}
    return judges(Ratings.of(rows), scales, options=JudgesOptions(flips=999))


def tables(document: Document) -> list[Table]:
    blocks = [block for section in document.sections for block in section.blocks]
    inner = [table for block in blocks if isinstance(block, Plot) for table in block.tables]
    return [block for block in blocks if isinstance(block, Table)] + inner


def test_one_line_a_judge_with_rank_accuracy_and_price() -> None:
    document = judges_document(compared())
    first = tables(document)[0]
    assert [column.name for column in first.columns] == [
        "Judge, check or person",
        "Rank",
        "Correlation with people",
        "US dollars, 1,000 outputs",
        "Seconds an output",
        "Judge failure rate",
        "Way",
    ]
    assert {row[0]: row[-1] for row in first.rows}["p1"] == "people"
    assert {str(row[0]) for row in first.rows} >= set(NAMES)
    assert document.headlines[0].name == "best judges"


def apart() -> Findings:
    """Two dimensions of which a judge and a check share one, so that nothing is overall."""
    rows = [
        Rating(
            example=f"e{item}",
            system="s",
            dimension=dimension,
            rater=rater,
            kind=kind,  # type: ignore[arg-type]
            value=value,
            cost=0.01 if kind == "judge" else 0.0,
        )
        for item in range(60)
        for dimension, rater, kind, value in (
            ("tone", "j", "judge", float(1 + item % 4)),
            ("tone", "p", "people", float(1 + item % 5)),
            ("safe", "j", "judge", float(item % 3 > 0)),
            ("safe", "c", "check", float(item % 60 > 0)),
            ("safe", "p", "people", 1.0 if item else 0.0),
        )
    ]
    return judges(Ratings.of(rows), {"tone": ONE_TO_FIVE, "safe": YES_NO})


def test_without_an_overall_rank_no_dimension_stands_for_all_of_them() -> None:
    document = judges_document(apart())
    first, *rest = tables(document)
    assert first.caption == "On all dimensions together"
    assert {str(row[0]): row[1] for row in first.rows}["c"] == "nothing"
    shown = {table.caption: table for table in rest}
    assert [str(row[0]) for row in shown["tone"].rows] == ["j", "p"]
    assert [(row[0], row[1]) for row in shown["safe"].rows][:2] == [("c", "1"), ("j", "2")]
    short, _ = brief(document, frozenset({BY_DIMENSION}))
    (tone,) = [table for table in tables(short) if table.caption == "tone"]
    names = [column.name for column in tone.columns]
    assert {"Correlation with people", "Leniency"} <= {*names}
    assert "Error after mapping" not in names


def test_a_share_reads_the_same_in_the_verdict_as_in_the_table() -> None:
    (verdict,) = [v for v in apart().verdicts if v.dimension == "safe"]
    assert "c (agreement 100.0%)" in verdict.reason


def test_every_estimate_is_on_the_page_and_names_stay_text() -> None:
    findings = compared()
    document = judges_document(findings)
    page = html_page(document)
    assert "<b>kind</b>" not in page
    assert "&lt;b&gt;kind&lt;/b&gt;" in page
    shown = {id(e) for table in tables(document) for e in table.estimates()}
    present = [r for r in findings.results if r.estimate.present and r.name != "rank"]
    assert [r.label for r in present if id(r.estimate) not in shown] == []
    assert "US dollars, 1,000 outputs" in markdown_text(document)


def test_without_anything_to_say_the_page_still_stands() -> None:
    assert judges_document(Findings(results=())).sections == ()
    assert anchors_document(Findings(results=())).sections == ()


def test_the_page_of_anchors_tells_odds_and_runs() -> None:
    rows = [
        ProbeRow(
            example=f"e{item}",
            system="s",
            dimension="tone",
            rater="j",
            probe="anchor",
            value=4.0 if run < 6 else 2.0,
            repeat=run,
        )
        for run in range(10)
        for item in range(30)
    ]
    labels = {(f"e{item}", "s", "tone"): 3.0 for item in range(30)}
    findings = anchors(rows, labels, {"tone": ONE_TO_FIVE})
    document = anchors_document(findings)
    cells = {str(cell) for table in tables(document) for row in table.rows for cell in row}
    assert "more than a million to 1" in cells
    assert {"run 1", "run 10"} <= cells
    assert "Run by run" in markdown_text(document)


def test_a_judge_has_one_picture_of_all_its_dimensions() -> None:
    rows = [
        ProbeRow(
            example=f"e{item}",
            system="s",
            dimension=dimension,
            rater=judge,
            probe="anchor",
            value=float(2 + (item + run) % 3),
            repeat=run,
        )
        for judge in ("j", "k")
        for dimension in ("tone", "depth", "clarity")
        for run in range(20)
        for item in range(12)
    ]
    labels = {(row.example, "s", row.dimension): 3.0 for row in rows}
    document = anchors_document(anchors(rows, labels, dict.fromkeys(DIMENSIONS, ONE_TO_FIVE)))
    plots = [block for section in document.sections for block in section.blocks]
    forests = [p.figure for p in plots if isinstance(p, Plot) and isinstance(p.figure, Forest)]
    assert [[*dict.fromkeys(row.group for row in one.rows)] for one in forests] == [
        [*DIMENSIONS],
        [*DIMENSIONS],
    ]
    assert [row.label for row in forests[0].rows][:10] == [f"run {run}" for run in range(11, 21)]
    (table,) = [table for table in tables(document) if table.caption == "j"]
    assert [column.name for column in table.columns] == ["Run", *DIMENSIONS]
    assert len(table.rows) == 20
