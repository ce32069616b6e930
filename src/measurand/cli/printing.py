"""What verbs print: text that came from outside moves no cursor and hides nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping

__all__ = ["print_json", "print_lines"]

_UNSAFE = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""What JSON may hold as it is, and a terminal or an encoder takes for something else."""


def print_lines(lines: Iterable[str]) -> None:
    """Print lines, each on one line; control characters show as their code points."""
    from measurand.figures.text import one_line  # noqa: PLC0415 - after --help

    sys.stdout.write("".join(f"{one_line(line)}\n" for line in lines))


def print_json(value: Mapping[str, object]) -> None:
    """Print one JSON document; control characters are escaped, as JSON allows."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)
    sys.stdout.write(_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n")
