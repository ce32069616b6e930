"""BLEU, chrF and ROUGE: word and character overlap with the references.

They tell how alike two texts are, not which one is right; report them beside ratings of people,
not instead. Each is the best over the references, in [0, 1].
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.raters.checks.base import (
    Unanswered,
    UnitCheck,
    best,
    require_choice,
    require_package,
    shown,
)
from measurand.raters.checks.text import words

__all__ = ["Bleu", "Chrf", "Rouge", "rouge_l", "rouge_n"]

Variant = Literal["rouge1", "rouge2", "rougeL"]

_CELLS = 10**9
_LONGEST = 100_000


@dataclass(frozen=True)
class Rouge(UnitCheck):
    """ROUGE-1, ROUGE-2 or ROUGE-L (F1), best over the references.

    Lin (2004), "ROUGE: a package for automatic evaluation of summaries". Words are lower-cased
    runs of letters and digits, without stemming; in scripts without spaces each character is one.

    Args:
        dimension: The dimension it rates.
        variant: ``rouge1``, ``rouge2`` or ``rougeL``.

    Raises:
        UsageError: The variant is none of these.
    """

    short: ClassVar[str] = "rouge"
    variant: Variant = "rougeL"

    def __post_init__(self) -> None:
        require_choice("the variant", self.variant, get_args(Variant))

    def rate(self, example: Example, output: Output) -> Measurement:
        """Compare with every reference."""
        mine = _tokens(output.text or "")
        return best(example, lambda reference: self._against(reference, mine))

    def _against(self, reference: str, mine: list[str]) -> Measurement:
        theirs = _tokens(reference)
        order = 2 if self.variant == "rouge2" else 1
        if len(theirs) < order:
            raise Unanswered(f"the reference has fewer than {order} words")
        if len(mine) * len(theirs) > _CELLS:
            raise Unanswered("the answer and the reference are too long to compare")
        score = rouge_l(mine, theirs) if self.variant == "rougeL" else rouge_n(mine, theirs, order)
        return Measurement(score, f"{self.variant} against {shown(reference)!r}")


@dataclass(frozen=True)
class _Sacre(UnitCheck):
    package: ClassVar[str] = "sacrebleu"

    def __post_init__(self) -> None:
        require_package(self.package, f"the check {self.short}", "text")

    def rate(self, example: Example, output: Output) -> Measurement:
        """Compare with every reference."""
        text = output.text or ""
        return best(example, lambda reference: self._against(reference, text))

    def _against(self, reference: str, text: str) -> Measurement:
        if not reference.strip():
            raise Unanswered("the reference is empty")
        if max(len(text), len(reference)) > _LONGEST:
            raise Unanswered(f"longer than {_LONGEST:,} characters")
        score = min(1.0, self._score(text, reference) / 100)
        return Measurement(score, f"{self.short} against {shown(reference)!r}")

    def _score(self, text: str, reference: str) -> float:
        raise NotImplementedError


@dataclass(frozen=True)
class Bleu(_Sacre):
    """Sentence BLEU by sacreBLEU, with effective order and exponential smoothing.

    Papineni et al. (2002). Needs the extra ``text``.

    Args:
        dimension: The dimension it rates.
        tokenize: sacreBLEU's tokenizer: ``13a``, ``intl``, ``zh``, ``char`` or ``none``.

    Raises:
        MissingExtra: sacrebleu is not installed.
        UsageError: The tokenizer is none of these.
    """

    short: ClassVar[str] = "bleu"
    tokenize: str = "13a"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice("the tokenizer", self.tokenize, ("13a", "intl", "zh", "char", "none"))

    def _score(self, text: str, reference: str) -> float:
        from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - an extra

        metric = BLEU(effective_order=True, tokenize=self.tokenize)
        return float(metric.sentence_score(text, [reference]).score)


@dataclass(frozen=True)
class Chrf(_Sacre):
    """chrF2 by sacreBLEU: character n-grams up to 6, recall counted twice as much as precision.

    Popovic (2015). Needs the extra ``text``.

    Args:
        dimension: The dimension it rates.

    Raises:
        MissingExtra: sacrebleu is not installed.
    """

    short: ClassVar[str] = "chrf"

    def _score(self, text: str, reference: str) -> float:
        from sacrebleu.metrics.chrf import CHRF  # noqa: PLC0415 - an extra

        return float(CHRF().sentence_score(text, [reference]).score)


def rouge_n(mine: Sequence[str], theirs: Sequence[str], n: int) -> float:
    """The F1 of the shared n-grams of two lists of words."""
    first, second = _grams(mine, n), _grams(theirs, n)
    return _f1((first & second).total(), first.total(), second.total())


def rouge_l(mine: Sequence[str], theirs: Sequence[str]) -> float:
    """The F1 of the longest common subsequence of two lists of words."""
    from rapidfuzz.distance import LCSseq  # noqa: PLC0415 - a twentieth of a second, for one check

    return _f1(int(LCSseq.similarity(mine, theirs)), len(mine), len(theirs))


def _grams(tokens: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(tokens[start:] for start in range(n)), strict=False))


def _f1(shared: int, mine: int, theirs: int) -> float:
    return 2 * shared / (mine + theirs) if shared else 0.0


def _tokens(text: str) -> list[str]:
    return words("".join(char if char.isalnum() else " " for char in text.lower()))
