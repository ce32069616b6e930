"""The page about benchmarks: which predicts the outcome, and what choosing by it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.result import Findings, Result, Verdict
from measurand.figures.forest import Forest, ForestRow
from measurand.figures.heat import Heat
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
from measurand.report.levels_section import reading_sections
from measurand.report.sections import FOOTER, PageContext, data_sections, headlines, limits_section
from measurand.report.shelf import Shelf, distinct, matrix, shared_span
from measurand.report.words import basis, cell, label

__all__ = ["CHOOSING", "CORRELATIONS", "PREDICTS", "SCREENING", "benchmarks_document"]

CORRELATIONS = "Correlations"
CHOOSING = "Choosing by a benchmark"
PREDICTS = "Which predicts better"
SCREENING = "Screening"

_COEFFICIENTS = ("pearson", "spearman", "kendall", "explained_variance", "pearson_disattenuated")
_CHOICE = (
    *("regret", "regret_sd", "expected_regret", "probability_best"),
    *("pick_rank", "pairwise_concordance"),
)
_DETAILS = frozenset(map(label, ("regret_sd", "pick_rank", "pairwise_concordance")))
_MOST_DRAWN = 40
_MOST_OPEN = 15


def benchmarks_document(findings: Findings, context: PageContext | None = None) -> Document:
    """The page of benchmarks against outcomes; every result appears on it once."""
    known = context or PageContext()
    shelf = Shelf(_best_first(findings.results))
    outcomes = distinct(r.systems[1] for r in findings.results if r.name == "pearson")
    sections = [
        *reading_sections(findings),
        *_correlations(shelf, outcomes),
        *_choosing(shelf, outcomes),
        *_predicts(shelf, findings.verdicts, outcomes),
        *_screening(shelf, outcomes),
        *shelf.rest(),
        *data_sections(known.intakes, known.refused_file),
        *limits_section(findings.limits),
    ]
    return Document(
        title=known.title or "Which benchmark predicts quality?",
        subtitle=known.subtitle,
        banner=known.banner,
        headlines=headlines(findings.verdicts),
        sections=tuple(sections),
        footer=FOOTER,
    )


def _best_first(results: Sequence[Result]) -> list[Result]:
    """Benchmarks from the highest mean correlation to the lowest."""
    of: dict[str, list[float]] = {}
    for result in results:
        if result.name == "pearson" and result.estimate.value is not None:
            of.setdefault(result.systems[0], []).append(result.estimate.value)
    order = sorted(of, key=lambda name: -sum(of[name]) / len(of[name]))
    places = {name: place for place, name in enumerate(order)}
    last = len(places)
    return sorted(results, key=lambda r: places.get(r.systems[0], last) if r.systems else last)


def _benchmark(result: Result) -> str:
    return result.systems[0]


def _outcome(result: Result) -> str:
    return result.systems[1]


def _of(results: Sequence[Result], outcome: str) -> list[Result]:
    return [result for result in results if _outcome(result) == outcome]


def _correlations(shelf: Shelf, outcomes: Sequence[str]) -> list[Section]:
    found = shelf.take(*_COEFFICIENTS, where=lambda r: len(r.systems) > 1)
    means = shelf.take("pearson_mean")
    blocks: list[Block] = []
    if len(outcomes) > 1:
        blocks.append(_heat([r for r in found if r.name == "pearson"], outcomes))
    for outcome in outcomes:
        own = _of(found, outcome)
        blocks += _drawn([r for r in own if r.name == "pearson"], outcome)
        blocks.append(
            matrix(
                f"Correlation with {outcome}",
                own,
                rows=_benchmark,
                columns=lambda r: label(r.name),
                corner="Benchmark",
            )
        )
    if means:
        caption = f"Mean correlation over {len(outcomes)} outcomes"
        blocks.append(
            matrix(
                caption,
                means,
                rows=_benchmark,
                columns=lambda r: label(r.name),
                corner="Benchmark",
            )
        )
    summary = (
        "Systems are the units; what is explained is the square of r, what is missed the rest."
    )
    return [Section(CORRELATIONS, tuple(blocks), summary)] if blocks else []


def _heat(pearson: Sequence[Result], outcomes: Sequence[str]) -> Plot:
    """Benchmarks by outcomes, with the interval below each number."""
    names = tuple(distinct(map(_benchmark, pearson)))
    by = {(_benchmark(r), _outcome(r)): r.estimate for r in pearson}
    cells = [[by.get((name, outcome)) for outcome in outcomes] for name in names]
    values = tuple(tuple(None if one is None else one.value for one in row) for row in cells)
    below = tuple(
        tuple(
            ""
            if one is None or one.low is None or one.high is None
            else f"{one.low:.2f} to {one.high:.2f}"
            for one in row
        )
        for row in cells
    )
    known = [value for row in values for value in row if value is not None]
    span = (-1, 1) if min(known, default=0.0) < 0 else (0, 1)
    table = matrix(
        "Pearson's r by benchmark and outcome",
        pearson,
        rows=_benchmark,
        columns=_outcome,
        corner="Benchmark",
    )
    return Plot(
        Heat(names, tuple(outcomes), values, "outcomes", "benchmarks", span=span, below=below),
        "Heat map: Pearson's r of every benchmark with every outcome, and its interval.",
        f"Pearson's r; below it the interval. {basis(r.estimate for r in pearson)}",
        table,
    )


def _drawn(pearson: Sequence[Result], outcome: str) -> Iterator[Plot]:
    rows = tuple(ForestRow(_benchmark(r), r.estimate) for r in pearson)
    if 1 < len(rows) <= _MOST_DRAWN:
        yield Plot(
            Forest(rows, f"Pearson's r with {outcome}", span=shared_span(pearson)),
            f"Forest plot of the correlation of each benchmark with {outcome}; the table below has "
            "the numbers.",
            f"Pearson's r with {outcome}; each interval is of one benchmark alone.",
        )


def _choosing(shelf: Shelf, outcomes: Sequence[str]) -> list[Section]:
    found = shelf.take(*_CHOICE, where=lambda r: len(r.systems) > 1)
    blocks: list[Block] = []
    for outcome in outcomes:
        table = matrix(
            f"If the first by one benchmark were chosen, by {outcome}",
            _of(found, outcome),
            rows=_benchmark,
            columns=lambda r: label(r.name),
            corner="Benchmark",
        )
        blocks.append(table)
    summary = (
        "What its pick lost here, in the outcome's units and in standard deviations (SD); and what "
        "a benchmark with this r does among as many systems, if scores are normal."
    )
    return [Section(CHOOSING, tuple(blocks), summary)] if found else []


def _predicts(shelf: Shelf, verdicts: Sequence[Verdict], outcomes: Sequence[str]) -> list[Section]:
    differences = shelf.take("pearson_difference")
    blocks: list[Block] = []
    for outcome in outcomes:
        decided = {v.systems: v for v in verdicts if v.dimension == outcome}
        own = [r for r in differences if r.dimension == outcome]
        own.sort(key=lambda r: decided[r.systems].outcome == "cannot be told apart")
        if not own:
            continue
        table = _pairs(own, decided, f"Pearson's r with {outcome}, first minus second")
        folded = len(own) > _MOST_OPEN
        blocks.append(Fold(f"All {len(own)} pairs, {outcome}", (table,)) if folded else table)
    summary = (
        "Each interval is of one pair, by Zou; decisions hold for all pairs together, by Holm."
    )
    return [Section(PREDICTS, tuple(blocks), summary)] if blocks else []


def _pairs(
    differences: Sequence[Result], decided: dict[tuple[str, ...], Verdict], caption: str
) -> Table:
    columns = (
        Column("Benchmarks"),
        Column("Verdict"),
        Column("Difference", right=True, span=shared_span(differences), mark=0.0),
        Column("n", right=True),
        Column("n needed", right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for result in differences:
        verdict = decided[result.systems]
        rows.append(
            (
                " and ".join(result.systems),
                Outcome.of(verdict),
                cell(result.name, result.estimate),
                result.estimate.n,
                verdict.n_needed,
            )
        )
    return Table(caption, columns, tuple(rows), basis(r.estimate for r in differences))


def _kept(result: Result) -> int:
    """How many go on: the number in the name of the design."""
    return int("".join(filter(str.isdecimal, result.design or "")) or 0)


def _screening(shelf: Shelf, outcomes: Sequence[str]) -> list[Section]:
    """How often the best would be lost if benchmarks only screened."""
    found = shelf.take("screening_loss", "screening_regret", where=lambda r: len(r.systems) > 1)
    blocks: list[Block] = []
    for outcome in outcomes:
        own = sorted(_of(found, outcome), key=_kept)
        lost, regret = (
            matrix(
                caption.format(outcome),
                [r for r in own if r.name == name],
                rows=_benchmark,
                columns=lambda r: r.design,
                corner="Benchmark",
            )
            for name, caption in (
                ("screening_loss", "The best by {} is not among those that go on"),
                ("screening_regret", "Lost on average where only those go on, by {}"),
            )
        )
        if own:
            blocks += [lost, Fold(f"What that costs, in units of {outcome}", (regret,))]
    summary = (
        "Screen on public scores, decide on your own evaluation: how often the first few by a "
        "benchmark do not hold the best, if scores are normal."
    )
    return [Section(SCREENING, tuple(blocks), summary)] if blocks else []
