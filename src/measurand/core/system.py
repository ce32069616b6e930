"""Who answers: a system under evaluation, and the part it plays in a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["ROLES", "Role", "System"]

Role = Literal["candidate", "current", "expert", "floor"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class System:
    """One system.

    Args:
        name: Its name in the table of ratings.
        target: Where its answers come from, as in ``file:outputs/expert.jsonl``.
        role: ``candidate``, ``current`` (what it must beat), ``expert`` (the upper end of the
            scale results are placed on) or ``floor`` (its lower end).
        family: The model family, as in ``"gpt"``; a judge never rates its own.
        prompt: The file that holds its instructions, where the target takes any.
    """

    name: str
    target: str = ""
    role: Role = "candidate"
    family: str | None = None
    prompt: str | None = None
