"""The shapes of personal data and secrets: one row a shape, and what finds its candidates quickly.

A text is searched for a shape only near its anchors: literals or short expressions that are cheap
to look for and that every candidate contains. Most texts hold none, and cost one pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from measurand.privacy.values import (
    card_length,
    email_length,
    iban_length,
    ip_length,
    key_length,
    phone_length,
    random_length,
)

__all__ = ["KINDS", "SHAPES", "Kind", "Marks", "Shape"]

Kind = Literal[
    "private key", "api key", "token", "login in a URL", "email", "IBAN", "card number",
    "social security number", "ip address", "phone number",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)

_NONE: Mapping[bytes, tuple[str, ...]] = MappingProxyType({})
_DIGITS = b"0123456789"
_NO_DIGITS = bytes(set(range(256)) - set(_DIGITS))
_NO_MARKS = bytes(set(range(128)) - set(_DIGITS) - set(b"@%-_:=.ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
"""Characters that no anchor needs; what follows them in a text still follows in its marks."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one pass over a text tells: its telling characters in order, and how many digits."""

    kept: bytes
    digits: int

    @classmethod
    def of(cls, text: str) -> Marks:
        """The marks of a text."""
        kept = text.encode("utf-8", "surrogatepass").translate(None, _NO_MARKS)
        return cls(kept, len(kept.translate(None, _NO_DIGITS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape of one kind of personal data or secret.

    Args:
        kind: What it is.
        expression: Finds candidates, in time bounded by the length; a group called ``value``, where
            there is one, is the candidate.
        accept: How many of a candidate's first characters are really one; 0 for none.
        digits: The fewest digits that a text with such a thing has.
        gate: The marks of a text with such a thing have a match of it.
        literals: Every candidate has one of them, by a mark that every text with it has.
        guard: Every candidate has a match of it; where there are no literals.
        before: Characters that a candidate may begin before its anchor.
        after: Characters that it may go on behind the anchor's start.
    """

    kind: Kind
    expression: re.Pattern[str]
    accept: Callable[[str], int] = len
    digits: int = 0
    gate: re.Pattern[bytes] | None = None
    literals: Mapping[bytes, tuple[str, ...]] = field(default_factory=lambda: _NONE)
    guard: re.Pattern[str] | None = None
    before: int = 0
    after: int

    def places(self, text: str, marks: Marks) -> Iterator[tuple[int, int]]:
        """Start and end of everything of this shape in a folded text, in order."""
        if marks.digits < self.digits:
            return
        if self.gate is not None and self.gate.search(marks.kept) is None:
            return
        group = "value" if "value" in self.expression.groupindex else 0
        for begin, end in self._windows(text, marks):
            at = begin
            while (match := self.expression.search(text, at, end)) is not None:
                start, stop = match.span(group)
                if length := self.accept(text[start:stop]):
                    yield start, start + length
                    at = start + length
                else:  # a true one may begin inside of what only looked like one
                    at = match.start() + 1

    def _windows(self, text: str, marks: Marks) -> Iterator[tuple[int, int]]:
        """Where candidates can be: around the anchors, joined where they meet."""
        begin = end = -1
        for start, stop in self._anchors(text, marks):
            left, right = max(0, start - self.before), stop + self.after
            if left > end:
                if end >= 0:
                    yield begin, end
                begin = left
            end = right
        if end >= 0:
            yield begin, end

    def _anchors(self, text: str, marks: Marks) -> Iterator[tuple[int, int]]:
        if self.guard is not None:
            for match in self.guard.finditer(text):
                yield match.span()
            return
        found: list[int] = []
        for mark, literals in self.literals.items():
            if mark in marks.kept:
                for literal in literals:
                    at = text.find(literal)
                    while at >= 0:
                        found.append(at)
                        at = text.find(literal, at + 1)
        for at in sorted(found):
            yield at, at


_ESCAPED = r"(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{4})"
"""Behind an escape of JSON, whose last character is a letter or digit, something may begin."""
_OUTSIDE = r"(?!(?<=\\)[nrtbfu])(?<!\\u)(?<!\\u.)(?<!\\u..)(?<!\\u...)"
"""Nothing begins inside of such an escape."""


def _edge(before: str) -> str:
    """Where something may begin: not behind these characters, unless they end an escape."""
    return rf"(?:{_ESCAPED}|(?<![{before}]))"


_API_KEY = (
    r"sk-(?:ant-|proj-|or-)?[\w-]{20,400}|(?:sk|rk|pk)_(?:live|test)_\w{16,400}"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}|glpat-[\w-]{20,64}"
    r"|A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])|AIza[\w-]{35}|xox[abprs]-[\w-]{10,250}"
    r"|hf_[A-Za-z0-9]{30,64}|npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,64}\.[\w-]{16,64}"
)
_API_KEY_STARTS = {
    b"-": ("sk-", "glpat-", "xox"),
    b"_": ("sk_", "rk_", "pk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "hf_",
           "npm_"),
    b"A": ("AKIA", "ASIA", "AIza"),
    b"SG.": ("SG.",),
}  # fmt: skip
_VALUE = "(?P<value>[A-Za-z0-9+/_~.=-]{16,200})"
_LOCAL = "[A-Za-z0-9_.%+\u00c0-\u058f-]"
_DOMAIN = (
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}"
    r"(?:xn--[A-Za-z0-9-]{2,59}|[A-Za-z]{2,24}|[^\W\d_A-Za-z]{2,24})"
)
_DIGITS_TOGETHER = re.compile(rb"[0-9](?:[.-]{0,2}[0-9]){7}")
_NUMBER = re.compile(r"[0-9](?:[ .()/-]{0,2}[0-9]){7,}+")

SHAPES: tuple[Shape, ...] = (
    Shape(
        kind="private key",
        expression=re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?:[^-]|-(?!----)){0,20000}+-----END [A-Z0-9 ]{1,60}-----"
            r"|(?:(?:\s|\\[nrt]){1,4}[A-Za-z0-9+/=]{16,100}){1,400})?"
        ),
        literals={b"-----BEGIN": ("-----BEGIN",)},
        after=42_000,
    ),
    Shape(
        kind="api key",
        expression=re.compile(rf"{_edge('A-Za-z0-9')}(?:{_API_KEY})"),
        accept=key_length,
        literals=_API_KEY_STARTS,
        after=420,
    ),
    Shape(
        kind="token",
        expression=re.compile(
            rf"{_edge('A-Za-z0-9.-')}eyJ[\w-]{{8,4000}}\.eyJ[\w-]{{8,4000}}\.[\w-]{{8,4000}}"
        ),
        literals={b"J": ("eyJ",)},
        after=12_100,
    ),
    Shape(
        kind="login in a URL",
        expression=re.compile(r"(?<=://)[^\s/:@]{1,64}:[^\s/@]{1,256}@"),
        literals={b"@": ("://",)},
        after=330,
    ),
    Shape(
        kind="email",
        expression=re.compile(rf"{_OUTSIDE}(?:{_LOCAL}{{1,64}}+@|{_LOCAL}{{1,64}}?%40){_DOMAIN}"),
        accept=email_length,
        literals={b"@": ("@",), b"%40": ("%40",)},
        before=64,
        after=480,
    ),
    Shape(
        kind="IBAN",
        expression=re.compile(rf"{_edge('A-Za-z0-9')}[A-Z]{{2}}[0-9]{{2}}(?: ?[A-Z0-9]){{11,36}}"),
        accept=iban_length,
        digits=2,
        gate=re.compile(rb"[A-Z]{2}[0-9]{2}"),
        guard=re.compile(r"[A-Z]{2}[0-9]{2}"),
        after=80,
    ),
    Shape(
        kind="card number",
        expression=re.compile(
            rf"(?:{_ESCAPED}|(?<![0-9])(?<![0-9][.,]))[2-6](?:[0-9]{{12,18}}"
            r"|[0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?"
            r"|[0-9]{3}([ -])[0-9]{6}\2[0-9]{4,5})(?![0-9])"
        ),
        accept=card_length,
        digits=13,
        gate=_DIGITS_TOGETHER,
        guard=_NUMBER,
        after=2,
    ),
    Shape(
        kind="social security number",
        expression=re.compile(
            rf"{_edge('0-9-')}(?!000|666|9)[0-9]{{3}}([- ])(?!00)[0-9]{{2}}\1(?!0000)[0-9]{{4}}"
            r"(?![0-9-])"
        ),
        digits=9,
        gate=_DIGITS_TOGETHER,
        guard=_NUMBER,
        after=2,
    ),
    Shape(
        kind="ip address",
        expression=re.compile(
            rf"{_edge('A-Za-z0-9_.:')}(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}(?!\.?[0-9])(?![A-Za-z0-9_:])"
        ),
        accept=ip_length,
        digits=4,
        gate=re.compile(rb"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]"),
        guard=re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]"),
        before=2,
        after=5,
    ),
    Shape(
        kind="ip address",
        expression=re.compile(
            rf"{_edge('A-Za-z0-9_.:')}"
            r"[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![A-Za-z0-9_:])"
        ),
        accept=ip_length,
        digits=1,
        gate=re.compile(rb"[23][0-9A-F]{0,3}:[0-9A-F]{0,4}:"),
        guard=re.compile(r"[23][0-9A-Fa-f]{3}:"),
        after=50,
    ),
    Shape(
        kind="phone number",
        expression=re.compile(
            rf"(?:{_edge('A-Za-z0-9+')}\+[0-9]{{1,3}}[ .-]?(?:\([0-9]{{1,4}}\)[ .-]?)?[0-9]{{1,4}}"
            r"(?:[ .-]?[0-9]{1,4}){1,5}"
            rf"|{_edge('A-Za-z0-9+-')}\([0-9]{{3}}\) ?[0-9]{{3}}[ -][0-9]{{4}}"
            rf"|{_edge('A-Za-z0-9+.-')}[0-9]{{3}}([.-])[0-9]{{3}}\1[0-9]{{4}}"
            rf"|{_edge('A-Za-z0-9+.,-')}(?:0[0-9]{{2,4}}[ /-][0-9]{{3,4}}(?: ?[0-9]{{2,4}}){{1,2}}"
            r"|0[0-9](?:[ .][0-9][0-9]){4}))(?![A-Za-z0-9]|-[A-Za-z0-9])"
        ),
        accept=phone_length,
        digits=8,
        gate=_DIGITS_TOGETHER,
        guard=_NUMBER,
        before=3,
        after=2,
    ),
    Shape(
        kind="api key",
        expression=re.compile(
            r"(?i:key|token|secret|password|passwd|pwd|authorization)[\"']?\s{0,3}[:=]\s{0,3}[\"']?"
            rf"(?:(?i:bearer|basic|token)\s{{1,3}})?{_VALUE}"
        ),
        accept=random_length,
        digits=1,
        gate=re.compile(rb"[:=]"),
        guard=re.compile(rf"[:=]\s{{0,3}}[\"']?(?:[A-Za-z]{{5,6}}\s{{1,3}})?{_VALUE}"),
        before=24,
        after=220,
    ),
    Shape(
        kind="api key",
        expression=re.compile(rf"[Bb]earer\s{{1,3}}{_VALUE}"),
        accept=random_length,
        digits=1,
        literals={b"": ("earer ", "earer\t")},
        before=1,
        after=220,
    ),
)
"""Shapes overlap; the first that accepts has what it found."""
