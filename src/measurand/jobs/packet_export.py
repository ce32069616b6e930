"""Rating without the server: packets go out, to a person or to another tool."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.judging import Order
from measurand.core.packet import Packet
from measurand.core.people import Assignment
from measurand.core.sampling import draw
from measurand.errors import UsageError
from measurand.jobs.desk import Desk, assigned, open_desk
from measurand.models.environment import Environment
from measurand.raters.people.packet import Entry as Part
from measurand.raters.people.packet import packet_of
from measurand.store.ledger_people import Entry
from measurand.store.packets import FORMATS

__all__ = ["DAYS", "Exported", "export_packet"]

DAYS = 14.0
"""For how many days the items of a packet are kept for whom it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A packet that was written.

    Args:
        packet: What it holds.
        files: The files, the packet's own first.
        until: Until when its items are kept for its rater; None where it is nobody's own.
    """

    packet: Packet
    files: tuple[Path, ...]
    until: datetime | None

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        return {
            "measurand": __version__,
            "verb": "rate export",
            "packet": self.packet.id,
            "rater": self.packet.rater,
            "items": len(self.packet.items),
            "files": [str(file) for file in self.files],
            "until": self.until.isoformat() if self.until else None,
        }


def export_packet(
    plan_path: Path | str,
    path: Path | str,
    *,
    form: str,
    rater: str | None = None,
    most: int | None = None,
    environment: Environment | None = None,
) -> Exported:
    """Write a packet: for one person, blind and in an order of their own, or for another tool.

    Args:
        plan_path: The plan.
        path: The file to write.
        form: One of `measurand.store.packets.FORMATS`.
        rater: Whose packet it is: its items, hidden duplicates and golden ones among them, are
            kept for this person for two weeks. None for all items, which whoever has another
            tool's account rates there.
        most: At most so many items.
        environment: Where the key of placeholders may come from; by default the process's.

    Raises:
        UsageError: There is no such format, nothing is left for this person, the name is none for
            a rater, or a desk is open.
        PlanError: The plan is wrong.
    """
    if form not in FORMATS:
        raise UsageError(f"there is no format {form!r}; allowed: {', '.join(FORMATS)}")

    async def work() -> Exported:
        async with open_desk(plan_path, environment=environment) as desk:
            fresh: list[Assignment] = []
            if rater is not None:
                desk.refuse_name(rater)
            if rater is None:
                packet, keys = _shared(desk, most)
                positions: Sequence[int | None] = [None] * len(keys)
            else:
                dealt, fresh = _dealt(desk, rater, most)
                packet = _personal(desk, rater, dealt)
                keys, positions = [one.item for one in dealt], [one.position for one in dealt]
            files = FORMATS[form].write(packet, Path(path))
            until = datetime.now(UTC) + timedelta(days=DAYS) if rater is not None else None
            body = {
                "packet": packet.id,
                "rater": rater,
                "format": form,
                "file": Path(path).name,
                "codes": [item.code for item in packet.items],
                "items": list(keys),
                "positions": list(positions),
                "orders": dict(packet.orders),
                "until": until.isoformat(timespec="seconds") if until else None,
            }
            entry = Entry(event="exported", who=rater or "organiser", body=body)
            await desk.note([*map(assigned, fresh), entry])
            return Exported(packet=packet, files=files, until=until)

    return asyncio.run(work())


def _dealt(desk: Desk, rater: str, most: int | None) -> tuple[list[Assignment], list[Assignment]]:
    """What the rater has begun, then new items, all without training: nobody could give feedback.

    Returns:
        All of them, and those that are new.

    Raises:
        UsageError: Nothing is left.
    """
    state = desk.state
    wanted = len(state.pool.items) * 2 if most is None else most
    open_ = (one for one in state.pool.queue(rater).open() if one.stage == "work")
    begun = [one for one in open_ if state.still_wanted(one)][:wanted]
    fresh: list[Assignment] = []
    while len(begun) + len(fresh) < wanted:
        taken = state.pool.take(rater, state.clock(), away=True)
        if taken is None:
            break
        state.pool.add(taken, state.clock())
        fresh.append(taken)
    if not begun and not fresh:
        raise UsageError(f"nothing is left for {rater} by now; see measurand rate status")
    return [*begun, *fresh], fresh


def _personal(desk: Desk, rater: str, dealt: Sequence[Assignment]) -> Packet:
    parts = []
    for one in dealt:
        shown = desk.shown(rater, one.position)
        if shown is None:  # pragma: no cover - it was dealt a moment ago
            raise UsageError(f"{rater} has no item at position {one.position}")
        parts.append(Part(sheet=shown.sheet, dimensions=shown.dimensions, order=one.order))
    return packet_of(desk.plan.name, parts, rater=rater, instructions=desk.instructions)


def _shared(desk: Desk, most: int | None) -> tuple[Packet, list[str]]:
    """All items that are no secret checks, in an order that hangs on the seed alone."""
    seed = desk.plan.seed
    items = [
        item
        for item in desk.state.pool.items.values()
        if item.purpose != "golden" and item.key not in desk.state.pool.complete
    ]
    items.sort(key=lambda item: (draw(seed, "packet", item.key), item.key))
    items = items[:most]
    if not items:
        raise UsageError("enough people have rated everything; see measurand rate status")
    parts = []
    for item in items:
        order: Order | None = None
        if item.against is not None:
            order = "ab" if draw(seed, "packet side", item.key) < 0.5 else "ba"  # noqa: PLR2004
        dimensions = tuple(desk.plan.rubric.dimension(name) for name in item.dimensions)
        sheet = desk.state.material.sheet(item, order)
        parts.append(Part(sheet=sheet, dimensions=dimensions, order=order))
    packet = packet_of(desk.plan.name, parts, rater=None, instructions=desk.instructions)
    return packet, [item.key for item in items]
