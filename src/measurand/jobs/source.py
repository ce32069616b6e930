"""Where ratings come from: a file of any shape, or the ledger of a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from measurand.core.example import Example
from measurand.core.intake import Intake
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.errors import Fault, PlanError, UsageError
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.mapping import WideMapping
from measurand.store.plans import load_plan
from measurand.store.ratings import read_ratings

__all__ = ["LEDGER", "Reading", "Source", "from_file", "from_project", "ledger_path"]

LEDGER = Path(".measurand") / "ledger.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a ratings file is to be read.

    Args:
        mapping: How the columns of a wide file become ratings.
        scales: Of dimensions, or one for all; inferred where there is none.
        weights: Weights by dimension, in percent; alike by default.
        blocking: The dimensions that block: on a graded scale with the least value that does
            not, on a scale of labels with those that do.
        plan: A plan whose rubric says all of this.
        data: The evaluation set, for components, segments and clusters.
    """

    mapping: WideMapping | None = None
    scales: Mapping[str, Scale] | Scale | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    blocking: Mapping[str, float | tuple[str, ...] | None] = field(default_factory=dict)
    plan: Path | None = None
    data: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Ratings, and everything that is known about them."""

    ratings: Ratings
    rubric: Rubric
    intakes: tuple[Intake, ...]
    examples: Mapping[str, Example] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    plan: Plan | None = None

    @property
    def scales(self) -> dict[str, Scale]:
        """The scale of every dimension."""
        return {dimension.name: dimension.scale for dimension in self.rubric}


def from_file(path: Path, reading: Reading) -> Source:
    """Read a ratings file.

    Raises:
        DataError: The file cannot be read as ratings.
        UsageError: A dimension is named that nobody rated.
    """
    plan = load_plan(reading.plan) if reading.plan else None
    scales = {d.name: d.scale for d in plan.rubric} if plan else reading.scales
    imported = read_ratings(path, mapping=reading.mapping, scales=scales)
    rubric = _rubric(imported.scales, reading, plan)
    return Source(
        ratings=imported.ratings,
        rubric=rubric,
        intakes=(imported.intake,),
        examples=_examples(reading.data),
        plan=plan,
    )


def from_project(plan_path: Path) -> Source:
    """Read a project's ledger under its plan.

    Raises:
        PlanError: There is no plan, or it is wrong.
        UsageError: The ledger holds no ratings yet.
    """
    if not plan_path.exists():
        fault = Fault(
            "there is no plan here",
            file=str(plan_path),
            remedy="name a ratings file, or write a starter project with: measurand init",
        )
        raise PlanError([fault])
    plan = load_plan(plan_path)
    with open_ledger(ledger_path(plan_path)) as ledger:
        ratings, outputs = ledger.ratings(), ledger.outputs()
        intakes = tuple(
            Intake(file.file, file.read, file.kept, ledger.refusals(file.file), file.notes)
            for file in ledger.sources()
        )
    if not len(ratings):
        raise UsageError(
            f"the ledger {ledger_path(plan_path)} holds no ratings yet; add some with: "
            "measurand check, or measurand import FILE"
        )
    named = frozenset(d.name for d in plan.rubric)
    known = ratings.filtered(ratings["dimension"].mask(named.__contains__))
    return Source(
        ratings=known,
        rubric=plan.rubric,
        intakes=intakes,
        examples=_examples(plan_path.parent / plan.data.path),
        outputs=outputs,
        plan=plan,
    )


def ledger_path(plan_path: Path) -> Path:
    """The ledger of the project that a plan belongs to."""
    return plan_path.parent / LEDGER


def _examples(path: Path | None) -> dict[str, Example]:
    if path is None:
        return {}
    return {example.id: example for example in Dataset.load(path).examples}


def _rubric(scales: Mapping[str, Scale], reading: Reading, plan: Plan | None) -> Rubric:
    if plan is not None:
        more = (Dimension(name, scale=scale) for name, scale in scales.items())
        return Rubric(*plan.rubric, *(d for d in more if d.name not in plan.rubric))
    scaled = reading.scales if isinstance(reading.scales, Mapping) else {}
    named = {*reading.weights, *reading.blocking, *scaled}
    if unknown := sorted(named - set(scales)):
        raise UsageError(
            f"nobody rated {', '.join(unknown)}; the dimensions are: {', '.join(scales)}"
        )
    return Rubric(*(_dimension(name, scale, reading) for name, scale in scales.items()))


def _dimension(name: str, scale: Scale, reading: Reading) -> Dimension:
    dimension = Dimension(name, weight=reading.weights.get(name, 0.0), scale=scale)
    if name not in reading.blocking:
        return dimension
    try:
        return _blocking(dimension, reading.blocking[name])
    except ValueError as problem:
        raise UsageError(f"--blocking {name}: {problem}") from None


def _blocking(dimension: Dimension, what: float | tuple[str, ...] | None) -> Dimension:
    if what is None:
        return replace(dimension, blocking=True)
    if isinstance(what, tuple):
        return replace(dimension, blocking=True, block_labels=what)
    if dimension.scale.numeric:
        return replace(dimension, blocking=True, block_below=what)
    return replace(dimension, blocking=True, block_labels=(f"{what:g}",))
