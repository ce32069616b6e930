"""A project's rated outputs, shared out for improving and testing as `calibrate` does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from measurand.analysis.calibration_limits import alike_told
from measurand.analysis.calibration_pool import Groups, item_name
from measurand.analysis.trials import first_trial
from measurand.core.exemplars import ExemplarId
from measurand.core.plan import Plan
from measurand.errors import InsufficientData
from measurand.jobs.calibrate import planned_calibration
from measurand.jobs.calibrating.drawing import calibration_source
from measurand.jobs.calibrating.splitting import frozen_split
from measurand.jobs.improving.pool import Material, judged_dimensions, outputs_there
from measurand.jobs.places import ledger_path
from measurand.jobs.project import from_project
from measurand.jobs.source import rounds_of
from measurand.models.environment import Environment
from measurand.store.ledger import open_ledger

__all__ = ["gathered"]


def gathered(plan: Plan, file: Path, environment: Environment) -> Material:
    """Everything that there is to improve the judges of a project with.

    Args:
        plan: The plan.
        file: Where it stands.
        environment: Where the key of placeholders may come from.

    Raises:
        InsufficientData: People rated nothing that the judge rates, or too little.
        MeasurandError: The ledger or the evaluation set cannot be read.
    """
    with open_ledger(ledger_path(file)) as ledger:
        source = calibration_source(from_project(file, environment=environment), ledger.calibration)
    rows = first_trial(source.ratings.where(against=None), rounds_of(source))
    names = judged_dimensions(plan, rows)
    if not names:
        raise InsufficientData(
            "there is nothing to hold a judge against: no dimension that it rates, output by "
            "output, was rated by people"
        )
    options = replace(planned_calibration(plan), rounds=rounds_of(source))
    with open_ledger(ledger_path(file)) as ledger:
        there = outputs_there(plan, file, ledger, examples=source.examples, redact=source.redact)
        split = frozen_split(
            ledger.calibration,
            source.ratings,
            source.scales,
            examples=source.examples,
            options=options,
        )
    people = rows.where(kind="people", dimension=frozenset(names))
    rated = {
        item_name(str(example), str(system)): ExemplarId(str(example), str(system))
        for example, system in zip(people["example"], people["system"], strict=True)
    }

    def ids(items: Iterable[str]) -> frozenset[ExemplarId]:
        return frozenset(rated[name] for name in items if name in rated)

    groups = Groups.of(rows, source.examples)
    return Material.of(
        plan,
        there,
        people,
        groups=groups,
        development=ids(split.development),
        test=ids(split.test),
        notes=(*source.limits, *alike_told(groups.alike)),
    )
