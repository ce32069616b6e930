"""How long a provider wants one to wait: headers and bodies, in all the ways they say it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["between_requests", "seconds", "told_to_wait"]

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
_IN_WORDS = re.compile(
    r"(?:try again in|retry after|retry in|retryDelay\W{1,6})\s{0,3}"
    r"(\d{1,9}(?:\.\d{1,9})?)\s{0,3}(ms|s|m|h|seconds?|minutes?)?(?![a-z])",
    re.IGNORECASE,
)
_KINDS = ("requests", "tokens")
_LONGEST = 40
"""Characters of a duration; a longer text is none."""
_READ = 4000
"""Characters of a body that are searched."""
_A_MOMENT_IN_TIME = 1e9
"""A number of seconds above this is a point in time (2001 and later), not a duration."""


def told_to_wait(
    headers: Mapping[str, str], body: object = "", *, now: float | None = None
) -> float | None:
    """Seconds until the provider wants to be asked again; None where it does not say.

    In this order: ``retry-after-ms``, ``Retry-After`` (seconds or a date), the
    ``x-ratelimit-reset-*`` of a limit that is used up, and a sentence or field of the body.

    Args:
        headers: The response's headers, by names in small letters or whatever their case.
        body: The body, as text or as what its JSON says.
        now: Seconds since 1970; by default, now.
    """
    now = time.time() if now is None else now
    if (exact := seconds(headers.get("retry-after-ms"), now=now, unit=0.001)) is not None:
        return exact
    if (plain := seconds(headers.get("retry-after"), now=now)) is not None:
        return plain
    if (reset := _reset(headers, now)) is not None:
        return reset
    return _in_words(body)


def seconds(text: str | None, *, now: float, unit: float = 1.0) -> float | None:
    """Read a duration (``2``, ``0.5``, ``6m0s``, ``120ms``) or a point in time as a wait.

    Args:
        text: What the header says.
        now: Seconds since 1970.
        unit: Seconds that a bare number counts.
    """
    text = (text or "").strip()
    if _NUMBER.fullmatch(text):
        value = float(text) * unit
        if value <= _A_MOMENT_IN_TIME:
            return value
        moment = value / 1000 if value > _A_MOMENT_IN_TIME * 100 else value
        return max(0.0, moment - now)
    if len(text) <= _LONGEST and _DURATION.fullmatch(text):
        return sum(float(number) * _UNITS[name] for number, name in _PART.findall(text))
    when = _date(text)
    return None if when is None else max(0.0, when.timestamp() - now)


def between_requests(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds until a limit that is used up has room for one more; None where there is room.

    ``x-ratelimit-reset-requests`` says when the whole of ``x-ratelimit-limit-requests`` is free
    again; one more is free a ``limit``-th part of that earlier on.
    """
    if headers.get("x-ratelimit-remaining-requests") != "0":
        return None
    now = time.time() if now is None else now
    reset = seconds(headers.get("x-ratelimit-reset-requests"), now=now)
    limit = headers.get("x-ratelimit-limit-requests", "")
    if reset is None or not limit.isdecimal() or int(limit) < 1:
        return None
    return reset / int(limit)


def _reset(headers: Mapping[str, str], now: float) -> float | None:
    waits = {kind: seconds(headers.get(f"x-ratelimit-reset-{kind}"), now=now) for kind in _KINDS}
    known = {kind: wait for kind, wait in waits.items() if wait is not None}
    used_up = [
        wait
        for kind, wait in known.items()
        if headers.get(f"x-ratelimit-remaining-{kind}", "").strip() in {"0", "0.0"}
    ]
    if used_up:
        return max(used_up)
    if known:
        return min(known.values())
    return seconds(headers.get("x-ratelimit-reset"), now=now)


def _in_words(body: object) -> float | None:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    if found := _IN_WORDS.search(text[:_READ]):
        unit = (found[2] or "s").lower()
        return float(found[1]) * _UNITS[unit if unit in _UNITS else unit[0]]
    return None


def _date(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            when = read(text)
        except (ValueError, TypeError, IndexError):
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None
