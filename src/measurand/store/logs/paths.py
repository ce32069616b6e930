"""Where a value stands in a row: a column, keys within keys, or a template of these."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from measurand.store.logs.turns import decoded, text_of
from measurand.store.mapping import PLACEHOLDER

__all__ = ["getter"]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d*)\]|\.")


def getter(path: str) -> Callable[[Mapping[str, Any]], Any]:
    """What gives the value at a path; None where there is none.

    A column that is called as the whole path goes first. Else ``a.b`` is a key within a key,
    ``a[0]`` an element of a list and ``a[].b`` a key of every element; a text that is JSON is
    looked into. ``{a}/{b}`` is a text of two values.
    """
    if PLACEHOLDER.search(path):
        return _template(path)
    steps: list[str | int | None] = [
        found[1] if found[1] is not None else (int(found[2]) if found[2] else None)
        for found in _STEP.finditer(path)
        if found[0] != "."
    ]

    def get(row: Mapping[str, Any]) -> Any:
        if path in row:
            return row[path]
        return _walked(row, steps, 0)

    return get


def _walked(value: Any, steps: list[str | int | None], at: int) -> Any:
    while at < len(steps):
        step = steps[at]
        value = decoded(value)
        at += 1
        if isinstance(step, str):
            if not isinstance(value, dict):
                return None
            value = value.get(step)
        elif not isinstance(value, list):
            return None
        elif step is None:
            found = (_walked(one, steps, at) for one in value)
            return [one for one in found if one is not None]
        else:
            value = value[step] if step < len(value) else None
    return value


def _template(path: str) -> Callable[[Mapping[str, Any]], Any]:
    parts = PLACEHOLDER.split(path)
    inner = [getter(name) for name in parts[1::2]]

    def get(row: Mapping[str, Any]) -> Any:
        values = [one(row) for one in inner]
        if any(value is None for value in values):
            return None
        texts = [text_of(value) for value in values]
        return "".join(
            text for pair in zip(parts[0::2], [*texts, ""], strict=True) for text in pair
        )

    return get
