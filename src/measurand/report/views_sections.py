"""The sections of a comparison's views: slices, changed sides, cost, weights, trials, Bayes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from measurand.analysis.result import Change, Findings, Result, Verdict
from measurand.figures.scatter import Point, Scatter
from measurand.figures.style import Colour
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    ChangeCard,
    ChangeCards,
    Column,
    Fold,
    Outcome,
    Paragraph,
    Plot,
    Section,
    Table,
    Texts,
)
from measurand.report.sections import PageContext
from measurand.report.shelf import OVERALL, Shelf, distinct, is_whole, matrix, shared_span
from measurand.report.words import basis, cell, label, pair

__all__ = ["views_sections"]

_CARDS = 12
_LISTED = 50
_TABLES = 4
_FEW = 30
_WEIGHTS = (
    "difference_at_least_favourable_weights",
    "difference_at_most_favourable_weights",
)
_CHANGED = ("changed_to_worse", "changed_to_better", "changed_by_chance")
_TRIALS = ("trial_variance", "trial_variance_share", "trials_worth")
_BELIEFS = ("posterior_difference", "probability_better", "probability_within_margin")
_SHAPES: dict[str, tuple[Colour, str]] = {
    "on the front": ("good", "o"),
    "dominated": ("bad", "X"),
    "undecided": ("muted", "D"),
}
_AXES = {
    "cost": ("cost_per_thousand_outputs", "cost"),
    "seconds": ("seconds_per_output", "time"),
}


def views_sections(
    shelf: Shelf, findings: Findings, known: PageContext | None = None
) -> list[Section]:
    """What the views found, each on its own; none where there is none."""
    context = known or PageContext()
    return [
        *_slices(shelf, findings),
        *_changes(shelf, findings, context),
        *_costs(shelf, findings),
        *_weights(shelf, findings),
        *_trials(shelf),
        *_beliefs(shelf),
    ]


def _slices(shelf: Shelf, findings: Findings) -> list[Section]:
    """The differences by component and by segment, with what is shown of each."""
    results = shelf.take(
        "difference", where=lambda r: bool(r.component or r.segment) and not r.raters
    )
    if not results:
        return []
    decided = {
        (v.systems, v.dimension, v.component, v.segment): v
        for v in findings.verdicts
        if v.name == "slice"
    }
    names = distinct(r.dimension or OVERALL for r in results)
    tables = [
        _slice_table(name, [r for r in results if (r.dimension or OVERALL) == name], decided)
        for name in sorted(names, key=lambda name: name != OVERALL)
    ]
    blocks: list[Block] = [tables[0]]
    if len(tables) > 1:
        blocks.append(Fold("The same by dimension", tuple(tables[1:])))
    summary = (
        "Each interval is of its slice alone; what is said to be better is adjusted for the number "
        "of slices by Benjamini and Hochberg, overall and by dimension each on its own."
    )
    return [Section("Slices", tuple(blocks), summary)]


_Slices = dict[tuple[tuple[str, ...], str | None, str | None, str | None], Verdict]


def _slice_table(dimension: str, results: Sequence[Result], decided: _Slices) -> Table:
    columns = (
        Column("Slice"),
        Column("Systems"),
        Column("Shown"),
        Column("Difference", right=True, span=shared_span(results), mark=0.0),
        Column("n", right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    order = list(dict.fromkeys((r.component, r.segment) for r in results))
    for r in sorted(results, key=lambda r: order.index((r.component, r.segment))):
        verdict = decided.get((r.systems, r.dimension, r.component, r.segment))
        shown: Cell = Outcome.of(verdict) if verdict else Outcome("inconclusive")
        rows.append((r.segment or r.component, pair(r.systems), shown, r.estimate, r.estimate.n))
    note = basis(r.estimate for r in results)
    return Table(f"Difference by slice, {dimension}", columns, tuple(rows), note)


def _changes(shelf: Shelf, findings: Findings, known: PageContext) -> list[Section]:
    """How many examples changed sides, and the worst of them with both outputs side by side."""
    shares = shelf.take(*_CHANGED, where=is_whole)
    if not shares:
        return []
    blocks: list[Block] = [*_shares(shares)]
    worse = [change for change in findings.changes if change.to == "worse"]
    worse.sort(key=lambda change: (not change.blocking, -change.harm))
    if worse:
        blocks.append(ChangeCards(tuple(_card(c, known) for c in worse[:_CARDS])))
    if len(findings.changes) > min(len(worse), _CARDS):
        blocks.append(Fold("Which examples changed sides", (_listed(findings.changes),)))
    summary = (
        "On these examples the first of two systems fails where the other passes, or the reverse; "
        "those that block first, then by the share of the scale times the weight. Some change by "
        "chance where nothing has changed: hold one way against the other, and against chance "
        "where that is told. Of grades chance is the share that the bound of a change lets through "
        "by construction; it is not measured, so that its interval has no width."
    )
    return [Section("Changed sides", tuple(blocks), summary)]


def _shares(shares: Sequence[Result]) -> Iterator[Block]:
    """A table of each pair, or one of all, folded, where they are many."""
    pairs = list(dict.fromkeys(r.systems for r in shares))
    if len(pairs) > _TABLES:
        table = _share_table("Examples that changed sides, of the first system", shares, pairs)
        yield Fold(f"How many changed sides, of {len(pairs):,} pairs", (table,))
        return
    for systems in pairs:
        own = [r for r in shares if r.systems == systems]
        yield _share_table(f"Examples that changed sides: {' against '.join(systems)}", own, [])


def _share_table(caption: str, shares: Sequence[Result], pairs: Sequence[tuple[str, ...]]) -> Table:
    named = [name for name in _CHANGED if any(r.name == name for r in shares)]
    columns = (
        *([Column("Systems")] if pairs else []),
        Column("Dimension"),
        *(Column(label(name), right=True) for name in named),
        Column("n", right=True),
    )
    lines: dict[tuple[tuple[str, ...], str | None], dict[str, Result]] = {}
    for result in shares:
        lines.setdefault((result.systems, result.dimension), {})[result.name] = result
    rows: list[tuple[Cell, ...]] = [
        (
            *([" against ".join(systems)] if pairs else []),
            dimension,
            *(cell(n, found[n].estimate) if n in found else None for n in named),
            found[named[0]].estimate.n,
        )
        for (systems, dimension), found in lines.items()
    ]
    return Table(caption, columns, tuple(rows), basis(r.estimate for r in shares))


def _card(change: Change, known: PageContext) -> ChangeCard:
    first, second = (known.texts.get((change.example, s), Texts()) for s in change.systems)
    return ChangeCard(change, (first, second), known.yes_no(change.dimension))


def _listed(changes: Sequence[Change]) -> Table:
    columns = (
        Column("Example"),
        Column("Systems"),
        Column("Dimension"),
        Column("Scores", right=True),
        Column("Harm", right=True),
        Column("Why"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            change.example,
            " against ".join(change.systems),
            change.dimension,
            f"{change.scores[0]:g} against {change.scores[1]:g}",
            f"{'' if change.to == 'worse' else '+'}{change.harm:.3f}",
            change.why,
        )
        for change in changes[:_LISTED]
    ]
    more = len(changes) - len(rows)
    note = f"and {more:,} more; the JSON has them." if more > 0 else ""
    return Table("Examples that changed sides", columns, tuple(rows), note)


def _costs(shelf: Shelf, findings: Findings) -> list[Section]:
    """Quality against cost and against time, drawn where both are known."""
    taken = shelf.take(
        "cost_per_output",
        "seconds_per_output",
        "seconds_median",
        where=lambda r: len(r.systems) == 1 and is_whole(r),
    )
    if not taken:
        return []
    means = {r.systems: r for r in findings.named("mean") if r.dimension == OVERALL and is_whole(r)}
    verdicts = [v for v in findings.verdicts if v.name == "pareto"]
    blocks: list[Block] = []
    taken = [_by_thousand(r) for r in taken]
    for design, (name, what) in _AXES.items():
        own = {r.systems: r for r in taken if r.name == name}
        decided = {v.systems: v for v in verdicts if v.design == design}
        blocks += _drawn(own, means, decided, what=what)
    blocks.append(
        matrix(
            "What an output takes",
            taken,
            rows=lambda r: r.systems[0],
            columns=lambda r: label(r.name),
            corner="System",
        )
    )
    blocks += _front(verdicts)
    summary = (
        "A system is dominated only where another is surely better and surely cheaper (or faster), "
        "on the examples that both have; on the front only where that is surely not so."
    )
    return [Section("Quality against cost", tuple(blocks), summary)]


_ByWhom = dict[tuple[str, ...], Result]


def _drawn(
    taken: _ByWhom, means: _ByWhom, decided: dict[tuple[str, ...], Verdict], *, what: str
) -> Iterator[Plot]:
    points = []
    for systems, result in taken.items():
        mean = means.get(systems)
        if mean is None or not (mean.estimate.present and result.estimate.present):
            continue
        word = decided[systems].outcome if systems in decided else "undecided"
        colour, marker = _SHAPES[word]
        points.append(Point(systems[0], result.estimate, mean.estimate, colour, marker))
    if 1 < len(points) <= _FEW:
        yield Plot(
            Scatter(tuple(points), label(next(iter(taken.values())).name), "Overall score"),
            f"Scatter plot of the overall score against {what}; the tables have the numbers.",
            f"Overall score against {what}, with intervals: a circle is on the front, a cross is "
            "dominated, a diamond is undecided.",
        )


def _by_thousand(result: Result) -> Result:
    """Costs of single outputs are too small to read."""
    if result.name != "cost_per_output":
        return result
    scaled = result.estimate.scaled(1000.0)
    return replace(result, name="cost_per_thousand_outputs", estimate=scaled)


def _front(verdicts: Sequence[Verdict]) -> Iterator[Block]:
    if not verdicts:
        return
    found = {(v.systems[0], v.design): v for v in verdicts}
    designs = [design for design in _AXES if any(v.design == design for v in verdicts)]
    columns = (Column("System"), *(Column(f"Against {_AXES[d][1]}") for d in designs))
    rows: list[tuple[Cell, ...]] = [
        (system, *(Outcome.of(found[system, d]) if (system, d) in found else None for d in designs))
        for system in dict.fromkeys(v.systems[0] for v in verdicts)
    ]
    yield Table("Who is on the front", columns, tuple(rows))
    why = (Column("System"), Column("Against"), Column("Why"))
    reasons: list[tuple[Cell, ...]] = [
        (v.systems[0], _AXES[v.design or "cost"][1], v.reason) for v in verdicts
    ]
    yield Fold("Why", (Table("Why a system is on the front or not", why, tuple(reasons)),))


def _weights(shelf: Shelf, findings: Findings) -> list[Section]:
    """Whether a winner survives other weightings."""
    results = shelf.take(*_WEIGHTS, where=is_whole)
    if not results:
        return []
    found = {(r.systems, r.name): r for r in results}
    stated = {
        r.systems: r for r in findings.named("difference") if r.dimension == OVERALL and is_whole(r)
    }
    verdicts = [v for v in findings.verdicts if v.name == "weights"]
    spread = [*results, *(stated[v.systems] for v in verdicts if v.systems in stated)]
    span = shared_span(spread)
    columns = (
        Column("Systems"),
        Column("Verdict"),
        *(
            Column(name, right=True, span=span, mark=0.0)
            for name in ("Least favourable", "As stated", "Most favourable")
        ),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            pair(v.systems),
            Outcome.of(v),
            found[v.systems, _WEIGHTS[0]].estimate,
            stated[v.systems].estimate if v.systems in stated else None,
            found[v.systems, _WEIGHTS[1]].estimate,
        )
        for v in verdicts
    ]
    table = Table(
        "Overall difference under other weights",
        columns,
        tuple(rows),
        basis(r.estimate for r in results),
    )
    reasons = Bullets(tuple(v.reason for v in verdicts[:_CARDS]))
    summary = (
        "Would other weights, within the usual ranges, have another winner? The extremes over all "
        "such weightings; the limits say which ranges."
    )
    return [Section("Other weights", (table, reasons), summary)]


def _trials(shelf: Shelf) -> list[Section]:
    """What repeated outputs of an example tell."""
    passes = shelf.take("pass_hat_k", "pass_at_k")
    spread = shelf.take(*_TRIALS)
    if not (passes or spread):
        return []
    blocks: list[Block] = [
        matrix(
            f"{label(name)}: {dimension}",
            [r for r in passes if r.name == name and r.dimension == dimension],
            rows=lambda r: r.systems[0],
            columns=lambda r: r.design,
            corner="System",
        )
        for dimension in distinct(r.dimension for r in passes)
        for name in distinct(r.name for r in passes)
    ]
    blocks += [
        matrix(
            f"Chance between trials: {dimension}",
            [r for r in spread if r.dimension == dimension],
            rows=lambda r: r.systems[0],
            columns=lambda r: label(r.name),
            corner="System",
        )
        for dimension in distinct(r.dimension for r in spread)
    ]
    summary = (
        "Of examples with several outputs. Intervals are over examples, not over trials. So many "
        "trials are worth it where a further example costs as much as a trial of it; where it "
        "costs four times as much, twice as many."
    )
    return [Section("Trials", tuple(blocks), summary)]


def _beliefs(shelf: Shelf) -> list[Section]:
    """Posteriors of the differences."""
    results = shelf.take(*_BELIEFS)
    if not results:
        return []
    tables = [
        matrix(
            f"Posterior, {dimension}",
            [r for r in results if r.dimension == dimension],
            rows=lambda r: pair(r.systems),
            columns=lambda r: label(r.name),
            corner="Systems",
        )
        for dimension in distinct(r.dimension for r in results)
    ]
    blocks: list[Block] = [tables[0]]
    if len(tables) > 1:
        blocks.append(Fold("The same by dimension", tuple(tables[1:])))
    blocks.append(
        Paragraph(
            "These follow from a prior that says little, and decide nothing here: the verdicts "
            "rest on intervals and error rates."
        )
    )
    return [Section("Posterior", tuple(blocks), "What to believe after these data.")]
