"""Whether a judge's quotes are really in the output."""

from __future__ import annotations

from collections.abc import Iterable

from measurand.raters.judge.fence import restored, seen

__all__ = ["flat", "misquoted", "quotes_in"]


def flat(text: str) -> str:
    """The text with white space as single blanks and without what cannot be seen."""
    return " ".join(seen(text).split())


def quotes_in(quotes: Iterable[str]) -> tuple[str, ...]:
    """The quotes that say something, with the fence's escapes undone."""
    return tuple(text for quote in quotes if flat(text := restored(quote)))


def misquoted(quotes: Iterable[str], outputs: Iterable[str]) -> tuple[str, ...]:
    """The quotes that are in none of the outputs, verbatim but for white space."""
    texts = [flat(output) for output in outputs]
    return tuple(quote for quote in quotes if not any(flat(quote) in text for text in texts))
