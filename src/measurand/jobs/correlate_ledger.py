"""The outcome that benchmarks are held against, from a project's own ledger: what people said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from measurand.analysis.result import Result
from measurand.errors import DataError, Fault, UsageError, nearest
from measurand.jobs.texts import listed
from measurand.stats.arrays import Floats
from measurand.stats.estimate import Estimate
from measurand.stats.quantiles import t_quantile
from measurand.store.lines import read_rows
from measurand.store.score_table import ScoreTable, normal_name

__all__ = ["OVERALL", "Joined", "join", "read_names"]

OVERALL = "overall"
"""The outcome by default: the weighted score over all dimensions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Outcomes of the systems of a table, in its order.

    Args:
        values: By outcome, shape (systems,), NaN where it is not known.
        errors: Their standard errors, where they are known.
        notes: How systems were joined, and which were not.
    """

    values: Mapping[str, Floats]
    errors: Mapping[str, Floats]
    notes: tuple[str, ...] = field(default=())


def join(
    scores: ScoreTable, plan: Path, outcomes: Sequence[str], *, names: Mapping[str, str]
) -> Joined:
    """How people rated the systems of a table, by a project's ledger.

    Systems are joined where their names are equal, where ``names`` says that they are one, or where
    they differ in case and punctuation alone, which is told. Names that are merely near are
    suggested and never joined.

    Args:
        scores: The table.
        plan: The project.
        outcomes: Dimensions of the plan, or ``overall``; that by default.
        names: The project's name of a system, by its name in the table.

    Raises:
        UsageError: Nobody rated any system, an outcome is no dimension, or no system is in both.
    """
    wanted = tuple(outcomes) or (OVERALL,)
    means = _means(plan, wanted)
    systems = list(dict.fromkeys(system for found in means.values() for system in found))
    places, notes = _places(scores.systems, systems, names)
    if not places:
        raise UsageError(
            f"no system of {scores.file} is one of the project's: {listed(systems)}; say which "
            "are one with --names"
        )
    values, errors = {}, {}
    for outcome in wanted:
        name = outcome if outcome not in scores.columns else f"{outcome} (people)"
        values[name], errors[name] = (np.full(len(scores.systems), np.nan) for _ in range(2))
        for system, estimate in means[outcome].items():
            if system in places and estimate.value is not None:
                values[name][places[system]] = estimate.value
                errors[name][places[system]] = _error(estimate)
    return Joined(values=values, errors=errors, notes=tuple(notes))


def read_names(path: Path) -> dict[str, str]:
    """The other names of systems: a table whose first column is a name, its second the other.

    Raises:
        DataError: The file cannot be read, or a name stands for two.
    """
    faults: list[Fault] = []
    names: dict[str, str] = {}
    for row in read_rows(path, faults):
        cells = [str(cell or "").strip() for cell in row.cells.values()][:2]
        if len(cells) < 2 or not all(cells):  # noqa: PLR2004 - a name and the other
            faults.append(Fault("a row has two names", str(path), row.line, allowed="name, other"))
        elif names.setdefault(cells[0], cells[1]) != cells[1]:
            faults.append(Fault("a name stands for two", str(path), row.line, found=cells[0]))
    if faults:
        raise DataError(faults)
    return names


def _means(plan: Path, wanted: Sequence[str]) -> dict[str, dict[str, Estimate]]:
    """By outcome and system, what people's ratings come to."""
    from measurand.analysis.comparison import compare  # noqa: PLC0415 - only a project pays for it
    from measurand.jobs.compare import planned_options  # noqa: PLC0415
    from measurand.jobs.project import from_project  # noqa: PLC0415

    source = from_project(plan)
    people = source.ratings.where(kind="people")
    if not len(people):
        raise UsageError(f"no person rated anything in the project {plan}: there is no outcome")
    found = compare(
        people, source.rubric, examples=source.examples, options=planned_options(source)
    )
    whole = [
        result
        for result in found.named("mean")
        if result.component is None and result.segment is None and not result.naive
    ]
    known = list(dict.fromkeys(result.dimension or OVERALL for result in whole))
    for outcome in wanted:
        if outcome not in known:
            hint = nearest(outcome, known)
            raise UsageError(
                f"people's ratings have no {outcome}; they have: {', '.join(known)}"
                + (f"; {hint}" if hint else "")
            )
    return {outcome: dict(_of(whole, outcome)) for outcome in wanted}


def _of(results: Sequence[Result], outcome: str) -> Iterator[tuple[str, Estimate]]:
    for result in results:
        if (result.dimension or OVERALL) == outcome and result.estimate.present:
            yield result.systems[0], result.estimate


def _error(estimate: Estimate) -> float:
    """The standard error behind an interval, by t; an interval is not always exactly its own."""
    if estimate.low is None or estimate.high is None:
        return float("nan")
    reach = t_quantile((1 + estimate.level) / 2, max(estimate.n - 1, 1))
    return (estimate.high - estimate.low) / 2 / reach


def _places(
    table: Sequence[str], project: Sequence[str], names: Mapping[str, str]
) -> tuple[dict[str, int], list[str]]:
    """Where each of the project's systems stands in the table, and how that was found."""
    places: dict[str, int] = {}
    notes: list[str] = []
    wrong = sorted(name for name in names if name not in table)
    odd = sorted(set(names.values()) - set(project))
    if wrong or odd:
        raise UsageError(
            "--names: "
            + "; ".join(
                filter(
                    None,
                    (
                        f"not in the table: {listed(wrong)}" if wrong else "",
                        f"not a system of the project: {listed(odd)}" if odd else "",
                    ),
                )
            )
        )
    by_name = {other: place for place, name in enumerate(table) if (other := names.get(name))}
    spelt = Counter(map(normal_name, table))
    alike = {
        normal_name(name): (place, name)
        for place, name in enumerate(table)
        if spelt[normal_name(name)] == 1
    }
    guessed, left = [], []
    for system in project:
        if system in by_name:
            places[system] = by_name[system]
        elif system in table:
            places[system] = list(table).index(system)
        elif normal_name(system) in alike:
            places[system], name = alike[normal_name(system)]
            guessed.append(f"{name} = {system}")
        else:
            left.append(system)
    notes.append(f"{len(places):,} of {len(table):,} systems of the table were joined by name.")
    if guessed:
        notes.append(f"Taken for one, as their names differ by spelling alone: {listed(guessed)}.")
    for system in left:
        hint = nearest(system, table)
        notes.append(
            f"{system} of the project is not in the table and counts nowhere"
            + (f"; {hint} If so, say it with --names." if hint else ".")
        )
    return places, notes
