"""How a simulated judge words what it says: reasons, quotes, and replies that are spoiled."""

from __future__ import annotations

import re
from typing import Any

from measurand.simulate.judge_model import Seen
from measurand.simulate.provider_draws import draw

__all__ = ["UNSAID", "best", "quotes", "reason_for", "spoiled"]

UNSAID = "as the harbour master of Atlantis used to say"
"""A quote that no output holds."""

_QUOTE = 90
_SENTENCE = re.compile(r"[^.!?\"{}\[\]\\\n]{12,}")
_PLACEHOLDER = re.compile(r"\[redacted [^\]\n]{0,200}\]")
_REASONS = (
    "Much of this falls short of the definition of {0}.",
    "This meets the definition of {0} in part, with a fault that a reader would notice.",
    "This meets the definition of {0} and leaves little to correct.",
)


def reason_for(share: float, dimension: str) -> str:
    """Why: by how good it is, from 0 to 1."""
    place = max(min(int(share * len(_REASONS)), len(_REASONS) - 1), 0)
    return _REASONS[place].format(dimension)


def best(task: Seen) -> float | str:
    """The best level."""
    if task.numbers:
        return task.level(task.numbers[-1])
    return "yes" if "yes" in task.levels else str(task.levels[-1])


def quotes(text: str, word: str) -> list[str]:
    """A passage of the text, copied letter by letter; none of a text without any."""
    own = _PLACEHOLDER.sub("\n", text)  # the quote is held against the text before redaction
    found = [match[0].strip()[:_QUOTE].strip() for match in _SENTENCE.finditer(own)]
    found = found or [line.strip()[:_QUOTE].strip() for line in own.splitlines() if line.strip()]
    if not found:
        return []
    return [found[int(draw("quote", word, text) * len(found))]]


def spoiled(said: dict[str, Any], task: Seen, fault: str | None) -> dict[str, Any]:
    """The reply with a planted fault in it."""
    if fault == "no_canary":
        said["canary"] = ""
    elif fault == "bad_quote" and "answers" in said:
        said["answers"][0] |= {"quote": UNSAID, "met": "yes"}
    elif fault == "bad_quote":
        said["evidence"] = [UNSAID]
    elif fault == "out_of_range" and "answers" in said:
        said["answers"][0]["met"] = "perhaps"
    elif fault == "out_of_range":
        said["level"] = task.numbers[-1] + 2 if task.numbers else "perhaps"
    return said
