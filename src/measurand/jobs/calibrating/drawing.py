"""Outputs that people are to rate so that a judge can be held against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from measurand.analysis.calibration_draw import Candidate, Drawn, draw_pool
from measurand.analysis.calibration_pool import item_name
from measurand.core.rating import Column, Ratings
from measurand.errors import UsageError
from measurand.jobs.item_maker import first_outputs
from measurand.jobs.places import ledger_path
from measurand.jobs.project import from_project
from measurand.jobs.source import Source
from measurand.models.environment import Environment
from measurand.store.ledger import open_ledger
from measurand.store.ledger_calibration import CalibrationEvent, CalibrationLog

__all__ = ["DrawnOutputs", "calibration_source", "draw_outputs", "drawn_before"]

_TEST = 100
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class DrawnOutputs:
    """What was drawn by now.

    Args:
        chosen: The names of the outputs that people are to rate.
        probabilities: With which any output would have been drawn, all draws together.
    """

    chosen: frozenset[str]
    probabilities: Mapping[str, float]

    @property
    def units(self) -> dict[tuple[str, str], float]:
        """The chosen ones by example and system, with their probabilities."""
        return {_unit(item): self.probabilities[item] for item in self.chosen}


def drawn_before(log: CalibrationLog) -> DrawnOutputs:
    """What all draws of a ledger chose together.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    chosen: set[str] = set()
    missed: dict[str, float] = {}
    for event in log.events("drawn"):
        chosen.update(event.body["chosen"])
        for item, probability in event.body["probabilities"].items():
            missed[item] = missed.get(item, 1.0) * (1 - probability)
    return DrawnOutputs(frozenset(chosen), {item: 1 - p for item, p in missed.items()})


def draw_outputs(
    plan: Path | str, size: int | None = None, *, environment: Environment | None = None
) -> tuple[tuple[Candidate, ...], int]:
    """Draw outputs of a project that judges have rated, for people to rate; `rate` shows them.

    Args:
        plan: Where the plan is.
        size: How many; by default what the plan's calibration wants.
        environment: Where the key of placeholders may come from.

    Returns:
        What was drawn, and from how many.

    Raises:
        PlanError: The plan is wrong.
        UsageError: Nobody judged anything that could be drawn, or no person is asked.
        LedgerError: The ledger cannot be read or written.
    """
    place = Path(plan)
    source = from_project(place, environment=environment)
    told = source.plan
    if told is None or not any(r.name == "people" for d in told.rubric for r in d.raters):
        raise UsageError("no dimension is rated by people; add people to the raters of one")
    wanted = size or max(told.calibration.development, 1) + (told.calibration.test or _TEST)
    with open_ledger(ledger_path(place)) as ledger:
        before = drawn_before(ledger.calibration)
        frame = tuple(_frame(source))
        left = sum(one.item not in before.chosen for one in frame)
        if not left:
            raise UsageError(
                "there is no output left that a judge has rated and people could be asked of; run "
                "the judges first: measurand run"
            )
        seed = told.seed + len(before.chosen)
        found = draw_pool(frame, wanted, seed=seed, taken=before.chosen)
        ledger.calibration.add([_event(found)])
    return tuple(one for one in frame if one.item in found.chosen), left


def _event(found: Drawn) -> CalibrationEvent:
    body = {"chosen": sorted(found.chosen), "probabilities": dict(found.probabilities)}
    return CalibrationEvent(kind="drawn", body=body)


def _frame(source: Source) -> Iterator[Candidate]:
    """Outputs that could be drawn: with a text and a judge's rating; none whose rating is known."""
    plan = source.plan
    if plan is None:
        return
    known = {*source.ratings.where(kind="reference").distinct("example")}
    scores = _scores(source)
    for example, system in first_outputs(plan, source.outputs):
        one = source.examples.get(example)
        score = scores.get(item_name(example, system))
        if one is None or score is None or example in known or one.component == "golden":
            continue
        yield Candidate(
            item=item_name(example, system), score=score, component=one.component, system=system
        )


def _scores(source: Source) -> dict[str, float]:
    """The mean of what judges say of each output on the unit interval, dimensions alike."""
    said: dict[str, dict[str, list[float]]] = {}
    scales = source.scales
    for row in source.ratings.where(kind="judge", against=None):
        if row.value is not None:
            unit = scales[row.dimension].unit(row.value)
            if unit is not None:
                own = said.setdefault(item_name(row.example, row.system), {})
                own.setdefault(row.dimension, []).append(unit)
    return {
        item: float(np.mean([np.mean(values) for values in by.values()]))
        for item, by in said.items()
    }


def calibration_source(source: Source, log: CalibrationLog) -> Source:
    """A project's ratings with those of the outputs that were drawn for calibration.

    They feed no other estimate, as they were not drawn alike. Of each output it is told with what
    probability people rated it, drawn for the sample or for this.

    Args:
        source: The project's.
        log: Where draws are kept.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    drawn = drawn_before(log)
    if not drawn.chosen:
        return source
    names = list(map(item_name, *(_texts(source.aside, name) for name in ("example", "system"))))
    more = source.aside.filtered(bytes(name in drawn.chosen for name in names))
    every = source.ratings + more
    sampled = source.ratings.where(kind="people")["probability"]
    share = max((float(p) for p in sampled if isinstance(p, int | float)), default=0.0)
    items = map(item_name, *(_texts(every, name) for name in ("example", "system")))
    cells = zip(items, every["kind"], every["probability"], strict=True)
    told = [
        1 - (1 - share) * (1 - drawn.probabilities[item])
        if kind == "people" and item in drawn.probabilities
        else own
        for item, kind, own in cells
    ]
    return replace(source, ratings=Ratings({**every.columns, "probability": Column.of(told)}))


def _texts(rows: Ratings, name: str) -> list[str]:
    return [str(cell) for cell in rows[name]]


def _unit(item: str) -> tuple[str, str]:
    example, _, system = item.rpartition(_SEPARATOR)
    return example, system
