"""A value that fits a JSON Schema, where somebody asked for structured output and wrote none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from measurand.simulate.provider_draws import draw

__all__ = ["fitting"]

_DEPTH = 12


def fitting(text: str, schema: Mapping[str, Any], key: str) -> str:
    """A reply in the form asked for.

    Args:
        text: What was to be said; stays as it is where it has the fields that the schema requires.
        schema: The form: ``type``, ``properties``, ``required``, ``enum``, ``const``, ``items``,
            ``anyOf``, bounds and local references are honoured.
        key: Decides among what the schema allows.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, dict) and all(name in found for name in schema.get("required", ())):
        return text
    made = _Maker(schema, text, key).value(schema, "$", 0)
    return json.dumps(made, ensure_ascii=False)


class _Maker:
    def __init__(self, root: Mapping[str, Any], text: str, key: str) -> None:
        self._root, self._text, self._key = root, text, key

    def value(self, schema: Mapping[str, Any], place: str, depth: int) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._one(schema["enum"], place)
        for word in ("anyOf", "oneOf", "allOf"):
            if schema.get(word):
                return self.value(schema[word][0], place, depth + 1)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        return self._of_kind(kind, schema, place, depth=depth)

    def _of_kind(self, kind: str, schema: Mapping[str, Any], place: str, *, depth: int) -> Any:
        if kind == "object":
            parts = schema.get("properties", {}) if depth < _DEPTH else {}
            return {
                name: self.value(part, f"{place}.{name}", depth + 1) for name, part in parts.items()
            }
        if kind == "array":
            least = max(int(schema.get("minItems", 1)), 0) if depth < _DEPTH else 0
            part = schema.get("items", {})
            return [self.value(part, f"{place}[{at}]", depth + 1) for at in range(least)]
        if kind in {"integer", "number"}:
            low, high = schema.get("minimum", 0), schema.get("maximum", 5)
            whole = int(low) + int(draw(self._key, place) * (int(high) - int(low) + 1))
            return whole if kind == "integer" else float(whole)
        if kind == "boolean":
            return draw(self._key, place) < 0.5  # noqa: PLR2004 - a coin
        if kind == "null":
            return None
        return self._words(schema)

    def _words(self, schema: Mapping[str, Any]) -> str:
        text = self._text.ljust(int(schema.get("minLength", 0)), ".")
        longest = schema.get("maxLength")
        return text if longest is None else text[: int(longest)]

    def _one(self, choices: list[Any], place: str) -> Any:
        return choices[int(draw(self._key, place) * len(choices))]

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        found: Any = self._root
        for part in reference[2:].split("/"):
            found = found[part] if isinstance(found, Mapping) and part in found else {}
        return found if isinstance(found, Mapping) else {}
