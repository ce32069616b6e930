"""A printed next command names the set and the plan that it was printed about."""

from __future__ import annotations

import re
import shlex

__all__ = ["commands_for", "where_words"]

_COMMAND = re.compile(
    r"measurand data (?:canary (?:plant|search|ask)|review|check|mismatch|contamination|regress"
    r"|versions|diff|lock|rotate|attacks|export|build LOGS)(?![\w-])"
)
"""Commands on a set; ``build`` where it is a command and not only the act's name."""


def where_words(*, data: str = "", plan: str = "") -> str:
    """The options that say which set and which plan; empty where an act would take them anyway."""
    named = (("--data", data), ("--plan", plan))
    return " ".join(f"{option} {shlex.quote(value)}" for option, value in named if value)


def commands_for(text: str, where: str) -> str:
    """The same text, each command in it on a set with the options that name the set and plan.

    Every act takes them after its name, before all else.

    Args:
        text: A sentence of this house; never one of a log, a set or a model.
        where: The options, as of `where_words`.
    """
    return _COMMAND.sub(lambda found: f"{found[0]} {where}", text) if where else text
