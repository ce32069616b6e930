"""The sections that every page has: decisions, outputs side by side, what came in, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from measurand._version import __version__
from measurand.analysis.account import RunAccount
from measurand.analysis.result import Findings, Unit, Verdict
from measurand.core.intake import Intake
from measurand.core.rubric import Rubric
from measurand.core.scale import YES_NO
from measurand.core.set_version import SetVersion, sizes_told
from measurand.core.system import System
from measurand.figures.bars import Bars
from measurand.figures.text import shortened
from measurand.report.document import (
    LIMITS,
    Block,
    Bullets,
    Cell,
    Column,
    Fold,
    KeyValue,
    Outcome,
    Paragraph,
    Plot,
    Section,
    Table,
    Texts,
    UnitCard,
    UnitCards,
)
from measurand.report.words import SHARES, cell, rating, tone, verdict_about

__all__ = [
    "FOOTER",
    "HEADLINES",
    "PageContext",
    "Planted",
    "all_decisions",
    "cards",
    "data_sections",
    "headlines",
    "limits_section",
    "set_sections",
    "votes_plot",
]

HEADLINES = 5
_LISTED = 60
"""Decisions at the top of a page; where there are more, a table has them all."""

FOOTER = f"measurand {__version__}"
_REFUSED_SHOWN = 50
_FOUND_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Planted:
    """A true value that a simulation planted, to hold an estimate against.

    Args:
        name: The result's name, as in ``"mean"``.
        value: The truth, in the estimate's unit.
        dimension: The result's dimension.
        systems: The result's systems.
    """

    name: str
    value: float
    dimension: str | None = None
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What a page knows besides the findings.

    Args:
        title: The page's heading; by default it says what the page is.
        subtitle: One line below it.
        banner: What must not be overlooked, as ``SIMULATED DATA``.
        intakes: The account of every file read.
        refused_file: Where all refused rows were written.
        rubric: The dimensions with their weights.
        systems: The systems with their roles, for the marks of floor and expert.
        roles: Roles by system that are told beside the plan's, and go before them.
        texts: What was asked and answered, by example and system.
        truth: Planted values to show beside the estimates.
        required: Whether an agreement was required, or its bound is only the usual one.
        run: What was asked of models, where any were.
        beside: Results with and without excluded raters, where any are excluded.
        of: Which version of the evaluation set the results are of, where that is known.
    """

    title: str | None = None
    subtitle: str = ""
    banner: str | None = None
    intakes: Sequence[Intake] = ()
    refused_file: str | None = None
    rubric: Rubric | None = None
    systems: Sequence[System] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], Texts] = field(default_factory=dict)
    truth: Sequence[Planted] = ()
    required: bool = False
    run: RunAccount | None = None
    beside: Findings | None = None
    of: SetVersion | None = None

    def role(self, system: str) -> str:
        """The role of a system, as ``expert`` or ``floor``; empty where none is known."""
        planned: dict[str, str] = {one.name: one.role for one in self.systems}
        return self.roles.get(system, planned.get(system, ""))

    def yes_no(self, dimension: str) -> bool:
        """Whether ratings on this dimension are known to be yes and no."""
        rubric = self.rubric
        if rubric is None or dimension not in rubric:
            return False
        return rubric.dimension(dimension).scale == YES_NO


def headlines(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The first decision, then failures before the rest; how well raters agree is no failure."""

    def lower(verdict: Verdict) -> bool:
        return tone(verdict.outcome) != "bad" or verdict.name == "agreement"

    return (*verdicts[:1], *sorted(verdicts[1:], key=lower))[:HEADLINES]


def all_decisions(verdicts: Sequence[Verdict]) -> list[Section]:
    """Every decision in one table, where the top of the page has not shown them all."""
    if len(verdicts) <= HEADLINES:
        return []
    names = ("Decision", "About", "Verdict", "Estimate", "Bound", "Reason")
    columns = tuple(Column(name, right=name in {"Estimate", "Bound"}) for name in names)
    rows: list[tuple[Cell, ...]] = [
        (
            verdict.name,
            verdict_about(verdict),
            Outcome.of(verdict),
            None if verdict.estimate is None else cell(verdict.name, verdict.estimate),
            None if verdict.bound is None else _bound(verdict.name, verdict.bound),
            verdict.reason,
        )
        for verdict in verdicts
    ]
    table = Table("Every decision", columns, tuple(rows))
    long = len(rows) > _LISTED
    return [Section("All decisions", (Fold(f"All {len(rows):,}", (table,)) if long else table,))]


def _bound(name: str, bound: float) -> str:
    return f"{bound:.1%}" if name in SHARES else f"{bound:g}"


def cards(units: Sequence[Unit], known: PageContext) -> UnitCards:
    """Outputs with their ratings, and their texts where those are known."""
    return UnitCards(
        tuple(
            UnitCard(
                unit,
                known.texts.get((unit.example, unit.system), Texts()),
                known.yes_no(unit.dimension),
            )
            for unit in units
        )
    )


def votes_plot(findings: Findings, known: PageContext) -> list[Block]:
    """How the votes fell, a plot for each set of labels; ties are a level of their own."""
    blocks: list[Block] = []
    labelled = [
        (tuple(rating(value, yes_no=known.yes_no(v.dimension)) for value, _ in v.counts), v)
        for v in findings.votes
    ]
    for labels in dict.fromkeys(labels for labels, _ in labelled):
        chosen = [v for own, v in labelled if own == labels]
        levels = (*labels, "tie")
        rows = tuple(" · ".join(p for p in (v.dimension, v.system) if p) for v in chosen)
        counts = tuple((*(count for _, count in v.counts), v.ties) for v in chosen)
        columns = (Column("Votes"), *(Column(level, right=True) for level in levels))
        blocks.append(
            Plot(
                Bars(rows, levels, counts, apart=True),
                "Stacked bars: the outputs by the label that most people gave them.",
                "Outputs by the label that won the majority of people's ratings; ties have none.",
                Table(
                    "Votes of people",
                    columns,
                    tuple((row, *count) for row, count in zip(rows, counts, strict=True)),
                ),
            )
        )
    return blocks


def data_sections(intakes: Sequence[Intake], refused_file: str | None) -> list[Section]:
    """What was read, taken and refused; refused rows are shown, or counted and pointed to."""
    if not intakes:
        return []
    rows: list[tuple[Cell, ...]] = [
        (a.file, a.read, a.kept, len(a.refused), f"{_share(a):.1%}") for a in intakes
    ]
    columns = (
        Column("File"),
        *(Column(name, right=True) for name in ("Read", "Kept", "Refused", "Refused, share")),
    )
    blocks: list[Block] = [
        Table("Ratings by file", columns, tuple(rows), "Every rating read is kept or refused.")
    ]
    if notes := tuple(f"{a.file}: {note}" for a in intakes for note in a.notes):
        blocks.append(Bullets(notes))
    blocks += _refused(intakes, refused_file)
    return [Section("Data", tuple(blocks), "What came in, and what was not taken.")]


def set_sections(of: SetVersion | None) -> list[Section]:
    """Which version of the evaluation set the results are of."""
    if of is None:
        return []
    pairs = (
        ("version", of.fingerprint),
        ("examples", sizes_told(of.sizes)),
        ("locked", of.locked[:10] if of.locked else "no: measurand data lock holds results to it"),
    )
    return [Section("Evaluation set", (KeyValue(pairs),), "What the results are of.")]


def _share(account: Intake) -> float:
    return len(account.refused) / account.read if account.read else 0.0


def _refused(intakes: Sequence[Intake], refused_file: str | None) -> list[Block]:
    refused = [(account.file, refusal) for account in intakes for refusal in account.refused]
    if not refused:
        return [Paragraph("No rating was refused.")]
    columns = (
        Column("File"),
        Column("Line", right=True),
        Column("Key"),
        Column("Found"),
        Column("Reason"),
    )
    shown = refused[:_REFUSED_SHOWN]
    rows: list[tuple[Cell, ...]] = [
        (
            file,
            r.line,
            r.key,
            None if r.found is None else shortened(r.found, _FOUND_SHOWN),
            r.reason,
        )
        for file, r in shown
    ]
    more = len(refused) - len(shown)
    note = f"and {more:,} more. " if more else ""
    note += f"All refused rows are in {refused_file}." if refused_file else ""
    return [Table("Refused ratings", columns, tuple(rows), note.strip())]


def limits_section(limits: Sequence[str]) -> list[Section]:
    """What the numbers cannot say."""
    if not limits:
        return []
    summary = "What the numbers on this page cannot say."
    return [Section(LIMITS, (Bullets(tuple(limits)),), summary)]
