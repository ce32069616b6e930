"""JSON: whether an answer is JSON at all, and JSON of a given schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import jsonschema_rs

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks.base import TextCheck, Unanswered, shown, yes_no
from measurand.raters.checks.values import parse, read_json

__all__ = ["JsonParse", "JsonSchema", "Schema", "compiled", "faults"]

Schema = Mapping[str, Any] | str | Path
"""A JSON Schema, or the path of the file that holds it."""

_FAULTS = 20
_OUTSIDE = (jsonschema_rs.ReferencingError, jsonschema_rs.ValidationErrorKind.Referencing)
_ASSERTS_NOTHING = frozenset(
    {"$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "$vocabulary", "title"}
    | {"description", "default", "examples", "deprecated", "readOnly", "writeOnly"}
)


@dataclass(frozen=True)
class JsonParse(TextCheck):
    """Yes when the whole answer is one JSON value.

    Strictly: no ``NaN``, no key twice, no text around it.

    Args:
        dimension: The dimension it rates.
        allow_fence: Whether the value may stand in the answer's only fenced code block.
    """

    short: ClassVar[str] = "json"
    allow_fence: bool = False

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Parse; None when it is JSON that cannot be read here (depth, huge numbers)."""
        try:
            parse(output.text or "", allow_fence=self.allow_fence)
        except ValueError as problem:
            return Measurement(0.0, f"not JSON: {problem}")
        return Measurement(1.0, "JSON")


@dataclass(frozen=True)
class JsonSchema(TextCheck):
    """Yes when the answer is JSON that the schema allows.

    ``format`` is asserted. Nothing is fetched: a ``$ref`` to another document is an error when
    the check is made.

    Args:
        dimension: The dimension it rates.
        schema: The JSON Schema (draft 4 to 2020-12, by its ``$schema``), or its file.
        allow_fence: Whether the value may stand in the answer's only fenced code block.

    Raises:
        UsageError: The schema cannot be read, is no schema, or allows everything.
    """

    short: ClassVar[str] = "json_schema"
    schema: Schema
    allow_fence: bool = False
    _validator: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        schema, validator = compiled(self.schema)
        object.__setattr__(self, "schema", schema)
        object.__setattr__(self, "_validator", validator)

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Validate; the evidence lists each fault with its path."""
        try:
            value = parse(output.text or "", allow_fence=self.allow_fence)
        except ValueError as problem:
            return Measurement(0.0, f"not JSON: {problem}")
        found = faults(self._validator, value)
        return yes_no(not found, f"{len(found) or 'no'} faults against the schema", found)


def compiled(schema: Schema) -> tuple[Mapping[str, Any], Any]:
    """Read and compile a schema, without the network.

    Returns:
        The schema, and its validator.

    Raises:
        UsageError: It cannot be read, is no schema, allows everything, or refers elsewhere.
    """
    rules = read_json(Path(schema)) if isinstance(schema, str | Path) else schema
    if not isinstance(rules, Mapping):
        raise UsageError(f"a JSON Schema is an object; found {shown(json.dumps(rules))}")
    if set(rules) <= _ASSERTS_NOTHING:
        raise UsageError("this JSON Schema asserts nothing; every JSON value would pass")
    try:
        return rules, jsonschema_rs.validator_for(
            dict(rules), retriever=_nowhere, validate_formats=True
        )
    except (ValueError, TypeError, jsonschema_rs.ReferencingError) as problem:
        kind = getattr(problem, "kind", problem)
        if isinstance(kind, _OUTSIDE):
            raise UsageError(
                f"a $ref leads out of the JSON Schema, and nothing is fetched; put what it means "
                f"under $defs: {shown(str(problem))}"
            ) from problem
        raise UsageError(f"this is no usable JSON Schema: {shown(str(problem))}") from problem


def faults(validator: Any, value: object) -> tuple[str, ...]:
    """The first faults of a value, each with its path, as in ``items[2].price: ...``.

    Raises:
        Unanswered: A ``pattern`` of the schema took too many steps on this value.
    """
    errors = list(islice(validator.iter_errors(value), _FAULTS))
    for error in errors:
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded):
            raise Unanswered(f"{_place(error.instance_path)}: a pattern took too many steps")
    return tuple(f"{_place(error.instance_path)}: {shown(error.message)}" for error in errors)


def _place(path: list[str | int]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".") or "the whole value"


def _nowhere(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not fetched")
