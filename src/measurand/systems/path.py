"""Paths into JSON, as in ``choices[0].message.content``; nothing is evaluated."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from measurand.core.output import Failure
from measurand.errors import Fault, PlanError
from measurand.systems.base import Answer, shown

__all__ = ["JsonPath", "NoSuchPath"]

_STEP = re.compile(r"(?:^|\.)([^.\[\]\"\s]+)|\[(-?\d{1,9})\]|\[(\"(?:[^\"\\]|\\.)*\")\]")
_DETAILS = 4_000
_ALLOWED = 'names, [0], ["a name"], as in choices[0].message.content'


class NoSuchPath(Exception):  # noqa: N818 - a finding about a value, not a malfunction
    """A value has nothing at a path; the message says how far the path went."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path into a JSON value.

    Args:
        steps: Names and indexes, in order; negative indexes count from the end.
    """

    steps: tuple[str | int, ...]

    @classmethod
    def parse(cls, text: str, *, key: str = "answer") -> JsonPath:
        """The path that a text is.

        Args:
            text: As in ``choices[0].message.content``.
            key: Which part of a plan it is, for messages.

        Raises:
            PlanError: It is no path.
        """
        steps: list[str | int] = []
        at = 0
        while at < len(text):
            match = _STEP.match(text, at)
            if match is None:
                break
            name, index, quoted = match.groups()
            steps.append(name or (int(index) if index else json.loads(quoted)))
            at = match.end()
        if not text or at < len(text):
            fault = Fault("not a path into JSON", key=key, found=repr(text), allowed=_ALLOWED)
            raise PlanError([fault])
        return cls(tuple(steps))

    def of(self, value: Any) -> Any:
        """What a JSON value has there.

        Raises:
            NoSuchPath: It has nothing there.
        """
        for done, step in enumerate(self.steps):
            try:
                value = _at(value, step)
            except (KeyError, IndexError, TypeError):
                raise NoSuchPath(self._lost(done, value)) from None
        return value

    def answer(self, body: str | bytes, *, no_json: str) -> Answer | Failure:
        """What a text in JSON answers there; anything but text is written as JSON.

        Args:
            body: The text.
            no_json: The class of the failure when it is not JSON.
        """
        details = body if isinstance(body, str) else body.decode("utf-8", "replace")
        try:
            value = self.of(json.loads(body))
        except NoSuchPath as problem:
            return Failure("invalid", str(problem), details[:_DETAILS])
        except (ValueError, RecursionError):
            return Failure(no_json, f"not JSON: {shown(details)}", details[:_DETAILS])
        if value is None:
            return Failure("invalid", "the answer is null", details[:_DETAILS])
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return Answer(text=text)

    def _lost(self, done: int, value: Any) -> str:
        where = "".join(map(_written, self.steps[:done])).lstrip(".") or "the top"
        step = _written(self.steps[done]).lstrip(".")
        if isinstance(value, dict):
            there = f"an object with: {', '.join(map(str, value)) or 'nothing'}"
        elif isinstance(value, list):
            there = f"a list of {len(value)}"
        else:
            there = json.dumps(value)
        return f"there is no {step} at {where}; found {shown(there)}"


def _at(value: Any, step: str | int) -> Any:
    if isinstance(step, int) != isinstance(value, list):
        raise TypeError
    return value[step]


def _written(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"
