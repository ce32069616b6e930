"""Which columns or keys of a log hold what: arguments of ``--map``, or a small YAML file.

::

    messages: request.body.messages       # a column, or keys within keys
    output: "response.choices[0].text"
    time: meta.started
    conversation: "{tenant}/{session}"    # a template of columns
    segments: [country, plan]             # several columns
    context: "documents[].text"           # every element of a list
    people: [thumbs]                      # columns with what people said; also judge, check
    constant: {system: support-bot}       # the same for every record
    turns: dialogue                       # instead of messages and output: a list of turns
    assistant: SYSTEM                     # who answers in it, where nobody would know
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from measurand.errors import DataError, Fault, nearest
from measurand.store.yaml import read_yaml
from measurand.store.yaml_words import alias_fault

__all__ = ["COLUMNS", "LogMapping", "parse_log_mapping", "read_log_mapping"]

_ALIASES: Mapping[str, str] = {
    **dict.fromkeys(("messages", "question", "input", "prompt"), "messages"),
    **dict.fromkeys(("output", "answer", "response"), "output"),
    **dict.fromkeys(("time", "at", "start"), "time"),
    **dict.fromkeys(("segments", "segment"), "segments"),
    **dict.fromkeys(("people", "feedback", "rater"), "people"),
    **dict.fromkeys(("system", "model"), "system"),
}
COLUMNS = (
    "id", "messages", "output", "time", "end", "conversation", "system", "segments", "people",
    "judge", "check", "comment", "context", "seconds", "error", "instructions", "turns",
)  # fmt: skip
"""What a column can be mapped to."""
_CONSTANTS = ("system", "segments", "conversation", "instructions", "assistant")
_SEVERAL = frozenset({"segments", "people", "judge", "check", "context"})
_GRAMMAR = "KEY:COLUMN, KEY:COLUMN,COLUMN or KEY=CONSTANT"


@dataclass(frozen=True, slots=True)
class LogMapping:
    """Which columns or keys of a log hold what.

    Args:
        columns: By what they hold, one of `COLUMNS`: columns, key paths or templates of them.
        constants: What is the same for every record.
    """

    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)


def parse_log_mapping(arguments: Iterable[str]) -> LogMapping:
    """Read a mapping from the arguments of ``--map``, as in ``question:body.text``.

    Raises:
        DataError: An argument is none; every fault is listed.
    """
    raw: dict[str, object] = {"constant": {}}
    constants: dict[str, object] = {}
    faults: list[Fault] = []
    for argument in arguments:
        parts = re.fullmatch(r"\s*(\w+)\s*([:=])\s*(.*\S)\s*", argument, re.DOTALL)
        if parts is None:
            faults.append(Fault("not a mapping", key="--map", found=argument, allowed=_GRAMMAR))
        elif parts[2] == "=" or parts[1].lower() == "assistant":
            constants[parts[1].lower()] = parts[3]
        else:
            key = _ALIASES.get(parts[1].lower(), parts[1].lower())
            listed = [one.strip() for one in parts[3].split(",")] if key in _SEVERAL else [parts[3]]
            known = raw.setdefault(key, [])
            if isinstance(known, list):
                known += listed
    raw["constant"] = constants
    return _checked(raw, "--map", faults)


def read_log_mapping(path: Path | str) -> LogMapping:
    """Read a mapping from YAML; anchors and aliases are not followed.

    Raises:
        DataError: The file is no mapping; every fault is listed.
    """
    document = read_yaml(path)
    if (alias := alias_fault(Path(path).read_text("utf-8-sig"), str(path))) is not None:
        raise DataError([alias])
    if not isinstance(document.value, dict):
        raise DataError([Fault("this is not a table of keys", str(path), allowed="KEY: COLUMN")])
    raw: dict[str, object] = dict(document.value)
    told = raw.pop("constant", {})
    constants: dict[str, object] = dict(told) if isinstance(told, dict) else {"": told}
    if "assistant" in raw:
        constants["assistant"] = raw.pop("assistant")
    held: dict[str, object] = {"constant": constants}
    for name, value in raw.items():
        held[_ALIASES.get(name, name)] = value if isinstance(value, list) else [value]
    return _checked(held, str(path), list(document.faults))


def _checked(raw: Mapping[str, object], file: str, faults: list[Fault]) -> LogMapping:
    columns: dict[str, tuple[str, ...]] = {}
    for key, value in raw.items():
        listed = value if isinstance(value, list) else [value]
        if key == "constant":
            continue
        if key not in COLUMNS:
            allowed, remedy = ", ".join(COLUMNS), nearest(key, COLUMNS)
            faults.append(Fault("unknown key", file, key=key, allowed=allowed, remedy=remedy))
        elif not listed or not all(isinstance(one, str) and one for one in listed):
            faults.append(Fault("name the column", file, key=key, allowed="a column or a key path"))
        elif len(listed) > 1 and key not in _SEVERAL:
            faults.append(Fault("one column belongs here", file, key=key))
        else:
            columns[key] = tuple(map(str, listed))
    constants = _constants(raw.get("constant"), file, faults)
    if not faults:
        faults += _lacking(columns, file)
    if faults:
        raise DataError(faults)
    return LogMapping(columns, constants)


def _constants(told: object, file: str, faults: list[Fault]) -> dict[str, str]:
    constants: dict[str, str] = {}
    for key, value in told.items() if isinstance(told, dict) else ():
        name = _ALIASES.get(str(key), str(key))
        if name not in _CONSTANTS or not isinstance(value, str | int | float):
            allowed = ", ".join(_CONSTANTS)
            faults.append(Fault("no such constant", file, key=f"constant.{key}", allowed=allowed))
        else:
            constants[name] = str(value)
    return constants


def _lacking(columns: Mapping[str, tuple[str, ...]], file: str) -> Iterator[Fault]:
    if not {"messages", "turns"} & set(columns):
        remedy = "add messages:COLUMN (or question:COLUMN), or turns:COLUMN for a list of turns"
        yield Fault("say where the question or the conversation is", file, remedy=remedy)
    if "turns" in columns and {"messages", "output"} & set(columns):
        yield Fault("turns, or messages and output, not both", file)
