"""The same words under other marks: Markdown put on and taken away, emoji."""

from __future__ import annotations

import re

from measurand.raters.judge.plain import plain_text
from measurand.raters.probes.lexicon import EMOJI
from measurand.raters.probes.pieces import Sentence, pieces, plain_sentences, sentences

__all__ = ["decorated", "marked", "unmarked"]

_MARKDOWN = re.compile(
    r"^ {0,3}(?:#{1,6} |[-*+] |\d+[.)] |>|\|)|\*\*[^*\n]+\*\*|(?<!\w)__[^_\n]+__(?!\w)"
    r"|(?<![\w*])\*[^*\s][^*\n]*\*(?![\w*])|\[[^\]\n]+\]\([^)\n]+\)|^(?:=+|-+)[ \t]*$",
    re.MULTILINE,
)
_LONG = re.compile(r"[^\W\d_]{5,}")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_LEAST = 2
_MOST_EMOJI = 3


def marked(text: str, pick: float) -> str | None:
    """Its sentences as a list, with a word of each in bold; None where it has Markdown already."""
    del pick
    told = plain_sentences(text)
    prose = "".join(part.text for part in pieces(text) if part.prose)
    if len(told) < _LEAST or _MARKDOWN.search(prose):
        return None
    parts, end = [], 0
    for one in told:
        between = text[end : one.start].rstrip(" \t")
        opens = text[: one.start].rstrip(" \t").endswith("\n") or not text[: one.start].strip()
        parts += [between, "- " if opens else "\n- ", _bold(one)]
        end = one.end
    return "".join((*parts, text[end:]))


def unmarked(text: str, pick: float) -> str | None:
    """Its Markdown rendered to plain text; None where it has none."""
    del pick
    plain = plain_text(text)
    return plain if plain.split() != text.split() else None


def decorated(text: str, pick: float) -> str | None:
    """Emoji behind sentences; None where it has some already."""
    told = [one for one in sentences(text) if one.alone]
    if not told or _EMOJI.search(text):
        return None
    first = int(pick * len(EMOJI))
    parts, end = [], 0
    for at, one in enumerate(told[:_MOST_EMOJI]):
        parts += [text[end : one.end], f" {EMOJI[(first + at) % len(EMOJI)]}"]
        end = one.end
    return "".join((*parts, text[end:]))


def _bold(one: Sentence) -> str:
    """The first long word of a sentence in bold, outside code and addresses."""
    at = 0
    for part in pieces(one.text):
        found = _LONG.search(part.text) if part.prose else None
        if found is not None:
            start, end = at + found.start(), at + found.end()
            return f"{one.text[:start]}**{one.text[start:end]}**{one.text[end:]}"
        at += len(part.text)
    return one.text
