"""The page about improving judges: what was tried, what is adopted, what the one look shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.candidate import CURRENT
from measurand.report.document import Cell, Column, Document, Outcome, Paragraph, Section, Table
from measurand.report.sections import FOOTER, headlines, limits_section
from measurand.report.shelf import Shelf, distinct
from measurand.report.words import basis

__all__ = ["LOOKED", "TRIED", "Attempted", "improve_document"]

LOOKED = "Before and after"
TRIED = "Tried"
"""The sections that answer the question."""
_ZERO = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """Something that was tried.

    Args:
        judge: The judge of the plan in whose place.
        name: Of the candidate; ``current`` is the judge as it is.
        what: What differs, in words.
    """

    judge: str
    name: str
    what: str


def improve_document(
    findings: Findings, *, attempted: Sequence[Attempted], sizes: tuple[int, int]
) -> Document:
    """The page of one improvement; every result appears on it once.

    Args:
        findings: What came of it.
        attempted: Everything that was tried, in order.
        sizes: Outputs of the development set, and of the test set.
    """
    shelf = Shelf(findings.results)
    first = _first(findings.verdicts)
    rest = [verdict for verdict in findings.verdicts if verdict not in first]
    sections = [
        *_looked(shelf, findings.verdicts, rest),
        _tried(shelf, rest, attempted),
        *shelf.rest(),
        *limits_section(findings.limits),
    ]
    return Document(
        title="Can the judge be made better?",
        subtitle=f"{sizes[0]:,} rated outputs for improving, {sizes[1]:,} locked for testing",
        headlines=first,
        sections=tuple(sections),
        footer=FOOTER,
    )


def _first(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """What is at the top: what is adopted, and what that changes on the whole; no more."""
    adopted = [v for v in verdicts if v.name == "adoption"]
    changed = [v for v in verdicts if v.name == "change"]
    whole = {v.raters for v in changed if v.dimension == OVERALL}
    told = [v for v in changed if v.dimension == OVERALL or v.raters not in whole]
    return headlines([*adopted, *told])


def _looked(
    shelf: Shelf, verdicts: Sequence[Verdict], untold: Sequence[Verdict]
) -> Iterator[Section]:
    """Every judge before and after, on the locked outputs."""
    found = shelf.take("r_before", "r_after", "r_difference")
    if not found:
        return
    tables = [
        _before_after([r for r in found if r.raters == judge], verdicts)
        for judge in dict.fromkeys(result.raters for result in found)
    ]
    lost = {(r.raters, r.dimension) for r in found if not r.estimate.present}
    why = [v for v in untold if v.name == "calibration" or (v.raters, v.dimension) in lost]
    summary = (
        "Seen once, after the choice was made on other outputs. Shown is what the interval of the "
        "difference supports."
    )
    yield Section(LOOKED, (*tables, *_reasons(why, "change", "calibration")), summary)


def _before_after(found: Sequence[Result], verdicts: Sequence[Verdict]) -> Table:
    """One judge, by dimension."""
    judge = found[0].raters
    rows: list[tuple[Cell, ...]] = []
    for dimension in dict.fromkeys(r.dimension for r in found):
        numbers = {r.name: r for r in found if r.dimension == dimension}
        said = {v.name: v for v in verdicts if v.raters == judge and v.dimension == dimension}
        rows.append(
            (
                dimension,
                *(numbers[name].estimate for name in ("r_before", "r_after", "r_difference")),
                _outcome(said, "change"),
                _outcome(said, "calibration"),
            )
        )
    columns = (
        Column("Dimension"),
        *(Column("r before", right=True), Column("r after", right=True)),
        Column("Difference", right=True, mark=_ZERO),
        *(Column("Shown"), Column("Verdict after")),
    )
    change = next((r.design for r in found if r.name == "r_difference" and r.design), "")
    return Table(
        f"Correlation of {', '.join(judge)} with people on the locked outputs: {CURRENT} before, "
        f"{change} after",
        columns,
        tuple(rows),
        basis(result.estimate for result in found),
    )


def _tried(shelf: Shelf, untold: Sequence[Verdict], attempted: Sequence[Attempted]) -> Section:
    """What was tried, in the place of each judge."""
    tables = [
        _in_place_of(judge, shelf, [one for one in attempted if one.judge == judge])
        for judge in distinct(one.judge for one in attempted)
    ]
    summary = (
        "Errors of judgments mapped to people's scale, out of fold, in shares of the scale. A "
        f"candidate is adopted where its error minus that of {CURRENT!r} is surely below 0; these "
        "intervals hold for all candidates at once."
    )
    return Section(TRIED, (*tables, *_reasons(untold, "adoption")), summary)


def _in_place_of(judge: str, shelf: Shelf, attempted: Sequence[Attempted]) -> Table:
    names = ("out_of_fold_loss", "loss_difference", "out_of_fold_r")
    found = shelf.take(*names, where=lambda result: result.raters == (judge,))
    by: Mapping[tuple[str | None, str, str | None], Result] = {
        (r.design, r.name, r.dimension): r for r in found
    }
    dimensions = distinct(r.dimension for r in found if r.dimension is not None)
    rows: list[tuple[Cell, ...]] = []
    for one in attempted:
        apart = by.get((one.name, "loss_difference", None))
        rows.append(
            (
                one.name if one.what in {"", one.name} else f"{one.name}: {one.what}",
                by[one.name, "out_of_fold_loss", None].estimate,
                None if apart is None else apart.estimate,
                *(by[one.name, "out_of_fold_r", name].estimate for name in dimensions),
            )
        )
    columns = (
        Column("Candidate, and what differs"),
        Column("Error", right=True),
        Column(f"Minus that of {CURRENT}", right=True, mark=_ZERO),
        *(Column(f"r, {name}", right=True, detail=True) for name in dimensions),
    )
    caption = f"Tried in place of {judge}"
    return Table(caption, columns, tuple(rows), basis(result.estimate for result in found))


def _outcome(said: Mapping[str, Verdict], name: str) -> Outcome | None:
    return Outcome.of(said[name]) if name in said else None


def _reasons(verdicts: Sequence[Verdict], *names: str) -> Iterator[Paragraph]:
    for verdict in verdicts:
        if verdict.name in names:
            about = ", ".join(filter(None, (*verdict.raters, verdict.dimension)))
            yield Paragraph(f"{about}: {verdict.outcome}. {verdict.reason}")
