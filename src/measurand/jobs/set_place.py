"""Which set an act is about, and how its texts are redacted; a plan need not be there yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measurand.core.plan import DataPlan, Plan
from measurand.core.running import RedactPlan
from measurand.core.set_commands import commands_for, where_words
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

    @classmethod
    def of(
        cls, file: Path | None = None, plan: Plan | None = None, data: Path | str | None = None
    ) -> SetPlace:
        """The place where plan and set are as told, or as usual; nothing is read."""
        at = file or PLAN
        usual = at.parent / (plan.data.path if plan else DataPlan().path)
        return cls(at, plan, usual if data is None else Path(data))

    @property
    def usual(self) -> bool:
        """Whether an act takes this set where none is named."""
        return SetPlace.of(self.file, self.plan).data.resolve() == self.data.resolve()

    @property
    def ledger(self) -> Path:
        """The ledger; it may not be there yet."""
        return ledger_path(self.file)

    @property
    def planned(self) -> bool:
        """Whether it is the set that the plan asks; any is where there is no plan."""
        return self.plan is None or self.usual

    @property
    def where(self) -> str:
        """The options by which any act on a set means this one; empty where it does without."""
        moved = self.plan is not None and self.file.resolve() != PLAN.resolve()
        return where_words(
            data="" if self.usual else str(self.data), plan=str(self.file) if moved else ""
        )

    def commands(self, text: str) -> str:
        """A sentence of this house, whose commands are on this set.

        See Also:
            measurand.core.set_commands.commands_for
        """
        return commands_for(text, self.where)

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
    return SetPlace.of(file, known, data)
