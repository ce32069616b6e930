"""What is decided by a rule and never by a judge: outputs that say nothing, tasks that cannot be.

A colon or "Thought process:" for an answer makes many judges give the best level, so they are not
asked.
"""

from __future__ import annotations

import re
import unicodedata

from measurand.core.judging import BlindTask, Judgment
from measurand.core.model import Call
from measurand.core.rating import Measurement
from measurand.core.rubric import Dimension
from measurand.core.scale import Value
from measurand.raters.judge.fence import seen
from measurand.raters.judge.levels import levels_of, written
from measurand.raters.judge.quotes import flat

__all__ = ["EMPTY", "abstention", "no_output", "says_nothing", "settled", "unanswered"]

EMPTY = "the output says nothing that could be judged (a rule, not a judge)"

_OPENERS = re.compile(
    r"(?:(?:thought|thinking|reasoning) ?(?:process|steps?)?|let'?s (?:think|solve (?:this|the)"
    r"(?: (?:problem|question|task))?)(?:,? step by step)?|step by step"
    r"|(?:final |my |the )?(?:answer|solution|response|output)(?: is)?"
    r"|here is (?:my|the) (?:final )?(?:answer|solution|response)|explanation"
    r"|respuesta|soluci[oó]n|l[oö]sung|antwort|réponse"
    r"|\u89e3|\u89e3\u7b54|\u7b54\u6848|\u304b\u3044\u305b\u3064|\u601d\u8003\u8fc7\u7a0b)",
    re.IGNORECASE,
)
"""Lines that open an answer and are none (arXiv 2507.08794)."""
_LONGEST_OPENER = 120

_BARE_VALUES = frozenset({"[]", "{}"})
"""Empty values of JSON: punctuation, but answers."""


def says_nothing(output: str, references: tuple[str, ...] = ()) -> bool:
    """Whether an output is blank, punctuation alone, or nothing but openings of an answer.

    What an example names as an acceptable answer says something, however short it is.
    """
    if not all(map(_opens, output.splitlines())):
        return False
    text = flat(output)
    named = text and any(flat(reference) == text for reference in references)
    return not named and text not in _BARE_VALUES


def settled(task: BlindTask, dimension: Dimension) -> Judgment | None:
    """The judgment that follows from a rule; None where a judge must be asked.

    An output that says nothing gets the lowest level, and loses against one that says something.
    On a blocking dimension, and on labels without an order, nobody can tell: it is abstained from,
    and goes to people.
    """
    own = says_nothing(task.output, task.references)
    if task.other is None:
        return _lowest(dimension) if own else None
    other = says_nothing(task.other, task.references)
    if not own and not other:
        return None
    if dimension.blocking:
        return abstention(EMPTY)
    value = "tie" if own and other else "loss" if own else "win"
    return Judgment(measurement=Measurement(value, EMPTY), failure=None)


def abstention(reason: str) -> Judgment:
    """A judgment without a value that took no call."""
    return Judgment(measurement=Measurement(None, reason), failure="abstained")


def unanswered(calls: tuple[Call, ...]) -> Judgment:
    """The judgment of calls of which the last brought no reply."""
    failure = calls[-1].failure
    kind = failure.kind if failure else "connection"
    reason = (failure.message if failure else "") or kind
    return Judgment(measurement=Measurement(None, reason), failure=kind, calls=calls)


def no_output(reason: str) -> Judgment:
    """The judgment of an output that is a failure: a failure is not judged.

    Args:
        reason: Why there is no output.
    """
    return Judgment(measurement=Measurement(None, reason or "no output"), failure="no_output")


def _lowest(dimension: Dimension) -> Judgment:
    if dimension.blocking or not dimension.scale.numeric:
        return abstention(EMPTY)
    lowest: Value = dimension.scale.parse(written(levels_of(dimension).named[0]))
    return Judgment(measurement=Measurement(lowest, EMPTY), failure=None)


def _opens(line: str) -> bool:
    """Whether a line is blank, punctuation alone, or the opening of an answer and no more."""
    if len(line) > _LONGEST_OPENER:
        return all(map(_is_mark, line))
    told = seen(line)
    text = told.strip("".join(filter(_is_mark, told))).replace("\u2019", "'")
    return not text or _OPENERS.fullmatch(text) is not None


def _is_mark(character: str) -> bool:
    """Whether a character is punctuation, a separator or unseen."""
    return unicodedata.category(character)[0] in "PZC"
