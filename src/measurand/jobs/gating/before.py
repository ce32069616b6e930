"""What passed the gate last: which version, on which examples, and what the ledger has of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Column, Ratings
from measurand.errors import InsufficientData
from measurand.jobs.engine.parts import versioned
from measurand.jobs.gating.terms import rubric_of, terms_of
from measurand.jobs.manifest import STARTED
from measurand.store.ledger import Ledger
from measurand.store.ledger_gates import GateRecord

__all__ = ["Before", "body_of", "last_passing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A version that passed, as rows under a name of its own.

    Args:
        name: What the table of ratings calls it.
        record: The gate that it passed.
        ratings: What was said of it.
        outputs: What it answered.
        fresh: Examples that it cannot have seen.
        notes: What of it does not count, in sentences.
    """

    name: str
    record: GateRecord
    ratings: Ratings
    outputs: tuple[Output, ...]
    fresh: frozenset[str]
    notes: tuple[str, ...]


def body_of(
    manifest: Mapping[str, Any],
    system: str,
    examples: Mapping[str, Example],
    *,
    plan: Plan,
    repeats: int,
) -> dict[str, Any]:
    """What a gate keeps: the rows of today's version, what was asked, and what was demanded."""
    version = str(manifest.get("systems", {}).get(system, ""))
    raters: Mapping[str, str] = manifest.get("raters", {})
    rows = [version, *(versioned(version, rater) for rater in raters.values())]
    return {
        "versions": sorted(rows) if version else [],
        "raters": dict(raters),
        "dimensions": dict(manifest.get("dimensions", {})),
        "examples": {k: [one.component, one.fingerprint] for k, one in examples.items()},
        "repeats": repeats,
        "rubric": rubric_of(plan),
        "terms": terms_of(plan),
    }


def last_passing(
    ledger: Ledger,
    plan: Plan,
    system: str,
    *,
    records: Sequence[GateRecord],
    examples: Mapping[str, Example],
) -> Before:
    """What passed the gate last under a system's name, with its rows as they were then.

    Args:
        ledger: The ledger.
        plan: The plan.
        system: The system's name.
        records: The decisions of this plan's line.
        examples: Those that the gate is decided on.

    Raises:
        InsufficientData: Nothing did, or the ledger has nothing of it.
        LedgerError: The ledger cannot be read.
    """
    passed = [one for one in records if one.system == system and one.outcome == "pass"]
    record = next((one for one in reversed(passed) if one.own), None)
    if record is None:
        others = ", but for passes on other terms than the plan's" if passed else ""
        raise InsufficientData(
            f"no version of {system} has passed the gate yet{others}, so that there is nothing to "
            "hold it against; let one pass against a baseline first: measurand gate --against NAME"
        )
    versions = frozenset(record.body.get("versions", ()))
    ratings = ledger.ratings(version=versions, until=record.batch, system=system)
    outputs = ledger.outputs(version=versions, until=record.batch, system=system)
    if not versions or not len(ratings):
        raise InsufficientData(
            f"the ledger has no rows of the version of {system} that passed on {record.at[:10]}"
        )
    name = f"{system} of {record.at[:10]}"
    runs = ledger.work.events(STARTED)
    manifest = runs[-1].manifest if runs else {}
    kept, notes = _still_asked(ratings, record, plan, raters=manifest.get("raters", {}))
    now = ledger.outputs(version=versions, system=system)
    same = manifest.get("systems", {}).get(system) == record.version and now == outputs
    return Before(
        name=name,
        record=record,
        ratings=_renamed(kept, name),
        outputs=tuple(replace(output, system=name) for output in outputs),
        fresh=frozenset(_fresh(record, examples)),
        notes=(*notes, *([_itself(record)] if same else ())),
    )


def _itself(record: GateRecord) -> str:
    return (
        f"{record.system} is the version that passed on {record.at[:10]}, and nothing was asked "
        "again since: it is held against itself, which shows that it is unchanged and no more."
    )


def _renamed(ratings: Ratings, name: str) -> Ratings:
    return Ratings({**ratings.columns, "system": Column.constant(name, len(ratings))})


def _still_asked(
    ratings: Ratings, record: GateRecord, plan: Plan, *, raters: Mapping[str, str]
) -> tuple[Ratings, tuple[str, ...]]:
    """Without what was said under another definition, or by a rater that is another now."""
    before: Mapping[str, str] = record.body.get("raters", {})
    others = frozenset(n for n, version in before.items() if raters.get(n, version) != version)
    asked: Mapping[str, str] = record.body.get("dimensions", {})
    changed = frozenset(
        d.name for d in plan.rubric if asked.get(d.name, d.fingerprint) != d.fingerprint
    )
    notes = []
    if others:
        told = ", ".join(sorted(others))
        notes.append(
            f"{told} rated what passed on {record.at[:10]} and is another by now: what it said "
            "then is not held against what it says now. Hold the system against a baseline."
        )
    if changed:
        told = ", ".join(sorted(changed))
        notes.append(f"The definition of {told} has changed since what passed was rated on it.")
    kept = ratings.filtered(ratings["rater"].mask(lambda cell: cell not in others))
    kept = kept.filtered(kept["dimension"].mask(lambda cell: cell not in changed))
    return kept, tuple(notes)


def _fresh(record: GateRecord, examples: Mapping[str, Example]) -> Iterator[str]:
    """Examples that are new since, or ask something else."""
    seen: Mapping[str, Sequence[str]] = record.body.get("examples", {})
    for name, one in examples.items():
        if name not in seen or seen[name][1] != one.fingerprint:
            yield name
