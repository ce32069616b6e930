"""How an audit is made this time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from measurand.analysis.biases.base import BIASES
from measurand.core.mitigation import MITIGATIONS, MitigationName
from measurand.core.probes import ATTACK_NAMES, PROBES
from measurand.errors import UsageError, nearest
from measurand.jobs.engine.agenda import Again
from measurand.raters.probes import AuditDesign

__all__ = ["AuditRun"]

_POSITION, _INJECTION = "position", "injection"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRun:
    """What is asked of the judges, and how.

    Args:
        items: Outputs that each probe is asked about, 80 by default; pairs, attacks and
            conversations become more or fewer with them.
        limit: Only outputs to the first so many examples.
        biases: Only these, by the names of the audit's verdicts; all by default.
        mitigations: Measured beside the judge without any; by default those of the plan.
        again: What is asked once more although it is in the ledger.
        connections: Calls under way at once, to each provider; by default as the plan says.
        budget: US dollars that all runs of the ledger may cost; by default as the plan says.

    Raises:
        UsageError: There is no such bias or mitigation, or no item.
    """

    items: int | None = None
    limit: int | None = None
    biases: tuple[str, ...] = ()
    mitigations: tuple[MitigationName, ...] | None = None
    again: Again = field(default_factory=Again)
    connections: int | None = None
    budget: float | None = None

    def __post_init__(self) -> None:
        for name in self.biases:
            _refuse_unknown(name, BIASES, "bias")
        for name in self.mitigations or ():
            _refuse_unknown(name, get_args(MitigationName), "mitigation")
        if self.items is not None and self.items < 1:
            raise UsageError(f"an audit asks about at least one output; found {self.items}")

    def design(self, planned: tuple[MitigationName, ...], *, seed: int) -> AuditDesign:
        """How large the audit is.

        Args:
            planned: The mitigations that the plan names.
            seed: Chooses outputs, pairs, wordings.
        """
        usual = AuditDesign()
        share = 1.0 if self.items is None else self.items / usual.items
        position, injection = (not self.biases or n in self.biases for n in (_POSITION, _INJECTION))
        chosen = planned if self.mitigations is None else self.mitigations
        return AuditDesign(
            items=usual.items if self.items is None else self.items,
            probes=self._probes(),
            pairs=round(usual.pairs * share) if position else 0,
            repeated_pairs=round(usual.repeated_pairs * share) if position else 0,
            attacks=round(usual.attacks * share) if injection else 0,
            attack_names=ATTACK_NAMES if injection else (),
            sessions=max(round(usual.sessions * share), 1),
            mitigations=tuple(name for name in chosen if MITIGATIONS[name].when == "asked"),
            seed=seed,
        )

    def _probes(self) -> tuple[str, ...]:
        """Those that tell of the biases: the usual ones, or all where none of them is usual."""
        able = [one for one in PROBES.values() if one.acts != "attack"]
        if not self.biases:
            return tuple(one.name for one in able if one.usual)
        usual = {one.bias for one in able if one.usual}
        wanted = (one for one in able if one.bias in self.biases)
        return tuple(one.name for one in wanted if one.usual or one.bias not in usual)


def _refuse_unknown(name: str, allowed: tuple[str, ...], what: str) -> None:
    if name not in allowed:
        hint = nearest(name, allowed)
        told = f"; {hint}" if hint else ""
        raise UsageError(f"there is no {what} {name!r}{told}. There are: {', '.join(allowed)}")
