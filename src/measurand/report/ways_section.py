"""Ways of rating side by side: how right, how dear, how fast each is."""

from __future__ import annotations

from measurand.analysis.methods import WAYS
from measurand.report.document import Section
from measurand.report.shelf import Shelf, matrix
from measurand.report.words import label

__all__ = ["ways_sections"]

_NAMES = (
    *("agreement_with_people", "correlation_with_people"),
    *("cost_per_thousand_outputs", "seconds_per_output"),
)


def ways_sections(shelf: Shelf) -> list[Section]:
    """One line a rater, by its way of rating; nothing where ways are not compared."""
    found = shelf.take(*_NAMES, where=lambda r: r.design in WAYS)
    if not found:
        return []
    found.sort(key=lambda r: WAYS.index(r.design or WAYS[0]))
    table = matrix(
        "People, judges, checks and overlap metrics",
        found,
        rows=lambda r: f"{r.raters[0]}, {r.design}",
        columns=lambda r: f"{label(r.name)}, {r.dimension}" if r.dimension else label(r.name),
        corner="Rater",
    )
    summary = (
        "How right each is: a person against the other people, everybody else against all people. "
        "Costs and times are those that were measured here. measurand judges ranks them."
    )
    return [Section("Ways of rating", (table,), summary)]
