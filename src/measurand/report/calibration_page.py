"""The page about a judge: can it be trusted, how good is it beside people, where does it err?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from measurand.analysis.calibration import Locked
from measurand.analysis.result import Findings, Result, Verdict
from measurand.figures.forest import Forest, ForestRow, Line
from measurand.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Outcome,
    Plot,
    Section,
    Table,
)
from measurand.report.judged_levels import judged_levels
from measurand.report.levels_section import reading_sections
from measurand.report.sections import (
    FOOTER,
    HEADLINES,
    PageContext,
    data_sections,
    limits_section,
)
from measurand.report.shelf import Shelf, distinct, matrix
from measurand.report.words import basis, label, tone

__all__ = ["DECISIONS", "calibration_document"]

DECISIONS = "Calibration"
"""The section with one line a judge and dimension: what a manager reads."""
_CORRELATION = "correlation_with_people"
_BESIDE = (_CORRELATION, "ceiling_correlation", "leave_one_out")
_ERRORS = (
    *("error_with_people", "error_after_mapping", "error_with_one_person", "error_among_people"),
    "leniency",
)
_AGREEMENT = (
    *("agreement_with_people", "sensitivity", "specificity", "kappa_with_people", "icc_absolute"),
)
_MORE = (
    *("correlation_bound", "rank_correlation_with_people", "rank_correlation_bound"),
    *("correlation_unweighted", "rank_correlation_unweighted", "ceiling_ratio"),
)
_MOST_ROWS = 60
_PARTS = (
    (
        "Error",
        _ERRORS,
        (
            "In points of the scale, overall from 0 to 1; leniency is above 0 where the judge is "
            "kinder. What a judge is off from one person is held against what people are off from "
            "one another."
        ),
    ),
    (
        "Agreement with people",
        _AGREEMENT,
        (
            "Sensitivity: of people's yes, the share to which the judge says yes; specificity: of "
            "people's no, the share to which it says no."
        ),
    ),
    ("Correlations", _MORE, ""),
    (
        "Could it replace a person?",
        ("alt_test_winning_rate", "alt_test_advantage"),
        (
            "One person is left out at a time: is the judge as near to the others? It may replace "
            "people where it wins against half of them or more."
        ),
    ),
    (
        "Repeats",
        ("repeat_reliability", "repeats_needed"),
        "Does it say the same when it is asked again?",
    ),
    (
        "Systems",
        ("system_correlation",),
        (
            "Does it put systems in the order in which people put them? That is another question "
            "than the one about single outputs."
        ),
    ),
    ("Failures", ("judge_failure_rate",), "Locked outputs on which the judge failed."),
)
_TONES = {"good": "good", "bad": "bad", "unsure": "accent", "plain": "accent"}


def calibration_document(
    findings: Findings,
    held: Sequence[Locked],
    *,
    target: float,
    context: PageContext | None = None,
) -> Document:
    """The page of one calibration; every result appears on it once.

    Args:
        findings: Numbers, verdicts and limits of all judges.
        held: The locked outputs of each judge, for the pictures.
        target: What the correlation is to reach.
        context: What else the page knows.
    """
    known = context or PageContext()
    shelf = Shelf(findings.results)
    sections = [
        *_decisions(shelf, findings, target),
        *reading_sections(findings),
        *judged_levels(held),
        *_tables(shelf, many=len({one.judge for one in held}) > 1),
        *shelf.rest(),
        *data_sections(known.intakes, known.refused_file),
        *limits_section(findings.limits),
    ]
    return Document(
        title=known.title or "Can the judge be trusted?",
        subtitle=known.subtitle or _subtitle(held, target),
        banner=known.banner,
        headlines=_worst_first(findings.verdicts)[:HEADLINES],
        sections=tuple(sections),
        footer=FOOTER,
    )


def _subtitle(held: Sequence[Locked], target: float) -> str:
    judges = ", ".join(one.judge for one in held[:3]) + (", ..." if len(held) > 3 else "")  # noqa: PLR2004
    locked = len(held[0].split.test) if held else 0
    return (
        f"{judges}, held against people on {locked:,} outputs that were locked; the correlation is "
        f"to reach {target:g}."
    )


def _worst_first(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    order = {"bad": 0, "unsure": 1, "good": 2}
    return tuple(sorted(verdicts, key=lambda verdict: order[tone(verdict.outcome)]))


def _decisions(shelf: Shelf, findings: Findings, target: float) -> list[Section]:
    beside = shelf.take(*_BESIDE, where=_whole)
    if not findings.verdicts:
        return []
    blocks: list[Block] = [_lines(findings.verdicts, beside)]
    blocks += _forest(findings.verdicts, beside, target)
    summary = (
        "Correlation of the judge with people on outputs that nobody worked on. The ceiling is the "
        "best that any judge could reach against these people; one person is how a person does "
        "against the others."
    )
    return [Section(DECISIONS, tuple(blocks), summary)]


def _lines(verdicts: Sequence[Verdict], beside: Sequence[Result]) -> Table:
    """One line a judge and dimension, and one for all dimensions together."""
    found = {(r.name, r.raters, r.dimension): r.estimate for r in beside}
    many = len({verdict.raters for verdict in verdicts}) > 1
    decided = {(verdict.raters, verdict.dimension): verdict for verdict in verdicts}
    keys = [*decided, *((r.raters, r.dimension) for r in beside)]
    rows: list[tuple[Cell, ...]] = []
    for raters, dimension in dict.fromkeys(keys):
        verdict = decided.get((raters, dimension))
        tested = None if verdict is None else verdict.tested
        numbers = [found.get((name, raters, dimension)) for name in _BESIDE]
        own = numbers[0]
        rows.append(
            (
                ", ".join((*raters, dimension or "")) if many else dimension,
                None if verdict is None else Outcome.of(verdict),
                *numbers,
                tested.n_test if tested else (None if own is None else own.n),
                tested.looks if tested else None,
                tested.candidates if tested else None,
            )
        )
    columns = (
        Column("Judge, dimension" if many else "Dimension"),
        Column("Verdict"),
        Column("Judge", right=True, span=(0.0, 1.0)),
        Column("Ceiling", right=True, span=(0.0, 1.0)),
        Column("One person", right=True, span=(0.0, 1.0)),
        Column("Outputs", right=True),
        Column("Looks", right=True, detail=True),
        Column("Tried", right=True, detail=True),
    )
    note = basis(r.estimate for r in beside if r.name == _CORRELATION)
    return Table("Correlation with people", columns, tuple(rows), note)


def _forest(verdicts: Sequence[Verdict], beside: Sequence[Result], target: float) -> list[Block]:
    """Judge, ceiling and one person side by side; the numbers stand in the table above."""
    tones = {(v.raters, v.dimension): _TONES[tone(v.outcome)] for v in verdicts}
    names = {_CORRELATION: "judge", "ceiling_correlation": "ceiling", "leave_one_out": "one person"}
    many = len({result.raters for result in beside}) > 1
    place = _places(beside)
    rows = tuple(
        ForestRow(
            names[result.name],
            result.estimate,
            group=_of(result, many=many),
            colour="muted"
            if result.name != _CORRELATION
            else tones.get((result.raters, result.dimension), "accent"),  # type: ignore[arg-type]
            emphasis=result.name == _CORRELATION,
        )
        for result in sorted(beside, key=place)
        if result.estimate.present or result.name == _CORRELATION
    )
    if not any(row.estimate.present for row in rows) or len(rows) > _MOST_ROWS:
        return []
    ends = [row.estimate.low for row in rows if row.estimate.low is not None]
    span = (min([0.0, *ends]) - 0.02, 1.02)
    return [
        Plot(
            Forest(
                rows,
                "Correlation with people",
                lines=(Line(target, f"target {target:g}"),),
                span=span,
            ),
            "Forest plot of the judge's correlation with people, the ceiling and one person's "
            "correlation with the others, by dimension; the table above has the numbers.",
            "The judge beside the best that is possible and beside one person.",
        )
    ]


def _places(beside: Sequence[Result]) -> Callable[[Result], tuple[int, int]]:
    """Where a result stands: by judge and dimension as they came, then in the order of names."""
    keys = dict.fromkeys((r.raters, r.dimension) for r in beside)
    at = {key: place for place, key in enumerate(keys)}
    return lambda result: (at[result.raters, result.dimension], _BESIDE.index(result.name))


def _tables(shelf: Shelf, *, many: bool) -> list[Section]:
    """All other numbers by dimension, and by component."""

    def table(title: str, results: Sequence[Result]) -> Table:
        return matrix(
            title,
            results,
            rows=lambda result: _of(result, many=many),
            columns=lambda result: label(result.name),
            corner="Judge, dimension" if many else "Dimension",
        )

    sections = []
    for title, names, summary in _PARTS:
        if results := shelf.take(*names, where=_whole):
            sections.append(Section(title, (table(title, results),), summary))
    if inside := shelf.take(_CORRELATION, *_ERRORS, *_AGREEMENT, where=_in_component):
        tables = tuple(
            table(f"Component {name}", [result for result in inside if result.component == name])
            for name in distinct(result.component for result in inside)
        )
        sections.append(Section("Components", tables))
    return sections


def _of(about: Result | Verdict, *, many: bool) -> str:
    """What it is about: the dimension, and where there are several judges, which of them."""
    return ", ".join((*(about.raters if many else ()), about.dimension or ""))


def _whole(result: Result) -> bool:
    return result.component is None


def _in_component(result: Result) -> bool:
    return result.component is not None
