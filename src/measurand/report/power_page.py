"""The page of a question about sizes: the answer, a curve, and what sizes detect and prove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.result import Findings, Result
from measurand.figures.curve import Curve, Line, Mark
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Paragraph,
    Plot,
    Section,
    Table,
)
from measurand.report.sections import FOOTER, limits_section
from measurand.report.shelf import Shelf, distinct
from measurand.report.words import label, money
from measurand.stats.estimate import Estimate
from measurand.stats.power import POWER

__all__ = ["DETECTED", "PLANNED", "SHOWN", "detect_sections", "power_document", "sizes_document"]

ANSWER, DETECTED = "Answer", "What these sizes detect"
_FAILED = "What so many failures prove"
STUDY = "The cheapest study"
PLANNED = "Power of the planned comparison"
_PROVEN, _BY_N, _SOME = "What no failure proves", "Power by examples", "If some fail"
SHOWN = frozenset({ANSWER, DETECTED, STUDY, PLANNED, _PROVEN, _FAILED, _BY_N, _SOME})
"""The sections that answer a question about sizes."""
_SHARES = frozenset({"power", "equivalence_power", "discordance", "power_at"})
_MONEY = frozenset({"cost", "cost_of_people_alone"})
_STEPS = "▁▂▃▄▅▆▇█"
_TENTHS = 10
_MOST_ROWS = 12
_WHOLE = 1e-9
_SMALL = 10


def power_document(findings: Findings, *, wanted: float = POWER) -> Document:
    """The page of one question; every result appears on it once.

    Args:
        findings: What `measurand.analysis.power_plan.power_findings` found.
        wanted: The power that is marked.
    """
    shelf = Shelf(findings.results)
    points = shelf.take("power_at")
    detected = detect_sections(shelf)
    failing = shelf.take("n_if_failures")
    answer = _answer(shelf, findings.readings)
    sections = (
        *answer,
        *_curve(points, next((r for r in findings.named("power")), None), wanted=wanted),
        *_failing(failing),
        *detected,
        *shelf.rest(),
        *limits_section(findings.limits),
    )
    return Document(
        title="How many examples?",
        sections=sections,
        footer=FOOTER,
    )


def _answer(shelf: Shelf, readings: Sequence[str]) -> list[Section]:
    found = shelf.take(
        *("power", "n", "difference", "discordance", "n_by_formula", "effective_n"),
        *("equivalence_power", "equivalence_n", "failures", "label_worth", "correlation"),
        *("n_if_observed", "labels", "unlabelled", "cost", "cost_of_people_alone"),
    )
    if not found:
        return []
    absent = {r.estimate.reason for r in found if not r.estimate.present}
    rows = tuple((label(r.name), _told(r), r.estimate.method) for r in found if r.estimate.present)
    blocks: list[Block] = [Paragraph(f"There is no answer: {why}.") for why in absent if why]
    if rows:
        columns = (Column("Of the question"), Column("Answer", right=True), Column("By"))
        blocks.append(Table(ANSWER, columns, rows, _level(found)))
    if readings:
        blocks.append(Bullets(tuple(readings)))
    return [Section(ANSWER, tuple(blocks))]


def _told(result: Result) -> str:
    """A computed quantity in few digits, with its range where it has one."""
    estimate = result.estimate
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "none"
    value, low, high = (
        _number(result.name, end) for end in (estimate.value, estimate.low, estimate.high)
    )
    return value if low == high else f"{value} [{low}, {high}]"


def _number(name: str, value: float) -> str:
    if name in _SHARES:
        return f"{value:.1%}"
    if name in _MONEY:
        return money(value)
    if abs(value - round(value)) < _WHOLE and abs(value) >= 1:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= _SMALL else f"{value:.3g}"


def _level(results: Sequence[Result]) -> str:
    levels = " and ".join(f"{x:.4g}%" for x in sorted({100 * r.estimate.level for r in results}))
    return f"Computed, not estimated: tests of level {levels}."


def _curve(
    points: Sequence[Result], asked: Result | None, *, wanted: float, title: str = _BY_N
) -> Iterator[Section]:
    """The power by n, as a picture, and as a small table with bars.

    Args:
        points: The power at each size.
        asked: The one that is marked.
        wanted: The power that is marked.
        title: Of the section.
    """
    known = [(r.estimate.n, r.estimate.value) for r in points if r.estimate.value is not None]
    if not known:
        return
    chosen = asked.estimate if asked is not None and asked.estimate.present else None
    mark = () if chosen is None else (_mark(chosen),)
    spark = "".join(_STEPS[min(int(value * len(_STEPS)), len(_STEPS) - 1)] for _, value in known)
    first, last = known[0][0], known[-1][0]
    rows = tuple(
        (f"{n:,}", f"{value:.1%}", "█" * round(_TENTHS * value))
        for n, value in _fewer(known, None if chosen is None else chosen.n)
    )
    columns = (Column("Examples", right=True), Column("Power", right=True), Column(""))
    told = f"From {first:,} {spark} to {last:,}."
    which = "" if title == _BY_N else f" {_planned(points[0], asked)}"
    note = f"{told}{which}"
    table = Table(title, columns, rows, note)
    yield Section(
        title,
        (
            Plot(
                Curve(
                    lines=(Line("power", tuple((float(n), value) for n, value in known)),),
                    xlabel="Examples",
                    ylabel="Power",
                    level=wanted,
                    marks=mark,
                ),
                f"A curve of the power by the number of examples, from {known[0][1]:.0%} at "
                f"{first:,} to {known[-1][1]:.0%} at {last:,}.",
                "The probability of finding the difference, by the number of examples; dashed: "
                f"{wanted:.0%}.{which}",
                table,
            ),
        ),
    )


def _planned(first: Result, core: Result | None) -> str:
    """Which comparison it is, and the power of the examples that are there."""
    result = core or first
    what = ", ".join(filter(None, (result.dimension, result.design, " and ".join(result.systems))))
    there = ""
    if core is not None:
        there = f"The {core.estimate.n:,} of {core.component or 'all'}: {_told(core)}. "
    return f"{there}On {what}; {result.estimate.method}."


def _mark(chosen: Estimate) -> Mark:
    return Mark(chosen.n, chosen.value or 0.0, f"{chosen.n:,}: {chosen.value or 0.0:.1%}")


def _fewer(known: Sequence[tuple[int, float]], kept: int | None) -> Sequence[tuple[int, float]]:
    """So few points that a table of them is read, that which was asked for among them."""
    step = -(-len(known) // _MOST_ROWS)
    places = {*range(0, len(known), step), len(known) - 1}
    places |= {place for place, (n, _) in enumerate(known) if n == kept}
    return [known[place] for place in sorted(places)]


def _failing(results: Sequence[Result]) -> Iterator[Section]:
    if not results:
        return
    columns = (Column("Failures that turn up", right=True), Column("Examples", right=True))
    rows = tuple((f"{r.levels[0]:g}", _told(r)) for r in results)
    yield Section(_SOME, (Table("Examples that prove the rate", columns, rows, _level(results)),))


def detect_sections(shelf: Shelf) -> list[Section]:
    """What sizes detect and prove, taken off the shelf: ``detectable`` and ``blocking_bound``."""
    sections = []
    if found := shelf.take("detectable"):
        summary = (
            "The smallest difference that is found with the wanted power: in points of the rate on "
            "yes/no, in percent of the scale on grades. Unpaired it is a rise, or a fall where the "
            "rate has no room to rise so far."
        )
        tables = tuple(_detected(found))
        sections.append(Section(DETECTED, tables, summary))
    if bounds := shelf.take("blocking_bound"):
        columns = (
            Column("Component"),
            Column("Examples", right=True),
            Column("A failure rate below", right=True),
        )
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (r.component or "all", r.estimate.n, _bound(r.estimate)) for r in bounds
        )
        title = _PROVEN
        summary = "If none of so many examples fails, what failure rate is ruled out (one-sided)?"
        if any(r.estimate.value for r in bounds):
            title = _FAILED
            summary = "If as many fail as were told, what failure rate is ruled out (one-sided)?"
        table = Table(title, columns, rows, _bounds_note(bounds))
        sections.append(Section(title, (table,), summary))
    return sections


def sizes_document(
    sizes: Findings, study: Findings | None = None, *, wanted: float = POWER
) -> Document:
    """What a project's sizes detect and prove, and the study that was searched.

    Args:
        sizes: What `measurand.analysis.detect_plan.detect_findings` found.
        study: What `measurand.analysis.power_design.design_findings` found, where it was asked.
        wanted: The power that is marked on the curve.
    """
    shelf = Shelf(sizes.results)
    points = shelf.take("power")
    core = next((r for r in points if r.component == "core"), None)
    curve = _curve(points, core, wanted=wanted, title=PLANNED)
    sections = [*detect_sections(shelf), *curve, *shelf.rest()]
    limits = list(sizes.limits)
    if study is not None:
        sections += _study(study)
        limits = distinct((*limits, *study.limits))
    return Document(
        title="What the sizes tell",
        sections=(*sections, *limits_section(limits)),
        footer=FOOTER,
    )


def _study(study: Findings) -> list[Section]:
    """The design that was found: what it takes, what it costs, how long it lasts."""
    shelf = Shelf(study.results)
    shown = shelf.take(*(r.name for r in study.results))
    rows = tuple(
        (label(r.name), r.estimate if not r.estimate.present else _amount(r), r.estimate.method)
        for r in shown
    )
    columns = (Column("Of the study"), Column("", right=True), Column("From", detail=True))
    about = shown[0].dimension
    summary = (
        f"A comparison of two systems on {about}: both answer every example, a judge scores all "
        "outputs where that pays, people rate a part and correct it."
    )
    return [Section(STUDY, (Table(STUDY, columns, rows),), summary)]


def _amount(result: Result) -> str:
    """A number of the study; money and hours with their ranges."""
    estimate = result.estimate
    if result.name.startswith("design_cost"):
        ends = (estimate.value, estimate.low, estimate.high)
        value, low, high = (money(end or 0.0) for end in ends)
        return value if low == high else f"{value} [{low}, {high}]"
    if result.name == "detectable":
        ends = (estimate.value, estimate.low, estimate.high)
        value, low, high = (f"{end or 0.0:.2%}" for end in ends)
        return f"{value} of the scale" + (f" [{low}, {high}]" if low != high else "")
    return _told(result)


def _bound(estimate: Estimate) -> str:
    return "none" if estimate.high is None else f"{estimate.high:.2%}"


def _bounds_note(bounds: Sequence[Result]) -> str:
    failed = [r for r in bounds if r.estimate.value]
    level = f"{100 * bounds[0].estimate.level:.4g}%, Clopper-Pearson."
    return f"{level} Some failed: the bound is that of what was found." if failed else level


def _detected(results: Sequence[Result]) -> Iterator[Table]:
    """A row for each way of comparing on each dimension, a column for each size."""
    sizes = tuple(dict.fromkeys((r.component, r.estimate.n) for r in results))
    named = any(component is not None for component, _ in sizes)
    both = distinct(" and ".join(r.systems) for r in results if r.systems)
    pairs = len(both)
    rows: dict[tuple[str, ...], dict[tuple[str | None, int], Result]] = {}
    for r in results:
        key = (r.dimension or "", r.design or "", " and ".join(r.systems) if pairs > 1 else "")
        rows.setdefault(key, {})[r.component, r.estimate.n] = r
    columns = (
        Column("Compared"),
        *(
            Column(
                _size(*size, named=named),
                right=True,
                detail=named and size[0] not in {"core", None},
            )
            for size in sizes
        ),
    )
    cells = tuple(
        (", ".join(filter(None, key)), *(_found(line.get(size)) for size in sizes))
        for key, line in rows.items()
    )
    caption = "Smallest detectable difference"
    caption += f" between {both[0]}" if pairs == 1 else ""
    yield Table(caption, columns, cells, _notes(results))


def _size(component: str | None, n: int, *, named: bool) -> str:
    return f"{component or 'all'} {n:,}" if named else f"{n:,}"


def _found(result: Result | None) -> str:
    if result is None:
        return ""
    estimate = result.estimate
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "none"
    value, low, high = (f"{end:.1%}" for end in (estimate.value, estimate.low, estimate.high))
    return value if low == high else f"{value} [{low}, {high}]"


def _notes(results: Sequence[Result]) -> str:
    parts = distinct(part for r in results for part in r.estimate.method.split("; "))
    level = f"{100 * results[0].estimate.level:.4g}% tests"
    reasons = distinct(r.estimate.reason for r in results if not r.estimate.present)
    more = f" None: {reasons[0]}." if reasons else ""
    open_ = distinct(r.estimate.reason for r in results if r.estimate.present)
    more += f" Up to 100.0%: {open_[0]}." if open_ else ""
    return f"{level}; {'; '.join(parts)}.{more}"
