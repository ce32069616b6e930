"""Extraction tasks: how many fields of a JSON answer are right."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks.base import Unanswered, UnitCheck, best, require_choice, shown
from measurand.raters.checks.json_text import Schema, compiled, faults
from measurand.raters.checks.text import normalise
from measurand.raters.checks.values import parse, same

__all__ = ["FieldAccuracy", "FieldType"]

FieldType = Literal["exact", "text", "number", "date", "list", "ignore"]
Extra = Literal["wrong", "ignore"]

Path = tuple[str, ...]
"""The keys that lead to a leaf."""
_ABSENT = object()


@dataclass(frozen=True)
class FieldAccuracy(UnitCheck):
    """The share of fields that are right, in [0, 1]; best over the references.

    References and answer are JSON objects. A field is a leaf: ``customer.name`` is one, a list
    is one. The rating is right / (fields of the reference + fields the reference does not have,
    unless these are ignored). A field that is null in the reference is right when the answer has
    null or nothing there. By its type a field is right when it has

    * ``text`` (strings): the same normalised string;
    * ``number`` (numbers): a number within the tolerance; ``"12"`` is not one;
    * ``list`` (lists): the same items in any order, each as often, strings normalised;
    * ``exact`` (everything else): the same JSON value of the same type;
    * ``date``: the same day, written as ISO 8601 with or without time of day; never assumed;
    * ``ignore``: anything.

    Args:
        dimension: The dimension it rates.
        types: Types of fields by dotted path, where the reference's own is not the right one.
        tolerance: The largest absolute difference of numbers.
        extra: Fields that the reference does not have are ``wrong``, or not counted: ``ignore``.
        schema: A JSON Schema (or its file) that the answer must satisfy, or else be rated 0.
        allow_fence: Whether the object may stand in the answer's only fenced code block.

    Raises:
        UsageError: A type is unknown, or the schema cannot be used.
    """

    short: ClassVar[str] = "fields"
    types: Mapping[str, FieldType] = field(default_factory=dict)
    tolerance: float = 0.0
    extra: Extra = "wrong"
    schema: Schema | None = None
    allow_fence: bool = False
    _validator: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for kind in self.types.values():
            require_choice("the field type", kind, get_args(FieldType))
        require_choice("extra", self.extra, get_args(Extra))
        if not 0 <= self.tolerance < float("inf"):
            raise UsageError("a tolerance is a finite number, not below 0")
        if self.schema is not None:
            schema, validator = compiled(self.schema)
            object.__setattr__(self, "schema", schema)
            object.__setattr__(self, "_validator", validator)

    def rate(self, example: Example, output: Output) -> Measurement:
        """Compare field by field; the evidence lists the wrong ones."""
        answer = self._answer(output.text or "")
        return best(example, lambda reference: self._against(reference, answer))

    def _answer(self, text: str) -> Mapping[str, Any] | str:
        """The answer's object, or why there is none."""
        try:
            value = parse(text, allow_fence=self.allow_fence)
        except ValueError as problem:
            return f"not JSON: {problem}"
        if not isinstance(value, Mapping):
            return f"not a JSON object: {shown(text)}"
        if self._validator is not None and (found := faults(self._validator, value)):
            return f"not valid against the schema: {found[0]}"
        return value

    def _against(self, reference: str, answer: Mapping[str, Any] | str) -> Measurement:
        wanted = {path: v for path, v in _leaves(_object(reference)) if not self._ignored(path)}
        if not wanted:
            raise Unanswered("the reference has no fields")
        if isinstance(answer, str):
            return Measurement(0.0, answer)
        given = dict(_leaves(answer))
        wrong = [
            f"{'.'.join(path)}: {_json(given.get(path, _ABSENT))}, not {_json(value)}"
            for path, value in wanted.items()
            if not self._right(path, value, given.get(path, _ABSENT))
        ]
        added = [
            f"{'.'.join(path)}: not in the reference"
            for path, value in given.items()
            if path not in wanted and value is not None and not self._ignored(path)
        ]
        added = added if self.extra == "wrong" else []
        total = len(wanted) + len(added)
        right = len(wanted) - len(wrong)
        return Measurement(right / total, f"{right} of {total} fields", (*wrong, *added))

    def _ignored(self, path: Path) -> bool:
        return self.types.get(".".join(path)) == "ignore"

    def _right(self, path: Path, wanted: Any, given: Any) -> bool:
        if wanted is None:
            return given is None or given is _ABSENT
        kind = self.types.get(".".join(path)) or _kind(wanted)
        if kind == "number":
            return self._near(wanted, given)
        return _COMPARE[kind](wanted, given)

    def _near(self, wanted: Any, given: Any) -> bool:
        if not _number(wanted):
            raise Unanswered(f"the reference's number is none: {_json(wanted)}")
        if not _number(given):
            return False
        distance = abs(Decimal(str(given)) - Decimal(str(wanted)))
        return distance <= Decimal(str(self.tolerance))


def _object(reference: str) -> Mapping[str, Any]:
    try:
        value = parse(reference)
    except ValueError as problem:
        raise Unanswered(f"the reference is not JSON: {problem}") from None
    if not isinstance(value, Mapping):
        raise Unanswered("the reference is not a JSON object")
    return value


def _leaves(value: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, item in value.items():
        if isinstance(item, Mapping) and item:
            yield from _leaves(item, (*above, key))
        else:
            yield (*above, key), item


def _kind(wanted: object) -> FieldType:
    if isinstance(wanted, str):
        return "text"
    if isinstance(wanted, list):
        return "list"
    return "number" if _number(wanted) else "exact"


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(wanted: Any, given: Any) -> bool:
    if not isinstance(wanted, str) or not isinstance(given, str):
        return False
    folded = normalise(wanted)
    return normalise(given) == folded if folded else given.strip() == wanted.strip()


def _list(wanted: Any, given: Any) -> bool:
    if not isinstance(wanted, list) or not isinstance(given, list):
        return False
    return Counter(map(_item, wanted)) == Counter(map(_item, given))


def _item(value: Any) -> str:
    """A text that two list items share exactly when they are equal."""
    if isinstance(value, str):
        return json.dumps(normalise(value) or value.strip())
    if isinstance(value, list):
        return "[" + ",".join(map(_item, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(k)}:{_item(value[k])}" for k in sorted(value)) + "}"
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def _date(wanted: Any, given: Any) -> bool:
    if (day := _day(wanted)) is None:
        raise Unanswered(f"the reference's date is not ISO 8601: {_json(wanted)}")
    return _day(given) == day


def _day(value: Any) -> date | None:
    try:
        return datetime.fromisoformat(value.strip()).date() if isinstance(value, str) else None
    except ValueError:
        return None


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"text": _text, "list": _list, "date": _date, "exact": same}
)


def _json(value: object) -> str:
    return "nothing" if value is _ABSENT else shown(json.dumps(value, ensure_ascii=False))
