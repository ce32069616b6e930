"""From a plan to models that can be called, the judges among them, and the parts of a run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from measurand.core.exemplars import by_dimension
from measurand.core.judging import Exemplar
from measurand.core.model import Attempt
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.protocols import Check, LiveSystem
from measurand.core.system import System, pairs_of
from measurand.errors import DataError, Fault, PlanError
from measurand.jobs.engine.own_checks import OwnChecks
from measurand.jobs.engine.parts import Parts
from measurand.jobs.keys import redactor, run_key
from measurand.jobs.needs import refuse_missing, refuse_unbounded
from measurand.models.environment import Environment
from measurand.models.open import Models
from measurand.models.prices import PriceTable
from measurand.raters.judge.independence import check_independence
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import options_of, settings_of, told
from measurand.store.exemplars import read_exemplars
from measurand.store.ledger import open_ledger

__all__ = ["Access", "Recorded", "access_to", "assembled", "exemplars_of", "panel_of"]

Recorded = Mapping[str, Mapping[tuple[str, int], Output]]
"""Recorded outputs by system, example and trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What all calls of a plan go through.

    Args:
        models: Opens models by name.
        redact: What is done to every text before it is stored or sent.
        key: The secret of the ledger.
    """

    models: Models
    redact: Callable[[str], str]
    key: bytes = field(repr=False)


@asynccontextmanager
async def access_to(
    plan: Plan,
    ledger: Path,
    *,
    environment: Environment,
    observe: Callable[[str, Attempt], None] | None = None,
) -> AsyncIterator[Access]:
    """Make ready what a plan calls; nothing is sent.

    What earlier runs have spent is not in the budget yet: it is known once the ledger is locked.

    Args:
        plan: The plan.
        ledger: Whose secret is used.
        environment: Where keys and addresses come from.
        observe: Told of every attempt at a model.

    Raises:
        UsageError: A key is missing, or a budget could not be kept.
    """
    with open_ledger(ledger) as opened:
        key = run_key(opened, environment)
    redact = redactor(plan, key)
    async with Models(
        plan.run,
        providers=plan.providers,
        prices=PriceTable(plan.prices),
        environment=environment,
        redact=redact,
        observe=observe,
        seed=plan.seed,
    ) as models:
        refuse_missing(plan, models)
        refuse_unbounded(plan, models)
        yield Access(models=models, redact=redact, key=key)


def panel_of(
    plan: Plan, access: Access, *, file: Path | None = None, salt: str = ""
) -> tuple[tuple[JudgeRater, ...], tuple[str, ...]]:
    """The panel of a plan, and what is known of its independence; nobody where nobody judges.

    Args:
        plan: The plan; its systems are what is compared.
        access: What its calls go through.
        file: Where it stands, for messages.
        salt: Sets its requests apart from others with the same words.

    Raises:
        PlanError: A judge is of a compared system's family, or a dimension cannot be judged so.
    """
    wanted = any(rater.name == "judge" for dimension in plan.rubric for rater in dimension.raters)
    if plan.judge is None or not wanted:
        return (), ()
    panel = plan.judge
    compared = [system for system in plan.systems if system.kind != "ratings"]
    try:
        known = check_independence(panel.models, compared, own_family=panel.own_family)
        options = [options_of(panel, m, plan.rubric, run_key=access.key) for m in panel.models]
        options = [
            replace(option, exemplars=exemplars_of(plan, file), salt=salt) for option in options
        ]
    except PlanError as problem:
        place = None if file is None else str(file)
        raise PlanError(replace(fault, file=place) for fault in problem.faults) from None
    judges = tuple(
        JudgeRater(access.models.open(model.model), told(plan.rubric), option)
        for model, option in zip(panel.models, options, strict=True)
    )
    return judges, known.notes


def exemplars_of(plan: Plan, file: Path | None = None) -> Mapping[str, tuple[Exemplar, ...]]:
    """What a plan's judges are shown, by dimension; empty where the plan names none.

    Raises:
        PlanError: The file is not there, or wrong, or shows levels of what is not judged by level.
    """
    if plan.judge is None or plan.judge.exemplars is None:
        return {}
    base = Path() if file is None else file.parent
    try:
        shown = by_dimension(read_exemplars(base / plan.judge.exemplars, plan.rubric))
    except DataError as problem:
        raise PlanError(problem.faults) from None
    forms = {name: one.form for name, one in settings_of(plan.rubric).items()}
    if odd := [name for name in shown if forms.get(name) != "pointwise"]:
        told_odd = f"exemplars show levels, and {', '.join(odd)} is not judged by level"
        raise PlanError([Fault(told_odd, plan.judge.exemplars, key="dimension")])
    return shown


def assembled(
    plan: Plan,
    live: Sequence[LiveSystem],
    *,
    recorded: Recorded,
    checks: tuple[Check, ...],
    judges: tuple[JudgeRater, ...],
    redact: Callable[[str], str],
) -> Parts:
    """Everybody who takes part in a run.

    Args:
        plan: The plan.
        live: Its systems, ready to be asked.
        recorded: Outputs that need not be asked for.
        checks: Code that rates.
        judges: The panel.
        redact: What is done to every text before it is stored or sent.
    """
    names = {system.name for system in live}
    systems = [system for system in plan.systems if system.name in names]
    settings = settings_of(plan.rubric) if judges else {}
    pairwise = any(one.form == "pairwise" for one in settings.values())
    return Parts(
        systems=tuple(live),
        repeats={s.name: _trials(s, recorded.get(s.name, {})) for s in systems},
        checks=checks,
        judges=judges,
        pair_judges=judges if pairwise else (),
        pairs=tuple(pairs_of(systems)) if pairwise else (),
        rubric=plan.rubric,
        redact=redact,
        rounds={judge.name: plan.judge.repeats for judge in judges} if plan.judge else {},
        recorded=recorded,
        own=OwnChecks(plan.run.timeout),
    )


def _trials(system: System, recorded: Mapping[tuple[str, int], Output]) -> int:
    """How often each example is asked; of recorded outputs, the trials that there are."""
    if not recorded:
        return system.repeats
    return 1 + max(trial for _, trial in recorded)
