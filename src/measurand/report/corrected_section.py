"""What a judge alone would say beside what people correct it to, and how often it errs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from measurand.analysis.result import Result, Verdict
from measurand.report.document import Block, Cell, Column, Outcome, Section, Table
from measurand.report.shelf import Shelf, is_whole, matrix, shared_span
from measurand.report.words import basis, cell, label, pair

__all__ = ["by_judge", "corrected_sections", "dimension_of", "raw_tables"]

_ERRORS = ("sensitivity", "specificity", "rogan_gladen")
_OF_JUDGE = "judge's opinion"


def by_judge(result: Result) -> str:
    """The systems of a result; marked where it is no more than what judges think."""
    systems = pair(result.systems)
    return f"{systems}, {_OF_JUDGE}" if result.opinion else systems


def dimension_of(result: Result) -> str | None:
    """The dimension of a result, marked likewise."""
    return f"{result.dimension}, {_OF_JUDGE}" if result.opinion else result.dimension


def raw_tables(
    shelf: Shelf, caption: str, *, where: Callable[[Result], bool] = lambda _: True
) -> list[Table]:
    """What the judge says by itself where people have corrected it; nothing where they have not."""
    raw = shelf.take("judge_mean_raw", where=lambda r: is_whole(r) and where(r))
    if not raw:
        return []
    table = matrix(
        caption,
        raw,
        rows=lambda result: pair(result.systems),
        columns=lambda result: result.dimension,
        corner="System",
    )
    return [table]


def corrected_sections(shelf: Shelf, verdicts: Sequence[Verdict]) -> list[Section]:
    """How often the judge errs, what it saves, and whether its calibration carries over."""
    blocks: list[Block] = []
    if saved := shelf.take("labels_saved", where=is_whole):
        blocks.append(
            matrix(
                "What each label is worth beside the judge, in labels without it",
                saved,
                rows=lambda result: pair(result.systems),
                columns=lambda result: result.dimension,
                corner="System",
            )
        )
    blocks += _errors(shelf.take(*_ERRORS, where=is_whole))
    blocks += _gaps(shelf.take("transport_gap", where=is_whole), verdicts)
    if not blocks:
        return []
    summary = (
        "People rated a part of what the judge scored; its means are corrected by them. "
        "Sensitivity: of what people pass, the share that the judge passes; specificity: of what "
        "people fail, the share that it fails."
    )
    return [Section("Judge and people", tuple(blocks), summary)]


def _errors(results: Sequence[Result]) -> list[Table]:
    lines: dict[tuple[str, str | None], dict[str, Result]] = {}
    for result in results:
        key = (pair(result.systems) or "all systems", result.dimension)
        lines.setdefault(key, {})[result.name] = result
    if not lines:
        return []
    columns = (
        Column("System"),
        Column("Dimension"),
        *(
            Column(
                label(name), right=True, span=shared_span([r for r in results if r.name == name])
            )
            for name in _ERRORS
        ),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            *key,
            *(cell(name, line[name].estimate) if name in line else None for name in _ERRORS),
        )
        for key, line in lines.items()
    ]
    note = "Rogan-Gladen is a cross-check of the corrected mean, not another estimate to choose. "
    return [
        Table(
            "How often the judge errs",
            columns,
            tuple(rows),
            note + basis(result.estimate for result in results),
        )
    ]


def _gaps(gaps: Sequence[Result], verdicts: Sequence[Verdict]) -> list[Table]:
    decided = {(v.systems, v.dimension): v for v in verdicts if v.name == "transport"}
    if not gaps:
        return []
    columns = (
        Column("System"),
        Column("Dimension"),
        Column("Verdict"),
        Column("People less prediction", right=True, span=shared_span(gaps), mark=0.0),
        Column("Labels", right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for gap in gaps:
        verdict = decided.get((gap.systems, gap.dimension))
        outcome = Outcome.of(verdict) if verdict else None
        about = (pair(gap.systems), gap.dimension)
        rows.append((*about, outcome, cell(gap.name, gap.estimate), gap.estimate.n))
    return [
        Table(
            "What a judge calibrated on the other systems would miss",
            columns,
            tuple(rows),
            basis(gap.estimate for gap in gaps),
        )
    ]
