"""A packet of items, under codes that tell nothing of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measurand.core.fingerprint import fingerprint
from measurand.core.judging import Order
from measurand.core.packet import Packet, PacketItem, Reading, Returned
from measurand.core.rubric import Dimension
from measurand.core.sheet import Sheet

__all__ = ["Entry", "Packet", "PacketItem", "Reading", "Returned", "packet_of"]

_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is to be put into a packet.

    Args:
        sheet: What is shown.
        dimensions: On which dimensions it is rated.
        order: Which of a pair stands on the left; None where there is one output.
    """

    sheet: Sheet
    dimensions: tuple[Dimension, ...]
    order: Order | None = None


def packet_of(
    name: str, entries: Sequence[Entry], *, rater: str | None, instructions: str = ""
) -> Packet:
    """The packet of these entries, in their order; the same entries give the same packet.

    A code is the position and six digits of the packet's fingerprint, as in ``q007-3fa2c1``, so
    that a row that strays into another packet is found out. ``packet.items[i]`` is
    ``entries[i]``.

    Args:
        name: The name of the round of ratings.
        entries: What is to be rated.
        rater: Whose packet it is; None where the file is to say who filled it in.
        instructions: What raters read first, in Markdown.
    """
    asked = [[entry.sheet, [one.fingerprint for one in entry.dimensions]] for entry in entries]
    identity = fingerprint([name, rater, instructions, asked, [entry.order for entry in entries]])
    width = max(3, len(str(len(entries))))
    items, orders = [], {}
    for position, entry in enumerate(entries, 1):
        code = f"q{position:0{width}d}-{fingerprint([identity, position])[:_DIGITS]}"
        items.append(PacketItem(code=code, sheet=entry.sheet, dimensions=entry.dimensions))
        if entry.order is not None:
            orders[code] = entry.order
    return Packet(
        id=identity,
        name=name,
        rater=rater,
        instructions=instructions,
        items=tuple(items),
        orders=orders,
    )
