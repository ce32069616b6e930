"""What makes a candidate the thing itself: check digits, lengths, addresses that exist."""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "card_length",
    "email_length",
    "folded",
    "iban",
    "iban_length",
    "ip_length",
    "key_length",
    "luhn",
    "normal",
    "phone_length",
    "random_length",
]

_SPACES = {*range(0x2000, 0x200B), 0xA0, 0x202F, 0x205F, 0x3000}
_HYPHENS = {0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0xFE63, 0xFF0D}
_DIGIT_ROWS = (0x660, 0x6F0, 0x966)  # Arabic-Indic, Persian, Devanagari
_FOLD: Mapping[int, int] = MappingProxyType(
    {
        **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},  # full width
        **{row + digit: ord("0") + digit for row in _DIGIT_ROWS for digit in range(10)},
        **dict.fromkeys(_SPACES, ord(" ")),
        **dict.fromkeys(_HYPHENS, ord("-")),
    }
)
_FOLDABLE = re.compile(f"[{''.join(re.escape(chr(code)) for code in sorted(_FOLD))}]")


def folded(text: str) -> str:
    """The same text, as long as it was, with odd spaces, hyphens, digits and letters as ASCII."""
    if text.isascii() or _FOLDABLE.search(text) is None:
        return text
    return text.translate(_FOLD)


def normal(kind: str, text: str) -> str:
    """What is the same in every way of writing a value down."""
    text = folded(text)
    if kind in {"card number", "social security number", "phone number"}:
        return re.sub(r"\D", "", text)
    if kind == "email":
        return text.replace("%40", "@").casefold().lstrip("_.%+-")
    if kind in {"IBAN", "private key"}:
        return "".join(text.split())
    if kind in {"api key", "token", "login in a URL", "ip address"}:
        return text
    return " ".join(text.split()).casefold()


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


def card_length(candidate: str) -> int:
    """Check digits, and more than one digit over and over."""
    digits = re.sub(r"\D", "", candidate)
    return len(candidate) if luhn(digits) and len(set(digits)) > 1 else 0


def iban_length(candidate: str) -> int:
    """The length of the IBAN at the candidate's start: words in capitals may follow it."""
    wanted = _IBAN_LENGTH.get(candidate[:2], 0)
    taken = seen = 0
    for char in candidate:
        if seen == wanted:
            break
        taken, seen = taken + 1, seen + (char != " ")
    return taken if iban(candidate[:taken].replace(" ", "")) else 0


def ip_length(candidate: str) -> int:
    """Addresses of the public internet only: no private, local or documentation ranges."""
    try:
        return len(candidate) if ipaddress.ip_address(candidate).is_global else 0
    except ValueError:
        return 0


def email_length(candidate: str) -> int:
    """No addresses of domains reserved for examples (RFC 2606)."""
    domain = candidate.replace("%40", "@").rpartition("@")[2].lower()
    reserved = domain.endswith(_RESERVED) or domain in {"example.com", "example.net", "example.org"}
    return 0 if reserved else len(candidate)


def phone_length(candidate: str) -> int:
    """The part with as many digits as a number with its prefix has; other numbers may follow."""
    fits = 0
    digits = 0
    for at, char in enumerate(candidate):
        if digits > _LONGEST_PHONE:
            return fits
        if char.isdigit():
            digits += 1
        elif digits >= _SHORTEST_PHONE and candidate[at - 1].isdigit():
            fits = at
    return len(candidate) if _SHORTEST_PHONE <= digits <= _LONGEST_PHONE else fits


def key_length(candidate: str) -> int:
    """No names in words, as ``sk-learn-is-a-library-for``: a key has digits or capitals."""
    return 0 if candidate == candidate.lower() and candidate.isascii() and not any(
        map(str.isdigit, candidate)
    ) else len(candidate)  # fmt: skip


def random_length(candidate: str) -> int:
    """What was drawn by chance: many different characters, digits among letters of both cases."""
    counts = Counter(candidate)
    bits = -sum(n * math.log2(n / len(candidate)) for n in counts.values()) / len(candidate)
    digits = sum(counts[digit] for digit in "0123456789")
    upper = sum(map(str.isupper, candidate))
    lower = sum(map(str.islower, candidate))
    mixed = digits >= 1 and min(upper, lower) >= _BOTH_CASES
    often = digits < len(candidate) and digits >= _DIGIT_SHARE * len(candidate)
    return len(candidate) if bits >= _BITS and (mixed or (often and upper + lower)) else 0


_SHORTEST_PHONE, _LONGEST_PHONE = 8, 15  # E.164 says 15
_BITS, _BOTH_CASES, _DIGIT_SHARE = 3.0, 3, 0.15
"""Bits a character, capitals and small letters, digits: words and dates stay below one of them."""

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
