"""Packets as one offline page: a person opens it, rates by keyboard, and saves a file.

The page holds all it needs and may load nothing: its Content-Security-Policy allows its own style
and its own script by their hashes and nothing else. Items stand as JSON in a data block; every
text becomes a text node, so it is inert. Drafts stay in the browser; a button saves the answers as
a JSON file, which is what comes back.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from measurand.core.intake import Refusal
from measurand.core.packet import Packet, PacketItem, Reading, Returned, anchors, choices, keys
from measurand.core.people import CANNOT_JUDGE, Answer, Mark, Span
from measurand.core.rubric import Dimension
from measurand.core.sound import sound
from measurand.errors import DataError, Fault
from measurand.store.lines import shown as shortened
from measurand.store.lines import whole
from measurand.store.packets.prose import tree
from measurand.store.packets.questions import cell_of, document, name_of, row_of_object
from measurand.store.packets.table import reading_of, seconds_of

__all__ = ["SHARED", "page", "read", "script", "write"]

_KIND = "packet answers"
SHARED = ("clock.js", "keys.js")
"""Modules that the rating desk serves too; the page has them as parts of its one script."""
_SCRIPTS = (*SHARED, "typed.js", "flags.js", "texts.js", "panel.js", "page.js")
_MOST_STEPS = 11
"""Levels that are chosen by keys, as at the rating desk; beyond them a number is typed."""
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def write(packet: Packet, path: Path) -> tuple[Path, ...]:
    """Write the page.

    Returns:
        The file that was written.
    """
    with whole(path) as scratch, scratch.open("w", encoding="utf-8", newline="") as stream:
        stream.write(page(packet))
    return (path,)


def page(packet: Packet) -> str:
    """The page of a packet; the same packet always gives the same text."""
    folder = files("measurand.store.packets") / "page"
    parts = {
        "style": (folder / "page.css").read_text(encoding="utf-8"),
        "script": '"use strict";\n' + "".join(map(_classic, _SCRIPTS)),
    }
    parts["policy"] = (
        f"default-src 'none'; style-src '{_hash(parts['style'])}'; "
        f"script-src '{_hash(parts['script'])}'; base-uri 'none'; form-action 'none'"
    )
    parts["data"] = json.dumps(_plain(packet), ensure_ascii=False).translate(_UNSAFE)
    template = (folder / "page.html").read_text(encoding="utf-8").split("@")
    return "".join(parts[part] if at % 2 else part for at, part in enumerate(template))


def script(name: str) -> str:
    """One of the page's scripts as it stands in the package."""
    folder = files("measurand.store.packets") / "page"
    return (folder / name).read_text(encoding="utf-8")


def _classic(name: str) -> str:
    """A script as a part of another: what a module exports is in sight there anyway."""
    return script(name).replace("\nexport class ", "\nclass ")


def read(path: Path) -> Reading:
    """Read the file that the page saved.

    Raises:
        DataError: The file is another one.
    """
    if path.suffix.lower() in {".html", ".htm"}:
        why = "the file is the page itself, and holds nothing that was said on it"
        remedy = "send the file that the page's button 'Save file' makes (a .json)"
        raise DataError([Fault(why, str(path), remedy=remedy)])
    found = document(path)
    if not isinstance(found, dict) or found.get("measurand") != _KIND:
        remedy = "give the file that the page's button 'Save file' made"
        raise DataError([Fault("the page did not save this file", str(path), remedy=remedy)])
    rater, packet = found.get("rater"), found.get("packet")
    returned: list[Returned] = []
    refused: list[Refusal] = []
    answers = found.get("answers")
    for number, one in enumerate(answers if isinstance(answers, list) else (), 1):
        if not isinstance(one, dict) or not isinstance(one.get("code"), str):
            reason = f"answer {number} has no code, so nobody knows which item it is of"
            refused.append(Refusal(reason, key=f"answers[{number - 1}]", found=shortened(one)))
            continue
        digest, row = one.get("digest"), row_of_object(one)
        answer, flaws = _answer(one)
        refused += [Refusal(why, None, key, shown, row) for key, shown, why in flaws]
        returned.append(
            Returned(
                code=one["code"],
                rater=name_of(rater),
                answer=answer,
                digest=digest if isinstance(digest, str) else None,
                packet=packet if isinstance(packet, str) else None,
                row=row,
            )
        )
    return reading_of(path.name, returned, refused)


def _answer(one: Mapping[str, Any]) -> tuple[Answer, list[tuple[str, str, str]]]:
    """The answer, and by key what cannot be read and why."""
    flaws = []
    marks: dict[str, Mark] = {}
    said = one.get("marks")
    for name, given in said.items() if isinstance(said, dict) else ():
        mark = given if isinstance(given, dict) else {"value": given}
        listed = mark.get("also")
        others = [cell_of(other) for other in listed] if isinstance(listed, list) else []
        also = tuple(other for other in others if other is not None)
        value, cannot = cell_of(mark.get("value")), mark.get("cannot") is True
        if value is not None or also or cannot:
            marks[name] = Mark(value=value, also=also, cannot=cannot)
    comment, spans = one.get("comment"), one.get("spans")
    seconds, why = seconds_of(one.get("seconds"))
    if why:
        flaws.append(("seconds", shortened(one["seconds"]), why))
    flagged = []
    for place, passage in enumerate(spans if isinstance(spans, list) else ()):
        if span := _span(passage):
            flagged.append(span)
        else:
            why = "a passage has whole numbers as start and end, 0 or 1 as side, a text as note"
            flaws.append((f"spans[{place}]", shortened(passage), why))
    answer = Answer(
        marks=marks,
        comment=comment if isinstance(comment, str) else "",
        spans=tuple(flagged),
        seconds=seconds,
        skipped=one.get("skipped") is True,
    )
    return answer, flaws


def _span(found: object) -> Span | None:
    """A passage, its side as the person saw it: 0 left, 1 right; `reconcile` looks at the text."""
    match found:
        case {"start": int(start), "end": int(end)} if isinstance(found, dict):
            side, note = found.get("side", 0), found.get("note", "")
            whole = not any(isinstance(one, bool) for one in (start, end, side))
            if whole and side in (0, 1) and isinstance(side, int) and isinstance(note, str):
                return Span(start=start, end=end, side=side, note=note)
    return None


def _plain(packet: Packet) -> dict[str, object]:
    return {
        "id": packet.id,
        "name": sound(packet.name),
        "rater": None if packet.rater is None else sound(packet.rater),
        "instructions": tree(packet.instructions),
        "cannot": CANNOT_JUDGE,
        "dimensions": {
            one.name: {"name": one.name, "definition": one.definition, **_form(one)}
            for one in packet.dimensions
        },
        "items": [_item(item) for item in packet.items],
    }


def _form(dimension: Dimension) -> dict[str, object]:
    """A dimension as a form: what is offered under which keys, or what may be typed."""
    scale, offered, words = dimension.scale, choices(dimension), anchors(dimension)
    listed = scale.metric == "nominal" or len(offered) <= _MOST_STEPS
    if offered and listed:
        rows = zip(offered, keys(dimension, offered), strict=True)
        listing = [
            {"value": value, "key": key, "label": value, "anchor": words.get(value, "")}
            for value, key in rows
        ]
        return {"kind": "choices", "choices": listing}
    return {
        "kind": "number" if scale.numeric else "text",
        "choices": [],
        "levels": list(words.items()),
        "low": scale.low,
        "high": scale.high,
        "whole": bool(offered),
    }


def _item(item: PacketItem) -> dict[str, object]:
    sheet = item.sheet
    return {
        "code": item.code,
        "digest": item.digest,
        "dimensions": [one.name for one in item.dimensions],
        "notes": dict(sheet.notes),
        "sheet": {
            "messages": [{"role": one.role, "content": one.content} for one in sheet.messages],
            "context": sheet.context,
            "references": sheet.references,
            "texts": sheet.texts,
        },
    }


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
