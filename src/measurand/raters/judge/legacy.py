"""Replies in older free-text formats: each a declared parser, chosen by its name, never guessed.

For verdicts that somebody recorded elsewhere. The formats of this package's own judges are not
among them: those reply in JSON (`measurand.raters.judge.reply`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from measurand.core.model import OK, Finish
from measurand.core.rubric import Dimension
from measurand.core.scale import Scale
from measurand.errors import UsageError, nearest
from measurand.raters.judge.levels import Levels, levels_of
from measurand.raters.judge.reply import Heard, level_of, refuses

__all__ = ["COMPARED", "FORMATS", "LegacyFormat", "hear_legacy"]

COMPARED = ("a", "b")
"""What the comparison formats name: the output that is better."""

_DIGITS = r"(?P<level>-?[0-9]+(?:\.[0-9]+)?)"
_ENDS = r"(?![\w/%]|\.[0-9]| out of\b)"


@dataclass(frozen=True, slots=True)
class LegacyFormat:
    """A declared format.

    Args:
        shape: What it looks like, for people.
        pattern: Where the level stands, as the group ``level``; the last match counts.
        whole: Whether the reply must be nothing else.
        compares: Whether it names the better of two outputs, and no level of a scale.
    """

    shape: str
    pattern: re.Pattern[str]
    whole: bool = False
    compares: bool = False


FORMATS: Mapping[str, LegacyFormat] = {
    "llmbar.choice": LegacyFormat(
        "Output (a)", re.compile(r"Output \((?P<level>[ab])\)\.?"), whole=True, compares=True
    ),
    "llmbar.sentence": LegacyFormat(
        "..., Output (a) is better.",
        re.compile(
            r"(?:\A|[.!?:][\"')\u201d]?\s+|\n\s*)(?:[A-Z][^.!?\n]{0,300}, )?"
            r"Output \((?P<level>[ab])\) is better(?=[.!,;\s]|\Z)"
        ),
        compares=True,
    ),
    "rating": LegacyFormat("7", re.compile(_DIGITS), whole=True),
    "ice_score": LegacyFormat(
        "Usefulness: 3",
        re.compile(
            r"\b(?:usefulness|(?:usefulness |useful |overall )?score)\b[^.\n\d]{0,60}?"
            rf"(?::|\b(?:is|of|as)\b)\s*(?:an? )?\**{_DIGITS}\**{_ENDS}"
            rf"|\b(?:scores?|rated(?: as)?) (?:an? )?{_DIGITS.replace('level', 'other')}{_ENDS}"
            r" for usefulness\b",
            re.IGNORECASE,
        ),
    ),
}
"""The formats by name: LLMBar's three and that of ICE-Score."""


def hear_legacy(name: str, text: str, scale: Scale, *, finish: Finish = "stop") -> Heard:
    """What a reply in a declared format says, held against a scale.

    Args:
        name: One of `FORMATS`.
        text: The reply.
        scale: The scale of its levels; comparison formats name ``a`` or ``b`` and need none.
        finish: Why the reply ended, where that was recorded.

    Raises:
        UsageError: There is no such format.
    """
    form = FORMATS.get(name)
    if form is None:
        told = nearest(name, FORMATS) or f"there are: {', '.join(FORMATS)}"
        raise UsageError(f"no reply format {name!r}; {told}")
    if finish in {"length", "refused"}:
        return Heard(status="truncated" if finish == "length" else "refused", fault=finish)
    found = _last(form, text)
    if found is None:
        refused = refuses(text.strip())
        fault = f"it has no {form.shape!r}"
        return Heard(status="refused" if refused else "invalid", fault=fault)
    levels = (
        Levels(COMPARED, ("", ""))
        if form.compares
        else levels_of(Dimension("recorded", scale=scale))
    )
    try:
        return Heard(status=OK, level=level_of(found, levels), reason=text.strip())
    except LookupError as problem:
        return Heard(status="out_of_range", fault=str(problem.args[0]))
    except ValueError as problem:
        return Heard(status="invalid", fault=str(problem))


def _last(form: LegacyFormat, text: str) -> str | None:
    if form.whole:
        found = form.pattern.fullmatch(text.strip())
        return found["level"] if found else None
    levels = [next(filter(None, one.groups())) for one in form.pattern.finditer(text)]
    return levels[-1] if levels else None
