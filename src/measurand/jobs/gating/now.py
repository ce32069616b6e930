"""What of a gate's results is not there as things are now; nothing is asked to know.

A prompt, a model, a recording, a check, a judge or an example that has changed since its results
came in has others by now: those in the ledger are about something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from measurand.core.example import Example
from measurand.core.plan import Plan
from measurand.jobs.engine.agenda import Again, Agenda, Asked
from measurand.jobs.engine.bridge import run_to_end
from measurand.jobs.needs import models_of
from measurand.jobs.opening import opened
from measurand.jobs.places import ledger_path
from measurand.models.environment import Environment
from measurand.models.open import Models
from measurand.models.prices import PriceTable
from measurand.store.ledger import open_ledger

__all__ = ["undone"]

_NO_KEY = "no key is needed: nothing is sent"


def undone(
    plan: Plan, file: Path, environment: Environment, *, examples: Sequence[Example]
) -> dict[tuple[str, str], str]:
    """What a run would do, by example and system, and why that is no result yet.

    Args:
        plan: The plan; only its systems, and those who rate.
        file: Where it stands.
        environment: Where addresses come from; keys need not be there.
        examples: Those that the gate is decided on.

    Raises:
        MeasurandError: The parts cannot be made ready, so that it is not known.
    """

    async def look() -> dict[tuple[str, str], str]:
        free = replace(plan, run=replace(plan.run, budget=None))
        async with opened(free, file, environment=_keyless(plan, environment)) as live:
            with open_ledger(ledger_path(file)) as ledger:
                asked = Agenda(live.parts, ledger, Again()).of(examples)
                return dict(_open(one for of_example in asked for one in of_example))

    return run_to_end(look)


def _open(asked: Iterator[Asked]) -> Iterator[tuple[tuple[str, str], str]]:
    for one in asked:
        name = one.system.name
        if not one.saved or one.replaced:
            why = f"the ledger has no answer of {name} as it is now"
        elif one.checkings or one.judgings:
            why = "its answer is not rated as it would be now"
        else:
            continue
        yield (one.example.id, name), f"{why}; measurand gate --run asks for it"


def _keyless(plan: Plan, environment: Environment) -> Environment:
    """The environment, with something in the place of keys that lack."""
    models = Models(
        plan.run, providers=plan.providers, prices=PriceTable(plan.prices), environment=environment
    )
    lacking = {
        name: _NO_KEY
        for need in models.missing(models_of(plan))
        for told in need.variables
        for name in told.split(" or ")
        if not name.endswith("BASE_URL")
    }
    return environment.with_defaults(lacking)
