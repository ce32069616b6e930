"""What a judge's reply says, heard strictly: a level of the scale, or the class of its failure.

Nothing is rescued from prose, completed, rounded or clamped. The order of the questions is a part
of the strictness: nothing that a reply says counts before its check word has been found right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measurand.core.judging import Form
from measurand.core.model import OK, ModelReply
from measurand.raters.judge.levels import Level, Levels, written
from measurand.raters.judge.quotes import flat, looked_up
from measurand.raters.judge.strict_json import only_object, shortened

__all__ = ["Expected", "Heard", "hear", "level_of", "refuses"]

_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?")
_REFUSAL = re.compile(
    r"\W*(?:(?:i['\u2019]?m|i am)? ?(?:\w+ )?sorry|i apologi[sz]e|unfortunately)?[,.]?\s*"
    r"(?:but\s+)?(?:as an ai[^.\n]{0,60},\s*)?(?:i|we)"
    r"(?: can(?:no|['\u2019])t| can not| won['\u2019]t| will not| am (?:unable|not able) to"
    r"|['\u2019]m (?:unable|not able) to| must (?:decline|refuse)| decline)\b[^.\n]{0,40}?"
    r"\b(?:help|assist|comply|provide|evaluate|judge|rate|continue|engage|fulfil+|do that|discuss"
    r"|answer|participate|complete|process|support|review)\b",
    re.IGNORECASE,
)
_LONGEST = 2_000

_KEYS: Mapping[Form, tuple[str, ...]] = {
    "pointwise": ("evidence", "reason", "level", "cannot_assess", "canary"),
    "pairwise": ("evidence", "reason", "level", "cannot_assess", "canary"),
    "checklist": ("answers", "reason", "cannot_assess", "canary"),
}
_TYPES: Mapping[str, type] = {
    "evidence": list,
    "answers": list,
    "reason": str,
    "cannot_assess": bool,
}
_ITEM = frozenset({"item", "quote", "met"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a reply is held against.

    Args:
        form: The form of the task.
        levels: The levels that may be named; of a checklist, no and yes.
        canary: The check word.
        outputs: The texts from which quotes may come.
        items: Of a checklist, how many requirements there are.
    """

    form: Form
    levels: Levels
    canary: str
    outputs: tuple[str, ...]
    items: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a reply says.

    Args:
        status: ``ok``, or a class of `measurand.core.failure.REPLY_FAILURES`.
        level: The level named; of a checklist, the share of requirements that are met; None exactly
            when the status is not ``ok``.
        reason: The judge's own.
        evidence: Its quotes.
        fault: What was wrong, for people and for the judge.
    """

    status: str
    level: Level | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()
    fault: str = ""


class _Unusable(Exception):  # noqa: N818 - carries a status up, like a return from deep inside
    def __init__(self, status: str, fault: str) -> None:
        super().__init__(fault)
        self.status = status
        self.fault = fault


def hear(reply: ModelReply, expected: Expected) -> Heard:
    """What a reply says; never raises for what a model wrote."""
    if reply.finish == "length":
        return Heard(status="truncated", fault="it ended at its token limit")
    if reply.finish == "refused":
        return Heard(status="refused", fault=shortened(reply.text) if reply.text else "it refused")
    try:
        said = only_object(reply.text)
    except ValueError as problem:
        refused = "{" not in reply.text and refuses(reply.text)
        return Heard(status="refused" if refused else "invalid", fault=str(problem))
    try:
        return _heard(said, expected)
    except _Unusable as problem:
        return Heard(status=problem.status, fault=problem.fault, reason=_reason(said))


def refuses(text: str) -> bool:
    """Whether a text starts as a refusal does."""
    return _REFUSAL.match(text) is not None


def level_of(raw: object, levels: Levels) -> Level:
    """The level that a reply names.

    Raises:
        ValueError: It names none in a form that was asked for.
        LookupError: It names one that the scale has not.
    """
    labels = isinstance(levels.named[0], str)
    match raw:
        case str():
            by_name = {written(level).casefold(): level for level in levels.named}
            if (exact := by_name.get(raw.strip().casefold())) is not None:
                return exact
            plain = _NUMBER.fullmatch(raw.strip())
            number = float(plain[0]) if plain else None
        case bool():
            number = None
        case int() | float():
            number = raw
        case _:
            number = None
    if number is None and not (labels and isinstance(raw, str)):
        raise ValueError(f"level is {shortened(raw)}")
    if number is None or labels or (level := _on(levels, number)) is None:
        raise LookupError(f"level is {shortened(raw)}")
    return level


def _on(levels: Levels, number: float) -> Level | None:
    """The number as a level; None where it is none."""
    for level in levels.named:
        if number == level:
            return level
    bounds = [float(level) for level in levels.named]
    return number if levels.continuous and min(bounds) <= number <= max(bounds) else None


def _heard(said: Mapping[str, Any], expected: Expected) -> Heard:
    canary = said.get("canary")
    if not isinstance(canary, str) or canary.strip() != expected.canary:
        raise _Unusable("hijack_suspected", "its canary is not the check word")
    _check_shape(said, _KEYS[expected.form])
    if said["cannot_assess"]:
        raise _Unusable("abstained", _reason(said) or "it gave no reason")
    if expected.form == "checklist":
        return _checked(said, expected)
    level = _level(said["level"], expected.levels)
    quotes = _quotes(said["evidence"], expected)
    return Heard(status=OK, level=level, reason=_reason(said), evidence=quotes)


def _check_shape(said: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    if missing := [key for key in keys if key not in said]:
        raise _Unusable("invalid", f"it lacks {', '.join(missing)}")
    if odd := sorted(set(said) - set(keys)):
        raise _Unusable("invalid", f"it has keys that were not asked for: {shortened(odd)}")
    for key, kind in _TYPES.items():
        if key in said and not isinstance(said[key], kind):
            raise _Unusable("invalid", f"{key} is {shortened(said[key])}")


def _level(raw: object, levels: Levels) -> Level:
    allowed = f"allowed: {', '.join(map(written, levels.named))}"
    try:
        return level_of(raw, levels)
    except LookupError as problem:
        raise _Unusable("out_of_range", f"{problem.args[0]}; {allowed}") from None
    except ValueError as problem:
        raise _Unusable("invalid", f"{problem}; {allowed}") from None


def _quotes(raw: list[object], expected: Expected) -> tuple[str, ...]:
    texts = [quote for quote in raw if isinstance(quote, str)]
    if len(texts) < len(raw):
        raise _Unusable("invalid", "a quote is not a text")
    quotes, wrong = looked_up(texts, expected.outputs)
    if wrong:
        raise _Unusable("evidence_failed", f"this is not in the answer: {shortened(wrong[0])}")
    return quotes


def _checked(said: Mapping[str, Any], expected: Expected) -> Heard:
    """A checklist's answers: every requirement once, a yes with the words that meet it."""
    answers = [_answer(raw, expected.levels) for raw in said["answers"]]
    numbers = [item for item, _, _ in answers]
    if sorted(numbers) != list(range(1, expected.items + 1)):
        raise _Unusable("invalid", f"it answers {numbers}, not each of 1 to {expected.items} once")
    quotes = _quotes([quote for _, quote, _ in answers], expected)
    if bare := sorted(item for item, quote, met in answers if met and not flat(quote)):
        raise _Unusable("evidence_failed", f"a yes has no quote: {bare}")
    unmet = sorted(item for item, _, met in answers if not met)
    count = f"{expected.items - len(unmet)} of {expected.items} requirements met"
    missed = f", not {', '.join(map(str, unmet))}" if unmet else ""
    return Heard(
        status=OK,
        level=(expected.items - len(unmet)) / expected.items,
        reason=f"{count}{missed}. {_reason(said)}".strip(),
        evidence=quotes,
    )


def _answer(raw: object, levels: Levels) -> tuple[int, str, bool]:
    if not isinstance(raw, dict) or set(raw) != _ITEM:
        raise _Unusable("invalid", f"an answer is {shortened(raw)}")
    item, quote = raw["item"], raw["quote"]
    if isinstance(item, bool) or not isinstance(item, int) or not isinstance(quote, str):
        raise _Unusable("invalid", f"an answer is {shortened(raw)}")
    return item, quote, _level(raw["met"], levels) == "yes"


def _reason(said: Mapping[str, Any]) -> str:
    """The judge's reason in one line, fit for storage."""
    reason = said.get("reason")
    text = " ".join(reason.split()) if isinstance(reason, str) else ""
    return text[:_LONGEST].encode("utf-8", "replace").decode("utf-8")
