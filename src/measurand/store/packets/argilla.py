"""Packets for Argilla: records as JSON, and the settings of the dataset beside them.

Settings and records were read by Argilla's Python client 2.8 (``Settings.from_json``,
``Record.from_dict`` and ``to_dict``); the server was not run. Every scale one chooses from
is a label question, because a rating question of Argilla has no place for *cannot judge*; ratings,
labels and texts are all read. Written fields are never Markdown. What a database refuses in JSON
(NUL and other control characters) is escaped as in `measurand.store.formulas.escaped`.

Only submitted responses count; drafts and discarded ones are reported. ``Record.to_dict`` leaves
the status out; responses without one are taken, and the account says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from measurand.core.intake import Refusal
from measurand.core.packet import Packet, Reading, Returned, allowed
from measurand.core.people import CANNOT_JUDGE
from measurand.core.rubric import Dimension
from measurand.store.formulas import escaped
from measurand.store.lines import shown as shortened
from measurand.store.lines import whole
from measurand.store.packets.guide import guide_text
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
from measurand.store.packets.table import reading_of, used_texts

__all__ = ["read", "write"]


def write(packet: Packet, path: Path) -> tuple[Path, ...]:
    """Write the records and, beside them, the dataset's settings (``.settings.json``).

    Returns:
        The files that were written.
    """
    settings = path.with_suffix(".settings.json")
    names = used_texts(packet)
    records = [
        {
            "id": item.code,
            "fields": texts_of(item, names),
            "metadata": {"packet": packet.id, "rater": packet.rater or ""},
            "suggestions": {},
            "responses": {},
            "vectors": {},
        }
        for item in packet.items
    ]
    for target, content in ((path, records), (settings, _settings(packet, names))):
        with whole(target) as scratch:
            scratch.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path, settings


def read(path: Path) -> Reading:
    """Read records that were exported.

    Raises:
        DataError: The file holds no records.
    """
    rows, refused = objects(path)
    returned: list[Returned] = []
    notes: set[str] = set()
    for line, record in rows:
        code = record.get("external_id") or record.get("id")
        if not isinstance(code, str) or not isinstance(record.get("fields"), dict):
            reason = "the record has no id and fields, so nobody knows which item it is of"
            refused.append(Refusal(reason, line, "id", row=row_of_object(record)))
            continue
        people: dict[str, Gathered] = {}
        row = row_of_object({**record, "fields": None})
        for response in _responses(record.get("responses")):
            if response.status is None:
                notes.add("responses have no status; all are taken as submitted")
            elif response.status != "submitted":
                reason = f"the response is not submitted but {response.status}"
                found = shortened(response.value)
                refused.append(Refusal(reason, line, response.question, found, row))
                continue
            given = response.value if isinstance(response.value, list) else [response.value]
            people.setdefault(response.user, Gathered()).add(response.question, given)
        metadata = record.get("metadata")
        said = metadata if isinstance(metadata, dict) else {}
        for user, gathered in people.items():
            refused += gathered.refusals(line, row)
            returned.append(
                Returned(
                    code=code,
                    rater=name_of(user) or name_of(said.get("rater")),
                    answer=gathered.answer(),
                    digest=digest_of(record["fields"]),
                    line=line,
                    packet=name_of(said.get("packet")),
                    row=row,
                )
            )
    return reading_of(path.name, returned, refused, *sorted(notes))


class _Response(NamedTuple):
    """One person's answer to one question."""

    question: str
    user: str
    status: str | None
    value: object


def _responses(found: object) -> Iterator[_Response]:
    """Responses by question, as the client writes them, or by person, as the server does."""
    if isinstance(found, dict):
        for name, listed in found.items():
            for one in listed if isinstance(listed, list) else ():
                if isinstance(one, dict):
                    yield _Response(str(name), _user(one), _status(one), one.get("value"))
    for one in found if isinstance(found, list) else ():
        values = one.get("values") if isinstance(one, dict) else None
        for name, value in values.items() if isinstance(values, dict) else ():
            inner = value.get("value") if isinstance(value, dict) else value
            yield _Response(str(name), _user(one), _status(one), inner)


def _user(one: Mapping[str, Any]) -> str:
    user = one.get("user_id")
    return "" if user is None else str(user)


def _status(one: Mapping[str, Any]) -> str | None:
    status = one.get("status")
    return None if status is None else str(status).lower()


def _settings(packet: Packet, names: tuple[str, ...]) -> dict[str, object]:
    everywhere = {
        name for name in names if all(texts_of(item, [name])[name] for item in packet.items)
    }
    plain = {"type": "text", "use_markdown": False}
    questions: list[dict[str, object]] = []
    for dimension in packet.dimensions:
        always = all(dimension in item.dimensions for item in packet.items)
        questions += _questions(dimension, required=always)
    questions.append({"name": COMMENT, "title": COMMENT, "required": False, "settings": plain})
    return {
        "guidelines": escaped(guide_text(packet)),
        "fields": [
            {"name": name, "title": name, "required": name in everywhere, "settings": plain}
            for name in names
        ],
        "questions": questions,
        "vectors": [],
        "metadata": [],
        "allow_extra_metadata": True,
    }


def _questions(dimension: Dimension, *, required: bool) -> Iterator[dict[str, object]]:
    text = escaped(f"{dimension.definition} ({allowed(dimension)})")
    title = escaped(dimension.name)
    first = {"name": question(RATING, dimension), "title": title, "description": text}
    if not offered(dimension):
        plain = {"type": "text", "use_markdown": False}
        yield {**first, "required": required, "settings": plain}
        return
    options = [
        {"value": choice, "text": escaped(words), "description": None}
        for choice, words in labelled(dimension).items()
    ]
    yield {
        **first,
        "required": required,
        "settings": {"type": "label_selection", "options": options},
    }
    yield {
        "name": question(ALSO, dimension),
        "title": f"{title}: also reasonable",
        "required": False,
        "settings": {
            "type": "multi_label_selection",
            "options": [option for option in options if option["value"] != CANNOT_JUDGE],
        },
    }
