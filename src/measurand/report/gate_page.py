"""The page of a gate: may it ship, what failed, what is flaky, missing or waived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from measurand.analysis.gate_result import GateItem, GateResult, Waived
from measurand.figures.text import shortened
from measurand.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Fold,
    KeyValue,
    Outcome,
    Section,
    Table,
    Texts,
)
from measurand.report.junit import place
from measurand.report.run_sections import failure_sections, run_banner, run_sections
from measurand.report.sections import (
    FOOTER,
    HEADLINES,
    PageContext,
    cards,
    data_sections,
    headlines,
    limits_section,
    set_sections,
)
from measurand.report.shelf import Shelf
from measurand.report.words import SHARES, basis, cell, label, verdict_about

__all__ = ["ANSWERS", "Room", "gate_document"]

ANSWERS = frozenset({"Failed", "Missing", "Flaky", "Waived", "Decisions", "Decided on"})
"""The sections that answer the question, for a terminal that shows no more than that."""

_REASON, _TEXT = 400, 300

_Cells = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """How many rows a table may have; what is left out is counted below it.

    Args:
        wrong: Of what failed, is missing, flaky or waived; None is all.
        rest: Of every number and of what passed.
        texts: Of what was asked and answered.
    """

    wrong: int | None = None
    rest: int | None = None
    texts: int | None = 50


_EVERYTHING = Room()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the examples: what they are called, and how they are told."""

    outcome: str
    title: str
    summary: str
    every: str


_PARTS = (
    _Part(
        "fail", "Failed", "Confirmed over all the repeats that there are.", "Examples that failed"
    ),
    _Part(
        "missing",
        "Missing",
        "There is no result to decide on; what is missing is never a pass.",
        "Examples without a result",
    ),
    _Part(
        "flaky",
        "Flaky",
        "The repeats disagree and do not confirm a failure.",
        "Examples whose repeats disagree",
    ),
)


def gate_document(
    gate: GateResult, context: PageContext | None = None, *, room: Room = _EVERYTHING
) -> Document:
    """The page of one gate; a short verdict first.

    Args:
        gate: What was decided.
        context: What the page knows besides.
        room: How long its tables may be.
    """
    known, shelf = context or PageContext(), Shelf(gate.findings.results)
    sections = [
        *(section for part in _PARTS for section in _items(gate, part, known, room=room)),
        *_waived(gate, room.wrong),
        *_decisions(gate),
        *_decided_on(gate),
        *failure_sections(shelf, gate.findings),
        *_details(gate, shelf, room.rest),
        *_outputs(gate, known, room.rest),
        *run_sections(known.run),
        *set_sections(known.of),
        *data_sections(known.intakes, known.refused_file),
        *limits_section(gate.findings.limits),
    ]
    return Document(
        title=known.title or f"Gate of {gate.system}: {gate.outcome}",
        subtitle=known.subtitle or _subtitle(gate),
        banner=" · ".join(filter(None, (known.banner, run_banner(known.run), _broken(gate))))
        or None,
        headlines=headlines(gate.findings.verdicts),
        sections=tuple(sections),
        footer=FOOTER,
    )


def _broken(gate: GateResult) -> str | None:
    """What must not be overlooked: results are missing because somebody did not answer."""
    return f"RESULTS ARE MISSING: {gate.broken}" if gate.broken else None


def _subtitle(gate: GateResult) -> str:
    """Against what, and how many of each kind."""
    examples = len({(item.component, item.example) for item in gate.items})
    counts = [f"held against {gate.against}"] if gate.against else []
    counts.append("1 example" if examples == 1 else f"{examples:,} examples")
    for outcome, word in (
        ("fail", "failed"),
        ("missing", "missing"),
        ("flaky", "flaky"),
        ("waived", "waived"),
    ):
        those = {(i.component, i.example) for i in gate.items if i.outcome == outcome}
        if those:
            counts.append(f"{len(those):,} {word}")
    return " · ".join(counts)


def _items(gate: GateResult, part: _Part, known: PageContext, *, room: Room) -> Iterator[Section]:
    items = [item for item in gate.items if item.outcome == part.outcome]
    if not items:
        return
    blocks: list[Block] = [
        _item_table(items, part.every, room.wrong, scored=part.outcome != "missing")
    ]
    if answers := _answers(items, gate, known, room=room):
        blocks.append(Fold("What was asked and answered", (answers,)))
    yield Section(part.title, tuple(blocks), part.summary)


def _answers(
    items: Sequence[GateItem], gate: GateResult, known: PageContext, *, room: Room
) -> Table | None:
    """What was asked and answered, then and now, where the texts are known."""
    nothing = Texts()
    lines: list[_Cells] = []
    for example in dict.fromkeys(item.example for item in items):
        now = known.texts.get((example, gate.system), nothing)
        before = known.texts.get((example, gate.against), nothing)
        told = (now.question or before.question, now.answer, before.answer, now.reference)
        if any(text is not None for text in told):
            lines.append((example, *(shortened(text or "", _TEXT) for text in told)))
    names = ("Example", "Question", gate.system, gate.against or "Before", "Reference")
    columns = tuple(map(Column, names))
    return _table("Texts", columns, lines, rows=room.texts) if lines else None


def _item_table(
    items: Sequence[GateItem], caption: str, rows: int | None, *, scored: bool
) -> Table:
    columns: list[tuple[Column, Callable[[GateItem], Cell]]] = [
        (Column("Example"), lambda item: item.example),
        (Column("Dimension"), _dimension),
    ]
    columns.append((Column("Reason"), lambda item: shortened(item.reason, _REASON)))
    if scored:
        columns.append((Column("Score", right=True), lambda item: _score(item.score)))
    if scored and any(item.baseline is not None for item in items):
        columns.append((Column("Before", right=True), lambda item: _score(item.baseline)))
    if scored and any(len(item.repeats) > 1 for item in items):
        columns.append((Column("Repeats"), _repeats))
    if any(item.component for item in items):
        columns.append((Column("Component", detail=True), lambda item: item.component))
    if any(map(place, items)):
        columns.append((Column("Stands in", detail=True), place))
    return _table(
        caption,
        tuple(column for column, _ in columns),
        [tuple(shown(item) for _, shown in columns) for item in items],
        rows=rows,
    )


def _table(
    caption: str,
    columns: tuple[Column, ...],
    lines: Sequence[_Cells],
    *,
    rows: int | None,
    note: str = "",
) -> Table:
    shown = lines if rows is None else lines[:rows]
    left = len(lines) - len(shown)
    cut = f"{left:,} more are left out here; --json and --junit have all of them." if left else ""
    return Table(caption, columns, tuple(shown), " ".join(filter(None, (cut, note))))


def _dimension(item: GateItem) -> str:
    return f"{item.dimension} (blocks)" if item.blocking else item.dimension


def _score(score: float | None) -> str:
    return "none" if score is None else f"{score:.3g}"


def _repeats(item: GateItem) -> str:
    return ", ".join(map(_score, item.repeats))


def _waived(gate: GateResult, rows: int | None) -> Iterator[Section]:
    """Waivers with who answers for them and until when; the used ones first."""
    if not gate.waivers:
        return
    names = ("Example", "Dimension", "Owner", "Expires", "State", "Reason")
    ordered = sorted(gate.waivers, key=lambda waived: (not waived.used, not waived.expired))
    lines: list[_Cells] = [
        (
            waived.example,
            waived.dimension,
            waived.owner,
            waived.expires,
            _state(waived),
            shortened(waived.reason, _REASON),
        )
        for waived in ordered
    ]
    table = _table("Waivers", tuple(map(Column, names)), lines, rows=rows)
    yield Section("Waived", (table,), "Failures that somebody has taken upon himself, for a time.")


def _state(waived: Waived) -> str:
    if waived.expired:
        return "expired: waives nothing"
    return "used" if waived.used else "not used"


def _decisions(gate: GateResult) -> Iterator[Section]:
    """Every decision with its estimate and bound; the gate's own stands at the top."""
    verdicts = gate.findings.verdicts[1:]
    if not verdicts:
        return
    names = ("Decision", "About", "Verdict", "Estimate", "Bound", "Reason")
    told = len(verdicts) < HEADLINES  # the reasons are at the top of the page then
    columns = tuple(Column(name, right=name in {"Estimate", "Bound"}) for name in names)
    lines: list[_Cells] = [
        (
            label(verdict.name),
            verdict_about(verdict),
            Outcome.of(verdict),
            None if verdict.estimate is None else cell(verdict.name, verdict.estimate),
            None if verdict.bound is None else _bound(verdict.name, verdict.bound),
            *(() if told else (verdict.reason,)),
        )
        for verdict in verdicts
    ]
    columns = columns[:-1] if told else columns
    note = basis(v.estimate for v in verdicts if v.estimate is not None)
    yield Section("Decisions", (Table("What the gate rests on", columns, tuple(lines), note),))


def _bound(name: str, bound: float) -> str:
    return f"{bound:.1%}" if name in SHARES else f"{bound:g}"


def _decided_on(gate: GateResult) -> Iterator[Section]:
    if gate.hashes:
        pairs = tuple(gate.hashes.items())
        yield Section("Decided on", (KeyValue(pairs),), "When one of these changes, ask again.")


def _details(gate: GateResult, shelf: Shelf, rows: int | None) -> Iterator[Section]:
    """What most readers skip: every number, and what passed or is waived."""
    rest = [block for section in shelf.rest() for block in section.blocks]
    tables = [
        _table("Every number", block.columns, block.rows, rows=rows, note=block.note)
        for block in rest
        if isinstance(block, Table)
    ]
    for outcome, caption in (("waived", "Failures that are waived"), ("pass", "What passed")):
        if items := [item for item in gate.items if item.outcome == outcome]:
            tables.append(_item_table(items, caption, rows, scored=True))
    if tables:
        yield Section("Details", (Fold("Every number, and what passed", tuple(tables)),))


def _outputs(gate: GateResult, known: PageContext, rows: int | None) -> Iterator[Section]:
    """Outputs side by side with their ratings, where there are any to look at."""
    units = gate.findings.units if rows is None else gate.findings.units[:rows]
    if units:
        yield Section("Outputs to look at", (cards(units, known),))
