"""What people, judges and checks said of answers elsewhere: in a ratings file, or in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from measurand.core.rating import Rating, Ratings
from measurand.core.record import Feedback
from measurand.core.scale import Scale
from measurand.errors import UsageError
from measurand.jobs.project import from_project
from measurand.jobs.source import Reading, take_file
from measurand.store.dataset import Dataset

__all__ = ["Rated", "rated_in_file", "rated_in_project"]

Rated = Mapping[str, Sequence[Feedback]]
"""Feedback by the id of a record, or by its place."""


def rated_in_file(path: Path, plan: Path | None) -> Rated:
    """The ratings of a file, of which each example is a record by its id or its place.

    Raises:
        DataError: The file cannot be read as ratings.
    """
    source = take_file(path, Reading(plan=plan))
    return _by_record(source.ratings, source.scales, lambda example: example)


def rated_in_project(plan: Path, there: Dataset) -> Rated:
    """The ratings of a project's ledger, of those examples that a log gave.

    Args:
        plan: The project's plan.
        there: The set that stands, whose examples say which record each was.
    """
    try:
        source = from_project(plan)
    except UsageError:  # nothing is rated yet
        return {}
    records = {one.id: str(one.metadata["record"]) for one in there if "record" in one.metadata}
    return _by_record(source.ratings, source.scales, records.get)


def _by_record(
    ratings: Ratings, scales: Mapping[str, Scale], record: Callable[[str], str | None]
) -> Rated:
    found: defaultdict[str, list[Feedback]] = defaultdict(list)
    for row in ratings.where(against=None):
        name = record(row.example)
        if name is not None:
            found[name].extend(_said(row, scales.get(row.dimension)))
    return dict(found)


def _said(row: Rating, scale: Scale | None) -> Iterator[Feedback]:
    """A rating as feedback, from 0 to 1 where its scale has ends."""
    if row.value is not None:
        unit = None if scale is None else scale.unit(row.value)
        value = row.value if unit is None else unit
        yield Feedback(row.dimension, value, row.kind, row.reason or "")
