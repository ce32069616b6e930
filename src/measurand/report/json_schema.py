"""Small words for writing a JSON Schema down."""

from __future__ import annotations

from typing import Any

__all__ = ["Json", "counted", "list_of", "object_of", "typed"]

Json = dict[str, Any]
"""A JSON object."""


def object_of(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    """An object with these properties and no others."""
    required: list[Any] = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def list_of(items: Json, description: str = "") -> Json:
    """An array."""
    return _described({"type": "array", "items": items}, description)


def typed(kind: str | list[str], description: str = "") -> Json:
    """A value of this type, or of any of these."""
    return _described({"type": kind}, description)


def counted(description: str = "") -> Json:
    """A number of things."""
    return _described({"type": "integer", "minimum": 0}, description)


def _described(schema: Json, description: str) -> Json:
    return schema | {"description": description} if description else schema
