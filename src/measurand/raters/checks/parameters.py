"""The parameters that a plan gives a check, held against the types that the check takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from measurand.errors import Fault, PlanError, nearest
from measurand.raters.checks.base import shown

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["validated"]

_WORDS: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "keys and values",
    "mapping_type": "keys and values",
    "none_required": "nothing",
}
"""What pydantic's kinds of error say is allowed; what only code can give is not told."""


def validated(name: str, given: Mapping[str, Any], hints: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, of their types; lists become tuples.

    Args:
        name: The check, as the plan names it.
        given: What the plan says, by parameter.
        hints: The types that the check takes, by parameter.

    Raises:
        PlanError: A value is of another type; every fault is listed.
    """
    from pydantic import ConfigDict, TypeAdapter, ValidationError  # noqa: PLC0415 - 0.1 s of start

    faults: list[Fault] = []
    checked: dict[str, Any] = {}
    for key, value in given.items():
        strict = isinstance(value, bool | int | float | str)
        adapter = TypeAdapter(hints[key], config=ConfigDict(arbitrary_types_allowed=True))
        try:
            checked[key] = adapter.validate_python(value, strict=strict)
        except ValidationError as problem:
            faults.append(_fault(f"{name}.{key}", problem.errors(include_url=False)))
    if faults:
        raise PlanError(faults)
    return checked


def _fault(key: str, errors: list[ErrorDetails]) -> Fault:
    """One fault of one parameter: what its first offending part may be, by any reading."""
    first = errors[0]
    found = shown(repr(first["input"]))
    if first["type"] == "literal_error":
        listed = first["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        remedy = nearest(str(first["input"]), listed.split(", "), alike=0.5)
        problem = "is not one of the allowed words"
        return Fault(problem, key=key, found=found, allowed=listed, remedy=remedy)
    allowed = dict.fromkeys(_WORDS[error["type"]] for error in errors if error["type"] in _WORDS)
    told = " or ".join(allowed) or None
    return Fault("is not what this parameter takes", key=key, found=found, allowed=told)
