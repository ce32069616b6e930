"""The fenced code blocks of a Markdown text, and the lines between them."""

from __future__ import annotations

import re

__all__ = ["Block", "split"]

Block = tuple[str | None, str]
"""A fenced block: the first word after its fence, or None where it is not closed; and its lines."""

_FENCE = re.compile(r"^ {0,3}(`{3,}+|~{3,}+)([^`]*)$")


def split(text: str) -> tuple[list[str], list[Block]]:
    """The lines outside fenced blocks, and the blocks, in time proportional to the text."""
    prose, blocks, code = list[str](), list[Block](), list[str]()
    fence = tag = ""
    for line in text.splitlines():
        match = _FENCE.match(line)
        if fence and match and match[1].startswith(fence) and not match[2].strip():
            blocks.append((tag, "\n".join(code)))
            fence = ""
        elif fence:
            code.append(line)
        elif match:
            fence, tag, code = match[1], (match[2].split() or [""])[0], []
        else:
            prose.append(line)
    if fence:
        blocks.append((None, "\n".join(code)))
    return prose, blocks
