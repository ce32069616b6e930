"""Times as logs have them: epochs in four units, ISO 8601 with and without a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

__all__ = ["Moment", "moment"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ((10**11, 1), (10**14, 10**3), (10**17, 10**6), (10**20, 10**9))
"""Numbers below the first are counted in so many a second: to the year 5138, each."""
_EARLIEST = 10**8
"""Numbers below are no time of production: seconds in 1973."""
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[0-9]{9,19}(?:\.[0-9]{1,9})?")
_TAIL = re.compile(r"\s*(?:UTC|GMT)$")
_FINE = re.compile(r"(\.[0-9]{6})[0-9]+")
_SHORTEST = 8
"""Characters of a date; what is shorter is none."""


class Moment(NamedTuple):
    """A time that was read."""

    at: datetime
    """In UTC."""
    zoned: bool
    """Whether the log gave the zone; else UTC was taken."""


def moment(raw: object) -> Moment | None:
    """Read a time; None where it is none.

    Numbers are seconds, milliseconds, microseconds or nanoseconds since 1970, by their size.

    Args:
        raw: A number, an ISO 8601 text, a number as text, or a time.
    """
    if isinstance(raw, str):
        return _of_text(raw.strip())
    if isinstance(raw, datetime):
        return _in_utc(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _of_number(raw)
    return None


def _of_number(number: float) -> Moment | None:
    if not number >= _EARLIEST:
        return None
    for bound, unit in _UNITS:
        if number < bound:
            whole, rest = divmod(number, unit)
            microseconds = int(rest * 10**6 // unit)
            return _bounded(_EPOCH + timedelta(seconds=int(whole), microseconds=microseconds))
    return None


def _bounded(at: datetime) -> Moment | None:
    return Moment(at, zoned=True) if at < _LATEST else None


def _of_text(text: str) -> Moment | None:
    if len(text) < _SHORTEST:
        return None
    if _NUMBER.fullmatch(text):
        return _of_number(float(text) if "." in text else int(text))
    try:
        return _in_utc(datetime.fromisoformat(_FINE.sub(r"\1", _TAIL.sub("+00:00", text))))
    except (ValueError, OverflowError):
        return None


def _in_utc(at: datetime) -> Moment | None:
    zoned = at.tzinfo is not None
    try:
        known = at.astimezone(UTC) if zoned else at.replace(tzinfo=UTC)
    except OverflowError:
        return None
    return Moment(known, zoned) if _EPOCH < known < _LATEST else None
