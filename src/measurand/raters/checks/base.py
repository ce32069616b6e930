"""What all checks share: how they refuse, how they survive, what names their version."""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.core.scale import UNIT, YES_NO, Scale
from measurand.core.sound import words
from measurand.errors import MissingExtra, UsageError

__all__ = [
    "LONGEST",
    "TextCheck",
    "Unanswered",
    "UnitCheck",
    "best",
    "broken",
    "references",
    "refusal",
    "require_choice",
    "require_package",
    "shown",
    "yes_no",
]

LONGEST = 2_000_000
"""Characters of an answer beyond which no check reads it."""
_SHOWN = 80
_TRACEBACK = 4_000


class Unanswered(Exception):  # noqa: N818 - no error: the question stays open
    """What was asked cannot be told; the message becomes the reason of the empty rating."""


@dataclass(frozen=True)
class TextCheck(ABC):
    """A check that reads the text of an answer.

    Args:
        dimension: The dimension it rates.
        label: Tells two checks of one kind apart; it becomes part of the rater's name.

    A subclass says how it rates; that it rates only what is there, and that nothing it does can
    end a run, is settled here.
    """

    dimension: str
    label: str = field(default="", kw_only=True)

    short: ClassVar[str]
    """The name in a plan, after ``check.``."""
    revision: ClassVar[int] = 1
    """Goes up whenever the same output could be rated otherwise."""
    package: ClassVar[str] = ""
    """A package whose version can change the rating."""

    @property
    def name(self) -> str:
        """The rater's name in the table."""
        return f"check.{self.short}" + (f":{self.label}" if self.label else "")

    @property
    def scale(self) -> Scale:
        """The scale of its measurements."""
        return YES_NO

    @property
    def cost(self) -> float:
        """Nothing: the code runs here."""
        return 0.0

    @cached_property
    def version(self) -> str:
        """Changes with the parameters and with the code's revision."""
        content = {item.name: getattr(self, item.name) for item in fields(self) if item.compare}
        return fingerprint([self.short, self.revision, _installed(self.package), content])

    def measure(self, example: Example, output: Output) -> Measurement:
        """Rate an answer; None with the reason where there is nothing to rate."""
        if reason := refusal(output):
            return Measurement(None, reason)
        try:
            return self.rate(example, output)
        except Unanswered as reason_given:
            return Measurement(None, str(reason_given))
        except Exception as problem:  # noqa: BLE001 - no check ends a run, whatever it meets
            return broken(self.name, problem)

    @abstractmethod
    def rate(self, example: Example, output: Output) -> Measurement:
        """Rate an answer that is there.

        Raises:
            Unanswered: It cannot be told; the message says why.
        """


@dataclass(frozen=True)
class UnitCheck(TextCheck):
    """A check that gives a share: 0 worst, 1 best."""

    @property
    def scale(self) -> Scale:
        """The scale of its measurements."""
        return UNIT


def refusal(output: Output) -> str:
    """Why an output cannot be rated at all; empty when it can."""
    if output.failure is not None:
        return f"there is no answer: {output.failure.kind}: {output.failure.message}"
    if len(output.text or "") > LONGEST:
        return f"the answer is longer than {LONGEST:,} characters"
    return ""


def broken(name: str, problem: BaseException) -> Measurement:
    """The rating of a check that failed itself: what and where; all of the trace is evidence."""
    trace = "".join(traceback.format_exception(problem))[-_TRACEBACK:]
    frames = traceback.extract_tb(problem.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    reason = f"{name} failed: {type(problem).__name__}: {shown(words(problem))}{where}"
    return Measurement(None, reason, (trace,), failure="exception")


def yes_no(good: bool, reason: str = "", evidence: Iterable[str] = ()) -> Measurement:  # noqa: FBT001 - it is the rating
    """A rating on the yes/no scale, where yes is good."""
    return Measurement(float(good), reason, tuple(evidence))


def references(example: Example) -> tuple[str, ...]:
    """The references of an example.

    Raises:
        Unanswered: There are none.
    """
    if not example.references:
        raise Unanswered("no reference to compare with")
    return example.references


def best(example: Example, compare: Callable[[str], Measurement]) -> Measurement:
    """The best rating against any one of the references.

    Raises:
        Unanswered: There is no reference, or no comparison could be made.
    """
    rated: list[Measurement] = []
    reason = ""
    for reference in references(example):
        try:
            rated.append(compare(reference))
        except Unanswered as problem:
            reason = reason or str(problem)
    if not rated:
        raise Unanswered(reason)
    return max(rated, key=_number)


def require_choice(what: str, found: str, allowed: Iterable[str]) -> None:
    """Refuse a word that is not among those allowed.

    Raises:
        UsageError: It is not.
    """
    listed = tuple(allowed)
    if found not in listed:
        raise UsageError(f"{what} {found!r} is unknown; allowed: {', '.join(listed)}")


def require_package(package: str, what: str, extra: str) -> None:
    """Refuse before anything is spent, when a package that a check needs is not installed.

    Raises:
        MissingExtra: It is not.
    """
    if find_spec(package) is None:
        raise MissingExtra(what, extra)


def shown(text: str) -> str:
    """A text short enough for a reason, on one line."""
    line = " ".join(text[: 4 * _SHOWN].split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _number(rating: Measurement) -> float:
    return rating.value if isinstance(rating.value, float) else -1.0


def _installed(package: str) -> str:
    if not package:
        return ""
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"
