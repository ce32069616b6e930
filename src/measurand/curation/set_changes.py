"""What differs between two states of an evaluation set, and on which examples they agree."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from measurand.core.example import COMPONENTS, Component, Example, Message

__all__ = ["ExampleChange", "FieldChange", "SetChanges", "changed_words", "set_changes"]

_APART = frozenset({"id", "component"})
_WORDS = re.compile(r"\S+|\s+")
_MOST_WORDS = 4_000
"""Words of both texts together; longer ones are not compared word by word."""
_AROUND = 6
"""Words shown on either side of what changed."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an example that says something else.

    Args:
        field: Its name.
        before: What it said, as text; empty where nothing.
        after: What it says.
    """

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ExampleChange:
    """An example that is in both and not the same.

    Args:
        example: Its id.
        component: Where it is now.
        content: Whether what is asked, or what counts as right, is another: its fingerprint is.
        fields: What differs.
    """

    example: str
    component: Component
    content: bool
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChanges:
    """What differs between two states of a set.

    Args:
        sizes_before: Examples by component, before.
        sizes_after: And after.
        added: Examples that are only in the later one.
        removed: Those that are only in the earlier one.
        changed: Those in both that say something else, in content or in tags alone.
        moved: Those in both that are in another component: id, from, to.
        renamed: Ids of removed and added examples that have the same content.
        common: How many are in both with the same id and the same content: on these alone can
            results of the two be compared.
    """

    sizes_before: Mapping[Component, int]
    sizes_after: Mapping[Component, int]
    added: tuple[Example, ...]
    removed: tuple[Example, ...]
    changed: tuple[ExampleChange, ...]
    moved: tuple[tuple[str, Component, Component], ...]
    renamed: tuple[tuple[str, str], ...]
    common: int

    @property
    def content(self) -> tuple[ExampleChange, ...]:
        """The examples whose content changed."""
        return tuple(one for one in self.changed if one.content)

    @property
    def tags(self) -> tuple[ExampleChange, ...]:
        """Those whose tags, sources, probabilities or notes alone changed."""
        return tuple(one for one in self.changed if not one.content)

    @property
    def none(self) -> bool:
        """Whether the two are the same in everything."""
        return not (self.added or self.removed or self.changed or self.moved)

    @property
    def told(self) -> str:
        """The counts in one phrase."""
        counts = {
            "added": len(self.added),
            "removed": len(self.removed),
            "changed in content": len(self.content),
            "changed in tags alone": len(self.tags),
            "moved to another component": len(self.moved),
        }
        found = [f"{count:,} {what}" for what, count in counts.items() if count]
        return ", ".join(found) or "nothing changed"


def set_changes(before: Iterable[Example], after: Iterable[Example]) -> SetChanges:
    """What differs between two sets; examples are known by their id.

    Args:
        before: The examples of the earlier state.
        after: Those of the later one.
    """
    old, new = ({one.id: one for one in examples} for examples in (before, after))
    both = [name for name in new if name in old]
    added = tuple(one for name, one in new.items() if name not in old)
    removed = tuple(one for name, one in old.items() if name not in new)
    return SetChanges(
        sizes_before=_sizes(old.values()),
        sizes_after=_sizes(new.values()),
        added=added,
        removed=removed,
        changed=tuple(_changes(old, new, both)),
        moved=tuple(
            (name, old[name].component, new[name].component)
            for name in both
            if old[name].component != new[name].component
        ),
        renamed=tuple(_renamed(removed, added)),
        common=sum(old[name].fingerprint == new[name].fingerprint for name in both),
    )


def changed_words(before: str, after: str) -> str:
    """Two texts as one, with what went as ``[-gone-]`` and what came as ``{+new+}``.

    Long stretches that are the same in both are left out, as ``...``.
    """
    if not before or not after:
        return f"{{+{after}+}}" if after else f"[-{before}-]"
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        return f"[-{len(before):,} characters-]{{+{len(after):,} characters+}}"
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    parts: list[str] = []
    steps = matcher.get_opcodes()
    for at, (kind, i, j, k, m) in enumerate(steps):
        if kind == "equal":
            parts.append(_around(old[i:j], first=at == 0, last=at == len(steps) - 1))
            continue
        gone, came = "".join(old[i:j]), "".join(new[k:m])
        parts += [f"[-{gone}-]" if gone else "", f"{{+{came}+}}" if came else ""]
    return "".join(parts)


def _around(words: list[str], *, first: bool, last: bool) -> str:
    """What is the same, shortened in its middle or at its end."""
    keep = 2 * _AROUND  # words and what is between them
    if len(words) <= 2 * keep or (first and last):
        return "".join(words)
    head = "" if first else "".join(words[:keep])
    tail = "" if last else "".join(words[-keep:])
    return f"{head}...{tail}"


def _changes(
    old: Mapping[str, Example], new: Mapping[str, Example], both: Iterable[str]
) -> Iterator[ExampleChange]:
    for name in both:
        was, now = old[name], new[name]
        found = tuple(_fields(was, now))
        if found:
            yield ExampleChange(name, now.component, was.fingerprint != now.fingerprint, found)


def _fields(was: Example, now: Example) -> Iterator[FieldChange]:
    for part in fields(Example):
        if not part.init or part.name in _APART:
            continue
        before, after = getattr(was, part.name), getattr(now, part.name)
        if before != after:
            yield FieldChange(part.name, _text(before), _text(after))


def _text(value: object) -> str:
    """A field as a person reads it."""
    if not value and not isinstance(value, bool | int | float):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple) and all(isinstance(one, Message) for one in value):
        return "\n".join(f"{one.role}: {one.content}" for one in value)
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(cell) for key, cell in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(cell) for cell in value]
    return value


def _renamed(removed: Iterable[Example], added: Iterable[Example]) -> Iterator[tuple[str, str]]:
    by_content = {one.fingerprint: one.id for one in removed}
    for one in added:
        if (was := by_content.pop(one.fingerprint, None)) is not None:
            yield was, one.id


def _sizes(examples: Iterable[Example]) -> dict[Component, int]:
    counts = Counter(one.component for one in examples)
    return {name: counts[name] for name in COMPONENTS}
