"""What weights make of a mismatch, and how to use them, as sections of its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from measurand.analysis.mismatch_cells import Cells
from measurand.analysis.result import Result
from measurand.report.document import (
    Cell,
    Code,
    Column,
    Fold,
    KeyValue,
    Paragraph,
    Section,
    Table,
)
from measurand.report.shelf import shared_span
from measurand.report.words import basis
from measurand.stats.estimate import Estimate

__all__ = ["HEADLINE", "USE", "WORTH", "headline_section", "use_section"]

HEADLINE = "The headline, re-weighted"
WORTH = "What weights can repair"
USE = "How to use the weights"


def headline_section(results: Sequence[Result]) -> list[Section]:
    """What the overall scores are when the examples count as production asks."""
    names = ("mean", "mean_reweighted", "reweighting_difference")
    by: dict[str, dict[str, Estimate]] = {}
    for result in results:
        if result.name in names:
            by.setdefault(result.systems[0], {})[result.name] = result.estimate
    facts = _repair_facts(results)
    if not by:
        return [Section(WORTH, (facts, Paragraph(_UNRATED)))] if facts.pairs else []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (system, *(told.get(name) for name in names)) for system, told in by.items()
    )
    means = [told[name] for told in by.values() for name in names[:2] if name in told]
    span = _span(means)
    gaps = [told[names[2]] for told in by.values() if names[2] in told]
    table = Table(
        "The overall score of each system",
        (
            Column("System"),
            Column("As it is", right=True, span=span),
            Column("Re-weighted", right=True, span=span),
            Column("Difference", right=True, span=_span(gaps), mark=0.0),
        ),
        rows,
        basis(estimate for told in by.values() for estimate in told.values()),
    )
    summary = (
        "Each example counts as much as production asks such questions. The difference is of the "
        "same examples, counted in two ways."
    )
    return [Section(HEADLINE, (table, facts), summary)]


_UNRATED = (
    "Nobody has rated these examples yet, so there is no headline to re-weight. Name a file of "
    "ratings with --ratings, or run the project."
)


def _repair_facts(results: Iterable[Result]) -> KeyValue:
    pairs: list[tuple[str, str]] = []
    for result in results:
        estimate = result.estimate
        if estimate.value is None:
            continue
        if result.name == "effective_examples":
            told = f"{estimate.value:,.0f} that count alike, of {estimate.n:,}"
            pairs.append(("worth of the re-weighted examples", told))
        elif result.name == "share_out_of_reach":
            low, high = estimate.low or 0.0, estimate.high or 0.0
            told = f"{estimate.value:.1%} [{low:.1%}, {high:.1%}]"
            pairs.append(("of production, beyond any weight", told))
    return KeyValue(tuple(pairs))


def _span(estimates: Sequence[Estimate]) -> tuple[float, float] | None:
    return shared_span([Result(name="mean", estimate=one) for one in estimates])


def use_section(made: Cells | None, repair: str, *, saved: str) -> list[Section]:
    """The cells, and what a plan says to weigh by them."""
    if made is None:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, f"{share:.1%}", f"{held:.1%}", f"{share / held:.2f}")
        for name, share, held in zip(made.names, made.shares, made.held, strict=True)
    )
    columns = (
        Column("Cell"),
        Column("To count", right=True),
        Column("Counts now", right=True),
        Column("Factor", right=True),
    )
    table = Table(f"{len(made.names):,} cells", columns, rows, "Shares of what is within reach.")
    fold = Fold("The cells", (table,))
    if not repair:
        told = (
            "Run this again with --save FOLDER: it writes the set there, each example with a tag "
            "for its cell, and tells what to put in the plan so that compare, report and gate "
            "weigh by them."
        )
        return [Section(USE, (Paragraph(told), fold))]
    told = f"The set with tags is in {saved}. In the plan, so that compare, report and gate weigh:"
    return [Section(USE, (Paragraph(told), Code(repair), fold))]
