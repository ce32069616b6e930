"""Comparison with the references: the same, the same number, contained, or alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Literal, get_args

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.core.scale import UNIT, YES_NO, Scale
from measurand.errors import UsageError
from measurand.raters.checks.base import (
    TextCheck,
    Unanswered,
    best,
    references,
    require_choice,
    shown,
    yes_no,
)
from measurand.raters.checks.search import expression, search
from measurand.raters.checks.text import finder, normalise

__all__ = ["Mode", "Reference", "numbers"]

Mode = Literal["exact", "normalised", "numeric", "any", "all", "fuzzy"]

_NUMBER = re.compile(
    r"(?<!\w)(?<!\w[-\u2013.])(?<!\d[,:/])"  # not inside a word, a date, a range, a version
    r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,40})?(?:\.\d{1,40})?(?<=\d)(?:[eE][-+]?\d{1,3})?"
    r"(?!\d|[-\u2013:/,.]\d)"
)
_CELLS = 10**10
"""The largest product of two lengths whose similarity is computed: about a second."""


@dataclass(frozen=True)
class Reference(TextCheck):
    """Whether the answer agrees with a reference: yes or no; with ``fuzzy`` how much, in [0, 1].

    Args:
        dimension: The dimension it rates.
        mode: ``exact``: the same characters, but for white space at the ends.
            ``normalised``: the same after case, punctuation at the edges of words, compatibility
            forms and white space.
            ``numeric``: the same number within the tolerance; units and percent signs are not
            read. An answer with several different numbers is not rated: which of them is meant
            cannot be told without ``answer``.
            ``any``: at least one reference occurs in the answer, as whole words.
            ``all``: every reference does.
            ``fuzzy``: the normalised InDel similarity of the texts, best over the references.
        tolerance: Of ``numeric``: the largest absolute difference.
        relative: Of ``numeric``: the same as a share of the reference; the larger bound holds.
        answer: A regular expression that finds the answer in the text, as in
            ``"Answer: (.+)"``; its first group, or the whole match. Without a match the answer
            is missing, and wrong.

    Raises:
        UsageError: A parameter means nothing.
    """

    short: ClassVar[str] = "reference"
    mode: Mode = "normalised"
    tolerance: float = 0.0
    relative: float = 0.0
    answer: str = ""
    _answer: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_choice("the mode", self.mode, get_args(Mode))
        if not (0 <= self.tolerance < float("inf") and 0 <= self.relative < float("inf")):
            raise UsageError("a tolerance is a finite number, not below 0")
        if (self.tolerance or self.relative) and self.mode != "numeric":
            raise UsageError(f"a tolerance belongs to the mode numeric, not to {self.mode}")
        if self.answer:
            object.__setattr__(self, "_answer", expression(self.answer))

    @property
    def scale(self) -> Scale:
        """Yes/no; of ``fuzzy`` the unit interval."""
        return UNIT if self.mode == "fuzzy" else YES_NO

    def rate(self, example: Example, output: Output) -> Measurement:
        """Compare; see the class."""
        wanted = references(example)
        if not all(reference.strip() for reference in wanted):
            raise Unanswered("a reference of this example is empty")
        text = output.text or ""
        if self._answer is not None:
            if (found := search(self._answer, text)) is None:
                return Measurement(0.0, f"the text holds no answer of the form {self.answer!r}")
            text = (found[1] if found.re.groups else found[0]) or ""
        if self.mode in {"any", "all"}:
            return self._contained(wanted, text)
        if self.mode == "numeric":
            return self._numeric(example, text)
        return best(example, lambda reference: self._alike(reference, text))

    def _contained(self, wanted: tuple[str, ...], text: str) -> Measurement:
        holds = finder(text)
        missing = [item for item in wanted if not holds(item)]
        good = not missing if self.mode == "all" else len(missing) < len(wanted)
        reason = f"{len(wanted) - len(missing)} of {len(wanted)} references occur in the answer"
        return yes_no(good, reason, [f"missing: {shown(item)}" for item in missing])

    def _numeric(self, example: Example, text: str) -> Measurement:
        given = numbers(text)
        if len(given) > 1:
            listed = ", ".join(str(number) for number in given[:5])
            raise Unanswered(f"the answer holds several numbers ({listed}); which is meant?")
        return best(example, lambda reference: self._near(reference, text, given))

    def _near(self, reference: str, text: str, given: tuple[Decimal, ...]) -> Measurement:
        wanted = numbers(reference)
        if len(wanted) != 1:
            raise Unanswered(f"the reference is not one number: {shown(reference)}")
        if not given and any(char.isdigit() for char in text):
            raise Unanswered("the answer holds digits, but no number that can be read")
        if not given:
            return Measurement(0.0, "the answer holds no number")
        bound = max(Decimal(str(self.tolerance)), Decimal(str(self.relative)) * abs(wanted[0]))
        good = abs(given[0] - wanted[0]) <= bound
        return yes_no(good, f"{given[0]} against {wanted[0]}, tolerance {bound}")

    def _alike(self, reference: str, text: str) -> Measurement:
        if self.mode == "exact":
            return yes_no(text.strip() == reference.strip(), f"against {shown(reference)!r}")
        mine, theirs = normalise(text), normalise(reference)
        if self.mode == "normalised":
            good = mine == theirs if theirs else text.strip() == reference.strip()
            return yes_no(good, f"against {shown(reference)!r}")
        if len(mine) * len(theirs) > _CELLS:
            raise Unanswered("the answer and the reference are too long for a similarity")
        if not theirs:
            raise Unanswered("the reference holds nothing but punctuation")
        from rapidfuzz import fuzz  # noqa: PLC0415 - a fiftieth of a second, for one mode

        return Measurement(fuzz.ratio(mine, theirs) / 100, f"against {shown(reference)!r}")


def numbers(text: str) -> tuple[Decimal, ...]:
    """The different numbers of a text, in order of first appearance.

    Digits may be grouped by commas (``1,234.5``). Digits inside words, dates, times, ranges and
    version numbers are none.
    """
    plain = text.replace("\u2212", "-")
    found = (match[0].replace(",", "") for match in _NUMBER.finditer(plain) if match[0])
    return tuple(dict.fromkeys(Decimal(number) for number in found))
