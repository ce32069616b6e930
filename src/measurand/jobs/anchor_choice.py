"""Which outputs become anchors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

from measurand.analysis.agreement import consensus
from measurand.analysis.calibration_pool import item_name
from measurand.analysis.matrix import rater_matrix
from measurand.analysis.trials import first_trial
from measurand.core.anchors import ANCHOR, Anchor
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.people import ADJUDICATION
from measurand.core.plan import Plan
from measurand.core.rubric import Dimension
from measurand.core.sampling import draw
from measurand.core.scale import Value
from measurand.errors import InsufficientData
from measurand.jobs.source import Source, rounds_of
from measurand.raters.judge.spec import settings_of

__all__ = ["chosen_anchors", "judged_dimensions"]

_LEAST_VOTES = 2
Unit = tuple[str, str]


def judged_dimensions(plan: Plan) -> tuple[Dimension, ...]:
    """The dimensions that judges rate output by output."""
    forms = settings_of(plan.rubric)
    return tuple(
        dimension
        for dimension in plan.rubric
        if dimension.name in forms and forms[dimension.name].form != "pairwise"
    )


def chosen_anchors(
    source: Source, plan: Plan, *, locked: frozenset[str] = frozenset()
) -> tuple[Anchor, ...]:
    """The outputs that are frozen: as many as the plan wants, or all that can be.

    Those with the most labels come first, one of each example, golden examples before others; the
    rest is a draw that hangs on the seed.

    Args:
        source: The project.
        plan: Its plan.
        locked: Outputs that nobody may look at, by `item_name`.
    """
    labels = _labels(source, judged_dimensions(plan))
    texts = {
        (o.example, o.system): o
        for o in source.outputs
        if not o.trial and o.text and o.example in source.examples
    }
    units = [u for u in labels if u in texts and item_name(*u) not in locked]
    seed = plan.seed
    units.sort(key=lambda unit: (draw(seed, ANCHOR, *unit), unit))
    turns: dict[str, Iterator[int]] = {}
    turn = {unit: next(turns.setdefault(unit[0], count())) for unit in units}

    def place(unit: Unit) -> tuple[int, bool, int]:
        golden = source.examples[unit[0]].component == "golden"
        return -len(labels[unit]), not golden, turn[unit]

    units.sort(key=place)
    wanted = units[: plan.anchors.items if plan.anchors else None]
    fingerprints = {dimension.name: dimension.fingerprint for dimension in plan.rubric}
    return tuple(
        _anchor(source.examples[unit[0]], texts[unit], labels=labels[unit], rubric=fingerprints)
        for unit in sorted(wanted)
    )


def _anchor(
    example: Example, output: Output, *, labels: Mapping[str, Value], rubric: Mapping[str, str]
) -> Anchor:
    return Anchor(
        example=example.id,
        asked=example.fingerprint,
        system=output.system,
        text=output.text or "",
        cluster=example.cluster,
        labels=dict(labels),
        rubric={name: rubric[name] for name in labels},
    )


def _labels(source: Source, dimensions: tuple[Dimension, ...]) -> dict[Unit, dict[str, Value]]:
    """What people say of each output: two of them at least, or a reference rating."""
    found: dict[Unit, dict[str, Value]] = {}
    rows = first_trial(source.ratings.where(against=None), rounds_of(source))
    for dimension in dimensions:
        own = rows.where(dimension=dimension.name)
        people = own.where(kind="people")
        known = own.where(kind="reference")
        known = known.filtered(known["rater"].mask(lambda rater: rater != ADJUDICATION))
        for table, least in ((known, 1), (people, _LEAST_VOTES)):
            matrix = rater_matrix(table, dimension.scale)
            try:
                said = consensus(matrix.values, dimension.scale)
            except InsufficientData:  # free text
                continue
            votes = (matrix.values == matrix.values).sum(axis=1)
            for at, value in enumerate(said.tolist()):
                if votes[at] >= least and value == value:  # noqa: PLR0124
                    label = matrix.labels[int(value)] if matrix.labels else value
                    found.setdefault((matrix.examples[at], matrix.systems[at]), {})[
                        dimension.name
                    ] = label
    return found
