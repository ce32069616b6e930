"""The page about systems: which is better, which may ship, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from measurand.analysis.result import Findings, Result, Unit, Verdict
from measurand.figures.forest import Forest, ForestRow, Line
from measurand.figures.text import number
from measurand.report.agreement_page import agreement_sections
from measurand.report.bounds_table import bounds_tables
from measurand.report.corrected_section import (
    by_judge,
    corrected_sections,
    dimension_of,
    raw_tables,
)
from measurand.report.differences import difference_sections
from measurand.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Fold,
    Outcome,
    Plot,
    Section,
    Table,
)
from measurand.report.exclusion_section import exclusion_section
from measurand.report.levels_section import reading_sections
from measurand.report.preference_section import preference_sections
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
)
from measurand.report.shelf import OVERALL, Shelf, distinct, is_naive, is_whole, matrix, shared_span
from measurand.report.views_sections import views_sections
from measurand.report.words import SHARES, basis, cell, label, pair

__all__ = ["comparison_document"]

_ROWS_OPEN = 12


def comparison_document(findings: Findings, context: PageContext | None = None) -> Document:
    """The page of one comparison; every result appears on it once."""
    known = context or PageContext()
    shelf = Shelf(_best_first(findings.results))
    sections = [
        *_overall(shelf, known),
        *_blocking(shelf, findings.verdicts),
        *difference_sections(shelf, findings.verdicts),
        *views_sections(shelf, findings, known),
        *preference_sections(shelf),
        *_dimensions(shelf, known),
        *corrected_sections(shelf, findings.verdicts),
        *failure_sections(shelf, findings),
        *_parts(shelf),
        *_without_clusters(shelf),
        *reading_sections(findings),
        *agreement_sections(shelf, findings, known),
        *shelf.rest(),
        *_truth(findings.results, known.truth),
        *all_decisions(findings.verdicts),
        *(exclusion_section(known.beside) if known.beside else ()),
        *queue_sections(findings.queue),
        *_units(findings.units, known),
        *run_sections(known.run),
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


def _overall(shelf: Shelf, known: PageContext) -> list[Section]:
    """Where every system stands, between the floor and the expert where there are any."""
    means = shelf.take("mean", where=lambda r: r.dimension == OVERALL and is_whole(r))
    places = shelf.take("place", where=lambda r: r.dimension in {None, OVERALL} and is_whole(r))
    ceilings = shelf.take(
        "ceiling_majority", where=lambda r: r.dimension == OVERALL and is_whole(r)
    )
    roles = {system.name: system.role for system in known.systems}
    blocks: list[Block] = []
    if means:
        lines = [
            Line(result.estimate.value, roles[_system(result)])
            for result in means
            if roles.get(_system(result)) in {"floor", "expert"}
            and result.estimate.value is not None
        ]
        lines += [
            Line(ceiling.estimate.value, "ceiling", "good")
            for ceiling in ceilings
            if ceiling.estimate.value is not None
        ]
        rows = tuple(
            ForestRow(by_judge(r), r.estimate, colour="muted" if r.opinion else "accent")
            for r in means
        )
        blocks.append(
            Plot(
                Forest(rows, "Overall score, 0 worst to 1 best", lines=tuple(lines)),
                "Forest plot of the overall score of every system with its interval.",
                f"Overall score by system. {basis(r.estimate for r in means)}",
                _estimates("Overall score by system", "System", [(by_judge(r), r) for r in means]),
            )
        )
    raw = "What the judge says of the overall score, uncorrected by people"
    blocks += raw_tables(shelf, raw, where=lambda r: r.dimension == OVERALL)
    caption = "Overall score, if all that failed were the worst or the best"
    blocks += bounds_tables(shelf, caption, where=lambda r: r.dimension == OVERALL)
    if places or ceilings:
        named = [(_system(r) or label(r.name), r) for r in places + ceilings]
        blocks.append(_estimates("Between floor (0) and expert (1)", "System", named))
    return [Section("Overall", tuple(blocks))] if blocks else []


def _estimates(caption: str, corner: str, named: Sequence[tuple[str, Result]]) -> Table:
    results = [result for _, result in named]
    columns = (
        Column(corner),
        Column("Estimate", right=True, span=shared_span(results)),
        Column("n", right=True),
    )
    rows = tuple((name, cell(r.name, r.estimate), r.estimate.n) for name, r in named)
    return Table(caption, columns, rows, basis(result.estimate for result in results))


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
    blocks: list[Block] = [table]
    if unknown := shelf.take("blocking_rate_if_unknown", where=is_whole):
        named = [(_system(result), result) for result in unknown]
        blocks.append(_estimates("Blocked, if all of which it is unknown were", "System", named))
    if outputs := shelf.take("blocking_rate_of_outputs", where=is_whole):
        named = [(_system(result), result) for result in outputs]
        caption = "Blocked, of all outputs; above, an example is blocked if any of its outputs is"
        blocks.append(_estimates(caption, "System", named))
    if flagged := shelf.take("any_flag_rate", where=is_whole):
        named = [(_system(result), result) for result in flagged]
        blocks.append(_estimates("Flagged by anyone, by system", "System", named))
    summary = "The share of outputs that must not ship; what counts is the upper end."
    return [Section("Blocking", tuple(blocks), summary)]


def _dimensions(shelf: Shelf, known: PageContext) -> list[Section]:
    means = shelf.take("mean", where=is_whole)
    if not means:
        return []
    table = matrix(
        "Mean by system and dimension",
        means,
        rows=_system,
        columns=dimension_of,
        corner="System",
    )
    raw = "What the judge says by itself, uncorrected by people"
    blocks: list[Block] = [table, *raw_tables(shelf, raw)]
    if bounds := bounds_tables(shelf, "Means, if all that failed were the worst or the best"):
        long = sum(len(one.rows) for one in bounds) > _ROWS_OPEN
        blocks += (
            [Fold("If all that failed were the worst or the best", tuple(bounds))]
            if long
            else bounds
        )
    if known.rubric is not None:
        weights = known.rubric.weights()
        columns = (
            Column("Dimension"),
            Column("Weight", right=True),
            Column("Scale"),
            Column("Definition"),
        )
        rows = tuple(
            (d.name, f"{weights[d.name]:.0%}", str(d.scale), d.definition) for d in known.rubric
        )
        blocks.append(Table("The rubric", columns, rows))
    return [Section("Dimensions", tuple(blocks))]


def _parts(shelf: Shelf) -> list[Section]:
    """The overall score, or each dimension, within components and within segments."""
    sections = []
    parts: tuple[tuple[str, Callable[[Result], str | None]], ...] = (
        ("Components", lambda result: result.component),
        ("Segments", lambda result: result.segment),
    )
    for title, part in parts:
        results = shelf.take("mean", "difference", where=partial(_has, part))
        tables = [
            matrix(
                f"{label(name)}, {dimension}, by {title.lower()}",
                [r for r in results if r.name == name and (r.dimension or OVERALL) == dimension],
                rows=by_judge,
                columns=part,
                corner="System" if name == "mean" else "Systems",
                mark=0.0 if name == "difference" else None,
            )
            for name in distinct(r.name for r in results)
            for dimension in distinct((r.dimension or OVERALL) for r in results if r.name == name)
        ]
        if tables:
            blocks: list[Block] = [tables[0]]
            if len(tables) > 1:
                blocks.append(Fold("The same by dimension", tuple(tables[1:])))
            sections.append(Section(title, tuple(blocks)))
    return sections


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


def _has(part: Callable[[Result], str | None], result: Result) -> bool:
    """Whether this part, and no other, is what the result is within."""
    parts = [p for p in (result.component, result.segment) if p is not None]
    return parts == [part(result)] and not (result.raters or is_naive(result))


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
