"""What was decided under a plan since it passed last: none of it may get lost in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurand.core.example import Example
from measurand.core.gate import CHANGED, REGRESSION, REMOVED, Loss
from measurand.core.plan import Plan
from measurand.jobs.gating.terms import changes, weaker
from measurand.jobs.texts import listed
from measurand.store.git import branch_of, comes_from, commit_of
from measurand.store.ledger_gates import GateRecord

__all__ = ["Memory", "of_this_line", "place_of"]


def place_of(file: Path) -> dict[str, str | None]:
    """Where a decision is made: the plan's file, the commit and the branch."""
    commit = commit_of(file.parent)
    return {
        "file": file.name,
        "commit": None if commit is None else commit.sha,
        "branch": branch_of(file.parent),
    }


def of_this_line(records: Sequence[GateRecord], plan: Plan, file: Path) -> tuple[GateRecord, ...]:
    """The decisions that this plan's own are to be held against.

    Those made under the same file, or under the same name by a file that is no longer there; but
    none of another branch, at a commit that the one here does not come from.

    Args:
        records: What the ledger has.
        plan: The plan.
        file: Where it stands.
    """
    branch = branch_of(file.parent)
    known: dict[str, bool | None] = {}

    def here(place: Mapping[str, Any]) -> bool:
        commit, other = place.get("commit"), place.get("branch")
        if not (commit and other and branch) or other == branch:
            return True
        if commit not in known:
            known[commit] = comes_from(file.parent, commit)
        return known[commit] is not False

    return tuple(
        record
        for record in records
        if _same(record, plan, file) and here(record.body.get("place", {}))
    )


def _same(record: GateRecord, plan: Plan, file: Path) -> bool:
    name = str(record.body.get("place", {}).get("file", file.name))
    return name == file.name or (record.plan == plan.name and not (file.parent / name).exists())


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that was decided on since a gate passed last, of whatever system.

    Args:
        examples: Component and fingerprint of every example, by its id.
        rubric: The dimensions, by name, with what blocked.
        terms: What was demanded.
        at: When it passed last; empty where it never has.
    """

    examples: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    rubric: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""

    @classmethod
    def of(cls, records: Sequence[GateRecord]) -> Memory:
        """What records come to; a gate by other terms than the plan's forgets nothing."""
        passed = [at for at, one in enumerate(records) if one.own and one.outcome == "pass"]
        since = records[passed[-1] :] if passed else records
        examples: dict[str, tuple[str, str]] = {}
        rubric: dict[str, Mapping[str, Any]] = {}
        for record in since:
            for name, (component, told) in record.body.get("examples", {}).items():
                examples.setdefault(name, (component, told))
            for name, row in record.body.get("rubric", {}).items():
                if row["blocking"] and not rubric.get(name, row)["blocking"]:
                    rubric[name] = row
                rubric.setdefault(name, row)
        return cls(
            examples=examples,
            rubric=rubric,
            terms=since[0].body.get("terms", {}) if since else {},
            at=since[0].at[:10] if passed else "",
        )

    def losses(
        self, plan: Plan, examples: Mapping[str, Example], components: Sequence[str]
    ) -> Iterator[Loss]:
        """What is gone, is another, or is demanded no more.

        Args:
            plan: The plan now.
            examples: The whole evaluation set now.
            components: The parts of it on which the gate is decided.
        """
        for name, (component, told) in self.examples.items():
            if component not in components:
                continue
            loss = _lost(examples.get(name), component, told)
            if loss:
                yield Loss(name=name, dimension=loss[0], reason=loss[1], component=component)
        yield from weaker(self.terms, self.rubric, plan)

    def notes(
        self, plan: Plan, examples: Mapping[str, Example], components: Sequence[str]
    ) -> Iterator[str]:
        """What else is another than when the gate passed last, in sentences."""
        since = f"since the gate passed on {self.at}" if self.at else "since it was first decided"
        if told := list(changes(self.terms, self.rubric, plan)):
            yield f"What the gate demands has changed {since}: {'; '.join(told)}."
        edited = [
            name
            for name, (component, print_) in self.examples.items()
            if component in components
            and component != REGRESSION
            and name in examples
            and examples[name].fingerprint != print_
        ]
        if edited:
            yield f"{len(edited):,} examples ask something else {since}: {listed(edited)}."


def _lost(now: Example | None, component: str, told: str) -> tuple[str, str] | None:
    """By which word a waiver lets it pass, and why it is needed; None where it is not."""
    if now is None:
        return REMOVED, "it was decided on before and is no longer in the evaluation set"
    if now.component not in {component, REGRESSION}:
        return REMOVED, f"it was decided on as {component} before and is {now.component} now"
    if component == REGRESSION and now.fingerprint != told:
        return CHANGED, "it was decided on before and asks something else by now"
    return None
