"""The fence around what others wrote: it cannot be closed from inside, and hides nothing."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

from measurand.core.fingerprint import fingerprint

__all__ = [
    "FENCE",
    "Block",
    "Fence",
    "blocks",
    "keyed",
    "letters",
    "outside",
    "restored",
    "seen",
    "shown",
]

_DIGITS = 24

FENCE = re.compile(
    r"^<<<BEGIN (?P<what>[A-Za-z0-9 ]+) (?P<boundary>[a-p]{24}), (?P<length>\d+) characters>>>\n"
    r"(?P<body>.*?)\n"
    r"<<<END (?P=what) (?P=boundary)>>>$",
    re.MULTILINE | re.DOTALL,
)
"""A fenced block, as a prompt holds it."""

_ESCAPE = re.compile(r"⟦U\+([0-9A-F]{4,6})⟧")

_NEEDS_JOINERS = (
    r"\u0590-\u05ff\u0620-\u0dff\u0e00-\u109f\u1780-\u17b3\ufb50-\ufdff\ufe70-\ufefc"
    r"\u2190-\u21ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
)
"""Scripts, and emoji, that are not written without joiners."""

_UNSEEN_ALWAYS = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    r"\ud800-\uf8ff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
)
_UNSEEN = (
    rf"\r(?!\n)|[{_UNSEEN_ALWAYS}]"
    rf"|(?<![{_NEEDS_JOINERS}])[\u200c\u200d]"
    r"|(?<=[\ufe00-\ufe0f])[\ufe0e\ufe0f]"
)
"""Control, zero-width, bidirectional, tag and private characters, surrogates, odd variants."""

_LEFT = r"<\uff1c\ufe64\u2039\u00ab\u300a\u27ea\u226a"
_RIGHT = r">\uff1e\ufe65\u203a\u00bb\u300b\u27eb\u226b"

_FORGED = (
    r"⟦(?=U\+)"
    rf"|[{_LEFT}](?=[{_LEFT}]{{2}})"
    rf"|[{_RIGHT}](?=[{_RIGHT}]{{2}})"
    r"|<(?=\|\w{1,40}\|>)"
)
"""Our escapes, anything like the brackets of our fence, and chat models' turn markers."""

_SUSPECT = re.compile(rf"[{_LEFT}{_RIGHT}⟦\r\u200c\u200d\ufe0e\ufe0f{_UNSEEN_ALWAYS}]")
"""One of these is in every text that is altered; most texts have none, and that is told fast."""
_HIDDEN = re.compile(rf"(?={_SUSPECT.pattern})(?:{_FORGED}|{_UNSEEN})")
_BLANK = re.compile(rf"(?={_SUSPECT.pattern})(?:{_UNSEEN}|[\u200c\u200d\ufe0e\ufe0f])")


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def keyed(key: bytes, *content: object) -> str:
    """64 hexadecimal digits that follow from the content, and that nobody without the key knows."""
    return hmac.digest(key, fingerprint(content).encode(), "sha256").hex()


def letters(key: bytes, *content: object) -> str:
    """The same as 64 letters from a to p: no run of digits that could pass for somebody's number.

    Prompts are redacted on their way out, and what tells texts apart must come through unharmed.
    """
    return keyed(key, *content).translate(_LETTERS)


def shown(text: str, boundary: str = "") -> str:
    """The text with everything unseen made visible and everything like our fence altered.

    What is altered reads ``⟦U+202E⟧``, by its Unicode number; `restored` gives the text back.
    """
    if boundary and boundary in text.lower():
        leaked = rf"(?i:{boundary[0]}(?={boundary[1:]}))"
        return re.sub(f"{leaked}|{_HIDDEN.pattern}", _number, text)
    return _HIDDEN.sub(_number, text) if _SUSPECT.search(text) else text


def restored(text: str) -> str:
    """The text before it was shown."""
    return _ESCAPE.sub(_character, text)


def seen(text: str) -> str:
    """The text without the characters that cannot be seen."""
    return _BLANK.sub("", text) if _SUSPECT.search(text) else text


def _number(found: re.Match[str]) -> str:
    return f"⟦U+{ord(found[0]):04X}⟧"


def _character(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return chr(number) if number <= 0x10FFFF else found[0]  # noqa: PLR2004 - where Unicode ends


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence whose boundary follows from a secret key and from what it surrounds.

    Whoever wrote the text does not know the key, so cannot write the closing line; and if it
    were to leak, text that holds the boundary is altered before it is fenced.

    Args:
        boundary: 24 letters from a to p.
    """

    boundary: str

    @classmethod
    def of(cls, key: bytes, *content: object) -> Fence:
        """The fence of this content: the same for every question about it, unlike any other's."""
        return cls(letters(key, "fence", *content)[:_DIGITS])

    def around(self, what: str, text: str) -> str:
        """The text as a block; its length, in characters, is that of the text as it came."""
        return (
            f"<<<BEGIN {what} {self.boundary}, {len(text)} characters>>>\n"
            f"{shown(text, self.boundary)}\n"
            f"<<<END {what} {self.boundary}>>>"
        )


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, read back.

    Args:
        what: What it holds, as in ``message 1 user`` or ``answer``.
        text: The text as it came.
    """

    what: str
    text: str


def blocks(prompt: str) -> Iterator[Block]:
    """The fenced blocks of a prompt, in order."""
    for found in FENCE.finditer(prompt):
        yield Block(found["what"], restored(found["body"]))


def outside(prompt: str) -> str:
    """The prompt without the fenced blocks: what we wrote ourselves."""
    return FENCE.sub("", prompt)
