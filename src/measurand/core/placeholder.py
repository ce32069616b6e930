"""What redaction puts in the place of a thing: ``[redacted email 3f2a91c4]``."""

from __future__ import annotations

import re

__all__ = ["OPENING", "PLACEHOLDER", "untagged"]

OPENING = "[redacted "
PLACEHOLDER = re.compile(r"\[redacted ([^\[\]\n]{1,60}) [0-9a-f]{8}\]")
"""The kind is its first group; the tag after it hangs on a key, which differs between projects."""


def untagged(text: str) -> str:
    """The text with each placeholder as the word of its kind alone, whatever the key."""
    return PLACEHOLDER.sub(r" \1 ", text) if OPENING in text else text
