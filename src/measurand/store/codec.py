"""Values <-> what files say: raw JSON to frozen values with every fault named, and back.

A *form* is a pydantic model of what users write; it accepts the shapes they have and builds the
core value. Forms live beside their readers; this module runs them and speaks for them: pydantic's
errors become `Fault` sentences in the user's own key names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Strict,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from measurand.errors import DataError, Fault, nearest
from measurand.store.lines import shown

__all__ = [
    "Flag",
    "Form",
    "Location",
    "Number",
    "Origin",
    "Text",
    "Whole",
    "Word",
    "decode",
    "encode",
    "key_path",
    "nearest",
    "renamed",
]

F = TypeVar("F", bound="Form")

Location = tuple[str | int, ...]
"""The way to a value: keys of mappings and places in lists."""

Text = Annotated[str, Strict()]
Word = Annotated[str, Strict(), StringConstraints(strip_whitespace=True, min_length=1)]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Flag = Annotated[bool, Strict()]


class Form(BaseModel):
    """What users write of one thing; unknown keys are refused, attribute docstrings describe.

    A form is valid only if its core value can be built: what that refuses is a fault of the form.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,  # most commands read few of the forms
    )

    def build(self) -> object:
        """The core value that is meant.

        Raises:
            ValueError: None is.
        """
        raise NotImplementedError

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        self.build()
        return self


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a raw value was written, and in which words.

    Args:
        file: The file.
        line: Its line; or how to find the line of any value inside it.
        names: The user's name of a top-level key, where it is not the form's.
        allowed: What a top-level key takes, in words, where its type does not say it.
    """

    file: str | None = None
    line: int | Callable[[Location], int | None] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    allowed: Mapping[str, str] = field(default_factory=dict)

    def fault(self, problem: str, location: Location = (), **more: str | None) -> Fault:
        """A fault of the value at this location."""
        line = self.line(location) if callable(self.line) else self.line
        return Fault(problem, self.file, line, self.key(location) or None, **more)

    def key(self, location: Location) -> str:
        """The key path in the user's words."""
        if location and isinstance(location[0], str):
            location = (self.names.get(location[0], location[0]), *location[1:])
        return key_path(location)


def decode(form: type[F], raw: object, origin: Origin) -> F:
    """Read a raw value as a form, whose ``build`` then succeeds.

    Raises:
        DataError: It is not one; every fault is listed.
    """
    try:
        return form.model_validate(raw)
    except ValidationError as problem:
        details = problem.errors(include_url=False)
        raise DataError(_fault(detail, form, origin) for detail in details) from None


def encode(value: object) -> Any:
    """A value as JSON holds it: dataclasses become mappings without what is as by default."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = (
            (part.name, getattr(value, part.name), part) for part in fields(value) if part.init
        )
        return {name: encode(cell) for name, cell, part in parts if not _default(cell, part)}
    if isinstance(value, Mapping):
        return {str(key): encode(cell) for key, cell in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [encode(cell) for cell in value]
    return value


def key_path(location: Iterable[str | int]) -> str:
    """A location as text, as in ``messages[0].role``."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]":
            path += f".{part}" if path else part
    return path


def renamed(
    raw: Mapping[str, Any], aliases: Mapping[str, tuple[str, ...]], origin: Origin
) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """Sort a row's keys by what they mean.

    A field's own name wins over its aliases, which are then unknown keys like any other.

    Args:
        raw: The row.
        aliases: The other names of each field.
        origin: Where the row was written.

    Returns:
        The cells by field, the user's name of each field, and the cells of unknown keys.

    Raises:
        DataError: Two aliases of one field are given, and not the field's own name.
    """
    cells: dict[str, Any] = {}
    names: dict[str, str] = {}
    faults: list[Fault] = []
    for name, others in aliases.items():
        given = [name] if name in raw else [other for other in others if other in raw]
        if len(given) > 1:
            remedy = f"keep one of them, or call the right one {name!r}"
            both = " and ".join(map(repr, given))
            faults.append(origin.fault(f"{both} both say what {name!r} is", remedy=remedy))
        elif given:
            cells[name], names[name] = raw[given[0]], given[0]
    if faults:
        raise DataError(faults)
    taken = set(names.values())
    return cells, names, {key: cell for key, cell in raw.items() if key not in taken}


_PROBLEMS: Mapping[str, tuple[str, str | None]] = {
    "missing": ("is missing", None),
    "string_type": ("is not text", "text (a number in quotes)"),
    "string_too_short": ("is blank", "text"),
    "int_type": ("is not a whole number", "a whole number"),
    "float_type": ("is not a number", "a number"),
    "finite_number": ("is not a finite number", "a number"),
    "bool_type": ("is not true or false", "true, false"),
    "list_type": ("is not a list", "a list"),
    "dict_type": ("is not a mapping", "keys and values"),
    "model_type": ("is not a mapping", "keys and values"),
    "too_short": ("is empty", "at least one entry"),
}
_BOUNDS = {
    "greater_than": ("is too small", "more than {gt:g}"),
    "greater_than_equal": ("is too small", "{ge:g} or more"),
    "less_than": ("is too large", "less than {lt:g}"),
    "less_than_equal": ("is too large", "{le:g} or less"),
}


def _fault(detail: ErrorDetails, form: type[Form], origin: Origin) -> Fault:
    kind, location, context = detail["type"], detail["loc"], detail.get("ctx", {})
    found: str | None = shown(detail["input"])
    allowed: str | None = None
    remedy: str | None = None
    problem = detail["msg"]
    if kind == "extra_forbidden":
        found, problem = None, "is not a known key"
        known = _known_keys(form, location[:-1])
        allowed, remedy = ", ".join(known) or None, nearest(str(location[-1]), known)
    elif kind == "value_error":
        problem = str(context["error"])
        told = "found" in problem or str(detail["input"]) in problem
        found = None if told or isinstance(detail["input"], dict) else found
    elif kind == "literal_error":
        problem, allowed = "is not one of the allowed words", _listed(context["expected"])
        remedy = nearest(str(detail["input"]), allowed.split(", "))
    elif kind in _BOUNDS:
        problem, template = _BOUNDS[kind]
        allowed = template.format(**context)
    elif kind in _PROBLEMS:
        problem, allowed = _PROBLEMS[kind]
        found = None if kind == "missing" else found
    if len(location) == 1 and kind != "value_error":
        allowed = origin.allowed.get(str(location[0]), allowed)
    return origin.fault(problem, location, found=found, allowed=allowed, remedy=remedy)


def _listed(expected: str) -> str:
    """Pydantic's ``'a', 'b' or 'c'`` as ``a, b, c``."""
    return expected.replace(" or ", ", ").replace("'", "")


def _known_keys(form: type[Form], location: Location) -> list[str]:
    schema = form.model_json_schema()
    shared = schema.get("$defs", {})
    node = _resolved(schema, shared)
    for part in location:
        inside = node.get("items", {}) if isinstance(part, int) else _property(node, part)
        node = _resolved(inside, shared)
    return list(node.get("properties", {}))


def _property(node: Mapping[str, Any], name: str) -> Any:
    return node.get("properties", {}).get(name) or node.get("additionalProperties") or {}


def _resolved(node: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    """The mapping or list inside references and alternatives."""
    if "$ref" in node:
        return _resolved(shared[str(node["$ref"]).rpartition("/")[2]], shared)
    options = [_resolved(option, shared) for option in node.get("anyOf", ())]
    shaped = [o for key in ("properties", "items") for o in options if key in o]
    return shaped[0] if shaped else node


def _default(cell: object, part: Field[Any]) -> bool:
    if part.default is not MISSING:
        return bool(cell == part.default and type(cell) is type(part.default))
    return part.default_factory is not MISSING and bool(cell == part.default_factory())
