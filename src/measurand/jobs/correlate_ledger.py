"""The outcome that benchmarks are held against, from a project's own ledger: what people said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from measurand.errors import DataError, Fault, InsufficientData, UsageError, nearest
from measurand.jobs.texts import listed
from measurand.stats.arrays import Floats
from measurand.stats.own_errors import own_errors
from measurand.store.lines import read_rows
from measurand.store.score_names import normal_name
from measurand.store.score_table import ScoreTable

if TYPE_CHECKING:
    from measurand.analysis.measure import Measure

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


class _Rated(NamedTuple):
    """The mean of a system's ratings by people, and its own standard error."""

    value: float
    error: float


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
    people = _people(plan, wanted)
    systems = list(dict.fromkeys(system for found in people.values() for system in found))
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
        for system, rated in people[outcome].items():
            if system in places:
                values[name][places[system]] = rated.value
                errors[name][places[system]] = rated.error
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


def _people(plan: Path, wanted: Sequence[str]) -> dict[str, dict[str, _Rated]]:
    """By outcome and system, what people's ratings come to."""
    from measurand.analysis.composition import population  # noqa: PLC0415 - only a project pays
    from measurand.analysis.measure import Measure  # noqa: PLC0415
    from measurand.analysis.score import score  # noqa: PLC0415
    from measurand.jobs.compare import planned_options  # noqa: PLC0415
    from measurand.jobs.project import from_project  # noqa: PLC0415

    source = from_project(plan)
    people = source.ratings.where(kind="people")
    if not len(people):
        raise UsageError(f"no person rated anything in the project {plan}: there is no outcome")
    options = planned_options(source)
    scores = score(
        people,
        source.rubric,
        examples=source.examples,
        systems=options.systems,
        by=options.by,
        voting=options.voting,
    )
    measure = Measure(
        scores,
        level=options.level,
        resamples=options.resamples,
        seed=options.seed,
        population=population(scores, options),
    )
    found = {name: dict(_rated(measure, name)) for name in _outcomes(measure)}
    known = [name for name, rated in found.items() if rated]
    for outcome in wanted:
        if outcome not in known:
            hint = nearest(outcome, known)
            raise UsageError(
                f"people's ratings have no {outcome}; they have: {', '.join(known)}"
                + (f"; {hint}" if hint else "")
            )
    return {outcome: found[outcome] for outcome in wanted}


def _outcomes(measure: Measure) -> list[str]:
    return [OVERALL, *(dimension.name for dimension in measure.head.dimensions)]


def _rated(measure: Measure, outcome: str) -> Iterator[tuple[str, _Rated]]:
    """The mean of every system that people rated, and the error that no other system shares."""
    from measurand.analysis.means import means  # noqa: PLC0415 - only a project pays for it

    head = measure.head
    table, span = head.overall, 1.0
    for layer, dimension in enumerate(head.dimensions):
        scale = dimension.scale
        if dimension.name == outcome:
            table = head.values[:, :, layer]
            if scale.low is not None and scale.high is not None and not scale.binary:
                span = scale.high - scale.low
    values = {
        result.systems[0]: result.estimate.value
        for result in means(measure)
        if (result.dimension or OVERALL) == outcome
        and result.name == "mean"
        and result.component is None
        and result.segment is None
        and not result.naive
        and result.estimate.present
    }
    places = [place for place, name in enumerate(head.systems) if name in values]
    errors = _errors(measure, table[:, places])
    for place, error in zip(places, errors, strict=True):
        name = head.systems[place]
        yield name, _Rated(values[name] or 0.0, float(error) * span)


def _errors(measure: Measure, table: Floats) -> Floats:
    """Standard errors without the difficulty of examples that all systems answered."""
    strata = measure.strata
    try:
        return own_errors(
            table,
            clusters=measure.head.clusters,
            weights=None if strata is None else strata.weights,
        )
    except InsufficientData:
        return np.full(table.shape[1], np.nan)


def _places(
    table: Sequence[str], project: Sequence[str], names: Mapping[str, str]
) -> tuple[dict[str, int], list[str]]:
    """Where each of the project's systems stands in the table, and how that was found."""
    _refuse_names(table, project, names)
    places = {system: list(table).index(system) for system in project if system in table}
    for name, system in names.items():
        places[system] = list(table).index(name)
    taken = [table[place] for place, count in Counter(places.values()).items() if count > 1]
    if taken:
        raise UsageError(
            f"--names: {listed(taken)} would be two systems of the project; give the other a name "
            "of its own"
        )
    guessed = dict(_alike(table, project, places))
    places |= {system: place for system, (place, _) in guessed.items()}
    told = [f"{name} = {system}" for system, (_, name) in guessed.items()]
    notes = [f"{len(places):,} of {len(table):,} systems of the table were joined by name."]
    if told:
        notes.append(f"Taken for one, as their names differ by spelling alone: {listed(told)}.")
    for system in project:
        if system not in places:
            hint = nearest(system, table)
            notes.append(
                f"{system} of the project is not in the table and counts nowhere"
                + (f"; {hint} If so, say it with --names." if hint else ".")
            )
    return places, notes


def _refuse_names(table: Sequence[str], project: Sequence[str], names: Mapping[str, str]) -> None:
    """Refuse names that are nowhere, and two rows for one system."""
    wrong = sorted(name for name in names if name not in table)
    odd = sorted(set(names.values()) - set(project))
    twice = [
        f"{listed(rows)} = {system}"
        for system in dict.fromkeys(names.values())
        if len(rows := [name for name, other in names.items() if other == system]) > 1
    ]
    faults = (
        f"not in the table: {listed(wrong)}" if wrong else "",
        f"not a system of the project: {listed(odd)}" if odd else "",
        f"several rows of the table for one system of the project: {listed(twice)}"
        if twice
        else "",
    )
    if any(faults):
        raise UsageError(f"--names: {'; '.join(filter(None, faults))}")


def _alike(
    table: Sequence[str], project: Sequence[str], places: Mapping[str, int]
) -> Iterator[tuple[str, tuple[int, str]]]:
    """The systems whose name is spelt otherwise in a row that is nobody else's."""
    free = {normal_name(name): (place, name) for place, name in enumerate(table)}
    spelt = Counter(map(normal_name, table))
    open_ = [system for system in project if system not in places]
    wanted = Counter(map(normal_name, open_))
    for system in open_:
        name = normal_name(system)
        alone = spelt[name] == wanted[name] == 1
        if alone and free[name][0] not in places.values():
            yield system, free[name]
