"""YAML with the line of every key, and without its traps.

Plain scalars mean what JSON would have them mean: ``true``, ``false``, ``null`` and numbers; all
else is text. So ``yes``, ``on``, ``1-5``, ``12:30`` and ``2026-01-31`` stay the text they are.
Tags, merge keys and repeated keys are refused; anchors are followed within a bound, so that no
small file unfolds into a large one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import yaml
from yaml import SafeDumper, SafeLoader, YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from measurand.errors import DataError, Fault
from measurand.store.codec import Location, key_path
from measurand.store.lines import shown
from measurand.store.yaml_words import syntax_fault

__all__ = ["Document", "PlainDumper", "compose", "parse_yaml", "read_yaml", "write_yaml"]

SIZE_LIMIT = 2**20
"""Bytes that a file may have."""
NODE_LIMIT = 20_000
"""Values that it may unfold into."""
DEPTH_LIMIT = 40
"""Levels of nesting."""

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where.

    Args:
        value: Mappings with text keys, lists, text, numbers, truth values and None.
        lines: The line of each value, from 1: that of its key, or of the list's entry.
        faults: Keys given twice, tags, and what else was left out of the value.
    """

    value: Any
    lines: Mapping[Location, int]
    faults: tuple[Fault, ...] = ()

    def line(self, location: Location) -> int:
        """The line of a value, or of the innermost thing around it that is written down."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def read_yaml(path: Path | str) -> Document:
    """Read a file of one YAML document.

    Raises:
        DataError: It cannot be read at all; what is wrong with its parts is in the document.
    """
    file = str(path)
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(SIZE_LIMIT + 1)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise DataError([Fault(f"the file cannot be read ({reason})", file)]) from None
    if len(content) > SIZE_LIMIT:
        raise DataError([Fault(f"the file is larger than {SIZE_LIMIT} bytes", file)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        fault = Fault("the file is not UTF-8", file, line, remedy="save it as UTF-8")
        raise DataError([fault]) from None
    return parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> Document:
    """Read the text of one YAML document.

    Args:
        text: The text.
        file: Where it stands, for messages.

    Raises:
        DataError: It cannot be read at all; what is wrong with its parts is in the document.
    """
    try:
        root = compose(text)
    except RecursionError:
        raise DataError([Fault("the file is nested too deeply", file)]) from None
    except YAMLError as problem:
        raise DataError([syntax_fault(problem, file)]) from None
    if root is None:
        raise DataError([Fault("the file is empty", file)])
    walk = _Walk(file)
    value = walk.value(root, ())
    return Document(value, walk.lines, tuple(walk.faults))


def write_yaml(value: object, stream: IO[str]) -> None:
    """Write a value as `read_yaml` reads it."""
    yaml.dump(value, stream, PlainDumper, sort_keys=False, allow_unicode=True, width=100)


class PlainDumper(SafeDumper):
    """Quotes the texts that would be read as something else, which is more than YAML has it."""


def _quoted(dumper: SafeDumper, text: str) -> ScalarNode:
    style = None if isinstance(_meaning(text), str) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


PlainDumper.add_representer(str, _quoted)


def compose(text: str) -> Node | None:
    """The nodes of a text, each with its place.

    Raises:
        YAMLError: It is no YAML.
    """
    loader = SafeLoader(text)
    loader.yaml_implicit_resolvers = {}  # scalars are read here, by stricter rules
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


class _Walk:
    """One pass over the nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self.faults: list[Fault] = []
        self._nodes = 0

    def value(self, node: Node, location: Location) -> Any:
        self._nodes += 1
        line = node.start_mark.line + 1
        self.lines.setdefault(location, line)
        if self._nodes > NODE_LIMIT or len(location) > DEPTH_LIMIT:
            self._blame("the file unfolds into too much", location, line)
            raise DataError(self.faults)
        if node.tag not in _PLAIN_TAGS:
            self._blame("a tag is not allowed here", location, line, found=shown(node.tag))
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, location)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*location, at)) for at, child in enumerate(node.value)]
        if not isinstance(node, ScalarNode):
            return None
        text = self._text(node, location)
        return text if node.style is not None else _meaning(text)

    def _mapping(self, node: MappingNode, location: Location) -> dict[str, Any]:
        cells: dict[str, Any] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                self._blame("a key is not a word", location, line)
                continue
            name = self._text(key, location)
            place = (*location, name)
            if name in cells:
                first = self.lines[place]
                self._blame(f"the key stands on line {first} already", place, line)
                continue
            self.lines[place] = line
            cells[name] = self.value(child, place)
        return cells

    def _text(self, node: ScalarNode, location: Location) -> str:
        text = str(node.value)
        if text.isascii():
            return text
        try:  # escapes come as halves of a pair, which belong together
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            line = node.start_mark.line + 1
            self._blame("the text holds half of a surrogate pair", location, line)
            return ""

    def _blame(self, problem: str, location: Location, line: int, **more: str | None) -> None:
        self.faults.append(Fault(problem, self.file, line, key_path(location) or None, **more))


def _meaning(text: str) -> str | int | float | bool | None:
    """What a plain scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
