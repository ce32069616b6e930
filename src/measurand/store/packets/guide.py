"""What raters are told: the instructions, the dimensions and what their levels mean."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.core.packet import Packet, allowed, anchors

__all__ = ["KEYS", "guide_rows", "guide_text"]

KEYS = "Keys that the instructions name belong to the rating desk; here they choose nothing."
"""Said below the instructions, because they may be those of the rating desk."""


def guide_rows(packet: Packet) -> Iterator[tuple[str, str, str]]:
    """Rows of the dimension's name, a level and what it means; the definition comes first."""
    for dimension in packet.dimensions:
        yield dimension.name, allowed(dimension), dimension.definition
        for level, meaning in anchors(dimension).items():
            yield dimension.name, level, meaning


def guide_text(packet: Packet) -> str:
    """The guide as plain text."""
    lines = [packet.name, ""]
    if packet.instructions:
        lines += [packet.instructions, "", KEYS, ""]
    for dimension in packet.dimensions:
        lines += [f"{dimension.name}: {dimension.definition}", f"  allowed: {allowed(dimension)}"]
        lines += [f"  {level}: {meaning}" for level, meaning in anchors(dimension).items()]
        lines.append("")
    lines.append(
        "Leave empty what you have not rated. In a column 'also reasonable' go other values that "
        "are as good, separated by semicolons."
    )
    return "\n".join(lines) + "\n"
