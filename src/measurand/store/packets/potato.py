"""Packets for Potato: data as JSON Lines, and the project's configuration as YAML beside them.

Potato 2.12 was run with such a project, and what it saved was read. Older forms were checked
against its documentation and public projects: data files with ``id`` and ``text``,
annotation schemes ``radio``, ``multiselect`` and ``text``; ``user_state.json`` with
``instance_id_to_label_to_value``, which older versions write as ``{scheme: {label: value}}`` and
newer ones as pairs of ``{schema, name}`` and a value; ``annotated_instances.jsonl`` with
``label_annotations``; its export ``annotations.jsonl`` with ``labels``. Potato shows the text as
HTML, so ours is escaped for HTML.

Versions up to 2.7.1 keep every option somebody clicked on. Where the file has the trail of
changes with their times, the last one counts; else such a rating is refused, because the order in
the file is not that of the clicks. What was shown does not come back, so it is not checked.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from measurand.core.intake import Refusal
from measurand.core.packet import Packet, PacketItem, Reading, Returned, allowed, anchors, keys
from measurand.core.people import CANNOT_JUDGE
from measurand.core.rubric import Dimension
from measurand.errors import DataError, Fault
from measurand.store.formulas import escaped
from measurand.store.lines import whole
from measurand.store.packets.questions import (
    ALSO,
    COMMENT,
    RATING,
    Gathered,
    document,
    name_of,
    objects,
    offered,
    question,
    row_of_object,
    texts_of,
    write_lines,
)
from measurand.store.packets.table import reading_of, used_texts

__all__ = ["read", "write"]

_STATE = "instance_id_to_label_to_value"
_TRAIL = "instance_id_to_behavioral_data"
_WRITTEN = frozenset({"text_box", "free_response", "number", "slider"})
_NOT = (None, False, "", "false", "False")


def write(packet: Packet, path: Path) -> tuple[Path, ...]:
    """Write the data and, beside them, the configuration (``.config.yaml``).

    Returns:
        The files that were written.
    """
    config = path.with_suffix(".config.yaml")
    names = used_texts(packet)
    write_lines(path, ({"id": i.code, "text": _text(i, names)} for i in packet.items))
    with whole(config) as scratch:
        text = yaml.safe_dump(_config(packet, path.name), sort_keys=False, allow_unicode=True)
        scratch.write_text(text, encoding="utf-8")
    return path, config


def read(path: Path) -> Reading:
    """Read ``user_state.json`` or ``annotated_instances.jsonl`` of one annotator.

    The annotator is ``user_id``, or the name of the folder the file lies in.

    Raises:
        DataError: The file is neither.
    """
    returned: list[Returned] = []
    refused: list[Refusal] = []
    folder = path.absolute().parent.name
    if path.suffix == ".json":
        state = _state(path)
        user = name_of(state.get("user_id")) or folder
        trails = state.get(_TRAIL)
        trails = trails if isinstance(trails, dict) else {}
        for code, labels in state[_STATE].items():
            trail = trails.get(code)
            _take(_Instance(code, user, None, labels, trail), returned, refused)
    else:
        rows, refused = objects(path)
        for line, row in rows:
            user = name_of(row.get("user_id")) or name_of(row.get("user")) or folder
            code = row.get("id", row.get("instance_id"))
            labels = row.get("label_annotations", row.get("labels", row.get("annotation")))
            if not isinstance(code, str) or labels is None:
                reason = "the row has no id and label_annotations"
                refused.append(Refusal(reason, line, "id", row=row_of_object(row)))
                continue
            trail = row.get("behavioral_data")
            _take(_Instance(code, user, line, labels, trail), returned, refused)
    return reading_of(path.name, returned, refused)


class _Instance:
    """What one annotator said of one instance, as it stands."""

    def __init__(self, code: str, user: str, line: int | None, *said: object) -> None:
        self.code, self.user, self.line = code, user, line
        self.labels, self.trail = said

    def selected(self) -> dict[str, dict[str, object]]:
        """By scheme, the labels with their values; those not selected left out."""
        found: dict[str, dict[str, object]] = {}
        for scheme, label, value in self._entries():
            # In a field, "false" is what somebody wrote, and 0 a number.
            unsaid = value is None or value is False or value == ""
            if not (unsaid if label in _WRITTEN else value in _NOT):
                found.setdefault(scheme, {})[label] = value
        return found

    def last(self, scheme: str) -> str | None:
        """The label chosen last, by the trail of changes; None without one."""
        changes = self.trail.get("annotation_changes") if isinstance(self.trail, dict) else None
        times: list[tuple[float, str]] = []
        for change in changes if isinstance(changes, list) else ():
            if not isinstance(change, dict) or change.get("schema_name") != scheme:
                continue
            at, label = change.get("timestamp"), change.get("label_name")
            if isinstance(at, int | float) and isinstance(label, str):
                times.append((float(at), label))
        return max(times)[1] if times else None

    def _entries(self) -> Iterator[tuple[str, str, object]]:
        if isinstance(self.labels, dict):
            for scheme, labels in self.labels.items():
                for label, value in labels.items() if isinstance(labels, dict) else ():
                    yield str(scheme), str(label), value
        for entry in self.labels if isinstance(self.labels, list) else ():
            match entry:
                case [{"schema": scheme, "name": label}, value]:
                    yield str(scheme), str(label), value


def _take(instance: _Instance, returned: list[Returned], refused: list[Refusal]) -> None:
    gathered = Gathered()
    for scheme, labels in instance.selected().items():
        given = [value if label in _WRITTEN else label for label, value in labels.items()]
        last = instance.last(scheme)
        if len(given) > 1 and scheme.startswith(RATING) and last in given:
            given = [last]
        gathered.add(scheme, given)
    row = row_of_object({"id": instance.code, "labels": instance.labels})
    refused += gathered.refusals(instance.line, row)
    returned.append(
        Returned(
            code=instance.code,
            rater=instance.user or None,
            answer=gathered.answer(),
            line=instance.line,
            row=row,
        )
    )


def _state(path: Path) -> dict[str, Any]:
    state = document(path)
    if not isinstance(state, dict) or not isinstance(state.get(_STATE), dict):
        remedy = "give an annotator's user_state.json or annotated_instances.jsonl"
        raise DataError([Fault(f"there is no {_STATE}", str(path), remedy=remedy)])
    return state


def _text(item: PacketItem, names: tuple[str, ...]) -> str:
    parts = []
    for name, text in texts_of(item, names).items():
        if text:
            safe = html.escape(text).replace("{", "&#123;").replace("}", "&#125;")
            parts.append(f'<h4>{name}</h4><div style="white-space: pre-wrap">{safe}</div>')
    return "".join(parts)


def _config(packet: Packet, data: str) -> dict[str, object]:
    schemes: list[dict[str, object]] = []
    for dimension in packet.dimensions:
        schemes += _schemes(dimension)
    comment = {"annotation_type": "text", "name": COMMENT, "description": COMMENT}
    return {
        "annotation_task_name": escaped(packet.name),
        "task_dir": ".",
        "data_files": [data],
        "item_properties": {"id_key": "id", "text_key": "text"},
        "output_annotation_dir": "annotation_output/",
        "output_annotation_format": "jsonl",
        "user_config": {"allow_all_users": True, "users": []},
        "annotation_schemes": [*schemes, comment],
    }


def _schemes(dimension: Dimension) -> Iterator[dict[str, object]]:
    words = "; ".join(f"{level}: {text}" for level, text in anchors(dimension).items())
    text = f"{dimension.name}: {dimension.definition} ({allowed(dimension)}) {words}".strip()
    first = {"name": question(RATING, dimension), "description": html.escape(escaped(text))}
    levels = list(offered(dimension))
    if not levels:
        yield {"annotation_type": "text", **first}
        return
    listed = [level for level in levels if level != CANNOT_JUDGE]
    by_place = all(
        key == digit for key, digit in zip(keys(dimension, listed), "1234567890", strict=False)
    )
    yield {
        "annotation_type": "radio",
        **first,
        "labels": levels,
        "sequential_key_binding": by_place,  # or 1 would choose 0 of 0-4
    }
    yield {
        "annotation_type": "multiselect",
        "name": question(ALSO, dimension),
        "description": html.escape(escaped(f"{dimension.name}: also reasonable")),
        "labels": [level for level in levels if level != CANNOT_JUDGE],
    }
