"""The page about raters: do they agree, what ceiling follows, where do they not?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import comb

from measurand.analysis.result import Findings, Result
from measurand.figures.forest import Forest, ForestRow, Line
from measurand.figures.heat import Heat
from measurand.report.document import Block, Document, Plot, Section
from measurand.report.exclusion_section import exclusion_section
from measurand.report.levels_section import level_sections, reading_sections
from measurand.report.sections import (
    FOOTER,
    PageContext,
    all_decisions,
    cards,
    data_sections,
    headlines,
    limits_section,
    votes_plot,
)
from measurand.report.shelf import Shelf, distinct, matrix
from measurand.report.words import label

__all__ = ["agreement_document", "agreement_sections"]

_COEFFICIENTS = (
    "krippendorff_alpha",
    "gwet_ac1",
    "fleiss_kappa",
    "percent_agreement",
    "icc1",
    "icc1k",
)
_CEILINGS = (
    "ceiling_majority",
    "ceiling_majority_bounds",
    "ceiling_correlation",
    "leave_one_out",
)
_DETAILS = frozenset(map(label, ("fleiss_kappa", "icc1", "icc1k")))
_RATERS_IN_HEAT = range(4, 13)


def agreement_document(findings: Findings, context: PageContext | None = None) -> Document:
    """The page of one agreement analysis; every result appears on it once."""
    known = context or PageContext()
    shelf = Shelf(findings.results)
    sections = [
        *reading_sections(findings),
        *agreement_sections(shelf, findings, known),
        *(exclusion_section(known.beside) if known.beside else ()),
        *_breakdowns(shelf),
        *shelf.rest(),
        *all_decisions(findings.verdicts),
        *_disputed(findings, known),
        *data_sections(known.intakes, known.refused_file),
        *limits_section(findings.limits),
    ]
    return Document(
        title=known.title or "Do the raters agree?",
        subtitle=known.subtitle,
        banner=known.banner,
        headlines=headlines(findings.verdicts),
        sections=tuple(sections),
        footer=FOOTER,
    )


def agreement_sections(shelf: Shelf, findings: Findings, known: PageContext) -> list[Section]:
    """Agreement, ceiling, levels and pairs of raters over all systems, taken off the shelf."""
    sections = []
    agreement = shelf.take(*_COEFFICIENTS, where=_pooled)
    if agreement:
        bounds = {v.bound for v in findings.verdicts if v.name == "agreement"}
        blocks = [
            _alphas(agreement, sorted(b for b in bounds if b is not None), required=known.required),
            _by_dimension("Agreement by dimension", agreement),
            *votes_plot(findings, known),
        ]
        summary = "1 is perfect agreement; 0 is what chance would give."
        sections.append(Section("Agreement", tuple(b for b in blocks if b is not None), summary))
    if ceilings := shelf.take(*_CEILINGS, where=_pooled):
        table = _by_dimension("Ceiling by dimension", ceilings)
        summary = "The best score that a system or a judge could reach against these raters."
        sections.append(Section("Ceiling", (table,), summary))
    sections += level_sections(shelf, findings)
    if pairs := shelf.take("cohen_kappa", where=_pooled):
        sections.append(Section("Pairs of raters", tuple(_pairs(pairs))))
    return sections


def _pooled(result: Result) -> bool:
    return not (result.systems or result.component or result.segment or _of_raters(result))


def _of_raters(result: Result) -> bool:
    """Whether it is about particular raters where that is unusual; then it is shown at the end."""
    return bool(result.raters) != (result.name == "cohen_kappa")


def _alphas(results: Sequence[Result], bounds: Sequence[float], *, required: bool) -> Plot | None:
    """Alpha of every dimension; its numbers also stand in the table below it."""
    alphas = [result for result in results if result.name == "krippendorff_alpha"]
    if not alphas:
        return None
    rows = tuple(ForestRow(r.dimension or "all", r.estimate) for r in alphas)
    lines = tuple(Line(bound, f"{'required ' if required else ''}{bound:g}") for bound in bounds)
    ends = [r.estimate.low for r in alphas if r.estimate.low is not None]
    return Plot(
        Forest(
            rows, label("krippendorff_alpha"), lines=lines, span=(min([0.0, *ends]) - 0.02, 1.02)
        ),
        "Forest plot of Krippendorff's alpha by dimension; the table below has the numbers.",
        "Krippendorff's alpha among people, by dimension.",
    )


def _by_dimension(caption: str, results: Sequence[Result]) -> Block:
    table = matrix(
        caption,
        results,
        rows=lambda result: result.dimension,
        columns=lambda result: label(result.name),
        corner="Dimension",
    )
    columns = tuple(replace(c, detail=c.name in _DETAILS) for c in table.columns)
    return replace(table, columns=columns)


def _pairs(pairs: Sequence[Result]) -> list[Block]:
    """A matrix for each dimension whose raters are few enough to draw, and a table of all."""
    blocks: list[Block] = []
    for dimension in distinct(pair.dimension for pair in pairs):
        part = [pair for pair in pairs if pair.dimension == dimension]
        raters = tuple(distinct(rater for pair in part for rater in pair.raters))
        found = {frozenset(pair.raters): pair.estimate.value for pair in part}
        if len(raters) not in _RATERS_IN_HEAT or len(found) < comb(len(raters), 2):
            continue
        values = tuple(tuple(found.get(frozenset({a, b})) for b in raters) for a in raters)
        blocks.append(
            Plot(
                Heat(raters, raters, values, span=(0.0, 1.0)),
                f"Matrix of Cohen's kappa between raters on {dimension}; the table has it too.",
                f"Cohen's kappa between raters on {dimension}.",
            )
        )
    blocks.append(
        matrix(
            "Cohen's kappa of each pair of raters",
            pairs,
            rows=lambda result: " and ".join(result.raters),
            columns=lambda result: result.dimension,
            corner="Raters",
        )
    )
    return blocks


def _breakdowns(shelf: Shelf) -> list[Section]:
    """The same coefficients within systems, components and segments."""
    sections = []
    parts: tuple[tuple[str, Callable[[Result], str | None]], ...] = (
        ("Agreement by system", lambda r: ", ".join(r.systems)),
        ("Agreement by component", lambda r: r.component),
        ("Agreement by segment", lambda r: r.segment),
    )
    for title, part in parts:
        results = shelf.take(*_COEFFICIENTS, *_CEILINGS, where=partial(_has, part))
        tables = [
            matrix(
                f"{dimension}: {title.lower()}",
                [result for result in results if result.dimension == dimension],
                rows=part,
                columns=lambda result: label(result.name),
                corner=title.rpartition(" ")[2].capitalize(),
            )
            for dimension in distinct(result.dimension for result in results)
        ]
        if tables:
            sections.append(Section(title, tuple(tables)))
    return sections


def _has(part: Callable[[Result], str | None], result: Result) -> bool:
    """Whether this part, and no other, is what the result is within."""
    parts = [p for p in (", ".join(result.systems), result.component, result.segment) if p]
    return parts == [part(result)] and result.dimension is not None


def _disputed(findings: Findings, known: PageContext) -> list[Section]:
    if not findings.units:
        return []
    summary = "The outputs that people disagree about most, with all ratings side by side."
    return [Section("Most disagreed", (cards(findings.units, known),), summary)]
