"""The section that lays results with all raters beside those without the excluded ones."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.exclusion import beside
from measurand.analysis.result import Findings
from measurand.report.document import Block, Bullets, Column, Section, Table
from measurand.report.words import basis, cell, label

__all__ = ["exclusion_section"]


def exclusion_section(findings: Findings) -> list[Section]:
    """Results with all raters beside those without the excluded ones."""
    pairs = [
        p for p in beside(findings.results) if p.all.estimate.present or p.without.estimate.present
    ]
    if not pairs:
        return []
    out = ", ".join(pairs[0].without.raters)
    columns = (
        Column("Result"),
        Column("All raters", right=True),
        Column("Without excluded", right=True),
    )
    rows = tuple(
        (
            ", ".join((label(p.all.name), *filter(None, (p.all.dimension, *p.all.systems)))),
            cell(p.all.name, p.all.estimate),
            cell(p.all.name, p.without.estimate),
        )
        for p in pairs
    )
    note = basis(r.estimate for p in pairs for r in (p.all, p.without))
    table = Table("With and without excluded raters", columns, rows, note)
    summary = f"Left out by decision: {out}."
    return [Section("With and without", (table, *_told(findings.limits)), summary)]


def _told(limits: Sequence[str]) -> list[Block]:
    return [Bullets(tuple(limits))] if limits else []
