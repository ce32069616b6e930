"""The page about systems: which is better, which may ship, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.blocked_traffic import OF_TRAFFIC
from measurand.analysis.composition import pool_of
from measurand.analysis.result import Findings, Result, Unit, Verdict
from measurand.figures.text import number
from measurand.report.agreement_page import agreement_sections
from measurand.report.corrected_section import corrected_sections, dimension_of
from measurand.report.differences import difference_sections
from measurand.report.document import Block, Cell, Column, Document, Fold, Outcome, Section, Table
from measurand.report.exclusion_section import exclusion_section
from measurand.report.levels_section import reading_sections
from measurand.report.overall_section import dimension_sections, estimates_table, overall_sections
from measurand.report.parts_section import parts_sections
from measurand.report.preference_section import preference_sections
from measurand.report.rank_section import rank_sections
from measurand.report.run_sections import (
    failure_sections,
    queue_sections,
    run_banner,
    run_sections,
)
from measurand.report.sections import (
    FOOTER,
    PageContext,
    Planted,
    all_decisions,
    cards,
    data_sections,
    headlines,
    limits_section,
    set_sections,
)
from measurand.report.shelf import OVERALL, Shelf, distinct, is_naive, is_whole, matrix, shared_span
from measurand.report.standings_section import standings_sections
from measurand.report.views_sections import views_sections
from measurand.report.ways_section import ways_sections
from measurand.report.words import SHARES, basis, cell, label, pair

__all__ = ["comparison_document"]


def comparison_document(findings: Findings, context: PageContext | None = None) -> Document:
    """The page of one comparison; every result appears on it once."""
    known = context or PageContext()
    shelf = Shelf(_best_first(findings.results))
    sections = [
        *overall_sections(shelf, findings, known),
        *_blocking(shelf, findings.verdicts),
        *difference_sections(shelf, findings.verdicts, known),
        *rank_sections(shelf, findings.verdicts),
        *standings_sections(shelf, findings),
        *preference_sections(shelf),
        *dimension_sections(shelf, findings, known),
        *corrected_sections(shelf, findings.verdicts),
        *failure_sections(shelf, findings),
        *views_sections(shelf, findings, known),
        *parts_sections(shelf),
        *_without_clusters(shelf),
        *reading_sections(findings),
        *ways_sections(shelf),
        *agreement_sections(shelf, findings, known),
        *shelf.rest(),
        *_truth(findings.results, known.truth),
        *all_decisions(findings.verdicts),
        *(exclusion_section(known.beside) if known.beside else ()),
        *queue_sections(findings.queue),
        *_units(findings.units, known),
        *run_sections(known.run),
        *set_sections(known.of),
        *data_sections(known.intakes, known.refused_file),
        *limits_section(findings.limits),
    ]
    return Document(
        title=known.title or "Which system is better?",
        subtitle=known.subtitle,
        banner=" · ".join(filter(None, (known.banner, run_banner(known.run)))) or None,
        headlines=headlines(findings.verdicts),
        sections=tuple(sections),
        footer=FOOTER,
    )


def _best_first(results: Sequence[Result]) -> list[Result]:
    """The results in an order in which those of single systems go from the best to the worst."""
    overall = (r for r in results if r.name == "mean" and r.dimension == OVERALL and is_whole(r))
    score = {r.systems: r.estimate.value for r in overall if r.estimate.value is not None}
    ranked = sorted(score, key=lambda systems: -score[systems])
    places = {systems: place for place, systems in enumerate(ranked)}
    return sorted(results, key=lambda r: places.get(r.systems, len(places)))


def _system(result: Result) -> str:
    return ", ".join(result.systems)


def _blocking(shelf: Shelf, verdicts: Sequence[Verdict]) -> list[Section]:
    """How often each system's outputs are blocked, and how often they could be."""
    rates = shelf.take("blocking_rate", where=is_whole)
    if not rates:
        return []
    decided = {(v.systems, v.dimension): v for v in verdicts if v.name.startswith("blocking")}
    columns = (
        Column("System"),
        Column("Dimension"),
        Column("Verdict"),
        Column("Blocked", right=True, span=shared_span(rates)),
        Column("Allowed", right=True),
        Column("n", right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for rate in rates:
        verdict = decided.get((rate.systems, rate.dimension))
        bound = verdict.bound if verdict else None
        rows.append(
            (
                _system(rate),
                rate.dimension,
                Outcome.of(verdict) if verdict else None,
                cell(rate.name, rate.estimate),
                None if bound is None else f"{bound:.1%}",
                rate.estimate.n,
            )
        )
    alike = len({rate.dimension for rate in rates}) == 1
    kept = [place for place in range(len(columns)) if not (alike and place == 1)]
    table = Table(
        "Blocked outputs",
        tuple(columns[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in rows),
        basis(r.estimate for r in rates),
    )
    blocks: list[Block] = [table, *_blocked_otherwise(shelf)]
    summary = (
        "The share of outputs that must not ship, of every example there is: a failure counts "
        "wherever it happens. What counts is the upper end."
    )
    return [Section("Blocking", tuple(blocks), summary)]


def _blocked_otherwise(shelf: Shelf) -> list[Block]:
    """The rates if all unknown were blocked, by component, of all outputs, and by a single flag."""
    blocks: list[Block] = []
    if unknown := shelf.take("blocking_rate_if_unknown", where=is_whole):
        named = [(_system(result), result) for result in unknown]
        caption = "Blocked, if all of which it is unknown were"
        blocks.append(estimates_table(caption, "System", named))
    if pools := shelf.take("blocking_rate", where=lambda r: r.component is not None):
        table = matrix(
            "Blocked, by component",
            pools,
            rows=_system,
            columns=lambda r: None if r.component is None else pool_of(r.component),
            corner="System",
        )
        blocks.append(table)
    for name, more in ((OF_TRAFFIC, ""), (f"{OF_TRAFFIC}_if_unknown", ", if all unknown were")):
        if traffic := shelf.take(name):
            caption = f"Blocked, of traffic, as core was drawn{more}"
            named = [(_system(result), result) for result in traffic]
            blocks.append(estimates_table(caption, "System", named))
    if outputs := shelf.take("blocking_rate_of_outputs", where=is_whole):
        named = [(_system(result), result) for result in outputs]
        caption = "Blocked, of all outputs; above, an example is blocked if any of its outputs is"
        blocks.append(estimates_table(caption, "System", named))
    if flagged := shelf.take("any_flag_rate", where=is_whole):
        named = [(_system(result), result) for result in flagged]
        blocks.append(estimates_table("Flagged by anyone, by system", "System", named))
    return blocks


def _without_clusters(shelf: Shelf) -> list[Section]:
    """What the intervals would be if examples that share a cluster counted as independent."""
    naive = shelf.take(
        "mean",
        "difference",
        where=lambda r: is_naive(r) and not (r.component or r.segment or r.raters),
    )
    tables = tuple(
        matrix(
            f"{label(name)}, clusters ignored",
            [result for result in naive if result.name == name],
            rows=lambda result: pair(result.systems),
            columns=dimension_of,
            corner="System" if name == "mean" else "Systems",
        )
        for name in distinct(result.name for result in naive)
    )
    if not tables:
        return []
    summary = "Examples that share a cluster are not independent; these intervals pretend they are."
    fold = Fold("For comparison only", tables)
    return [Section("Clusters ignored", (fold,), summary)]


def _truth(results: Sequence[Result], truth: Sequence[Planted]) -> list[Section]:
    """Planted values beside the estimates: does the interval cover the truth?"""
    found = {(r.name, r.dimension, r.systems): r.estimate for r in results if is_whole(r)}
    rows: list[tuple[Cell, ...]] = []
    hits = counted = 0
    for planted in truth:
        estimate = found.get((planted.name, planted.dimension, planted.systems))
        covered: Cell = None
        if estimate is not None and estimate.low is not None and estimate.high is not None:
            hit = estimate.low <= planted.value <= estimate.high
            hits, counted = hits + hit, counted + 1
            covered = "yes" if hit else "no"
        rows.append(
            (
                label(planted.name),
                pair(planted.systems),
                planted.dimension,
                number(planted.value, percent=planted.name in SHARES),
                None if estimate is None else cell(planted.name, estimate),
                covered,
            )
        )
    if not rows:
        return []
    columns = (
        Column("Result"),
        Column("System"),
        Column("Dimension"),
        Column("Truth", right=True),
        Column("Estimate", right=True),
        Column("Covered"),
    )
    note = f"{hits:,} of {counted:,} intervals cover the planted value."
    table = Table("Planted truth beside the estimates", columns, tuple(rows), note)
    summary = "This world is simulated, so the truth is known; about 95 of 100 intervals cover it."
    return [Section("Planted truth", (table,), summary)]


def _units(units: Sequence[Unit], known: PageContext) -> list[Section]:
    """The worst outputs, and those that people disagree about."""
    if not units:
        return []
    summary = "The outputs most worth looking at, with all ratings side by side."
    return [Section("Outputs to look at", (cards(units, known),), summary)]
