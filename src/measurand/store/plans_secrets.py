"""Secrets that stand in a plan, where only the name of an environment variable may stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from measurand.errors import Fault
from measurand.privacy.patterns import Kind, find
from measurand.store.codec import Location, Origin

__all__ = ["discreet", "literal_secrets"]

_KINDS: tuple[Kind, ...] = ("private key", "api key", "token", "login in a URL")
_RANDOM = re.compile(
    r"(?<![A-Za-z0-9])(?:(?=[a-z0-9]*\d)[0-9a-f]{32,}|(?=[A-Z0-9]*\d)[0-9A-F]{32,}"
    r"|(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])[A-Za-z0-9]{16,})(?![A-Za-z0-9])"
)
"""What has no words in it: long hexadecimal numbers, small and capital letters among digits."""
_NAMES = re.compile(
    r"api.?key|secret|passw|authori[sz]ation|credential|(?:access|auth|bearer).?token"
    r"|private.?key|cookie|^(?:x.)?(?:token|key|auth)$",
    re.IGNORECASE,
)
"""Keys whose values are secrets, whatever they look like."""
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_CAPITALS = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_GUARDED = frozenset({"headers", "body", "parameters"})
"""Parts of a plan that go into requests, where nothing random is needed but a secret."""


def literal_secrets(raw: Mapping[str, Any], origin: Origin) -> Iterator[Fault]:
    """Every place of a plan at which something stands that looks like a secret.

    The faults do not show it.

    Args:
        raw: The plan as it was written.
        origin: Where it was written.
    """
    for part in ("systems", "judge", "providers"):
        for location, text in _texts(raw.get(part), (part,)):
            if _is_key(location):
                if not _CAPITALS.fullmatch(text) or _known(text) or _RANDOM.search(text):
                    yield _key_fault(location, origin)
            elif _known(_VARIABLE.sub("", text)) or (
                _GUARDED & set(location[:-1]) and _hidden(location[-1], text)
            ):
                yield _secret_fault(location, origin)


def discreet(fault: Fault) -> Fault:
    """The fault without what was found, where that may be a secret."""
    words = frozenset(re.split(r"[.\[\]]+", fault.key or ""))
    if fault.found is not None and (words & (_GUARDED | {"providers"}) or _known(fault.found)):
        fault = replace(fault, found=None)
    if _known(fault.problem):
        fault = replace(fault, problem="is wrong, and holds a secret, which is not shown")
    return fault


def _texts(value: object, location: Location) -> Iterator[tuple[Location, str]]:
    """The texts inside a value, each with its place."""
    if isinstance(value, str):
        yield location, value
    elif isinstance(value, Mapping):
        for name, cell in value.items():
            yield from _texts(cell, (*location, name))
    elif isinstance(value, list):
        for at, cell in enumerate(value):
            yield from _texts(cell, (*location, at))


def _is_key(location: Location) -> bool:
    return len(location) == 3 and location[0] == "providers" and location[2] == "key"  # noqa: PLR2004 - providers.NAME.key


def _known(text: str) -> bool:
    """Whether a text holds a key or a login of a known shape."""
    return bool(find(text, _KINDS))


def _hidden(name: str | int, text: str) -> bool:
    """Whether it is random, or its name says secret and no environment variable stands for it."""
    if _RANDOM.search(_VARIABLE.sub("", text)):
        return True
    named = isinstance(name, str) and bool(_NAMES.search(name))
    return named and bool(text.strip()) and not _VARIABLE.search(text)


def _key_fault(location: Location, origin: Origin) -> Fault:
    return origin.fault(
        "is not the name of an environment variable",
        location,
        allowed="a name in capitals, as LOCAL_API_KEY",
        remedy="name an environment variable, and put the key into that; a plan holds no secrets",
    )


def _secret_fault(location: Location, origin: Origin) -> Fault:
    header = "headers" in location
    return origin.fault(
        "holds a secret, as it seems",
        location,
        allowed="${NAME} in a header, with the name of an environment variable",
        remedy="name an environment variable"
        + (", as in ${BOT_TOKEN}" if header else ", under providers or in a header")
        + "; a plan holds no secrets",
    )
