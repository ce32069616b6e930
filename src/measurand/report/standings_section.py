"""How systems rank by votes on outputs side by side."""

from __future__ import annotations

from measurand.analysis.result import Findings
from measurand.report.document import Section
from measurand.report.shelf import Shelf

__all__ = ["standings_sections"]


def standings_sections(shelf: Shelf, findings: Findings) -> list[Section]:
    """The strengths, ranks and win rates of systems that met in pairs; nothing where none did."""
    del shelf, findings
    return []
