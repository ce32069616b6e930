"""Text that came from outside, made safe to look at: nothing hidden, nothing that reorders."""

from __future__ import annotations

import re
import unicodedata

from measurand.stats.estimate import Estimate

__all__ = [
    "MINUS",
    "foretold",
    "inert",
    "interval",
    "number",
    "numbers",
    "one_line",
    "one_sided",
    "shortened",
    "typeset",
    "visible",
]

MINUS = "\N{MINUS SIGN}"

_UPPER = "upper bound"
"""What the method of a one-sided bound says."""

_COMMAND = re.compile(r"(^\s*:(?=:)|##(?=\w*\[))", re.MULTILINE)
"""Where a line of a log begins that a build server would run."""

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


def inert(text: str) -> str:
    """The same with nothing in it that a build server takes for a command.

    GitHub runs lines that begin with ``::``, and ``##[...]`` anywhere; Azure and TeamCity
    ``##vso[...]`` and ``##teamcity[...]``. A zero-width space within keeps them from it.
    """
    if "::" not in text and "##" not in text:
        return text
    return _COMMAND.sub("\\1\u200b", text)


def shortened(text: str, limit: int) -> str:
    """The same on one line of at most ``limit`` characters, the last one ``…`` if cut."""
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def one_sided(estimate: Estimate) -> bool:
    """Whether only its upper end says something; the lower one is the end of the scale."""
    return _UPPER in estimate.method


def number(value: float, *, percent: bool = False) -> str:
    """Three decimals, or a share in percent with one; no minus before zero."""
    text = f"{value:.1%}" if percent else f"{value:.3f}"
    return text.removeprefix("-") if not text.strip("-0.%") else text


def interval(estimate: Estimate, *, percent: bool = False) -> str:
    """``[low, high]``, ``at most high`` of a one-sided bound, or nothing."""
    if estimate.low is None or estimate.high is None:
        return ""
    high = number(estimate.high, percent=percent)
    if one_sided(estimate):
        return f"at most {high}"
    return f"[{number(estimate.low, percent=percent)}, {high}]"


def numbers(estimate: Estimate, *, percent: bool = False) -> str:
    """The value and its interval; nothing of an absent one."""
    if estimate.value is None:
        return ""
    between = ", " if one_sided(estimate) else " "
    return number(estimate.value, percent=percent) + between + interval(estimate, percent=percent)


def foretold(count: int) -> str:
    """A count that is foretold from an estimate: rounded up to two digits."""
    unit = int("1".ljust(max(len(str(count)) - 1, 1), "0"))
    return f"{-(-count // unit) * unit:,}"


def typeset(text: str) -> str:
    """Numbers with a minus sign where a hyphen stands for it."""
    return text.replace("-", MINUS)


def _shown(char: str) -> str:
    if char in _KEPT:
        return char
    hidden = unicodedata.category(char) in _HIDDEN or ord(char) & 0xFFFE == 0xFFFE  # noqa: PLR2004
    return f"⟨U+{ord(char):04X}⟩" if hidden else char
