"""How the ledger keeps anchors, and what may not become one."""

from __future__ import annotations

from measurand.core.anchors import ANCHOR, Anchor, AnchorSet
from measurand.store.codec import encode
from measurand.store.ledger import Ledger
from measurand.store.ledger_calibration import CalibrationEvent

__all__ = ["kept", "locked_outputs"]


def locked_outputs(ledger: Ledger) -> frozenset[str]:
    """Outputs that are locked for testing a judge."""
    splits = ledger.calibration.events("split")
    return frozenset(splits[-1].body.get("test", ())) if splits else frozenset()


def kept(ledger: Ledger, anchors: AnchorSet | None = None) -> tuple[AnchorSet, int] | None:
    """The anchors that the ledger keeps, and the number of their first run.

    Args:
        ledger: The ledger.
        anchors: Kept in place of those that were there; where they are the same, these stay.

    Raises:
        LedgerError: The ledger cannot be read or written.
    """
    if anchors is not None:
        numbers = (record.row.repeat for record in ledger.probes.rows(probe=ANCHOR))
        body = {"items": encode(anchors.items), "first": 1 + max(numbers, default=-1)}
        ledger.calibration.add(
            [CalibrationEvent(kind="anchors", test=anchors.fingerprint, body=body)]
        )
    events = ledger.calibration.events("anchors")
    if not events:
        return None
    items = tuple(Anchor(**item) for item in events[-1].body["items"])
    return AnchorSet(items=items, at=events[-1].at), int(events[-1].body["first"])
