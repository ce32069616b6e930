"""Personal data and secrets that are left in a set, told by kind and place and never by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from measurand.analysis.set_check_terms import Find, SetState
from measurand.analysis.set_check_texts import fields_of
from measurand.privacy.patterns import Found, placeholders, search
from measurand.privacy.shapes import KINDS, Kind

__all__ = ["private"]

_SECRETS: frozenset[Kind] = frozenset({"private key", "api key", "token", "login in a URL"})
_SURE: frozenset[Kind] = frozenset({"email", "IBAN"})
"""What can hardly be anything else; of the others the shape may be chance."""
_KIND: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(map(str, _SECRETS), "secret"),
        **dict.fromkeys(map(str, _SURE), "personal-data"),
    }
)
_NOBODY = (
    "example.com",
    "example.org",
    "example.net",
    ".example",
    ".test",
    ".invalid",
    "localhost",
)
"""Domains that belong to nobody: RFC 2606."""
_EVERY = frozenset(KINDS)


def private(state: SetState) -> Iterator[Find]:
    """What is left in any text of any example; what redaction has put there is none."""
    for example in state.examples:
        told: dict[str, dict[str, None]] = {}
        for key, text in fields_of(example):
            for found in search(text, _EVERY, allow=state.allow, opaque=placeholders(text, KINDS)):
                if not _nobodys(text, found):
                    kind = _KIND.get(found.kind, "may-be-personal")
                    told.setdefault(kind, {})[f"{found.kind} in {key}"] = None
        for kind, places in told.items():
            yield Find(kind, (example.id,), "; ".join(places))


def _nobodys(text: str, found: Found) -> bool:
    value = text[found.start : found.end].casefold().rstrip(".")
    return found.kind == "email" and value.endswith(_NOBODY)
