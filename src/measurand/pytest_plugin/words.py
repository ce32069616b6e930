"""What a failed test prints of its gate."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.analysis.gate_result import GateItem, GateResult
from measurand.figures.text import one_line, shortened
from measurand.report.junit import place
from measurand.report.words import SHARES, beside, described, headline_about

__all__ = ["words_of"]

_SHOWN = 20
_REASON = 200


def words_of(gate: GateResult) -> str:
    """The verdicts with their numbers, what did not pass, and on what it was decided."""
    return "\n".join(one_line(line) for line in _lines(gate))


def _lines(gate: GateResult) -> Iterator[str]:
    against = f" against {gate.against}" if gate.against else ""
    yield f"measurand gate of {gate.system}{against}: {gate.outcome}"
    for verdict in gate.findings.verdicts:
        line = f"  {verdict.outcome}: {headline_about(verdict)}: {verdict.reason}"
        if (estimate := beside(verdict)) is not None:
            line += f" ({described(estimate, percent=verdict.name in SHARES)})"
        yield line
    if gate.broken:
        yield f"  results are missing: {gate.broken}"
    wrong = [item for item in gate.items if item.outcome not in {"pass", "waived"}]
    yield from map(_item, wrong[:_SHOWN])
    if len(wrong) > _SHOWN:
        yield f"  and {len(wrong) - _SHOWN:,} more"
    if gate.hashes:
        yield "  decided on " + ", ".join(f"{name} {value}" for name, value in gate.hashes.items())


def _item(item: GateItem) -> str:
    where = place(item)
    told = f"  {item.outcome}: {item.example} [{item.dimension}]: {item.reason}"
    return shortened(told, _REASON) + (f" ({where})" if where else "")
