"""What must not leave the house: personal data and secrets, found by shape and check digits.

Each kind is one row of `PATTERNS`: an expression whose time is bounded by the text's length, and
a function that accepts the part of a candidate that is really one (check digits, country lengths,
addresses that exist). Shapes overlap; the first row that accepts wins.

A shape is no proof, neither way: an order number may pass for a card number (one random number in
ten has the right check digit), and a name or a street has no shape at all.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

__all__ = ["KINDS", "PATTERNS", "Found", "Kind", "Pattern", "find", "iban", "luhn"]

Kind = Literal[
    "private key", "api key", "token", "login in a URL", "email", "IBAN", "card number",
    "social security number", "ip address", "phone number",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a text that holds something of a kind; never the thing itself.

    Args:
        kind: What it is.
        start: The index of its first character.
        end: The index after its last.
    """

    kind: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.kind} at {self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of personal data or secret.

    Args:
        expression: Finds candidates.
        accept: How many of a candidate's first characters are really one; 0 for none.
    """

    expression: re.Pattern[str]
    accept: Callable[[str], int] = len


def find(
    text: str, kinds: Iterable[Kind] = KINDS, *, allow: frozenset[str] = frozenset()
) -> tuple[Found, ...]:
    """Everything of these kinds in a text, in order, without overlaps.

    Args:
        text: The text.
        kinds: The kinds to look for.
        allow: Texts that may stand there, as the company's own address; compared without case.
    """
    chosen = frozenset(kinds)
    allowed = frozenset(item.casefold() for item in allow)
    taken = bytearray(len(text))
    found: list[Found] = []
    for kind, pattern in PATTERNS.items():
        if kind not in chosen:
            continue
        for start, end in _accepted(pattern, text):
            if not any(taken[start:end]) and text[start:end].casefold() not in allowed:
                found.append(Found(kind, start, end))
                taken[start:end] = b"\x01" * (end - start)
    return tuple(sorted(found, key=lambda place: place.start))


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    numbers = [int(digit) for digit in reversed(digits)]
    doubled = (sum(divmod(2 * number, 10)) for number in numbers[1::2])
    return (sum(numbers[::2]) + sum(doubled)) % 10 == 0


def iban(text: str) -> bool:
    """Whether the text, without spaces, is an IBAN: country, length, check digits (ISO 13616)."""
    if len(text) != _IBAN_LENGTH.get(text[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def _accepted(pattern: Pattern, text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.expression.finditer(text):
        if length := pattern.accept(match[0]):
            yield match.start(), match.start() + length


def _card(candidate: str) -> int:
    digits = re.sub(r"\D", "", candidate)
    return len(candidate) if luhn(digits) and len(set(digits)) > 1 else 0


def _iban(candidate: str) -> int:
    """The length of the IBAN at the candidate's start: words in capitals may follow it."""
    wanted = _IBAN_LENGTH.get(candidate[:2], 0)
    taken = seen = 0
    for char in candidate:
        if seen == wanted:
            break
        taken, seen = taken + 1, seen + (char != " ")
    return taken if iban(candidate[:taken].replace(" ", "")) else 0


def _address(candidate: str) -> int:
    """Addresses of the public internet only: no private, local or documentation ranges."""
    try:
        return len(candidate) if ipaddress.ip_address(candidate).is_global else 0
    except ValueError:
        return 0


def _email(candidate: str) -> int:
    """No addresses of domains reserved for examples (RFC 2606)."""
    domain = candidate.rpartition("@")[2].lower()
    reserved = domain.endswith(_RESERVED) or domain in {"example.com", "example.net", "example.org"}
    return 0 if reserved else len(candidate)


def _phone(candidate: str) -> int:
    return len(candidate) if 8 <= sum(map(str.isdigit, candidate)) <= 15 else 0  # noqa: PLR2004 - E.164


_RESERVED = (".example", ".test", ".invalid", ".localhost", ".example.com", ".example.org")

_IBAN_LENGTH: Mapping[str, int] = MappingProxyType(
    {
        country: int(length)
        for length, countries in (
            line.split(":")
            for line in (
                "15:NO", "16:BE", "18:DK FO FI GL NL SD", "19:MK SI", "20:AT BA EE KZ LT LU XK",
                "21:CH HR LI LV", "22:BG BH CR DE GB GE IE ME RS VA", "23:AE GI IL IQ OM SO TL",
                "24:AD CZ ES MD PK RO SA SE SK TN VG", "25:LY PT ST",
                "26:IS TR", "27:BI DJ FR GR IT MC MR SM", "28:AL AZ BY CY DO GT HN HU LB NI PL SV",
                "29:BR EG PS QA UA", "30:JO KW MU", "31:MT SC", "32:LC", "33:RU",
            )
        )
        for country in countries.split()
    }
)  # fmt: skip
"""Characters of an IBAN, by country (SWIFT registry)."""

_API_KEY = (
    r"sk-(?:ant-|proj-|or-)?[\w-]{20,200}|(?:sk|rk|pk)_(?:live|test)_\w{16,200}"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}|glpat-[\w-]{20,64}"
    r"|A[KS]IA[A-Z0-9]{16}|AIza[\w-]{35}|xox[abprs]-[\w-]{10,250}|hf_[A-Za-z0-9]{30,64}"
    r"|npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,64}\.[\w-]{16,64}"
)

PATTERNS: Mapping[Kind, Pattern] = MappingProxyType(
    {
        "private key": Pattern(
            re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
        ),
        "api key": Pattern(re.compile(rf"(?<![\w-])(?:{_API_KEY})(?![\w-])")),
        "token": Pattern(
            re.compile(r"(?<![\w.-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,4000}\.[\w-]{8,4000}")
        ),
        "login in a URL": Pattern(re.compile(r"(?<=://)[^\s/:@]{1,64}:[^\s/@]{1,64}@")),
        "email": Pattern(
            re.compile(
                r"(?<![A-Za-z0-9_.%+-])[A-Za-z0-9_.%+-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}[^\W\d_]{2,24}"
                r"(?![\w-])"
            ),
            _email,
        ),
        "IBAN": Pattern(
            re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,36}"), _iban
        ),
        "card number": Pattern(
            re.compile(
                r"(?<!\d)(?<!\d[.,])[2-6](?:\d{12,18}|\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?"
                r"|\d{3}([ -])\d{6}\2\d{4,5})(?!\d)",
                re.ASCII,
            ),
            _card,
        ),
        "social security number": Pattern(
            re.compile(
                r"(?<![\d-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])", re.ASCII
            )
        ),
        "ip address": Pattern(
            re.compile(
                r"(?<![\w.:])(?:(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)"
                r"|[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4})(?![\w:])",
                re.ASCII,
            ),
            _address,
        ),
        "phone number": Pattern(
            re.compile(
                r"(?<![\w+.,-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}"
                r"(?:[ .-]?\d{1,4}){1,5}"
                r"|\(\d{3}\) ?\d{3}[ -]\d{4}|\d{3}([.-])\d{3}\1\d{4}"
                r"|0\d{2,4}[ /-]\d{3,4}(?: ?\d{2,4}){1,2}|0\d(?:[ .]\d\d){4})(?![\w-])",
                re.ASCII,
            ),
            _phone,
        ),
    }
)  # fmt: skip
