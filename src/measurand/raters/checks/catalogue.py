"""Every check that a plan can name, and how its argument is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from inspect import Parameter, signature
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_type_hints

from measurand.core.example import Requirement
from measurand.core.protocols import Check
from measurand.errors import Fault, PlanError, UsageError, nearest
from measurand.raters.checks.attack import AttackCheck
from measurand.raters.checks.base import TextCheck, shown
from measurand.raters.checks.checklist import Checklist
from measurand.raters.checks.expressions import RegexAbsent, RegexPresent
from measurand.raters.checks.fields import FieldAccuracy
from measurand.raters.checks.json_text import JsonParse, JsonSchema
from measurand.raters.checks.language import Language
from measurand.raters.checks.length import Length, LengthRatio
from measurand.raters.checks.loading import is_target, load
from measurand.raters.checks.overlap import Bleu, Chrf, Rouge
from measurand.raters.checks.own import FunctionCheck, check
from measurand.raters.checks.parameters import validated
from measurand.raters.checks.reference import Reference
from measurand.raters.checks.safety import Patterns
from measurand.raters.checks.sources import code_of
from measurand.raters.checks.structure import MarkdownStructure, PythonParses
from measurand.raters.checks.tools import ToolCalls

__all__ = ["CATALOGUE", "Entry", "build"]


@dataclass(frozen=True)
class Entry:
    """How one check is read from a plan.

    Args:
        check: The check's class; or what gives it, where importing it takes long.
        main: The parameter that an argument other than a mapping of parameters is.
        file: The parameter that is a path, relative to the plan's folder; empty for none.
        read: Turns what the plan says of the main parameter into what the class takes.
    """

    check: type[TextCheck] | Callable[[], type[TextCheck]]
    main: str = ""
    file: str = ""
    read: Callable[[Any], Any] | None = None

    @property
    def make(self) -> type[TextCheck]:
        """The check's class."""
        return self.check if isinstance(self.check, type) else self.check()


def _learned() -> type[TextCheck]:
    from measurand.raters.checks.learned import Learned  # noqa: PLC0415 - takes numpy and scipy

    return Learned


def _listed(raw: Any) -> Any:
    """One word as a list of it."""
    return (raw,) if isinstance(raw, str) else raw


def _requirements(raw: Any) -> Any:
    """``- a phrase``, ``- [any, of, these]`` and ``- {regex: ...}`` as requirements."""
    return tuple(map(_requirement, raw)) if isinstance(raw, list | tuple) else raw


def _requirement(raw: Any) -> Requirement:
    phrase: Any = [raw] if isinstance(raw, str) else raw
    said: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {"any_of": phrase}
    pattern, phrases, name = said.get("regex"), said.get("any_of"), said.get("name", "")
    odd = set(said) - {"any_of", "regex", "name"} or (pattern is None) == (phrases is None)
    listed = [pattern] if phrases is None else phrases
    if odd or not isinstance(listed, list | tuple) or not _texts([*listed, name]):
        raise UsageError(
            "an item of a checklist is a phrase, a list of phrases, {regex: ...} or {any_of: ...}, "
            f"with a name where it helps; found {shown(repr(raw))}"
        )
    return Requirement(tuple(listed), regex=phrases is None, name=name)


def _texts(raw: Sequence[object]) -> bool:
    return all(isinstance(item, str) for item in raw)


CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {
        "attack": Entry(AttackCheck, main="expects", read=_listed),
        "bleu": Entry(Bleu, main="tokenize"),
        "checklist": Entry(Checklist, main="items", read=_requirements),
        "chrf": Entry(Chrf),
        "fields": Entry(FieldAccuracy, main="types", file="schema"),
        "json": Entry(JsonParse, main="allow_fence"),
        "json_schema": Entry(JsonSchema, main="schema", file="schema"),
        "language": Entry(Language, main="expected"),
        "learned": Entry(_learned, main="classifier", file="classifier"),
        "length": Entry(Length, main="maximum"),
        "length_ratio": Entry(LengthRatio, main="free"),
        "markdown": Entry(MarkdownStructure, main="require"),
        "patterns": Entry(Patterns, main="kinds"),
        "python": Entry(PythonParses, main="bare"),
        "reference": Entry(Reference, main="mode"),
        "regex_absent": Entry(RegexAbsent, main="pattern"),
        "regex_present": Entry(RegexPresent, main="pattern"),
        "rouge": Entry(Rouge, main="variant"),
        "tool_calls": Entry(ToolCalls, main="arguments"),
    }
)
"""By short name: ``check.json_schema: reply.schema.json`` in a plan is ``json_schema`` here."""


def build(name: str, dimension: str, argument: object = None, *, base: Path) -> Check:
    """The check that a plan means.

    Args:
        name: ``check.json_schema``, or users' own code as ``file.py:name`` or
            ``python:package.module:name``.
        dimension: The dimension it rates.
        argument: What the plan says after the name: nothing, the main parameter, or a mapping
            of parameters.
        base: The plan's folder, to which paths are relative.

    Raises:
        PlanError: There is no such check, or its argument is wrong; every fault is listed.
        MissingExtra: The check needs a package that is not installed.
    """
    if is_target(name):
        return _own(name, dimension, argument, base=base)
    entry = CATALOGUE.get(name.removeprefix("check."))
    if entry is None:
        known = [f"check.{short}" for short in CATALOGUE]
        remedy = nearest(name, known)
        raise PlanError([Fault("no such check", key=name, allowed=", ".join(known), remedy=remedy)])
    try:
        return entry.make(dimension, **_parameters(entry, name, argument, base=base))
    except UsageError as problem:
        raise PlanError([Fault(str(problem), key=name)]) from problem


def _parameters(entry: Entry, name: str, argument: object, *, base: Path) -> dict[str, Any]:
    hints = get_type_hints(entry.make)
    allowed = [f.name for f in fields(entry.make) if f.init and f.name != "dimension"]
    given = _named(entry, name, argument, allowed=allowed)
    if missing := [key for key in allowed if key not in given and _required(entry.make, key)]:
        raise PlanError(Fault("this parameter is needed", key=f"{name}.{key}") for key in missing)
    if entry.read is not None and entry.main in given:
        given[entry.main] = entry.read(given[entry.main])
    if isinstance(path := given.get(entry.file), str):
        given[entry.file] = base / path
    return validated(name, given, {key: hints[key] for key in allowed})


def _required(make: type[TextCheck], key: str) -> bool:
    return signature(make).parameters[key].default is Parameter.empty


def _named(entry: Entry, name: str, argument: object, *, allowed: list[str]) -> dict[str, Any]:
    """The argument as parameters by name.

    A mapping is the main parameter itself when that takes mappings and no key is a parameter.
    """
    if argument is None:
        return {}
    takes_mapping = entry.main in {"schema", "types"}
    if isinstance(argument, Mapping) and not (takes_mapping and not set(argument) & set(allowed)):
        if unknown := [str(key) for key in argument if key not in allowed]:
            raise PlanError(
                Fault(
                    "no such parameter",
                    key=f"{name}.{key}",
                    allowed=", ".join(allowed),
                    remedy=nearest(key, allowed),
                )
                for key in unknown
            )
        return {str(key): value for key, value in argument.items()}
    if not entry.main:
        raise PlanError([Fault("takes no argument", key=name, found=shown(repr(argument)))])
    return {entry.main: argument}


def _own(name: str, dimension: str, argument: object, *, base: Path) -> Check:
    if argument is not None:
        fault = Fault("a check of one's own takes no argument", key=name, found=repr(argument))
        raise PlanError([fault])
    try:
        found = load(name, base=base)
    except UsageError as problem:
        raise PlanError([Fault(str(problem), key=name)]) from problem
    if isinstance(found, FunctionCheck | Check) and found.dimension != dimension:
        raise PlanError(
            [
                Fault(
                    "this check rates another dimension",
                    key=name,
                    found=found.dimension,
                    allowed=dimension,
                )
            ]
        )
    code = code_of(name, base=base).digest
    if isinstance(found, FunctionCheck):
        return found.beside(code)
    if isinstance(found, Check):
        return found
    if not callable(found):
        raise PlanError([Fault("this is no check and no function", key=name, found=repr(found))])
    return check(dimension)(found).beside(code)
