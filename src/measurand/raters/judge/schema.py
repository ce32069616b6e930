"""The JSON Schemas of a judge's reply: within what providers enforce natively."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from measurand.core.judging import Form
from measurand.raters.judge.levels import Levels

__all__ = ["schema_of", "schema_together"]

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}


@lru_cache(maxsize=64)
def schema_of(form: Form, levels: Levels, items: int = 0) -> Mapping[str, Any]:
    """The schema of a reply: every key required, in the order asked for, and no others.

    Args:
        form: The form of the task.
        levels: What may be chosen.
        items: Of a checklist, how many requirements there are.
    """
    if form == "checklist":
        answer = _object(
            item={"type": "integer", "enum": list(range(1, items + 1))},
            quote=_TEXT,
            met={"type": "string", "enum": list(levels.named)},
        )
        answers = {"type": "array", "items": answer}
        return _object(answers=answers, reason=_TEXT, cannot_assess=_FLAG, canary=_TEXT)
    return _object(
        evidence={"type": "array", "items": _TEXT},
        reason=_TEXT,
        level={"anyOf": [_level(levels), {"type": "null"}]},
        cannot_assess=_FLAG,
        canary=_TEXT,
    )


@lru_cache(maxsize=64)
def schema_together(levels: tuple[Levels, ...]) -> Mapping[str, Any]:
    """The schema of a reply on several dimensions, each with its own levels.

    Which levels belong to which item is checked when the reply is heard: providers enforce no such
    condition.
    """
    kinds = list({json.dumps(found): found for found in map(_level, levels)}.values())
    answer = _object(
        item={"type": "integer", "enum": list(range(1, len(levels) + 1))},
        evidence={"type": "array", "items": _TEXT},
        reason=_TEXT,
        level={"anyOf": [*kinds, {"type": "null"}]},
        cannot_assess=_FLAG,
    )
    return _object(judgments={"type": "array", "items": answer}, canary=_TEXT)


def _level(levels: Levels) -> dict[str, Any]:
    if levels.continuous:
        return {"type": "number"}
    first = levels.named[0]
    kind = "string" if isinstance(first, str) else "number"
    if all(isinstance(level, int) for level in levels.named):
        kind = "integer"
    return {"type": kind, "enum": list(levels.named)}


def _object(**properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
