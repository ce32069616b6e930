"""What a round of rating will take and tell: sections of a page."""

from __future__ import annotations

from measurand.analysis.rating_widths import ASSUMED, Wanted
from measurand.analysis.result import Result
from measurand.report.document import Block, Cell, Column, Section, Table
from measurand.report.shelf import Shelf, distinct
from measurand.report.words import basis, label
from measurand.stats.estimate import Estimate

__all__ = ["amount", "forecast_sections"]

_WORK = ("rating_visits", "rating_seconds", "rating_hours", "rating_cost", "rating_days")
_OF = {
    "alpha": "alpha",
    "ceiling": "ceiling",
    "mean": "mean",
    "share": "blocked share",
}
_SMALL = 10
_TINY = 1


def forecast_sections(shelf: Shelf, wanted: Wanted | None = None) -> list[Section]:
    """The work of a round, and the intervals it will give, taken off the shelf.

    Args:
        shelf: With the results of `measurand.analysis.rating_forecast.forecast_findings`.
        wanted: How wide intervals may be, as it was asked there.
    """
    want = wanted or Wanted()
    sections = []
    if work := shelf.take(*_WORK):
        summary = "Items shown to people, hidden duplicates, golden items and training included."
        sections.append(Section("What rating will take", (_work(work),), summary))
    names = [f"{of}_width" for of in _OF]
    names += [f"{word}_for_{of}" for of in _OF for word in ("units", "raters")]
    if widths := shelf.take(*names, "best_raters"):
        summary = (
            "How wide intervals will be, from end to end, and how many outputs, or else raters of "
            "each, would make them as narrow as wanted."
        )
        sections.append(Section("What rating will tell", (_widths(widths, want),), summary))
    return sections


def amount(estimate: Estimate, *, money: bool = False) -> str:
    """A quantity of work with its range: few digits, as it is a forecast; or why there is none."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return f"not known: {estimate.reason}"
    told = [_number(x, money=money) for x in (estimate.value, estimate.low, estimate.high)]
    return told[0] if told[1] == told[2] else f"{told[0]} [{told[1]}, {told[2]}]"


def _number(value: float, *, money: bool) -> str:
    digits = 0 if value >= _SMALL else 1 if value >= _TINY else 2
    if value == round(value):
        digits = 0
    return f"${value:,.{digits}f}" if money else f"{value:,.{digits}f}"


def _work(results: list[Result]) -> Table:
    rows: list[tuple[Cell, ...]] = [(label(r.name), _told(r), _known(r.estimate)) for r in results]
    columns = (Column("Of the round"), Column("Forecast", right=True), Column("From", detail=True))
    return Table("What rating will take", columns, tuple(rows), _level(results))


def _told(result: Result) -> Cell:
    """With the reason below the table where there is no number."""
    estimate = result.estimate
    money = result.name == "rating_cost"
    return amount(estimate, money=money) if estimate.present else estimate


def _known(estimate: Estimate) -> str:
    if not estimate.present:
        return ""
    if estimate.method == ASSUMED or not estimate.n:
        return ASSUMED
    return estimate.reason or estimate.method


def _widths(results: list[Result], wanted: Wanted) -> Block:
    """A row for each interval; dimensions of which the same is told share one."""
    found = {(r.dimension, r.name): r.estimate for r in results}
    rows: dict[tuple[Cell, ...], list[str]] = {}
    for of, told in _OF.items():
        for dimension in distinct(r.dimension for r in results):
            expected = found.get((dimension, f"{of}_width"))
            if expected is None:
                continue
            needed = (found.get((dimension, f"{word}_for_{of}")) for word in ("units", "raters"))
            best = found.get((dimension, "best_raters")) if of == "mean" else None
            row = (
                *(f"{told}, {getattr(wanted, of):g}", expected),
                *(_count(one) for one in (*needed, best)),
            )
            rows.setdefault(row, []).append(dimension)
    columns = (
        Column("Of, wanted"),
        Column("On"),
        Column("Width to expect", right=True),
        Column("Outputs", right=True),
        Column("Raters", right=True),
        Column("Raters at the best price", right=True, detail=True),
    )
    lines = [(first, ", ".join(names), *rest) for (first, *rest), names in rows.items()]
    kept = [i for i in range(len(columns)) if any(line[i] not in {None, ""} for line in lines)]
    return Table(
        "Widths of intervals",
        tuple(columns[i] for i in kept),
        tuple(tuple(line[i] for i in kept) for line in lines),
        _level(results),
    )


def _count(estimate: Estimate | None) -> Cell:
    if estimate is None:
        return None
    return amount(estimate) if estimate.present else estimate


def _level(results: list[Result]) -> str:
    """What the ranges are, where any of them was measured."""
    measured = [r.estimate for r in results if r.estimate.n and r.name != "rating_visits"]
    return basis(measured, method="") or f"Ranges are {ASSUMED}."
