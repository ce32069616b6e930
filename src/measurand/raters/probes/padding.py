"""Longer without saying more, and shorter by what it says."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.raters.probes.pieces import plain_sentences, sentences

__all__ = ["boilerplate", "listed", "restated", "truncated"]

_RESTATING = (
    "To say it once more in summary:",
    "In summary, and to repeat what was said:",
    "To sum up what has been said above:",
)
_LISTING = (
    "The key points, listed once more:",
    "A list of the main points from above:",
    "The points to take away, one by one:",
)
_OPENING = (
    "Thank you for your question. Here is some information on what you have asked about.",
    "Thank you for getting in touch. Below is an answer to what you have asked.",
)
_CLOSE = (
    (
        "Please let me know if there is anything else that you would like to know about this. If "
        "anything is unclear, just ask, and I will go into it in more detail."
    ),
    (
        "If anything else comes up, please ask at any time. I hope that this answers what you "
        "wanted to know, and that nothing has been left open."
    ),
)
_LEAST = 3
_SHORTEST, _LONGEST = 0.4, 0.8


def restated(text: str, pick: float) -> str | None:
    """What it states, said once more at the end."""
    told = [one.text for one in plain_sentences(text)]
    return _behind(text, f"{_one(_RESTATING, pick)} {' '.join(told)}") if told else None


def listed(text: str, pick: float) -> str | None:
    """What it states, once more line by line, without marks of Markdown."""
    told = [one.text for one in plain_sentences(text)]
    return _behind(text, "\n".join((_one(_LISTING, pick), *told))) if told else None


def boilerplate(text: str, pick: float) -> str | None:
    """An opening and a close that say nothing."""
    return _behind(f"{_one(_OPENING, pick)}\n\n{text}", _one(_CLOSE, pick))


def truncated(text: str, pick: float) -> str | None:
    """The beginning, up to the end of a sentence at about two thirds; None where there is none."""
    del pick
    found = sentences(text)
    if len(found) < _LEAST:
        return None
    ends = [one.end for one in found[:-1]]
    wanted = 2 * len(text) / 3
    end = min(ends, key=lambda at: abs(at - wanted))
    return text[:end] if _SHORTEST * len(text) <= end <= _LONGEST * len(text) else None


def _behind(text: str, more: str) -> str:
    return f"{text.rstrip()}\n\n{more}"


def _one(texts: Sequence[str], pick: float) -> str:
    return texts[int(pick * len(texts))]
