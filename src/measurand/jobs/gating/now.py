"""What of a gate's results is not there as things are now; nothing is asked to know.

A prompt, a model, a recording, a check, a judge or an example that has changed since its results
came in has others by now: those in the ledger are about something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from measurand.core.example import Example
from measurand.core.plan import Plan
from measurand.core.protocols import Check, Judge
from measurand.jobs.engine.agenda import Again, Agenda, Asked
from measurand.jobs.engine.bridge import run_to_end
from measurand.jobs.engine.parts import Parts
from measurand.jobs.manifest import STARTED
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
                runs = ledger.work.events(STARTED)
                others = _others(live.parts, runs[-1].manifest if runs else {})
                asked = Agenda(live.parts, ledger, Again()).of(examples)
                return dict(_open((one for of in asked for one in of), others))

    return run_to_end(look)


def _others(parts: Parts, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Systems of whose other versions the rows are that count: those of the newest run do."""
    asked, rated = manifest.get("systems", {}), manifest.get("raters", {})
    raters: tuple[Check | Judge, ...] = (*parts.checks, *parts.judges)
    now = {rater.name: rater.version for rater in raters}
    changed = [name for name, version in now.items() if rated.get(name, version) != version]
    found = {}
    for system in parts.systems:
        if asked.get(system.name, system.version) != system.version:
            found[system.name] = f"the newest run was of another version of {system.name}"
        elif changed:
            found[system.name] = f"in the newest run {changed[0]} was another"
    return found


def _open(
    asked: Iterator[Asked], others: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], str]]:
    for one in asked:
        name = one.system.name
        if not one.saved or one.replaced:
            why = f"the ledger has no answer of {name} as it is now"
        elif name in others:
            why = others[name]
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
