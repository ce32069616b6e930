"""The sections of a comparison's views: slices, changed sides, cost, weights, trials, Bayes."""

from __future__ import annotations

from measurand.analysis.result import Findings
from measurand.report.document import Section
from measurand.report.shelf import Shelf

__all__ = ["views_sections"]


def views_sections(shelf: Shelf, findings: Findings) -> list[Section]:  # noqa: ARG001
    """What the views found, each on its own; none where there is none."""
    return []
