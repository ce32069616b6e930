"""What a search did not read, in words: what it did not see may stand there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.errors import Fault

__all__ = ["unread_items", "unread_words"]

_SHOWN = 10


def unread_words(faults: Sequence[Fault]) -> str:
    """A sentence that names the first files and why; empty where all was read."""
    if not faults:
        return ""
    items = tuple(unread_items(faults))
    told = "; ".join(f"{name} ({why})" for name, why in items[:_SHOWN])
    more = f"; and {len(items) - _SHOWN:,} files more" if len(items) > _SHOWN else ""
    return f"Not read, or not whole: {told}{more}."


def unread_items(faults: Sequence[Fault]) -> Iterator[tuple[str, str]]:
    """Each file with the first reason why it, or a part of it, was not read."""
    files: dict[str, list[Fault]] = {}
    for fault in faults:
        files.setdefault(fault.file or "", []).append(fault)
    for name, own in files.items():
        line = "" if own[0].line is None else f" in line {own[0].line:,}"
        more = f", and {len(own) - 1:,} places more" if len(own) > 1 else ""
        yield name, f"{own[0].problem}{line}{more}"
