"""The secret of a ledger, and the placeholders that follow from it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from measurand.core.plan import Plan
from measurand.models.environment import Environment
from measurand.privacy.redaction import Redactor
from measurand.store.ledger import Ledger

__all__ = ["redactor", "run_key"]

KEY_NAME = "MEASURAND_KEY"
"""The environment variable from which fences and placeholders follow, where it is set."""
_KEY_EVENT = "key"
_KEY_BYTES = 32


def redactor(plan: Plan, key: bytes) -> Callable[[str], str]:
    """What is done to every text before it is stored or sent.

    What a check for patterns allows may stand: the check would else find a placeholder instead.
    """
    if not plan.redact.on:
        return str
    arguments = [
        rater.argument
        for dimension in plan.rubric
        for rater in dimension.raters
        if rater.name == "check.patterns" and isinstance(rater.argument, Mapping)
    ]
    allowed = [text for argument in arguments for text in argument.get("allow", ())]
    wanted = replace(plan.redact, allow=(*plan.redact.allow, *map(str, allowed)))
    return Redactor(wanted, key)


def run_key(ledger: Ledger, environment: Environment) -> bytes:
    """The secret of a ledger, made when it is first wanted; the environment's goes before it.

    It is no credential: whoever knows it could close a fence, or try out whether a placeholder
    stands for a value that he guesses. Whoever has the ledger has the outputs anyway.
    """
    if told := environment.secret(KEY_NAME):
        return told.encode().ljust(_KEY_BYTES, b"\0")
    known = ledger.work.events(_KEY_EVENT)
    if not known:
        ledger.work.log("", _KEY_EVENT, {"key": secrets.token_hex(_KEY_BYTES)})
        known = ledger.work.events(_KEY_EVENT)
    return bytes.fromhex(known[0].manifest["key"])
