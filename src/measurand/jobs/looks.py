"""How often a comparison was looked at while its data grew: kept in the ledger, told to readers.

Whoever looks at a growing comparison again and again, and stops when it says what he hoped for,
has no error rate of 5 %. Only the ledger knows that a look is not the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measurand.core.fingerprint import fingerprint
from measurand.core.rating import Ratings
from measurand.errors import LedgerError
from measurand.store.ledger import Ledger, open_ledger

__all__ = ["LOOKED", "Looks", "look_at", "looks_told"]

LOOKED = "looked"
"""What the ledger calls a look at how systems compare."""

_PATIENCE = 1.0
"""Seconds to wait for another process that is writing: a look that is not counted is no harm."""
_NAMED = 3

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Looks:
    """Where looks at a project's comparisons are kept.

    Args:
        path: The ledger.
        manifest: What its newest run was; empty where there was none.
    """

    path: Path
    manifest: Mapping[str, Any] = field(default_factory=dict)

    def noted(self, ratings: Ratings, pairs: Sequence[Pair]) -> Mapping[Pair, int]:
        """Note a look at these pairs, and say which it is of each.

        The same data looked at again is no new look. Where the ledger cannot be written, as it is
        locked or read-only, nothing is noted and nothing told.
        """
        if not pairs:
            return {}
        try:
            with open_ledger(self.path, patience=_PATIENCE) as ledger:
                known = self.manifest
                return look_at(ledger, pairs, ratings=ratings, manifest=known, by="compare")
        except LedgerError:
            return {}


def look_at(
    ledger: Ledger, pairs: Sequence[Pair], *, ratings: Ratings, manifest: Mapping[str, Any], by: str
) -> Mapping[Pair, int]:
    """Note a look at pairs of systems in an open ledger; which look it is of each.

    Args:
        ledger: The ledger.
        pairs: Which are compared.
        ratings: All that is known of the systems at this look.
        manifest: What the newest run was.
        by: Who looks.

    Raises:
        LedgerError: The ledger cannot be read or written.
    """
    rows = {system: len(ratings.where(system=system)) for pair in pairs for system in pair}
    states = {pair: sum(rows[system] for system in pair) for pair in pairs}
    names = {pair: _name(manifest, pair) for pair in pairs}
    seen: dict[str, set[int]] = {name: set() for name in names.values()}
    for event in ledger.work.events(LOOKED):
        for name, state in event.manifest["pairs"].items():
            if name in seen:
                seen[name].add(state)
    fresh = {names[p]: state for p, state in states.items() if state not in seen[names[p]]}
    if fresh:
        ledger.work.log("", LOOKED, {"by": by, "pairs": fresh})
    return {pair: len(seen[names[pair]] | {states[pair]}) for pair in pairs}


def looks_told(counts: Mapping[Pair, int]) -> Iterator[str]:
    """What follows from several looks for verdicts that are made for one."""
    many = {pair: count for pair, count in counts.items() if count > 1}
    if not many:
        return
    most = max(many.values())
    named = ", ".join(f"{first} with {second}" for first, second in list(many)[:_NAMED])
    more = f" and {len(many) - _NAMED} more" if len(many) > _NAMED else ""
    yield (
        f"This is look {most} at data that grew in between ({named}{more}). Intervals and verdicts "
        "are made for one look that was fixed beforehand: of systems that are alike, more than the "
        "stated share comes out as different by one of several looks. --looks anytime, or looks: "
        "anytime in the plan's compare, holds at every look."
    )


def _name(manifest: Mapping[str, Any], pair: Pair) -> str:
    """A pair as it is now: of another system, or by other raters, it is another comparison."""
    systems, first_second = manifest.get("systems", {}), sorted(pair)
    versions = [systems.get(name) for name in first_second]
    told = [manifest.get("raters"), manifest.get("dimensions")]
    return fingerprint([first_second, versions, told])
