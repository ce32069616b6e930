"""Other names for levels that are whole numbers: grades, Roman numerals, words."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from measurand.core.judging import LabelSet

__all__ = ["labels_for"]

_ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
_WORDS = tuple(_ENGLISH.split())
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_LARGEST_ROMAN = 39


def labels_for(numbers: tuple[int, ...], label_set: LabelSet) -> tuple[str, ...]:
    """A label for each of the numbers, which go from the worst to the best.

    Raises:
        ValueError: The set has no label for one of them; digits have none at all.
    """
    if label_set not in _SETS:
        raise ValueError(f"there is no set of labels {label_set!r}")
    labels = _SETS[label_set](numbers)
    if labels is None:
        raise ValueError(f"{label_set} have no label for each of {numbers[0]} to {numbers[-1]}")
    return labels


def _letters(numbers: tuple[int, ...]) -> tuple[str, ...] | None:
    """Grades as schools give them: A is the best."""
    if len(numbers) > len(string.ascii_uppercase):
        return None
    return tuple(reversed(string.ascii_uppercase[: len(numbers)]))


def _roman(numbers: tuple[int, ...]) -> tuple[str, ...] | None:
    if not 0 < min(numbers) <= max(numbers) <= _LARGEST_ROMAN:
        return None
    return tuple("".join(_signs(number)) for number in numbers)


def _signs(number: int) -> Iterator[str]:
    for value, sign in _ROMAN:
        while number >= value:
            yield sign
            number -= value


def _words(numbers: tuple[int, ...]) -> tuple[str, ...] | None:
    if not 0 <= min(numbers) <= max(numbers) < len(_WORDS):
        return None
    return tuple(_WORDS[number] for number in numbers)


_Labels = Callable[[tuple[int, ...]], tuple[str, ...] | None]
_SETS: Mapping[LabelSet, _Labels] = MappingProxyType(
    {"letters": _letters, "roman": _roman, "words": _words}
)
