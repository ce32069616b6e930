"""Whether a judge's quotes are really in the output."""

from __future__ import annotations

from collections.abc import Iterable

from measurand.raters.judge.fence import restored, seen

__all__ = ["flat", "looked_up"]


def flat(text: str) -> str:
    """The text with white space as single blanks and without what cannot be seen."""
    return " ".join(seen(text).split())


def looked_up(
    quotes: Iterable[str], outputs: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The quotes that are in one of the outputs, and those that are in none; blank ones left out.

    Verbatim but for white space and what cannot be seen; copied as displayed, or as it was.
    """
    texts = [flat(output) for output in outputs]
    right, wrong = [], []
    for quote in quotes:
        forms = [form for form in (restored(quote), quote) if flat(form)]
        found = [form for form in forms if any(flat(form) in text for text in texts)]
        if found:
            right.append(found[0])
        elif forms:
            wrong.append(quote)
    return tuple(right), tuple(wrong)
