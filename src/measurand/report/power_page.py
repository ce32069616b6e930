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

__all__ = ["ANSWER", "DETECTED", "SHOWN", "detect_sections", "power_document", "told"]

ANSWER, DETECTED = "Answer", "What these sizes detect"
_PROVEN, _BY_N, _SOME = "What no failure proves", "Power by examples", "If some fail"
SHOWN = frozenset({ANSWER, DETECTED, _PROVEN, _BY_N, _SOME})
"""The sections that answer a question about sizes."""
_SHARES = frozenset({"power", "equivalence_power", "discordance", "power_at"})
_MONEY = frozenset({"cost", "cost_of_people_alone"})
_STEPS = "▁▂▃▄▅▆▇█"
_TENTHS = 10
_MOST_ROWS = 12
_WHOLE = 1e-9
_SMALL = 10


def power_document(findings: Findings, *, title: str = "", subtitle: str = "") -> Document:
    """The page of one question; every result appears on it once.

    Args:
        findings: What `measurand.analysis.power_plan.power_findings` found.
        title: The page's heading; by default it says what the page is.
        subtitle: One line below it.
    """
    shelf = Shelf(findings.results)
    points = shelf.take("power_at")
    detected = detect_sections(shelf)
    failing = shelf.take("n_if_failures")
    answer = _answer(shelf, findings.readings)
    sections = (
        *answer,
        *_curve(points, findings),
        *_failing(failing),
        *detected,
        *shelf.rest(),
        *limits_section(findings.limits),
    )
    return Document(
        title=title or "How many examples?",
        subtitle=subtitle,
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
    rows = tuple((label(r.name), told(r), r.estimate.method) for r in found if r.estimate.present)
    blocks: list[Block] = [Paragraph(f"There is no answer: {why}.") for why in absent if why]
    if rows:
        columns = (Column("Of the question"), Column("Answer", right=True), Column("By"))
        blocks.append(Table(ANSWER, columns, rows, _level(found)))
    if readings:
        blocks.append(Bullets(tuple(readings)))
    return [Section(ANSWER, tuple(blocks))]


def told(result: Result) -> str:
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


def _curve(points: Sequence[Result], findings: Findings) -> Iterator[Section]:
    """The power by n, as a picture, and as a small table with bars."""
    known = [(r.estimate.n, r.estimate.value) for r in points if r.estimate.value is not None]
    if not known:
        return
    chosen = next((r.estimate for r in findings.named("power") if r.estimate.present), None)
    mark = () if chosen is None else (_mark(chosen),)
    spark = "".join(_STEPS[min(int(value * len(_STEPS)), len(_STEPS) - 1)] for _, value in known)
    first, last = known[0][0], known[-1][0]
    rows = tuple(
        (f"{n:,}", f"{value:.1%}", "█" * round(_TENTHS * value))
        for n, value in _fewer(known, None if chosen is None else chosen.n)
    )
    columns = (Column("Examples", right=True), Column("Power", right=True), Column(""))
    table = Table(_BY_N, columns, rows, f"From {first:,} {spark} to {last:,}.")
    yield Section(
        _BY_N,
        (
            Plot(
                Curve(
                    lines=(Line("power", tuple((float(n), value) for n, value in known)),),
                    xlabel="Examples",
                    ylabel="Power",
                    level=0.8,
                    marks=mark,
                ),
                f"A curve of the power by the number of examples, from {known[0][1]:.0%} at "
                f"{first:,} to {known[-1][1]:.0%} at {last:,}.",
                "The probability of finding the difference, by the number of examples; dashed: "
                "80%.",
                table,
            ),
        ),
    )


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
    rows = tuple((f"{r.levels[0]:g}", told(r)) for r in results)
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
        summary = "If none of so many examples fails, what failure rate is ruled out (one-sided)?"
        table = Table(_PROVEN, columns, rows, _bounds_note(bounds))
        sections.append(Section(_PROVEN, (table,), summary))
    return sections


def _bound(estimate: Estimate) -> str:
    return "none" if estimate.high is None else f"{estimate.high:.2%}"


def _bounds_note(bounds: Sequence[Result]) -> str:
    failed = [r for r in bounds if r.estimate.value]
    level = f"{100 * bounds[0].estimate.level:.4g}%, Clopper-Pearson."
    return f"{level} Some failed: the bound is that of what was found." if failed else level


def _detected(results: Sequence[Result]) -> Iterator[Table]:
    """By dimension: a row for each way of comparing, a column for each size."""
    for dimension in dict.fromkeys(r.dimension for r in results):
        part = [r for r in results if r.dimension == dimension]
        sizes = dict.fromkeys((r.component, r.estimate.n) for r in part)
        rows: dict[tuple[str, str], dict[tuple[str | None, int], Result]] = {}
        for r in part:
            key = (r.design or "", " and ".join(r.systems))
            rows.setdefault(key, {})[r.component, r.estimate.n] = r
        columns = (
            Column("Compared"),
            *(Column(_size(component, n), right=True) for component, n in sizes),
        )
        cells = tuple(
            (", ".join(filter(None, key)), *(_found(line.get(size)) for size in sizes))
            for key, line in rows.items()
        )
        yield Table(dimension or "Smallest detectable difference", columns, cells, _notes(part))


def _size(component: str | None, n: int) -> str:
    return f"{n:,}" if component is None else f"{component}, {n:,}"


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
    return f"{level}; {'; '.join(parts)}.{more}"
