"""Changing single values of a YAML file, so that all else in it stays as somebody wrote it.

A value is put in the place of another in the text itself: comments, order, quotes and what has its
default stay. Where the text cannot be changed so, as where an anchor is shared, it is written anew,
with the same keys and without comments.
"""

from __future__ import annotations

import copy
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from yaml import YAMLError
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from measurand.errors import DataError
from measurand.store.codec import Location
from measurand.store.yaml import PlainDumper, compose, parse_yaml, write_yaml

__all__ = ["GONE", "Edit", "edited_text", "edited_value"]

GONE = object()
"""In the place of a value: its key, or its entry in a list, is taken out."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One value that is put in the place of another, or of none.

    Args:
        location: Where; everything around it is there.
        value: What; or `GONE`.
    """

    location: Location
    value: Any


def edited_value(value: Any, edits: Iterable[Edit]) -> Any:
    """The same edits on what a file says."""
    found = copy.deepcopy(value)
    for edit in edits:
        inside = found
        for part in edit.location[:-1]:
            inside = inside[part]
        last = edit.location[-1]
        if edit.value is GONE:
            del inside[last]
        else:
            inside[last] = copy.deepcopy(edit.value)
    return found


def edited_text(text: str, edits: Sequence[Edit]) -> str:
    """A file's text with some of its values changed.

    Args:
        text: What the file says, which `measurand.store.yaml.read_yaml` reads without a fault.
        edits: The changes, one after the other.
    """
    wanted = edited_value(parse_yaml(text, "").value, edits)
    try:
        found = text
        for edit in edits:
            found = _edited(found, edit)
        if parse_yaml(found, "").value == wanted:
            return found
    except (YAMLError, DataError, LookupError):
        pass
    stream = io.StringIO()
    write_yaml(wanted, stream)
    return stream.getvalue()


def _edited(text: str, edit: Edit) -> str:
    parent = compose(text)
    for part in edit.location[:-1]:
        parent = _child(parent, part)
    last = edit.location[-1]
    if isinstance(parent, MappingNode):
        return _in_mapping(text, parent, str(last), value=edit.value)
    if isinstance(parent, SequenceNode) and isinstance(last, int):
        return _in_list(text, parent, last, value=edit.value)
    raise LookupError(last)


def _child(node: Node | None, part: str | int) -> Node:
    if isinstance(node, SequenceNode) and isinstance(part, int):
        found: Node = node.value[part]
        return found
    if isinstance(node, MappingNode):
        inside: Node = {key.value: value for key, value in node.value}[part]
        return inside
    raise LookupError(part)


def _in_mapping(text: str, node: MappingNode, key: str, *, value: Any) -> str:
    at = next((n for n, (name, _) in enumerate(node.value) if name.value == key), None)
    if at is None:
        return _with_key(text, node, key, value=value)
    if value is GONE:
        return _without(text, node, at, start_of=lambda pair: pair[0].start_mark.index)
    name, old = node.value[at]
    start, end = name.end_mark.index, _end(text, old)
    return f"{text[:start]}: {_flow(value)}{text[end:]}"


def _with_key(text: str, node: MappingNode, key: str, *, value: Any) -> str:
    """Before the first key, where no comment is in the way."""
    first = node.value[0][0].start_mark
    apart = ", " if node.flow_style else "\n" + " " * first.column
    told = f"{_flow(key)}: {_flow(value)}{apart}"
    return f"{text[: first.index]}{told}{text[first.index :]}"


def _in_list(text: str, node: SequenceNode, at: int, *, value: Any) -> str:
    if value is GONE:
        return _without(text, node, at, start_of=lambda item: item.start_mark.index)
    old = node.value[at]
    return f"{text[: old.start_mark.index]}{_flow(value)}{text[_end(text, old) :]}"


def _without(text: str, node: CollectionNode, at: int, *, start_of: Callable[[Any], int]) -> str:
    """Without an entry: its lines in a block, itself and a comma in a flow."""
    items = node.value
    if len(items) == 1:
        raise LookupError(at)  # what is left has another form
    start, end = start_of(items[at]), _end(text, items[at])
    if not node.flow_style:
        line = text.rfind("\n", 0, start) + 1
        if text[line:start].strip(" -"):
            raise LookupError(at)
        start, end = line, (text.find("\n", end) + 1) or len(text)
    elif at + 1 < len(items):
        end = start_of(items[at + 1])
    else:
        start = _end(text, items[at - 1])
    return text[:start] + text[end:]


def _end(text: str, node: Any) -> int:
    """Where something ends; blocks say where the next thing begins."""
    if isinstance(node, tuple):
        return _end(text, node[1])
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        return _end(text, node.value[-1])
    end = int(node.end_mark.index)
    if isinstance(node, ScalarNode) and node.style in {"|", ">"}:
        end = len(text[:end].rstrip())
    return end


class _Flow(PlainDumper):
    """Everything on one line."""


def _on_one_line(dumper: _Flow, text: str) -> ScalarNode:
    if "\n" in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    found = PlainDumper.yaml_representers[str](dumper, text)
    assert isinstance(found, ScalarNode)  # noqa: S101 - what represent_scalar returns
    return found


_Flow.add_representer(str, _on_one_line)


def _flow(value: Any) -> str:
    told = yaml.dump(
        [value],
        Dumper=_Flow,
        sort_keys=False,
        allow_unicode=True,
        width=math.inf,
        default_flow_style=True,
    )
    return str(told).strip()[1:-1]
