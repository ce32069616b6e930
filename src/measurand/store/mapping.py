"""How the columns of a wide file become ratings: a small YAML file, or arguments of ``--map``.

::

    example: story_id                     # a column, or a template of columns: "{idx}/{index}"
    system: system
    cluster: prompt_id
    constant: {dimension: quality}        # the same for every rating
    scale: 1-5                            # or scales: {relevance: 1-5, safe: yes/no}
    values:                               # which cells are ratings
      - columns: "Human {rater} {dimension}"
        kind: people
      - columns: [gpt4_label]
        rater: gpt-4
        kind: judge
        recode: {Tie: "0"}                # cells that mean another value
        when: {type: "contrast_*"}        # only rows whose column matches

In JSON, ``a.b`` is a key within a key and ``a.b[]`` every element of a list, whose place is
``{index}``, from 0. ``rows: turns`` makes a row of each element of the list ``turns``: it then has
the columns ``turns.text`` and so on, and its place is ``turns.index``. ``{column}`` is the header
itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from measurand.core.rating import COLUMNS, KINDS
from measurand.core.scale import Scale
from measurand.errors import DataError, Fault, nearest
from measurand.store.yaml_words import alias_fault, syntax_fault

__all__ = ["PLACEHOLDER", "ValueColumns", "WideMapping", "parse_mapping", "read_mapping"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FIELDS = tuple(name for name in COLUMNS if name != "value")
_TOP = (*_FIELDS, "constant", "scale", "scales", "values", "rows")
_BLOCK = (*_FIELDS, "columns", "recode", "when")
_CELLS = {"rater": "people", "people": "people", "judge": "judge", "check": "check"}
"""Keys of ``--map`` that name columns of values, and the kind of rater that fills them."""


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """Columns whose cells are values of ratings.

    Args:
        columns: Headers, or patterns of headers: ``Human {rater} {dimension}``.
        fields: Other cells of the rating, as templates of placeholders and columns.
        recode: Cells that mean another value.
        when: Of which columns must match which wildcard pattern, for the cell to be a rating.
    """

    columns: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    recode: Mapping[str, str] = field(default_factory=dict)
    when: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WideMapping:
    """How the columns of a wide file become ratings.

    Args:
        values: Which cells are values; each makes one rating of a row.
        fields: The other cells of a rating: a column, or a template of columns.
        constants: Cells that are the same for every rating.
        scales: By dimension, or one for all, or none.
        rows: The key of a list each of whose elements is a row of its own; see
            `measurand.store.flat.read_flat`.
    """

    values: tuple[ValueColumns, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, Scale] | Scale | None = None
    rows: str | None = None


def read_mapping(path: Path | str) -> WideMapping:
    """Read a mapping from YAML.

    Raises:
        DataError: The file is not a mapping; every fault is listed.
    """
    name = str(path)
    try:
        # Every scalar stays text: a label "No" is not false and a rater "007" is not 7.
        text = Path(path).read_text("utf-8-sig")
        alias = alias_fault(text, name)
        found = None if alias else yaml.load(text, yaml.BaseLoader)  # noqa: S506
    except OSError as problem:
        raise DataError([Fault(f"the mapping cannot be read ({problem.strerror})", name)]) from None
    except (yaml.YAMLError, UnicodeError, RecursionError) as problem:
        if isinstance(problem, yaml.YAMLError):
            raise DataError([syntax_fault(problem, name)]) from None
        fault = Fault("the mapping is not UTF-8 or nested too deeply", name)
        raise DataError([fault]) from None
    if alias is not None:
        raise DataError([alias])
    return _Reader(name).mapping(found)


def parse_mapping(arguments: Iterable[str]) -> WideMapping:
    """Read a mapping from the arguments of ``--map``.

    ============================  ======================================================
    ``example:story_id``          a column holds the rating's example (system, cluster, ...)
    ``dimension=quality``         a constant for every rating
    ``rater:Human 1,Human 2``     these columns hold values, given by people
    ``judge:GPT-4 {dimension}``   columns of values by a pattern; also ``people:``, ``check:``
    ``value:winner``              the column of the values; then ``rater:`` is a plain column
    ``scale=1-5``                 the scale of all values
    ============================  ======================================================

    Raises:
        DataError: An argument is none of these; every fault is listed.
    """
    pairs = _pairs(arguments)
    faults = []
    long = any(key == "value" for key, _, _ in pairs)
    raw: dict[str, Any] = {"constant": {}, "values": []}
    for key, sign, text in pairs:
        if sign == "=" and key != "scale":
            raw["constant"][key] = text
        elif key == "value" or (key in _CELLS and not (long and key == "rater")):
            columns = [part.strip() for part in text.split(",")]
            kind = {"kind": _CELLS[key]} if key in _CELLS else {}
            raw["values"].append({"columns": columns, **kind})
        elif key in raw:
            faults.append(Fault("given twice", key=f"--map {key}", found=text))
        else:
            raw[key] = text
    if faults:
        raise DataError(faults)
    return _Reader("--map").mapping(raw)


def _pairs(arguments: Iterable[str]) -> list[tuple[str, str, str]]:
    """Key, sign and text of each argument.

    Raises:
        DataError: One has another shape or an unknown key, or no column of values is named.
    """
    pairs: list[tuple[str, str, str]] = []
    faults: list[Fault] = []
    for argument in arguments:
        parts = re.fullmatch(r"\s*(\w+)\s*([:=])\s*(.*\S)\s*", argument, re.DOTALL)
        if parts is None:
            faults.append(Fault("not a mapping", key="--map", found=argument, allowed=_GRAMMAR))
            continue
        key, sign, text = parts[1].lower(), parts[2], parts[3]
        pairs.append((key, sign, text))
        if key not in _WORDS:
            allowed, remedy = ", ".join(_WORDS), nearest(key, _WORDS)
            problem = f"unknown key {key!r}"
            faults.append(
                Fault(problem, key="--map", found=argument, allowed=allowed, remedy=remedy)
            )
        elif sign == "=" and key in _COLONS:
            faults.append(_no_colon(key, text))
    if not faults and not any(sign == ":" and key in _VALUES for key, sign, _ in pairs):
        raters = [text for key, _, text in pairs if key == "rater"]
        faults.append(_no_colon("rater", raters[0]) if raters else _NO_VALUES)
    if faults:
        raise DataError(faults)
    return pairs


def _no_colon(key: str, text: str) -> Fault:
    return Fault(
        "columns of values are named with a colon",
        key="--map",
        found=f"{key}={text}",
        remedy=f'write --map "{key}:{text}"; KEY=TEXT says the same of every rating',
    )


_VALUES = ("rater", "people", "judge", "check", "value")
_COLONS = frozenset(_VALUES) - {"rater"}
_WORDS = (*_VALUES, "scale", *(name for name in _FIELDS if name != "rater"))
_NO_VALUES = Fault(
    "say which columns hold values",
    key="--map",
    remedy='add --map "people:COLUMN,COLUMN", and judge: or check: for those of programs',
)
_GRAMMAR = "KEY:COLUMN, KEY=CONSTANT, or rater:, people:, judge:, check: with columns of values"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns decoded YAML, of which nothing is known, into a mapping."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def mapping(self, raw: object) -> WideMapping:
        whole = self.table(raw, "", _TOP)
        blocks = whole.get("values")
        if not isinstance(blocks, list) or not blocks:
            if not self.faults:  # a misspelt key says it already
                problem = "say which columns hold values"
                self.blame(problem, "values", blocks, allowed="a list of columns")
            blocks = []
        result = WideMapping(
            values=tuple(self.block(one, f"values[{at}]") for at, one in enumerate(blocks)),
            fields=self.texts({key: whole[key] for key in _FIELDS if key in whole}, ""),
            constants=self.texts(
                self.table(whole.get("constant", {}), "constant", _FIELDS), "constant."
            ),
            scales=self.scales(whole),
            rows=self.texts({"rows": whole["rows"]} if "rows" in whole else {}, "").get("rows"),
        )
        self.kind(result.constants, "constant.kind")
        if self.faults:
            raise DataError(self.faults)
        return result

    def block(self, raw: object, key: str) -> ValueColumns:
        block = self.table(raw, key, _BLOCK)
        columns = block.get("columns")
        listed = [columns] if isinstance(columns, str) else columns
        if not isinstance(listed, list) or not listed or not all(map(_is_text, listed)):
            self.blame("name the columns", f"{key}.columns", columns, allowed="headers")
            listed = []
        for column in listed:
            self.pattern(column, f"{key}.columns")
        fields = self.texts({name: block[name] for name in _FIELDS if name in block}, f"{key}.")
        self.kind(fields, f"{key}.kind")
        recode = self.texts(self.table(block.get("recode", {}), f"{key}.recode"), f"{key}.recode.")
        when = self.texts(self.table(block.get("when", {}), f"{key}.when"), f"{key}.when.")
        return ValueColumns(tuple(listed), fields, recode, when)

    def table(
        self, raw: object, key: str, allowed: tuple[str, ...] | None = None
    ) -> dict[str, object]:
        if not isinstance(raw, dict):
            self.blame("this is not a table of keys", key or self.file, raw, allowed="KEY: VALUE")
            return {}
        if allowed is not None:
            for odd in [name for name in raw if name not in allowed]:
                at = f"{key}.{odd}" if key else str(odd)
                remedy = nearest(str(odd), allowed)
                self.blame("unknown key", at, allowed=", ".join(allowed), remedy=remedy)
        return {str(name): value for name, value in raw.items()}

    def texts(self, raw: Mapping[str, object], prefix: str) -> dict[str, str]:
        for name, value in raw.items():
            if not isinstance(value, str):
                self.blame("one text belongs here", f"{prefix}{name}", value, allowed="text")
        return {name: value for name, value in raw.items() if isinstance(value, str)}

    def pattern(self, column: str, key: str) -> None:
        names = PLACEHOLDER.findall(column)
        if len(set(names)) != len(names) or not all(name.isidentifier() for name in names):
            self.blame("a placeholder is a word, used once", key, column, allowed="Human {rater}")
        elif re.search(r"\}\{", column):
            self.blame("two placeholders need text between them", key, column, allowed="{a} {b}")

    def kind(self, fields: Mapping[str, str], key: str) -> None:
        kind = fields.get("kind", "people")
        if kind not in KINDS and not PLACEHOLDER.search(kind):
            self.blame("not a kind of rater", key, kind, allowed=", ".join(KINDS))

    def scales(self, whole: Mapping[str, object]) -> Mapping[str, Scale] | Scale | None:
        if "scale" in whole and "scales" in whole:
            self.blame("one of scale and scales, not both", "scales")
        if "scale" in whole:
            return self.scale(whole["scale"], "scale")
        if "scales" not in whole:
            return None
        listed = self.table(whole["scales"], "scales")
        read = {name: self.scale(text, f"scales.{name}") for name, text in listed.items()}
        return {name: scale for name, scale in read.items() if scale is not None}

    def scale(self, text: object, key: str) -> Scale | None:
        try:
            return Scale.of(text if isinstance(text, str) else "")
        except ValueError as problem:
            self.blame(str(problem), key)
            return None

    def blame(
        self,
        problem: str,
        key: str,
        found: object = None,
        *,
        allowed: str | None = None,
        remedy: str | None = None,
    ) -> None:
        shown = None if found is None else str(found)[:60]
        fault = Fault(problem, self.file, key=key, found=shown, allowed=allowed, remedy=remedy)
        self.faults.append(fault)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
