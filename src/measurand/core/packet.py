"""Rating without the server: what goes out in a file, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from measurand.core.fingerprint import fingerprint
from measurand.core.intake import Refusal
from measurand.core.judging import Order
from measurand.core.people import CANNOT_JUDGE, Answer, is_pairwise
from measurand.core.rubric import Dimension
from measurand.core.scale import Value
from measurand.core.sheet import Sheet, shown, shown_digest

__all__ = [
    "SIDES",
    "Packet",
    "PacketItem",
    "Reading",
    "Returned",
    "allowed",
    "anchors",
    "choices",
    "keys",
    "question_key",
]

SIDES: tuple[str, str, str] = ("left better", "tie", "right better")
"""What a person says of two outputs side by side; who is left is not in the file."""

_MOST = 101
"""Levels of a scale that are offered one by one; beyond them a number is written."""
_DIGITS = "1234567890"
_LETTERS = "deghijklmoqrvwyz"
"""Letters that are no command, neither at the rating desk nor on a packet's page."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketItem:
    """One item of a packet.

    Args:
        code: Its name in the file; tells nothing of the example, the system or the purpose.
        sheet: What is shown.
        dimensions: On which dimensions it is to be rated.
        digest: A fingerprint of what is shown.
    """

    code: str
    sheet: Sheet
    dimensions: tuple[Dimension, ...]
    digest: str = field(default="")

    def __post_init__(self) -> None:
        if not self.digest:
            object.__setattr__(self, "digest", shown_digest(shown(self.sheet)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """Items for one person, or for whoever fills the file in.

    Args:
        id: The packet's fingerprint, by which what comes back is recognised.
        name: The name of the round of ratings.
        rater: Whose packet it is; None where the file is to say who filled it in.
        instructions: What raters read first, in Markdown; empty where there is nothing.
        items: In the order in which they are shown.
        orders: By code, which of a pair stands on the left. It stays with the sender: no format
            writes it, and `reconcile` is given it with the packet.

    Raises:
        ValueError: Two items share a code, or a pair has no order.
    """

    id: str
    name: str
    rater: str | None
    instructions: str = ""
    items: tuple[PacketItem, ...]
    orders: Mapping[str, Order] = field(default_factory=dict)

    def __post_init__(self) -> None:
        codes = [item.code for item in self.items]
        if len(set(codes)) != len(codes):
            raise ValueError("the items of a packet have different codes")
        pairs = {item.code for item in self.items if item.sheet.paired}
        if pairs != set(self.orders):
            odd = ", ".join(sorted(pairs ^ set(self.orders)))
            raise ValueError(f"pairs have an order, and nothing else has; look at: {odd}")

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All dimensions of the items, each once, in order of first appearance."""
        named = {one.name: one for item in self.items for one in item.dimensions}
        return tuple(named.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a returned file says of one item, as it stood; nothing has been judged yet.

    Args:
        code: The item's code.
        rater: Who says so; None where the file does not tell.
        answer: The answer. Dimensions are called as in the file (a name or a `question_key`),
            values are as written: words of `SIDES` for pairs, ``4`` or ``"4"`` for a grade.
        digest: The fingerprint of the texts that came back; None where none did.
        line: The line of the file, from 1, or the row of a sheet.
        packet: The packet's id, where the file holds it.
        row: The row as it stood, by column, for the account of what was refused.
    """

    code: str
    rater: str | None = None
    answer: Answer
    digest: str | None = None
    line: int | None = None
    packet: str | None = None
    row: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What stands in one returned file.

    Args:
        file: The file's name.
        returned: What it says, in the file's order.
        refused: What in it is not an answer at all.
        notes: What was assumed or left out.
    """

    file: str
    returned: tuple[Returned, ...] = ()
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()


def choices(dimension: Dimension) -> tuple[str, ...]:
    """What may be chosen on a dimension: as the scale counts, and yes before no.

    The order is that of the rating desk, so that no place in a list has two meanings.

    Returns:
        `SIDES` for pairs, the labels, or the whole numbers of a bounded scale; empty where a
        number, or any label, is written in.
    """
    scale = dimension.scale
    if is_pairwise(scale):
        return SIDES
    if scale.binary:
        return scale.labels[::-1]
    if scale.labels:
        return scale.labels
    if scale.low is None or scale.high is None or scale.metric != "ordinal":
        return ()
    whole = scale.low.is_integer() and scale.high.is_integer()
    if not whole or scale.high - scale.low >= _MOST:
        return ()
    return tuple(str(level) for level in range(int(scale.low), int(scale.high) + 1))


def keys(dimension: Dimension, offered: Sequence[str]) -> tuple[str, ...]:
    """What chooses each value when typed, as at the rating desk.

    Numbers are typed as they are written, the last of 1 to 10 as ``0``; of other lists, the digit
    of the place is. Where digits are used up, letters follow; beyond these the key is empty.

    Args:
        dimension: On which dimension.
        offered: Its `choices`.
    """
    if dimension.scale.metric == "ordinal":
        found = ["" if level.startswith("-") else level for level in offered]
        if found and found[-1] == "10" and int(offered[0]) > 0:
            found[-1] = "0"
    else:
        found = [*_DIGITS[: len(offered)], *([""] * (len(offered) - len(_DIGITS)))]
    letters = iter(_LETTERS)
    return tuple(key or next(letters, "") for key in found)


def anchors(dimension: Dimension) -> dict[str, str]:
    """What levels mean, in words, by level as it is written."""
    if is_pairwise(dimension.scale):
        return {}
    texts: dict[Value, str] = {}
    for key, text in dimension.levels.items():
        texts[dimension.scale.parse(key)] = text
    offered = choices(dimension)
    if not offered:
        return {(f"{key:g}" if isinstance(key, float) else key): t for key, t in texts.items()}
    levels = {choice: dimension.scale.parse(choice) for choice in offered}
    return {choice: texts[level] for choice, level in levels.items() if level in texts}


def allowed(dimension: Dimension) -> str:
    """What may be written on a dimension, in words: ``1-5, or: cannot judge``."""
    offered = "/".join(SIDES) if is_pairwise(dimension.scale) else str(dimension.scale)
    return f"{offered}, or: {CANNOT_JUDGE}"


def question_key(name: str) -> str:
    """A dimension's name for formats that allow only a-z, 0-9 and underscores.

    Names that are made of these stay as they are; others get the digits of their fingerprint.
    """
    if _KEY.fullmatch(name):
        return name
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:20]
    return f"q_{plain}_{fingerprint(name)}" if plain else f"q_{fingerprint(name)}"
