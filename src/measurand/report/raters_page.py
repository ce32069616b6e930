"""The page about people who rate: who is qualified, whose work should be looked at, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from measurand.analysis.rater_quality import QUALIFICATION
from measurand.analysis.result import Findings, Result, Verdict
from measurand.figures.forest import Forest, ForestRow, Line
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Outcome,
    Paragraph,
    Plot,
    Section,
    Table,
)
from measurand.report.sections import (
    FOOTER,
    HEADLINES,
    PageContext,
    data_sections,
    limits_section,
)
from measurand.report.shelf import Shelf, distinct, matrix
from measurand.report.words import label

__all__ = ["raters_document", "raters_sections"]

_KINDS = ("attention", "variety", "pace", "severity")
_POOLED = (
    "golden_passed",
    "golden_accuracy",
    "self_agreement",
    "agreement_with_others",
    "rater_seconds",
    "fast_share",
    "cannot_judge",
    "variety",
    "same_on_all_dimensions",
)


def raters_document(findings: Findings, context: PageContext | None = None) -> Document:
    """The page of one `rater_quality` analysis; every result appears on it once."""
    known = context or PageContext()
    shelf = Shelf(findings.results)
    return Document(
        title=known.title or "How well does each person rate?",
        subtitle=known.subtitle,
        banner=known.banner,
        headlines=_headlines(findings.verdicts),
        sections=(
            *raters_sections(shelf, findings),
            *shelf.rest(),
            *data_sections(known.intakes, known.refused_file),
            *limits_section(findings.limits),
        ),
        footer=FOOTER,
    )


def raters_sections(shelf: Shelf, findings: Findings) -> list[Section]:
    """Decisions about each person and the numbers behind them, taken off the shelf."""
    sections = [*_decisions(findings.verdicts)]
    if pooled := shelf.take(*_POOLED, where=_whole):
        sections.append(_numbers(pooled, findings.verdicts))
    if golden := shelf.take("golden_accuracy", "golden_accuracy_within_one", where=_of_one):
        summary = "Outputs whose right rating is known, mixed into the work unseen."
        sections.append(Section("Against what is right", tuple(_tables(golden)), summary))
    others = ("agreement_with_others", "severity", "rater_accuracy", "variety")
    if found := shelf.take(*others, where=_of_one):
        sections.append(_against_others(found))
    if again := shelf.take("self_agreement", "self_kappa", where=_of_one):
        summary = "Outputs that came back unseen: does the same person say the same?"
        sections.append(Section("Against oneself", tuple(_tables(again)), summary))
    return sections


def _headlines(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """One failure a rater, what is behind most of the others first; all else is in the table."""
    order = {name: place for place, name in enumerate((*_KINDS, "qualification"))}
    worst: dict[tuple[str, ...], Verdict] = {}
    failed = (v for v in verdicts if v.outcome == "fail" and v.name in order)
    for verdict in sorted(failed, key=lambda v: order[v.name]):
        worst.setdefault(verdict.raters, verdict)
    return tuple(worst.values())[:HEADLINES]


def _decisions(verdicts: Sequence[Verdict]) -> list[Section]:
    """A row a person, a column a kind of decision; below it every failure in words."""
    names = distinct(rater for verdict in verdicts for rater in verdict.raters)
    if not names:
        return []
    found = {(v.raters[0], v.name): v for v in verdicts if len(v.raters) == 1}
    columns = (Column("Rater"), *(Column(label(n)) for n in ("qualification", *_KINDS)))
    rows = tuple((name, *_row(name, found)) for name in names)
    failing = sorted(
        (v for v in verdicts if v.outcome == "fail" and v.raters),
        key=lambda v: names.index(v.raters[0]),
    )
    failed = tuple(v.reason for v in failing)
    blocks: list[Block] = [
        Table("Decisions by rater", columns, rows),
        Bullets(failed) if failed else Paragraph("Nobody stands out."),
    ]
    summary = "Reasons to look at somebody's work and to talk; none of them leaves ratings out."
    return [Section("Decisions", tuple(blocks), summary)]


def _row(name: str, found: Mapping[tuple[str, str], Verdict]) -> list[Cell]:
    qualified = found.get((name, "qualification"))
    cells: list[Cell] = [None if qualified is None else Outcome(QUALIFICATION[qualified.outcome])]
    for kind in _KINDS:
        verdict = found.get((name, kind))
        cells.append(None if verdict is None else Outcome.of(verdict))
    return cells


def _numbers(results: Sequence[Result], verdicts: Sequence[Verdict]) -> Section:
    blocks: list[Block] = []
    golden = [r for r in results if r.name == "golden_passed"]
    bounds = {v.bound for v in verdicts if v.name == "qualification"} - {None}
    if any(r.estimate.present for r in golden):
        lines = tuple(Line(bound or 0.0, "qualified") for bound in sorted(bounds, key=str))
        blocks.append(_forest(golden, "Golden, passed", lines=lines, span=(-0.02, 1.02)))
    together = [r for r in results if r.name == "agreement_with_others"]
    if any(r.estimate.present for r in together):
        blocks.append(_forest(together, "Agreement with others"))
    for caption, names in (("Each person", _POOLED[:5]), ("Habits of each person", _POOLED[5:])):
        chosen = [r for r in results if r.name in names]
        if chosen:
            blocks.append(_by_rater(caption, chosen, lambda r: label(r.name)))
    summary = (
        "Over all dimensions. Agreement is 1 for ratings that move as the others' do and 0 for "
        "those that have nothing to do with the output; variety is the chance that two outputs "
        "get different values."
    )
    return Section("Each person", tuple(blocks), summary)


def _against_others(results: Sequence[Result]) -> Section:
    blocks: list[Block] = []
    severity = [r for r in results if r.name == "severity" and r.estimate.present]
    order = distinct(r.dimension for r in severity)
    severity.sort(key=lambda r: order.index(r.dimension or ""))
    if severity:
        blocks.append(_severity(severity))
    blocks += _tables(results)
    summary = "Severity is in points of the scale: above 0 is stricter than the median rater."
    return Section("Against each other", tuple(blocks), summary)


def _severity(results: Sequence[Result]) -> Plot:
    rows = tuple(ForestRow(r.raters[0], r.estimate, group=r.dimension or "") for r in results)
    return Plot(
        Forest(rows, "Severity, points of the scale", lines=(Line(0.0, "median rater"),)),
        "Forest plot of severity by dimension and rater; the table below has the numbers.",
        "Severity of each rater: to the right is stricter.",
    )


def _forest(
    results: Sequence[Result],
    axis: str,
    *,
    lines: tuple[Line, ...] = (),
    span: tuple[float, float] | None = None,
) -> Plot:
    rows = tuple(ForestRow(r.raters[0], r.estimate) for r in results)
    return Plot(
        Forest(rows, axis, lines=lines, span=span),
        f"Forest plot by rater of: {axis}; the table below has the numbers.",
        f"{axis}, by rater.",
    )


def _tables(results: Sequence[Result]) -> list[Block]:
    """A table for each name: a row a person, a column a dimension."""
    blocks: list[Block] = []
    for name in distinct(r.name for r in results):
        chosen = [r for r in results if r.name == name]
        blocks.append(_by_rater(label(name), chosen, lambda r: r.dimension))
    return blocks


def _by_rater(
    caption: str, results: Sequence[Result], columns: Callable[[Result], str | None]
) -> Table:
    return matrix(caption, results, rows=lambda r: r.raters[0], columns=columns, corner="Rater")


def _whole(result: Result) -> bool:
    return len(result.raters) == 1 and result.dimension is None and _plain(result)


def _of_one(result: Result) -> bool:
    return len(result.raters) == 1 and result.dimension is not None and _plain(result)


def _plain(result: Result) -> bool:
    return not (result.systems or result.component or result.segment or result.failure)
