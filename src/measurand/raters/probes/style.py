"""The same said in another register: formal or casual, doubtful or certain."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from measurand.raters.probes.lexicon import (
    ASSERTIONS,
    CASUAL_OPENINGS,
    CONTRACTIONS,
    DOUBTS,
    EXPANSIONS,
    FORMAL_OPENINGS,
    FORMAL_WORDS,
    HEDGES,
    PLAIN_WORDS,
    STARTERS,
)
from measurand.raters.probes.pieces import Sentence, change, plain_sentences, word_count

__all__ = ["asserted", "casual", "formal", "hedged"]

_WORD = re.compile(r"[\w'\u2019]+")
_PRONOUNS = "you|we|they|he|she|it|i|this|that"
_PREPOSITIONS = ("with", "of", "in", "on", "for", "by", "at", "about", "what", "from", "than")
_ALLOWED = 0.05
_FEW_WORDS = 3
_MOST = 6


def formal(text: str, pick: float) -> str | None:
    """Contractions written out, plain words as formal ones, a connective; None where none is."""
    return _register(text, {**EXPANSIONS, **FORMAL_WORDS}, FORMAL_OPENINGS, pick=pick)


def casual(text: str, pick: float) -> str | None:
    """The other way round."""
    return _register(text, {**CONTRACTIONS, **PLAIN_WORDS}, CASUAL_OPENINGS, pick=pick)


def hedged(text: str, pick: float) -> str | None:
    """Words of doubt before sentences that have none."""
    return _opened(text, HEDGES, pick=pick, most=_budget(text))


def asserted(text: str, pick: float) -> str | None:
    """Words of doubt left out, and words of certainty before sentences."""
    doubtless = change(text, lambda prose: _doubts().sub(_without, prose))
    lost = word_count(text) - word_count(doubtless)
    bold = _opened(doubtless, ASSERTIONS, pick=pick, most=_budget(text) + min(lost, 1))
    return bold or (doubtless if lost else None)


def _register(
    text: str, lexicon: Mapping[str, str], openings: Sequence[str], *, pick: float
) -> str | None:
    """Words exchanged as far as the length allows; a connective where too few were."""
    spend = _Spend(_budget(text))
    changed = change(text, lambda prose: _exchanged(prose, lexicon, spend))
    if any(opening.lower() in text.lower() for opening in openings):
        return changed if changed != text else None
    opened = _opened(changed, openings, pick=pick, most=1) if spend.left >= 1 else None
    return opened or (changed if changed != text else None)


class _Spend:
    """How many words may still be added or lost."""

    def __init__(self, words: int) -> None:
        self.words = words
        self.grown = 0

    @property
    def left(self) -> int:
        return self.words - self.grown

    def take(self, words: int) -> bool:
        """Whether that many more are still within what is allowed; then they are taken."""
        if abs(self.grown + words) > self.words:
            return False
        self.grown += words
        return True


def _budget(text: str) -> int:
    return max(int(_ALLOWED * word_count(text)), _FEW_WORDS)


def _exchanged(prose: str, lexicon: Mapping[str, str], spend: _Spend) -> str:
    folded = {phrase.lower(): other for phrase, other in lexicon.items()}

    def exchange(found: re.Match[str]) -> str:
        said = found[0].replace("\u2019", "'")
        other = folded[said.lower()]
        if not spend.take(word_count(other) - word_count(said)):
            return found[0]
        return other[0].upper() + other[1:] if found[0][0].isupper() else other

    return _finder(tuple(lexicon)).sub(exchange, prose)


@lru_cache(maxsize=8)
def _finder(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """The phrases, longest first, where a word follows in the same sentence.

    Not before a pronoun, as in "don't you think", nor behind a preposition, as in "with it is".
    """
    shapes = []
    for phrase in sorted(phrases, key=len, reverse=True):
        first, rest = re.escape(phrase[0]), re.escape(phrase[1:]).replace("'", "['\u2019]")
        shapes.append(f"[{first.lower()}{first.upper()}]{rest}")
    behind = "".join(rf"(?<!\b{word} )" for word in _PREPOSITIONS)
    before = rf"(?![\w'\u2019-])(?= (?!(?:{_PRONOUNS})\b)[a-z])"
    return re.compile(rf"(?<![\w'\u2019-]){behind}(?:{'|'.join(shapes)}){before}")


@lru_cache(maxsize=1)
def _doubts() -> re.Pattern[str]:
    shapes = "|".join(re.escape(one) for one in sorted(DOUBTS, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{shapes}),? (?P<next>\w)", re.IGNORECASE)


def _without(found: re.Match[str]) -> str:
    letter = found["next"]
    return letter.upper() if found[0][0].isupper() else letter


def _opened(text: str, openings: Sequence[str], *, pick: float, most: int) -> str | None:
    """Words put before sentences, spread over the text; None where no sentence takes them."""
    able = [one for one in plain_sentences(text) if _takes(one, openings)]
    if not able or most < 1:
        return None
    count = min(len(able), most, _MOST)
    first = int(pick * len(openings))
    chosen = [able[(2 * at + 1) * len(able) // (2 * count)] for at in range(count)]
    parts, end = [], 0
    for at, one in enumerate(chosen):
        parts.append(text[end : one.start])
        parts.append(f"{openings[(first + at) % len(openings)]} {_lowered(one.text)}")
        end = one.end
    return "".join((*parts, text[end:]))


def _takes(one: Sentence, openings: Sequence[str]) -> bool:
    """Whether a sentence starts with a word that may be written small, and is not opened yet."""
    found = _WORD.match(one.text)
    if found is None or found[0].lower() not in STARTERS or not found[0][0].isupper():
        return False
    low = one.text.lower()
    return not any(_bare(opening) in low for opening in openings)


def _bare(opening: str) -> str:
    return opening.rstrip(",").lower()


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]
