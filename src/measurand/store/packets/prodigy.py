"""Packets for Prodigy: JSON Lines, one task an item and dimension, for the choice interface.

Checked against Prodigy's public documentation of annotation interfaces (``text``, ``options``,
``accept``, ``answer``); the program itself is not free and was not run. That it keeps the hashes
of tasks that have some, and that ``_session_id`` is the dataset's name with the session's, is
what its documentation says. The interface asks one question a task, so it has no place for other
reasonable values; those of a field ``comment`` are read where a recipe adds one.

``ignore`` skips the item; ``reject`` is no rating and is reported. The rater is ``_annotator_id``
or ``_session_id`` as it stands; `measurand.raters.people.reconcile.reconcile` takes a mapping of
such names to raters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from measurand.core.fingerprint import fingerprint
from measurand.core.intake import Refusal
from measurand.core.packet import Packet, PacketItem, Reading, Returned, allowed
from measurand.core.rubric import Dimension
from measurand.store.formulas import escaped
from measurand.store.packets.questions import (
    RATING,
    Gathered,
    digest_of,
    labelled,
    name_of,
    objects,
    question,
    row_of_object,
    texts_of,
    write_lines,
)
from measurand.store.packets.table import reading_of

__all__ = ["read", "write"]

_SHOWN = 60
_SINGLE, _FREE = "choice", "text_input"


def write(packet: Packet, path: Path) -> tuple[Path, ...]:
    """Write the tasks.

    Returns:
        The file that was written.
    """
    write_lines(path, _tasks(packet))
    return (path,)


def read(path: Path) -> Reading:
    """Read annotations that ``db-out`` exported.

    Raises:
        DataError: The file holds no tasks.
    """
    rows, refused = objects(path)
    returned: list[Returned] = []
    for line, task in rows:
        row = row_of_object({**task, "text": None, "options": None, "sheet": None})
        meta = task.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        code, name = meta.get("code"), meta.get("dimension")
        if not isinstance(code, str) or not isinstance(name, str):
            reason = "the task has no meta.code and meta.dimension; nobody knows what it is of"
            refused.append(Refusal(reason, line, "meta", row=row))
            continue
        answer = task.get("answer")
        if not isinstance(answer, str) or answer not in {"accept", "ignore"}:
            found = str(answer)[:_SHOWN]
            reason = f"answer is {found!r}; allowed: accept (a rating) or ignore (skipped)"
            refused.append(Refusal(reason, line, name, _found(task), row))
            continue
        gathered = Gathered()
        if answer == "accept":
            gathered.add(f"{RATING}{name}", _given(task))
            gathered.add("comment", [task.get("comment")])
        refused += gathered.refusals(line, row)
        sheet = task.get("sheet")
        returned.append(
            Returned(
                code=code,
                rater=_rater(task) or name_of(meta.get("rater")),
                answer=gathered.answer(skipped=answer == "ignore"),
                digest=digest_of(sheet) if isinstance(sheet, dict) else None,
                line=line,
                packet=name_of(meta.get("packet")),
                row=row,
            )
        )
    return reading_of(path.name, returned, refused)


def _tasks(packet: Packet) -> Iterator[dict[str, Any]]:
    for item in packet.items:
        for dimension in item.dimensions:
            yield _task(packet, item, dimension)


def _task(packet: Packet, item: PacketItem, dimension: Dimension) -> dict[str, Any]:
    sheet = {name: text for name, text in texts_of(item).items() if text}
    asked = escaped(f"{dimension.name}: {dimension.definition} ({allowed(dimension)})")
    parts = (f"{name.upper()}\n{text}" for name, text in sheet.items())
    meta = {"code": item.code, "dimension": dimension.name, "packet": packet.id}
    if packet.rater:
        meta["rater"] = packet.rater
    labels = labelled(dimension)
    task: dict[str, Any] = {
        "text": "\n\n".join([asked, *parts]),
        "sheet": sheet,
        "meta": meta,
        "_input_hash": _hash(item.digest),
        "_task_hash": _hash([packet.id, item.code, question(RATING, dimension)]),
        "_view_id": _SINGLE if labels else _FREE,
    }
    if labels:
        task["options"] = [{"id": key, "text": escaped(text)} for key, text in labels.items()]
    else:
        task["field_id"] = "user_input"
    return task


def _given(task: Mapping[str, Any]) -> list[object]:
    accept = task.get("accept")
    if isinstance(accept, list):
        return accept
    return [accept if accept is not None else task.get(str(task.get("field_id", "user_input")))]


def _found(task: Mapping[str, Any]) -> str | None:
    accept = task.get("accept")
    return ", ".join(map(str, accept)) if isinstance(accept, list) else None


def _rater(task: Mapping[str, Any]) -> str | None:
    return name_of(task.get("_annotator_id")) or name_of(task.get("_session_id"))


def _hash(content: object) -> int:
    """A whole number of 31 bits, as Prodigy's own hashes are of 32."""
    return int(fingerprint(content)[:8], 16) >> 1
