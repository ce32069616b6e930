"""Who answers: a system under evaluation, and the part it plays in a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

__all__ = ["ROLES", "Role", "System", "Target", "pairs_of"]

Role = Literal["candidate", "current", "expert", "floor"]
ROLES: tuple[Role, ...] = get_args(Role)

Target = Literal["ratings", "recorded", "function", "endpoint", "program", "model"]
"""What a system's target names; ``ratings``: nothing, it is known from ratings alone."""


@dataclass(frozen=True, slots=True)
class System:
    """One system.

    Args:
        name: Its name in the table of ratings.
        target: Where its answers come from: ``openai/gpt-4o-mini`` (a model by its provider),
            ``python:package.module:name`` or ``bot.py:name`` (a function, plain or async),
            ``http://...`` (an endpoint), ``command:./bot --json`` (a program), or
            ``file:outputs/expert.jsonl`` (recorded outputs).
        role: ``candidate``, ``current`` (what it must beat), ``expert`` (the upper end of the
            scale results are placed on) or ``floor`` (its lower end).
        family: The model family, as in ``"gpt"``; a judge never rates its own.
        prompt: The file that holds its instructions, where the target takes any.
        parameters: What a model is asked with, as ``temperature`` and ``max_tokens``.
        repeats: Trials: how often each example is asked.
        request: Of an HTTP endpoint: ``method``, ``headers``, ``body`` (a template).
        answer: Of an HTTP endpoint or a program that writes JSON: the path to the answer, as in
            ``choices[0].message.content``.
        cutoff: The last day of what it was trained on, as an ISO 8601 date, where it is known.

    Raises:
        ValueError: Each example is asked less than once.
    """

    name: str
    target: str = ""
    role: Role = "candidate"
    family: str | None = None
    prompt: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    repeats: int = 1
    request: Mapping[str, Any] = field(default_factory=dict)
    answer: str | None = None
    cutoff: str | None = None

    @property
    def kind(self) -> Target:
        """What the target names."""
        if not self.target:
            return "ratings"
        if self.target.startswith("file:"):
            return "recorded"
        if self.target.startswith("command:"):
            return "program"
        if self.target.startswith(("http://", "https://")):
            return "endpoint"
        if self.target.startswith("python:") or ".py:" in self.target:
            return "function"
        return "model"

    @property
    def live(self) -> bool:
        """Whether it can be asked, so that its outputs need not be there already."""
        return self.kind not in {"ratings", "recorded"}

    def __post_init__(self) -> None:
        if self.repeats < 1:
            raise ValueError(f"each example is asked at least once; found repeats: {self.repeats}")


def pairs_of(systems: Sequence[System]) -> Iterator[tuple[str, str]]:
    """Which systems are compared side by side: all with the current one, else every pair."""
    current = next((system.name for system in systems if system.role == "current"), None)
    names = [system.name for system in systems]
    if current is not None:
        yield from ((name, current) for name in names if name != current)
        return
    for at, first in enumerate(names):
        yield from ((first, second) for second in names[at + 1 :])
