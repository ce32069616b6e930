"""What a run took and what failed in it: sections of a page."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.account import ModelAccount, RunAccount
from measurand.analysis.result import FailureCount, Findings, Queued, Result
from measurand.core.failure import FAILURES
from measurand.core.output import Usage
from measurand.report.document import Block, Bullets, Cell, Column, Fold, Paragraph, Section, Table
from measurand.report.shelf import Shelf, distinct, matrix, shared_span
from measurand.report.words import basis, cell, money, pair

__all__ = ["failure_sections", "queue_sections", "run_banner", "run_sections"]

_QUEUE_SHOWN = 10
_PARTS = {"output": "Outputs", "judge": "Judgments", "check": "Ratings by checks"}


def run_banner(run: RunAccount | None) -> str | None:
    """What must not be overlooked: a judge that rates its own family."""
    if run is None or not run.own_family:
        return None
    judges = "; ".join(
        f"{one.judge} is of the family {one.family}, as {' and '.join(one.systems)}"
        for one in run.own_family
    )
    return f"OWN FAMILY: {judges}"


def run_sections(run: RunAccount | None) -> list[Section]:
    """Per system and judge: calls, failures, tokens, money; and what was not sent as planned."""
    if run is None or not run.models:
        return []
    names = ("Calls", "Failed", "Requests", "Tokens in", "from cache", "Tokens out", "Cost")
    columns = (
        Column("Asked"),
        Column("As"),
        Column("Model"),
        *(Column(n, right=True, detail=n in {"Requests", "from cache"}) for n in names),
    )
    rows = tuple(_model_row(one) for one in run.models)
    blocks: list[Block] = [Table("What was asked, and what it took", columns, rows, _cost(run))]
    if notes := _notes(run):
        blocks.append(Bullets(notes))
    return [Section("Run", tuple(blocks), "Every call once, however often it was tried.")]


def _model_row(one: ModelAccount) -> tuple[Cell, ...]:
    failed = sum(one.failed.values())
    told = one.model is not None or one.usage != Usage()
    tokens = (one.usage.input_tokens, one.usage.cached_tokens, one.usage.output_tokens)
    return (
        one.name,
        one.part,
        ", ".join(one.answered) or one.model,
        f"{one.calls:,}",
        f"{failed:,}",
        f"{one.requests:,}",
        *(f"{count:,}" if told else None for count in tokens),
        "not known" if one.known_cost is None else money(one.known_cost),
    )


def _cost(run: RunAccount) -> str:
    """The sum, and what it leaves out."""
    told = f"{money(run.cost)} in all"
    if run.unpriced:
        told += f", without {run.unpriced:,} calls whose price is not known"
    if run.budget is not None:
        told += f", of a budget of {money(run.budget)}"
    return f"{told}."


def _notes(run: RunAccount) -> tuple[str, ...]:
    """What was not as planned, or may not be the same tomorrow."""
    found = [f"It ended early: {run.stopped}"] if run.stopped else []
    found += [f"{one.name}: {note}" for one in run.models for note in one.notes]
    loose = dict.fromkeys(one.model for one in run.models if one.unpinned and one.model)
    if loose:
        found.append(
            f"Unpinned: {', '.join(loose)}. These names do not say which snapshot answers; it may "
            "be another one tomorrow, and then these numbers are of another model."
        )
    return tuple(found)


def failure_sections(shelf: Shelf, findings: Findings) -> list[Section]:
    """What came to nothing: by system and dimension, by class, by length, and how alike."""
    blocks: list[Block] = []
    systems: list[str] = []
    for part, title in _PARTS.items():
        name = f"{part}_failure_rate"
        rates = shelf.take(name, where=lambda r: not (r.failure or r.segment))
        systems += distinct(pair(r.systems) for r in rates if pair(r.systems) not in systems)
        if rates:
            blocks.append(
                matrix(
                    f"{title} that failed",
                    rates,
                    rows=lambda result: pair(result.systems),
                    columns=lambda result: result.dimension or "all",
                    corner="System",
                )
            )
    if counted := _by_class(shelf, findings.failures, systems):
        blocks.append(counted)
    folded = tuple(table for part in _PARTS for table in _apart(shelf, part))
    if folded:
        blocks.append(Fold("By length of the output, and between systems", folded))
    if not blocks:
        return []
    summary = "A failure is never a value: it is left out of the means, counted, and bounded."
    if not findings.failures and not any(_some(block) for block in blocks):
        tables = tuple(block for block in blocks if isinstance(block, Table))
        blocks = [Paragraph("Nothing failed."), Fold("How often it still might", tables)]
        summary = ""
    return [Section("Failures", tuple(blocks), summary)]


def _some(block: Block) -> bool:
    """Whether anything in it is not a share of 0."""
    return not isinstance(block, Table) or any(one.value != 0 for one in block.estimates())


def _by_class(shelf: Shelf, counts: Sequence[FailureCount], systems: Sequence[str]) -> Table | None:
    """How many of each class, by system, with the share over all."""
    shares = [
        (part, r)
        for part in _PARTS
        for r in shelf.take(f"{part}_failure_rate", where=lambda r: r.failure is not None)
    ]
    if not shares:
        return None
    columns = (
        Column("Class"),
        Column("Of"),
        *(Column(system, right=True) for system in systems),
        Column("Share", right=True),
        Column("What it means", detail=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for part, result in shares:
        by_system = [
            sum(
                one.count
                for one in counts
                if (one.part, one.failure, one.system) == (part, result.failure, system)
            )
            for system in systems
        ]
        rows.append(
            (
                result.failure,
                _PARTS[part].lower(),
                *(f"{count:,}" for count in by_system),
                cell(result.name, result.estimate),
                FAILURES.get(result.failure or "", ""),
            )
        )
    note = basis(result.estimate for _, result in shares)
    return Table("Failures by class", columns, tuple(rows), note)


def _apart(shelf: Shelf, part: str) -> list[Table]:
    """Two tables that few look up: by length of the output, and between systems."""
    title = _PARTS[part].lower()
    by_length = shelf.take(f"{part}_failure_rate", where=lambda r: r.segment is not None)
    between = shelf.take(f"{part}_failure_difference")
    found = []
    if by_length:
        rows = [(r.segment or "", r) for r in by_length]
        found.append(
            _plain(f"{title.capitalize()} that failed, by length of the output", "Length", rows)
        )
    if between:
        rows = [(pair(r.systems), r) for r in between]
        caption = f"Difference in outputs touched by {title} that failed"
        found.append(_plain(caption, "Systems", rows))
    return found


def _plain(caption: str, corner: str, named: Sequence[tuple[str, Result]]) -> Table:
    results = [result for _, result in named]
    columns = (
        Column(corner),
        Column("Estimate", right=True, span=shared_span(results)),
        Column("n", right=True),
        Column("Fisher's p", right=True),
    )
    rows = tuple(
        (name, cell(r.name, r.estimate), r.estimate.n, _fisher(r.estimate.method))
        for name, r in named
    )
    kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    return Table(
        caption,
        tuple(columns[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in rows),
        basis(result.estimate for result in results),
    )


def _fisher(method: str) -> str:
    """The p-value that a method ends with, where it does."""
    return method.rpartition("; Fisher's exact p = ")[2] if "; Fisher" in method else ""


def queue_sections(queue: Sequence[Queued]) -> list[Section]:
    """What a person should rate: how many outputs, and the first of them."""
    if not queue:
        return []
    outputs = len({(one.example, one.system) for one in queue})
    columns = (Column("Example"), Column("System"), Column("Dimension"), Column("Why"))
    shown = queue[:_QUEUE_SHOWN]
    rows = tuple((one.example, one.system, one.dimension, one.why) for one in shown)
    more = len(queue) - len(shown)
    note = f"and {more:,} more; --json lists all." if more else ""
    what = "output waits" if outputs == 1 else "outputs wait"
    summary = (
        f"{outputs:,} {what} for a person. They were chosen, not drawn: ratings of them say "
        "nothing about the others."
    )
    table = Table("Outputs for people to rate", columns, rows, note)
    return [Section("For people", (table,), summary)]
