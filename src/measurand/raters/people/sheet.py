"""From an example and outputs to what a person is shown."""

from __future__ import annotations

from collections.abc import Mapping

from measurand.core.example import Example, Message
from measurand.core.judging import Order
from measurand.core.people import Item
from measurand.core.sheet import Sheet
from measurand.core.sound import sound

__all__ = ["Sheet", "sheet_of"]


def sheet_of(
    example: Example,
    item: Item,
    texts_by_system: Mapping[str, str],
    *,
    order: Order | None = None,
    show_reference: bool,
) -> Sheet:
    """What a person sees of an item.

    Args:
        example: The item's example.
        item: What is to be rated.
        texts_by_system: The outputs' texts by the system's name.
        order: Which of a pair stands on the left: ``ab`` the item's own system.
        show_reference: Whether a dimension asks for the reference answers.

    Raises:
        KeyError: A text is missing.
        ValueError: A pair comes without an order, or a single output with one.
    """
    if (item.against is None) != (order is None):
        raise ValueError("a pair is shown in an order, ab or ba, and a single output in none")
    systems = [item.system] if item.against is None else [item.system, item.against]
    if order == "ba":
        systems.reverse()
    return Sheet(
        messages=tuple(Message(turn.role, sound(turn.content)) for turn in example.messages),
        context=tuple(map(sound, example.context)),
        references=tuple(map(sound, example.references)) if show_reference else (),
        texts=tuple(sound(texts_by_system[system]) for system in systems),
        notes={
            name: sound(note) for name, note in example.notes.items() if name in item.dimensions
        },
    )
