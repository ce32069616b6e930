"""Packets for Label Studio: tasks as JSON, and the labelling configuration beside them.

Checked against Label Studio's documentation of its task format and of the tags Text, Choices,
Choice (``alias``) and TextArea, and by the validator of its Python package (2.1); the server was
not run. Tasks hold ``data`` and no predictions. What a database
refuses in JSON (NUL and other control characters) is escaped as in
`measurand.store.formulas.escaped`.

An export is read as JSON: ``annotations[].result[]`` with ``completed_by`` as an id, an email
address or an object. A cancelled annotation is a skipped item. ``ground_truth`` makes no
difference here: it stays the rating of who made it. Drafts and predictions are not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # only written with, never read

from measurand.core.intake import Refusal
from measurand.core.packet import Packet, Reading, Returned, allowed
from measurand.core.people import CANNOT_JUDGE
from measurand.core.rubric import Dimension
from measurand.store.formulas import escaped
from measurand.store.lines import shown as shortened
from measurand.store.lines import whole
from measurand.store.packets.guide import KEYS
from measurand.store.packets.questions import (
    ALSO,
    COMMENT,
    RATING,
    Gathered,
    digest_of,
    labelled,
    name_of,
    objects,
    offered,
    question,
    row_of_object,
    texts_of,
)
from measurand.store.packets.table import reading_of, seconds_of, used_texts

__all__ = ["read", "write"]


def write(packet: Packet, path: Path) -> tuple[Path, ...]:
    """Write the tasks and, beside them, the labelling configuration (``.config.xml``).

    Returns:
        The files that were written.
    """
    config = path.with_suffix(".config.xml")
    names = used_texts(packet)
    first = {"packet": packet.id, "rater": packet.rater or ""}
    tasks = [
        {"data": {**first, "code": item.code, **texts_of(item, names)}} for item in packet.items
    ]
    with whole(path) as scratch:
        scratch.write_text(json.dumps(tasks, ensure_ascii=False, indent=1), encoding="utf-8")
    with whole(config) as scratch:
        scratch.write_text(_config(packet, names), encoding="utf-8")
    return path, config


def read(path: Path) -> Reading:
    """Read an export.

    Raises:
        DataError: The file holds no tasks.
    """
    rows, refused = objects(path)
    returned: list[Returned] = []
    notes: set[str] = set()
    for line, task in rows:
        data = task.get("data")
        if not isinstance(data, dict) or not isinstance(data.get("code"), str):
            reason = "the task has no data with a code, so nobody knows which item it is of"
            refused.append(Refusal(reason, line, "data.code", row=row_of_object(task)))
            continue
        for annotation in _annotations(task):
            one, flaws, note = _annotation(annotation, data, line)
            returned.append(one)
            refused += flaws
            notes |= note
    return reading_of(path.name, returned, refused, *sorted(notes))


def _annotations(task: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = task.get("annotations", task.get("completions"))  # as they were called before 1.0
    for annotation in found if isinstance(found, list) else ():
        if isinstance(annotation, dict):
            yield annotation


def _annotation(
    annotation: Mapping[str, Any], data: Mapping[str, Any], line: int | None
) -> tuple[Returned, list[Refusal], set[str]]:
    gathered = Gathered()
    row = row_of_object({"code": data["code"], **annotation})
    refused = []
    results = annotation.get("result")
    for result in results if isinstance(results, list) else ():
        if isinstance(result, dict) and isinstance(result.get("from_name"), str):
            gathered.add(result["from_name"], _given(result))
        else:
            refused.append(Refusal("a result without from_name", line, "result", row=row))
    skipped = annotation.get("was_cancelled") is True
    if skipped and (gathered.values or gathered.also):
        reason = "the annotation was cancelled; its ratings do not count"
        refused += [Refusal(reason, line, k, str(v), row) for k, v in gathered.values.items()]
        gathered.values, gathered.also = {}, {}
    notes = set()
    if annotation.get("ground_truth") is True:
        notes.add("annotations marked as ground truth are taken as ratings of who made them")
    seconds, flaw = seconds_of(annotation.get("lead_time"))
    if flaw:
        refused.append(Refusal(flaw, line, "lead_time", shortened(annotation["lead_time"]), row))
    one = Returned(
        code=data["code"],
        rater=_person(annotation.get("completed_by")) or name_of(data.get("rater")),
        answer=gathered.answer(seconds=seconds, skipped=skipped),
        digest=digest_of(data),
        line=line,
        packet=name_of(data.get("packet")),
        row=row,
    )
    return one, refused + gathered.refusals(line, row), notes


def _given(result: Mapping[str, Any]) -> list[object]:
    """The values of a result, whatever its tag calls them."""
    value = result.get("value")
    if not isinstance(value, dict):
        return []
    kind = str(result.get("type", ""))
    keys = {"textarea": "text"}
    given = value.get(keys.get(kind, kind), next(iter(value.values()), None))
    return given if isinstance(given, list) else [given]


def _person(who: object) -> str | None:
    if isinstance(who, dict):
        who = who.get("email") or who.get("username") or who.get("id")
    return name_of(who)


def _config(packet: Packet, names: tuple[str, ...]) -> str:
    view = ET.Element("View")
    if packet.instructions:
        ET.SubElement(view, "Header", value=_attribute(packet.instructions), size="5")
        ET.SubElement(view, "Header", value=KEYS, size="5")
    for name in names:
        ET.SubElement(view, "Header", value=name)
        ET.SubElement(view, "Text", name=f"text_{name}", value=f"${name}", valueType="text")
    target = f"text_{names[-1]}"
    for dimension in packet.dimensions:
        _ask(view, dimension, target)
    ET.SubElement(view, "Header", value="comment")
    box = {"name": COMMENT, "toName": target, "rows": "3", "editable": "true"}
    ET.SubElement(view, "TextArea", box, maxSubmissions="1")
    ET.indent(view)
    return ET.tostring(view, encoding="unicode") + "\n"


def _ask(view: ET.Element, dimension: Dimension, target: str) -> None:
    text = f"{dimension.name}: {dimension.definition} ({allowed(dimension)})"
    ET.SubElement(view, "Header", value=_attribute(text))
    name = question(RATING, dimension)
    if offered(dimension):
        _choose(view, name, target, style="single-radio", labels=labelled(dimension))
        ET.SubElement(view, "Header", value="also reasonable", size="5")
        others = {key: text for key, text in labelled(dimension).items() if key != CANNOT_JUDGE}
        also = question(ALSO, dimension)
        _choose(view, also, target, style="multiple", labels=others)
    else:
        ET.SubElement(view, "TextArea", name=name, toName=target, maxSubmissions="1")


def _choose(
    view: ET.Element, name: str, target: str, *, style: str, labels: Mapping[str, str]
) -> None:
    group = ET.SubElement(view, "Choices", name=name, toName=target, choice=style)
    for choice, text in labels.items():
        ET.SubElement(group, "Choice", value=_attribute(text), alias=_attribute(choice))


def _attribute(text: str) -> str:
    """Text that stays text: XML cannot hold control characters, and ``$`` begins a variable."""
    safe = escaped(text)
    return f" {safe}" if safe.startswith("$") else safe
