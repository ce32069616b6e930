"""What a project's runs asked and what that took, from its ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from measurand.analysis.account import ModelAccount, OwnFamily, RunAccount
from measurand.core.family import family_of
from measurand.core.plan import Plan
from measurand.jobs.manifest import ENDED, IMPROVING, STARTED, current
from measurand.store.ledger import Ledger
from measurand.store.ledger_accounts import Account

__all__ = ["run_account"]


def run_account(ledger: Ledger, plan: Plan) -> RunAccount | None:
    """The account of all runs of a ledger; None where there was none.

    What was asked while judges were improved is left out, unless the plan has adopted it.

    Args:
        ledger: The ledger.
        plan: Whose systems and judges are told.
    """
    started = ledger.work.events(STARTED)
    if not started:
        return None
    counted = current(ledger, plan).versions or ()
    found = ledger.work.accounts(apart=IMPROVING, counted=counted)
    ended = ledger.work.events(ENDED)
    clear = (ended[-1].manifest.get("clear") if ended else None) or {}
    return RunAccount(
        models=tuple(_models(plan, found)),
        own_family=tuple(_own_family(plan)),
        budget=plan.run.budget,
        stopped=str(ended[-1].manifest.get("message", "")) if ended else "it was broken off",
        looked=bool(started[-1].manifest.get("run", {}).get("until_clear")),
        limit=str(clear.get("limit", "")),
    )


def _models(plan: Plan, found: Mapping[tuple[str, str], Account]) -> Iterator[ModelAccount]:
    for system in plan.systems:
        if (account := found.get(("output", system.name))) is not None and system.live:
            model = system.target if system.kind == "model" else None
            yield _told(account, "system", model)
    for judge in plan.judge.models if plan.judge else ():
        if (account := found.get(("rating", judge.model))) is not None:
            yield _told(account, "judge", judge.model)


def _told(account: Account, part: Literal["system", "judge"], model: str | None) -> ModelAccount:
    failed = {name: n for name, n in account.works.items() if name not in {None, "no_output"}}
    return ModelAccount(
        name=account.who,
        part=part,
        model=model,
        answered=tuple(sorted(account.answered)),
        calls=account.works.total() - account.works["no_output"],
        requests=account.requests,
        failed={str(name): count for name, count in sorted(failed.items(), key=str)},
        usage=account.usage,
        cost=account.cost,
        unpriced=account.unpriced,
        notes=tuple(sorted(account.notes)),
    )


def _own_family(plan: Plan) -> Iterator[OwnFamily]:
    """Judges of a compared system's family, which only an audit allows."""
    for judge in plan.judge.models if plan.judge else ():
        family = judge.family or family_of(judge.model)
        theirs = [
            system.name
            for system in plan.systems
            if system.target == judge.model
            or (family is not None and (system.family or _named(system.target)) == family)
        ]
        if theirs:
            yield OwnFamily(judge.model, family or judge.model, tuple(theirs))


def _named(target: str) -> str | None:
    return family_of(target) if ":" not in target else None
