"""The shape in which a gate answers: may this change ship, and what of every example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from measurand.analysis.result import Findings

__all__ = ["GATE_OUTCOMES", "ITEM_OUTCOMES", "GateItem", "GateOutcome", "GateResult", "Waived"]

GateOutcome = Literal["pass", "fail", "inconclusive"]
GATE_OUTCOMES: tuple[GateOutcome, ...] = get_args(GateOutcome)

ItemOutcome = Literal["pass", "fail", "flaky", "waived", "missing"]
ITEM_OUTCOMES: tuple[ItemOutcome, ...] = get_args(ItemOutcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateItem:
    """One example on one dimension, as the gate saw it.

    Args:
        example: The example's id.
        component: Which part of the evaluation set it is of; empty where that is not known.
        dimension: On which dimension.
        outcome: ``fail`` a failure that counts against shipping, confirmed over all repeats;
            ``flaky`` where the repeats disagree and do not confirm one; ``waived`` a failure that
            somebody answers for; ``missing`` where there is no result to decide on; else ``pass``:
            also where the baseline fails alike, or where a failure counts only in a difference.
        reason: The sentence that a person reads.
        blocking: Whether the dimension blocks.
        score: The system's score on the unit interval; None where there is none.
        baseline: The score of what it is held against; None where there is none.
        repeats: The score of every repeat, in order; None where one has none.
        file: The file of the data set in which the example stands, where that is known.
        line: The line in that file.
        waiver: Who waived it and why, where somebody did.
        seconds: How long the system took to answer, over all repeats.
    """

    example: str
    component: str
    dimension: str
    outcome: ItemOutcome
    reason: str
    blocking: bool
    score: float | None
    baseline: float | None
    repeats: tuple[float | None, ...]
    file: str | None
    line: int | None
    waiver: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A waiver, and what became of it.

    Args:
        example: Which example may fail.
        dimension: On which dimension.
        owner: Who answers for it.
        reason: Why.
        expires: The last day on which it holds, as in ``2026-12-31``.
        expired: Whether that day is over.
        used: Whether a failure was waived by it.
        blocking: Whether it may waive a dimension that blocks.
    """

    example: str
    dimension: str
    owner: str
    reason: str
    expires: str
    expired: bool
    used: bool
    blocking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What a gate decided, and on what.

    Args:
        findings: The numbers, the verdicts (``gate`` first) and the limits.
        items: Every example of the gate's components on every dimension, failures first.
        waivers: Every waiver of the file.
        hashes: Of what was decided on: ``data``, ``prompt``, ``judge``, ``code``, ``plan`` and
            others; a value that is not known is told in words.
        system: Which system wants to ship.
        against: What it was held against.
        outcome: ``pass``, ``fail`` or ``inconclusive``.
        broken: Why results are missing where a provider is at fault; empty where none is.
    """

    findings: Findings
    items: tuple[GateItem, ...]
    waivers: tuple[Waived, ...]
    hashes: Mapping[str, str]
    system: str
    against: str
    outcome: GateOutcome
    broken: str = ""
