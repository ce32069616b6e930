"""Which set an act is about, and how its texts are redacted; a plan need not be there yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measurand.core.plan import DataPlan, Plan
from measurand.core.running import RedactPlan
from measurand.jobs.keys import redactor, run_key
from measurand.jobs.places import ledger_path
from measurand.models.environment import Environment
from measurand.privacy.redaction import Redactor
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan

__all__ = ["PLAN", "SetPlace", "set_place"]

PLAN = Path("measurand.yaml")


@dataclass(frozen=True, slots=True)
class SetPlace:
    """Where a set is.

    Args:
        file: The plan's file, there or not: the lock and the ledger are beside it.
        plan: The plan; None where there is none yet.
        data: The folder of the set, or its one file.
    """

    file: Path
    plan: Plan | None
    data: Path

    @property
    def ledger(self) -> Path:
        """The ledger; it may not be there yet."""
        return ledger_path(self.file)

    @property
    def planned(self) -> bool:
        """Whether it is the set that the plan asks; any is where there is no plan."""
        own = self.file.parent / (self.plan.data.path if self.plan else self.data)
        return self.plan is None or own.resolve() == self.data.resolve()

    def redactor(self, environment: Environment | None = None) -> Callable[[str], str]:
        """What is done to texts that are kept or shown: as in the project's runs.

        The key is that of the ledger, which is made for it: one value has one placeholder in
        logs, examples and outputs.
        """
        with open_ledger(self.ledger) as ledger:
            key = run_key(ledger, environment or Environment())
        return Redactor(RedactPlan(), key) if self.plan is None else redactor(self.plan, key)


def set_place(plan: Path | None = None, data: Path | None = None) -> SetPlace:
    """The set of a plan, or one that is named.

    Args:
        plan: The plan; by default the one in this folder, if there is one.
        data: The set; by default the plan's, or ``data/`` where there is no plan.

    Raises:
        PlanError: A plan is named and is not there, or one is there and wrong.
    """
    file = plan or PLAN
    known = load_plan(file) if plan is not None or file.exists() else None
    own = file.parent / (known.data.path if known else DataPlan().path)
    return SetPlace(file, known, data or own)
