"""What was drawn for people to rate, so that a judge can be held against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from measurand.analysis.calibration_draw import Candidate
from measurand.report.document import Cell, Column, Document, Paragraph, Section, Table
from measurand.report.sections import FOOTER

__all__ = ["drawn_document"]


def drawn_document(chosen: Sequence[Candidate], of: int) -> Document:
    """How many outputs were drawn, of which level, system and component.

    Args:
        chosen: What was drawn.
        of: From how many.
    """
    levels = sorted({one.level for one in chosen})
    parts = sorted({(one.system, one.component) for one in chosen})
    counts = Counter((one.system, one.component, one.level) for one in chosen)
    rows: list[tuple[Cell, ...]] = [
        (system, component, *(counts[system, component, level] for level in levels))
        for system, component in parts
    ]
    columns = (
        Column("System"),
        Column("Component"),
        *(Column(f"Level {level + 1}", right=True) for level in levels),
    )
    table = Table(
        "Outputs drawn, by the level that judges gave",
        columns,
        tuple(rows),
        "Levels are fifths of the range of the scores, over all dimensions.",
    )
    what = (
        f"{len(chosen):,} of {of:,} outputs are to be rated by people: measurand rate serve shows "
        "them among the others. They were not drawn alike, so they feed the calibration and no "
        "other number; with what probability each was drawn is kept."
    )
    return Document(
        title="Outputs for people to rate",
        sections=(Section("Drawn", (Paragraph(what), table)),),
        footer=FOOTER,
    )
