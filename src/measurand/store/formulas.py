r"""Text in spreadsheets: never a formula, never a lost character, always the same text again.

Two rules, each exactly reversible. `neutral` puts an apostrophe before text that a spreadsheet
would take for a formula. `escaped` writes what a file cannot hold as ``_xHHHH_``, the notation
of Office Open XML (ECMA-376 Part 1, 22.9.2.19, ST_Xstring), and writes text that already looks so
as ``_x005F_xHHHH_``.
"""

from __future__ import annotations

import re

__all__ = ["escaped", "natural", "neutral", "unescaped"]

_START = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(f"'*{_START}")
_QUOTED = re.compile(f"'+{_START}")
_NEVER = r"\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff"
_LITERAL = r"_(?=x[0-9A-Fa-f]{4})"
_ALL = re.compile(rf"{_LITERAL}|[{_NEVER}\r]")
_LONE = re.compile(rf"{_LITERAL}|[{_NEVER}]|\r(?!\n)")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    What begins with ``=``, ``+``, ``-``, ``@``, their full-width forms, a tab or the end of a
    line gets an apostrophe before it; so does what begins with apostrophes before one of these.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def natural(text: str) -> str:
    """What `neutral` was given."""
    return text[1:] if _QUOTED.match(text) else text


def escaped(text: str, *, crlf: bool = False) -> str:
    """Text without characters that a file cannot hold.

    Args:
        text: Any text.
        crlf: Whether a carriage return before a line feed stays; line feeds and tabs do.
    """
    pattern = _LONE if crlf else _ALL
    return pattern.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
