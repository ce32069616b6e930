"""Why ratings were refused, by kind: what is off its scale first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from measurand.core.intake import Refusal

__all__ = ["told"]

_SHOWN, _KINDS = 10, 12
_FOUND = re.compile(r"found ('.*'|[^;,]*)(.*)", re.DOTALL)
_TWICE = "the same rating as line "
_RATER_KINDS = "allowed: check, judge, people, reference"
_OFF, _LABEL, _KIND, _REPEATED = (
    "off the scale",
    "not a label",
    "unknown kind of rater",
    "given twice",
)
_ORDER = (_OFF, _LABEL, _KIND, _REPEATED)


@dataclass(slots=True)
class _Group:
    """Refusals that are alike."""

    kind: str
    why: str
    count: int = 0
    found: Counter[str] = field(default_factory=Counter)
    lines: dict[int, None] = field(default_factory=dict)


def told(refusals: Iterable[Refusal], scales: Iterable[str]) -> Iterator[str]:
    """One line a kind of reason: how often, what was found and on which lines.

    Args:
        refusals: What was refused.
        scales: The scales in words, by which what is off one of them is known.
    """
    known = frozenset(scales)
    groups: dict[tuple[str, str], _Group] = {}
    for one in refusals:
        kind, why, found = _sorted(one.reason, known)
        group = groups.setdefault((kind, why), _Group(kind, why))
        group.count += 1
        group.found.update([found] if found else [])
        group.lines.update({} if one.line is None else {one.line: None})
    listed = sorted(groups.values(), key=lambda group: (_place(group.kind), -group.count))
    yield from map(_line, listed[:_KINDS])
    if len(listed) > _KINDS:
        yield f"... and {len(listed) - _KINDS:,} more reasons"


def _sorted(reason: str, scales: frozenset[str]) -> tuple[str, str, str]:
    """The kind of a reason, what it says but for the cell, and the cell."""
    if reason.startswith(_TWICE):
        remedy = "number repeats in a column repeat, or map the column of the system"
        return _REPEATED, remedy, ""
    if (match := _FOUND.fullmatch(reason)) is None:
        return "", reason, ""
    found, rest = match[1], match[2].strip(";, ")
    if rest == _RATER_KINDS:
        return _KIND, rest, found
    if rest.startswith(_LABEL):
        return _LABEL, rest, found
    if rest.rpartition("allowed: ")[2] in scales:
        return _OFF, f"allowed: {rest.rpartition('allowed: ')[2]}", found
    return "", rest, found


def _place(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _line(group: _Group) -> str:
    spoken = group.why.startswith(group.kind)
    what = group.why if spoken else f"{group.kind}; {group.why}"
    if group.found:
        cells = [f"{cell} ({n:,})" if n > 1 else cell for cell, n in group.found.most_common()]
        what = f"{what}; found {_some(cells)}"
    where = f" (line {_some(map(str, group.lines))})" if group.lines else ""
    return f"refused {group.count:,}: {what}{where}"


def _some(words: Iterable[str]) -> str:
    listed = list(words)
    return ", ".join(listed[:_SHOWN]) + (", ..." if len(listed) > _SHOWN else "")
