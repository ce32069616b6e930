"""Text that came from outside, made safe to look at: nothing hidden, nothing that reorders."""

from __future__ import annotations

import unicodedata

from measurand.stats.estimate import Estimate

__all__ = ["MINUS", "interval", "number", "one_line", "shortened", "typeset", "visible"]

MINUS = "\N{MINUS SIGN}"

_KEPT = frozenset("\n\t\u200c\u200d")
"""Line feed and tab; the joiners, without which Persian, Indic scripts and emoji break."""

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories that show nothing, or that change how their neighbours show."""


def visible(text: str) -> str:
    r"""Replace every control, bidirectional and other invisible character by its code point.

    ``"a\x1b[31m"`` becomes ``"a⟨U+001B⟩[31m"``. Line feeds and tabs stay, CR LF becomes LF.

    Returns:
        Text that can be encoded as UTF-8, valid in XML, and without effect on a terminal.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """The same on one line: a line break shows as ``↵``, a tab as a space."""
    return visible(text).replace("\n", " ↵ ").replace("\t", " ")


def shortened(text: str, limit: int) -> str:
    """The same on one line of at most ``limit`` characters, the last one ``…`` if cut."""
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def number(value: float) -> str:
    """Three decimals, and no minus before zero."""
    text = f"{value:.3f}"
    return text.removeprefix("-") if not text.strip("-0.") else text


def interval(estimate: Estimate) -> str:
    """``[low, high]``, or nothing."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"[{number(estimate.low)}, {number(estimate.high)}]"


def typeset(numbers: str) -> str:
    """Numbers with a minus sign where a hyphen stands for it."""
    return numbers.replace("-", MINUS)


def _shown(char: str) -> str:
    if char in _KEPT:
        return char
    hidden = unicodedata.category(char) in _HIDDEN or ord(char) & 0xFFFE == 0xFFFE  # noqa: PLR2004
    return f"⟨U+{ord(char):04X}⟩" if hidden else char
