"""What of an example may be edited, as a plain document, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from measurand.core.example import COMPONENTS, Component, Example
from measurand.errors import DataError, Fault
from measurand.store.codec import encode
from measurand.store.example_names import FIELD_OF
from measurand.store.examples import read_example

__all__ = ["FIELDS", "answered", "document_of", "edited", "moves"]

FIELDS = (
    *("messages", "references", "checklist", "context", "notes", "segments", "component"),
    *("tools", "expected_length", "weights"),
)
"""The fields that may be edited. Where an example comes from, and with which probability, is not
for anybody to decide."""
_EMPTY: Mapping[str, Any] = {"notes": {}, "weights": {}, "expected_length": None}
_SHOWN = FIELDS[:7]
_NO_MOVE = (
    "core is a sample of production: nothing can be moved into it or out of it without it being "
    "one no more"
)
_REMEDY = "an example of core that does not belong there is dropped as ineligible"


def document_of(example: Example, *, every: bool = True) -> dict[str, Any]:
    """The fields that may be edited, those that are empty too.

    Args:
        example: The example.
        every: Whether rare fields are there although they are empty.
    """
    held = encode(example) | {"component": example.component}
    names = FIELDS if every else (*_SHOWN, *(name for name in FIELDS[7:] if name in held))
    return {name: held.get(name, _EMPTY.get(name, [])) for name in names}


def edited(
    example: Example, given: Mapping[str, Any], *, file: str = "the edit", drawn: bool = True
) -> Example:
    """The example with other fields.

    Args:
        example: The example as it is.
        given: The fields that change, as in the components' files; ``id`` may be there, unchanged.
        file: What faults are said to be in.
        drawn: Whether core is a sample of production, so that nothing is moved into it or out.

    Raises:
        DataError: A field is none that may be edited, or has no such value; all faults at once.
    """
    given = {FIELD_OF.get(name, name): cell for name, cell in given.items()}
    faults = list(_fixed(example, given, file))
    held = encode(example) | {"component": example.component}
    cells = held | {name: cell for name, cell in given.items() if name in FIELDS}
    try:
        made = read_example(cells, file=file, line=1)
    except DataError as problem:
        raise DataError([*faults, *(replace(one, line=None) for one in problem.faults)]) from None
    if not any(message.content.strip() for message in made.messages):
        faults.append(Fault("nothing is asked", file, key="messages"))
    if any(not text.strip() for text in made.references):
        faults.append(Fault("an answer is empty", file, key="references", remedy="leave it out"))
    if drawn:
        faults.extend(_moves(example, made.component, file))
    if faults:
        raise DataError(faults)
    return made


def moves(example: Example, *, drawn: bool) -> tuple[Component, ...]:
    """The components that an example may be of: nothing comes into a sample of core, or leaves."""
    return tuple(
        one
        for one in COMPONENTS
        if one == example.component or not drawn or "core" not in {one, example.component}
    )


def _fixed(example: Example, given: Mapping[str, Any], file: str) -> list[Fault]:
    """Fields that are given and may not be edited."""
    faults = []
    for name, cell in given.items():
        if name in FIELDS or (name == "id" and cell == example.id):
            continue
        problem = "cannot be edited" if name in FIELD_OF else "is no field of an example"
        faults.append(Fault(problem, file, key=str(name)[:60], allowed=", ".join(FIELDS)))
    return faults


def _moves(example: Example, component: Component, file: str) -> list[Fault]:
    if component in moves(example, drawn=True):
        return []
    return [Fault(_NO_MOVE, file, key="component", found=component, remedy=_REMEDY)]


def answered(example: Example, content: Mapping[str, Any], *, file: str = "the answer") -> Example:
    """The example with an expert's answer, and what a good answer has to contain.

    Args:
        example: The example.
        content: ``reference``, and perhaps ``checklist``.
        file: What faults are said to be in.

    Raises:
        DataError: There is no answer in it.
    """
    text = content.get("reference")
    if not isinstance(text, str) or not text.strip():
        raise DataError([Fault("there is no answer", file, key="reference")])
    more = content.get("checklist", [])
    if not isinstance(more, list):
        raise DataError([Fault("is no list", file, key="checklist")])
    held = document_of(example)
    old = {json.dumps(one, sort_keys=True) for one in held["checklist"]}
    fresh = [
        one for one in more if json.dumps(_listed(one), sort_keys=True, default=str) not in old
    ]
    references = [one for one in example.references if one.strip() != text.strip()]
    return edited(
        example,
        {"references": [*references, text.strip()], "checklist": [*held["checklist"], *fresh]},
        file=file,
    )


def _listed(one: Any) -> Any:
    """A requirement as it is written in full."""
    if isinstance(one, str):
        return {"any_of": [one]}
    return {"any_of": one} if isinstance(one, list) else one
