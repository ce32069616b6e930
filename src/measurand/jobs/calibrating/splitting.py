"""The split of a project's rated outputs, which the ledger keeps: what was locked stays locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from measurand.analysis.calibration import CalibrationOptions, rated_split
from measurand.analysis.calibration_pool import item_name
from measurand.analysis.calibration_split import Side, Split
from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.rating import Ratings
from measurand.core.scale import Scale
from measurand.errors import UsageError
from measurand.jobs.calibrating.counting import looked_at
from measurand.store.ledger_calibration import CalibrationEvent, CalibrationLog

__all__ = ["frozen_split", "locked_name"]

_SIDES: tuple[Side, ...] = ("development", "test")


def frozen_split(
    log: CalibrationLog,
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    examples: Mapping[str, Example] | None = None,
    options: CalibrationOptions | None = None,
    retire: bool = False,
) -> Split:
    """Split what people rated as it was split before; only what is new is shared out, and kept.

    Anchors are judged and read at every run, so none of them is locked that was not before.

    Args:
        log: Where it is kept.
        ratings: The table.
        scales: The scale of every dimension in it.
        examples: Components and clusters of the examples, where known.
        options: Sizes.
        retire: Whether what was locked is given up, for development, so that other outputs are
            locked in its place. Where some of it was looked at, only that; the rest is still good.

    Raises:
        UsageError: What was locked is given up, and nothing is there to take its place.
        LedgerError: The ledger cannot be read or written.
    """
    chosen = options or CalibrationOptions()
    before = log.events("split")
    known: dict[str, Side] = dict(chosen.known)
    for side in _SIDES:
        known |= dict.fromkeys(before[-1].body.get(side, ()) if before else (), side)
    if retire:
        known = _given_up(known, looked_at(log))
    chosen = replace(chosen, known=known, seen=_anchored(log))
    split = rated_split(ratings, scales, examples=examples, options=chosen)
    if retire and not split.test:
        raise UsageError(
            "no rated output is left to be locked in place of those that are given up; have new "
            "outputs rated by people first"
        )
    sides = known | dict.fromkeys(split.development, "development")
    sides |= dict.fromkeys(split.test, "test")
    told: dict[str, Any] = {
        side: sorted(item for item, its in sides.items() if its == side) for side in _SIDES
    }
    if not before or before[-1].body != told:
        log.add([CalibrationEvent(kind="split", test=locked_name(told["test"]), body=told)])
    return split


def _given_up(known: Mapping[str, Side], seen: frozenset[str]) -> dict[str, Side]:
    """The sides where locked outputs are given up; those that nobody looked at are free again."""
    locked = frozenset(item for item, side in known.items() if side == "test")
    gone = locked & seen or locked
    kept = {item: side for item, side in known.items() if item not in locked}
    return kept | dict.fromkeys(gone, "development")


def _anchored(log: CalibrationLog) -> frozenset[str]:
    events = log.events("anchors")
    items = events[-1].body["items"] if events else ()
    return frozenset(item_name(item["example"], item["system"]) for item in items)


def locked_name(items: Iterable[str]) -> str:
    """The fingerprint by which a test set is known."""
    return fingerprint(sorted(items))
